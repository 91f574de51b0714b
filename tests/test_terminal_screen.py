"""What the terminal makes of its width, and of bold words that are typed."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.chat import Screen, columns, formatted, in_lines
from bot.channels.terminal import Shown
from tests.talk import Talk

ROW = ["发给谁", "什么时候发", "过期时间"]


def shown(width: int) -> list[str]:
    """The lines of a message with a row of three buttons, in a window of this width."""
    out = io.StringIO()
    keyboard = (tuple({"label": label, "data": "x", "url": ""} for label in ROW),)
    Screen(out, bold=False, width=width).show(Shown(1, 1, "sent", "…", keyboard))
    return out.getvalue().strip().splitlines()


def test_buttons_stand_side_by_side_where_they_fit() -> None:
    assert shown(0)[1:] == ["[1] 发给谁  [2] 什么时候发  [3] 过期时间"]
    assert shown(40)[1:] == ["[1] 发给谁  [2] 什么时候发  [3] 过期时间"]
    assert shown(39)[1:] == ["[1] 发给谁  [2] 什么时候发", "[3] 过期时间"]
    assert shown(10)[1:] == ["[1] 发给谁", "[2] 什么时候发", "[3] 过期时间"]


@given(st.lists(st.text("ab发✎👀", min_size=1, max_size=12), min_size=1), st.integers(0, 40))
def test_every_button_is_shown_whole(parts: list[str], width: int) -> None:
    lines = in_lines(parts, width)
    assert "  ".join(lines) == "  ".join(parts)
    assert all(columns(line) <= width or line in parts for line in lines) or not width


@pytest.mark.parametrize(
    ("typed", "words", "marks"),
    [
        ("请**今天**报名", "请今天报名", [(1, 2)]),
        ("👍**今天**和**明天**", "👍今天和明天", [(2, 2), (5, 2)]),
        ("2 ** 3 ** 4", "2 ** 3 ** 4", []),
        ("**没有关", "**没有关", []),
        ("****", "****", []),
    ],
)
def test_words_between_stars_are_bold(typed: str, words: str, marks: list[tuple[int, int]]) -> None:
    said, found = formatted(typed)
    assert said == words
    assert [(one["offset"], one["length"]) for one in found] == marks


@pytest.mark.usefixtures("calm")
async def test_a_notice_keeps_what_was_typed_bold(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    talk.as_(boss)
    for line in ("/broadcast", "请**今天**报名"):
        await talk.chat.line(line)
    await talk.chat.line(":press 2")
    assert talk.store.value("SELECT zh FROM notices") == "请<b>今天</b>报名"
    await boss.says("/broadcast")
    await boss.presses("写通知")
    await talk.chat.line(":photo 看**图**")
    await boss.presses("跳过")
    assert talk.store.value("SELECT zh FROM notices WHERE media = 'photo'") == "看<b>图</b>"
