"""Questions to a person at the office: a text, the correspondence about it, whose turn it is.

Every change is compare-and-set on the version that the button saw, leaves an event, and puts the mail that tells the others
into the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from knowledge.clock import working
from knowledge.records import coordinators, deadlines, deliveries
from knowledge.records.moves import OFFICE
from knowledge.records.question_moves import ASKER, MOVES, OVER, PACE, TAKING
from knowledge.records.store import Row, Store, Value, within


class Question(Struct, frozen=True):
    """A text for the office. ``county``: to whose coordinators it is addressed; empty: to the city alone."""

    id: int
    person: int
    kind: str
    text: str
    about: str | None
    county: str | None
    state: str
    turn: str
    since: int
    version: int
    assigned: int | None
    created: int

    @property
    def open(self) -> bool:
        """Whether somebody is to say something."""
        return self.state not in OVER


class Event(Struct, frozen=True):
    """One step of the correspondence: a move, ``put`` (it was asked) or ``nudge``."""

    id: int
    at: int
    actor: int | None
    role: str
    move: str
    words: str | None


class Result(Struct, frozen=True):
    """What became of an attempt: ``done``, or why not, with the question as it is now.

    ``stale``: somebody moved first. ``forbidden``: not by this person. ``wordless``: without the words that the move needs.
    """

    outcome: str
    question: Question


SELECT = "SELECT id, person, kind, text, about, county, state, turn, since, version, assigned, created FROM questions"
ASKED = "kind != 'wrong'"
LISTS = {
    "mine": "state = 'open' AND assigned = ?",
    "free": "state = 'open' AND assigned IS NULL",
    "late": "state = 'open' AND turn IN ('county', 'city') AND since <= ?",
    "all": "state = 'open'",
}
"""The lists of the office: those one takes care of, those nobody does, those past the first reminder, all."""


def _question(row: Row) -> Question:
    return Question(*row)


def get(store: Store, question: int) -> Question | None:
    """The question with this id."""
    row = store.one(f"{SELECT} WHERE id = ?", (question,))
    return _question(row) if row else None


def listed(
    store: Store, name: str, person: int, now: int, counties: Collection[str] | None = None, limit: int = 100
) -> list[Question]:
    """A list of the office, the longest waiting first; ``counties``: only what is addressed to these (None: to anybody)."""
    values: dict[str, Sequence[Value]] = {"mine": (person,), "late": (now - PACE.nudges[0],)}
    where, of = within("county", counties)
    rows = store.all(
        f"{SELECT} WHERE {ASKED} AND {LISTS[name]} AND {where} ORDER BY turn = 'asker', since, id LIMIT ?",
        (*values.get(name, ()), *of, limit),
    )
    return [_question(row) for row in rows]


def of_person(store: Store, person: int, limit: int = 20) -> list[Question]:
    """What the person asked, open ones first, newest first."""
    rows = store.all(f"{SELECT} WHERE {ASKED} AND person = ? ORDER BY state != 'open', id DESC LIMIT ?", (person, limit))
    return [_question(row) for row in rows]


def of_message(store: Store, person: int, message: int) -> Question | None:
    """The question that a message to the person told an answer of, or asked about."""
    row = store.one(
        f"{SELECT} WHERE id = (SELECT json_extract(args, '$.question') FROM deliveries"
        " WHERE notice IS NULL AND person = ? AND message = ? AND state = 'sent' AND view LIKE 'asker.question%')",
        (person, message),
    )
    return _question(row) if row else None


def reported(store: Store) -> list[Question]:
    """What people reported as wrong results, newest first."""
    return [_question(row) for row in store.all(f"{SELECT} WHERE kind = 'wrong' ORDER BY id DESC LIMIT 20")]


def events(store: Store, question: int) -> list[Event]:
    """The correspondence, oldest first."""
    rows = store.all("SELECT id, at, actor, role, move, words FROM question_events WHERE question = ? ORDER BY id", (question,))
    return [Event(*row) for row in rows]


class Asked(Struct, frozen=True):
    """What a person hands to the office. ``kind``: a question, an offer that nothing fits, a result reported as wrong.

    ``county``: to whose coordinators it is addressed, where there are some; empty: to the city alone.
    """

    person: int
    kind: str
    text: str
    about: str | None = None
    county: str | None = None


def report(store: Store, person: int, words: str, why: str, *, cause: int, now: int) -> int:
    """Keep a result that somebody reported as wrong: it waits for no answer. Returns its id."""
    with store.transaction():
        known = store.value("SELECT id FROM questions WHERE cause = ?", (cause,))
        return int(known or _keep(store, Asked(person, "wrong", words, why), "closed", "nobody", cause, now))


def put(store: Store, asked: Asked, city: Sequence[int], *, cause: int, now: int) -> int:
    """Keep a text and tell those it is for. Returns its id.

    The same ``cause`` or the same text still waiting changes nothing.
    """
    with store.transaction():
        known = store.value(
            "SELECT id FROM questions WHERE cause = ? OR (person = ? AND kind = ? AND text = ? AND about IS ? AND county IS ?"
            " AND state = 'open') ORDER BY cause = ? DESC, id",
            (cause, asked.person, asked.kind, asked.text, asked.about, asked.county, cause),
        )
        if known:
            return int(known)
        turn = "county" if asked.county and coordinators.at(store, asked.county) else "city"
        question = _get(store, _keep(store, asked, "open", turn, cause, now))
        _note(store, question.id, Event(0, now, asked.person, "asker", "put", None))
        set_clock(store, question, now)
        for one in told(store, question, city):
            deliveries.put(store, one, "office.question", now, question=question.id)
    return question.id


def _keep(store: Store, asked: Asked, state: str, turn: str, cause: int, now: int) -> int:
    cursor = store.execute(
        "INSERT INTO questions (person, kind, text, about, county, state, turn, since, created, cause)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (asked.person, asked.kind, asked.text, asked.about, asked.county, state, turn, now, now, cause),
    )
    return cursor.lastrowid or 0


def _get(store: Store, question: int) -> Question:
    return _question(store.all(f"{SELECT} WHERE id = ?", (question,))[0])


def told(store: Store, question: Question, city: Sequence[int]) -> list[int]:
    """Who at the office hears of it: the one who takes care of it, else the county's coordinators, else the city."""
    county = coordinators.at(store, question.county) if question.county else []
    if question.assigned is not None and question.assigned in (*county, *city):
        return [question.assigned]
    return county if question.turn == "county" and county else list(city)


