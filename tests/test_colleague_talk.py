"""Colleagues of an organisation, as transcripts: invited by a link, let in, acting on its cases, leaving."""

from __future__ import annotations

import re

import pytest

from knowledge.clock import DAY, HOUR
from knowledge.records import interests, members
from tests.journeys import NEED, ZH, registered, rows, stage
from tests.talk import Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

TOKEN = re.compile(r"/start (join-[\w-]{22})")


async def invited(person: Person) -> str:
    """A link made by a member; returns what a colleague sends to the bot."""
    await person.says("/org")
    await person.presses("同事")
    await person.presses("邀请同事")
    found = TOKEN.search(person.last)
    assert found
    return f"/start {found[1]}"


async def applied(person: Person, link: str, name: str = "小赵") -> str:
    """Follow the link to its end."""
    await person.says(link)
    await person.presses("全部同意")
    await person.says(name)
    await person.presses("跳过")
    return await person.presses("提交")


async def colleagues(talk: Talk) -> tuple[Person, Person, Person]:
    """The office, who registered, and a colleague who was let in."""
    boss, li, zhao = talk.person("boss", owner=True), talk.person("li"), talk.person("zhao")
    await registered(li)
    await applied(zhao, await invited(li))
    await li.presses("同意")
    return boss, li, zhao


def roles(talk: Talk) -> dict[int, str]:
    return {row["person"]: row["role"] for row in rows(talk, "members")}


# -- joining -----------------------------------------------------------------------------------------------------------


async def test_a_colleague_joins_by_a_link_and_is_let_in_by_the_first_contact(talk: Talk) -> None:
    talk.person("boss", owner=True)
    li, zhao = talk.person("li"), talk.person("zhao")
    await registered(li)
    link = await invited(li)
    assert "只能一个人用一次，6月4日（周四）10:00 前有效" in li.last
    assert f"加入 {ZH.organisation}，就能看到和办理这个单位的意向" in await zhao.says(link)
    await zhao.presses("全部同意")
    await zhao.says("小赵")
    assert "称呼：小赵\n电话：不留" in await zhao.presses("跳过")
    assert "已经请「" in await zhao.presses("提交")
    assert roles(talk) == {li.id: "first_contact"}
    assert f"您申请加入「{ZH.organisation}」，在等对方第一联系人同意" in await zhao.says("/my")
    assert f"您申请加入「{ZH.organisation}」" in await zhao.says("/org")
    assert "贵单位的名称" in await zhao.presses("我是另一个单位的")
    await zhao.says("/cancel")
    assert f"小赵 用您单位的邀请链接，想加入「{ZH.organisation}」" in li.last
    assert "已同意" in await li.presses("同意")
    assert f"您已加入「{ZH.organisation}」" in zhao.last
    assert roles(talk) == {li.id: "first_contact", zhao.id: "member"}
    assert "#1 巫溪" in await zhao.presses("我的意向")


async def test_who_is_not_let_in_is_told_and_stays_out(talk: Talk) -> None:
    li, zhao = talk.person("li"), talk.person("zhao")
    await registered(li)
    await applied(zhao, await invited(li))
    assert "没有同意" in await li.presses("不同意")
    assert "没有同意您加入" in zhao.last
    assert roles(talk) == {li.id: "first_contact"}
    assert [row["name"] for row in rows(talk, "invitations")] == [None]


async def test_a_link_lets_one_account_apply_once(talk: Talk) -> None:
    li, zhao, wang = talk.person("li"), talk.person("zhao"), talk.person("wang")
    await registered(li)
    link = await invited(li)
    await wang.says(link)  # both have opened it
    await applied(zhao, link)
    await wang.presses("全部同意")
    await wang.says("老王")
    await wang.presses("跳过")
    assert "已经用过或者过期了" in await wang.presses("提交")
    assert "已经用过或者过期了" in await wang.says(link)
    assert "正等第一联系人同意" in await zhao.says(link)
    assert [row["taken_by"] for row in rows(talk, "invitations")] == [zhao.id]


async def test_a_link_expires_after_72_hours_also_while_the_form_is_open(talk: Talk) -> None:
    li, zhao = talk.person("li"), talk.person("zhao")
    await registered(li)
    link = await invited(li)
    await zhao.says(link)
    await talk.move_clock(72 * HOUR)
    await zhao.presses("全部同意")
    await zhao.says("小赵")
    await zhao.presses("跳过")
    assert "已经用过或者过期了" in await zhao.presses("提交")
    assert "已经用过或者过期了" in await zhao.says(link)


