"""The life of an interest: every stage, move and role against one table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from knowledge.clock import DAY
from knowledge.records import interests, people
from knowledge.records.interests import Interest, Registration
from knowledge.records.moves import CLOSED, MOVES, OPEN, PACES, STAGES, UNDO, allowed
from knowledge.records.store import Store

NOW = 1_780_279_200
ASKER, BOSS, COUNTY, STRANGER = 1, 9, 8, 3
ROLES_WITH_MOVES = {"city", "county", "organisation"}
ROLES = {"organisation": ASKER, "city": BOSS, "county": COUNTY, "guest": STRANGER, "": STRANGER}

# At each stage: what the office may do and where it leads; what the organisation may do.
LIFE: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "submitted": (
        {"accept": "contacted", "ask": "submitted", "decline": "declined"},
        {"answer": "submitted", "seen": "submitted", "withdraw": "withdrawn"},
    ),
    "contacted": (
        {"negotiate": "negotiating", "ask": "contacted", "decline": "declined"},
        {"answer": "contacted", "seen": "contacted", "withdraw": "withdrawn"},
    ),
    "negotiating": (
        {"sign": "signed", "ask": "negotiating", "decline": "declined"},
        {"answer": "negotiating", "seen": "negotiating", "withdraw": "withdrawn"},
    ),
    "signed": (
        {"land": "landed", "ask": "signed", "decline": "declined"},
        {"land": "landed", "going": "signed", "stuck": "signed", "answer": "signed", "withdraw": "withdrawn"},
    ),
    "landed": (
        {"complete": "completed", "ask": "landed", "decline": "declined"},
        {"going": "landed", "stuck": "landed", "answer": "landed", "withdraw": "withdrawn"},
    ),
    "completed": ({}, {}),
    "declined": ({}, {}),
    "withdrawn": ({}, {}),
}
TURN_AFTER = {
    "accept": "office", "ask": "organisation", "answer": "office", "seen": "office", "negotiate": "office",
    "sign": "organisation", "land": "organisation", "going": "organisation", "stuck": "office",
    "complete": "nobody", "decline": "nobody", "withdraw": "nobody",
}  # fmt: skip


GROUP = {"organisation": ["hand_over", "dissolve"], "member": ["take_lead", "leave"]}
"""Who is in a group, its lead and its members change while the interest is open; no stage and no turn changes with it."""


def may(stage: str, role: str) -> dict[str, str]:
    """The moves of a role at a stage, each with the stage that it leads to."""
    office, side = LIFE[stage]
    return office if role in {"city", "county"} else side if role == "organisation" else {}


def appoint(store: Store, person: int, county: str) -> None:
    """Make somebody a coordinator."""
    store.execute("INSERT INTO coordinators (county, person, since, appointed_by) VALUES (?, ?, ?, 9)", (county, person, NOW))


@pytest.fixture
def store() -> Iterator[Store]:
    """A database in memory with the four people."""
    opened = Store(Path(":memory:"), channel="terminal")
    for person in (ASKER, BOSS, COUNTY, STRANGER):
        people.meet(opened, person, "zh", NOW)
        people.started(opened, person, NOW)
    appoint(opened, COUNTY, "wuxi")
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
    assert set(TURN_AFTER) | {"undo"} | {move for moves in GROUP.values() for move in moves} == set(MOVES)
    assert set(OPEN) | CLOSED == set(STAGES)
    assert {"completed", "declined", "withdrawn"} == CLOSED
    assert set(PACES) == set(OPEN)


def test_whoever_is_to_move_can_bring_it_on() -> None:
    """To answer, to say no or to give up is no way on; only who was asked something has nothing to do but answer."""
    waits = {"ask", "answer", "seen", "decline", "withdraw", "undo"}
    for move in MOVES.values():
        for stage in [move.after] if move.after else move.before:
            if move.turn in {"office", "organisation"} and stage in OPEN and move.id != "ask":
                role = "city" if move.turn == "office" else "organisation"
                assert {one.id for one in allowed(stage, role)} - waits, (move.id, stage)
    assert {one.id for one in allowed("submitted", "city")} - waits  # where a life begins


@pytest.mark.parametrize("stage", STAGES)
def test_a_message_is_seen_only_while_the_organisation_is_to_answer(store: Store, stage: str) -> None:
    before = interest_at(store, stage)
    assert before.turn == "county"
    result = interests.move(store, before.id, 7, "seen", actor=ASKER, role="organisation", office=[], words=None, now=NOW)
    assert result
    assert (result.outcome, result.interest) == ("stale", before)


def test_the_paces_are_those_of_the_plan() -> None:
    first = {stage: pace.nudges[0] // DAY for stage, pace in PACES.items() if pace.nudges}
    assert first == {"submitted": 2, "contacted": 7, "negotiating": 30, "signed": 30}
    assert [after // DAY for after in PACES["submitted"].nudges] == [2, 7]
    assert PACES["landed"].every == 90 * DAY
    assert {stage: pace.promised // DAY for stage, pace in PACES.items()} == {
        "submitted": 7, "contacted": 7, "negotiating": 30, "signed": 30, "landed": 90,
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("stage", STAGES)
def test_the_buttons_of_a_card_are_the_moves_that_the_table_allows(stage: str, role: str) -> None:
    assert {move.id: move.after or stage for move in allowed(stage, role)} == may(stage, role)
    assert [move.id for move in allowed(stage, role)] == [name for name in MOVES if name in may(stage, role)]


@pytest.mark.parametrize("role", [*ROLES, "member"])
@pytest.mark.parametrize("stage", STAGES)
def test_who_is_in_a_group_changes_only_while_it_is_open(stage: str, role: str) -> None:
    moves = allowed(stage, role, group=True)
    assert [move.id for move in moves] == (GROUP.get(role, []) if stage in OPEN else [])
    assert all(move.after is None and not move.turn and not move.words for move in moves)
    assert role != "member" or not allowed(stage, role)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("stage", STAGES)
def test_a_move_is_made_only_where_the_table_allows_it(store: Store, stage: str, role: str) -> None:
    for cause, move in enumerate(MOVES, 1):
        try_move(store, interest_at(store, stage, cause), role, move)


def try_move(store: Store, before: Interest, role: str, move: str) -> None:
    """Make a move and compare what became of it with the table."""
    stage = before.stage
    if MOVES[move].due:
        store.execute("UPDATE interests SET turn = 'organisation' WHERE id = ?", (before.id,))
        before = replace(before, turn="organisation")
    result = interests.move(
        store, before.id, 7, move, actor=ROLES[role], role=role, office=[BOSS], words="因为如此", now=NOW + 60
    )
    assert result
    after = interests.get(store, before.id)
    assert after is not None
    assert result.interest == after
    if move in may(stage, role):
        assert result.outcome == "done"
        turn = TURN_AFTER[move]
        office = role if move == "accept" else "county"  # who accepts handles it; else the county's, for it has a coordinator
        assert (after.stage, after.turn, after.version) == (may(stage, role)[move], office if turn == "office" else turn, 8)
        assert after.since == NOW + 60
        event = interests.events(store, before.id)[-1]
        assert (event.at, event.actor, event.role, event.move) == (NOW + 60, ROLES[role], role, move)
        assert (event.before, event.after) == (stage, after.stage)
        words = ["因为如此"] if MOVES[move].words else [None]
        assert [event.reason] == (words if after.stage in CLOSED else [None])
        assert [event.note] == ([None] if after.stage in CLOSED else words)
        told = [(row["person"], row["view"]) for row in store.all("SELECT person, view FROM outbox")]
        other, line = (BOSS, "office.moved") if role == "organisation" else (ASKER, "asker.moved")
        assert sorted(told) == sorted([(ROLES[role], "card"), (other, "card"), (other, line)])
        assert told.index((other, "card")) < told.index((other, line))
    else:
        side = role == "organisation"
        known_to_role = any(move in {**moves[side], "undo": ""} for moves in LIFE.values()) and role in ROLES_WITH_MOVES
        if move == "undo" and stage in CLOSED and known_to_role:
            known_to_role = False  # nothing says who closed it
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
        interests.move(store, before.id, 7, "ask", actor=BOSS, role="city", office=[BOSS], words="几位？", now=NOW)
        for _ in range(3)
    ]
    assert [one.outcome for one in outcomes if one] == ["done", "stale", "stale"]
    assert store.value("SELECT count(*) FROM outbox WHERE view != 'card'") == 1


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
    interests.move(store, before.id, 8, "ask", actor=BOSS, role="city", office=[BOSS, COUNTY], words="几位？", now=NOW)
    interests.move(
        store, before.id, 9, "answer", actor=ASKER, role="organisation", office=[BOSS, COUNTY], words="六位", now=NOW
    )
    after = interests.get(store, before.id)
    assert after
    assert after.handler == COUNTY
    told = [row["person"] for row in store.all("SELECT person FROM outbox WHERE view = 'office.moved'")]
    assert told == [COUNTY, BOSS]  # whoever asked hears the answer as well
    assert after.turn == "county"


def test_the_colleague_who_answered_hears_what_the_office_does_next(store: Store) -> None:
    before = interest_at(store, "submitted")
    store.execute(
        "INSERT INTO members (organisation, person, role, name, since) VALUES (?, ?, 'member', '李', ?)",
        (before.organisation, STRANGER, NOW),
    )
    interests.move(store, before.id, 7, "answer", actor=STRANGER, role="organisation", office=[BOSS], words="六位", now=NOW)
    store.execute("DELETE FROM deliveries")
    interests.move(store, before.id, 8, "accept", actor=BOSS, role="city", office=[BOSS], words=None, now=NOW)
    told = {row["person"] for row in store.all("SELECT person FROM outbox WHERE view = 'asker.moved'")}
    assert told == {ASKER, STRANGER}
    store.execute("DELETE FROM members WHERE person = ?", (STRANGER,))  # who has left hears nothing
    store.execute("DELETE FROM deliveries")
    interests.move(store, before.id, 9, "negotiate", actor=BOSS, role="city", office=[BOSS], words=None, now=NOW)
    assert [row["person"] for row in store.all("SELECT person FROM outbox WHERE view = 'asker.moved'")] == [ASKER]


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


# -- who -----------------------------------------------------------------------------------------------------------------


def outcome(store: Store, interest: int, version: int, move: str, who: int, role: str, now: int = NOW) -> str:
    """What becomes of an attempt, with words wherever they are needed."""
    words = "因为如此" if MOVES[move].words else None
    result = interests.move(store, interest, version, move, actor=who, role=role, office=[COUNTY, BOSS], words=words, now=now)
    return result.outcome if result else ""


def test_a_coordinator_of_another_county_moves_nothing(store: Store) -> None:
    before = interest_at(store, "submitted")
    appoint(store, STRANGER, "chengkou")
    assert outcome(store, before.id, 7, "accept", STRANGER, "county") == "forbidden"
    store.execute("UPDATE coordinators SET until = ? WHERE person = ?", (NOW, COUNTY))
    assert outcome(store, before.id, 7, "accept", COUNTY, "county") == "forbidden"
    assert interests.get(store, before.id) == before


@pytest.mark.parametrize("words", [None, "", " \n"])
def test_a_no_needs_its_reason(store: Store, words: str | None) -> None:
    before = interest_at(store, "submitted")
    result = interests.move(store, before.id, 7, "decline", actor=BOSS, role="city", office=[BOSS], words=words, now=NOW)
    assert result
    assert (result.outcome, interests.get(store, before.id)) == ("wordless", before)


# -- undoing -------------------------------------------------------------------------------------------------------------

CLOSING = [
    ("submitted", "decline", BOSS, "city"),
    ("negotiating", "decline", COUNTY, "county"),
    ("landed", "complete", BOSS, "city"),
    ("signed", "withdraw", ASKER, "organisation"),
]


@pytest.mark.parametrize(("stage", "move", "who", "role"), CLOSING)
def test_what_was_closed_can_be_undone_by_the_same_party_for_ten_minutes(
    store: Store, stage: str, move: str, who: int, role: str
) -> None:
    before = interest_at(store, stage)
    assert outcome(store, before.id, 7, move, who, role) == "done"
    for other in ROLES_WITH_MOVES - {role}:
        assert outcome(store, before.id, 8, "undo", ROLES[other], other) == "forbidden"
    assert outcome(store, before.id, 7, "undo", who, role) == "stale"
    assert outcome(store, before.id, 8, "undo", who, role, NOW + UNDO + 1) == "late"
    closed = interests.get(store, before.id)
    assert closed
    assert interests.undoable(store, closed, role, NOW + UNDO)
    assert outcome(store, before.id, 8, "undo", who, role, NOW + UNDO) == "done"
    after = interests.get(store, before.id)
    assert after
    assert (after.stage, after.turn, after.since, after.version) == (stage, "county", before.since, 9)
    event = interests.events(store, before.id)[-1]
    assert (event.move, event.before, event.after, event.role) == ("undo", closed.stage, stage, role)
    assert outcome(store, before.id, 9, "undo", who, role, NOW + UNDO) == "stale"


@pytest.mark.parametrize(
    ("stage", "move", "who", "role"),
    [
        ("submitted", "accept", BOSS, "city"),
        ("contacted", "negotiate", COUNTY, "county"),
        ("negotiating", "sign", BOSS, "city"),
        ("signed", "land", ASKER, "organisation"),
    ],
)
def test_a_slip_of_the_thumb_is_undone_within_ten_minutes(store: Store, stage: str, move: str, who: int, role: str) -> None:
    before = interest_at(store, stage)
    assert outcome(store, before.id, 7, move, who, role, NOW + 60) == "done"
    on = interests.get(store, before.id)
    assert on
    assert [one for one in ROLES_WITH_MOVES if interests.undoable(store, on, one, NOW + 60)] == [role]
    assert outcome(store, before.id, 8, "undo", who, role, NOW + 60 + UNDO + 1) == "late"
    assert outcome(store, before.id, 8, "undo", who, role, NOW + 60 + UNDO) == "done"
    after = interests.get(store, before.id)
    assert after
    assert (after.stage, after.turn, after.since, after.handler) == (stage, "county", NOW, None)
    assert outcome(store, before.id, 9, "undo", who, role, NOW + 60 + UNDO) == "stale"


def test_a_step_that_something_followed_is_not_undone(store: Store) -> None:
    number = interest_at(store, "submitted").id
    assert outcome(store, number, 7, "accept", BOSS, "city") == "done"
    assert outcome(store, number, 8, "answer", ASKER, "organisation") == "done"
    assert outcome(store, number, 9, "undo", BOSS, "city") == "stale"


def test_the_turn_after_an_undone_step_is_never_that_of_the_undone_step(store: Store) -> None:
    number = interest_at(store, "submitted").id
    steps = [("ask", BOSS, "city"), ("accept", BOSS, "city"), ("undo", BOSS, "city"), ("withdraw", ASKER, "organisation")]
    for version, (move, who, role) in enumerate([*steps, ("undo", ASKER, "organisation")], 7):
        assert outcome(store, number, version, move, who, role, NOW + version) == "done"
    after = interests.get(store, number)
    assert after
    assert (after.stage, after.turn, after.since) == ("submitted", "organisation", NOW + 7)


def test_the_turn_before_the_no_is_taken_up_with_its_clock(store: Store) -> None:
    number = interest_at(store, "submitted").id
    assert outcome(store, number, 7, "ask", BOSS, "city", NOW + DAY) == "done"
    assert outcome(store, number, 8, "withdraw", ASKER, "organisation", NOW + 4 * DAY) == "done"
    assert [row["kind"] for row in store.all("SELECT kind FROM deadlines")] == ["undo"]
    assert outcome(store, number, 9, "undo", ASKER, "organisation", NOW + 4 * DAY + 60) == "done"
    after = interests.get(store, number)
    assert after
    assert (after.turn, after.since) == ("organisation", NOW + DAY)
    waiting = [(row["kind"], row["due"] - NOW) for row in store.all("SELECT kind, due FROM deadlines")]
    assert waiting == [("interest.2", 8 * DAY)]  # the first reminder, on the third day, was sent


def test_a_withdrawal_cannot_be_undone_once_the_same_was_registered_anew(store: Store) -> None:
    number = interest_at(store, "submitted").id
    assert outcome(store, number, 7, "withdraw", ASKER, "organisation") == "done"
    wish = Registration("机构1", "王老师", None, "六位护理员", False, "wuxi", "wuxi-elderly-1", "pairing")
    assert interests.register(store, ASKER, wish, [BOSS], 2, NOW).outcome == "done"
    assert outcome(store, number, 8, "undo", ASKER, "organisation") == "known"
