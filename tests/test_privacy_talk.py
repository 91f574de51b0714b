"""/privacy as transcripts: who saw the contact, taking it back, consents, the file with everything, erasure."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from telegram.error import NetworkError

from bot.channels.chat import plain
from knowledge.base import KnowledgeBase
from knowledge.clock import DAY, HOUR
from knowledge.records import disclosures, erasure, interests
from tests.journeys import NEED, OTHER_NEED, ZH, everything_stored, registered, rows, stage, to_step
from tests.talk import Person, Scripted, Talk

pytestmark = pytest.mark.usefixtures("calm")

PHONE = "13812345678"
SHOWN = "王老师 13812345678"


def visible(person: Person) -> list[str]:
    """What still stands in the person's chat: messages as last edited, without the deleted ones."""
    chat: dict[int, str] = {}
    for shown in person.seen:
        if shown.how == "deleted":
            chat.pop(shown.message, None)
        else:
            chat[shown.message] = plain(shown.html)
    return list(chat.values())


def sees_contact(person: Person) -> bool:
    return any(PHONE in text for text in visible(person))


async def shown_to(talk: Talk) -> tuple[Person, Person]:
    """An interest is registered, and somebody of the office has looked at its contact."""
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    assert SHOWN in await boss.presses("查看联系方式")
    return boss, li


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
    talk.store.execute("INSERT INTO coordinators VALUES ('chengkou', ?, 1, NULL, 1)", (mei.id,))
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
            "INSERT INTO group_members VALUES (1, ?, ?, ?, ?, ?, 0)", (organisation, person.id, role, state, contacts)
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


# -- consents ----------------------------------------------------------------------------------------------------------


