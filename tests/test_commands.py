"""Commands: one table that the handlers, both catalogues, /help, Telegram's menu and the README agree with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from telegram.ext import CommandHandler

from bot.channels.telegram import _describe
from handlers import conversations
from handlers.commands import COMMANDS, for_role
from handlers.texts import LANGS, Texts
from tests.talk import Scripted, Talk

README = Path(__file__).parents[1] / "README.md"
NAMES = [command.name for command in COMMANDS]
OFFICE = ["office", "broadcast"]


def test_the_office_has_commands_of_its_own_and_everybody_has_the_others() -> None:
    assert [command.name for command in for_role("city")] == NAMES
    assert [command.name for command in for_role("guest")] == [name for name in NAMES if name not in OFFICE]
    assert [command.name for command in for_role("county")] == NAMES


def test_telegram_takes_the_names() -> None:
    assert len(set(NAMES)) == len(NAMES) <= 100
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in NAMES)


def test_every_command_of_the_table_has_one_handler_and_no_other_command_has_one() -> None:
    handled = [
        name
        for handler in conversations.handlers()[conversations.CONVERSATIONS]
        if isinstance(handler, CommandHandler)
        for name in handler.commands
    ]
    assert sorted(handled) == sorted(NAMES)


@pytest.mark.parametrize("lang", LANGS)
def test_every_command_is_described_in_the_catalogue_and_nothing_else_is(lang: str) -> None:
    texts = Texts()
    assert [key for key in texts.sources[lang] if key.startswith("command.")] == [f"command.{name}" for name in NAMES]
    assert all(1 <= len(texts(lang, f"command.{name}")) <= 256 for name in NAMES)


def test_the_readme_names_every_command_and_no_other() -> None:
    section = README.read_text("utf-8").split("## Commands in the chat")[1].split("\n## ")[0]
    assert re.findall(r"^\| /(\w+) \| \S", section, re.MULTILINE) == NAMES
    assert set(re.findall(r"(?<![\w/])/([a-z]+)\b", section)) == set(NAMES)


async def test_help_lists_the_commands_of_the_reader(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    for person, names in ((li, [name for name in NAMES if name not in OFFICE]), (boss, NAMES)):
        said = await person.says("/help")
        assert re.findall(r"^/(\w+) \S", said, re.MULTILINE) == names


async def test_every_command_answers_everybody(talk: Talk) -> None:
    for person in (talk.person("boss", owner=True), talk.person("li")):
        for name in NAMES:
            assert await person.says(f"/{name}")


async def test_the_menu_of_telegram_is_set_for_both_languages_and_each_owner(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    talk.services.owners.add(999)  # an owner who has never pressed Start
    await _describe(talk.chat.app, talk.services)
    calls = [parameters for name, parameters in Scripted.calls if name == "setMyCommands"]
    assert [(call["scope"]["type"], call["scope"].get("chat_id"), call.get("language_code") or "") for call in calls] == [
        ("all_private_chats", None, ""),
        ("all_private_chats", None, "en"),
        ("chat", boss.id, ""),
        ("chat", boss.id, "en"),
    ]
    guests, _, _, english = ([command["command"] for command in call["commands"]] for call in calls)
    assert guests == [command.name for command in for_role("guest")]
    assert english == NAMES
    assert calls[1]["commands"][0]["description"] == "Start"
