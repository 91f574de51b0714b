"""The life of an interest: every stage, move and role against one table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.records import interests, people
from knowledge.records.interests import Interest, Registration
from knowledge.records.moves import CLOSED, COVERING, MOVES, NUDGES, OPEN, STAGES, allowed
from knowledge.records.store import Store

NOW = 1_780_279_200
ASKER, BOSS, COUNTY, STRANGER = 1, 9, 8, 3
ROLES = {"organisation": ASKER, "city": BOSS, "county": COUNTY, "guest": STRANGER, "": STRANGER}

# At each stage: what the office may do and where it leads; what the organisation may do.
LIFE: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "submitted": (
        {"accept": "contacted", "ask": "submitted", "decline": "declined"},
        {"answer": "submitted", "withdraw": "withdrawn"},
    ),
    "contacted": (
        {"negotiate": "negotiating", "ask": "contacted", "decline": "declined"},
        {"answer": "contacted", "withdraw": "withdrawn"},
    ),
    "negotiating": (
        {"sign": "signed", "ask": "negotiating", "decline": "declined"},
        {"answer": "negotiating", "withdraw": "withdrawn"},
    ),
    "signed": ({"land": "landed", "ask": "signed", "decline": "declined"}, {"answer": "signed", "withdraw": "withdrawn"}),
    "landed": (
        {"complete": "completed", "ask": "landed", "decline": "declined"},
        {"answer": "landed", "withdraw": "withdrawn"},
    ),
    "completed": ({}, {}),
    "declined": ({}, {}),
    "withdrawn": ({}, {}),
}
TURN_AFTER = {
    "accept": "city", "ask": "organisation", "answer": "city", "negotiate": "organisation", "sign": "organisation",
    "land": "organisation", "complete": "nobody", "decline": "nobody", "withdraw": "nobody",
}  # fmt: skip


def may(stage: str, role: str) -> dict[str, str]:
    """The moves of a role at a stage, each with the stage that it leads to."""
    office, side = LIFE[stage]
    return office if role in {"city", "county"} else side if role == "organisation" else {}


@pytest.fixture
def store() -> Iterator[Store]:
    """A database in memory with the four people."""
    opened = Store(Path(":memory:"), channel="terminal")
    for person in (ASKER, BOSS, COUNTY, STRANGER):
        people.meet(opened, person, "zh", NOW)
    yield opened
    opened.close()


def interest_at(store: Store, stage: str, cause: int = 1) -> Interest:
    """A fresh interest that has come as far as this stage."""
    wish = Registration(f"机构{cause}", "王老师", None, "六位护理员", False, "wuxi", "wuxi-elderly-1", "pairing")
    number = interests.register(store, ASKER, wish, [BOSS], cause, NOW).interest.id
    store.execute("UPDATE interests SET stage = ?, version = 7 WHERE id = ?", (stage, number))
    store.execute("DELETE FROM deliveries")
    found = interests.get(store, number)
    assert found
    return found


def test_the_table_covers_every_stage_and_every_move() -> None:
    assert tuple(LIFE) == STAGES
    assert set(TURN_AFTER) == set(MOVES)
    assert set(OPEN) | CLOSED == set(STAGES)
    assert {"completed", "declined", "withdrawn"} == CLOSED
    assert set(COVERING) == {"signed", "landed", "completed"}
    assert set(NUDGES) <= set(OPEN)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("stage", STAGES)
def test_the_buttons_of_a_card_are_the_moves_that_the_table_allows(stage: str, role: str) -> None:
    assert {move.id: move.after or stage for move in allowed(stage, role)} == may(stage, role)
    assert [move.id for move in allowed(stage, role)] == [name for name in MOVES if name in may(stage, role)]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("stage", STAGES)
def test_a_move_is_made_only_where_the_table_allows_it(store: Store, stage: str, role: str) -> None:
    for cause, move in enumerate(MOVES, 1):
        try_move(store, interest_at(store, stage, cause), role, move)


def try_move(store: Store, before: Interest, role: str, move: str) -> None:
    """Make a move and compare what became of it with the table."""
    stage = before.stage
    result = interests.move(
        store, before.id, 7, move, actor=ROLES[role], role=role, office=[BOSS], words="因为如此", now=NOW + 60
    )
    assert result
    after = interests.get(store, before.id)
    assert after is not None
    assert result.interest == after
    if move in may(stage, role):
        assert result.outcome == "done"
        assert (after.stage, after.turn, after.version) == (may(stage, role)[move], TURN_AFTER[move], 8)
        assert after.since == NOW + 60
        event = interests.events(store, before.id)[-1]
        assert (event.at, event.actor, event.role, event.move) == (NOW + 60, ROLES[role], role, move)
        assert (event.before, event.after) == (stage, after.stage)
        assert (event.reason or event.note) == "因为如此"
        assert (event.reason is not None) == (after.stage in CLOSED)
        told = [(row["person"], row["view"]) for row in store.all("SELECT person, view FROM outbox")]
        assert told == [(BOSS, "office.moved") if role == "organisation" else (ASKER, "asker.moved")]
    else:
        side = role == "organisation"
        known_to_role = any(move in moves[side] for moves in LIFE.values()) and role in {"city", "county", "organisation"}
        assert result.outcome == ("stale" if known_to_role else "forbidden")
        assert after == before
        assert [event.move for event in interests.events(store, before.id)] == ["register"]
        assert store.value("SELECT count(*) FROM outbox") == 0


@pytest.mark.parametrize("version", [0, 6, 8, -1])
def test_a_button_that_saw_another_version_changes_nothing(store: Store, version: int) -> None:
    before = interest_at(store, "submitted")
    result = interests.move(store, before.id, version, "accept", actor=BOSS, role="city", office=[BOSS], words=None, now=NOW)
    assert result
    assert (result.outcome, result.interest) == ("stale", before)
    assert interests.get(store, before.id) == before


def test_the_same_button_pressed_twice_moves_once(store: Store) -> None:
    before = interest_at(store, "submitted")
    outcomes = [
        interests.move(store, before.id, 7, "ask", actor=BOSS, role="city", office=[BOSS], words="几位?", now=NOW)
        for _ in range(3)
    ]
    assert [one.outcome for one in outcomes if one] == ["done", "stale", "stale"]
    assert store.value("SELECT count(*) FROM outbox") == 1


def test_an_organisation_moves_only_its_own_interest(store: Store) -> None:
    before = interest_at(store, "submitted")
    result = interests.move(
        store, before.id, 7, "withdraw", actor=STRANGER, role="organisation", office=[BOSS], words="别处", now=NOW
    )
    assert result
    assert result.outcome == "forbidden"
    assert interests.get(store, before.id) == before


def test_an_interest_that_does_not_exist_is_none(store: Store) -> None:
    assert interests.move(store, 77, 1, "accept", actor=BOSS, role="city", office=[], words=None, now=NOW) is None


def test_who_accepts_handles_it_and_hears_of_it_from_then_on(store: Store) -> None:
    before = interest_at(store, "submitted")
    interests.move(store, before.id, 7, "accept", actor=COUNTY, role="county", office=[BOSS, COUNTY], words=None, now=NOW)
    interests.move(store, before.id, 8, "ask", actor=BOSS, role="city", office=[BOSS, COUNTY], words="几位?", now=NOW)
    interests.move(
        store, before.id, 9, "answer", actor=ASKER, role="organisation", office=[BOSS, COUNTY], words="六位", now=NOW
    )
    after = interests.get(store, before.id)
    assert after
    assert after.handler == COUNTY
    told = [row["person"] for row in store.all("SELECT person FROM outbox WHERE view = 'office.moved'")]
    assert told == [COUNTY]


def test_a_whole_life(store: Store) -> None:
    number = interest_at(store, "submitted").id
    steps = ["accept", "negotiate", "sign", "land", "complete"]
    for version, step in enumerate(steps, 7):
        result = interests.move(
            store, number, version, step, actor=BOSS, role="city", office=[BOSS], words=None, now=NOW + version
        )
        assert result
        assert result.outcome == "done"
    assert [event.move for event in interests.events(store, number)] == ["register", *steps]
    found = interests.get(store, number)
    assert found
    assert (found.stage, found.open, found.turn) == ("completed", False, "nobody")