def move(
    store: Store,
    question: int,
    version: int,
    name: str,
    *,
    actor: int,
    role: str,
    city: Sequence[int],
    words: str | None = None,
    to: tuple[str, int | None] | None = None,
    now: int,
) -> Result | None:
    """Make a move if the table allows it to ``role`` and nothing has changed since ``version``. None: no such question.

    ``to``: to whom it is handed, as the county (empty: the city) and the coordinator, or None for whoever takes it.
    That the actor is of the city's office, the caller has checked. What the asker says counts whatever the office did
    meanwhile: there the version does not matter.
    """
    step = MOVES[name]
    with store.transaction():
        before = get(store, question)
        if before is None:
            return None
        if role not in step.roles or not _is_party(store, before, actor, role):
            return Result("forbidden", before)
        seen = before.version == version or role in ASKER
        if not seen or before.state not in step.before:
            return Result("stale", before)
        if step.words and not (words and words.strip()):
            return Result("wordless", before)
        county, assigned = before.county, actor if name in TAKING else before.assigned
        if name == "hand":
            if to is None or not _can_be_handed(store, to):
                return Result("forbidden", before)
            county, assigned = to[0] or before.county, to[1]
        party = role if name == "take" and before.turn in OFFICE else step.turn
        turn = _turn(store, before, party, county, assigned, to)
        since = before.since if turn == before.turn or {turn, before.turn} == OFFICE else now
        store.execute(
            "UPDATE questions SET state = ?, turn = ?, since = ?, county = ?, assigned = ?, version = version + 1 WHERE id = ?",
            (step.after or before.state, turn, since, county, assigned, question),
        )
        done = _get(store, question)
        set_clock(store, done, now)
        _tell(store, before, done, Event(0, now, actor, role, name, words), city)
        if role not in ASKER:
            store.audit(now, actor, f"question.{name}", f"question:{question}")
    return Result("done", done)


