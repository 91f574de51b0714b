"""Notices on their way as transcripts: once to everybody, through restarts and refusals."""

from __future__ import annotations

import datetime as dt

import pytest
from telegram.error import RetryAfter

from bot import outcomes
from knowledge.clock import DAY
from tests.journeys import announced, drafted, rows, wants_notices
from tests.talk import Scripted, Talk
from tests.test_notices_talk import BLOCKED, TEXT, got, refused, started, states

pytestmark = pytest.mark.usefixtures("calm")


async def test_whoever_comes_after_the_confirmation_is_not_among_the_recipients(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    await wants_notices(boss)
    await announced(boss, TEXT)
    (late,) = await started(talk, "late")
    await talk.move_clock(DAY)
    assert got(late) == 0


async def test_a_restart_in_the_middle_loses_nobody_and_repeats_nothing(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    people = await started(talk, *(f"p{n}" for n in range(60)))
    await drafted(boss, TEXT)
    confirm = next(b for b in talk.as_(boss).people.keyboard() if "确认" in b["label"])
    before = got(people[0])
    await talk.put(talk.people.presses(confirm))
    await talk.sees(f"📣 {TEXT}")
    await talk.chat.close()
    await talk.open()
    assert before == 0
    assert [got(one) for one in people] == [1] * 60
    assert "送达 61" in boss.last


async def test_somebody_who_blocked_the_bot_is_noted_and_left_out_next_time(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = BLOCKED
    await boss.presses("确认")
    assert "送达 1 · 屏蔽 1" in boss.last
    shown = await drafted(boss, TEXT)
    assert "1 人会收到" in shown
    assert "停用或屏蔽了机器人 1 人" in shown
    Scripted.refuses.clear()
    await li.says("/start")
    assert "2 人会收到" in await drafted(boss, "第三条")
    await li.turns("kicked")
    assert "1 人会收到" in await drafted(boss, "第四条")


async def test_an_account_that_is_gone_is_counted_as_gone(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = refused("chat not found")
    await boss.presses("确认")
    assert "账号不在 1" in boss.last
    assert sorted(map(str, states(talk))) == ["gone", "sent"]


async def test_being_told_to_wait_holds_that_chat_and_then_it_goes_on(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "MARGIN", 0)
    boss = talk.person("boss", owner=True)
    people = await started(talk, *(f"p{n}" for n in range(10)))
    await drafted(boss, TEXT)
    Scripted.refuses[people[3].id] = RetryAfter(dt.timedelta(milliseconds=20))
    await boss.presses("确认")
    assert got(people[3]) == 0
    assert states(talk).count("pending") == 1
    del Scripted.refuses[people[3].id]
    await talk.move_clock(3)
    assert [got(one) for one in people] == [1] * 10
    assert "送达 11" in boss.last


async def test_a_text_refused_at_the_first_copy_stops_the_notice_and_the_author_is_told(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    people = await started(talk, *(f"p{n}" for n in range(40)))
    await drafted(boss, TEXT)
    for one in people:
        Scripted.refuses[one.id] = refused("can't parse entities: unsupported start tag")
    await boss.presses("确认")
    told = [shown.html for shown in boss.seen if "⏹ 第 1 号通知停止了" in shown.html]
    assert len(told) == 1
    assert "Can&#39;t parse entities" in told[0]
    assert "请写一条新的" in told[0]
    await talk.move_clock(DAY)
    assert rows(talk, "notices")[0]["state"] == "stopped"
