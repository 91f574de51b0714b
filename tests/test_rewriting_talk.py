"""A draft or a sent notice is written anew: what is to stay is kept with a tap, and giving up changes nothing."""

from __future__ import annotations

import pytest

from tests.journeys import announced, drafted, rows, wants_notices
from tests.talk import Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

ZH, EN = "乡村行12月20日出发", "The village trip sets out on December 20"


async def author(talk: Talk) -> Person:
    """An administrator, and somebody who reads notices in English."""
    boss, anna = talk.person("boss", owner=True), talk.person("Anna", client="en")
    await wants_notices(anna)
    return boss


async def in_both(boss: Person) -> None:
    """A draft in both languages."""
    await boss.says("/broadcast")
    await boss.says(ZH)
    await boss.says(EN)
    await boss.presses("其他")


async def test_one_language_is_changed_and_the_other_kept(talk: Talk) -> None:
    boss = await author(talk)
    await in_both(boss)
    await boss.presses("改内容")
    assert "原来还有一份英文：照用就点第一个按钮" in await boss.says("乡村行12月21日出发")
    assert "语言：中文、英文" in await boss.presses("用「The village trip")
    kept = rows(talk, "notices")[0]
    assert (kept["zh"], kept["en"]) == ("乡村行12月21日出发", EN)
    await boss.presses("改内容")
    await boss.presses("用「乡村行12月21日出发」")
    await boss.says("The village trip sets out on December 21")
    kept = rows(talk, "notices")[0]
    assert (kept["zh"], kept["en"]) == ("乡村行12月21日出发", "The village trip sets out on December 21")


async def test_the_other_language_is_dropped_only_on_request(talk: Talk) -> None:
    boss = await author(talk)
    await in_both(boss)
    await boss.presses("改内容")
    assert "点「跳过」就不要它了" in await boss.says("乡村行12月21日出发")
    await boss.presses("跳过")
    assert rows(talk, "notices")[0]["en"] is None


async def test_a_correction_of_one_language_keeps_the_other(talk: Talk) -> None:
    boss = await author(talk)
    await in_both(boss)
    await boss.presses("确认")
    await boss.presses("更正")
    await boss.says("乡村行12月21日出发")
    await boss.presses("用「The village trip")
    await boss.presses("确认")
    assert [row["en"] for row in rows(talk, "notices")] == [EN, EN]
    assert [row["zh"] for row in rows(talk, "notices")] == ["乡村行12月21日出发"] * 2


async def test_formatting_and_a_picture_are_kept_along(talk: Talk) -> None:
    boss = await author(talk)
    photo = [{"file_id": "photo1", "file_unique_id": "photo1", "width": 9, "height": 9}]
    bold = [{"type": "bold", "offset": 0, "length": 3}]
    await drafted(boss, "", photo=photo, caption=ZH, caption_entities=bold)
    await boss.presses("改内容")
    assert "用「乡村行12月20日出发」" in boss.buttons
    await boss.presses("用「乡村行12月20日出发」")
    await boss.says(EN)
    kept = rows(talk, "notices")[0]
    assert (kept["zh"], kept["media"], kept["file"]) == ("<b>乡村行</b>12月20日出发", "photo", "photo1")
    assert kept["en"] == EN
    await boss.presses("改内容")
    await boss.says("只有文字")
    await boss.presses("跳过")
    assert rows(talk, "notices")[0]["media"] is None


@pytest.mark.parametrize("question", ["改内容", "什么时候发", "过期时间"])
@pytest.mark.parametrize("way", ["取消", "/cancel", "算了"])
async def test_giving_up_a_question_about_a_draft_shows_the_draft(talk: Talk, question: str, way: str) -> None:
    boss = await author(talk)
    await in_both(boss)
    before = rows(talk, "notices")
    await boss.presses(question)
    said = await boss.presses(way) if way == "取消" else await boss.says(way)
    assert "好的，没有改动。" in said
    assert "第 1 号通知，草稿，还没有发" in said
    assert any("确认" in label for label in boss.buttons)
    assert rows(talk, "notices") == before


