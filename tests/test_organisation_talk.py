"""The profile of an organisation, as transcripts: filled in once, by whom it is seen, and never asked for again."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.base import KnowledgeBase
from knowledge.clock import HOUR
from tests.journeys import ZH, registered, rows
from tests.talk import Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

OFFER = "我们是泰安的养老服务机构"
CODE = "52370900MJD000001B"


async def profiled(person: Person, *, offer: str = OFFER) -> str:
    """From a sentence to a kept profile; returns the confirmation."""
    await person.says(offer)
    await person.says("/org")
    await person.presses("全部同意")
    await person.says(ZH.organisation)
    await person.says(ZH.contact)
    await person.says(ZH.phone)
    return await person.presses("保存")


# -- filling it in -----------------------------------------------------------------------------------------------------


async def test_a_profile_takes_a_name_and_a_contact_and_knows_what_was_said(talk: Talk) -> None:
    li = talk.person("li")
    assert f"「{ZH.organisation}」的资料已保存" in await profiled(li)
    (row,) = rows(talk, "organisations")
    assert (row["name"], row["kind"], row["province"], row["city"], row["fields"]) == (
        ZH.organisation, "service", "山东", "泰安", '["elderly"]',
    )  # fmt: skip
    (member,) = rows(talk, "members")
    assert (member["person"], member["role"], member["name"], member["phone"]) == (
        li.id, "first_contact", ZH.contact, "13812345678",
    )  # fmt: skip
    assert {row["purpose"] for row in rows(talk, "consents") if row["given"]} == {"keep", "abroad", "pass_on"}


async def test_without_consent_nothing_is_kept(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("/org")
    assert "什么都没有保存" in await li.presses("不同意")
    assert rows(talk, "organisations") == rows(talk, "consents") == rows(talk, "drafts") == []


async def test_each_of_the_other_answers_can_be_added_by_button_or_by_word(talk: Talk) -> None:
    li = talk.person("li")
    await profiled(li)
    await li.says("/org")
    await li.presses("改资料")
    assert {"补人数", "补信用代码", "补能提供什么", "改领域", "改所在地", "改类型"} <= set(li.buttons)
    await li.presses("补人数")
    await li.presses("10 到 50 人")
    await li.says("补信用代码")
    await li.says("5237 0900 mjd0 0000 1b")
    await li.says("改所在地")
    await li.says("山东省烟台市")
    await li.presses("改类型")
    await li.says("基金会")
    await li.presses("补能提供什么")
    preview = await li.says("六名护理员，每月上门助浴")
    for line in (
        f"单位：{ZH.organisation}", "类型：公益慈善类社会组织", "所在地：山东 烟台", "人数：10 到 50 人",
        "能提供：六名护理员，每月上门助浴",
        f"信用代码：{CODE}（社会服务机构，格式有效，未核实）",
    ):  # fmt: skip
        assert line in preview
    await li.presses("保存")
    (row,) = rows(talk, "organisations")
    assert (row["kind"], row["city"], row["size"], row["code"]) == ("charity", "烟台", "tens", CODE)
    page = await li.presses("单位资料")
    assert f"信用代码：{CODE}（社会服务机构，格式有效，未核实）" in page
    assert "您的联系方式：王老师 13812345678" in page


async def test_any_number_of_fields_can_be_ticked_and_unticked(talk: Talk) -> None:
    li = talk.person("li")
    await profiled(li)
    await li.presses("单位资料")
    await li.presses("改资料")
    await li.presses("改领域")
    assert "☑ 养老帮扶" in li.buttons
    assert {"全部同意，继续", "不同意"}.isdisjoint(li.buttons)
    await li.presses("健康帮扶")
    await li.says("教育")
    await li.presses("养老帮扶")
    assert "领域：教育帮扶、健康帮扶" in await li.says("继续")
    await li.presses("改领域")
    await li.presses("健康帮扶")
    await li.presses("教育帮扶")
    assert "领域：" not in await li.presses("继续")
    assert "补领域" in li.buttons
    await li.presses("保存")
    assert rows(talk, "organisations")[0]["fields"] == "[]"


async def test_fields_are_named_in_words_as_well(talk: Talk) -> None:
    li = talk.person("li")
    await profiled(li)
    await li.presses("单位资料")
    await li.presses("改资料")
    await li.presses("改领域")
    assert "请点下面的按钮" in await li.says("都行吧看情况")
    assert "领域：养老帮扶、健康帮扶" in await li.says("养老、健康")


CODES = {
    "5237090": "信用代码是 18 位，您写了 7 位",
    "52370900MJD00000IB": "不用字母 I、O、S、V、Z",
    "5237O900MJD000001B": "不用字母 I、O、S、V、Z",
    "52370900MJD000001C": "最后一位校验位对不上",
    "52370900MJD000010B": "最后一位校验位对不上",
    "91110000600037341L": "您写的以 91 开头",
    "没有": "信用代码是 18 位，您写了 2 位",
}


async def test_a_wrong_code_gets_a_sentence_that_helps_and_the_draft_is_kept(talk: Talk) -> None:
    li = talk.person("li")
    await profiled(li)
    await li.presses("单位资料")
    await li.presses("改资料")
    await li.presses("补信用代码")
    for code, helps in CODES.items():
        said = await li.says(code)
        assert helps in said, code
        assert "跳过" in said or "再写一遍" in said
        assert "统一社会信用代码？" in said
    await li.sends(photo=[{"file_id": "1", "file_unique_id": "1", "width": 1, "height": 1}])
    assert "请用文字回答" in li.last
    assert f"信用代码：{CODE}" in await li.says(CODE)
    await li.presses("改信用代码")
    assert "信用代码" not in await li.presses("跳过")


@pytest.mark.parametrize(
    "written", ["52370900mjd000001b", "５２３７０９００ＭＪＤ０００００１Ｂ", "5237 0900-MJD0 00001B", f"信用代码：{CODE}"]
)
async def test_a_code_is_read_as_people_write_it(talk: Talk, written: str) -> None:
    li = talk.person("li")
    await profiled(li)
    await li.presses("单位资料")
    await li.presses("改资料")
    await li.presses("补信用代码")
    assert f"信用代码：{CODE}" in await li.says(written)


@pytest.mark.parametrize(
    ("written", "province", "city"),
    [
        ("泰安", "山东", "泰安"),
        ("石柱", "重庆", "石柱"),
        ("重庆渝北区", "重庆", "渝北"),
        ("上海浦东", "上海", None),
        ("火星", None, None),
    ],
)
async def test_a_place_is_read_as_people_write_it(talk: Talk, written: str, province: str | None, city: str | None) -> None:
    li = talk.person("li")
    await profiled(li, offer="我们想做养老")
    await li.presses("单位资料")
    await li.presses("改资料")
    await li.presses("补所在地")
    said = await li.says(written)
    if province is None:
        assert "没认出这个地方" in said
        return
    await li.presses("保存")
    (row,) = rows(talk, "organisations")
    assert (row["province"], row["city"]) == (province, city)


async def test_the_form_goes_on_after_a_restart_where_an_answer_was_being_added(talk: Talk) -> None:
    li = talk.person("li")
    await profiled(li)
    await li.presses("单位资料")
    await li.presses("改资料")
    await li.presses("补人数")
    await talk.restart()
    assert "人数：200 人以上" in await li.presses("200 人以上")
    assert "有多少人做事" in await li.presses("改人数")
    assert "请核对" in await li.presses("上一步")


# -- what it is good for -----------------------------------------------------------------------------------------------


async def test_with_a_profile_a_first_interest_takes_at_most_six_messages_and_taps(talk: Talk) -> None:
    li, steps, said = talk.person("li"), 0, ""
    await profiled(li)
    for does in (
        li.says(OFFER), li.presses("1"), li.presses("登记意向"), li.presses("用「"), li.presses("单独"), li.presses("提交"),
    ):  # fmt: skip
        said, steps = await does, steps + 1
    assert "已登记，编号 1" in said
    assert steps <= 6
    assert len(rows(talk, "organisations")) == len(rows(talk, "members")) == 1


async def test_what_the_profile_offers_is_a_ready_answer(talk: Talk) -> None:
    li = talk.person("li")
    await profiled(li)
    await li.presses("单位资料")
    await li.presses("改资料")
    await li.presses("补能提供什么")
    await li.says("六名护理员")
    await li.presses("保存")
    await talk.restart()  # no words are in memory any more
    await li.says("/start need-wuxi-elderly-1")
    await li.presses("登记意向")
    assert "用「六名护理员」" in li.buttons


async def test_a_first_interest_makes_the_profile_from_what_was_said(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    await registered(li)
    page = await li.presses("单位资料")
    assert f"{ZH.organisation}\n社会服务机构 · 山东 泰安\n领域：养老帮扶" in page
    assert "意向：共 1 条，还在办 1 条" in page


async def test_a_name_says_where_an_organisation_is_and_of_what_kind(talk: Talk) -> None:
    li = talk.person("li")
    await registered(li)
    assert f"{ZH.organisation}\n社会服务机构 · 山东 泰安\n" in await li.presses("单位资料")


async def test_a_change_of_the_profile_shows_in_open_cases(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await li.says("/org")
    await li.presses("改资料")
    await li.presses("改单位")
    await li.says("泰安市朝霞养老服务中心")
    await li.presses("保存")
    assert "泰安市朝霞养老服务中心 → 巫溪" in boss.reads()
    assert "泰安市朝霞养老服务中心" in li.reads()


@pytest.mark.parametrize("words", ["单位资料", "我的单位。", "邀请同事", "my organisation"])
async def test_it_is_found_by_words_too(talk: Talk, words: str) -> None:
    li = talk.person("li", client="zh")
    await li.says(OFFER)
    await registered(li)
    assert ZH.organisation in await li.says(words)
    assert {"✎ 改资料", "同事"} <= set(li.buttons) or {"✎ Change the profile", "Colleagues"} <= set(li.buttons)


async def test_several_organisations_are_a_choice(talk: Talk) -> None:
    li = talk.person("li")
    await registered(li)
    await li.says("/start need-wuxi-elderly-1")
    await li.presses("登记意向")
    await li.presses("换一个单位登记")
    await li.says("夕阳红志愿队")
    await li.says(ZH.contact)
    await li.presses("跳过")
    await li.says("二十名志愿者")
    await li.presses("单独")
    await li.presses("提交")
    assert "看哪一个" in await li.says("/org")
    assert li.buttons[:2] == ["夕阳红志愿队", ZH.organisation]
    assert "夕阳红志愿队" in await li.presses("夕阳红志愿队")


# -- who sees and changes it -------------------------------------------------------------------------------------------


async def test_somebody_elses_profile_is_neither_shown_nor_changed(talk: Talk) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    await profiled(li)
    await wang.says("/start")
    for data in ("v1:org:1", "v1:org:1:edit", "v1:org:99", "v1:org:x"):
        assert await wang.presses_data(data) == "这是别的单位的资料，您不在这个单位里。"
    assert ZH.organisation not in " ".join(shown.html for shown in wang.seen)


async def test_the_office_sees_the_profile_without_the_contact_and_does_not_change_it(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await profiled(li)
    page = await boss.presses_data("v1:org:1")
    assert ZH.organisation in page
    assert "13812345678" not in page
    assert ZH.contact not in page
    assert await boss.presses_data("v1:org:1:edit") == "这是别的单位的资料，您不在这个单位里。"


async def test_of_two_changes_at_once_the_second_is_not_lost_silently(talk: Talk) -> None:
    li = talk.person("li")
    await profiled(li)
    await li.presses("单位资料")
    await li.presses("改资料")
    talk.store.execute("UPDATE organisations SET offer = '别的', version = version + 1")
    assert "同事刚改过这份资料" in await li.presses("保存")
    assert rows(talk, "organisations")[0]["offer"] == "别的"
    await talk.move_clock(HOUR)


async def test_where_nobody_answers_for_the_data_no_contact_is_asked_for(tmp_path: Path, base: KnowledgeBase) -> None:
    async with Talk(tmp_path, base, operator="", privacy_contact="") as talk:
        talk.services.collects = False
        li = talk.person("li")
        await li.says("/org")
        await li.presses("全部同意")
        assert "请核对" in await li.says(ZH.organisation)
        await li.presses("保存")
        assert [(row["name"], row["phone"]) for row in rows(talk, "members")] == [("", None)]


async def test_the_same_in_english(english: Talk) -> None:
    li = english.person("li")
    await li.says("We are an elderly care agency from Tai'an")
    await li.says("/org")
    await li.presses("Agree to all")
    await li.says("Sunset Care")
    await li.says("Ms Wang")
    preview = await li.presses("Skip")
    for line in ("Organisation: Sunset Care", "Kind: Social-service agency", "Place: Tai'an", "Fields: Elderly care"):
        assert line in preview
    await li.presses("Add: credit code")
    assert "The last character does not fit" in await li.says("52370900MJD000001C")
    await li.says(CODE)
    await li.presses("Save")
    assert f"Credit code: {CODE} (social-service agency; well formed, not verified)" in await li.presses("My organisation")
