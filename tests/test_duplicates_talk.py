"""Organisations registered twice, as transcripts: proposed with the reason, merged with all that is theirs, taken back."""

from __future__ import annotations

import pytest

from knowledge.records import organisations
from tests.journeys import NEED, OTHER_NEED, ZH, registered, rows, stage, to_step, words
from tests.talk import Person, Talk
from tests.test_coordinator_talk import appointed

pytestmark = pytest.mark.usefixtures("calm")

CODE = "52370900MJD000001B"


async def registers(person: Person, name: str, need: str = NEED, contact: str = "小赵") -> str:
    """A first interest for an organisation of this name."""
    await to_step(person, "organisation", need)
    await person.says(name)
    await person.says(contact)
    await person.presses("跳过")
    await person.says("六名护理员，每月上门助浴一次")
    await person.presses("单独")
    return await person.presses(words(person).submit)


async def twice(talk: Talk, need: str = OTHER_NEED) -> tuple[Person, Person, Person]:
    """The office, and two people who each registered the same organisation."""
    boss, li, zhao = talk.person("boss", owner=True), talk.person("li"), talk.person("zhao")
    await registered(li)
    await registers(zhao, "泰安夕阳红养老服务中心", need)
    return boss, li, zhao


async def merged(talk: Talk, need: str = OTHER_NEED) -> tuple[Person, Person, Person]:
    boss, li, zhao = await twice(talk, need)
    await boss.presses_data("v1:dup:1")
    await boss.presses("合并")
    await boss.presses("确定合并")
    return boss, li, zhao


def belongs(talk: Talk) -> dict[int, tuple[int, str]]:
    return {row["person"]: (row["organisation"], row["role"]) for row in rows(talk, "members")}


# -- proposing ---------------------------------------------------------------------------------------------------------


async def test_a_likely_duplicate_is_proposed_to_the_office_with_the_reason(talk: Talk) -> None:
    boss, _, _ = await twice(talk)
    told = [shown for shown in boss.seen if "这两家可能是同一家" in shown.html]
    assert len(told) == 1
    assert "名称相同，只是地名或后缀写法不同" in told[0].html
    assert ZH.organisation in told[0].html
    assert "泰安夕阳红养老服务中心" in told[0].html
    assert "成员 1 人 · 意向 1 条，在办 #2" in told[0].html
    assert ZH.contact not in told[0].html
    await boss.says("/office")
    assert "疑似重复的单位：1 对" in await boss.presses("疑似重复的单位（1）")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("夕阳红养老服务中心", "名称很像"),
        ("烟台市夕阳红养老服务中心", None),
        ("泰安市夕阳红基金会", None),
        ("泰安市养老服务中心", None),
    ],
)
async def test_names_are_compared_with_regard_to_place_and_form(talk: Talk, name: str, reason: str | None) -> None:
    boss, li, zhao = talk.person("boss", owner=True), talk.person("li"), talk.person("zhao")
    await registered(li)
    await registers(zhao, name)
    told = [shown.html for shown in boss.seen if "可能是同一家" in shown.html]
    assert [reason in one for one in told if reason] == ([True] if reason else [])
    assert len(rows(talk, "duplicates")) == (1 if reason else 0)


async def test_one_code_is_one_organisation_and_two_codes_are_two_whatever_the_name(talk: Talk) -> None:
    boss, li, zhao = talk.person("boss", owner=True), talk.person("li"), talk.person("zhao")
    await registered(li)
    await registers(zhao, "山水助老社")
    for person, code in ((li, CODE), (zhao, CODE)):
        await person.says("/org")
        await person.presses("改资料")
        await person.presses("补信用代码")
        await person.says(code)
        await person.presses("保存")
    assert "统一社会信用代码相同" in next(shown.html for shown in boss.seen if "可能是同一家" in shown.html)
    wang = talk.person("wang")
    await wang.says("/org")
    await wang.presses("全部同意")
    await wang.says(ZH.organisation)
    await wang.says("老王")
    await wang.presses("跳过")
    await wang.presses("补信用代码")
    await wang.says("53500000MJ0000001R")
    await wang.presses("保存")
    assert len(rows(talk, "duplicates")) == 1


async def test_a_pair_is_proposed_once_and_not_again_after_a_no(talk: Talk) -> None:
    boss, li, _ = await twice(talk)
    await boss.presses_data("v1:dup:1")
    assert "不是同一家，以后不再提示" in await boss.presses("不是同一家")
    await li.says("/org")
    await li.presses("改资料")
    await li.presses("保存")
    assert [row["state"] for row in rows(talk, "duplicates")] == ["different"]
    assert "已经处理过" in await boss.presses_data("v1:dup:1:merge:yes")
    assert belongs(talk)[talk.person("zhao").id] == (2, "first_contact")
    assert "没有疑似重复的单位" in await boss.presses_data("v1:dup")


