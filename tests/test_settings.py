"""Settings: what each takes, what is said of a bad one, where they come from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec import json
from msgspec.structs import asdict

from bot.settings import PREFIX, TAKES, BadSettings, Settings, load

NO_FILE = Path("/nonexistent/.env")
TOKEN = "123456789:AAF-this_is_no_real_token_0123456789ab"


def set_to(name: str, value: str) -> object:
    """A setting as read from the environment."""
    found: object = getattr(load({PREFIX + name: value}, NO_FILE), name.lower())
    return found


def test_nothing_needs_to_be_set_for_the_terminal() -> None:
    settings = load({}, NO_FILE)
    assert settings == Settings()
    assert settings.token is None
    assert settings.db == Path("jiedui.db")
    assert settings.owners == frozenset()
    assert settings.pace == 25
    assert settings.lang == "zh"
    assert not settings.collects


GOOD = [
    ("API_URL", "http://127.0.0.1:8081/bot", "http://127.0.0.1:8081/bot"),
    ("API_URL", "https://bots.example.org/bot", "https://bots.example.org/bot"),
    ("PROXY", "http://127.0.0.1:7890", "http://127.0.0.1:7890"),
    ("PROXY", "socks5://user:word@127.0.0.1:1080", "socks5://user:word@127.0.0.1:1080"),
    ("PROXY", "socks5h://127.0.0.1:1080", "socks5h://127.0.0.1:1080"),
    ("DB", "/var/lib/jiedui/结对.db", Path("/var/lib/jiedui/结对.db")),
    ("OWNERS", "11", frozenset({11})),
    ("OWNERS", "11,22, 33 ,", frozenset({11, 22, 33})),
    ("OWNERS", "11，22、11", frozenset({11, 22})),
    ("OWNERS", "１１，２２", frozenset({11, 22})),
    ("OWNERS", str(2**52 - 1), frozenset({2**52 - 1})),
    ("OWNERS", " , ", frozenset()),
    ("OPERATOR", "  重庆市某某处  ", "重庆市某某处"),
    ("PRIVACY_CONTACT", "privacy@example.org", "privacy@example.org"),
    ("WEBHOOK_URL", "https://bot.example.org", "https://bot.example.org"),
    ("WEBHOOK_PORT", "443", 443),
    ("PACE", "0.5", 0.5),
    ("PACE", "1000", 1000),
    ("LANG", "en", "en"),
]


@pytest.mark.parametrize(("name", "value", "meant"), GOOD)
def test_a_good_value_is_taken(name: str, value: str, meant: object) -> None:
    assert set_to(name, value) == meant


BAD = [
    ("API_URL", "127.0.0.1:8081"),
    ("API_URL", "ftp://example.org/bot"),
    ("API_URL", "http://two words"),
    ("PROXY", "127.0.0.1:7890"),
    ("PROXY", "socks4://127.0.0.1:1080"),
    ("API_URL", "http://[::1/bot"),
    ("API_URL", "http://127.0.0.1:99999/bot"),
    ("API_URL", "http:///bot"),
    ("PROXY", "http://[::1"),
    ("PROXY", "http://127.0.0.1:port"),
    ("PROXY", "socks5://127.0.0.1:0"),
    ("PROXY", "http://代理.。:1"),
    ("WEBHOOK_URL", "https://:8443"),
    ("OPERATOR", "单" * 121),
    ("PRIVACY_CONTACT", "x" * 121),
    ("OWNERS", "@boss"),
    ("OWNERS", "11;22"),
    ("OWNERS", "11 22"),
    ("OWNERS", "1.5"),
    ("OWNERS", "-1001234567"),
    ("OWNERS", "0"),
    ("OWNERS", "9" * 40),
    ("WEBHOOK_URL", "bot.example.org"),
    ("WEBHOOK_SECRET", "has a blank"),
    ("WEBHOOK_SECRET", "密"),
    ("WEBHOOK_SECRET", "x" * 257),
    ("WEBHOOK_PORT", "0"),
    ("WEBHOOK_PORT", "65536"),
    ("WEBHOOK_PORT", "https"),
    ("PACE", "0"),
    ("PACE", "-1"),
    ("PACE", "1001"),
    ("PACE", "nan"),
    ("PACE", "inf"),
    ("PACE", "fast"),
    ("LANG", "de"),
    ("LANG", "ZH"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_told_by_its_name_and_what_it_takes(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as told:
        set_to(name, value)
    assert str(told.value) == f"JIEDUI_{name} takes {TAKES[name.lower()][1]}"
    assert "\n" not in str(told.value)


def test_every_setting_that_can_be_bad_says_what_it_takes() -> None:
    assert Settings.__struct_fields__ == tuple(TAKES)


def test_secrets_are_not_shown() -> None:
    settings = load({"JIEDUI_TOKEN": TOKEN, "JIEDUI_WEBHOOK_SECRET": "hush-hush"}, NO_FILE)
    for shown in (
        repr(settings),
        str(settings),
        f"{settings!r:>10}",
        str(asdict(settings)),
        str(settings.token),
        f"{settings.token}",
    ):
        assert TOKEN not in shown
        assert "hush-hush" not in shown
    with pytest.raises(TypeError):
        json.encode(settings)
    assert settings.token is not None
    assert settings.token.reveal() == TOKEN


def test_a_bad_secret_is_not_repeated() -> None:
    with pytest.raises(BadSettings) as told:
        load({"JIEDUI_TOKEN": TOKEN, "JIEDUI_WEBHOOK_SECRET": "not a secret any more"}, NO_FILE)
    assert "not a secret" not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


@pytest.mark.parametrize("name", TAKES)
def test_settings_do_not_change(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(load({}, NO_FILE), name, "en")


@pytest.mark.parametrize(
    ("operator", "contact", "collects"), [("某处", "x@y", True), ("某处", "", False), ("", "x@y", False), ("某处", "  ", False)]
)
def test_contacts_are_collected_only_with_operator_and_privacy_contact(operator: str, contact: str, collects: bool) -> None:
    assert load({"JIEDUI_OPERATOR": operator, "JIEDUI_PRIVACY_CONTACT": contact}, NO_FILE).collects == collects


# -- where they come from ----------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A .env file as an operator would write it."""
    path = tmp_path / ".env"
    path.write_text(
        f"# 结对\nJIEDUI_TOKEN={TOKEN}\nJIEDUI_OWNERS=11,22  # two\nexport JIEDUI_LANG=en\n"
        "JIEDUI_OPERATOR='重庆市 某某处'\nJIEDUI_PROXY=\nJIEDUI_FLAVOUR=salty\nOTHER=1\nJIEDUI_PACE\n",
        "utf-8",
    )
    return path


