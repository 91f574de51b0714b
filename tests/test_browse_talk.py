"""Looking around as transcripts: by buttons only, county by county, the plan, the precedents, links, and what is not found."""

from __future__ import annotations

import re

import pytest

from bot.channels.chat import plain
from handlers import browse, pairings
from handlers.questions import mark
from knowledge import matching
from knowledge.matching import Wish
from tests.journeys import NEED, registered, rows
from tests.talk import Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

NOTHING = "今天天气真好"


def texts(talk: Talk, key: str) -> str:
    """A label in the talk's language."""
    return plain(talk.services.texts(talk.client, key))


# -- /find -------------------------------------------------------------------------------------------------------------


async def test_field_kind_and_origin_lead_to_a_list_and_a_card(talk: Talk) -> None:
    li = talk.person("li")
    assert await li.says("/find") == "想做哪方面？"
    assert "养老帮扶\n贵单位是哪一类？" in await li.presses("养老帮扶")
    assert "从哪里来？山东各市有对口的区县。" in await li.presses("公益慈善类社会组织")
    await li.presses("山东")
    listed = await li.presses("泰安")
    assert "1. 巫溪 · 养老帮扶 — 对口泰安 · 国家重点帮扶县" in listed
    card = await li.presses("1")
    assert "巫溪县 · 养老帮扶" in card
    assert "乡村治理品牌" in card
    assert "属于方案请贵单位这类组织打造的「乡村治理品牌」" in await li.presses("理由、条款、先例")
    assert await li.presses("收起") == card
    assert await li.presses("‹ 回到列表") == listed
    assert all(message.how == "edited" for message in li.seen[1:])


async def test_every_step_of_the_guided_way_leads_back(talk: Talk) -> None:
    li = talk.person("li")
    field = await li.says("/find")
    kind = await li.presses("教育帮扶")
    origin = await li.presses("志愿服务组织")
    shandong = await li.presses("山东")
    assert "山东其他市" in li.buttons
    assert shandong
    assert await li.presses("‹ 上一步") == origin
    assert await li.presses("‹ 上一步") == kind
    assert await li.presses("‹ 上一步") == field


async def test_everything_can_be_skipped_on_the_guided_way(either: Talk) -> None:
    li = either.person("li")
    await li.says("/find")
    await li.presses(texts(either, "button.any"))
    await li.presses(texts(either, "button.any"))
    listed = await li.presses(texts(either, "guided.elsewhere"))
    assert ("您还没说做哪方面" if either.client == "zh" else "You named no field yet") in listed
    first = listed.index("1. ")
    assert ("城口" if either.client == "zh" else "Chengkou") in listed[first:]


async def test_every_field_kind_and_origin_leads_to_a_list(either: Talk) -> None:
    li = either.person("li")
    for number in range(len(either.base.fields)):
        await li.says("/find")
        await li.presses(li.buttons[number])
        await li.presses(li.buttons[number % len(either.base.kinds)])
        place = li.buttons[number % (len(either.base.plan.eastern) + 1)]
        listed = await li.presses(place)
        if place in {"山东", "Shandong"}:
            listed = await li.presses(li.buttons[number])
        assert "1. " in listed


async def test_the_pages_of_a_list_hold_every_county_once(either: Talk) -> None:
    li = either.person("li")
    await li.says("/find")
    await li.presses(texts(either, "button.any"))
    await li.presses(texts(either, "button.any"))
    pages = [await li.presses(texts(either, "guided.elsewhere"))]
    while texts(either, "button.more") in li.buttons:
        pages.append(await li.presses(texts(either, "button.more")))
    for county in either.base.counties.values():
        name = county.short[either.client]
        assert sum(f". {name} · " in page for page in pages) == int(county.agricultural), name
    assert texts(either, "button.more") not in li.buttons
    assert await li.presses(texts(either, "button.earlier")) == pages[-2]