@pytest.mark.parametrize("data", ["dup", "dup:1", "dup:1:merge", "dup:1:merge:yes", "dup:1:no", "dup:1:undo"])
async def test_nobody_but_the_city_decides(talk: Talk, data: str) -> None:
    _, li, zhao = await twice(talk)
    for person in (li, zhao, talk.person("wang")):
        assert await person.presses_data(f"v1:{data}") == "这是工作人员的功能。"
    assert [row["state"] for row in rows(talk, "duplicates")] == ["open"]


# -- merging -----------------------------------------------------------------------------------------------------------


async def test_a_merge_moves_everything_in_one_step_and_leaves_a_trail(talk: Talk) -> None:
    boss, li, zhao = await twice(talk)
    await boss.presses_data("v1:dup:1")
    asked = await boss.presses("合并")
    assert f"把「泰安夕阳红养老服务中心」（成员 1 人，意向 1 条）并入「{ZH.organisation}」？" in asked
    assert belongs(talk)[zhao.id] == (2, "first_contact")
    assert "已合并" in await boss.presses("确定合并")
    assert belongs(talk) == {li.id: (1, "first_contact"), zhao.id: (1, "member")}
    assert [row["organisation"] for row in rows(talk, "interests")] == [1, 1]
    assert [row["merged"] for row in rows(talk, "organisations")] == [None, 1]
    trail = [row for row in rows(talk, "audit") if row["action"] == "organisation.merged"]
    assert [(row["actor"], row["object"], row["detail"]) for row in trail] == [
        (boss.id, "organisation:2", "into=1 interests=[2] closed=[]")
    ]
    for person in (li, zhao):
        assert f"已合并为「{ZH.organisation}」" in person.last
    assert ZH.organisation in zhao.reads(2)
    assert "#1 巫溪" in await zhao.says("/my")
    assert talk.store.all("PRAGMA foreign_key_check") == []


async def test_two_open_interests_in_one_need_become_one(talk: Talk) -> None:
    boss, li, _ = await twice(talk, NEED)
    await boss.presses_data("v1:off:2:1:accept")
    await boss.presses_data("v1:dup:1")
    await boss.presses("合并")
    await boss.presses("确定合并")
    assert (stage(talk, 1), stage(talk, 2)) == ("withdrawn", "contacted")  # the one that has come further goes on
    assert "与同一单位的另一条意向合并：#2" in li.reads(1)
    assert rows(talk, "interests")[0]["turn"] == "nobody"
    assert not any(row["kind"].startswith("interest") and row["subject"] == 1 for row in rows(talk, "deadlines"))
    await li.says(f"/start need-{NEED}")
    assert "您之前已经登记过：编号 2" in await li.presses("登记意向")


async def test_a_merge_is_made_once_by_one_of_two(talk: Talk) -> None:
    boss, _, zhao = await twice(talk)
    other = talk.person("other", owner=True)
    await other.presses_data("v1:dup:1:merge:yes")
    told = len(zhao.seen)
    assert "已经处理过" in await boss.presses_data("v1:dup:1:merge:yes")
    assert len(zhao.seen) == told
    assert len([row for row in rows(talk, "audit") if row["action"] == "organisation.merged"]) == 1


async def test_what_only_the_newer_profile_says_is_taken_over(talk: Talk) -> None:
    boss, _, zhao = await twice(talk)
    await zhao.says("/org")
    await zhao.presses("改资料")
    await zhao.presses("补信用代码")
    await zhao.says(CODE)
    await zhao.presses("保存")
    await boss.presses_data("v1:dup:1:merge:yes")
    kept = organisations.get(talk.store, 1)
    assert kept is not None
    assert (kept.name, kept.profile.code) == (ZH.organisation, CODE)


async def test_a_link_of_the_newer_one_leads_into_the_older(talk: Talk) -> None:
    boss, li, zhao = await twice(talk)
    await zhao.presses_data("v1:team:2:invite")
    token = zhao.last.split("/start ")[1].split()[0]
    await boss.presses_data("v1:dup:1:merge:yes")
    wang = talk.person("wang")
    assert f"加入 {ZH.organisation}" in await wang.says(f"/start {token}")
    await wang.presses("全部同意")
    await wang.says("老王")
    await wang.presses("跳过")
    await wang.presses("提交")
    assert "老王 用您单位的邀请链接" in li.last


