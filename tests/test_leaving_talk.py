"""Nobody is left of an organisation, or somebody leaves it, as transcripts: what was open ends well, and everybody is told."""

from __future__ import annotations

import pytest

from knowledge.clock import DAY
from tests.contacts import visible
from tests.journeys import OTHER_NEED, registered, rows, stage
from tests.talk import Person, Talk
from tests.test_colleague_talk import applied, colleagues, invited
from tests.test_duplicates_talk import registers

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
