"""Verification of organisations, as transcripts: by whom, until when, where it shows, and how it ends."""

from __future__ import annotations

import pytest

from knowledge.clock import DAY
from tests.journeys import ZH, registered, rows
from tests.talk import Person, Talk

pytestmark = pytest.mark.usefixtures("calm")

MARK = "✅ 已核实（2026年6月1日，有效到 2027年6月1日）"


async def verified(talk: Talk, until: str = "一年") -> tuple[Person, Person]:
    """An interest is registered and its organisation verified from the card of the office."""
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await boss.presses("单位资料")
    await boss.presses("核实这个单位")
    await boss.presses(until)
    await boss.presses("看过登记证书")
    return boss, li


def audited(talk: Talk) -> list[tuple[int | None, str, str]]:
    return [
        (row["actor"], row["action"], row["object"]) for row in rows(talk, "audit") if row["action"].startswith("organisation.")
    ]


async def test_an_administrator_verifies_and_the_mark_shows_on_every_card(talk: Talk) -> None:
    boss, li = await verified(talk)
    assert MARK in boss.reads()
    assert MARK in li.reads()
    assert f"工作人员核实了「{ZH.organisation}」" in li.last
    (row,) = rows(talk, "organisations")
    assert (row["verified"], row["verified_by"], row["verified_note"]) == (talk.services.now(), boss.id, "=certificate")
    assert audited(talk) == [(boss.id, "organisation.verified", "organisation:1")]
    page = await boss.presses_data("v1:org:1")
    assert MARK in page
    assert "核实依据：看过登记证书" in page
    theirs = await li.presses_data("v1:org:1")
    assert MARK in theirs
    assert "核实依据" not in theirs


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ("2026-12-31", "有效到 2026年12月31日"),
        ("到2027年3月1日为止", "有效到 2027年3月1日"),
        ("两年", "有效到 2028年6月1日"),
        ("2026-06-01", None),
        ("2020-01-01", None),
        ("2026-06-31", None),
        ("2039-01-01", None),
        ("明年", None),
    ],
)
async def test_until_when_is_a_button_or_a_day_to_come(talk: Talk, written: str, mark: str | None) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await boss.presses("单位资料")
    await boss.presses("核实这个单位")
    said = await boss.says(written)
    if mark is None:
        assert "请写以后的日期，最长 5 年，例如 2027-12-31" in said
        assert rows(talk, "organisations")[0]["verified"] is None
        said = await boss.says("一年")
        mark = "有效到 2027年6月1日"
    assert "凭什么核实的" in said
    await boss.says("电话问过民政局")
    assert mark in boss.reads()


async def test_it_lapses_by_the_clock_and_everybody_concerned_hears_it(talk: Talk) -> None:
    boss, li = await verified(talk, "一年")
    await talk.restart()
    await talk.move_clock(365 * DAY)
    assert MARK in li.reads()
    await talk.move_clock(DAY)
    assert "已核实" not in li.reads()
    assert "已核实" not in boss.reads()
    assert any("的核实到期了。还在合作的话，请再核一次" in shown.html for shown in boss.seen)
    assert any("的核实到期了，已请工作人员再核一次" in shown.html for shown in li.seen)
    assert audited(talk)[-1] == (None, "organisation.lapsed", "organisation:1")
    assert "核实这个单位" in (await boss.presses_data("v1:org:1")) + " ".join(boss.buttons)


async def test_it_can_be_taken_back_once(talk: Talk) -> None:
    boss, li = await verified(talk)
    await boss.presses_data("v1:org:1")
    button = boss.seen[-1]
    assert "已撤销" in await boss.presses("撤销核实")
    assert "已核实" not in li.reads()
    assert "的核实已被撤销" in li.last
    told = len(li.seen)
    assert "刚有变化，这次没有办" in await boss.presses_on(button, "撤销核实")
    assert len(li.seen) == told
    assert talk.store.value("SELECT count(*) FROM deadlines WHERE kind = 'verification'") == 0
    assert [action for _, action, _ in audited(talk)] == ["organisation.verified", "organisation.unverified"]


