"""A contact as transcripts: shown on a tap, taken back within a day, and who looked is told."""

from __future__ import annotations

import json

import pytest
from telegram.error import NetworkError

from knowledge.clock import DAY, HOUR
from knowledge.records import disclosures, interests
from tests.contacts import PHONE, SHOWN, sees_contact, shown_to, visible
from tests.journeys import OTHER_NEED, registered, rows, stage
from tests.talk import Scripted, Talk

pytestmark = pytest.mark.usefixtures("calm")

# -- showing and taking back -------------------------------------------------------------------------------------------


async def test_a_contact_is_taken_back_within_a_day(talk: Talk) -> None:
    boss, _ = await shown_to(talk)
    await talk.move_clock(22 * HOUR)
    assert sees_contact(boss)
    await talk.move_clock(2 * HOUR)
    assert not sees_contact(boss)
    assert [name for name, _ in Scripted.calls].count("deleteMessage") == 1
    assert rows(talk, "disclosures")[0]["taken_back"] is not None
    assert talk.store.value("SELECT count(*) FROM deadlines WHERE kind = 'disclosure'") == 0


async def test_a_contact_is_taken_back_also_by_a_bot_that_was_away(talk: Talk) -> None:
    boss, _ = await shown_to(talk)
    talk.people.memory.clock = 3 * DAY
    talk.people._request.keep()
    await talk.restart()
    await talk.settle()
    assert not sees_contact(boss)
    assert rows(talk, "disclosures")[0]["taken_back"] == talk.services.now()


async def test_a_contact_too_old_to_be_deleted_is_written_over(talk: Talk) -> None:
    boss, _ = await shown_to(talk)
    refusal = {"ok": False, "error_code": 400, "description": "Bad Request: message can't be deleted for everyone"}
    Scripted.script["deleteMessage"] = [(400, refusal)]
    await talk.move_clock(DAY)
    assert not sees_contact(boss)
    assert boss.last == "（联系方式已收回。）"


async def test_a_contact_that_was_already_deleted_needs_nothing_more(talk: Talk) -> None:
    await shown_to(talk)
    refusal = {"ok": False, "error_code": 400, "description": "Bad Request: message to delete not found"}
    Scripted.script["deleteMessage"] = [(400, refusal)]
    await talk.move_clock(DAY)
    assert [row["state"] for row in rows(talk, "deliveries") if row["view"] == "message.taken_back"] == ["sent"]


async def test_taking_back_is_not_given_up_while_the_network_is_away(talk: Talk) -> None:
    boss, _ = await shown_to(talk)
    Scripted.script["deleteMessage"] = [NetworkError("away")] * 20
    await talk.leap(DAY)
    for _ in range(19):
        assert sees_contact(boss)
        await talk.leap(HOUR)
    await talk.leap(HOUR)
    assert not sees_contact(boss)


async def test_who_lost_the_role_loses_the_contact_at_the_start(talk: Talk) -> None:
    boss, _ = await shown_to(talk)
    talk.people.memory.owners.remove(boss.id)
    talk.people._request.keep()
    await talk.restart()
    await talk.settle()
    assert not sees_contact(boss)


async def test_a_coordinator_sees_a_contact_as_one_and_only_as_long_as_one(talk: Talk) -> None:
    mei, li = talk.person("mei"), talk.person("li")
    await registered(li)
    await mei.says("/start")
    assert await mei.presses_data("v1:tel:1") == "这是工作人员的功能。"
    talk.store.execute("INSERT INTO coordinators VALUES ('chengkou', ?, 1, NULL, 1, '')", (mei.id,))
    assert await mei.presses_data("v1:tel:1") == "这是工作人员的功能。"
    talk.store.execute("UPDATE coordinators SET county = 'wuxi'")
    assert SHOWN in await mei.presses_data("v1:tel:1")
    await li.says("/privacy")
    assert "区县的工作人员，为了意向 #1" in await li.presses("谁看过")
    now = talk.services.now()
    assert disclosures.roles_changed(talk.store, talk.services.owners, now) == 0
    talk.store.execute("UPDATE coordinators SET until = ?", (now,))
    await talk.move_clock(2 * HOUR)
    assert not sees_contact(mei)


