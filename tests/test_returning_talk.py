"""Somebody blocks the bot and comes back, as transcripts: nothing that was said meanwhile is lost."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.chat import plain
from knowledge.clock import DAY
from tests.contacts import shown_to, visible
from tests.journeys import asked, registered, rows
from tests.talk import Person, Scripted, Talk
from tests.test_colleague_talk import colleagues

pytestmark = pytest.mark.usefixtures("calm")

BLOCKED: tuple[int, dict[str, Any]] = (
    403,
    {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"},
)


async def blocks(person: Person) -> None:
    await person.turns("kicked")
    Scripted.refuses[person.id] = BLOCKED


async def comes_back(person: Person, *, tells: bool) -> list[str]:
    """Unblocks the bot (which Telegram ``tells``), or just writes again. Returns what is shown then."""
    del Scripted.refuses[person.id]
    before = len(person.seen)
    await (person.turns("member") if tells else person.says("/help"))
    await person.talk.settle()
    return [plain(shown.html) for shown in person.seen[before:]]


@pytest.mark.parametrize("tells", [True, False], ids=["told", "writes"])
async def test_the_answers_of_the_office_come_after_all(talk: Talk, tells: bool) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await asked(li)
    await boss.presses_data("v1:off:1:1:accept")
    await blocks(li)
    await boss.presses_data("v1:off:1:2:decline")
    await boss.presses("今年安排不下")
    await boss.presses_data("v1:qo:1:1:answer")
    await boss.says("住村委会")
    await talk.settle()
    shown = "\n".join(await comes_back(li, tells=tells))
    assert "这次没能接受。原因：今年安排不下" in shown
    assert "工作人员回答：住村委会" in shown
    assert "未能接受" in li.reads()
    before = len(li.seen)
    await li.turns("member")
    await talk.settle()
    assert len(li.seen) == before, "each comes once"


async def test_reminders_of_the_time_away_do_not_pour_in(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await boss.presses_data("v1:off:1:1:ask")
    await boss.says("能来几位？")
    await blocks(li)
    await talk.move_clock(40 * DAY)
    assert {row["view"] for row in rows(talk, "deliveries") if row["state"] == "blocked"} >= {"asker.nudge"}
    assert not any("等您" in text for text in await comes_back(li, tells=True))
    assert "工作人员留言" in li.reads()


async def test_a_contact_that_could_not_be_taken_back_is_taken_back_then(talk: Talk) -> None:
    boss, _ = await shown_to(talk)
    await blocks(boss)
    await talk.move_clock(2 * DAY)
    assert any("13812345678" in text for text in visible(boss))
    await comes_back(boss, tells=True)
    assert not any("13812345678" in text for text in visible(boss))


async def test_a_colleague_hears_for_who_cannot_be_reached(talk: Talk) -> None:
    boss, li, zhao = await colleagues(talk)
    await blocks(li)
    await boss.presses_data("v1:off:1:1:ask")
    await boss.says("能来几位？")
    await talk.settle()
    assert "能来几位？" in zhao.last
    await talk.move_clock(3 * DAY)
    assert "等您的下一步已有" in zhao.last
    assert "能来几位" in "\n".join(await comes_back(li, tells=True))