async def test_two_partners_of_one_group_are_not_merged(talk: Talk) -> None:
    boss, li, zhao = await twice(talk)
    for organisation, person, role in ((1, li, "lead"), (2, zhao, "member")):
        talk.store.execute(
            "INSERT INTO group_members (interest, organisation, person, role, state, at) VALUES (1, ?, ?, ?, 'agreed', 1)",
            (organisation, person.id, role),
        )
    for data in ("v1:dup:1:merge", "v1:dup:1:merge:yes"):
        assert "这两家在同一个组团里，请先让其中一家退出组团" in await boss.presses_data(data)
    assert [row["state"] for row in rows(talk, "duplicates")] == ["open"]
    talk.store.execute("UPDATE group_members SET state = 'left' WHERE organisation = 2")
    await boss.presses_data("v1:dup:1:merge:yes")
    assert [row["state"] for row in rows(talk, "duplicates")] == ["merged"]


# -- taking it back ----------------------------------------------------------------------------------------------------


async def test_a_merge_can_be_taken_back(talk: Talk) -> None:
    boss, li, zhao = await merged(talk)
    await boss.presses("撤销合并")
    assert belongs(talk) == {li.id: (1, "first_contact"), zhao.id: (2, "first_contact")}
    assert [row["organisation"] for row in rows(talk, "interests")] == [1, 2]
    assert [row["merged"] for row in rows(talk, "organisations")] == [None, None]
    assert "您现在在「泰安夕阳红养老服务中心」里" in zhao.last
    assert rows(talk, "merged_rows") == []
    assert "#1" not in await zhao.says("/my")
    assert "已经处理过" in await boss.presses_data("v1:dup:1:undo")


async def test_taking_it_back_reopens_what_the_merge_closed(talk: Talk) -> None:
    boss, _, zhao = await merged(talk, NEED)
    assert (stage(talk, 1), stage(talk, 2)) == ("submitted", "withdrawn")
    await boss.presses("撤销合并")
    assert (stage(talk, 1), stage(talk, 2)) == ("submitted", "submitted")
    assert "撤销了合并，继续办" in zhao.reads(2)
    assert any(row["kind"].startswith("interest") and row["subject"] == 2 for row in rows(talk, "deadlines"))
    await boss.presses_data("v1:off:2:3:accept")
    assert stage(talk, 2) == "contacted"


async def test_what_is_reopened_is_the_turn_of_the_county_where_it_has_a_coordinator(talk: Talk) -> None:
    await appointed(talk, "zhou")
    boss, _, _ = await merged(talk, NEED)
    await boss.presses_data("v1:dup:1:undo")
    assert [(row["stage"], row["turn"]) for row in rows(talk, "interests")] == [("submitted", "county")] * 2


async def test_it_is_not_taken_back_where_nobody_is_left_to_go_back(talk: Talk) -> None:
    boss, li, zhao = await merged(talk)
    await zhao.presses_data(f"v1:team:1:leave:{zhao.id}:yes")
    assert "已经没有成员了" in await boss.presses_data("v1:dup:1:undo")
    assert belongs(talk) == {li.id: (1, "first_contact")}
    assert [row["organisation"] for row in rows(talk, "interests")] == [1, 1]


async def test_somebody_of_both_stays_in_both(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await li.says(f"/start need-{NEED}")
    await li.presses("登记意向")
    await li.presses("换一个单位登记")
    await li.says("泰安夕阳红养老服务中心")
    await li.says(ZH.contact)
    await li.presses("跳过")
    await li.says("六名护理员")
    await li.presses("单独")
    await li.presses("提交")
    await boss.presses_data("v1:dup:1:merge:yes")
    assert len(rows(talk, "members")) == 1
    assert [row["stage"] for row in rows(talk, "interests")] == ["submitted", "withdrawn"]
    await boss.presses_data("v1:dup:1:undo")
    assert [(row["organisation"], row["role"]) for row in rows(talk, "members")] == [(1, "first_contact"), (2, "first_contact")]
    assert [row["stage"] for row in rows(talk, "interests")] == ["submitted", "submitted"]


async def test_the_erased_are_in_no_trail_of_a_merge(talk: Talk) -> None:
    _, li, zhao = await merged(talk)
    await zhao.says("/privacy")
    await zhao.presses("删除我的资料")
    await zhao.presses("确认删除")
    assert zhao.id not in {row["row"] for row in rows(talk, "merged_rows") if row["what"] != "interest"}
    assert belongs(talk) == {li.id: (1, "first_contact")}


async def test_it_reads_in_english(english: Talk) -> None:
    boss, li, zhao = english.person("boss", owner=True), english.person("li"), english.person("zhao")
    await registered(li)
    await registered(zhao, OTHER_NEED)
    assert any("These two may be the same organisation" in shown.html for shown in boss.seen)
    await boss.presses_data("v1:dup:1")
    await boss.presses("The same, merge")
    assert "Merged “Sunset Care” into “Sunset Care”" in await boss.presses("Yes, merge")
    assert "was registered twice" in zhao.last
