"""Notices as transcripts: written, looked at, confirmed once, delivered once to everybody who wants them, reported."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx
import pytest
from telegram.error import RetryAfter, TimedOut

from bot import outcomes
from handlers.checks import NOTICE_MAX
from knowledge.clock import DAY
from tests.journeys import registered, rows, wants_notices
from tests.talk import Person, Scripted, Talk

pytestmark = pytest.mark.usefixtures("calm")

TEXT = "今年乡村行即将公布"
BLOCKED = (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})


def refused(why: str) -> tuple[int, dict[str, Any]]:
    return 400, {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"}


async def started(talk: Talk, *names: str) -> list[Person]:
    """People who have opened the chat."""
    people = [talk.person(name) for name in names]
    await wants_notices(*people)
    return people


async def written(boss: Person, text: str = TEXT, **more: Any) -> str:
    """Write a notice; returns its preview."""
    await boss.says("/broadcast")
    return await boss.says(text, **more)


def got(person: Person, text: str = TEXT) -> int:
    """How often this person got the notice."""
    return sum(message.html == f"📣 {text}" for message in person.seen)


def states(talk: Talk) -> list[object]:
    """How the copies of the notices stand, by person."""
    return [row["state"] for row in rows(talk, "deliveries") if row["notice"]]


# -- writing and looking ---------------------------------------------------------------------------------------------------


async def test_the_preview_shows_the_text_and_who_is_left_out(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    li, wang, zhao = await started(talk, "li", "wang", "zhao")
    await li.presses_data("v1:mute:1")
    await wang.turns("kicked")
    assert await boss.says("/broadcast") == "请写通知内容（可以用粗体、链接）。下一步会先给您看样子和人数。"
    preview = await boss.says(TEXT)
    assert f"————————\n{TEXT}\n————————" in preview
    assert "会发给 2 人。没算在内：关闭通知的 1 人，已停用或屏蔽的 1 人。" in preview
    assert boss.buttons == ["📣 确认发送", "改内容", "取消"]
    await boss.presses("确认发送")
    assert (got(boss), got(zhao), got(li), got(wang)) == (1, 1, 0, 0)


async def test_nothing_is_sent_before_it_is_confirmed(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await written(boss)
    await talk.move_clock(DAY)
    assert got(li) == 0
    assert await boss.says("/cancel") == "已取消发通知，没有提交。想继续时重新点一下就行。"
    assert rows(talk, "notices") == []


async def test_the_text_can_be_changed_at_the_preview(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await written(boss)
    await boss.presses("改内容")
    assert "乡村行改到秋天" in await boss.says("乡村行改到秋天")
    await boss.presses("确认发送")
    assert (got(li), got(li, "乡村行改到秋天")) == (0, 1)


async def test_formatting_arrives_as_it_was_written(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    text = "🎉 乡村行 <报名> & 咨询"
    entities = [
        {"type": "bold", "offset": 3, "length": 3},
        {"type": "text_link", "offset": 7, "length": 4, "url": "https://example.org/?a=1&b=2"},
        {"type": "spoiler", "offset": 14, "length": 2},
    ]
    html = (
        '🎉 <b>乡村行</b> <a href="https://example.org/?a=1&amp;b=2">&lt;报名&gt;</a> &amp;'
        ' <span class="tg-spoiler">咨询</span>'
    )
    preview = await written(boss, text, entities=entities)
    assert "<报名> (https://example.org/?a=1&b=2) & 咨询" in preview
    assert html in boss.seen[-1].html
    await boss.presses("确认发送")
    assert li.seen[-1].html == f"📣 {html}"
    assert li.buttons == ["不再接收通知"]


@pytest.mark.parametrize("text", ["\u200b\u200b", "\u2066\u2069"])
async def test_an_empty_notice_is_asked_for_again(talk: Talk, text: str) -> None:
    assert "通知不能是空的，请写内容。" in await written(talk.person("boss", owner=True), text)


@pytest.mark.parametrize(
    ("text", "length"), [("通" * (NOTICE_MAX + 1), NOTICE_MAX + 1), ("😀" * 2000, 4000), ("&" * 4000, 4000)]
)
async def test_a_notice_too_long_says_by_how_much(talk: Talk, text: str, length: int) -> None:
    said = await written(talk.person("boss", owner=True), text)
    assert f"通知最多 {NOTICE_MAX} 个字，现在有 {length} 个字，请缩短。" in said
    assert "请写通知内容" in said


@pytest.mark.parametrize("text", ["通" * NOTICE_MAX, "&" * NOTICE_MAX, "😀" * (NOTICE_MAX // 2)])
async def test_the_longest_notice_fits_with_preview_and_report(talk: Talk, text: str) -> None:
    boss = talk.person("boss", owner=True)
    await wants_notices(boss)
    assert "会发给 1 人" in await written(boss, text)
    await boss.presses("确认发送")
    assert states(talk) == ["sent"]


async def test_a_picture_is_no_notice(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    await boss.says("/broadcast")
    photo = [{"file_id": "1", "file_unique_id": "1", "width": 1, "height": 1}]
    assert "这一步请用文字回答" in await boss.sends(photo=photo, caption=TEXT)


async def test_with_nobody_to_send_to_it_says_so(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    await boss.presses_data("v1:mute:1")
    assert "会发给 0 人" in await written(boss)
    assert "现在没有人可以收到通知。" in await boss.presses("确认发送")
    assert rows(talk, "notices") == []


# -- delivery ----------------------------------------------------------------------------------------------------------------


async def test_everybody_gets_it_once_and_the_author_a_report(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    people = await started(talk, *(f"p{n}" for n in range(25)))
    await written(boss)
    preview = boss.seen[-1]
    assert "开始发送，共 26 人。发完会给您报告。" in await boss.presses("确认发送")
    assert [got(one) for one in (boss, *people)] == [1] * 26
    report = "通知第 1 号：已发完\n共 26 人 · 送达 26 · 待发 0 · 屏蔽 0 · 账号不在 0 · 失败 0 · 结果不明 0"
    assert boss.last == report
    assert await boss.presses_on(preview, "确认发送") == "这张表已经提交或取消了。"
    assert [got(one) for one in (boss, *people)] == [1] * 26
    assert report in await boss.presses_data("v1:report:1")


async def test_whoever_comes_after_the_confirmation_is_not_among_the_recipients(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    await written(boss)
    await boss.presses("确认发送")
    (late,) = await started(talk, "late")
    await talk.move_clock(DAY)
    assert got(late) == 0


async def test_a_restart_in_the_middle_loses_nobody_and_repeats_nothing(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    people = await started(talk, *(f"p{n}" for n in range(60)))
    await written(boss)
    confirm = next(b for b in talk.as_(boss).people.keyboard() if "确认发送" in b["label"])
    await talk.put(talk.people.presses(confirm))
    await talk.sees(f"📣 {TEXT}")
    await talk.chat.close()
    assert 0 < sum(got(one) for one in people) < 60
    await talk.open()
    assert [got(one) for one in (boss, *people)] == [1] * 61
    assert "送达 61" in boss.last


async def test_somebody_who_blocked_the_bot_is_noted_and_left_out_next_time(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await written(boss)
    block(li)
    await boss.presses("确认发送")
    assert "送达 1 · 待发 0 · 屏蔽 1" in boss.last
    assert rows(talk, "people")[1]["unreachable"] is not None
    assert "会发给 1 人。没算在内：关闭通知的 0 人，已停用或屏蔽的 1 人。" in await written(boss)
    Scripted.refuses.clear()
    await li.says("/start")
    await boss.says("/cancel")
    assert "会发给 2 人" in await written(boss)


def block(*people: Person) -> None:
    """From now on Telegram refuses what is sent to these people."""
    for one in people:
        Scripted.refuses[one.id] = BLOCKED


async def test_an_account_that_is_gone_is_counted_as_gone(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await written(boss)
    Scripted.refuses[li.id] = refused("chat not found")
    await boss.presses("确认发送")
    assert "账号不在 1" in boss.last
    assert states(talk) == ["sent", "gone"]


async def test_a_text_that_telegram_refuses_stops_the_notice_and_the_author_is_told(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    people = await started(talk, *(f"p{n}" for n in range(40)))
    await written(boss)
    for one in people:
        Scripted.refuses[one.id] = refused("can't parse entities: unsupported start tag")
    await boss.presses("确认发送")
    assert boss.last.startswith("Telegram 不接受这条通知的内容，已停止发送：Can't parse entities")
    assert "已停止" in boss.last
    assert "没有发" in boss.last
    assert rows(talk, "notices")[0]["state"] == "stopped"
    assert states(talk).count("failed") < 20
    await talk.move_clock(DAY)
    assert states(talk).count("pending") > 20


async def test_being_told_to_wait_holds_the_notice_and_then_it_goes_on(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "MARGIN", 0)
    boss = talk.person("boss", owner=True)
    people = await started(talk, *(f"p{n}" for n in range(10)))
    await written(boss)
    Scripted.refuses[people[3].id] = RetryAfter(dt.timedelta(milliseconds=20))
    await boss.presses("确认发送")
    assert got(people[3]) == 0
    assert states(talk).count("pending") == 1
    del Scripted.refuses[people[3].id]
    await talk.move_clock(3)
    assert [got(one) for one in (boss, *people)] == [1] * 11
    assert "送达 11" in boss.last


async def test_a_copy_that_may_have_arrived_is_not_sent_again(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await written(boss)
    Scripted.refuses[li.id] = TimedOut()
    await boss.presses("确认发送")
    assert "结果不明 1" in boss.last
    Scripted.refuses.clear()
    await talk.move_clock(DAY)
    assert states(talk) == ["sent", "unknown"]
    assert got(li) == 0


async def test_a_copy_that_certainly_did_not_leave_is_sent_later(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await written(boss)
    late = TimedOut()
    late.__cause__ = httpx.ConnectTimeout("no way")
    Scripted.refuses[li.id] = late
    await boss.presses("确认发送")
    assert got(li) == 0
    assert "发送中" in await boss.presses_data("v1:report:1")
    Scripted.refuses.clear()
    await talk.move_clock(60)
    assert got(li) == 1
    assert "送达 2" in boss.last


# -- who does not want them ------------------------------------------------------------------------------------------------


async def test_notices_are_turned_off_and_on_from_the_notice_itself(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    (li,) = await started(talk, "li")
    await written(boss)
    await boss.presses("确认发送")
    assert await li.presses("不再接收通知") == "好的，不再给您发通知。您自己登记的事，有变化仍会告诉您。"
    await written(boss, "第二条")
    await boss.presses("确认发送")
    assert got(li, "第二条") == 0
    assert await li.presses("恢复接收通知") == "好的，有通知会发给您。"
    await written(boss, "第三条")
    await boss.presses("确认发送")
    assert got(li, "第三条") == 1


async def test_muting_does_not_silence_ones_own_affairs(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await li.presses_data("v1:mute:1")
    await boss.presses("受理")
    assert "已被受理" in li.last


async def test_the_whole_way_in_english(english: Talk) -> None:
    boss = english.person("boss", owner=True)
    (li,) = await started(english, "li")
    assert "Next you see how it looks and how many get it." in await boss.says("/broadcast")
    preview = await boss.says("The village trip is near")
    assert "It goes to 2 people. Left out: 0 who turned notices off, 0 who blocked the bot or are gone." in preview
    assert "On its way to 2 people." in await boss.presses("Send it")
    assert got(li, "The village trip is near") == 1
    assert "2 people · delivered 2 · waiting 0" in boss.last
    assert "All right, no more notices." in await li.presses("Stop notices")
