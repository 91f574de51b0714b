"""Erasure as transcripts: no trace is left, the parties are told, and an older copy that is put back forgets again."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.channels.chat import plain
from knowledge.base import KnowledgeBase
from knowledge.clock import DAY
from knowledge.records import erasure, interests
from knowledge.text import even
from tests.contacts import PHONE, sees_contact, shown_to, visible
from tests.journeys import (
    NEED,
    OTHER_NEED,
    ZH,
    announced,
    asked,
    everything_stored,
    registered,
    rows,
    stage,
    to_step,
    wants_notices,
)
from tests.talk import Person, Scripted, Talk
from tests.test_coordinator_talk import appointed
from tests.test_landing_talk import as_far_as, with_photo

pytestmark = pytest.mark.usefixtures("calm")

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
    await asked(li)
    await boss.presses("回答")
    await boss.says("王老师您好，住村委会")
    await wants_notices(boss)
    await announced(boss, "今年乡村行即将公布")
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


async def test_words_that_look_like_a_reason_by_button_go_too(talk: Talk) -> None:
    boss, li = await shown_to(talk)
    await boss.presses_data("v1:off:1:1:decline")
    await boss.says("=王老师的电话打不通")
    assert "原因：王老师的电话打不通" in li.last
    await li.presses_data("v1:erase:yes")
    await talk.settle()
    assert "王老师" not in str(everything_stored(talk))


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


async def test_no_text_of_the_erased_stays_in_memory(talk: Talk) -> None:
    _, li = await shown_to(talk)
    await li.says("我们是泰安的养老服务机构，王阿姨带队")
    assert even.cache_info().currsize > 0
    await erases(li)
    assert even.cache_info().currsize == 0


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


async def test_forms_of_others_about_the_erased_go_too(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已签约")
    await li.presses_on(li.card(), "签约清单")
    await li.says("王老师和巫溪")
    for _ in range(5):
        await li.presses("跳过")
    await li.presses("保存")
    await boss.presses_on(boss.card(), "签约清单")
    assert "王老师" in str(rows(talk, "drafts"))
    await li.presses_data("v1:erase:yes")
    await talk.settle()
    assert rows(talk, "drafts") == []


async def test_who_leaves_first_and_is_erased_later_leaves_no_name_either(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await li.presses_data("v1:team:1:leave:0:yes")
    await li.presses_data("v1:erase:yes")
    await talk.settle()
    assert "夕阳红" not in str(everything_stored(talk))
    assert not any("夕阳红" in text for text in visible(boss))


async def test_who_is_erased_keeps_nothing_that_was_shown_for_a_day(talk: Talk) -> None:
    boss, li = await as_far_as(talk, "已落地")
    await with_photo(li)
    await boss.presses_data("v1:photo:1")
    await boss.presses_data("v1:tel:1")
    assert sees_contact(boss)
    await boss.presses_data("v1:erase:yes")
    await talk.settle()
    assert not sees_contact(boss)
    assert not any("的照片" in text for text in visible(boss))
    await talk.move_clock(3 * DAY)
    assert boss.id not in {row["person"] for row in rows(talk, "deliveries") if row["updated"] < talk.services.now() - 2 * DAY}


async def test_a_coordinator_who_is_erased_keeps_nothing_of_the_county(talk: Talk) -> None:
    zhou, li = await appointed(talk, "zhou"), talk.person("li")
    await registered(li)
    await asked(li, about=NEED)
    assert any("住宿怎么安排" in text for text in visible(zhou))
    await zhou.presses_data("v1:erase:yes")
    await talk.settle()
    assert not any(word in text for text in visible(zhou) for word in ("住宿怎么安排", "夕阳红"))


async def test_a_card_on_its_way_to_the_erased_is_noted_nowhere(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    here, go = asyncio.Event(), asyncio.Event()
    sends = Scripted.do_request

    async def slow(self: Scripted, url: str, method: str, request_data: Any = None, **more: Any) -> tuple[int, bytes]:
        sent = request_data.parameters if request_data else {}
        if str(sent.get("chat_id")) == str(li.id) and "已受理" in str(sent.get("text")):
            here.set()
            await go.wait()
        return await sends(self, url, method, request_data, **more)

    monkeypatch.setattr(Scripted, "do_request", slow)
    await talk.put(talk.as_(boss).people.presses({"data": "v1:off:1:1:accept", "message": "1"}))
    await asyncio.wait_for(here.wait(), 5)
    await talk.put(talk.as_(li).people.presses({"data": "v1:erase:yes", "message": "1"}))
    await talk.sees(talk.services.texts("zh", "privacy.erased"))
    go.set()
    await talk.settle()
    assert li.id not in {row["person"] for row in rows(talk, "cards")}


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
