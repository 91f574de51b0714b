"""What goes wrong at the desk: slips, forms left open, two who work at once, changes that overtake one another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from knowledge.base import KnowledgeBase
from knowledge.clock import DAY, HOUR, MINUTE
from tests.journeys import announced, drafted, rows, wants_notices
from tests.talk import Person, Scripted, Talk

pytestmark = pytest.mark.usefixtures("calm")

TEXT = "今年乡村行即将公布"
BUSY = (429, {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 1}})


async def crowd(talk: Talk, count: int) -> tuple[Person, list[Person]]:
    """An administrator and so many readers."""
    boss = talk.person("boss", owner=True)
    people = [talk.person(f"p{n}") for n in range(count)]
    await wants_notices(*people)
    return boss, people


def states(talk: Talk) -> list[tuple[str, str, str | None]]:
    """Every notice and change: kind, state, why."""
    return [(row["kind"], row["state"], row["why"]) for row in rows(talk, "notices")]


async def corrected(boss: Person, text: str, **more: Any) -> str:
    """Write a correction of the notice that is shown, up to its rehearsal."""
    await boss.presses("更正")
    await boss.says(text, **more)
    return await boss.presses("跳过")


# -- finding the way ---------------------------------------------------------------------------------------------------


async def test_the_office_leads_to_the_desk(talk: Talk) -> None:
    boss, _ = await crowd(talk, 1)
    await drafted(boss, TEXT)
    await boss.says("/office")
    assert f"#1 {TEXT} · 草稿" in await boss.presses("📣 通知")


async def test_a_draft_without_a_topic_says_what_is_missing(talk: Talk) -> None:
    boss, _ = await crowd(talk, 1)
    await boss.says("/broadcast")
    await boss.says(TEXT)
    assert "草稿已经存好" in await boss.presses("跳过")
    said = await boss.presses("上一步")
    assert "还没选主题，点「改主题」选好才能发" in said
    assert not any("确认" in label for label in boss.buttons)
    await boss.presses("改主题")
    await boss.presses("政策")
    assert any("确认" in label for label in boss.buttons)


@pytest.mark.parametrize("elsewhere", ["/broadcast", "button", "audience"])
async def test_a_question_left_open_takes_nothing_that_is_typed_elsewhere(talk: Talk, elsewhere: str) -> None:
    boss, _ = await crowd(talk, 1)
    await drafted(boss, TEXT)
    await boss.presses("什么时候发")
    if elsewhere == "/broadcast":
        await boss.says("/broadcast")
    else:
        await boss.presses_data("v1:na:1" if elsewhere == "audience" else "v1:nd:1")
    assert "看不懂这个时间" not in await boss.says("我们做养老")


async def test_an_answer_to_a_question_about_what_is_no_draft_any_more_shows_how_it_stands(talk: Talk) -> None:
    boss, _ = await crowd(talk, 1)
    await drafted(boss, TEXT)
    confirm = next(button for button in talk.as_(boss).people.keyboard() if "确认" in button["label"])
    await boss.presses("什么时候发")
    await boss.does(talk.as_(boss).people.presses(confirm))
    said = await boss.says("明天9点")
    assert "只有工作人员能发通知" not in said
    assert "第 1 号通知 · 已发完" in said
    assert rows(talk, "notices")[0]["starts"] is None


async def test_an_address_is_no_label(talk: Talk) -> None:
    boss, _ = await crowd(talk, 1)
    await drafted(boss, TEXT)
    await boss.presses("按钮")
    await boss.presses("网址")
    assert "这是网址，下一步再写" in await boss.says("https://example.org/form")
    await boss.says("报名表")
    assert "1 个，最多 3 个" in await boss.says("https://example.org/form")


async def test_one_answer_is_said_where_one_is_taken(talk: Talk) -> None:
    boss, _ = await crowd(talk, 1)
    await drafted(boss, TEXT)
    await boss.presses("发给谁")
    assert "多久没来：选一个" in await boss.presses("多久没来")
    await boss.presses("30 天没来")
    assert "请改「发给谁」" in await boss.presses_data("v1:nd:1")
    assert "原因在下面" not in boss.last


# -- when it goes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["马上", "现在。", "Now"])
async def test_at_once_can_be_written(talk: Talk, words: str) -> None:
    boss, _ = await crowd(talk, 1)
    await drafted(boss, TEXT)
    await boss.presses("什么时候发")
    await boss.says("明天下午")
    assert "6月2日（周二）15:00" in boss.last
    await boss.presses("什么时候发")
    assert "没有这一天" in await boss.says("2月30日 9点")
    assert "6月1日（周一）" not in await boss.says(words)
    assert "什么时候：确认后马上" in boss.last


async def test_what_would_expire_before_it_goes_is_not_sent(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await drafted(boss, TEXT)
    await boss.presses("过期时间")
    await boss.says("明天9点")
    old = boss.seen[-1]
    await boss.presses("什么时候发")
    assert "还没发就过期了" in await boss.says("后天9点")
    assert not any("确认" in label for label in boss.buttons)
    version = rows(talk, "notices")[0]["version"]
    assert "过期时间在发送以前" in await boss.presses_data(f"v1:nsend:1:{version}")
    await boss.presses("什么时候发")
    await boss.says("马上")
    await talk.move_clock(2 * DAY)
    fresh = f"v1:nsend:1:{rows(talk, 'notices')[0]['version']}"
    assert "过期时间在发送以前" in await boss.presses_data(fresh)
    assert TEXT not in li.last
    assert states(talk) == [("notice", "draft", None)]
    await boss.presses_on(old, "过期时间")
    await boss.presses("开始后一天")
    await boss.presses("确认")
    assert li.last == f"📣 {TEXT}"


async def test_a_day_after_the_start_is_counted_from_the_start_as_it_is_now(talk: Talk) -> None:
    boss, _ = await crowd(talk, 1)
    await drafted(boss, TEXT)
    await boss.presses("过期时间")  # left open
    await boss.presses_data("v1:nw:1:start")
    await boss.says("6月5日 9点")
    await boss.presses("过期时间")
    assert "6月6日（周六）09:00 过期" in await boss.presses("开始后一天")


async def test_the_progress_of_what_was_unscheduled_says_so(talk: Talk) -> None:
    boss, _ = await crowd(talk, 1)
    await drafted(boss, TEXT)
    await boss.presses("什么时候发")
    await boss.presses("明天 9:00")
    await boss.presses("确认")
    panel = rows(talk, "notices")[0]["panel"]
    await boss.presses_data("v1:nun:1", panel)
    shown = [one for one in boss.seen if one.message == panel][-1]
    assert "第 1 号通知取消了定时，现在是草稿" in shown.html
    assert "草稿，还没有发" in await boss.presses_on(shown, "打开草稿")
    await boss.presses("确认")
    below = rows(talk, "notices")[0]["panel"]
    assert below > panel  # and not far up, where it stood before
    assert "等着发" in [one for one in boss.seen if one.message == below][-1].html


# -- two at once -------------------------------------------------------------------------------------------------------


async def test_two_administrators_confirm_one_notice_once(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    other = talk.person("other", owner=True)
    await wants_notices(other)
    await drafted(boss, TEXT)
    button = f"v1:nsend:1:{rows(talk, 'notices')[0]['version']}"
    said = await other.presses_data(button)
    assert "开始发送" in said
    assert "第 1 号通知 · 正在发" in said  # the message that changes by itself is the writer's
    assert "已经用过" in await boss.presses_data(button)
    assert [shown.html for shown in li.seen].count(f"📣 {TEXT}") == 1
    assert [row["actor"] for row in rows(talk, "audit") if row["action"] == "notice.confirm"] == [other.id]


async def test_an_administrator_no_more_can_do_nothing_with_the_buttons_left(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    other = talk.person("other", owner=True)
    await drafted(other, TEXT)
    version = rows(talk, "notices")[0]["version"]
    talk.services.owners.discard(other.id)
    for data in (f"nsend:1:{version}", "nd:1", "nlook:1", "nedit:1", "nt:1:policy", "nb:1:url", "na:1:all", "nw:1:start",
                 "ndrop:1", "nlist:1", "nun:1", "nrun:1:stop_yes", "nagain:1:failed", "nwho:1", "nfix:1",
                 "nback:1", "nleft", "nnew", "ndesk",
                 "nsend:99999999999999999999:1", "nsend:1", "nsend", "nb:1:county:nowhere"):  # fmt: skip
        assert not talk.as_(other).store.value("SELECT count(*) FROM deliveries WHERE notice = 1")
        said = await other.presses_data(f"v1:{data}")
        assert TEXT not in said, data
        assert "第 1 号通知" not in said, data
    assert states(talk) == [("notice", "draft", None)]
    assert TEXT not in li.last
    assert "发给" in await boss.presses_data("v1:nd:1")


async def test_whoever_loses_the_role_with_a_question_open_changes_nothing(talk: Talk) -> None:
    await crowd(talk, 1)
    other = talk.person("other", owner=True)
    await drafted(other, TEXT)
    await other.presses("什么时候发")
    talk.services.owners.discard(other.id)
    assert "只有工作人员能发通知" in await other.says("明天9点")
    assert rows(talk, "notices")[0]["starts"] is None


async def test_whoever_loses_the_role_while_it_goes_is_shown_no_numbers_any_more(talk: Talk) -> None:
    _, (wang,) = await crowd(talk, 1)
    other = talk.person("other", owner=True)
    await drafted(other, TEXT)
    Scripted.refuses[wang.id] = BUSY
    await other.presses("确认")
    talk.services.owners.discard(other.id)
    Scripted.refuses.clear()
    before = len(other.seen)
    await talk.move_clock(HOUR)
    assert wang.last == f"📣 {TEXT}"
    assert len(other.seen) > before
    assert all("不再发给您" in shown.html and not shown.keyboard for shown in other.seen[before:] if TEXT not in shown.html)


# -- changes that overtake one another ---------------------------------------------------------------------------------


async def test_a_change_begun_and_left_is_found_again_and_begun_only_once(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await announced(boss, TEXT)
    report = boss.seen[-1]
    await corrected(boss, "第一版")
    await boss.presses_on(report, "收回")
    await boss.presses_on(report, "收回")
    assert [kind for kind, *_ in states(talk)] == ["notice", "correction", "recall"]
    await boss.presses_data("v1:report:1")
    assert "好的，不收回" in await boss.presses("还没确认的收回") + await boss.presses("不收回了")
    await boss.presses("上一步")
    assert "「第一版」" in await boss.presses("写好还没确认的更正")
    await boss.presses("确认")
    assert li.last == "📣 第一版"


async def test_a_correction_never_writes_over_what_was_recalled(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await announced(boss, TEXT)
    report = boss.seen[-1]
    await talk.move_clock(3 * DAY)
    await corrected(boss, "改过的")
    waiting = boss.seen[-1]
    Scripted.refuses[wang.id] = BUSY
    await boss.presses_on(waiting, "确认")
    await boss.presses("暂停")
    await boss.presses_on(report, "更正")
    await boss.says("又改过的")
    await boss.presses("跳过")
    late = boss.seen[-1]
    Scripted.refuses.clear()
    await boss.presses_on(report, "收回")
    await boss.presses("确认，收回")
    await talk.move_clock(HOUR)
    withdrawn = "（这条通知已撤回。）"
    assert (li.last, wang.last) == (withdrawn, withdrawn)
    assert ("correction", "stopped", "overtaken") in states(talk)
    assert "后来又更正或收回过" in await boss.presses_data("v1:nrun:2:resume")
    assert "后来又更正或收回过" in await boss.presses_data("v1:nagain:2:failed")
    assert "已经收回" in await boss.presses_on(late, "确认")
    await talk.move_clock(HOUR)
    assert (li.last, wang.last) == (withdrawn, withdrawn)
    await boss.says("/broadcast")
    assert "已收回" in boss.last


async def test_where_no_copy_is_known_nothing_is_recalled(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await boss.presses_data("v1:mute:1")
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = BUSY
    await boss.presses("确认")
    Scripted.refuses.clear()
    await boss.presses_data("v1:nrun:1:pause")
    assert "没有一份确定已送达" in await boss.presses_data("v1:nback:1")
    assert not any("确认" in label for label in boss.buttons)
    version = rows(talk, "notices")[1]["version"]
    assert "没有能改动的" in await boss.presses_data(f"v1:nsend:2:{version}")
    assert states(talk) == [("notice", "paused", "asked"), ("recall", "draft", None)]
    await boss.presses_data("v1:nrun:1:resume")
    await talk.move_clock(HOUR)
    assert li.last == f"📣 {TEXT}"


async def test_an_older_correction_does_not_come_back_over_a_newer_one(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await announced(boss, TEXT)
    report = boss.seen[-1]
    await corrected(boss, "第一次改")
    Scripted.refuses[wang.id] = (400, {"ok": False, "error_code": 400, "description": "Bad Request: odd"})
    await boss.presses("确认")
    first = boss.seen[-1]
    assert "失败 1" in boss.last
    Scripted.refuses.clear()
    await boss.presses_on(report, "更正")
    await boss.says("第二次改")
    await boss.presses("跳过")
    await boss.presses("确认")
    assert (li.last, wang.last) == ("📣 第二次改", "📣 第二次改")
    assert "后来又更正或收回过" in await boss.presses_on(first, "再试失败的")
    assert (li.last, wang.last) == ("📣 第二次改", "📣 第二次改")


async def test_a_notice_going_on_again_is_held_and_shown_once_more(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await drafted(boss, TEXT)
    Scripted.refuses[wang.id] = BUSY
    await boss.presses("确认")
    await corrected(boss, "改过的")
    waiting = boss.seen[-1]
    await boss.presses_data("v1:nrun:1:resume")
    said = await boss.presses_on(waiting, "确认，改完接着发")
    assert "已先暂停。份数可能变了" in said
    assert "2 份会改动" in said
    assert states(talk)[0] == ("notice", "paused", "change")
    assert li.last == f"📣 {TEXT}"
    Scripted.refuses.clear()
    await boss.presses("确认，改完接着发")
    await talk.move_clock(HOUR)
    assert (li.last, wang.last) == ("📣 改过的", "📣 改过的")


# -- a change begun while it goes --------------------------------------------------------------------------------------


async def going(talk: Talk) -> tuple[Person, Person, Person]:
    """A notice on its way: the first reader has it, the second one not yet."""
    boss, (li, wang) = await crowd(talk, 2)
    await boss.presses_data("v1:mute:1")
    await drafted(boss, TEXT)
    Scripted.refuses[wang.id] = BUSY
    await boss.presses("确认")
    assert states(talk) == [("notice", "sending", None)]
    return boss, li, wang


async def test_a_correction_holds_what_is_going_and_lets_it_go_on(talk: Talk) -> None:
    boss, li, wang = await going(talk)
    said = await boss.presses("更正")
    assert "第 1 号通知已先暂停，还有 1 人没发" in said
    assert "已暂停" in said
    await boss.says("改过的")
    said = await boss.presses("跳过")
    assert "1 份会改动" in said
    assert "接着发的话，他们直接收到改好的" in said
    Scripted.refuses.clear()
    assert "改完接着发给另外 1 人" in await boss.presses("确认，改完接着发给另外 1 人")
    await talk.move_clock(HOUR)
    assert (li.last, wang.last) == ("📣 改过的", "📣 改过的")
    assert [one.how for one in li.seen if "改过的" in one.html] == ["edited"]
    assert [one.how for one in wang.seen if "改过的" in one.html] == ["sent"]
    assert states(talk) == [("notice", "done", None), ("correction", "done", None)]


async def test_a_correction_may_leave_the_others_waiting(talk: Talk) -> None:
    boss, li, wang = await going(talk)
    await corrected(boss, "改过的")
    Scripted.refuses.clear()
    said = await boss.presses("确认，改已发出的 1 份")
    assert "另外 1 人还没发，暂停着，要发就点「继续发」" in said
    await talk.move_clock(HOUR)
    assert li.last == "📣 改过的"
    assert "改过的" not in wang.last
    await boss.presses("‹ 第 1 号通知")
    await boss.presses("继续发")
    await talk.settle()
    assert wang.last == "📣 改过的"


async def test_taking_back_holds_what_is_going_and_ends_it(talk: Talk) -> None:
    boss, li, wang = await going(talk)
    said = await boss.presses("收回")
    assert "还有 1 人没发。收回以后，也不再发给他们" in said
    assert "1 份会收回" in said
    Scripted.refuses.clear()
    await boss.presses("确认，收回")
    await talk.move_clock(HOUR)
    assert TEXT not in wang.last
    assert li.seen[-1].how == "deleted"
    assert states(talk) == [("notice", "stopped", "recalled"), ("recall", "done", None)]


@pytest.mark.parametrize("change", ["更正", "收回"])
async def test_whoever_thinks_better_of_it_goes_on_with_a_tap(talk: Talk, change: str) -> None:
    boss, _, wang = await going(talk)
    await boss.presses(change)
    if change == "更正":
        said = await boss.says("/cancel")
        assert "好的，没有改动" in said
        assert "已暂停" in said
    else:
        assert "发送还暂停着，还有 1 人没发，要发就点「继续发」" in await boss.presses("不收回了")
    Scripted.refuses.clear()
    await boss.presses("继续发")
    await talk.move_clock(HOUR)
    assert wang.last == f"📣 {TEXT}"


async def test_what_is_held_for_a_change_is_not_forgotten(talk: Talk) -> None:
    boss, _, _ = await going(talk)
    await boss.presses("更正")
    await talk.move_clock(HOUR)
    assert "⏸ 第 1 号通知暂停了：要更正或收回" in boss.last
    assert any("继续发" in label for label in boss.buttons)
    before = len(boss.seen)
    await talk.move_clock(DAY)
    assert len(boss.seen) == before


async def test_nothing_is_held_for_a_change_of_copies_that_nobody_has(talk: Talk) -> None:
    boss, (li,) = await crowd(talk, 1)
    await boss.presses_data("v1:mute:1")
    await drafted(boss, TEXT)
    Scripted.refuses[li.id] = BUSY
    await boss.presses("确认")
    assert "还没有一份送到。请过几秒再点" in await boss.presses("更正")
    assert states(talk) == [("notice", "sending", None)]


async def test_what_went_on_meanwhile_is_not_spoken_of_as_held(talk: Talk) -> None:
    boss, _, _ = await going(talk)
    await boss.presses("收回")
    await boss.presses("不收回了")
    Scripted.refuses.clear()
    await boss.presses("继续发")
    await talk.move_clock(HOUR)
    assert not any("要更正或收回" in one.html for one in boss.seen[-2:])


# -- readers who go meanwhile ------------------------------------------------------------------------------------------


async def test_whoever_is_erased_or_blocks_between_confirmation_and_hour_gets_nothing(talk: Talk) -> None:
    boss, (li, wang, zhao) = await crowd(talk, 3)
    await drafted(boss, TEXT)
    await boss.presses("什么时候发")
    await boss.presses("明天 9:00")
    await boss.presses("确认")
    await li.says("/privacy")
    await li.presses("删除")
    await li.presses("删除")
    await wang.turns("kicked")
    Scripted.refuses[wang.id] = (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})
    await talk.move_clock(DAY)
    assert TEXT not in li.last + wang.last
    assert zhao.last == f"📣 {TEXT}"
    assert "送达 2" in boss.last


async def test_a_notice_that_expires_while_it_is_held_ends_and_says_how_many(talk: Talk) -> None:
    boss, (li, wang) = await crowd(talk, 2)
    await drafted(boss, TEXT)
    await boss.presses("过期时间")
    await boss.says("10分钟后")
    Scripted.refuses[wang.id] = BUSY
    await boss.presses("确认")
    await boss.presses("暂停")
    Scripted.refuses.clear()
    await talk.move_clock(20 * MINUTE)
    assert TEXT not in wang.last
    assert li.last == f"📣 {TEXT}"
    assert "过期没送 1" in boss.last
    panel = rows(talk, "notices")[0]["panel"]
    assert "原因" not in [one for one in boss.seen if one.message == panel][-1].html


# -- in the terminal ---------------------------------------------------------------------------------------------------


async def test_in_the_terminal_a_long_notice_is_held_while_it_goes(tmp_path: Path, base: KnowledgeBase) -> None:
    async with Talk(tmp_path, base, pace=1) as talk:
        boss, _ = await crowd(talk, 20)
        await drafted(boss, TEXT)
        talk.chat.patience = 0.1
        await boss.presses("确认")
        assert states(talk) == [("notice", "sending", None)]
        await boss.presses("暂停")
        assert states(talk) == [("notice", "paused", "asked")]
        talk.chat.patience = None
        await talk.chat.settle()
        waiting = [row for row in rows(talk, "deliveries") if row["notice"] and row["state"] == "pending"]
        assert waiting
