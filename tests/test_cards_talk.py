"""The living card in the chat: edited in place, never back in time, with a line in reply; undoing; reminders by county."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from telegram.error import NetworkError, TimedOut

from bot.channels.chat import plain
from knowledge.base import KnowledgeBase
from knowledge.clock import DAY, HOUR, MINUTE
from knowledge.records import cards
from tests.journeys import registered, rows, stage
from tests.talk import Person, Scripted, Talk

pytestmark = pytest.mark.usefixtures("calm")


async def both(talk: Talk) -> tuple[Person, Person]:
    """Somebody of the office, and somebody who has registered."""
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    return boss, li


def coordinator(talk: Talk, name: str, county: str = "wuxi") -> Person:
    """A coordinator who has opened the chat."""
    person = talk.person(name)
    talk.store.execute(
        "INSERT OR IGNORE INTO people (id, client, started, first_seen, last_seen) VALUES (?, 'zh', 1, 1, 1)", (person.id,)
    )
    talk.store.execute(
        "INSERT INTO coordinators (county, person, since, appointed_by) VALUES (?, ?, 1, 1)", (county, person.id)
    )
    return person


def refusal(why: str) -> tuple[int, dict[str, Any]]:
    return 400, {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"}


def calls(method: str, chat: int) -> list[dict[str, Any]]:
    return [parameters for name, parameters in Scripted.calls if name == method and parameters.get("chat_id") == chat]


def stale(talk: Talk) -> list[dict[str, Any]]:
    """The cards that do not show the last event."""
    return [row for row in rows(talk, "cards") if row["version"] not in {0, cards.latest(talk.store, row["interest"])}]


# -- one card --------------------------------------------------------------------------------------------------------------


async def test_one_card_for_each_side_is_edited_move_by_move(talk: Talk) -> None:
    boss, li = await both(talk)
    first = boss.card().message
    for label in ("受理", "开始对接", "已签约", "已落地"):
        await boss.presses(label)
        assert boss.card().message == first
        assert li.seen[-1].how == "sent"
        assert li.seen[-1].reply_to == li.card().message
    assert [shown.how for shown in boss.seen if shown.message == first] == ["sent"] + ["edited"] * 4
    assert len({shown.message for shown in li.seen if "落地" in shown.html and shown.how == "edited"}) == 1
    assert stale(talk) == []


async def test_the_confirmation_becomes_the_card_of_the_asker(talk: Talk) -> None:
    boss, li = await both(talk)
    confirmation = li.seen[-1]
    await boss.presses("受理")
    assert li.card().message == confirmation.message
    assert "已受理 · 轮到市里的工作人员，从 6月1日（周一）起，最迟 6月8日（周一）" in li.reads()
    assert li.reads().endswith("回复 / 补充 撤回 👥 组团")


@pytest.mark.parametrize(
    "why", ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID", "message is too old"]
)
async def test_where_a_card_can_no_longer_be_edited_a_new_one_takes_its_place(talk: Talk, why: str) -> None:
    boss, li = await both(talk)
    await boss.presses("受理")
    before = li.card().message
    Scripted.script["editMessageText"] = [(200, {"ok": True, "result": True}), refusal(why)]  # the office's own, then li's
    await boss.presses("开始对接")
    assert li.card().message > before
    assert "对接中" in li.reads()
    assert li.seen[-1].reply_to == li.card().message
    assert [row["state"] for row in rows(talk, "deliveries")] == ["sent"] * len(rows(talk, "deliveries"))


async def test_an_edit_that_changes_nothing_counts_as_shown(talk: Talk) -> None:
    boss, _ = await both(talk)
    Scripted.script["editMessageText"] = [refusal("message is not modified")] * 2
    await boss.presses("受理")
    assert stale(talk) == []


async def test_several_changes_while_telegram_was_away_are_one_edit(talk: Talk) -> None:
    boss, li = await both(talk)
    await boss.presses("受理")
    Scripted.refuses[li.id] = NetworkError("away")
    for label in ("开始对接", "已签约", "已落地"):
        await boss.presses(label)
    del Scripted.refuses[li.id]
    before = len(calls("editMessageText", li.id))
    await talk.move_clock(HOUR)
    assert "已落地" in li.reads()
    assert len(calls("editMessageText", li.id)) == before + 1
    assert stale(talk) == []


async def test_an_edit_that_may_have_arrived_is_made_again_without_a_word(talk: Talk) -> None:
    boss, li = await both(talk)
    Scripted.refuses[li.id] = TimedOut("read")
    await boss.presses("受理")
    del Scripted.refuses[li.id]
    await talk.move_clock(HOUR)
    assert "已受理" in li.reads()
    assert "可能重复" not in li.reads()


async def test_a_restart_in_the_middle_shows_the_latest_state(talk: Talk) -> None:
    boss, li = await both(talk)
    Scripted.refuses[li.id] = NetworkError("away")
    await boss.presses("受理")
    await boss.presses("开始对接")
    await talk.restart()
    await talk.move_clock(HOUR)
    assert "对接中" in li.reads()
    assert stale(talk) == []


async def test_opening_it_from_the_list_moves_the_card_down(talk: Talk) -> None:
    boss, _ = await both(talk)
    old = boss.card().message
    await boss.says("/office")
    await boss.presses("#1")
    assert boss.card().message > old
    left = next(shown for shown in reversed(boss.seen) if shown.message == old)
    assert (plain(left.html), left.keyboard) == ("#1 巫溪 · 养老帮扶：最新情况在下面的卡片里。", ())
    await boss.presses("受理")
    assert "已受理" in boss.reads()
    assert stale(talk) == []


async def test_a_press_on_an_old_card_shows_there_how_it_stands(talk: Talk) -> None:
    boss, li = await both(talk)
    old = boss.card()
    await boss.says("/office")
    await boss.presses("#1")
    await boss.presses("受理")
    said = await boss.presses_on(old, "婉拒")
    assert "情况已有变化" in said
    assert "6月1日（周一）10:00 工作人员受理" in said
    assert boss.card().message == old.message
    assert stage(talk) == "contacted"
    assert stale(talk) == []
    assert "没能接受" not in li.last


async def test_at_night_a_line_makes_no_sound(talk: Talk) -> None:
    boss, li = await both(talk)
    await talk.move_clock(12 * HOUR)
    await boss.presses("受理")
    assert li.seen[-1].silent
    await talk.move_clock(11 * HOUR)
    await boss.presses("开始对接")
    assert not li.seen[-1].silent


async def test_whoever_is_to_move_finds_a_button_that_brings_it_on(talk: Talk) -> None:
    boss, li = await both(talk)
    for label, turn, ways in (
        ("受理", "轮到我们", {"开始对接"}),
        ("开始对接", "轮到我们", {"已签约"}),
        ("已签约", "轮到对方", {"已落地", "进展顺利", "遇到困难"}),
        ("已落地", "轮到对方", {"进展顺利", "遇到困难"}),
    ):
        await boss.presses(label)
        assert turn in boss.reads(), label
        mover = boss if turn == "轮到我们" else li
        assert ways <= {button["label"] for row in mover.card().keyboard for button in row}, label


async def test_the_organisation_says_how_it_goes_with_one_tap(talk: Talk) -> None:
    boss, li = await both(talk)
    for label in ("受理", "开始对接", "已签约"):
        await boss.presses(label)
    assert "已记为落地" in await li.presses_on(li.card(), "已落地")
    assert (stage(talk), boss.last) == ("landed", "🔔 对方说已经落地，开始做了。")
    await talk.move_clock(91 * DAY)
    assert "一下就行" in li.last
    assert "已告诉工作人员" in await li.presses("遇到困难")
    assert "对方遇到困难" in boss.last
    assert "轮到我们" in boss.reads()
    assert "谢谢，已记下。" in await li.presses_on(li.card(), "进展顺利")
    assert "轮到您" in li.reads()
    asked = len(li.seen)
    await talk.move_clock(88 * DAY)
    assert [shown.html for shown in li.seen[asked:] if shown.how == "sent"] == []
    await talk.move_clock(4 * DAY)
    assert "落地已有" in li.last
    assert stale(talk) == []


# -- undoing -----------------------------------------------------------------------------------------------------------------


async def test_what_is_typed_after_being_stuck_says_what_is_in_the_way(talk: Talk) -> None:
    boss, li = await both(talk)
    for label in ("受理", "开始对接", "已签约"):
        await boss.presses(label)
    assert "请再写一句卡在哪里" in await li.presses_on(li.card(), "遇到困难")
    await talk.restart()
    assert "已转给工作人员" in await li.says("助浴点还没有定下来")
    assert boss.last == "🔔 对方回复：助浴点还没有定下来"
    assert "贵单位：遇到困难，请工作人员帮忙" in li.reads()
    assert "登记方：遇到困难，请工作人员帮忙" in boss.reads()


async def test_a_long_trail_keeps_every_stage_and_says_where_something_is_left_out(talk: Talk) -> None:
    boss, li = await both(talk)
    await boss.presses("受理")
    for n in range(9):
        await li.presses_on(li.card(), "回复")
        await li.says(f"补充{n}号")
    await boss.presses_on(boss.card(), "开始对接")
    await boss.presses_on(boss.card(), "已签约")
    for one in (boss, li):
        assert "登记\n" in one.reads()
        assert "工作人员受理\n…\n" in one.reads()
        assert "补充0号" not in one.reads()
        assert "补充8号" in one.reads()


async def test_a_step_by_a_slip_of_the_thumb_is_undone_and_the_button_goes(talk: Talk) -> None:
    boss, li = await both(talk)
    await boss.presses("受理")
    await boss.presses("开始对接")
    assert "已撤销" in await boss.presses_on(boss.card(), "↩ 撤销")
    assert stage(talk) == "contacted"
    assert "工作人员撤销了上一步" in li.last
    assert "↩ 撤销" not in boss.reads()
    assert "↩ 撤销" not in " ".join(boss.buttons)
    await boss.presses_on(boss.card(), "开始对接")
    pressed = boss.card()
    await talk.move_clock(11 * MINUTE)
    assert not [one for row in boss.card().keyboard for one in row if "撤销" in one["label"]]
    assert "已经过了十分钟" in await boss.presses_on(pressed, "↩ 撤销")
    assert stage(talk) == "negotiating"


async def test_a_no_is_undone_within_ten_minutes(talk: Talk) -> None:
    boss, li = await both(talk)
    await boss.presses("婉拒")
    await boss.presses("今年安排不下")
    assert "未能接受" in li.reads()
    assert "撤销" not in li.reads()
    await boss.presses("↩ 撤销")
    assert stage(talk) == "submitted"
    assert "工作人员撤销了上一步" in li.last
    assert "轮到市里的工作人员" in li.reads()
    assert [event["move"] for event in rows(talk, "interest_events")] == ["register", "decline", "undo"]
    assert "受理" in boss.reads()


async def test_after_ten_minutes_the_button_goes_and_undoing_is_too_late(talk: Talk) -> None:
    boss, li = await both(talk)
    await li.presses("查看这条意向")
    await li.presses("撤回")
    await li.presses("计划有变")
    pressed = li.card()
    assert "↩ 撤销" in li.reads()
    await talk.move_clock(11 * MINUTE)
    assert "↩ 撤销" not in li.reads()
    assert "已经过了十分钟" in await li.presses_on(pressed, "↩ 撤销")
    assert stage(talk) == "withdrawn"
    assert "对方撤回了" in boss.last


# -- the county ----------------------------------------------------------------------------------------------------------------


async def test_whoever_asked_hears_the_answer_even_where_a_colleague_handles_the_case(talk: Talk) -> None:
    mei = coordinator(talk, "mei")
    boss, li = await both(talk)
    await boss.presses("受理")
    await mei.presses_on(mei.card(), "询问")
    assert "有回复就告诉您" in await mei.says("几位护理员？")
    await li.presses("回复")
    await li.says("六位")
    assert (mei.last, boss.last) == ("🔔 对方回复：六位", "🔔 对方回复：六位")


async def test_where_the_county_has_a_coordinator_no_card_says_that_the_city_passes_it_on(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("/start need-wuxi-elderly-1")
    assert "由市里转接" in li.last
    coordinator(talk, "mei")
    await li.says("/start need-wuxi-elderly-1")
    assert "由市里转接" not in li.last
    assert "未经区县确认" in li.last


async def test_the_countys_coordinator_is_reminded_first_then_the_city(talk: Talk) -> None:
    mei, other = coordinator(talk, "mei"), coordinator(talk, "wu", "chengkou")
    boss, li = await both(talk)
    assert "新意向" in mei.last
    assert "轮到我们" in mei.last
    assert "轮到区县" in boss.reads()
    assert other.seen == []
    told = len(boss.seen)
    await talk.move_clock(2 * DAY)
    assert "等了 2 天，请尽快处理" in mei.last
    assert [shown.how for shown in boss.seen[told:]] == ["edited"]
    assert "6月3日（周三）10:00 催办区县" in boss.reads()
    await talk.move_clock(5 * DAY)
    assert "等了 7 天，请尽快处理" in boss.last
    assert "6月3日（周三）10:00 催办区县\n· 6月8日（周一）10:00 催办市里" in li.last


async def test_a_coordinator_moves_the_cases_of_the_county_alone(talk: Talk) -> None:
    mei, other = coordinator(talk, "mei"), coordinator(talk, "wu", "chengkou")
    boss, li = await both(talk)
    said = await other.presses_data("v1:off:1:1:accept")
    assert said == "这是工作人员的功能。"
    assert stage(talk) == "submitted"
    await mei.presses("受理")
    assert "已被受理" in li.last
    assert "轮到区县的工作人员" in li.reads()
    assert "已受理" in boss.reads()
    talk.store.execute("UPDATE coordinators SET until = 1 WHERE person = ?", (mei.id,))
    assert await mei.presses("开始对接") == "这是工作人员的功能。"
    await boss.presses("开始对接")
    assert mei.reads().strip() == "这件事不归您办了，这里不再显示。"


# -- the clock -----------------------------------------------------------------------------------------------------------------


async def test_no_reminder_at_night_or_at_the_weekend(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await talk.move_clock(3 * DAY + 12 * HOUR)  # Thursday, 22:00
    await registered(li)
    told = len(boss.seen)
    await talk.move_clock(3 * DAY + 10 * HOUR)  # Monday, 8:00; two days were over on Saturday night
    assert len(boss.seen) == told
    await talk.move_clock(HOUR - 1)
    assert len(boss.seen) == told
    await talk.move_clock(1)
    assert "请尽快处理" in boss.last
    assert "6月8日（周一）09:00 催办市里" in li.reads()


async def test_every_quarter_the_organisation_is_asked_how_it_goes(talk: Talk) -> None:
    boss, li = await both(talk)
    for label in ("受理", "开始对接", "已签约", "已落地"):
        await boss.presses(label)
    for quarter in (1, 2, 3):
        heard = len(li.seen)
        await talk.move_clock(90 * DAY)
        asked = [plain(shown.html) for shown in li.seen[heard:] if shown.how == "sent"]
        assert len(asked) <= 1
        await talk.move_clock(3 * DAY)
        assert "落地已有" in li.last, quarter
        assert li.buttons == ["进展顺利", "📊 填数字", "遇到困难", "回复 / 补充"]
    assert sum("落地已有" in shown.html for shown in li.seen) == 3
    await li.presses("回复 / 补充")
    assert "已转给工作人员" in await li.says("已服务三十位老人")
    assert "对方回复：已服务三十位老人" in boss.last


async def test_the_office_hears_of_a_landed_case_that_falls_silent(talk: Talk) -> None:
    boss, li = await both(talk)
    for label in ("受理", "开始对接", "已签约", "已落地"):
        await boss.presses(label)
    await talk.move_clock(93 * DAY)
    assert not any("一直没有回复" in shown.html for shown in boss.seen)
    await talk.move_clock(91 * DAY)
    assert "对方一直没有回复，可以再问一句" in boss.last
    await li.presses("进展顺利")
    before = len(boss.seen)
    await talk.move_clock(93 * DAY)
    assert not any("一直没有回复" in shown.html for shown in boss.seen[before:])


async def test_a_reminder_is_sent_once_over_restarts(talk: Talk) -> None:
    boss, _ = await both(talk)
    await talk.move_clock(2 * DAY)
    for _ in range(3):
        await talk.restart()
    assert sum("请尽快处理" in shown.html for shown in boss.seen) == 1


async def test_a_message_that_needs_no_answer_is_seen_with_one_tap_and_the_turn_goes_back(talk: Talk) -> None:
    boss, li = await both(talk)
    assert "已看到" not in li.reads()
    await boss.presses("受理")
    await boss.presses_on(boss.card(), "询问 / 留言")
    await boss.says("下周二我们打电话给您")
    assert "工作人员说：下周二我们打电话给您" in li.last
    assert li.buttons == ["回复 / 补充", "已看到"]
    assert "轮到您" in li.reads()
    line = li.seen[-1]
    assert "好的，工作人员知道您看到了，下一步由他们来。" in await li.presses("已看到")
    assert "轮到市里的工作人员" in li.reads()
    assert "贵单位看到了留言" in li.reads()
    assert "🔔 对方看到了留言。下一步轮到工作人员。" in boss.last
    assert "已看到" not in str(li.card().keyboard)
    assert "情况已有变化" in await li.presses_on(line, "已看到"), "an old button"
    await talk.move_clock(8 * DAY)
    assert "请尽快处理" in boss.last, "the office is reminded, for it is its turn"


async def test_what_was_signed_is_stopped_and_not_turned_away(talk: Talk) -> None:
    boss, li = await both(talk)
    for label in ("受理", "开始对接", "已签约"):
        await boss.presses(label)
    assert "婉拒" not in str(boss.card().keyboard)
    asked = await boss.presses_on(boss.card(), "停办")
    assert "停办 #1 巫溪 · 养老帮扶。请选原因" in asked
    assert boss.buttons[:4] == ["当地的情况变了", "人手或资金跟不上", "联系不上", "双方商定停办"]
    assert "已停办，原因已告诉对方。" in await boss.says("村里改了规划")
    assert "「巫溪 · 养老帮扶」由工作人员停办了。原因：村里改了规划。" in li.last
    assert "停办：村里改了规划" in li.reads()
    assert "\n已停办\n" in li.reads()
    assert "已停办" in await li.says("/my")


async def test_why_it_was_stopped_can_be_chosen_and_is_read_in_ones_language(talk: Talk) -> None:
    boss, li = await both(talk)
    for label in ("受理", "开始对接", "已签约"):
        await boss.presses(label)
    await li.says("/lang")
    await li.presses("English")
    await boss.presses_on(boss.card(), "停办")
    await boss.presses("双方商定停办")
    assert "was stopped by the staff. Reason: Both sides agreed to stop." in li.last
    assert "stopped: Both sides agreed to stop" in li.reads()


async def test_who_goes_alone_is_not_called_them_on_the_own_card(tmp_path: Path, base: KnowledgeBase) -> None:
    async with Talk(tmp_path, base, client="en") as talk:
        boss, li = await both(talk)
        await li.presses("Show this interest")
        assert "Sunset Care · alone" in li.reads()
        assert ": alone" in boss.reads()
