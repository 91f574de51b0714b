"""What goes out on its own: case mail and notices as rows, claimed before they are sent, put right after a kill."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from knowledge.records import deliveries, notices, people, sending, slicing
from knowledge.records.audience import Audience, Reach, Scope, reach
from knowledge.records.deliveries import Delivery
from knowledge.records.store import Store

NOW = 1_780_279_200
BOSS = 9
SCOPE = Scope("other", NOW)
OUTCOMES = ("sent", "blocked", "gone", "failed", "unknown")


def tick(store: Store, person: int, *, given: bool = True) -> None:
    """The person wants notices, or wants them no longer."""
    people.consent(store, person, ("notices",), given=given, now=NOW)


@pytest.fixture
def store() -> Iterator[Store]:
    """A database in memory with three people who opened the chat, the last of them of the office."""
    opened = Store(Path(":memory:"), channel="terminal")
    for person in (1, 2, BOSS):
        people.meet(opened, person, "zh", NOW)
        people.started(opened, person, NOW)
        tick(opened, person)
    yield opened
    opened.close()


def state(store: Store, delivery: int) -> tuple[object, ...]:
    """How a delivery stands: state, attempts, message, error, marked as perhaps repeated."""
    row = store.one(
        "SELECT state, attempts, message, error, json_extract(args, '$.repeated') FROM deliveries WHERE id = ?", (delivery,)
    )
    assert row is not None
    return tuple(row)


def confirm(store: Store, html: str = "<b>通知</b>", cause: int = 1) -> int:
    """A notice that is being sent; its author is nobody, so that no progress is shown."""
    known: int | None = store.value("SELECT id FROM notices WHERE cause = ?", (cause,))
    notice = known or notices.draft(store, 0, NOW)
    notices.edit(store, notice, zh=html, topic="other")
    found = notices.get(store, notice)
    assert found
    assert sending.confirm(store, found, found.version, SCOPE, cause, NOW, by=1) == "done"
    for _ in slicing.walk(store, notice, NOW):
        pass
    return notice


def counts(store: Store, notice: int) -> dict[str, int]:
    found = notices.get(store, notice)
    assert found
    assert found.total == sum(found.counts.values()) - found.counts.get("left_out", 0)
    return found.counts


# -- case mail ---------------------------------------------------------------------------------------------------------


def test_mail_is_claimed_once_as_being_sent_before_it_is_sent(store: Store) -> None:
    deliveries.put(store, 1, "asker.moved", NOW, interest=4, move="ask", 名="字")
    (one,) = deliveries.claim(store, NOW, 10)
    assert one == Delivery(1, 1, None, "asker.moved", {"interest": 4, "move": "ask", "名": "字"}, 1)
    assert state(store, 1) == ("sending", 1, None, None, None)
    assert deliveries.claim(store, NOW + 99, 10) == []


def test_mail_is_claimed_in_the_order_in_which_it_is_due(store: Store) -> None:
    for person, view, due in ((1, "c", NOW + 2), (2, "a", NOW), (3, "b", NOW), (4, "later", NOW + 60)):
        deliveries.put(store, person, view, due)
    assert [one.view for one in deliveries.claim(store, NOW + 2, 2)] == ["a", "b"]
    assert [one.view for one in deliveries.claim(store, NOW + 2, 2)] == ["c"]
    assert deliveries.claim(store, NOW + 2, 2) == []
    assert [one.view for one in deliveries.claim(store, NOW + 60, 2)] == ["later"]


def test_one_of_each_persons_mail_is_claimed_at_a_time_and_none_of_those_who_are_occupied(store: Store) -> None:
    for person, view in ((1, "a"), (1, "b"), (1, "c"), (2, "d"), (3, "e")):
        deliveries.put(store, person, view, NOW)
    assert [one.view for one in deliveries.claim(store, NOW, 9)] == ["a", "d", "e"]
    assert deliveries.claim(store, NOW, 9, {1}) == []
    assert [one.view for one in deliveries.claim(store, NOW, 9, {2, 3})] == ["b"]
    deliveries.put(store, 2, "f", NOW)
    assert [one.view for one in deliveries.claim(store, NOW, 9, {1})] == ["f"]


def test_nothing_is_claimed_where_there_is_no_room(store: Store) -> None:
    deliveries.put(store, 1, "a", NOW)
    assert deliveries.claim(store, NOW, 0) == []
    assert state(store, 1)[0] == "pending"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_outcome_is_written_down(store: Store, outcome: str) -> None:
    deliveries.put(store, 1, "a", NOW)
    deliveries.claim(store, NOW, 1)
    deliveries.outcome(store, 1, outcome, NOW + 1, message=77, error="why")
    assert state(store, 1) == (outcome, 1, 77, "why", None)
    assert deliveries.claim(store, NOW + 99, 1) == []
    assert store.value("SELECT count(*) FROM outbox") == 0


def test_an_outcome_that_nobody_knows_is_refused(store: Store) -> None:
    deliveries.put(store, 1, "a", NOW)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        deliveries.outcome(store, 1, "perhaps", NOW)


@pytest.mark.parametrize("repeated", [False, True])
def test_what_was_not_sent_waits_for_its_time_and_is_marked_where_it_may_have_arrived(store: Store, *, repeated: bool) -> None:
    deliveries.put(store, 1, "a", NOW, interest=4)
    deliveries.claim(store, NOW, 1)
    deliveries.again(store, 1, NOW + 30, "TimedOut", repeated=repeated)
    assert state(store, 1) == ("pending", 1, None, "TimedOut", 1 if repeated else None)
    assert deliveries.claim(store, NOW + 29, 1) == []
    (one,) = deliveries.claim(store, NOW + 30, 1)
    assert one.attempts == 2
    assert one.args == {"interest": 4} | ({"repeated": 1} if repeated else {})


def test_the_next_moment_at_which_something_is_due(store: Store) -> None:
    assert deliveries.next_due(store) is None
    deliveries.put(store, 1, "a", NOW + 60)
    deliveries.put(store, 1, "b", NOW + 30)
    assert deliveries.next_due(store) == NOW + 30
    deliveries.claim(store, NOW + 30, 1)
    assert deliveries.next_due(store) == NOW + 60


# -- notices -----------------------------------------------------------------------------------------------------------


def test_recipients_are_those_who_can_be_reached_and_want_notices(store: Store) -> None:
    people.meet(store, 3, "zh", NOW)  # has never opened the private chat
    for person in (4, 5, 6, 7):
        people.meet(store, person, "zh", NOW)
        people.started(store, person, NOW)
        tick(store, person)
    tick(store, 4, given=False)
    people.unreachable(store, 5, NOW)
    tick(store, 6, given=False)
    people.unreachable(store, 6, NOW)
    tick(store, 7, given=False)
    assert reach(store, Audience(), SCOPE) == Reach({"zh": 3}, {"no_consent": 3, "blocked": 1})
    notice = confirm(store)
    frozen = store.all("SELECT person FROM deliveries WHERE notice = ? AND state = 'pending'", (notice,))
    assert [row["person"] for row in frozen] == [1, 2, BOSS]
    assert counts(store, notice) == {"pending": 3, "left_out": 4}


def test_recipients_are_frozen_when_the_notice_is_confirmed(store: Store) -> None:
    notice = confirm(store)
    people.meet(store, 4, "zh", NOW)
    people.started(store, 4, NOW)
    tick(store, 1, given=False)
    assert counts(store, notice) == {"pending": 3}


def test_the_same_press_confirms_once(store: Store) -> None:
    assert confirm(store) == confirm(store, "<i>别的</i>")
    assert confirm(store, cause=2) != confirm(store)
    assert store.value("SELECT count(*) FROM deliveries") == 6
    assert store.value("SELECT count(*) FROM audit WHERE action = 'notice.confirm'") == 2


def test_nobody_gets_a_notice_twice(store: Store) -> None:
    notice = confirm(store)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        store.execute("INSERT INTO deliveries (person, notice, view, due, updated) VALUES (1, ?, 'notice', 0, 0)", (notice,))


def test_case_mail_goes_before_notices_and_an_earlier_notice_before_a_later_one(store: Store) -> None:
    first, second = confirm(store), confirm(store, cause=2)
    deliveries.put(store, 1, "asker.moved", NOW)
    assert [one.view for one in deliveries.claim(store, NOW, 9)] == ["asker.moved"]
    claimed = [deliveries.claim(store, NOW, 1)[0] for _ in range(6)]
    assert [one.notice for one in claimed] == [first] * 3 + [second] * 3
    assert deliveries.claim(store, NOW, 9) == []


def test_an_earlier_notice_of_which_the_rest_has_to_wait_holds_up_no_later_one(store: Store) -> None:
    first, second = confirm(store), confirm(store, cause=2)
    store.execute("UPDATE deliveries SET due = ? WHERE notice = ?", (NOW + 30, first))
    assert deliveries.next_due(store) == NOW
    assert {one.notice for one in deliveries.claim(store, NOW, 9)} == {second}
    assert deliveries.next_due(store) == NOW + 30


def test_what_is_not_being_sent_wakes_nobody(store: Store) -> None:
    notice = confirm(store)
    store.execute("UPDATE notices SET state = 'paused' WHERE id = ?", (notice,))
    assert deliveries.next_due(store) is None
    assert deliveries.claim(store, NOW, 9) == []


def test_a_notice_is_finished_once_and_only_when_nothing_of_it_is_left(store: Store) -> None:
    notice = confirm(store)
    assert sending.finish(store, NOW) == []
    claimed = deliveries.claim(store, NOW, 9)
    assert sending.finish(store, NOW) == []
    for one, outcome in zip(claimed, ("sent", "blocked", "unknown"), strict=True):
        assert sending.finish(store, NOW) == []
        deliveries.outcome(store, one.id, outcome, NOW)
    (done,) = sending.finish(store, NOW + 5)
    assert (done.id, done.state, done.counts) == (notice, "done", {"sent": 1, "blocked": 1, "unknown": 1})
    assert sending.finish(store, NOW + 6) == []
    assert store.value("SELECT finished FROM notices") == NOW + 5


def test_a_stopped_notice_sends_nothing_more(store: Store) -> None:
    notice = confirm(store)
    (one,) = deliveries.claim(store, NOW, 1)
    sending.stop(store, notice, "can't parse entities", NOW + 1)
    deliveries.outcome(store, one.id, "failed", NOW + 1)
    assert deliveries.claim(store, NOW + 99, 9) == []
    assert deliveries.next_due(store) is None
    assert sending.finish(store, NOW + 99) == []
    found = notices.get(store, notice)
    assert found
    assert (found.state, found.counts) == ("stopped", {"failed": 1, "pending": 2})
    sending.stop(store, notice, "again", NOW + 2)
    assert store.value("SELECT why FROM notices") == "can't parse entities"


def test_a_notice_that_does_not_exist_is_none(store: Store) -> None:
    assert notices.get(store, 5) is None


def test_a_notice_to_many_is_frozen_completely(store: Store) -> None:
    store.connection.executemany(
        "INSERT INTO people (id, started, first_seen, last_seen) VALUES (?, 1, 1, 1)",
        [(number,) for number in range(100, 20_100)],
    )
    store.execute(
        "INSERT INTO consents (person, purpose, version, given, at) SELECT id, 'notices', 1, 1, 1 FROM people WHERE id > 99"
    )
    notice = confirm(store)
    assert counts(store, notice) == {"pending": 20_003}


@pytest.mark.parametrize(("query", "values"), [(deliveries.MAIL, (NOW, "[]")), (deliveries.COPIES, ("notice", NOW, "[]"))])
def test_what_is_claimed_is_found_without_sorting_everything_that_waits(
    store: Store, query: str, values: tuple[str | int, ...]
) -> None:
    plan = " ".join(str(row["detail"]) for row in store.all(f"EXPLAIN QUERY PLAN {query}", values))
    assert "deliveries_standing (notice=? AND state=? AND due<?)" in plan
    assert "TEMP B-TREE" not in plan


# -- after a kill ------------------------------------------------------------------------------------------------------


def test_what_was_being_sent_is_unknown_for_a_notice_and_sent_again_marked_for_case_mail(store: Store) -> None:
    deliveries.put(store, 2, "asker.card", NOW)
    (arrived,) = deliveries.claim(store, NOW, 9)
    deliveries.outcome(store, arrived.id, "sent", NOW, message=4)
    deliveries.put(store, 1, "asker.moved", NOW, interest=4)
    confirm(store)
    (mail,) = deliveries.claim(store, NOW, 9)
    copy, other, last = deliveries.claim(store, NOW, 9)
    deliveries.outcome(store, last.id, "sent", NOW, message=5)
    deliveries.recover(store, NOW + 60)
    assert state(store, mail.id) == ("pending", 1, None, None, 1)
    assert state(store, copy.id)[0] == state(store, other.id)[0] == "unknown"
    assert state(store, last.id)[0] == state(store, arrived.id)[0] == "sent"
    (again,) = deliveries.claim(store, NOW + 60, 9)
    assert (again.id, again.args) == (mail.id, {"interest": 4, "repeated": 1})
    assert deliveries.claim(store, NOW + 999, 9) == []


@pytest.mark.parametrize(
    ("before", "after", "known"), [("a", "a", True), ("a", "b", False), ("", "a", False), ("a", "", False)]
)
def test_what_was_claimed_but_had_not_left_waits_again_unless_the_machine_was_started_anew(
    store: Store, before: str, after: str, *, known: bool
) -> None:
    deliveries.recover(store, NOW, before)
    deliveries.put(store, 1, "asker.moved", NOW)
    deliveries.put(store, 2, "asker.moved", NOW)
    notice = confirm(store)
    mail, left_mail = deliveries.claim(store, NOW, 9)
    copy, left_copy, other = deliveries.claim(store, NOW, 9)
    deliveries.leave(store, left_mail.id, NOW)
    deliveries.leave(store, left_copy.id, NOW)
    deliveries.recover(store, NOW + 60, after)
    assert state(store, left_copy.id)[0] == "unknown"
    assert state(store, left_mail.id) == ("pending", 1, None, None, 1)
    assert state(store, mail.id) == ("pending", 1, None, None, None if known else 1)
    assert counts(store, notice) == ({"unknown": 1, "pending": 2} if known else {"unknown": 3})
    assert {state(store, one.id)[0] for one in (copy, other)} == {"pending" if known else "unknown"}


def test_what_left_once_and_is_claimed_again_has_not_left_again(store: Store) -> None:
    deliveries.recover(store, NOW, "boot")
    notice = confirm(store)
    (one,) = deliveries.claim(store, NOW, 1)
    deliveries.leave(store, one.id, NOW)
    deliveries.again(store, one.id, NOW, "RetryAfter")
    assert deliveries.claim(store, NOW, 1) == [replace(one, attempts=2)]
    deliveries.recover(store, NOW, "boot")
    assert counts(store, notice) == {"pending": 3}


def test_recalls_and_corrections_go_before_the_notices_of_others(store: Store) -> None:
    first = confirm(store)
    for one in deliveries.claim(store, NOW, 9):
        deliveries.outcome(store, one.id, "sent", NOW, message=one.id)
    sending.finish(store, NOW)
    other = confirm(store, cause=2)
    changes = {}
    for cause, kind in ((3, "correction"), (4, "recall")):
        found = notices.get(store, notices.draft(store, 0, NOW, kind=kind, of=first))
        assert found
        assert sending.confirm(store, found, found.version, SCOPE, cause, NOW, by=1) == "done"
        changes[kind] = found.id
    claimed = [deliveries.claim(store, NOW, 1)[0].notice for _ in range(9)]
    assert claimed == [changes["recall"]] * 3 + [changes["correction"]] * 3 + [other] * 3


def test_after_a_kill_what_had_not_begun_simply_goes_on(store: Store) -> None:
    notice = confirm(store)
    deliveries.claim(store, NOW, 1)
    deliveries.recover(store, NOW + 60)
    assert counts(store, notice) == {"unknown": 1, "pending": 2}
    assert len(deliveries.claim(store, NOW + 60, 9)) == 2
    deliveries.recover(store, NOW + 70)
    deliveries.recover(store, NOW + 70)
    assert counts(store, notice) == {"unknown": 3}
    assert [one.id for one in sending.finish(store, NOW + 80)] == [notice]
