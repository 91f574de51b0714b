"""Questions as rows: the table of moves and roles, compare-and-set, who is told, the clock, what older databases become."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from knowledge.clock import DAY, HOUR
from knowledge.records import deadlines, people, questions
from knowledge.records.question_moves import ASKER, MOVES, OVER, STATES, allowed
from knowledge.records.questions import Asked
from knowledge.records.schema import migrations
from knowledge.records.store import Store
from knowledge.records.tick import tick
from tests.talk import MONDAY

LI, WUXI, CHENGKOU, BOSS, BO = 1, 20, 21, 90, 91
CITY = [BOSS, BO]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "questions.db", channel="terminal")
    for person in (LI, WUXI, CHENGKOU, BOSS, BO):
        people.meet(opened, person, "zh", MONDAY)
        people.started(opened, person, MONDAY)
    yield opened
    opened.close()


def coordinator(store: Store, person: int, county: str) -> None:
    store.execute(
        "INSERT INTO coordinators (county, person, since, appointed_by, name) VALUES (?, ?, ?, ?, '老周')",
        (county, person, MONDAY, BOSS),
    )


def ask(store: Store, text: str = "能帮吗？", *, cause: int = 1, about: str | None = None, county: str | None = None) -> int:
    return questions.put(store, Asked(LI, "question", text, about, county), CITY, cause=cause, now=MONDAY)


def made(
    store: Store, number: int, move: str, actor: int, role: str, *, words: str | None = "好", now: int = MONDAY,
    to: tuple[str, int | None] | None = ("", None),
) -> str:  # fmt: skip
    """What becomes of a move that was seen as possible just now."""
    found = questions.get(store, number)
    assert found
    result = questions.move(store, number, found.version, move, actor=actor, role=role, city=CITY, words=words, to=to, now=now)
    assert result
    return result.outcome


def mail(store: Store) -> list[tuple[int, str]]:
    """What waits to be sent, and everything is taken as sent."""
    found = [(row["person"], row["view"]) for row in store.all("SELECT person, view FROM outbox ORDER BY id")]
    store.execute("DELETE FROM deliveries")
    return found


# -- asking ------------------------------------------------------------------------------------------------------------


def test_a_question_is_kept_and_the_city_is_told(store: Store) -> None:
    found = questions.get(store, ask(store, about="wuxi"))
    assert found
    assert (found.state, found.turn, found.since, found.about, found.assigned) == ("open", "city", MONDAY, "wuxi", None)
    assert mail(store) == [(BOSS, "office.question"), (BO, "office.question")]


def test_a_question_to_a_county_goes_to_its_coordinators_alone(store: Store) -> None:
    coordinator(store, WUXI, "wuxi")
    coordinator(store, CHENGKOU, "chengkou")
    found = questions.get(store, ask(store, county="wuxi"))
    assert found
    assert found.turn == "county"
    assert mail(store) == [(WUXI, "office.question")]


def test_a_question_to_a_county_without_a_coordinator_goes_to_the_city(store: Store) -> None:
    found = questions.get(store, ask(store, county="wuxi"))
    assert found
    assert (found.turn, found.county) == ("city", "wuxi")
    assert len(mail(store)) == 2


def test_the_same_press_or_the_same_words_while_they_wait_ask_only_once(store: Store) -> None:
    first = ask(store)
    assert ask(store) == first
    assert ask(store, cause=2) == first
    other = ask(store, cause=3, about="wuxi")
    assert other != first
    assert ask(store, cause=3) == other
    assert made(store, first, "answer", BOSS, "city") == "done"
    assert ask(store, cause=4) not in {first, other}
    assert [view for _, view in mail(store)].count("office.question") == 6


def test_results_reported_as_wrong_wait_for_no_answer(store: Store) -> None:
    number = questions.report(store, LI, "养老 → 养牛", "field", cause=1, now=MONDAY)
    assert questions.report(store, LI, "养老 → 养牛", "field", cause=1, now=MONDAY) == number
    later = questions.report(store, LI, "养老", "words", cause=2, now=MONDAY)
    assert [one.id for one in questions.reported(store)] == [later, number]
    assert questions.listed(store, "all", BOSS, MONDAY) == questions.of_person(store, LI) == []
    assert mail(store) == []
    assert deadlines.next_due(store) is None


def test_an_unknown_question_is_none(store: Store) -> None:
    assert questions.get(store, 5) is None
    assert questions.move(store, 5, 1, "answer", actor=BOSS, role="city", city=CITY, words="能", now=MONDAY) is None


def test_any_text_is_kept_as_it_was_written(store: Store) -> None:
    causes = itertools.count(1)

    @given(st.text())
    def kept(text: str) -> None:
        found = questions.get(store, ask(store, text, cause=next(causes)))
        assert found
        assert found.text == text

    kept()


# -- moves -------------------------------------------------------------------------------------------------------------

ACTORS = {"asker": LI, "county": WUXI, "city": BOSS}
WAYS: dict[str, list[tuple[str, str]]] = {
    "open": [],
    "answered": [("answer", "city")],
    "closed": [("close", "city")],
    "withdrawn": [("retract", "asker")],
}


@pytest.mark.parametrize("role", ACTORS)
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", STATES)
def test_every_move_at_every_state_by_every_role_is_as_the_table_says(store: Store, state: str, move: str, role: str) -> None:
    coordinator(store, WUXI, "wuxi")
    number = ask(store, county="wuxi")
    for way, by in WAYS[state]:
        made(store, number, way, ACTORS[by], by)
    before = questions.get(store, number)
    assert before
    assert before.state == state
    outcome = made(store, number, move, ACTORS[role], role)
    after = questions.get(store, number)
    assert after
    if role not in MOVES[move].roles:
        assert (outcome, after) == ("forbidden", before)
    elif move not in {one.id for one in allowed(state, role)}:
        assert (outcome, after) == ("stale", before)
    else:
        assert (outcome, after.state) == ("done", MOVES[move].after or state)
        assert after.version == before.version + 1
        assert (after.turn == "nobody") == (after.state in OVER)
        assert bool(deadlines.next_due(store)) == after.open


@pytest.mark.parametrize("move", [move.id for move in MOVES.values() if move.roles != ASKER])
def test_the_coordinator_of_another_county_makes_no_move(store: Store, move: str) -> None:
    coordinator(store, WUXI, "wuxi")
    coordinator(store, CHENGKOU, "chengkou")
    number = ask(store, county="wuxi")
    assert made(store, number, move, CHENGKOU, "county") == "forbidden"
    assert made(store, ask(store, "给市里的", cause=2), move, CHENGKOU, "county") == "forbidden"
    assert made(store, number, move, LI, "asker") == "forbidden"


@pytest.mark.parametrize("words", [None, "", "  \n"])
@pytest.mark.parametrize("move", [move.id for move in MOVES.values() if move.words and move.id != "follow"])
def test_a_move_that_needs_words_is_not_made_without(store: Store, move: str, words: str | None) -> None:
    assert made(store, ask(store), move, BOSS, "city", words=words) == "wordless"


def test_of_two_at_once_one_moves(store: Store) -> None:
    number = ask(store)
    moves = [
        questions.move(store, number, 1, "answer", actor=one, role="city", city=CITY, words="能", now=MONDAY) for one in CITY
    ]
    assert [result and result.outcome for result in moves] == ["done", "stale"]
    assert [event.actor for event in questions.events(store, number)] == [LI, BOSS]
    assert store.value("SELECT count(*) FROM audit WHERE action = 'question.answer'") == 1


def test_what_the_asker_says_counts_whatever_the_office_did_meanwhile(store: Store) -> None:
    number = ask(store)
    made(store, number, "take", BOSS, "city")
    for move, outcome in (("follow", "done"), ("retract", "done"), ("follow", "stale"), ("retract", "stale")):
        result = questions.move(store, number, 1, move, actor=LI, role="asker", city=CITY, words="还有", now=MONDAY)
        assert result
        assert result.outcome == outcome


def test_who_is_told_of_each_move(store: Store) -> None:
    coordinator(store, WUXI, "wuxi")
    number = ask(store, county="wuxi")
    mail(store)
    told: list[list[tuple[int, str]]] = []
    for move, actor, role in (
        ("take", WUXI, "county"),
        ("inquire", WUXI, "county"),
        ("follow", LI, "asker"),
        ("hand", WUXI, "county"),
        ("take", BO, "city"),
        ("follow", LI, "asker"),
        ("answer", BO, "city"),
        ("follow", LI, "asker"),
        ("close", BO, "city"),
        ("follow", LI, "asker"),
        ("retract", LI, "asker"),
    ):
        assert made(store, number, move, actor, role) == "done"
        told.append(mail(store))
    asker, county, city = [(LI, "asker.question")], [(WUXI, "office.question")], [(BO, "office.question")]
    assert told == [
        [], asker, county, [(BOSS, "office.question"), *city], [], city, asker, city, asker, city, city,
    ]  # fmt: skip


def test_a_question_is_handed_only_to_somebody_who_is_there(store: Store) -> None:
    coordinator(store, WUXI, "wuxi")
    number = ask(store)
    for to in (("chengkou", None), ("chengkou", WUXI), ("wuxi", CHENGKOU), ("", BO), None):
        assert made(store, number, "hand", BOSS, "city", to=to) == "forbidden"
    mail(store)
    assert made(store, number, "hand", BOSS, "city", to=("wuxi", WUXI)) == "done"
    found = questions.get(store, number)
    assert found
    assert (found.county, found.turn, found.assigned) == ("wuxi", "county", WUXI)
    assert mail(store) == [(WUXI, "office.question")]


# -- lists -------------------------------------------------------------------------------------------------------------


def test_the_lists_show_what_is_mine_what_nobody_took_and_what_is_late(store: Store) -> None:
    coordinator(store, WUXI, "wuxi")
    mine, free, county, over = (ask(store, f"第{n}问", cause=n, county="wuxi" if n == 3 else None) for n in range(1, 5))
    made(store, mine, "take", BOSS, "city")
    made(store, over, "answer", BOSS, "city")
    later = MONDAY + 2 * DAY

    def shown(name: str, person: int, now: int, counties: set[str] | None = None) -> list[int]:
        return [one.id for one in questions.listed(store, name, person, now, counties)]

    assert [shown(name, BOSS, later) for name in questions.LISTS] == [
        [mine], [free, county], [mine, free, county], [mine, free, county],
    ]  # fmt: skip
    assert shown("late", BOSS, later - 1) == shown("mine", BO, later) == []
    assert shown("all", WUXI, later, {"wuxi"}) == [county]
    assert shown("all", CHENGKOU, later, {"chengkou"}) == shown("all", CHENGKOU, later, set()) == []


# -- the clock ---------------------------------------------------------------------------------------------------------


def passes(store: Store, until: int) -> list[tuple[int, int, str]]:
    """Let time pass up to here; returns the mail as hours since Monday, person, view."""
    told = []
    while (due := deadlines.next_due(store)) is not None and due <= until:
        tick(store, CITY, due)
        told += [((due - MONDAY) // HOUR, person, view) for person, view in mail(store)]
    return told


def test_a_countys_question_is_chased_there_first_then_at_the_city_and_the_asker_hears(store: Store) -> None:
    coordinator(store, WUXI, "wuxi")
    ask(store, county="wuxi")
    mail(store)
    everybody = [
        (WUXI, "office.question_nudge"),
        (BOSS, "office.question_nudge"),
        (BO, "office.question_nudge"),
        (LI, "asker.question_waiting"),
    ]
    month = 30 * 24
    assert passes(store, MONDAY + 90 * DAY) == [
        (48, WUXI, "office.question_nudge"),
        *((168, *told) for told in everybody),
        *((168 + month, *told) for told in everybody),
        *((168 + 2 * month, *told) for told in everybody),
    ]


def test_while_the_asker_is_to_reply_the_asker_is_reminded_and_then_the_office_hears(store: Store) -> None:
    number = ask(store)
    made(store, number, "inquire", BO, "city", now=MONDAY + HOUR)
    mail(store)
    assert passes(store, MONDAY + 90 * DAY) == [
        (49, LI, "asker.question_nudge"),
        (169, BO, "office.question_nudge"),
        (169, LI, "asker.question_nudge"),
    ]


def test_taking_adding_and_handing_on_do_not_set_the_clock_back(store: Store) -> None:
    coordinator(store, WUXI, "wuxi")
    number = ask(store, county="wuxi")
    for hours, (move, actor, role) in enumerate((("take", WUXI, "county"), ("follow", LI, "asker"), ("hand", WUXI, "county"))):
        made(store, number, move, actor, role, now=MONDAY + 50 * HOUR + hours * HOUR)
        found = questions.get(store, number)
        assert found
        assert found.since == MONDAY
    mail(store)
    assert [told for told in passes(store, MONDAY + 30 * DAY) if told[1] == LI] == [(168, LI, "asker.question_waiting")]


@pytest.mark.parametrize("move", ["answer", "close", "retract"])
def test_what_is_over_is_chased_no_more(store: Store, move: str) -> None:
    role = "asker" if move == "retract" else "city"
    made(store, ask(store), move, ACTORS[role], role)
    mail(store)
    assert passes(store, MONDAY + 90 * DAY) == []


def test_a_clock_that_is_put_back_repeats_no_reminder(store: Store) -> None:
    number = ask(store)
    tick(store, CITY, MONDAY + 2 * DAY)
    mail(store)
    assert made(store, number, "take", BOSS, "city", now=MONDAY + DAY) == "done"
    tick(store, CITY, MONDAY + 3 * DAY)
    assert mail(store) == []


def test_nobody_is_reminded_at_night_or_at_the_weekend(store: Store) -> None:
    ask(store)
    night = MONDAY + 2 * DAY + 12 * HOUR  # the bot was away until 22:00 on Wednesday
    mail(store)
    tick(store, CITY, night)
    assert mail(store) == []
    assert passes(store, MONDAY + 3 * DAY)[0][0] == 3 * 24 - 2
    questions.put(store, Asked(LI, "question", "周末呢？"), CITY, cause=9, now=MONDAY + 3 * DAY)
    mail(store)
    assert [told[0] for told in passes(store, MONDAY + 8 * DAY) if told[2] == "office.question_nudge"][:1] == [7 * 24 - 1]


# -- older databases ---------------------------------------------------------------------------------------------------


def test_answers_of_an_older_database_become_a_correspondence_and_what_waits_gets_a_clock(tmp_path: Path) -> None:
    old = Database(tmp_path / "old.db")
    migrations.apply(old, stop_before="m005_office")
    old.execute("INSERT INTO people (id, first_seen, last_seen) VALUES (1, 1, 1)")
    put = (
        "INSERT INTO questions (person, kind, text, created, answered, answer, answerer, cause) VALUES (1, ?, ?, 5, ?, ?, ?, ?)"
    )
    for cause, (kind, answered) in enumerate((("question", None), ("offer", 7), ("wrong", None))):
        old.execute(put, (kind, f"第{cause}问", answered, "能" if answered else None, 9 if answered else None, cause))
    old.conn.commit()
    old.close()
    store = Store(tmp_path / "old.db", channel="terminal")
    found = [questions.get(store, number) for number in (1, 2, 3)]
    assert [(one.state, one.turn, one.since) for one in found if one] == [
        ("open", "city", 5), ("answered", "nobody", 7), ("closed", "nobody", 5),
    ]  # fmt: skip
    assert [(e.at, e.actor, e.move, e.words) for e in questions.events(store, 2)] == [
        (5, 1, "put", None),
        (7, 9, "answer", "能"),
    ]
    assert [(one.kind, one.subject, one.due) for one in deadlines.due(store, MONDAY, 9)] == [
        ("question.1", 1, 5 + 2 * DAY), ("question.2", 1, 5 + 7 * DAY),
    ]  # fmt: skip
    store.close()
