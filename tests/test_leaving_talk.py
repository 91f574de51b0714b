"""Nobody is left of an organisation, or somebody leaves it, as transcripts: what was open ends well, and everybody is told."""

from __future__ import annotations

import pytest

from knowledge.clock import DAY
from tests.contacts import visible
from tests.journeys import OTHER_NEED, asked, registered, rows, stage
from tests.talk import Person, Talk
from tests.test_colleague_talk import applied, colleagues, invited
from tests.test_coordinator_talk import invites
from tests.test_duplicates_talk import merged, registers
from tests.test_landing_talk import as_far_as, with_photo
from tests.together import CHARITY, FOUNDATION, offers

pytestmark = pytest.mark.usefixtures("calm")

LEAVE = {"leaves": "v1:team:1:leave:0:yes", "erases": "v1:erase:yes"}
OVER = "您申请加入的单位已经没有成员了，这次申请到此为止。要登记意向，直接告诉我您的单位能做什么就行。"


async def declined(talk: Talk, how: str) -> tuple[Person, Person]:
    """An interest is declined, and then the only member goes."""
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await boss.presses_data("v1:off:1:1:decline")
    await boss.presses("今年安排不下")
    await li.presses_data(LEAVE[how])
    await talk.settle()
    return boss, li


@pytest.mark.parametrize("how", LEAVE)
async def test_what_was_closed_is_not_opened_again_for_nobody(talk: Talk, how: str) -> None:
    boss, _ = await declined(talk, how)
    assert "不能撤销" in await boss.presses_data("v1:off:1:2:undo")
    assert stage(talk) == "declined"
    assert not [row for row in rows(talk, "deadlines") if row["kind"].startswith("interest")]


@pytest.mark.parametrize("how", LEAVE)
async def test_who_waits_to_be_let_in_hears_that_nobody_is_left(talk: Talk, how: str) -> None:
    li, zhao, wu = talk.person("li"), talk.person("zhao"), talk.person("wu")
    await registered(li)
    await applied(zhao, await invited(li))
    unused = await invited(li)
    await li.presses_data(LEAVE[how])
    await talk.settle()
    assert zhao.last == OVER
    assert "已经用过或者过期了" in await wu.says(unused)
    before = len(zhao.seen)
    await talk.move_clock(30 * DAY)
    assert len(zhao.seen) == before
    assert [(row["accepted"], row["name"]) for row in rows(talk, "invitations")] == [(0, None), (0, None)]


async def test_nobody_is_left_in_english(english: Talk) -> None:
    li, zhao = english.person("li"), english.person("zhao")
    await registered(li)
    await li.says("/org")
    await li.presses("Colleagues")
    await li.presses("Invite")
    await zhao.says(next(line for line in li.last.splitlines() if line.startswith("/start join-")))
    for label in ("Agree to all", "Mr Zhao", "Skip", "Submit"):
        await (zhao.says(label) if label == "Mr Zhao" else zhao.presses(label))
    await li.presses_data("v1:erase:yes")
    await english.settle()
    assert zhao.last.startswith("The organisation that you asked to join has no members any more")


async def test_who_is_removed_reads_no_more_on_the_cards(talk: Talk) -> None:
    _, li, zhao = await colleagues(talk)
    await zhao.says("/my")
    await zhao.presses("#1")
    assert any("六名护理员" in text for text in visible(zhao))
    await li.presses_data(f"v1:team:1:remove:{zhao.id}:yes")
    await talk.settle()
    assert not any("六名护理员" in text for text in visible(zhao))
    assert "这件事不归您办了" in zhao.reads()