async def test_verifying_anew_holds_until_the_new_day_alone(talk: Talk) -> None:
    boss, li = await verified(talk)
    await boss.presses_data("v1:org:1")
    await boss.presses("重新核实")
    await boss.presses("两年")
    await boss.presses("跳过")
    assert "有效到 2028年6月1日" in li.reads()
    assert talk.store.value("SELECT count(*) FROM deadlines WHERE kind = 'verification'") == 1


async def test_under_another_name_it_has_to_be_verified_anew(talk: Talk) -> None:
    boss, li = await verified(talk)
    await li.says("/org")
    await li.presses("改资料")
    await li.presses("补人数")
    await li.presses("200 人以上")
    await li.presses("保存")
    assert MARK in li.reads()
    await li.says("/org")
    await li.presses("改资料")
    await li.presses("改单位")
    await li.says("别的养老中心")
    assert "原来的核实不再有效" in await li.presses("保存")
    assert "已核实" not in li.reads()
    assert "已核实" not in boss.reads()
    assert "改了名称或信用代码，现在叫「别的养老中心」" in boss.last


async def test_a_profile_that_changed_meanwhile_is_not_verified(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await boss.presses("单位资料")
    old = boss.seen[-1]
    await boss.presses("核实这个单位")
    await boss.presses("一年")
    await li.says("/org")
    await li.presses("改资料")
    await li.presses("改单位")
    await li.says("别的养老中心")
    await li.presses("保存")
    assert "刚有变化，这次没有办" in await boss.presses("跳过")
    assert "刚有变化，这次没有办" in await boss.presses_on(old, "核实这个单位")
    assert rows(talk, "organisations")[0]["verified"] is None


@pytest.mark.parametrize("who", ["li", "wang", "mei"])
async def test_nobody_but_the_city_verifies(talk: Talk, who: str) -> None:
    li, mei = talk.person("li"), talk.person("mei")
    await registered(li)
    await mei.says("/start")
    talk.store.execute("INSERT INTO coordinators (county, person, since, appointed_by) VALUES ('wuxi', ?, 1, 1)", (mei.id,))
    person = talk.person(who)
    for data in ("v1:verify:1:1", "v1:verify:1:1:off", "v1:orgs"):
        assert await person.presses_data(data) == "这是工作人员的功能。"
    assert rows(talk, "organisations")[0]["verified"] is None


async def test_nobody_verifies_an_organisation_of_their_own(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    await registered(boss)
    assert "请别的工作人员来核实" in await boss.presses_data("v1:verify:1:1")


async def test_the_office_finds_what_is_to_be_verified(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await boss.says("/office")
    assert "待核实的单位：1 个" in await boss.presses("待核实的单位（1）")
    assert f"<b>{ZH.organisation}</b>" in boss.seen[-1].html or ZH.organisation in boss.buttons
    await boss.presses(ZH.organisation)
    await boss.presses("核实这个单位")
    await boss.presses("一年")
    await boss.presses("跳过")
    assert "没有待核实的单位" in await boss.presses_data("v1:orgs")
    assert "没有待核实的单位" in await boss.says("/org")
    await boss.says("/office")
    assert not any("待核实" in label for label in boss.buttons)


async def test_the_last_to_leave_takes_the_mark_along(talk: Talk) -> None:
    _, li = await verified(talk)
    await li.presses_data("v1:team:1:leave")
    await li.presses("确定退出")
    assert rows(talk, "organisations")[0]["verified"] is None


async def test_it_reads_in_english(english: Talk) -> None:
    boss, li = english.person("boss", owner=True), english.person("li")
    await registered(li)
    await boss.presses("The organisation")
    await boss.presses("Verify")
    await boss.says("2026-12-31")
    await boss.presses("Found in the national register")
    assert "✅ verified (1 Jun 2026, until 31 Dec 2026)" in li.reads()
