"""The dialogue around an answer: going on from it, putting it right, saying that it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.base import KnowledgeBase
from tests.talk import Talk

OFFER = "我们是泰安的养老服务机构"


async def test_another_one_is_the_next_page_of_the_same_list(talk: Talk) -> None:
    li = talk.person("li")
    first = await li.says(OFFER)
    assert "1. 巫溪" in first
    following = await li.says("换一个")
    assert "第 6 到 10 位" in following
    assert "巫溪" not in following
    assert "第 11 到 15 位" in await li.says("还有别的吗？")


async def test_more_fields_are_added_to_what_was_said(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    added = await li.says("再加上教育")
    assert "按这些找：养老帮扶 · 教育帮扶 · 泰安" in added
    assert "1. 巫溪" in added


async def test_what_about_a_county_shows_it_for_the_same_wish(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("我们想给村里的老人做饭")
    page = await li.says("那云阳呢")
    assert "云阳县" in page
    assert page.index("1. 养老帮扶") < page.index("2. ")


@pytest.mark.parametrize("text", ["那云阳和奉节呢", "what about Yunyang and Fengjie?"])
async def test_what_about_two_counties_puts_them_first_in_the_list(talk: Talk, text: str) -> None:
    li = talk.person("li")
    await li.says("/lang")
    await li.presses("中文")
    await li.says(OFFER)
    both = await li.says(text)
    assert both.startswith("按这些找：养老帮扶 · 云阳 · 奉节 · 泰安")
    assert both.count("您点名的") == 2


async def test_a_county_is_turned_away_in_the_next_sentence(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    without = await li.says("不要巫溪")
    assert "不要巫溪" in without
    assert "1. 巫溪" not in without


async def test_the_same_in_english(tmp_path: Path, base: KnowledgeBase) -> None:
    async with Talk(tmp_path, base, client="en") as talk:
        li = talk.person("li")
        await li.says("We cook meals for old people in villages")
        assert "Places 6 to 10" in await li.says("something else")
        assert "Places 11 to 15" in await li.says("not that one")
        assert "Elderly care · Education" in await li.says("also education")
        assert "Shizhu Tujia Autonomous County" in await li.says("what about Shizhu?")


async def test_a_new_sentence_is_a_new_matter(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    fresh = await li.says("青岛的商会，想帮着卖脐橙")
    assert "我理解为" in fresh
    assert "养老" not in fresh.split("\n")[0]


async def test_each_part_is_a_button_to_change_or_drop(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    assert "要改成什么" in await li.presses("✎ 养老帮扶")
    changed = await li.presses("健康帮扶")
    assert "按这些找：健康帮扶 · 泰安" in changed
    await li.presses("✎ 泰安")
    assert "按这些找：健康帮扶 · 聊城" in await li.presses("聊城")
    assert li.last.index("彭水") < li.last.index("2. ")
    await li.presses("✎ 聊城")
    assert "按这些找：健康帮扶 · 社会服务机构" in await li.presses("去掉「聊城」")


async def test_the_parts_come_after_the_pairings_in_the_keyboard(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    assert li.buttons[:5] == ["1", "2", "3", "4", "5"]
    assert next(i for i, label in enumerate(li.buttons) if label.startswith("✎")) >= 5


async def test_a_wrong_result_is_kept_for_the_office_with_the_words_that_failed(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await li.says("我们会修水窖，也会修路")
    await li.presses("👎")
    assert "工作人员会看" in await li.presses("区县不合适")
    assert "不合适的反馈（1）" in await boss.says("/office") + " ".join(boss.buttons)
    listed = await boss.presses("不合适的反馈")
    assert "区县不合适：我们会修水窖，也会修路" in listed


async def test_only_the_office_sees_what_was_reported(talk: Talk) -> None:
    li = talk.person("li")
    assert "工作人员的功能" in await li.presses_data("v1:wrongs")


@pytest.mark.parametrize("word", ["2", "第二个", "看看二号"])
async def test_an_item_is_opened_by_its_number(talk: Talk, word: str) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    assert "城口县 · 养老帮扶" in await li.says(word)


async def test_the_previous_page(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    await li.says("换一个")
    assert "1. 巫溪" in await li.says("上一页")


@pytest.mark.parametrize(
    ("said", "answer"), [("你好！", "您好"), ("谢谢", "不客气"), ("再见", "随时回来"), ("thanks", "welcome")]
)
async def test_politeness_is_answered_in_kind(talk: Talk, said: str, answer: str) -> None:
    assert answer in await talk.person("li").says(said)


async def test_only_one_county_is_shown_when_only_one_is_wanted(talk: Talk) -> None:
    page = await talk.person("li").says("只去黔江")
    assert "黔江区" in page
    assert "酉阳" not in page


async def test_of_the_needs_of_a_field_the_one_that_speaks_of_the_same_things_is_shown(talk: Talk) -> None:
    li = talk.person("li")
    assert "图书" in (await li.says("我们想给城口捐书，办图书角")).split("2. ")[0]


@pytest.mark.parametrize("text", ["换一个", "那石柱呢", "再加上教育"])
async def test_without_a_list_before_it_such_a_text_is_read_as_it_stands(talk: Talk, text: str) -> None:
    answered = await talk.person("li").says(text)
    assert answered
    assert "第 6" not in answered


async def test_the_office_reads_a_report_without_markup_and_finds_back(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await li.says("我们能做养老")
    await li.presses("不合适")
    await li.presses("区县不合适")
    reported = await boss.presses_data("v1:wrongs")
    assert "我们能做养老 → 按这些找：养老帮扶" in reported
    assert "待办" in await boss.presses("看待办")


async def test_a_question_that_finds_a_list_can_go_to_somebody(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("巫溪养老的路费谁出？")
    assert li.buttons[-1] == "问工作人员"
    assert "关于巫溪，想问工作人员什么" in await li.presses("问工作人员")
    assert "「巫溪养老的路费谁出？」" in await li.presses("用「巫溪养老的路费谁出？」")


# -- one thing in place of another, and without it ------------------------------------------------------------------------

CORRECTED = {
    "不是养老，是教育": "按这些找：教育帮扶 · 泰安 · 社会服务机构 · 不要养老帮扶",
    "我说的是健康，不是养老": "按这些找：健康帮扶 · 泰安 · 社会服务机构 · 不要养老帮扶",
    "不对，是健康": "按这些找：健康帮扶 · 泰安 · 社会服务机构",
    "错了，是烟台不是泰安": "按这些找：养老帮扶 · 烟台 · 社会服务机构",
    "不是泰安，是烟台": "按这些找：养老帮扶 · 烟台 · 社会服务机构",
    "不是服务机构，是基金会": "按这些找：养老帮扶 · 泰安 · 公益慈善类社会组织",
    "把养老改成健康": "按这些找：健康帮扶 · 泰安 · 社会服务机构 · 不要养老帮扶",
    "泰安换成烟台": "按这些找：养老帮扶 · 烟台 · 社会服务机构",
    "change elderly care to education": "按这些找：教育帮扶 · 泰安 · 社会服务机构 · 不要养老帮扶",
    "education instead of elderly care": "按这些找：教育帮扶 · 泰安 · 社会服务机构 · 不要养老帮扶",
    "再加上教育，去掉养老": "按这些找：教育帮扶 · 泰安 · 社会服务机构 · 不要养老帮扶",
    "add health, drop elderly care": "按这些找：健康帮扶 · 泰安 · 社会服务机构 · 不要养老帮扶",
    "改成济南": "按这些找：养老帮扶 · 济南 · 社会服务机构",
    "actually, make it Yantai": "按这些找：养老帮扶 · 烟台 · 社会服务机构",
    "forget Tai'an": "按这些找：养老帮扶 · 社会服务机构",
    "改成基金会": "按这些找：养老帮扶 · 泰安 · 公益慈善类社会组织",
    "去掉泰安": "按这些找：养老帮扶 · 社会服务机构",
    "去掉服务机构": "按这些找：养老帮扶 · 泰安",
    "把养老去掉": "按这些找：泰安 · 社会服务机构 · 不要养老帮扶",
    "删掉养老": "按这些找：泰安 · 社会服务机构 · 不要养老帮扶",
    "去掉教育": "按这些找：养老帮扶 · 泰安 · 社会服务机构 · 不要教育帮扶",
    "也做教育": "按这些找：养老帮扶 · 教育帮扶 · 泰安 · 社会服务机构",
    "我说的是巫山不是巫溪": "按这些找：养老帮扶 · 巫山 · 泰安 · 社会服务机构 · 不要巫溪",
    "No, health": "按这些找：健康帮扶 · 泰安 · 社会服务机构",
    "not elderly care, education": "按这些找：教育帮扶 · 泰安 · 社会服务机构 · 不要养老帮扶",
    "I meant Wushan, not Wuxi": "按这些找：养老帮扶 · 巫山 · 泰安 · 社会服务机构 · 不要巫溪",
    "without education": "按这些找：养老帮扶 · 泰安 · 社会服务机构 · 不要教育帮扶",
    "Yantai, not Tai'an": "按这些找：养老帮扶 · 烟台 · 社会服务机构",
}


@pytest.mark.parametrize("text", CORRECTED)
async def test_what_is_put_right_changes_that_part_and_keeps_the_rest(talk: Talk, text: str) -> None:
    li = talk.person("li")
    await li.says("/lang")
    await li.presses("中文")
    await li.says(OFFER)
    await li.says("换一个")
    assert (await li.says(text)).split("\n")[0] == CORRECTED[text]


async def test_what_is_wanted_again_is_turned_away_no_longer(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    await li.says("不要巫溪")
    await li.says("去掉养老")
    assert (await li.says("再加上养老")).startswith("按这些找：养老帮扶 · 泰安 · 社会服务机构 · 不要巫溪\n")
    again = await li.says("再加上巫溪")
    assert again.startswith("按这些找：养老帮扶 · 巫溪 · 泰安 · 社会服务机构\n")
    assert "1. 巫溪" in again


async def test_a_field_chosen_by_button_is_turned_away_no_longer(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    await li.says("不是教育，是健康")
    await li.presses("✎ 健康帮扶")
    assert (await li.presses("教育帮扶")).startswith("按这些找：教育帮扶 · 泰安 · 社会服务机构\n")


async def test_where_the_page_of_a_county_is_open_the_one_that_was_meant_is_shown(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    assert "巫溪县" in await li.says("那巫溪呢")
    assert "巫山县" in await li.says("我说的是巫山不是巫溪")


async def test_the_kind_or_the_place_alone_is_added_to_the_search(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("我们能做养老")
    assert (await li.says("我们是商会")).startswith("按这些找：养老帮扶 · 行业协会商会\n")
    assert (await li.says("烟台")).startswith("按这些找：养老帮扶 · 烟台 · 行业协会商会\n")


@pytest.mark.parametrize("text", ["换一个", "第二个", "上一页"])
async def test_after_a_restart_a_text_that_leans_on_a_list_is_told_that_it_is_forgotten(talk: Talk, text: str) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    await talk.restart()
    assert (await li.says(text)).startswith("我这里没有可以接着看的列表")
    await li.presses("2")
    assert (await li.says("再加上教育")).startswith("按这些找：养老帮扶 · 教育帮扶 · 泰安 · 社会服务机构\n")


async def test_after_a_restart_what_is_dropped_is_never_searched_for(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    await talk.restart()
    said = await li.says("去掉养老")
    assert said.startswith("我这里没有之前的条件")
    assert "\n按这些找：不要养老帮扶\n" in said
    assert "养老帮扶 —" not in said
    assert "\n按这些找：教育帮扶 · 不要养老帮扶 · 不要健康帮扶\n" in "\n" + await li.says("不是健康，是教育")


@pytest.mark.parametrize("text", ["我们也想做教育", "We teach and cook in schools"])
async def test_a_first_text_is_no_addition_to_anything(talk: Talk, text: str) -> None:
    assert (await talk.person("li").says(text)).startswith(("我理解为：教育帮扶", "I understand: Education"))


# -- when to ask ----------------------------------------------------------------------------------------------------------


async def test_nothing_is_asked_where_a_field_is_certain(talk: Talk) -> None:
    said = await talk.person("li").says("西藏自治区藏医药学会，带药浴技术和几位老藏医，可以巡诊")
    assert said.startswith("我理解为：健康帮扶")


@pytest.mark.parametrize("text", ["烟台", "Yantai"])
async def test_a_place_alone_is_where_they_come_from(talk: Talk, text: str) -> None:
    li = talk.person("li")
    await li.says("/lang")
    await li.presses("中文")
    assert (await li.says(text)).startswith("我理解为：来自山东 烟台")


@pytest.mark.parametrize("text", ["梁平和丰都对比一下", "/county 梁平 丰都"])
async def test_of_several_counties_it_is_asked_which(talk: Talk, text: str) -> None:
    li = talk.person("li")
    assert "说到了几个区县" in await li.says(text)
    assert li.buttons == ["梁平", "丰都", "放在一起看"]
    assert "丰都县" in await li.presses("丰都")


async def test_several_counties_side_by_side(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("梁平和丰都对比一下")
    both = await li.presses("放在一起看")
    assert both.count("您点名的") == 2
    asked = await li.says("忠县和垫江哪个更缺医生")
    assert "1. 忠县" in asked
    assert "2. 垫江" in asked


async def test_what_was_turned_away_comes_back_with_one_tap(talk: Talk) -> None:
    li = talk.person("li")
    assert "1. 巫溪" not in await li.says("我们是泰安的养老服务机构，别去巫溪")
    assert "1. 巫溪" in await li.presses("✕ 不要巫溪")


async def test_a_place_that_weighs_nothing_can_be_put_right_too(either: Talk) -> None:
    li = either.person("li")
    await li.says("四川的基金会想做教育" if either.client == "zh" else "A foundation from Sichuan, for education")
    await li.presses("✎ 四川" if either.client == "zh" else "✎ Home region")
    dropped = await li.presses("去掉「来源地」" if either.client == "zh" else "Drop “Home region”")
    assert (
        "按这些找：教育帮扶 · 公益慈善类社会组织\n"
        if either.client == "zh"
        else "Searching for Education · Charity or foundation\n"
    ) in dropped


@pytest.mark.parametrize("text", ["不合适", "👎", "Not right"])
async def test_a_wrong_result_can_be_reported_in_words(talk: Talk, text: str) -> None:
    li = talk.person("li")
    await li.says("/lang")
    await li.presses("中文")
    await li.says(OFFER)
    assert "哪里不合适" in await li.says(text)
    assert "工作人员会看" in await li.presses("没听懂我的话")


@pytest.mark.parametrize("text", ["说错了", "不对", "my mistake"])
async def test_whoever_was_mistaken_is_asked_which_part(talk: Talk, text: str) -> None:
    li = talk.person("li")
    await li.says("/lang")
    await li.presses("中文")
    await li.says(OFFER)
    assert (await li.says(text)).startswith("哪里不对？")
    assert "✎ 养老帮扶" in li.buttons


@pytest.mark.parametrize("text", ["重新找", "start over"])
async def test_a_search_begun_anew_asks_by_buttons(either: Talk, text: str) -> None:
    li = either.person("li")
    await li.says(OFFER)
    assert ("想做哪方面" if text == "重新找" else "What would you like to do?") in await li.says(text)


@pytest.mark.parametrize(("said", "opened"), [("最后一个", "万州区"), ("最后一条。", "万州区"), ("the last one", "Wanzhou")])
async def test_the_last_of_the_page_is_opened_by_a_word(talk: Talk, said: str, opened: str) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    assert (await li.says(said)).startswith(opened)


@pytest.mark.parametrize("text", ["只要城口", "想去城口", "还是去城口"])
async def test_a_county_named_after_a_list_is_for_the_same_wish(talk: Talk, text: str) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    page = await li.says(text)
    assert "按这些找：养老帮扶 · 城口" in page
    assert page.index("城口 · 养老帮扶") < page.index("2. ")


async def test_only_one_county_and_no_other_keeps_the_field(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    page = await li.says("我们只去巫溪，别的都不去，做养老")
    assert page.startswith("巫溪县")
    assert "1. 养老帮扶" in page


async def test_what_follows_a_contrast_is_wanted(tmp_path: Path, base: KnowledgeBase) -> None:
    async with Talk(tmp_path, base, client="en") as talk:
        li = talk.person("li")
        await li.says("We run schools")
        assert "Elderly care · Wuxi · not Chengkou" in await li.says("Wuxi rather than Chengkou, elderly care")


async def test_the_word_for_a_kind_puts_the_kind_right(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    assert "养老帮扶 · 泰安 · 公益慈善类社会组织" in await li.says("基金会")


async def test_labels_may_be_typed(talk: Talk) -> None:
    li = talk.person("li")
    await li.says(OFFER)
    await li.says("1")
    assert "按这些找：养老帮扶" in await li.says("‹ 回到列表")
    await li.says("按条件找")
    assert "养老帮扶" in li.buttons


async def test_behind_the_last_page_there_is_no_more(talk: Talk) -> None:
    li = talk.person("li")
    page = await li.says(OFFER)
    for _ in range(9):
        page = await li.says("更多")
    assert page.startswith("符合条件的到这里都列完了")
    assert "第 36 到" in page
