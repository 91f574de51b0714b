"""What is done to all the rows of a notice is done slice by slice: others do something else in between, or a kill comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from knowledge.records import audience, deliveries, notices, people, sending, slicing
from knowledge.records.audience import Scope
from knowledge.records.notices import Notice
from knowledge.records.store import Store
from knowledge.records.tick import tick
from tests.journeys import drafted, rows, wants_notices
from tests.talk import Scripted, Talk

NOW = 1_780_279_200
LATER = NOW + 600
PEOPLE = range(1, 24)


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five people are a slice."""
    monkeypatch.setattr(audience, "SLICE", 5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database with 23 people who ticked notices."""
    opened = Store(tmp_path / "jiedui.db", channel="terminal")
    for person in PEOPLE:
        people.meet(opened, person, "zh", NOW)
        people.started(opened, person, NOW)
        people.consent(opened, person, ("notices",), given=True, now=NOW)
    yield opened
    opened.close()


def got(store: Store, number: int = 1) -> Notice:
    notice = notices.get(store, number)
    assert notice
    return notice


def confirmed(store: Store, **changed: str | int) -> int:
    """A notice with all its recipients."""
    number = notices.draft(store, 0, NOW)
    notices.edit(store, number, zh="通知", topic="other", **changed)
    assert sending.confirm(store, got(store), 2, Scope("other", NOW), 1, NOW, by=1) == "done"
    list(slicing.walk(store, number, NOW))
    return number


def over(store: Store, state: str) -> int:
    """A notice that is done, and of which every copy came to this."""
    number = confirmed(store)
    for one in deliveries.claim(store, NOW, 99):
        deliveries.outcome(store, one.id, state, NOW, error="odd")
    assert sending.finish(store, NOW)
    return number


def unscheduled(store: Store) -> None:
    assert sending.unschedule(store, confirmed(store, starts=LATER), NOW)


def expired(store: Store) -> None:
    confirmed(store, expires=LATER)
    tick(store, [], LATER)


def tried_again(store: Store) -> None:
    assert sending.retry(store, over(store, "failed"), "failed", NOW) == len(PEOPLE)


WORKS = [
    pytest.param(unscheduled, "draft", {}, id="unschedule"),
    pytest.param(expired, "sending", {"left_out": 23}, id="expire"),
    pytest.param(tried_again, "sending", {"pending": 23}, id="retry"),
]


@pytest.mark.parametrize(("begin", "state", "counts"), WORKS)
@pytest.mark.parametrize("slices", range(6))
def test_a_kill_between_two_slices_only_interrupts_it(
    store: Store, begin: Callable[[Store], None], state: str, counts: dict[str, int], slices: int
) -> None:
    begin(store)
    for _, _ in zip(range(slices), slicing.walk(store, 1, LATER), strict=False):
        pass
    store.connection.close()
    again = Store(store.path, channel="terminal")
    deliveries.recover(again, LATER + 9)
    while tick(again, [], LATER + 9):
        pass
    assert (got(again).state, got(again).counts) == (state, counts)
    assert slicing.unfinished(again) == []
    again.close()


@pytest.mark.parametrize(("begin", "state", "counts"), WORKS)
def test_no_slice_holds_more_than_its_share(
    store: Store, begin: Callable[[Store], None], state: str, counts: dict[str, int]
) -> None:
    begin(store)
    before = [store.connection.total_changes, *(store.connection.total_changes for _ in slicing.walk(store, 1, LATER))]
    assert len(before) == 6
    assert all(later - earlier <= 5 + 4 for earlier, later in pairwise(before))
    assert (got(store).state, got(store).counts) == (state, counts)


@pytest.mark.parametrize(("begin", "state", "counts"), WORKS)
def test_nothing_goes_meanwhile(store: Store, begin: Callable[[Store], None], state: str, counts: dict[str, int]) -> None:
    begin(store)
    for left, _ in zip(range(4, 0, -1), slicing.walk(store, 1, LATER), strict=False):
        assert left
        assert deliveries.claim(store, LATER, 99) == []
        assert sending.finish(store, LATER) == []


def test_what_expires_is_held_only_until_all_are_left_out(store: Store) -> None:
    expired(store)
    assert (got(store).state, got(store).why) == ("paused", "expiring")
    list(slicing.walk(store, 1, LATER))
    assert [one.id for one in sending.finish(store, LATER)] == [1]
    assert (got(store).state, got(store).why) == ("done", None)


def test_going_on_while_it_expires_sends_nothing_twice_and_ends_it(store: Store) -> None:
    expired(store)
    walk = slicing.walk(store, 1, LATER)
    next(walk)
    assert sending.resume(store, 1, LATER)
    late = deliveries.claim(store, LATER, 2)
    list(walk)
    for one in late:
        deliveries.outcome(store, one.id, "sent", LATER)
    assert got(store).counts == {"left_out": 21, "sent": 2}
    assert sending.finish(store, LATER)


def test_a_draft_confirmed_again_before_all_is_forgotten_has_everybody_once(store: Store) -> None:
    unscheduled(store)
    next(slicing.walk(store, 1, NOW))
    assert sending.confirm(store, got(store), got(store).version, Scope("other", NOW), 2, NOW, by=1) == "done"
    list(slicing.walk(store, 1, NOW))
    assert (got(store).state, got(store).counts) == ("scheduled", {"pending": 23})


def test_a_draft_is_thrown_away_before_all_is_forgotten(store: Store) -> None:
    unscheduled(store)
    next(slicing.walk(store, 1, NOW))
    assert notices.discard(store, 1)
    list(slicing.walk(store, 1, NOW))
    assert store.value("SELECT count(*) FROM deliveries") == 0
    assert slicing.unfinished(store) == []


def test_trying_again_twice_at_once_is_one_try(store: Store) -> None:
    tried_again(store)
    next(slicing.walk(store, 1, NOW))
    assert sending.retry(store, 1, "failed", NOW) == 0
    list(slicing.walk(store, 1, NOW))
    assert got(store).state == "sending"


def test_stopping_while_it_is_tried_again_holds(store: Store) -> None:
    number = over(store, "unknown")
    store.execute("UPDATE notices SET state = 'paused' WHERE id = ?", (number,))
    assert sending.retry(store, number, "unknown", NOW) == 23
    walk = slicing.walk(store, number, NOW)
    next(walk)
    assert sending.stop(store, number, "asked", NOW)
    list(walk)
    assert (got(store).state, got(store).counts) == ("stopped", {"pending": 5, "unknown": 18})
    assert deliveries.claim(store, NOW, 99) == []


def test_what_is_tried_again_still_expires(store: Store) -> None:
    number = over(store, "failed")
    store.execute("UPDATE notices SET expires = ? WHERE id = ?", (LATER, number))
    sending.retry(store, number, "failed", NOW)
    list(slicing.walk(store, number, NOW))
    while tick(store, [], LATER):
        pass
    assert got(store).counts == {"left_out": 23}


def test_the_slices_of_a_notice_hold_each_row_once(store: Store) -> None:
    number = over(store, "failed")
    found = [row["person"] for among in slicing.slices(store, got(store)) for row in notices.missed(store, number, among)]
    assert sorted(found) == list(PEOPLE)
    assert len(list(slicing.slices(store, got(store)))) == 5


# -- in the chat -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("calm")
async def test_unscheduled_and_tried_again_among_several_slices(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    readers = [talk.person(f"p{number}") for number in range(11)]
    await wants_notices(*readers)
    await drafted(boss, "今年乡村行即将公布")
    await boss.presses("什么时候发")
    await boss.presses("明天 9:00")
    await boss.presses("确认")
    await boss.presses_data("v1:nun:1")
    assert not [row for row in rows(talk, "deliveries") if row["notice"]]
    await boss.presses_data("v1:na:1")
    assert "共 12 人" in await boss.presses("名单")
    assert "12 人会收到" in await boss.presses_data("v1:nd:1")
    await boss.presses("什么时候发")
    await boss.says("马上")
    for reader in readers[:9]:
        Scripted.refuses[reader.id] = (400, {"ok": False, "error_code": 400, "description": "Bad Request: message not found"})
    await boss.presses("确认")
    Scripted.refuses.clear()
    assert "失败 9" in boss.last
    said = await boss.presses("谁没收到")
    assert "没收到的，共 9 人" in said
    assert [said.index(f" | {reader.id} | 失败") for reader in readers[:9]] == sorted(
        said.index(f" | {reader.id} | 失败") for reader in readers[:9]
    )
    assert "再发 9 份" in await boss.presses("再试失败的")
    await talk.settle()
    assert all("今年乡村行即将公布" in reader.last for reader in readers)
    assert "送达 12" in boss.last


@pytest.mark.usefixtures("calm")
async def test_one_confirms_and_another_unschedules_while_the_recipients_are_frozen(talk: Talk) -> None:
    boss, other = talk.person("boss", owner=True), talk.person("other", owner=True)
    readers = [talk.person(f"p{number}") for number in range(40)]
    await wants_notices(*readers)
    await drafted(boss, "今年乡村行即将公布")
    await boss.presses("什么时候发")
    await boss.presses("明天 9:00")
    version = rows(talk, "notices")[0]["version"]
    for person, data in ((boss, f"v1:nsend:1:{version}"), (other, "v1:nun:1")):
        await talk.put(talk.as_(person).people.presses({"data": data, "message": "1"}))
    await talk.settle()
    assert rows(talk, "notices")[0]["state"] == "draft"
    assert not [row for row in rows(talk, "deliveries") if row["notice"]]
    assert any("已取消定时" in line for line in talk.screen.alerts)
    assert not any("没有人会收到" in line for line in talk.screen.alerts)