async def test_a_contact_not_sent_yet_is_not_sent_once_it_is_taken_back(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    interest = interests.get(talk.store, 1)
    assert interest is not None
    with talk.store.transaction():
        assert disclosures.show(talk.store, interest, viewer=boss.id, role="city", cause=1, now=talk.services.now()) == "shown"
        disclosures.take_back(talk.store, 1, talk.services.now())
    talk.services.wake()
    await talk.settle()
    assert not sees_contact(boss)
    assert [name for name, _ in Scripted.calls].count("deleteMessage") == 0


async def test_a_press_that_is_answered_again_after_a_kill_shows_the_contact_once(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    press = talk.as_(boss).people.presses({"data": "v1:tel:1", "message": "1"})
    await boss.does(press)
    talk.store.flush()
    talk.store.execute("UPDATE inbox SET payload = ? WHERE update_id = ?", (json.dumps(press), press["update_id"]))
    await talk.restart()
    await talk.settle()
    talk.store.flush()
    assert talk.store.value("SELECT count(*) FROM inbox WHERE payload IS NOT NULL") == 0
    assert len(rows(talk, "disclosures")) == 1
    assert [PHONE in text for text in visible(boss)].count(True) == 1


async def test_an_erasure_whose_answer_could_not_be_sent_is_said_again_and_done_once(talk: Talk) -> None:
    _, li = await shown_to(talk)
    await li.says("/privacy")
    await li.presses("删除我的资料")
    Scripted.script["editMessageText"] = [NetworkError("gone"), NetworkError("gone")]
    assert "已全部删除" in await li.presses("确认删除")
    assert [row["action"] for row in rows(talk, "audit")].count("person.erased") == 1
    assert stage(talk) == "withdrawn"


async def test_the_owner_sees_who_looked_when_and_why_by_pages(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    for _ in range(9):
        await boss.presses_data("v1:tel:1")
    assert "联系方式被看过 10 次" in await li.says("/privacy")
    first = await li.presses("谁看过")
    assert "共 10 次" in first
    assert first.count("2026年6月1日（周一）10:00 市里的工作人员，为了意向 #1 巫溪 · 养老帮扶") == 8
    assert li.buttons == ["更多 ›", "‹ 上一步"]
    assert (await li.presses("更多")).count("市里的工作人员") == 2
    assert "boss" not in first
    assert str(boss.id) not in first


async def test_nobody_else_sees_who_looked(talk: Talk) -> None:
    boss, _ = await shown_to(talk)
    guest = talk.person("guest")
    await guest.says("/privacy")
    assert "还没有人看过" in await guest.presses("谁看过")
    await boss.says("/privacy")
    assert "还没有人看过" in await boss.presses("谁看过")


# -- partners ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("viewer", "owner", "outcome"),
    [
        (("agreed", 1), ("agreed", 1), "shown"),
        (("agreed", 1), ("agreed", 0), "refused"),
        (("agreed", 0), ("agreed", 1), "refused"),
        (("asked", 1), ("agreed", 1), "refused"),
        (("agreed", 1), ("left", 1), "refused"),
    ],
)
async def test_partners_see_a_contact_only_after_both_agreed(
    talk: Talk, viewer: tuple[str, int], owner: tuple[str, int], outcome: str
) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    await registered(li)
    await registered(wang, OTHER_NEED)
    for organisation, person, role, (state, contacts) in ((1, li, "lead", owner), (2, wang, "member", viewer)):
        talk.store.execute(
            "INSERT INTO group_members (interest, organisation, person, role, state, contacts, at)"
            " VALUES (1, ?, ?, ?, ?, ?, 0)",
            (organisation, person.id, role, state, contacts),
        )
    interest = interests.get(talk.store, 1)
    assert interest is not None
    now = talk.services.now()
    assert disclosures.show(talk.store, interest, viewer=wang.id, role="partner", cause=1, now=now) == outcome
    talk.services.wake()
    await talk.settle()
    assert any("意向 #1 的联系方式" in text for text in visible(wang)) == (outcome == "shown")
    talk.store.execute("UPDATE group_members SET state = 'left' WHERE organisation = 2")
    disclosures.roles_changed(talk.store, talk.services.owners, now)
    talk.services.wake()
    await talk.settle()
    assert not any("意向 #1 的联系方式" in text for text in visible(wang))