async def test_a_link_that_is_none_says_so(talk: Talk) -> None:
    zhao = talk.person("zhao")
    for link in ("join-", "join-x", f"join-{'x' * 22}", "join-' OR 1=1"):
        assert "已经用过或者过期了" in await zhao.says(f"/start {link}")


async def test_a_member_who_follows_a_link_uses_nothing(talk: Talk) -> None:
    _, li, zhao = await colleagues(talk)
    link = await invited(li)
    for one in (li, zhao):
        assert "您已经在「" in await one.says(link)
    assert rows(talk, "invitations")[-1]["taken"] is None


async def test_the_token_is_in_no_table_of_the_product(talk: Talk) -> None:
    li = talk.person("li")
    await registered(li)
    token = (await invited(li)).removeprefix("/start join-")
    kept = "\n".join(line for line in talk.store.connection.iterdump() if "meta" not in line)
    assert token not in kept


async def test_only_the_first_contact_lets_in(talk: Talk) -> None:
    boss, _, zhao = await colleagues(talk)
    wang = talk.person("wang")
    await applied(wang, await invited(zhao), "老王")  # a member may invite
    for somebody in (zhao, wang, boss):
        assert await somebody.presses_data("v1:join:2:yes") == "这是别的单位的资料，您不在这个单位里。"
    assert wang.id not in roles(talk)
    li = talk.person("li")
    assert "老王" in await li.presses_data("v1:team:1")
    await li.presses("同意老王")
    assert wang.id in roles(talk)
    assert "已经办过了" in await li.presses_data("v1:join:2:no")
    assert wang.id in roles(talk)


async def test_an_application_is_not_forgotten(talk: Talk) -> None:
    li, zhao = talk.person("li"), talk.person("zhao")
    await registered(li)
    await applied(zhao, await invited(li))
    before = len(li.seen)
    await talk.move_clock(2 * DAY)
    assert [shown.html[0] for shown in li.seen[before:] if "想加入" in shown.html] == ["⏰"]
    await talk.restart()
    await talk.move_clock(5 * DAY)
    assert "已经一周，第一联系人还没有答复" in zhao.last
    await li.presses_data("v1:join:1:yes")
    said = len(zhao.seen)
    await talk.move_clock(30 * DAY)
    assert not any("一周" in shown.html for shown in zhao.seen[said:])
    assert talk.store.value("SELECT count(*) FROM deadlines WHERE kind LIKE 'application%'") == 0


async def test_at_most_ten_links_wait_to_be_used(talk: Talk) -> None:
    li = talk.person("li")
    await registered(li)
    for _ in range(members.LINKS):
        assert "转发给一位同事" in await li.presses_data("v1:team:1:invite")
    assert "已经有 10 个邀请链接" in await li.presses_data("v1:team:1:invite")
    await talk.move_clock(73 * HOUR)
    assert "转发给一位同事" in await li.presses_data("v1:team:1:invite")


async def test_joining_in_english(english: Talk) -> None:
    li, zhao = english.person("li"), english.person("zhao")
    await registered(li)
    await li.says("/org")
    await li.presses("Colleagues")
    await li.presses("Invite a colleague")
    found = TOKEN.search(li.last)
    assert found
    await zhao.says(f"/start {found[1]}")
    await zhao.presses("Agree to all")
    await zhao.says("Zhao")
    await zhao.presses("Skip")
    await zhao.presses("Submit")
    assert "Zhao has used an invitation link of yours" in li.last
    await li.presses("Let in")
    assert "You are now a member of “Sunset Care”" in zhao.last


# -- acting on the organisation's cases --------------------------------------------------------------------------------


async def test_a_colleague_acts_on_the_organisations_cases_and_the_one_who_registered_hears_it(talk: Talk) -> None:
    boss, li, zhao = await colleagues(talk)
    await boss.presses_data("v1:off:1:1:ask")
    await boss.says("几位护理员？")
    await zhao.says("/my")
    await zhao.presses("#1")
    await zhao.presses("回复")
    await zhao.says("六位")
    assert "对方回复：六位" in boss.last
    assert "您的同事办了 #1：贵单位回复，六位" in li.last
    assert "贵单位回复：六位" in li.reads()
    await li.says("/my")
    await li.presses("#1")
    await li.presses("撤回")
    await li.presses("计划有变")
    assert "已撤回" in zhao.reads()
    assert stage(talk) == "withdrawn"