async def test_a_consent_is_taken_back_with_one_tap_and_the_contact_with_it(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    await li.says("/privacy")
    await li.presses("我的同意")
    assert [label[0] for label in li.buttons[:3]] == ["☑", "☑", "☑"]
    assert "已显示的正在收回" in await li.presses("转给您登记的区县")
    assert [label[0] for label in li.buttons[:3]] == ["☑", "☑", "☐"]
    assert not sees_contact(boss)
    assert "没有同意" in await boss.presses_data("v1:tel:1")
    assert not sees_contact(boss)
    assert "先请您同意三件事" in await to_step(li, "consent", OTHER_NEED)


async def test_without_the_consent_to_keep_the_contact_is_forgotten(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    await to_step(li, "offer", OTHER_NEED)
    await li.presses_data("v1:consent:keep:0")
    assert not sees_contact(boss)
    assert [(row["name"], row["phone"]) for row in rows(talk, "members")] == [("", None)]
    assert rows(talk, "drafts") == []
    assert stage(talk) == "submitted"
    assert "没有收集联系方式" in await boss.presses_data("v1:tel:1")


async def test_a_consent_can_be_given_before_it_is_asked_for(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("/privacy")
    await li.presses("我的同意")
    for what in ("保存我填的", "境外", "转给"):
        await li.presses(what)
    await li.says(f"/start need-{NEED}")
    assert "贵单位的名称？" in await li.presses("登记意向")


async def test_forged_consents_change_nothing(talk: Talk) -> None:
    li = talk.person("li")
    for arguments in ("notices:1", "keep:2", "keep", "x:0", "keep:0"):
        await li.presses_data(f"v1:consent:{arguments}")
    assert rows(talk, "consents") == []


# -- the file ----------------------------------------------------------------------------------------------------------


async def test_the_file_holds_what_is_kept_of_the_person_and_nothing_of_others(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    await boss.presses_data("v1:off:1:1:accept")
    wang = talk.person("wang")
    await to_step(wang, "organisation", OTHER_NEED)
    await wang.says("城口爱心协会")
    await wang.says("吴会长")
    await li.says("/help")
    await li.presses("问工作人员")
    await li.says("住宿怎么安排？")
    await li.says("/privacy")
    said = await li.presses("导出")
    assert "您的全部资料都在这个文件里。" in said
    assert "📎 jiedui.json (" in said
    data = json.loads(said[said.index("{") :])
    assert set(data) == {
        "person", "consents", "organisations", "interests", "events", "questions", "shown_to", "messages",
    }  # fmt: skip
    assert data["person"]["id"] == li.id
    assert data["organisations"][0]["contact"] == "王老师"
    assert data["organisations"][0]["phone"] == PHONE
    assert data["interests"][0]["offer"] == ZH.offer
    assert data["questions"][0]["text"] == "住宿怎么安排？"
    assert data["shown_to"] == [{"at": "2026-06-01T10:00:00+08:00", "role": "city", "interest": 1}]
    for other in (str(boss.id), str(wang.id), "吴会长", "城口爱心协会", OTHER_NEED):
        assert other not in said


async def test_the_file_of_a_stranger_holds_the_person_alone(talk: Talk) -> None:
    await shown_to(talk)
    guest = talk.person("guest")
    await guest.says("/start")
    said = await guest.presses_data("v1:export")
    assert set(json.loads(said[said.index("{") :])) == {"person"}


# -- erasure -----------------------------------------------------------------------------------------------------------


PERSONAL = (PHONE, *"王老师 夕阳红 上门助浴 住宿怎么安排 五十位老人 六位，都有证 下周一到".split())
"""Everything personal that is said in ``much_said``."""


async def much_said(talk: Talk) -> tuple[Person, Person]:
    """Interests of li, open and closed, words of both sides, a question, an answer, a draft, a look at the contact."""
    boss, li = await shown_to(talk)
    await boss.presses_data("v1:off:1:1:ask")
    await boss.says("能照顾五十位老人吗？王老师请回话")
    await li.presses("回复")
    await li.says("六位，都有证。")
    await registered_again(li)
    await boss.presses_data("v1:off:2:1:decline")
    await boss.says("王老师，下周一到的名额满了")
    await li.says("/help")
    await li.presses("问工作人员")
    await li.says("住宿怎么安排？")
    await boss.presses("回答")
    await boss.says("王老师您好，住村委会")
    await boss.says("/broadcast")
    await boss.says("今年乡村行即将公布")
    await boss.presses("确认发送")
    await to_step(li, "offer", "pengshui-elderly-1")
    await li.says("再去上门助浴")
    return boss, li


async def registered_again(li: Person) -> None:
    await to_step(li, "offer", OTHER_NEED)
    await li.says("也去城口上门助浴")
    await li.presses("单独")
    await li.presses("提交")


async def erases(li: Person) -> str:
    await li.says("/privacy")
    warned = await li.presses("删除我的资料")
    assert "1 条意向还在办" in warned
    return await li.presses("确认删除")


def bytes_of(database: Path) -> bytes:
    """The database as it lies on the disk, with its write-ahead log."""
    log = database.with_name(f"{database.name}-wal")
    return database.read_bytes() + (log.read_bytes() if log.exists() else b"")


def traces(content: bytes) -> list[str]:
    """The personal words that are still in a file, as they stand or escaped as in JSON."""
    return [word for word in PERSONAL if word.encode() in content or json.dumps(word)[1:-1].encode() in content]


async def test_erasing_asks_once_and_leaves_no_trace_in_the_file(talk: Talk) -> None:
    boss, li = await much_said(talk)
    talk.store.flush()
    assert len(traces(bytes_of(talk.store.path))) >= 7
    assert stage(talk) == "submitted"
    assert "已全部删除" in await erases(li)
    await talk.settle()
    assert traces(str(everything_stored(talk)).encode()) == []
    assert traces(bytes_of(talk.store.path)) == []
    await talk.chat.close()
    assert traces(bytes_of(talk.folder / "chat.db")) == []
    await talk.open()
    assert boss.last


async def test_nothing_names_the_erased_person_any_more_but_the_list_of_erasures(talk: Talk) -> None:
    _, li = await much_said(talk)
    await erases(li)
    await talk.settle()
    named = {
        (table, column)
        for table, found in everything_stored(talk).items()
        for row in found
        for column, value in row.items()
        if value == li.id or (isinstance(value, str) and str(li.id) in value)
    }
    assert named == {("erasures", "person")}
    assert rows(talk, "erasures") == [{"person": li.id, "at": talk.services.now()}]
    assert talk.store.all("PRAGMA foreign_key_check") == []
    assert talk.store.value("PRAGMA secure_delete") == 1


async def test_the_parties_are_told_and_what_they_saw_is_blanked(talk: Talk) -> None:
    boss, li = await much_said(talk)
    await erases(li)
    await talk.settle()
    assert [stage(talk, number) for number in (1, 2)] == ["withdrawn", "declined"]
    events = interests.events(talk.store, 1)
    assert [(event.move, event.actor, event.note) for event in events] == [
        ("register", None, None), ("ask", boss.id, None), ("answer", None, None), ("withdraw", None, None),
    ]  # fmt: skip
    assert events[-1].reason == erasure.WORDS
    assert any("对方撤回了：本人删除了全部资料" in text for text in visible(boss))
    assert not sees_contact(boss)
    mail = [row["message"] for row in rows(talk, "deliveries") if row["person"] == boss.id and row["message"]]
    mail += [row["message"] for row in rows(talk, "cards") if row["person"] == boss.id]
    told = {shown.message: plain(shown.html) for shown in boss.seen if shown.message in mail}
    assert any("#1 —" in text for text in told.values())
    assert any("#2 —" in text for text in told.values())
    assert [(word, text) for word in PERSONAL for text in told.values() if word in text] == []


async def test_counts_of_others_stay_as_they_were(talk: Talk) -> None:
    boss, li = await much_said(talk)
    before = await boss.presses_data("v1:report:1")
    await erases(li)
    await talk.settle()
    assert await boss.presses_data("v1:report:1") == before
    assert talk.store.value("SELECT count(*) FROM interests") == 2


async def test_another_persons_data_stays(talk: Talk) -> None:
    wang = talk.person("wang")
    await registered(wang, OTHER_NEED)
    before = {t: [r for r in found if wang.id in r.values()] for t, found in everything_stored(talk).items()}
    li = talk.person("li")
    await registered(li)
    await erases(li)
    await talk.settle()
    after = {t: [r for r in found if wang.id in r.values()] for t, found in everything_stored(talk).items()}
    assert {table: after[table] for table in before if before[table]} == {t: found for t, found in before.items() if found}
    assert [row["name"] for row in rows(talk, "organisations")] == [ZH.organisation, erasure.BLANK]


async def test_who_comes_back_is_somebody_new(talk: Talk) -> None:
    _, li = await shown_to(talk)
    await erases(li)
    assert "现在没有保存您的单位" in await li.says("/privacy")
    assert "先请您同意三件事" in await to_step(li, "consent")
    await registered(li)
    await talk.restart()
    assert [(row["id"], row["person"]) for row in rows(talk, "interests")] == [(1, 0), (2, li.id)]


async def test_erasing_twice_and_as_somebody_unknown_does_no_harm(talk: Talk) -> None:
    _, li = await shown_to(talk)
    await erases(li)
    assert "已全部删除" in await li.presses_data("v1:erase:yes")
    assert "已全部删除" in await talk.person("guest").presses_data("v1:erase:yes")
    assert len(rows(talk, "erasures")) == 2


async def test_somebody_of_the_office_who_is_erased_leaves_the_cases_to_the_others(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    await boss.presses_data("v1:off:1:1:accept")
    assert rows(talk, "interests")[0]["handler"] == boss.id
    await boss.presses_data("v1:erase:yes")
    await talk.settle()
    assert rows(talk, "interests")[0]["handler"] is None
    assert rows(talk, "interests")[0]["offer"] == ZH.offer
    await li.says("/privacy")
    assert "市里的工作人员" in await li.presses("谁看过")


async def test_an_older_copy_that_is_put_back_forgets_again(talk: Talk, base: KnowledgeBase) -> None:
    _, li = await much_said(talk)
    talk.store.flush()
    talk.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database = talk.store.path
    copy = talk.folder / "copy.db"
    shutil.copy(database, copy)
    await erases(li)
    assert erasure.list_beside(talk.store).read_text() == f"{li.id} {talk.services.now()}\n"
    await talk.chat.close()
    assert traces(bytes_of(copy))
    shutil.copy(copy, database)
    await talk.open()
    await talk.settle()
    assert [stage(talk, number) for number in (1, 2)] == ["withdrawn", "declined"]
    assert [row["person"] for row in rows(talk, "erasures")] == [li.id]
    assert traces(bytes_of(database)) == []


async def test_a_list_that_was_lost_is_written_again(talk: Talk) -> None:
    _, li = await shown_to(talk)
    await erases(li)
    beside = erasure.list_beside(talk.store)
    before = beside.read_text()
    beside.unlink()
    await talk.restart()
    assert beside.read_text() == before


@pytest.mark.parametrize("damaged", ["", "\n\n", "12", "x y\n", "1 2 3\n", "-1 5\n", "é 4\n", "100"])
async def test_a_list_that_is_damaged_keeps_nobody_from_starting(talk: Talk, damaged: str) -> None:
    _, li = await shown_to(talk)
    await erases(li)
    beside = erasure.list_beside(talk.store)
    beside.write_text(damaged, "utf-8")
    await talk.restart()
    assert beside.read_text() == f"{li.id} {talk.services.now()}\n"


async def test_the_office_reads_in_its_file_what_it_looked_at(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    said = await boss.presses_data("v1:export")
    data = json.loads(said[said.index("{") :])
    assert data["looked_at"] == [{"at": "2026-06-01T10:00:00+08:00", "role": "city", "interest": 1}]
    assert [action["action"] for action in data["actions"]] == ["contact.shown"]
    for other in (str(li.id), PHONE, "王老师", "上门助浴"):
        assert other not in said


async def test_the_pages_in_english(english: Talk) -> None:
    li = english.person("li")
    await registered(li)
    assert "organisations 1, interests 1" in await li.says("/privacy")
    assert "Open interests of yours: 1." in await li.presses("Erase my data")
    assert "Everything is erased." in await li.presses("Yes, erase it")