def _is_party(store: Store, question: Question, actor: int, role: str) -> bool:
    """Whether the person is what the role says, to this question. Who the city's office is, the settings say."""
    if role in ASKER:
        return question.person == actor
    return role != "county" or bool(question.county and coordinators.is_one(store, actor, question.county))


def _can_be_handed(store: Store, to: tuple[str, int | None]) -> bool:
    county, person = to
    if not county:
        return person is None
    return bool(coordinators.at(store, county)) if person is None else coordinators.is_one(store, person, county)


def _turn(
    store: Store, before: Question, party: str, county: str | None, assigned: int | None, to: tuple[str, int | None] | None
) -> str:
    """Whose turn it is after a move: the office's is the county's if a coordinator takes care of it, or could."""
    if party != "office":
        return party or before.turn
    if to is not None:
        return "county" if to[0] else "city"
    if before.turn in OFFICE:
        return before.turn
    if assigned is not None:
        return "county" if county and coordinators.is_one(store, assigned, county) else "city"
    return "county" if county and coordinators.at(store, county) else "city"


def office_of(store: Store, question: Question) -> str:
    """Whose turn it is, or will be as soon as it is the office's: the county's or the city's."""
    return _turn(store, question, "office", question.county, question.assigned, None)


def _tell(store: Store, before: Question, done: Question, made: Event, city: Sequence[int]) -> None:
    """Keep a move and send its mail: to the asker what the office says, to the office what the asker says or is handed."""
    event = _note(store, done.id, made)
    if made.role not in ASKER and MOVES[made.move].words:
        deliveries.put(store, done.person, "asker.question", made.at, question=done.id, event=event)
    if made.role in ASKER or made.move == "hand":
        for one in told(store, done if done.open else before, city):
            if one != made.actor:
                deliveries.put(store, one, "office.question", made.at, question=done.id, event=event)


def note(store: Store, question: Question, name: str, words: str | None, now: int, *, role: str = "clock") -> int:
    """Something about a question that is no move."""
    return _note(store, question.id, Event(0, now, None, role, name, words))


def _note(store: Store, question: int, event: Event) -> int:
    cursor = store.execute(
        "INSERT INTO question_events (question, at, actor, role, move, words) VALUES (?, ?, ?, ?, ?, ?)",
        (question, event.at, event.actor, event.role, event.move, event.words),
    )
    return cursor.lastrowid or 0


def set_clock(store: Store, question: Question, served: int) -> None:
    """Set the deadlines of the turn that the question is in; earlier ones no longer hold. Up to ``served``, all were served.

    A reminder of this turn that was sent is not sent again, even if the machine's clock was put back.
    """
    deadlines.drop(store, "question", question.id)
    if not question.open:
        return
    sent = "SELECT max(at) FROM question_events WHERE question = ? AND move = 'nudge' AND at >= ?"
    served = max(served, store.value(sent, (question.id, question.since)) or 0)
    for number, after in enumerate(PACE.nudges, 1):
        if (due := working(question.since + after)) > served:
            deadlines.put(store, f"question.{number}", question.id, due, question.version)
    chase_on(store, question, served)


def chase_on(store: Store, question: Question, served: int) -> None:
    """While the office is to move, it is reminded without end."""
    if question.turn in OFFICE:
        due = deadlines.next_round(question.since, PACE.nudges[-1] + PACE.again, PACE.again, served)
        deadlines.put(store, "question.again", question.id, working(due), question.version)