async def test_a_card_leads_back_to_the_page_it_was_opened_from(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("我们是泰安的养老服务机构")
    second = await li.presses("更多")
    assert "第 6 到 10 位" in second
    await li.presses("3")
    assert await li.presses("回到列表") == second


async def test_find_with_words_reads_them(talk: Talk) -> None:
    assert "1. 巫溪 · 养老帮扶" in await talk.person("li").says("/find 泰安 养老服务机构")


# -- counties ----------------------------------------------------------------------------------------------------------


async def test_a_county_is_chosen_among_all_of_them_the_four_first(either: Talk) -> None:
    li = either.person("li")
    await li.says("/county")
    assert len(li.buttons) == 38
    assert set(li.buttons[:4]) == {
        either.base.counties[c].short[either.client] for c in ("chengkou", "wuxi", "youyang", "pengshui")
    }


async def test_every_page_of_every_county_and_every_card_can_be_opened(either: Talk) -> None:
    li = either.person("li")
    await li.says("/county")
    choice, opened = li.seen[-1], 0
    for county in either.base.counties.values():
        page = await li.presses_on(choice, county.short[either.client])
        assert county.name[either.client] in page
        while True:
            shown = li.seen[-1]
            for label in [b["label"] for row in shown.keyboard for b in row if b["label"].isdigit()]:
                card = await li.presses_on(shown, label)
                assert county.name[either.client] in card
                opened += 1
            if texts(either, "button.more") not in [b["label"] for row in shown.keyboard for b in row]:
                break
            await li.presses_on(shown, texts(either, "button.more"))
    assert opened == len(either.base.needs)


@pytest.mark.parametrize(
    ("written", "county"),
    [
        ("巫溪", "巫溪县"),
        ("巫溪县", "巫溪县"),
        ("重庆市巫溪县", "巫溪县"),
        ("万县", "万州区"),
        ("开县", "开州区"),
        ("梁平县", "梁平区"),
        ("武隆县", "武隆区"),
        ("万盛", "綦江区"),
        ("wuxi", "巫溪县"),
        ("渝中", "渝中区"),
    ],
)
async def test_a_county_is_found_by_its_names_old_and_new(talk: Talk, written: str, county: str) -> None:
    assert (await talk.person("li").says(f"/county {written}")).startswith(county)


async def test_a_place_that_is_no_county_of_chongqing_is_told_with_the_choice(either: Talk) -> None:
    li = either.person("li")
    said = await li.says("/county <成都>" if either.client == "zh" else "/county <Chengdu>")
    assert said.startswith(
        "重庆没有叫「<成都>」的区县，请从下面选。" if either.client == "zh" else "Chongqing has no county called “<Chengdu>”"
    )
    assert len(li.buttons) == 38


async def test_a_county_with_many_needs_has_pages(talk: Talk) -> None:
    li = talk.person("li")
    first = await li.says("/county 巫溪")
    assert "需求（共 21 条）" in first
    pages = [first]
    while "更多 ›" in li.buttons:
        pages.append(await li.presses("更多 ›"))
    assert len(pages) == 5
    assert await li.presses("‹ 前面的") == pages[3]


def lines(text: str, width: int) -> int:
    """The lines that a text takes on a phone: a Chinese character is as wide as two letters."""
    return sum(max(1, -(-sum(2 if ord(c) > 0x2E80 else 1 for c in line) // width)) for line in text.splitlines())


PHONE = 40
"""Letters in a line of a phone."""


async def test_the_cards_and_the_pages_of_counties_fit_on_a_phone(talk: Talk) -> None:
    services, wish = talk.services, Wish(("elderly",), province="山东", city="泰安", kind="service")
    shown = [pairings.card(services, "zh", need, wish) for need in talk.base.needs]
    heights = sorted(lines(re.sub(r" \(http[^)]*\)", "", plain(one.text)), PHONE) for one in shown if one)
    assert heights[len(heights) // 2] <= 17
    assert heights[-1] <= 26
    for county in talk.base.counties.values():
        for offset in range(0, max(1, len(county.needs)), browse.NEEDS_A_PAGE):
            assert lines(plain(browse.county_page(services, "zh", county, wish, offset).text), PHONE) <= 27


async def test_everything_about_a_pairing_is_on_the_card_or_a_tap_away(either: Talk) -> None:
    services, lang, base = either.services, either.client, either.base
    wish = Wish(("elderly", "health"), province="山东", city="泰安", kind="service")
    for need in base.needs.values():
        county = base.counties[need.county]
        found = [pairings.card(services, lang, need.id, wish, whole=whole) for whole in (False, True)]
        short, whole = (plain(str(one.text)) for one in found if one)
        for part in (need.text[lang], need.evidence.fact[lang], need.evidence.source.title, str(need.evidence.year)):
            assert part in short
        pairing = matching.at_county(base, county, need, wish, services.around())
        for reason in (*pairing.reasons, *pairing.unknowns):
            assert plain(pairings.reason_text(services, lang, reason)) in whole
        assert base.tasks[pairing.task].clause[lang] in whole
        precedent = next(base.precedents(need.field, county.id), None)
        assert precedent is None or precedent.org[lang] in whole


async def test_what_is_known_of_a_county_is_a_tap_away(either: Talk) -> None:
    li = either.person("li")
    page = await li.says("/county 巫溪" if either.client == "zh" else "/county Wuxi")
    about = await li.presses("关于巫溪" if either.client == "zh" else "About Wuxi")
    county = either.base.counties["wuxi"]
    for one in county.aid:
        assert one.org[either.client] in about
    assert county.products[0][either.client] in about
    assert await li.presses("上一步" if either.client == "zh" else "Back") == page


async def test_the_district_without_countryside_is_shown_but_takes_no_interest(either: Talk) -> None:
    li = either.person("li")
    page = await li.says("/county 渝中" if either.client == "zh" else "/county Yuzhong")
    assert ("这里没有农村，不在结对范围内。" if either.client == "zh" else "There is no countryside here") in page
    assert [b["data"] for row in li.seen[-1].keyboard for b in row] == ["v1:ca:yuzhong:"]
    refused = await li.presses_data("v1:reg:yuzhong:")
    assert ("不在结对范围内" if either.client == "zh" else "outside the pairing") in refused
    assert rows(either, "drafts") == []


async def test_somebody_who_asks_for_that_district_is_shown_where_help_is_needed(talk: Talk) -> None:
    listed = await talk.person("li").says("我们是养老服务机构，想去渝中")
    assert "渝中没有农村，不在结对范围内；下面是需要帮助的涉农区县。" in listed
    assert ". 渝中" not in listed


async def test_interest_in_a_county_as_a_whole(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await li.says("/county 石柱")
    consent = await li.presses("登记意向（先不定具体需求）")
    assert "登记到 石柱\n" in consent
    await li.presses("全部同意")
    for answer in ("泰山义工联盟", "王老师", "跳过", "二十名志愿者"):
        await li.says(answer)
    assert "去向：石柱（整个区县）" in await li.presses("单独")
    assert "泰山义工联盟 → 石柱" in await li.presses("提交")
    assert "#1 泰山义工联盟 → 石柱\n" in boss.last


# -- the plan and the precedents -----------------------------------------------------------------------------------------


async def test_every_task_of_the_plan_leads_to_counties_and_back(either: Talk) -> None:
    li = either.person("li")
    plan = await li.says("/plan")
    for task in either.base.plan.tasks:
        page = await li.presses_on(li.seen[0], task.name[either.client])
        assert task.clause[either.client] in page
        shown = li.seen[-1]
        if task.fields:
            assert "1. " in await li.presses_on(shown, either.base.fields[task.fields[0]].name[either.client])
        assert await li.presses_on(shown, texts(either, "button.plan")) == plan


async def test_the_pages_of_precedents_hold_every_one_and_begin_in_chongqing(either: Talk) -> None:
    li = either.person("li")
    pages = [await li.says("/cases")]
    assert ("重庆" if either.client == "zh" else "Chongqing") in pages[0].split("\n")[2]
    while texts(either, "button.more") in li.buttons:
        pages.append(await li.presses(texts(either, "button.more")))
    whole = "\n".join(pages)
    assert all(case.done[either.client] in whole for case in either.base.cases)
    assert f"{len(either.base.cases)}. " in pages[-1]
    assert await li.presses(texts(either, "button.earlier")) == pages[-2]


async def test_precedents_by_field(either: Talk) -> None:
    li = either.person("li")
    await li.says("/cases")
    await li.presses(texts(either, "button.cases_by_field"))
    choice = li.seen[-1]
    fields = [button["label"] for row in choice.keyboard for button in row]
    assert len(fields) > 10
    for name in fields:
        page = await li.presses_on(choice, name)
        assert f" · {name}" in page.split("\n")[0]
        assert "1. " in page


# -- links ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "begins"),
    [
        ("county-wuxi", "巫溪县 · 国家乡村振兴重点帮扶县"),
        (f"need-{NEED}", "巫溪县 · 养老帮扶"),
        ("plan", "社会组织助力乡村振兴专项行动方案"),
        ("county-yuzhong", "渝中区 · 没有农村的城区"),
        ("county-nowhere", "您好，这里是 结对"),
        ("need-", "您好，这里是 结对"),
        ("need-wuxi-elderly-99", "您好，这里是 结对"),
        ("group", "您好，这里是 结对"),
        ("../../etc/passwd", "您好，这里是 结对"),
        ("%00<b>", "您好，这里是 结对"),
    ],
)
async def test_a_link_opens_what_it_names_and_anything_else_the_welcome(talk: Talk, link: str, begins: str) -> None:
    assert (await talk.person("li").says(f"/start {link}")).startswith(begins)


async def test_links_in_english(english: Talk) -> None:
    li = english.person("li")
    assert (await li.says("/start county-wuxi")).startswith("Wuxi County · National key county")
    assert (await li.says(f"/start need-{NEED}")).startswith("Wuxi County · Elderly care")
    assert "Register interest" in str(li.buttons)


# -- nothing found -------------------------------------------------------------------------------------------------------


async def not_found(person: Person) -> None:
    said = await person.says(NOTHING)
    assert "换个说法试试" in said


async def test_what_nothing_was_found_for_goes_to_the_office_and_the_answer_comes_back(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await not_found(li)
    assert rows(talk, "questions") == []
    shown = await li.presses("把这段话留给工作人员")
    assert shown.startswith(f"发出前看一眼\n发给：市里的工作人员\n\n「{NOTHING}」")
    assert rows(talk, "questions") == []
    assert "已发给市里的工作人员（第 1 号）。有合适的去处" in await li.presses("发送")
    assert boss.last.startswith(f"🔔 有人想帮忙，没找到对口的\n第 1 号\n「{NOTHING}」")
    await boss.presses("回答")
    assert "第 1 号的回答已发出。" in await boss.says("可以先去城口看看")
    assert li.last == f"您说过：「{NOTHING}」\n工作人员回答：可以先去城口看看"
    assert "想问工作人员什么？" in await li.presses("再问一句")


async def test_the_same_words_are_kept_once(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await not_found(li)
    for _ in range(3):
        await li.presses_data(f"v1:keep:{mark(NOTHING)}")
        assert "（第 1 号）" in await li.presses("发送")
    assert len(rows(talk, "questions")) == 1
    assert len(boss.seen) == 1


async def test_the_button_keeps_the_words_above_it_or_asks_for_them(talk: Talk) -> None:
    talk.person("boss", owner=True)
    li = talk.person("li")
    await not_found(li)
    old = li.seen[-1]
    await li.says("我们是泰安的养老服务机构")
    assert "想问工作人员什么？" in await li.presses_on(old, "把这段话留给工作人员")
    assert rows(talk, "questions") == []


async def test_after_a_restart_the_words_are_asked_for_again(talk: Talk) -> None:
    li = talk.person("li")
    await not_found(li)
    await talk.restart()
    assert "想问工作人员什么？" in await li.presses("把这段话留给工作人员")
    assert f"「{NOTHING}」" in await li.says(NOTHING)
    assert "已发给市里的工作人员（第 1 号）" in await li.presses("发送")


async def test_without_anyone_online_it_says_so(talk: Talk) -> None:
    li = talk.person("li")
    await not_found(li)
    await li.presses("把这段话留给工作人员")
    assert "目前还没有工作人员上线，一上线就会看到。" in await li.presses("发送")


async def test_a_question_about_a_need_names_it_to_the_office(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await li.says(f"/start need-{NEED}")
    assert "关于巫溪，想问工作人员什么？" in await li.presses("问工作人员")
    shown = await li.says("住宿怎么安排？")
    assert "发给：市里的工作人员\n关于：巫溪 · 养老帮扶\n\n「住宿怎么安排？」" in shown
    await li.presses("发送")
    assert boss.last.startswith("🔔 有人提问\n第 1 号 · 巫溪 · 养老帮扶\n「住宿怎么安排？」")


async def test_nothing_found_in_english(english: Talk) -> None:
    boss, li = english.person("boss", owner=True), english.person("li")
    assert "Try it another way" in await li.says("The weather is nice today")
    assert "Before it goes\nTo: the city's staff\n\n“The weather is nice today”" in await li.presses("Leave this text")
    assert "Sent to the city's staff (number 1). When there is a place for it" in await li.presses("Send")
    assert boss.last.startswith("🔔 An offer that nothing was found for\nNumber 1\n“The weather is nice today”")
    await boss.presses("Answer")
    await boss.says("Have a look at Chengkou")
    assert li.last == "You wrote: “The weather is nice today”\nThe office answers: Have a look at Chengkou"


async def test_what_others_registered_is_seen_on_the_card_and_in_the_list(talk: Talk) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    await registered(li)
    card = await wang.says(f"/start need-{NEED}")
    assert "已有1家报名" in card
    whole = await wang.presses("理由、条款、先例")
    assert "通过这里报名这条需求的组织：1 家" in whole
    assert "泰安市夕阳红" not in card + whole
    assert "1 家报名" in await wang.presses("巫溪的全部需求") + await wang.presses("更多 ›")


async def test_what_two_reasons_say_in_the_same_word_is_said_once(talk: Talk) -> None:
    li = talk.person("li")
    await registered(li)
    talk.store.execute("UPDATE interests SET stage = 'signed'")
    listed = await talk.person("wang").says("养老")
    assert "已有组织在帮" in listed
    assert "已有组织在帮 · 已有组织在帮" not in listed