async def test_a_photo_goes_from_the_chat_of_who_is_removed(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await with_photo(li)
    zhao = talk.person("zhao")
    await applied(zhao, await invited(li))
    await li.presses("同意")
    await zhao.presses_data("v1:photo:1")
    await boss.presses_data("v1:photo:1")
    await li.presses_data(f"v1:team:1:remove:{zhao.id}:yes")
    await talk.settle()
    assert not any("的照片" in text for text in visible(zhao))
    assert any("的照片" in text for text in visible(boss))


async def test_a_merge_asks_the_one_who_decides_now_about_those_who_wait(talk: Talk) -> None:
    boss, li, zhao, wu = (talk.person(name, owner=name == "boss") for name in ("boss", "li", "zhao", "wu"))
    await registered(li)
    await registers(zhao, "泰安夕阳红养老服务中心", OTHER_NEED)
    await applied(wu, await invited(zhao), "小吴")
    await boss.presses_data("v1:dup:1:merge:yes")
    await talk.settle()
    assert any("小吴 用您单位的邀请链接，想加入「泰安市夕阳红养老服务中心」" in text for text in visible(li))
    await li.presses("同意")
    assert "您已加入「泰安市夕阳红养老服务中心」" in wu.last


async def test_buttons_of_before_a_merge_lead_to_what_the_organisation_has_become(talk: Talk) -> None:
    boss, li, zhao = talk.person("boss", owner=True), talk.person("li"), talk.person("zhao")
    await registered(li)
    await registers(zhao, "泰安夕阳红养老服务中心", OTHER_NEED)
    await zhao.presses_data("v1:org:2:edit")
    await boss.presses_data("v1:dup:1:merge:yes")
    assert "泰安市夕阳红养老服务中心" in await zhao.presses_data("v1:org:2")
    assert "泰安市夕阳红养老服务中心 的同事" in await zhao.presses_data("v1:team:2")
    assert "泰安市夕阳红养老服务中心 的同事" in await zhao.presses_data("v1:team:2:leave:0:yes")
    assert len(rows(talk, "members")) == 2
    draft = rows(talk, "drafts")[0]["id"]
    assert "同事刚改过" in await zhao.presses_data(f"v1:form:{draft}:submit:preview")
    assert [row["name"] for row in rows(talk, "organisations")] == ["泰安市夕阳红养老服务中心", "泰安夕阳红养老服务中心"]


async def test_who_was_asked_into_a_group_before_a_merge_can_answer_and_is_chased(talk: Talk) -> None:
    boss, li, wang, zhao = (talk.person(name, owner=name == "boss") for name in ("boss", "li", "wang", "zhao"))
    await offers(li, CHARITY)
    await offers(wang, FOUNDATION, OTHER_NEED)
    await offers(zhao, ("春晖慈善基金会", *FOUNDATION[1:]))
    now = talk.services.now()
    talk.store.execute("INSERT INTO duplicates (older, newer, reason, found) VALUES (2, 3, 'like_name', ?)", (now,))
    await li.presses_data("v1:gask:1:3")
    await boss.presses_data("v1:dup:1:merge:yes")
    await talk.move_clock(3 * DAY)
    assert "邀请您组团" in zhao.last
    await talk.move_clock(12 * DAY)
    assert any("对方两周没有回复组团的事" in text for text in visible(li))
    await li.presses_data("v1:gask:1:3")


async def test_a_yes_to_a_question_of_before_a_merge_counts(talk: Talk) -> None:
    boss, li, wang, zhao = (talk.person(name, owner=name == "boss") for name in ("boss", "li", "wang", "zhao"))
    await offers(li, CHARITY)
    await offers(wang, FOUNDATION, OTHER_NEED)
    await offers(zhao, ("春晖慈善基金会", *FOUNDATION[1:]))
    talk.store.execute("INSERT INTO duplicates (older, newer, reason, found) VALUES (2, 3, 'like_name', 1)")
    await li.presses_data("v1:gask:1:3")
    await boss.presses_data("v1:dup:1:merge:yes")
    assert "您已加入组团" in await zhao.presses("✅ 同意")


async def test_a_form_begun_before_a_merge_registers_for_what_the_organisation_has_become(talk: Talk) -> None:
    boss, li, zhao = talk.person("boss", owner=True), talk.person("li"), talk.person("zhao")
    await registered(li)
    await registers(zhao, "泰安夕阳红养老服务中心", OTHER_NEED)
    await zhao.says("/start need-pengshui-elderly-1")
    await zhao.presses("登记意向")
    await zhao.says("上门助浴")
    await zhao.presses("单独")
    await boss.presses_data("v1:dup:1:merge:yes")
    await zhao.presses("提交")
    assert len(rows(talk, "organisations")) == 2
    assert [row["organisation"] for row in rows(talk, "interests")] == [1, 1, 1]


async def test_the_name_of_what_was_merged_goes_with_the_last_who_is_erased(talk: Talk) -> None:
    _, li, zhao = await merged(talk)
    for one in (zhao, li):
        await one.presses_data("v1:erase:yes")
    await talk.settle()
    assert [row["name"] for row in rows(talk, "organisations")] == ["—", "—"]


async def test_an_application_that_nobody_answers_ends_with_a_word(talk: Talk) -> None:
    li, zhao = talk.person("li"), talk.person("zhao")
    await registered(li)
    await applied(zhao, await invited(li))
    for _ in range(5):
        await talk.move_clock(10 * DAY)
    assert zhao.last.startswith("您申请加入「泰安市夕阳红养老服务中心」一个月了")
    assert sum("一个月了" in text for text in visible(zhao)) == 1


async def test_an_account_that_the_city_never_confirms_hears_a_no(talk: Talk) -> None:
    boss, zhou = talk.person("boss", owner=True), talk.person("zhou")
    await zhou.says(await invites(boss, "巫溪"))
    await zhou.presses("接受")
    for _ in range(5):
        await talk.move_clock(10 * DAY)
    assert zhou.last == "市里没有确认您担任巫溪的联络员。如果弄错了，请联系发邀请的人。"
    assert "邀请已经拒绝" in await boss.presses_data("v1:co:yes:1")


async def test_who_is_taken_from_the_list_of_administrators_has_nothing_in_hand_any_more(talk: Talk) -> None:
    boss, chief, li = (talk.person(name, owner=name != "li") for name in ("boss", "chief", "li"))
    await registered(li)
    await asked(li)
    await chief.presses_data("v1:qo:1:1:take")
    await chief.presses_data("v1:off:1:1:accept")
    talk.people.memory.owners.remove(chief.id)
    talk.people._request.keep()
    await talk.restart()
    await talk.settle()
    assert not any("住宿怎么安排" in text or "夕阳红" in text for text in visible(chief))
    assert [row["handler"] for row in rows(talk, "interests")] == [None]
    assert "没人接的（1）" in await boss.presses_data("v1:ql:free:0")
    before = len(chief.seen)
    await talk.restart()
    await talk.settle()
    assert len(chief.seen) == before
    assert "夕阳红" in boss.reads()
