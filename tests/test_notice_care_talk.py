"""Nobody forgotten and nothing repeated when people go in the middle of a notice: authors who leave, readers who erase."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from telegram.error import TimedOut

from knowledge.base import KnowledgeBase
from knowledge.clock import DAY, HOUR, MINUTE
from knowledge.records import deliveries, erasure
from knowledge.records.store import Store
from scripts.kills import FIRST, prepare
from tests.botapi import BotApi, Order
from tests.journeys import announced, drafted, rows
from tests.talk import Person, Scripted, Talk
from tests.test_desk_talk import BUSY, TEXT, crowd, states
from tests.test_notice_faults import running

pytestmark = pytest.mark.usefixtures("calm")

NO_RIGHTS = (400, {"ok": False, "error_code": 400, "description": "Bad Request: not enough rights to send text messages"})
ODD = (400, {"ok": False, "error_code": 400, "description": "Bad Request: something new"})


def copies(talk: Talk) -> list[str]:
    """How the copies of the notices stand, by person."""
    return [row["state"] for row in rows(talk, "deliveries") if row["notice"]]


async def until(ready: Callable[[], object]) -> None:
    """Wait until something is so."""
    last = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < last
        await asyncio.sleep(0.01)


async def erases(person: Person) -> None:
    """Somebody has everything about them erased."""
    await person.says("/privacy")
    await person.presses("删除")
    await person.presses("删除")


async def scheduled(boss: Person) -> None:
    """A notice waits for the next morning."""
    await drafted(boss, TEXT)
    await boss.presses("什么时候发")
    await boss.presses("明天 9:00")
    await boss.presses("确认")


# -- authors who leave -------------------------------------------------------------------------------------------------


async def test_when_the_author_has_left_the_others_hear_that_it_is_held_and_that_it_is_over(talk: Talk) -> None:
    boss, people = await crowd(talk, 4)
    other = talk.person("other", owner=True)
    await drafted(other, TEXT)
    for one in people:
        Scripted.refuses[one.id] = BUSY
    await other.presses("确认")
    talk.services.owners.discard(other.id)
    for one in people:
        Scripted.refuses[one.id] = ODD
    await talk.move_clock(MINUTE)
    assert states(talk) == [("notice", "paused", "refused")]
    assert "⏸ 第 1 号通知暂停了：Telegram 连着拒收了几份" in boss.last
    assert "不再发给您" in other.last
    Scripted.refuses.clear()
    await boss.presses("继续发")
    assert "第 1 号通知：已发完" in boss.last


async def test_when_the_author_has_blocked_the_bot_the_others_decide_at_the_hour(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    other = talk.person("other", owner=True)
    await scheduled(other)
    await other.turns("kicked")
    await talk.move_clock(DAY)
    assert "或者停用了机器人" in boss.last
    await boss.presses("继续发")
    assert li.last == f"📣 {TEXT}"


async def test_what_an_erased_author_had_scheduled_is_decided_by_the_others(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    other = talk.person("other", owner=True)
    await scheduled(other)
    await erases(other)
    await talk.move_clock(DAY)
    assert TEXT not in li.last
    assert "负责它的人已经不是工作人员" in boss.last
    await boss.presses("继续发")
    assert li.last == f"📣 {TEXT}"
    assert "第 1 号通知：已发完" in boss.last


# -- readers who are erased --------------------------------------------------------------------------------------------


async def test_nothing_is_tried_again_for_somebody_who_was_erased(talk: Talk) -> None:
    boss, (li, _, zhao) = await crowd(talk, 3)
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = NO_RIGHTS
    Scripted.refuses[zhao.id] = TimedOut()
    await boss.presses("确认")
    Scripted.refuses.clear()
    await erases(li)
    await erases(zhao)
    Scripted.calls.clear()
    for state in ("failed", "unknown"):
        assert "情况已经变了" in await boss.presses_data(f"v1:nagain:1:{state}")
    assert sorted(copies(talk)) == ["gone", "gone", "sent", "sent"]
    assert not [name for name, parameters in Scripted.calls if str(parameters.get("chat_id", "")).startswith("-")]


@pytest.mark.parametrize(
    ("answer", "state"), [(Order(late=0.1), "sent"), (Order(late=0.1, code=429, retry_after=1), "gone"),
                          (Order(late=0.1, code=502), "gone")]
)  # fmt: skip
async def test_whoever_is_erased_while_the_copy_is_on_its_way_leaves_no_trace(
    tmp_path: Path, base: KnowledgeBase, answer: Order, state: str
) -> None:
    prepare(tmp_path / "jiedui.db", 1)
    called: list[int] = []

    def always(method: str, parameters: dict[str, Any]) -> Order | None:
        if method == "sendMessage":
            called.append(int(parameters["chat_id"]))
        return answer if method == "sendMessage" else None

    async with BotApi(always=always) as api, running(tmp_path, base, api) as (_, store):
        await until(lambda: called)
        erasure.erase(store, FIRST, lambda _: [], 2)
        await until(lambda: store.value("SELECT state FROM notices") == "done")
        found = store.one("SELECT person, state, message, error FROM deliveries WHERE notice = 1")
        assert tuple(found or ()) == (-1, state, None, None)
        assert called == [FIRST]


def test_a_copy_on_its_way_to_somebody_who_was_erased_is_gone_after_a_kill(tmp_path: Path) -> None:
    prepare(tmp_path / "jiedui.db", 1)
    with closing(Store(tmp_path / "jiedui.db", channel="telegram")) as store:
        deliveries.claim(store, 2, 10)
        erasure.erase(store, FIRST, lambda _: [], 2)
        deliveries.recover(store, 3, "")
        assert store.value("SELECT state FROM deliveries WHERE notice = 1") == "gone"


# -- what was not known ------------------------------------------------------------------------------------------------


async def test_what_turns_out_unknown_after_the_first_was_settled_is_asked_about_too(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await drafted(boss, TEXT)
    Scripted.refuses[li.id], Scripted.refuses[wang.id] = TimedOut(), BUSY
    await boss.presses("确认")
    await boss.presses("暂停")
    await boss.presses("不明的不再发")
    Scripted.refuses[wang.id] = TimedOut()
    await boss.presses("继续发")
    await talk.move_clock(MINUTE)
    assert "结果不明 2" in boss.last
    assert "不明的 2 人再发一次" in boss.buttons


async def test_what_is_just_being_sent_again_is_not_left_as_it_is(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = TimedOut()
    await boss.presses("确认")
    report = boss.seen[-1]
    Scripted.refuses[li.id] = BUSY
    await boss.presses_on(report, "再发一次")
    assert "情况已经变了" in await boss.presses_on(report, "不再发")
    Scripted.refuses[li.id] = TimedOut()
    await talk.move_clock(MINUTE)
    assert "不明的 1 人再发一次" in boss.buttons


# -- two notices at once -----------------------------------------------------------------------------------------------


async def test_a_notice_is_over_when_it_is_over_although_another_goes_on(tmp_path: Path, base: KnowledgeBase) -> None:
    prepare(tmp_path / "jiedui.db", 60)
    with closing(Store(tmp_path / "jiedui.db", channel="telegram")) as store:
        store.execute("INSERT INTO notices (author, zh, topic, state, created) VALUES (0, '短的', 'other', 'sending', 1)")
        store.execute("UPDATE deliveries SET notice = 2 WHERE person > ?", (FIRST + 2,))
    async with BotApi() as api, running(tmp_path, base, api, pace=25) as (_, store):
        await until(lambda: store.value("SELECT state FROM notices WHERE id = 1") == "done")
        assert store.value("SELECT count(*) FROM deliveries WHERE notice = 2 AND state = 'pending'") > 30


# -- tried again -------------------------------------------------------------------------------------------------------


async def test_trying_the_failed_again_after_a_stop_reaches_nobody_else(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await drafted(boss, TEXT)
    Scripted.refuses[li.id], Scripted.refuses[wang.id] = NO_RIGHTS, BUSY
    await boss.presses("确认")
    await boss.presses("停止")
    await boss.presses("确定停止")
    Scripted.refuses.clear()
    await boss.presses("再试失败的 1 人")
    await talk.move_clock(DAY)
    assert li.last == f"📣 {TEXT}"
    assert TEXT not in wang.last
    assert "没算在内：停止时还没轮到 1" in boss.last


async def test_trying_the_failed_again_while_it_is_held_sends_nothing_before_somebody_goes_on(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await drafted(boss, TEXT)
    Scripted.refuses[li.id], Scripted.refuses[wang.id] = NO_RIGHTS, BUSY
    await boss.presses("确认")
    await boss.presses("暂停")
    Scripted.refuses.clear()
    assert "1 份排回待发了。现在是暂停，点「继续发」" in await boss.presses("再试失败的 1 人")
    await talk.move_clock(MINUTE)
    assert TEXT not in li.last + wang.last
    await boss.presses("继续发")
    await talk.move_clock(MINUTE)
    assert [li.last, wang.last] == [f"📣 {TEXT}"] * 2


@pytest.mark.parametrize("error", [NO_RIGHTS, TimedOut()])
async def test_whoever_does_not_want_it_any_more_is_not_among_those_tried_again(talk: Talk, error: Any) -> None:
    boss, (li, wang, zhao) = await crowd(talk, 3)
    await drafted(boss, TEXT)
    for one in (li, wang, zhao):
        Scripted.refuses[one.id] = error
    await boss.presses("确认")
    report = boss.seen[-1]
    Scripted.refuses.clear()
    await li.presses_data("v1:mute:1")
    await wang.presses_data("v1:nset:topic:other")
    await boss.presses_on(report, "3 人")
    assert TEXT not in li.last + wang.last
    assert zhao.last.endswith(f"📣 {TEXT}")
    assert "没算在内：没勾选通知 1，关了这个主题 1" in boss.last


async def test_what_has_expired_is_not_tried_again(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await drafted(boss, TEXT)
    await boss.presses("过期时间")
    await boss.says("10分钟后")
    Scripted.refuses[li.id], Scripted.refuses[wang.id] = NO_RIGHTS, TimedOut()
    await boss.presses("确认")
    report = boss.seen[-1]
    Scripted.refuses.clear()
    await talk.move_clock(20 * MINUTE)
    for button in ("再试失败的", "再发一次"):
        assert "已经过了定好的过期时间" in await boss.presses_on(report, button)
    await boss.presses("刷新")
    assert [label for label in boss.buttons if "不明" in label or "再试" in label] == ["不明的不再发"]
    assert TEXT not in li.last + wang.last


async def test_what_was_settled_is_not_sent_again_by_an_older_button(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = TimedOut()
    await boss.presses("确认")
    report = boss.seen[-1]
    Scripted.refuses.clear()
    await boss.presses("不明的不再发")
    assert "情况已经变了" in await boss.presses_on(report, "再发一次")
    assert TEXT not in li.last


# -- clocks and marks that are wrong -----------------------------------------------------------------------------------


async def test_a_clock_that_is_set_back_holds_up_nobody(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = BUSY
    await boss.presses("确认")
    Scripted.refuses.clear()
    await talk.leap(-3 * DAY)
    await talk.move_clock(MINUTE)
    assert li.last == f"📣 {TEXT}"
    assert "第 1 号通知：已发完" in boss.last


async def test_a_clock_that_was_set_back_while_nothing_ran_holds_up_nobody(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = BUSY
    await boss.presses("确认")
    talk.people.remember_clock(talk.chat.clock.offset - 3 * DAY)
    await talk.restart()
    await talk.move_clock(MINUTE)
    assert li.last == f"📣 {TEXT}"


async def test_formatting_that_does_not_fit_the_text_is_left_away(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await announced(boss, "🎉 <报名>", entities=[{"type": "bold", "offset": 1, "length": 3}])
    assert li.seen[-1].html == "📣 🎉 &lt;报名&gt;"


# -- a recall that is stopped ------------------------------------------------------------------------------------------


async def test_a_recall_stopped_halfway_says_so_and_the_rest_is_taken_back_another_time(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await announced(boss, TEXT)
    await boss.presses("收回")
    Scripted.refuses[wang.id] = BUSY
    await boss.presses("确认")
    assert "#1 今年乡村行即将公布 · 正在收回" in await boss.says("/broadcast")
    await boss.presses_data("v1:nrun:2:stop")
    await boss.presses("确定停止")
    Scripted.refuses.clear()
    assert "原因：收回到一半停了" in await boss.presses_data("v1:report:1")
    assert "1 份会收回" in await boss.presses("收回")
    await boss.presses("确认")
    await talk.move_clock(MINUTE)
    assert [li.seen[-1].how, wang.seen[-1].how] == ["deleted", "deleted"]
    assert "#1 今年乡村行即将公布 · 已收回" in await boss.says("/broadcast")


async def test_a_correction_after_a_recall_stopped_halfway_changes_only_what_still_stands(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await announced(boss, TEXT)
    await talk.move_clock(3 * DAY)
    await boss.presses("收回")
    Scripted.refuses[wang.id] = BUSY
    await boss.presses("确认")
    await boss.presses_data("v1:nrun:2:stop")
    await boss.presses("确定停止")
    Scripted.refuses.clear()
    await boss.presses_data("v1:nfix:1")
    await boss.says("改过的")
    await boss.presses("跳过")
    await boss.presses("确认")
    await talk.move_clock(MINUTE)
    assert li.last == "（这条通知已撤回。）"
    assert wang.last == "📣 改过的"


# -- at night ----------------------------------------------------------------------------------------------------------


def sounds(person: Person) -> list[bool]:
    """Of the copies that went to this person, whether each made a sound."""
    sent = [one for name, one in Scripted.calls if name == "sendMessage" and str(one["chat_id"]) == str(person.id)]
    return [not one.get("disable_notification") for one in sent if TEXT in one["text"]]


async def test_a_notice_meant_for_the_day_makes_no_sound_when_it_comes_at_night(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await scheduled(boss)
    await talk.leap(DAY + 13 * HOUR)  # nothing ran at nine in the morning
    assert li.last == f"📣 {TEXT}"
    assert sounds(li) == [False]


async def test_a_notice_confirmed_at_night_in_spite_of_the_warning_is_heard(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await talk.move_clock(13 * HOUR)
    assert "那时是夜里，会打扰人" in await drafted(boss, TEXT)
    await boss.presses("确认")
    assert sounds(li) == [True]
