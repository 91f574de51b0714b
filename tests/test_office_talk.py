"""The life of an interest as transcripts: from "registered" to "completed", with the clock that asks whose turn it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.chat import plain
from knowledge.base import KnowledgeBase
from knowledge.clock import DAY, HOUR
from tests.journeys import NEED, OTHER_NEED, ZH, asked, registered, rows, stage
from tests.talk import MONDAY, Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

MOVES = [
    ("受理", "contacted", "已被受理，工作人员会联系您"),
    ("开始对接", "negotiating", "开始对接了"),
    ("已签约", "signed", "已签约"),
    ("已落地", "landed", "已落地，谢谢你们"),
]


async def both(talk: Talk) -> tuple[Person, Person]:
    """Somebody of the office, and somebody who has registered."""
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    return boss, li


# -- stages --------------------------------------------------------------------------------------------------------------


async def test_an_interest_goes_through_all_stages_and_both_sides_see_the_trail(talk: Talk) -> None:
    boss, li = await both(talk)
    for label, after, said in MOVES:
        await talk.move_clock(HOUR)
        await boss.presses(label)
        assert stage(talk) == after
        assert said in li.last
    asked = await boss.presses("已完成")
    assert "确定「巫溪 · 养老帮扶」已经完成？完成后不再跟踪。" in asked
    assert stage(talk) == "landed"
    await boss.presses("已完成")
    assert stage(talk) == "completed"
    assert "已完成，谢谢你们。" in li.last
    for side in (boss, li):
        hours = ("10:00 登记", "11:00 工作人员受理", "12:00 开始对接", "13:00 签约", "14:00 落地", "14:00 完成")
        assert all(f"6月1日（周一）{line}" in side.reads() for line in hours)
        assert "轮到" not in side.reads()
    assert boss.reads().endswith("\n↩ 撤销（十分钟内） 📋 签约清单 📊 填数字 ⭐ 推荐为先进典型 查看联系方式 单位资料")
    assert [row["after"] for row in rows(talk, "interest_events")] == [
        "submitted", "contacted", "negotiating", "signed", "landed", "completed",
    ]  # fmt: skip


async def test_completing_can_be_thought_over(talk: Talk) -> None:
    boss, _ = await both(talk)
    for label, _, _ in MOVES:
        await boss.presses(label)
    await boss.presses("已完成")
    assert "已落地" in await boss.presses("‹ 上一步")
    assert "已落地" in boss.reads()
    assert stage(talk) == "landed"


async def test_at_every_stage_the_card_offers_what_the_table_allows(talk: Talk) -> None:
    boss, li = await both(talk)
    assert boss.buttons == ["受理", "询问 / 留言", "婉拒", "查看联系方式", "单位资料"]
    await boss.presses("受理")
    assert boss.buttons == ["询问 / 留言", "开始对接", "婉拒", "↩ 撤销（十分钟内）", "查看联系方式", "单位资料"]
    assert li.buttons == ["回复 / 补充", "撤回", "👥 组团"]


async def test_question_and_answer_go_back_and_forth_and_turn_the_turn(talk: Talk) -> None:
    boss, li = await both(talk)
    assert "想问或告诉对方什么？写好就会发给对方，请对方回复。" in await boss.presses("询问")
    assert "已发给对方，有回复就告诉您。" in await boss.says("你们有几位护理员？")
    assert "轮到对方" in boss.reads()
    assert "工作人员说：你们有几位护理员？" in li.last
    assert "轮到您，从 6月1日（周一）起，最迟 6月8日（周一）" in li.reads()
    await li.presses("回复 / 补充")
    assert "已转给工作人员。" in await li.says("六位，都有证。")
    assert "对方回复：六位，都有证。" in boss.last
    assert "轮到我们" in boss.reads()
    assert stage(talk) == "submitted"
    await boss.presses("询问")
    await boss.says("什么时候来？")
    assert "工作人员留言：你们有几位护理员？" in li.reads()
    assert "贵单位回复：六位，都有证。" in li.reads()


async def test_declined_with_words_of_ones_own(talk: Talk) -> None:
    boss, li = await both(talk)
    await boss.presses("婉拒")
    assert "已婉拒，原因已告诉对方。" in await boss.says("今年的名额满了")
    assert "没能接受。原因：今年的名额满了。" in li.last
    assert stage(talk) == "declined"
    assert "1. 城口 · 养老帮扶" in li.last
    assert "巫溪" not in li.last.split("别的区县也需要您")[1]
    assert li.buttons == ["1", "2", "3", "更多 ›"]
    others = await li.presses("看看别的区县")
    assert "1. 城口 · 养老帮扶" in others
    assert "巫溪" not in others


@pytest.mark.parametrize("polite", ["谢谢", "谢谢!", "你好", "thanks"])
async def test_a_politeness_is_no_reason_to_withdraw(talk: Talk, polite: str) -> None:
    _, li = await both(talk)
    await li.says("/my")
    await li.presses("#1")
    await li.presses("撤回")
    assert "是这一步的回答，还是另外一件事？" in await li.says(polite)
    assert stage(talk) == "submitted"
    await li.says("人手不够,明年再来")
    assert stage(talk) == "withdrawn"


async def test_withdrawn_with_a_reason_and_registered_again(talk: Talk) -> None:
    boss, li = await both(talk)
    await li.says("/my")
    await li.presses("#1")
    assert "请选原因，或者自己写一句（工作人员会看到）。" in await li.presses("撤回")
    assert "已撤回，工作人员看得到原因。" in await li.presses("人手或资金不够")
    assert "对方撤回了：人手或资金不够" in boss.last
    assert stage(talk) == "withdrawn"
    await li.says(f"/start need-{NEED}")
    assert "能提供什么？" in await li.presses("登记意向")


async def test_more_can_be_added_without_being_asked(talk: Talk) -> None:
    boss, li = await both(talk)
    await li.says("/my")
    await li.presses("#1")
    await li.presses("回复 / 补充")
    await li.says("还能带两台洗澡车")
    assert "对方回复：还能带两台洗澡车" in boss.last


async def test_my_interests_show_the_open_ones_first(talk: Talk) -> None:
    boss, li = await both(talk)
    await boss.presses("婉拒")
    await boss.presses("与当地现在的需要不合")
    await registered(li, OTHER_NEED)
    mine = await li.says("/my")
    assert mine.index("#2 城口 · 养老帮扶 · 已登记 · 轮到市里的工作人员，从 6月1日（周一）起") < mine.index("#1 巫溪")
    assert li.buttons == ["#2", "#1", "单位资料", "问工作人员"]


async def test_a_long_correspondence_still_fits(talk: Talk) -> None:
    boss, li = await both(talk)
    for number in range(12):
        await boss.presses("询问")
        await boss.says(f"第{number}问：" + "问" * 590)
        await li.presses("回复 / 补充")
        await li.says(f"第{number}答：" + "答" * 590)
    assert "第11答：" + "答" * 590 in boss.last
    assert "登记" in li.reads()
    assert len(rows(talk, "interest_events")) == 25


async def test_the_one_who_took_it_on_hears_the_answer_unless_gone(talk: Talk) -> None:
    anna, bo = talk.person("anna", owner=True), talk.person("bo", owner=True)
    li = talk.person("li")
    await registered(li)
    await anna.presses("受理")
    heard = len(bo.seen)
    await li.presses("回复 / 补充")
    await li.says("周三到")
    assert "对方回复：周三到" in anna.last
    assert [shown.how for shown in bo.seen[heard:]] == ["edited"]
    await anna.turns("kicked")
    await li.presses("回复 / 补充")
    await li.says("改成周四到")
    assert "对方回复：改成周四到" in bo.last


# -- the clock -----------------------------------------------------------------------------------------------------------


def sent(person: Person, since: int) -> list[str]:
    """What came to somebody as a message of its own, after the first so many."""
    return [plain(shown.html) for shown in person.seen[since:] if shown.how == "sent"]


async def test_the_office_is_reminded_after_two_days_and_after_seven_and_then_the_asker_hears(talk: Talk) -> None:
    boss, li = await both(talk)
    told, heard = len(boss.seen), len(li.seen)
    await talk.move_clock(2 * DAY - 1)
    assert len(boss.seen) == told
    await talk.move_clock(1)
    assert boss.last == "⏰ #1 泰安市夕阳红养老服务中心 → 巫溪 · 养老帮扶，等了 2 天，请尽快处理。"
    assert boss.seen[-1].reply_to == boss.card().message
    assert boss.buttons[0] == "受理"
    assert "6月3日（周三）10:00 催办市里" in boss.reads()
    assert "6月3日（周三）10:00 催办市里" in li.reads()
    await talk.move_clock(5 * DAY - 1)
    assert (len(sent(boss, told)), sent(li, heard)) == (1, [])
    await talk.move_clock(1)
    assert "等了 7 天" in boss.last
    assert li.last.startswith("您登记的「巫溪 · 养老帮扶」已经等了 7 天，还没有答复")
    assert "· 6月3日（周三）10:00 催办市里\n· 6月8日（周一）10:00 催办市里" in li.last
    assert "1. 城口 · 养老帮扶" in li.last
    assert li.buttons == ["1", "2", "更多 ›", "问工作人员"]
    await talk.move_clock(29 * DAY)
    assert (len(sent(boss, told)), len(sent(li, heard))) == (2, 1)
    await talk.move_clock(DAY)  # and so every month: an offer that nobody answers does not fall silent
    assert "等了 37 天" in boss.last
    assert li.last.startswith("您登记的「巫溪 · 养老帮扶」已经等了 37 天，还没有答复")


async def test_no_reminder_of_the_old_turn_after_it_moved_on(talk: Talk) -> None:
    boss, li = await both(talk)
    await boss.presses("受理")
    await talk.move_clock(HOUR)  # the button that undoes it goes
    told, heard = len(boss.seen), len(li.seen)
    await talk.move_clock(7 * DAY - HOUR - 1)
    assert (len(boss.seen), len(li.seen)) == (told, heard)
    await talk.move_clock(1)
    assert "等了 7 天" in boss.last
    await talk.move_clock(7 * DAY)
    assert "等了 14 天" in boss.last
    assert len(sent(boss, told)) == 2
    assert "「巫溪 · 养老帮扶」等工作人员的下一步，已经 7 天了" in sent(li, heard)[0]
    assert "1. " not in "".join(sent(li, heard))  # it was taken on: no other places
    assert len(sent(li, heard)) == 2


async def test_while_the_asker_is_to_answer_the_asker_is_reminded_and_then_the_office_hears_of_it(talk: Talk) -> None:
    boss, li = await both(talk)
    await boss.presses("询问")
    await boss.says("几位护理员？")
    told, heard = len(boss.seen), len(li.seen)
    await talk.move_clock(2 * DAY)
    assert sent(boss, told) == []
    (line,) = sent(li, heard)
    assert "「巫溪 · 养老帮扶」等您的下一步已有 2 天" in line
    assert li.buttons == ["回复 / 补充", "已看到", "撤回"]
    await talk.move_clock(5 * DAY)
    assert "对方一直没有回复" in boss.last
    assert len(sent(li, heard)) == 2
    await li.presses("回复 / 补充")
    await li.says("六位")
    await talk.move_clock(2 * DAY)
    assert "等了 2 天" in boss.last


async def test_a_reminder_that_fell_due_while_the_bot_was_down_comes_at_the_start(talk: Talk) -> None:
    boss, _ = await both(talk)
    talk.chat.clock.move(3 * DAY)
    talk.people.remember_clock(talk.chat.clock.offset)
    await talk.restart()
    assert "等了 3 天" in boss.last
    assert talk.services.now() == MONDAY + 3 * DAY


# -- who is there ----------------------------------------------------------------------------------------------------------


async def test_without_anyone_online_the_asker_is_told_and_the_office_sees_it_on_starting(
    tmp_path: Path, base: KnowledgeBase
) -> None:
    async with Talk(tmp_path, base, owners={5001}) as talk:
        li, late = talk.person("li"), Person(talk, "late", 5001)
        talk.people.memory.people["late"] = 5001
        assert "目前还没有工作人员上线，一上线就会看到。" in await registered(li)
        assert "目前还没有工作人员上线，一上线就会看到。" in await asked(li)
        assert late.seen == []
        seen = await late.says("/start")
        assert "您好，这里是 结对" in seen
        assert "待办：1 条意向，1 条提问" in seen
        assert f"#1 {ZH.organisation} → 巫溪 · 养老帮扶 · 已登记 · 轮到我们，从 6月1日（周一）起" in seen
        await late.presses("#1")
        await late.presses("受理")
        assert "已被受理" in li.last
        await registered(li, OTHER_NEED)
        assert "新意向" in late.last


async def test_the_list_of_what_waits_begins_with_the_longest_waiting(talk: Talk) -> None:
    boss, li = await both(talk)
    await boss.presses("询问")
    await boss.says("几位护理员？")
    await talk.move_clock(DAY)
    await registered(li, OTHER_NEED)
    waiting = await boss.says("/office")
    assert "待办：2 条意向，0 条提问" in waiting
    assert waiting.index("#2") < waiting.index("#1")
    assert "#1 泰安市夕阳红养老服务中心 → 巫溪 · 养老帮扶 · 已登记 · 轮到对方" in waiting
    assert "#2 泰安市夕阳红养老服务中心 → 城口 · 养老帮扶" in await boss.presses("#2")


async def test_nothing_waits(talk: Talk) -> None:
    assert await talk.person("boss", owner=True).says("/office") == "没有待办的意向和提问。"


async def test_a_question_is_opened_from_the_list_and_answered(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await asked(li)
    await boss.says("/office")
    assert "第 1 号\n「住宿怎么安排？」" in await boss.presses("💬 1 住宿怎么安排？")
    await boss.presses("回答")
    await boss.says("住村委会")
    assert li.last == "您问过：「住宿怎么安排？」\n工作人员回答：住村委会"
    assert "没有待办" in await boss.says("/office")


async def test_the_whole_life_in_english(english: Talk) -> None:
    boss, li = english.person("boss", owner=True), english.person("li")
    await registered(li)
    await boss.presses("Ask")
    assert "Sent. You hear when they reply." in await boss.says("How many carers?")
    assert "the staff write: How many carers?" in li.last
    await li.presses("Reply")
    assert "Passed on to the office." in await li.says("Six of them")
    for move, said in (
        ("Accept", "was taken on"),
        ("Talks begin", "Talks about"),
        ("Signed", "is signed"),
        ("Under way", "has begun"),
    ):
        await boss.presses(move)
        assert said in li.last
    await boss.presses("Completed")
    await boss.presses("Completed")
    assert "is completed. Thank you." in li.last
    assert "Mon 1 Jun 10:00 work began" in li.reads()
