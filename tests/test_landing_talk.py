"""Signing and landing as transcripts: the checklist, the figures, the photo, the quarterly question."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.channels.chat import plain
from bot.channels.terminal import photo_sizes
from handlers import checks
from handlers.forms import Fault
from knowledge.clock import DAY, HOUR
from knowledge.records import retention
from tests.journeys import OTHER_NEED, registered, rows, stage
from tests.talk import Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

STEPS = ("受理", "开始对接", "已签约", "已落地")


async def as_far_as(talk: Talk, last: str) -> tuple[Person, Person]:
    """Somebody of the office and somebody who has registered, as far as this move has brought them."""
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    for label in STEPS[: STEPS.index(last) + 1]:
        await boss.presses_on(boss.card(), label)
    return boss, li


def holds(talk: Talk, kind: str = "checklist") -> dict[str, str]:
    """What was written last of each fact."""
    return {row["key"]: row["value"] for row in rows(talk, "facts") if row["kind"] == kind}


def picture(file: str = "pic1") -> dict[str, Any]:
    """A message with a photo."""
    return {"photo": photo_sizes(file)}


async def with_photo(li: Person, file: str = "pic1", minors: str = "没有认得出") -> None:
    """Fill in the figures up to the photo, and send it."""
    await li.presses_on(li.card(), "填数字")
    while "想放一张照片吗" not in li.last:
        await li.presses("跳过")
    await li.presses(minors)
    await li.sends(**picture(file))
    await li.presses("保存")


# -- the checklist -----------------------------------------------------------------------------------------------------


async def test_signed_there_is_a_checklist_that_either_side_fills_in_bit_by_bit(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已签约")
    assert "还没填：签约方、项目、金额、时间、当地伙伴、培训" in li.reads()
    assert "签约的有哪几方？" in await li.presses("📋 签约清单")
    assert li.buttons[0] == "用「泰安市夕阳红养老服务中心、巫溪县」"
    await li.presses("用「")
    await li.says("冬日助浴")
    await li.says("3.5万")
    for _ in range(3):
        await li.presses("跳过")
    assert "金额：3.5 万元\n时间：以后再填" in li.last
    assert "已保存：签约方、项目、金额。对方会看到。" in await li.says("保存")
    assert boss.last == "🔔 对方填了：签约方、项目、金额。请看卡片，有不对的可以改。"
    assert boss.seen[-1].reply_to == boss.card().message
    for side in (boss, li):
        assert "金额：3.5 万元（登记方 6月1日（周一））" in side.reads()
        assert "还没填：时间、当地伙伴、培训" in side.reads()
        assert "6月1日（周一）10:00 填了签约清单：签约方、项目、金额" in side.reads()
    await talk.move_clock(DAY)
    assert "从什么时候到什么时候？" in await boss.presses_on(boss.card(), "签约清单")
    await boss.says("2026年7月到12月")
    await boss.says("通城镇社工站")
    await boss.says("不培训")
    await boss.presses("保存")
    assert "时间：2026年7月到12月（市里 6月2日（周二））" in li.reads()
    assert "还没填" not in li.reads()
    assert "对方填了：时间、当地伙伴、培训" in li.last
    assert {(row["key"], row["by"], row["role"]) for row in rows(talk, "facts")} >= {
        ("amount", li.id, "organisation"), ("dates", boss.id, "city"),
    }  # fmt: skip


async def test_what_the_other_side_wrote_meanwhile_stays(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已签约")
    await li.presses_on(li.card(), "签约清单")
    await boss.presses_on(boss.card(), "签约清单")
    for _ in range(2):
        await boss.presses("跳过")
    await boss.says("五千")
    for _ in range(3):
        await boss.presses("跳过")
    await boss.presses("保存")
    await li.presses("跳过")
    await li.says("冬日助浴")
    for _ in range(4):
        await li.presses("跳过")
    await li.presses("保存")
    assert holds(talk) == {"amount": "5000", "project": "冬日助浴"}


async def test_one_answer_is_changed_and_one_taken_back(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已签约")
    await li.presses_on(li.card(), "签约清单")
    for answer in ("甲、乙", "助浴", "三千", "七月", "村委会", "护理 10 人"):
        await li.says(answer)
    await li.presses("保存")
    assert "请核对" not in await li.presses_on(li.card(), "签约清单")
    await li.presses("改金额")
    await li.says("3,500 元")
    await li.presses("改当地伙伴")
    await li.presses("跳过")
    assert "已保存：金额、当地伙伴。" in await li.presses("保存")
    assert "金额：3,500 元" in boss.reads()
    assert "还没填：当地伙伴" in boss.reads()
    assert [row["value"] for row in rows(talk, "facts") if row["key"] == "amount"] == ["3000", "3500"]
    await li.presses_on(li.card(), "签约清单")
    heard = len(boss.seen)
    await li.presses("跳过")
    assert "没有改动。" in await li.presses("保存")
    assert len(boss.seen) == heard


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("很多钱", "请写一个数字，例如「300」「3万」"),
        ("3-5万", "请只写一个数"),
        ("三五万", "请只写一个数"),
        ("-300", "不能是负数"),
        ("99999999999999", "有没有多写零"),
        ("轮椅二十台和一批米面", "请写一个数字"),
    ],
)
async def test_a_wrong_number_gets_a_sentence_that_helps_and_loses_nothing(talk: Talk, said: str, sentence: str) -> None:
    _, li = await as_far_as(talk, "已签约")
    await li.presses_on(li.card(), "签约清单")
    await li.says("甲、乙")
    await li.says("助浴")
    answer = await li.says(said)
    assert sentence in answer
    assert "一共投入多少钱？" in answer
    await li.says("1.2万元")
    assert json.loads(rows(talk, "drafts")[0]["answers"])["amount"] == "12000"
    await li.presses("上一步")
    assert "项目：助浴" not in li.last
    assert "一共投入多少钱？" in li.last
    await li.says("/cancel")
    assert holds(talk) == {}


# -- figures and the photo ---------------------------------------------------------------------------------------------


async def test_landed_there_are_figures_and_unknown_stays_unknown(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await li.presses("📊 填数字")
    await li.says("三百")
    assert "物资折合多少元？" in await li.says("不知道")
    await li.says("没有")
    await li.says("12")
    await li.presses("不放照片")
    assert "帮到的人：300 人\n花的钱：还不清楚\n物资折价：0 元\n培训的志愿者：12 人\n照片：没有" in li.last
    await li.presses("保存")
    assert holds(talk, "figure") == {"people": "300", "goods": "0", "volunteers": "12"}
    assert "帮到的人：300 人（登记方 6月1日（周一））" in boss.reads()
    assert "还没填：签约方、项目、金额、时间、当地伙伴、培训、花的钱" in boss.reads()
    await boss.presses_on(boss.card(), "填数字")
    await boss.says("1.2万元")
    await boss.presses("不放照片")
    await boss.presses("保存")
    assert "花的钱：1.2 万元（市里" in li.reads()


async def test_a_photo_is_asked_about_before_it_is_taken(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await li.presses_on(li.card(), "填数字")
    for _ in range(4):
        await li.presses("跳过")
    assert "认得出的未成年人，要监护人同意才能放" in li.last
    assert "请发一张照片。" in await li.presses("监护人都同意")
    assert "用「照片」，不要用「文件」" in await li.says("稍后发")
    assert "用「照片」，不要用「文件」" in await li.sends(document={"file_id": "d1", "file_unique_id": "d1"})
    assert "照片：有一张新的" in await li.sends(**picture())
    await li.presses("保存")
    assert holds(talk, "photo") == {"minors": "guardian", "photo": "pic1"}
    assert boss.last == "🔔 对方填了：照片。请看卡片，有不对的可以改。"
    assert "有照片，点「看照片」。" in boss.reads()


async def test_a_photo_that_comes_before_its_question_is_kept_and_not_asked_for_again(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await li.presses_on(li.card(), "填数字")
    early = await li.sends(**picture())
    assert "照片收到了，先留着，后面会问照片里的人。请先答这一题：" in early
    assert "帮到" in early
    for _ in range(4):
        await li.presses("跳过")
    await li.sends(**picture("pic2"))
    assert holds(talk, "photo") == {}, "nothing before the question"
    assert "照片：有一张新的" in await li.presses("没有认得出")
    await li.presses("保存")
    assert holds(talk, "photo") == {"minors": "none", "photo": "pic2"}
    await li.presses_on(li.card(), "填数字")
    await li.sends(**picture("pic3"))
    for _ in range(4):
        await li.presses("跳过")
    await li.presses("不放照片")
    await li.presses("保存")
    assert holds(talk, "photo") == {"minors": "none", "photo": "pic2"}, "it was thought better of"
    assert "看照片" in boss.reads()


@pytest.mark.parametrize(
    "text",
    [
        "2026年7月到12月",
        "7.1-12.31",
        "明年春天",
        "两年",
        "国庆后",
        "暑假",
        "待定",
        "还没定",
        "July to December 2026",
        "not yet",
        "2026/7",
    ],
)
def test_what_speaks_of_a_time_is_taken(text: str) -> None:
    assert checks.dates(text) == text


@pytest.mark.parametrize("text", ["20万", "20.5万", "20000-30000元", "三十人", "200000", "Mayor's office", "没有"])
def test_what_speaks_of_no_time_is_none(text: str) -> None:
    assert checks.dates(text) == Fault("fault.dates")


async def test_dates_are_times_or_open_and_nothing_else(talk: Talk) -> None:
    _, li = await as_far_as(talk, "已签约")
    await li.presses_on(li.card(), "签约清单")
    for _ in range(3):
        await li.presses("跳过")
    assert "还没定就写「待定」" in li.last
    assert "没看出时间。请写年月，例如「2026年7月到12月」；还没定就写「待定」。" in await li.says("20万")
    assert "没看出时间" in await li.says("巫溪县民政局")
    assert "当地由哪家组织配合" in await li.says("待定")


async def test_the_photo_is_shown_on_a_tap_and_taken_back_within_a_day(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await with_photo(li, minors="监护人都同意")
    said = await boss.presses_on(boss.card(), "看照片")
    assert "🖼 (照片 · a photo)" in said
    assert "#1 巫溪 · 养老帮扶 的照片（有，监护人都同意了）" in said
    shown = boss.seen[-1].message
    await talk.move_clock(22 * HOUR)
    assert not any(one.how == "deleted" for one in boss.seen)
    await talk.move_clock(2 * HOUR)
    assert [one.message for one in boss.seen if one.how == "deleted"] == [shown]
    stranger = talk.person("stranger")
    assert await stranger.presses_data("v1:photo:1") == "这件事不归您办了，这里不再显示。"


async def test_a_new_photo_takes_back_the_old_one_and_either_side_takes_it_down(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await with_photo(li)
    await boss.presses_on(boss.card(), "看照片")
    first = boss.seen[-1].message
    await with_photo(li, "pic2")
    assert [one.message for one in boss.seen if one.how == "deleted"] == [first]
    await boss.presses_on(boss.card(), "看照片")
    assert "照片已撤下" in await boss.presses("撤下照片")
    assert "看照片" not in boss.reads()
    assert "看照片" not in li.reads()
    assert await boss.presses_data("v1:photo:1") == "现在没有照片。"
    assert sum(one.how == "deleted" for one in boss.seen) == 2


async def test_thinking_better_of_the_photo_keeps_none(talk: Talk) -> None:
    _, li = await as_far_as(talk, "已落地")
    await li.presses_on(li.card(), "填数字")
    for _ in range(4):
        await li.presses("跳过")
    await li.presses("没有认得出")
    await li.sends(**picture())
    await li.presses("改照片里的人")
    await li.presses("不放照片")
    assert "照片：没有" in li.last
    await li.presses("保存")
    assert rows(talk, "facts") == []


# -- the quarterly question --------------------------------------------------------------------------------------------


async def test_a_figure_answers_the_quarterly_question_and_the_clock_begins_anew(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await talk.move_clock(91 * DAY)
    assert li.buttons == ["进展顺利", "📊 填数字", "遇到困难", "回复 / 补充"]
    await li.presses("填数字")
    await li.says("四十")
    for _ in range(3):
        await li.presses("跳过")
    await li.presses("不放照片")
    await li.presses("保存")
    assert "帮到的人：40 人" in boss.reads()
    assert "轮到您，从 8月31日（周一）起" in li.reads()
    heard = sum("落地已有" in one.html for one in li.seen)
    await talk.move_clock(88 * DAY)
    assert sum("落地已有" in one.html for one in li.seen) == heard
    await talk.move_clock(4 * DAY)
    assert sum("落地已有" in one.html for one in li.seen) == heard + 1


async def test_what_the_office_fills_in_leaves_the_turn_of_the_organisation_as_it_was(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已签约")
    await talk.move_clock(DAY)
    await boss.presses_on(boss.card(), "签约清单")
    await boss.says("甲、乙")
    for _ in range(5):
        await boss.presses("跳过")
    await boss.presses("保存")
    assert "轮到您，从 6月1日（周一）起" in li.reads()


# -- who, when -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["wang", "mei"])
async def test_nobody_else_fills_in_anything(talk: Talk, who: str) -> None:
    await as_far_as(talk, "已落地")
    person = talk.person(who)
    await registered(person, OTHER_NEED)
    if who == "mei":
        talk.store.execute(
            "INSERT INTO coordinators (county, person, since, appointed_by) VALUES ('chengkou', ?, 1, 1)", (person.id,)
        )
    for data in ("fill:1:checklist", "fill:1:figures", "photo:1", "photo:1:remove", "fill:1:x", "fill:99:figures", "fill"):
        assert await person.presses_data(f"v1:{data}") == "这件事不归您办了，这里不再显示。"
    assert rows(talk, "facts") == []


async def test_a_form_whose_case_was_lost_meanwhile_writes_nothing(talk: Talk) -> None:
    await as_far_as(talk, "已签约")
    mei = talk.person("mei")
    await mei.says("/start")
    talk.store.execute("INSERT INTO coordinators (county, person, since, appointed_by) VALUES ('wuxi', ?, 1, 1)", (mei.id,))
    await mei.presses_data("v1:fill:1:checklist")
    await mei.says("甲、乙")
    for _ in range(5):
        await mei.presses("跳过")
    talk.store.execute("UPDATE coordinators SET until = 1")
    assert await mei.presses("保存") == "这是工作人员的功能。"
    assert rows(talk, "facts") == []


async def test_before_its_stage_and_after_the_end_nothing_is_filled_in(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "开始对接")
    assert await li.presses_data("v1:fill:1:checklist") == "还没走到这一步。"
    assert "签约清单" not in li.reads()
    await boss.presses_on(boss.card(), "已签约")
    assert await li.presses_data("v1:fill:1:figures") == "还没走到这一步。"
    await li.presses_data("v1:own:1:4:withdraw")
    await li.presses("计划有变")
    assert stage(talk) == "withdrawn"
    assert "已经结束" in await li.presses_data("v1:fill:1:checklist")


async def test_in_english(english: Talk) -> None:
    boss, li = english.person("boss", owner=True), english.person("li")
    await registered(li)
    for label in ("Accept", "Talks begin", "Signed", "Under way"):
        await boss.presses_on(boss.card(), label)
    await li.presses("Enter figures")
    assert "write a number" in await li.says("plenty")
    await li.says("1,200")
    await li.says("12k")
    await li.says("unknown")
    await li.says("none")
    await li.presses("No photo")
    assert "People helped: 1,200\nMoney spent: RMB 12,000\nGoods, worth: not known yet\nVolunteers trained: 0" in li.last
    await li.presses("Save")
    assert "Money spent: RMB 12,000 (organisation, Mon 1 Jun)" in boss.reads()


# -- privacy -------------------------------------------------------------------------------------------------------------


async def test_erasure_takes_words_and_photo_and_leaves_the_figures_without_a_name(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await li.presses_on(li.card(), "签约清单")
    await li.says("王老师和巫溪县")
    for _ in range(5):
        await li.presses("跳过")
    await li.presses("保存")
    await li.presses_on(li.card(), "填数字")
    await li.says("300")
    while "想放一张照片吗" not in li.last:
        await li.presses("跳过")
    await li.presses("没有认得出")
    await li.sends(**picture())
    await li.presses("保存")
    await boss.presses_on(boss.card(), "看照片")
    shown = boss.seen[-1].message
    await li.presses_data("v1:erase:yes")
    await talk.settle()
    assert [(row["key"], row["value"], row["by"]) for row in rows(talk, "facts")] == [("people", "300", None)]
    assert any(one.how == "deleted" and one.message == shown for one in boss.seen)
    assert "王老师" not in boss.reads()
    assert talk.store.value("SELECT count(*) FROM deadlines WHERE kind = 'photo'") == 0


async def test_the_file_holds_the_facts_of_ones_own_interest(talk: Talk) -> None:
    _, li = await as_far_as(talk, "已落地")
    await with_photo(li)
    said = await li.presses_data("v1:export")
    facts = json.loads(said[said.index("{") :])["facts"]
    assert {(fact["key"], fact["value"], fact["by"]) for fact in facts} == {
        ("minors", "none", "organisation"), ("photo", "pic1", "organisation"),
    }  # fmt: skip


async def test_two_years_after_the_end_the_words_and_the_photo_go_and_the_figures_stay(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await with_photo(li)
    await li.presses_on(li.card(), "填数字")
    await li.says("300")
    for _ in range(3):
        await li.presses("跳过")
    await li.presses("不放照片")
    await li.presses("保存")
    await boss.presses_data("v1:off:1:5:complete:yes")
    assert stage(talk) == "completed"
    now = talk.services.now()
    retention.run(talk.store, now + 729 * DAY)
    assert len(rows(talk, "facts")) == 3
    retention.run(talk.store, now + 731 * DAY)
    assert [row["key"] for row in rows(talk, "facts")] == ["people"]


async def test_the_terminal_sends_a_stand_in(talk: Talk) -> None:
    _, li = await as_far_as(talk, "已落地")
    await li.presses_on(li.card(), "填数字")
    for _ in range(4):
        await li.presses("跳过")
    await li.presses("没有认得出")
    await talk.as_(li).chat.line(":photo")
    assert "照片：有一张新的" in plain(li.seen[-1].html)
