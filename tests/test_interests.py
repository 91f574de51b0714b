"""Interests as rows: registering, who already has one, what is told to whom, deadlines, coverage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from knowledge.base import KnowledgeBase
from knowledge.clock import DAY, working
from knowledge.records import deadlines, interests, organisations, people
from knowledge.records.coverage import NOTHING, Engagement, coverage
from knowledge.records.interests import Interest, Registration, Result
from knowledge.records.moves import CLOSED, STAGES
from knowledge.records.organisations import Profile
from knowledge.records.store import Store
from knowledge.records.tick import tick

NOW = 1_780_279_200
LI, WANG, BOSS, SECOND = 1, 2, 9, 8
WISH = Registration(
    "夕阳红养老服务中心",
    "王老师",
    "13812345678",
    "六位护理员",
    True,
    "wuxi",
    "wuxi-elderly-1",
    "brand-governance",
    Profile("", "service", "山东", "泰安", ("elderly",)),
)


@pytest.fixture
def store() -> Iterator[Store]:
    """A database in memory with two people of organisations and two of the office."""
    opened = Store(Path(":memory:"), channel="terminal")
    for person in (LI, WANG, BOSS, SECOND):
        people.meet(opened, person, "zh", NOW)
    yield opened
    opened.close()


def register(store: Store, wish: Registration = WISH, *, person: int = LI, cause: int = 1, now: int = NOW) -> Result:
    return interests.register(store, person, wish, [SECOND, BOSS], cause, now)


def mail(store: Store, *, lines: bool = False) -> list[tuple[int, str]]:
    """What waits in the outbox: to whom, which view; ``lines``: without the cards that are brought up to date."""
    found = [(row["person"], row["view"]) for row in store.all("SELECT person, view FROM outbox ORDER BY id")]
    return [one for one in found if one[1] != "card" or not lines]


def contact(store: Store, interest: Interest) -> tuple[str, str | None]:
    """How the one who registered can be reached."""
    member = organisations.member(store, interest.organisation, interest.person)
    assert member is not None
    return member.name, member.phone


def latest(store: Store, person: int) -> tuple[str, str, str | None] | None:
    """What the next form of the person begins with."""
    found = organisations.latest(store, person)
    return (found.organisation.name, found.member.name, found.member.phone) if found else None


# -- registering -------------------------------------------------------------------------------------------------------


def test_an_interest_is_kept_with_its_organisation_its_event_and_the_mail_to_the_office(store: Store) -> None:
    result = register(store)
    one = result.interest
    assert result.outcome == "done"
    assert (one.name, one.person, one.county, one.need, one.task) == (WISH.organisation, LI, "wuxi", WISH.need, WISH.task)
    assert (one.offer, one.grouped, one.stage, one.version, one.turn) == ("六位护理员", True, "submitted", 1, "city")
    assert (one.since, one.created, one.handler, one.open) == (NOW, NOW, None, True)
    assert interests.get(store, one.id) == one == interests.by_cause(store, 1)
    (event,) = interests.events(store, one.id)
    assert (event.at, event.actor, event.role, event.move, event.before, event.after) == (
        NOW, LI, "organisation", "register", None, "submitted",
    )  # fmt: skip
    assert mail(store) == [(SECOND, "card"), (BOSS, "card")]
    kept = organisations.get(store, one.organisation)
    assert kept is not None
    assert kept.profile == Profile("夕阳红养老服务中心", "service", "山东", "泰安", ("elderly",))
    assert contact(store, one) == ("王老师", "13812345678")


def test_the_same_press_registers_once(store: Store) -> None:
    first = register(store).interest
    again = register(store, replace(WISH, offer="别的"))
    assert (again.outcome, again.interest) == ("known", first)
    assert len(mail(store)) == 2
    assert store.value("SELECT count(*) FROM interest_events") == 1


def test_an_organisation_has_one_open_interest_in_a_need(store: Store) -> None:
    first = register(store).interest
    again = register(store, replace(WISH, offer="别的"), cause=2)
    assert (again.outcome, again.interest) == ("known", first)
    assert interests.same_open(store, first.organisation, "wuxi", WISH.need) == first
    assert interests.open_at(store, LI, "wuxi", WISH.need) == first


OTHERS = {
    "another need": replace(WISH, need="wuxi-elderly-2"),
    "the county as a whole": replace(WISH, need=None),
    "another county": replace(WISH, county="chengkou", need="chengkou-elderly-1"),
    "another organisation": replace(WISH, organisation="夕阳红基金会"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_anything_else_is_another_interest(store: Store, other: str) -> None:
    first = register(store)
    second = register(store, OTHERS[other], cause=2)
    assert second.outcome == "done"
    assert second.interest.id != first.interest.id
    assert register(store, OTHERS[other], cause=3).outcome == "known"


def test_another_person_with_the_same_name_of_an_organisation_is_another_organisation(store: Store) -> None:
    first, second = register(store), register(store, person=WANG, cause=2)
    assert second.outcome == "done"
    assert second.interest.organisation != first.interest.organisation


@pytest.mark.parametrize("stage", STAGES)
def test_a_closed_interest_can_be_registered_anew_and_its_history_stays(store: Store, stage: str) -> None:
    first = register(store).interest
    store.execute("UPDATE interests SET stage = ?", (stage,))
    again = register(store, cause=2)
    assert again.outcome == ("done" if stage in CLOSED else "known")
    assert len(interests.events(store, first.id)) == 1
    assert (interests.open_at(store, LI, "wuxi", WISH.need) == again.interest) == (
        stage in CLOSED or again.interest.id == first.id
    )


def test_the_database_itself_keeps_two_open_interests_apart(store: Store) -> None:
    one = register(store, replace(WISH, need=None)).interest
    with pytest.raises(sqlite3.IntegrityError):
        store.execute(
            "INSERT INTO interests (organisation, person, county, need, task, offer, stage, turn, since, created, updated,"
            " cause) VALUES (?, 1, 'wuxi', NULL, 'pairing', 'x', 'contacted', 'city', 0, 0, 0, 5)",
            (one.organisation,),
        )


def test_the_contact_is_brought_up_to_date_and_prefills_the_next_form(store: Store) -> None:
    assert latest(store, LI) is None
    first = register(store).interest
    register(store, replace(WISH, need=None, contact="李主任", phone=None), cause=2, now=NOW + 60)
    assert contact(store, first) == ("李主任", None)
    assert latest(store, LI) == (WISH.organisation, "李主任", None)
    register(store, replace(WISH, organisation="另一家", contact="赵", phone="023-12345678"), cause=3, now=NOW + 90)
    assert latest(store, LI) == ("另一家", "赵", "023-12345678")
    assert contact(store, first) == ("李主任", None)
    register(store, replace(WISH, county="chengkou", need=None), cause=4, now=NOW + 95)
    assert latest(store, LI) == (WISH.organisation, "王老师", "13812345678")
    assert latest(store, WANG) is None


def test_a_failure_in_the_middle_leaves_nothing(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        register(store, person=404)  # nobody has met this person
    for table in ("organisations", "members", "interests", "interest_events", "deliveries", "deadlines"):
        assert store.db.table(table).count == 0


def test_the_newest_open_interest_of_a_person_in_a_need_is_found_whatever_the_organisation(store: Store) -> None:
    register(store)
    second = register(store, replace(WISH, organisation="另一家"), cause=2).interest
    register(store, person=WANG, cause=3)
    register(store, replace(WISH, county="chengkou", need="chengkou-elderly-1"), cause=4)
    assert interests.open_at(store, LI, "wuxi", WISH.need) == second
    assert interests.open_at(store, LI, "wuxi", None) is None
    assert interests.open_at(store, LI, "pengshui", WISH.need) is None
    assert interests.open_at(store, BOSS, "wuxi", WISH.need) is None


# -- lists -------------------------------------------------------------------------------------------------------------


def test_ones_own_interests_open_ones_first_newest_first(store: Store) -> None:
    numbers = [register(store, replace(WISH, organisation=f"机构{cause}"), cause=cause).interest.id for cause in range(1, 5)]
    register(store, person=WANG, cause=9)
    store.execute("UPDATE interests SET stage = 'declined' WHERE id = ?", (numbers[3],))
    assert [one.id for one in interests.of_person(store, LI)] == [numbers[2], numbers[1], numbers[0], numbers[3]]


def test_what_waits_for_the_office_comes_first_the_longest_first(store: Store) -> None:
    numbers = [
        register(store, replace(WISH, organisation=f"机构{cause}"), cause=cause, now=NOW - cause).interest.id
        for cause in range(1, 6)
    ]
    store.execute("UPDATE interests SET turn = 'organisation' WHERE id = ?", (numbers[4],))
    store.execute("UPDATE interests SET stage = 'completed' WHERE id = ?", (numbers[3],))
    store.execute("UPDATE interests SET turn = 'county' WHERE id = ?", (numbers[1],))
    assert [one.id for one in interests.waiting(store)] == [numbers[2], numbers[1], numbers[0], numbers[4]]


# -- deadlines ---------------------------------------------------------------------------------------------------------


def due(store: Store, now: int) -> list[tuple[int, str]]:
    """The mail that falls due by then."""
    store.execute("DELETE FROM deliveries")
    tick(store, [SECOND, BOSS], now)
    return mail(store, lines=True)


NUDGE = [(SECOND, "office.nudge"), (BOSS, "office.nudge")]


def test_the_office_is_reminded_after_two_days_and_after_a_week_the_asker_hears_of_it(store: Store) -> None:
    register(store)
    assert deadlines.next_due(store) == NOW + 2 * DAY
    assert due(store, NOW + 2 * DAY - 1) == []
    assert due(store, NOW + 2 * DAY) == NUDGE
    assert due(store, NOW + 2 * DAY) == []
    assert deadlines.next_due(store) == NOW + 7 * DAY
    assert due(store, NOW + 7 * DAY) == [*NUDGE, (LI, "asker.waiting")]
    assert deadlines.next_due(store) == working(NOW + 37 * DAY)
    for month in (1, 2, 3):  # an offer that nobody answers never falls silent
        assert due(store, working(NOW + (7 + 30 * month) * DAY)) == [*NUDGE, (LI, "asker.waiting")]
    assert due(store, NOW + 700 * DAY) == [*NUDGE, (LI, "asker.waiting")]  # late by many rounds: once


def test_whoever_waits_for_the_office_hears_when_the_promised_day_has_passed(store: Store) -> None:
    one = register(store).interest
    interests.move(store, one.id, 1, "accept", actor=BOSS, role="city", office=[BOSS], words=None, now=NOW)
    assert due(store, NOW + 7 * DAY) == [(BOSS, "office.nudge"), (LI, "asker.waiting")]
    assert due(store, NOW + 14 * DAY) == [*NUDGE, (LI, "asker.waiting")]


def test_help_for_those_at_work_is_due_in_a_week_beside_the_quarterly_question(store: Store) -> None:
    one = register(store).interest
    store.execute("UPDATE interests SET stage = 'landed', turn = 'organisation', handler = ? WHERE id = ?", (BOSS, one.id))
    interests.move(store, one.id, 1, "stuck", actor=LI, role="organisation", office=[BOSS], words=None, now=NOW)
    assert due(store, NOW + 7 * DAY) == [(BOSS, "office.nudge"), (LI, "asker.waiting")]
    assert due(store, NOW + 14 * DAY) == [*NUDGE, (LI, "asker.waiting")]
    assert (LI, "asker.quarterly") in due(store, working(NOW + 90 * DAY))


def test_deadlines_missed_while_the_bot_was_away_are_all_served_once(store: Store) -> None:
    register(store)
    assert due(store, NOW + 30 * DAY) == [*NUDGE, (LI, "asker.waiting")]  # two that fell due are one message
    assert [event.move for event in interests.events(store, 1)] == ["register", "nudge", "nudge"]


@pytest.mark.parametrize(
    ("move", "actor", "role", "expected"),
    [
        ("accept", BOSS, "city", [(BOSS, "office.nudge"), (LI, "asker.waiting"), (SECOND, "office.nudge")]),
        ("decline", BOSS, "city", []),
        ("withdraw", LI, "organisation", []),
        ("ask", BOSS, "city", [(LI, "asker.nudge"), *NUDGE]),
        ("answer", LI, "organisation", [*NUDGE, (LI, "asker.waiting")]),
    ],
)
def test_a_move_ends_the_deadlines_of_the_turn_before_it(
    store: Store, move: str, actor: int, role: str, expected: list[tuple[int, str]]
) -> None:
    one = register(store).interest
    interests.move(store, one.id, 1, move, actor=actor, role=role, office=[BOSS], words="几位？", now=NOW + DAY)
    assert due(store, NOW + 2 * DAY) == []
    assert due(store, NOW + 30 * DAY) == expected


def test_a_deadline_left_over_does_nothing(store: Store) -> None:
    one = register(store).interest
    store.execute("UPDATE interests SET stage = 'completed' WHERE id = ?", (one.id,))
    store.execute("INSERT INTO deadlines (due, kind, subject, version) VALUES (?, 'interest.1', 404, 1)", (NOW,))
    assert due(store, NOW + 40 * DAY) == []
    assert deadlines.next_due(store) is None


# -- coverage ----------------------------------------------------------------------------------------------------------


def test_coverage_counts_open_interests_and_those_signed_or_beyond(store: Store, base: KnowledgeBase) -> None:
    assert coverage(store).needs == {}
    for cause, stage in enumerate(STAGES, 1):
        one = register(store, replace(WISH, organisation=f"机构{cause}"), cause=cause).interest
        store.execute("UPDATE interests SET stage = ? WHERE id = ?", (stage, one.id))
    register(store, replace(WISH, need=None), cause=99)
    assert coverage(store).needs == {"wuxi-elderly-1": Engagement(open=5, covered=3)}
    assert coverage(store).at("wuxi-elderly-1").open == 5
    assert coverage(store).at("wuxi-elderly-2") == NOTHING


def test_a_need_that_was_only_declined_or_withdrawn_counts_as_untouched(store: Store) -> None:
    for cause, stage in enumerate(("declined", "withdrawn"), 1):
        one = register(store, cause=cause).interest
        store.execute("UPDATE interests SET stage = ? WHERE id = ?", (stage, one.id))
    assert coverage(store).needs == {}