async def test_a_guest_of_another_organisation_does_not(talk: Talk) -> None:
    _, _, zhao = await colleagues(talk)
    wang = talk.person("wang")
    await registered(wang, "chengkou-elderly-1")
    for data in ("v1:mine:1", "v1:own:1:1:withdraw"):
        assert "您" in await wang.presses_data(data)
        assert stage(talk) == "submitted"
    assert "#1 巫溪" in await zhao.presses_data("v1:mine:1")


async def test_a_colleague_is_told_of_what_the_organisation_has_open_already(talk: Talk) -> None:
    _, _, zhao = await colleagues(talk)
    await zhao.says(f"/start need-{NEED}")
    assert "您之前已经登记过：编号 1" in await zhao.presses("登记意向")


async def test_two_colleagues_on_one_need_register_once(talk: Talk) -> None:
    _, li, zhao = await colleagues(talk)
    for one in (li, zhao):
        await one.says("/start need-chengkou-elderly-1")
        await one.presses("登记意向")
        await one.says("六名护理员，每月一次")
        await one.presses("单独")
    assert "已登记，编号 2" in await li.presses("提交")
    assert "您之前已经登记过：编号 2" in await zhao.presses("提交")
    assert len(rows(talk, "interests")) == 2


async def test_a_colleague_registers_for_the_organisation_with_their_own_contact(talk: Talk) -> None:
    boss, _, zhao = await colleagues(talk)
    await zhao.says("/start need-chengkou-elderly-1")
    await zhao.presses("登记意向")
    await zhao.says("六名护理员，每月一次")
    assert "联系人：小赵" in await zhao.presses("单独")
    await zhao.presses("提交")
    assert len(rows(talk, "organisations")) == 1
    assert "小赵" in await boss.presses_data("v1:tel:2")
    assert "王老师" in await boss.presses_data("v1:tel:1")


# -- leaving -----------------------------------------------------------------------------------------------------------


async def test_when_the_first_contact_leaves_the_colleague_goes_on(talk: Talk) -> None:
    boss, li, zhao = await colleagues(talk)
    await boss.presses_data("v1:tel:1")
    await li.presses_data("v1:team:1")
    confirm = await li.presses("退出这个单位")
    assert "第一联系人换成来得最久的同事。您的 1 条意向交给第一联系人接着办。" in confirm
    assert roles(talk) == {li.id: "first_contact", zhao.id: "member"}
    assert "您已退出" in await li.presses("确定退出")
    assert roles(talk) == {zhao.id: "first_contact"}
    assert "您现在是第一联系人，新同事加入要您同意。1 条意向由您接着办" in zhao.last
    assert [row["taken_back"] is not None for row in rows(talk, "disclosures")] == [True]
    await boss.presses_data("v1:off:1:1:accept")
    assert "已被受理" in zhao.last
    assert "换了联系人" in zhao.reads()
    assert "不归您办了" in li.reads()
    assert "您还没有登记意向" in await li.says("/my")
    assert await li.presses_data("v1:own:1:2:withdraw") == await talk.person("wang").presses_data("v1:own:1:2:withdraw")
    assert stage(talk) == "contacted"


async def test_a_member_who_leaves_hands_over_to_the_first_contact(talk: Talk) -> None:
    _, li, zhao = await colleagues(talk)
    await zhao.presses_data("v1:team:1:leave")
    await zhao.presses("确定退出")
    assert roles(talk) == {li.id: "first_contact"}
    assert "一位同事离开了" not in li.last  # nothing of theirs was open
    assert "您不在这个单位里" in await zhao.presses_data("v1:team:1")