async def test_giving_up_a_web_button_shows_the_draft_as_well(talk: Talk) -> None:
    boss = await author(talk)
    await in_both(boss)
    await boss.presses("按钮")
    await boss.presses("网址")
    assert "第 1 号通知，草稿" in await boss.presses("取消")


async def test_giving_up_a_new_notice_leaves_nothing(talk: Talk) -> None:
    boss = await author(talk)
    await boss.says("/broadcast")
    assert "没有写成通知，什么都没有发" in await boss.says("/cancel")
    assert rows(talk, "notices") == []


async def test_whoever_lost_the_role_is_shown_nothing_on_giving_up(talk: Talk) -> None:
    boss = await author(talk)
    await in_both(boss)
    await boss.presses("什么时候发")
    talk.services.owners.discard(boss.id)
    said = await boss.says("/cancel")
    assert "只有工作人员能发通知" in said
    assert ZH not in said


async def test_each_need_can_be_told_from_the_others(talk: Talk) -> None:
    boss = await author(talk)
    await in_both(boss)
    await boss.presses("按钮")
    await boss.presses("打开一条需求")
    said = await boss.presses("巫溪")
    needs = talk.base.counties["wuxi"].needs
    assert f"2. 巫溪 · {talk.base.fields[needs[1].field].name['zh']}：{needs[1].text['zh']}" in said
    await boss.presses("2")
    assert needs[1].id in rows(talk, "notices")[0]["buttons"]


async def test_a_day_of_another_year_is_shown_with_its_year(talk: Talk) -> None:
    boss = await author(talk)
    await in_both(boss)
    await boss.presses("什么时候发")
    assert "2025年1月1日（周三）09:00 已经过了" in await boss.says("2025年1月1日")
    assert "什么时候：2027年1月5日（周二）09:00" in await boss.says("2027年1月5日")
    assert "2027年1月5日（周二）09:00 自动发给 2 人" in await boss.presses("确认")


async def test_conditions_are_joined_as_they_count(talk: Talk) -> None:
    boss = await author(talk)
    await in_both(boss)
    await boss.presses("发给谁")
    await boss.presses("语言")
    await boss.presses("英文")
    await boss.presses("选好了")
    await boss.presses("身份")
    await boss.presses("还没登记单位的人")
    await boss.presses("选好了")
    assert "发给：身份（还没登记单位的人），并且语言（英文）" in await boss.presses("上一步")


async def test_a_correction_of_a_sent_notice_leads_back_to_it(talk: Talk) -> None:
    boss = await author(talk)
    await announced(boss, ZH)
    await boss.presses("更正")
    await boss.says("乡村行12月21日出发")
    await boss.presses("跳过")
    await boss.presses("确认")
    assert "第 1 号通知 · 已发完" in await boss.presses("‹ 第 1 号通知")


# -- two languages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (ZH, "请各单位自带雨具。", "这一份也是中文，不是英文"),
        (EN, "Please bring an umbrella.", "这一份也是英文，不是中文"),
        (ZH, "名单见 https://example.org/list", "这一份也是中文，不是英文"),
    ],
)
async def test_the_rest_of_a_text_is_not_taken_for_the_other_language(talk: Talk, first: str, second: str, said: str) -> None:
    boss = await author(talk)
    await boss.says("/broadcast")
    await boss.says(first)
    assert said in await boss.says(second)
    await boss.presses("上一步")
    await boss.says(f"{first}\n{second}")
    assert "这条通知是关于什么的" in await boss.presses("跳过")


@pytest.mark.parametrize(
    ("first", "second"), [(ZH, EN), (EN, ZH), ("Meeting in Wuxi (巫溪) on Monday", "周一 PPT 见"), ("👍", ZH)]
)
async def test_names_in_the_other_script_do_not_make_it_another_language(talk: Talk, first: str, second: str) -> None:
    boss = await author(talk)
    await boss.says("/broadcast")
    await boss.says(first)
    await boss.says(second)
    kept = rows(talk, "notices")[0]
    assert {kept["zh"], kept["en"]} == {first, second}
    assert kept["zh"] in {ZH, "周一 PPT 见"}