def test_the_file_is_read(file: Path) -> None:
    settings = load({}, file)
    assert settings.token is not None
    assert settings.token.reveal() == TOKEN
    assert settings.owners == {11, 22}
    assert settings.lang == "en"
    assert settings.operator == "重庆市 某某处"
    assert settings.proxy is None
    assert settings.pace == 25


def test_the_environment_wins_over_the_file(file: Path) -> None:
    settings = load({"JIEDUI_LANG": "zh", "JIEDUI_OWNERS": "33", "LANG": "de_DE.UTF-8"}, file)
    assert settings.lang == "zh"
    assert settings.owners == {33}
    assert settings.operator == "重庆市 某某处"


def test_an_empty_value_counts_as_not_set() -> None:
    assert load({"JIEDUI_PACE": "", "JIEDUI_LANG": "  ", "JIEDUI_TOKEN": "", "JIEDUI_OWNERS": " , "}, NO_FILE) == Settings()


def test_the_file_does_not_change_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(os.environ, file)
    assert "JIEDUI_TOKEN" not in os.environ


def test_a_dollar_is_a_dollar(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("JIEDUI_PROXY=http://me:pa${HOME}$$@127.0.0.1:1\n", "utf-8")
    assert load({}, tmp_path / ".env").proxy == "http://me:pa${HOME}$$@127.0.0.1:1"


def test_a_file_with_a_mark_at_its_beginning_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("\ufeffJIEDUI_LANG=en\r\nJIEDUI_PACE=3\r\n", "utf-8")
    settings = load({}, tmp_path / ".env")
    assert (settings.lang, settings.pace) == ("en", 3)


def test_a_file_that_is_not_utf_8_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("JIEDUI_OPERATOR=重庆市".encode("gb18030"))
    with pytest.raises(BadSettings, match=r"\.env is not UTF-8"):
        load({}, tmp_path / ".env")


def test_a_folder_named_like_the_file_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert load({}, tmp_path / ".env") == Settings()