async def test_the_last_to_leave_withdraws_what_is_open_and_the_office_is_told(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    link = await invited(li)
    await li.presses_data("v1:team:1")
    assert "您是最后一位：还在办的 1 条意向会撤回" in await li.presses("退出这个单位")
    await li.presses("确定退出")
    assert stage(talk) == "withdrawn"
    assert "对方撤回了：单位的最后一位成员退出了" in boss.last
    assert rows(talk, "members") == []
    assert "已经用过或者过期了" in await talk.person("zhao").says(link)
    assert "贵单位的名称？" in await li.says("/org")


async def test_leaving_needs_a_second_tap_and_works_once(talk: Talk) -> None:
    _, li, zhao = await colleagues(talk)
    await li.presses_data("v1:team:1:leave")
    assert li.id in roles(talk)
    await li.presses("上一步")
    assert li.id in roles(talk)
    await li.presses_data(f"v1:team:1:leave:{li.id}:yes")
    assert await li.presses_data(f"v1:team:1:leave:{li.id}:yes") == "这是别的单位的资料，您不在这个单位里。"
    assert roles(talk) == {zhao.id: "first_contact"}


async def test_the_first_contact_hands_over_and_removes(talk: Talk) -> None:
    _, li, zhao = await colleagues(talk)
    await li.presses_data("v1:team:1")
    await li.presses("由小赵做第一联系人")
    await li.presses("确定换人")
    assert roles(talk) == {li.id: "member", zhao.id: "first_contact"}
    assert "您现在是「" in zhao.last
    for what in ("first", "remove"):
        assert "只有第一联系人" in await li.presses_data(f"v1:team:1:{what}:{zhao.id}:yes")
    assert "对方的 1 条意向由您接着办" in await zhao.presses_data(f"v1:team:1:remove:{li.id}")
    await zhao.presses("确定移出")
    assert roles(talk) == {zhao.id: "first_contact"}
    assert "您已不在「" in li.last
    assert [one.person for one in interests.of_member(talk.store, zhao.id)] == [zhao.id]
    assert interests.of_member(talk.store, li.id) == []


@pytest.mark.parametrize("what", ["first", "remove", "leave", "invite", ""])
async def test_nobody_from_outside_does_anything_about_the_people(talk: Talk, what: str) -> None:
    boss, li, zhao = await colleagues(talk)
    before = rows(talk, "members"), rows(talk, "invitations")
    for somebody in (boss, talk.person("wang")):
        assert await somebody.presses_data(f"v1:team:1:{what}:{zhao.id}:yes") == "这是别的单位的资料，您不在这个单位里。"
    assert (rows(talk, "members"), rows(talk, "invitations")) == before
    assert li.id in roles(talk)


@pytest.mark.parametrize("whom", ["0", "99", "x", "me"])
async def test_a_forged_person_changes_nothing(talk: Talk, whom: str) -> None:
    _, li, _ = await colleagues(talk)
    before = rows(talk, "members")
    for what in ("first", "remove"):
        assert "只有第一联系人" in await li.presses_data(f"v1:team:1:{what}:{li.id if whom == 'me' else whom}:yes")
    assert rows(talk, "members") == before


# -- erasure -----------------------------------------------------------------------------------------------------------


async def test_erasing_the_first_contact_leaves_the_cases_to_the_colleague_without_a_trace_of_the_person(talk: Talk) -> None:
    boss, li, zhao = await colleagues(talk)
    await boss.presses_data("v1:off:1:1:ask")
    await boss.says("几位护理员？")
    await li.presses_data("v1:own:1:2:answer")
    await li.says("六位，找王老师")
    await li.says("/privacy")
    assert "您办的 1 条意向交给他们接着办" in await li.presses("删除我的资料")
    await li.presses("确认删除")
    assert stage(talk) == "submitted"
    assert roles(talk) == {zhao.id: "first_contact"}
    assert rows(talk, "interests")[0]["person"] == zhao.id
    kept = "\n".join(line for line in talk.store.connection.iterdump() if line.startswith("INSERT") and '"meta"' not in line)
    for trace in ("王老师", "13812345678"):
        assert trace not in kept
    assert "王老师" not in boss.reads()
    await boss.presses_data("v1:off:1:3:accept")
    assert "已被受理" in zhao.last


async def test_erasing_an_applicant_empties_the_application(talk: Talk) -> None:
    li, zhao = talk.person("li"), talk.person("zhao")
    await registered(li)
    await applied(zhao, await invited(li))
    asked = li.seen[-1].message
    await zhao.says("/privacy")
    await zhao.presses("删除我的资料")
    await zhao.presses("确认删除")
    assert "已按本人要求删除" in [shown for shown in li.seen if shown.message == asked][-1].html
    assert "已经办过了" in await li.presses_data("v1:join:1:yes")
    assert roles(talk) == {li.id: "first_contact"}
