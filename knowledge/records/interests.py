"""Interests: an organisation's registered wish to help, from "submitted" to "completed".

Every change is compare-and-set on the version that the button saw, leaves an event, and puts the mail that tells the others
into the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.records import deliveries
from knowledge.records.moves import CLOSED, MOVES, NUDGES, OFFICE
from knowledge.records.store import Row, Store


@dataclass(frozen=True, slots=True)
class Interest:
    """An interest as stored, with the name of its organisation."""

    id: int
    organisation: int
    name: str
    person: int
    county: str
    need: str | None
    task: str
    offer: str
    grouped: bool
    stage: str
    version: int
    turn: str
    since: int
    handler: int | None
    created: int

    @property
    def open(self) -> bool:
        """Whether it is still on its way."""
        return self.stage not in CLOSED


@dataclass(frozen=True, slots=True)
class Registration:
    """What a person fills in to register an interest."""

    organisation: str
    contact: str
    phone: str | None
    offer: str
    grouped: bool
    county: str
    need: str | None
    task: str
    kind: str | None = None
    province: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One step in the life of an interest."""

    at: int
    actor: int | None
    role: str
    move: str
    before: str | None
    after: str
    reason: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an attempt: ``done``, or why not (``known``, ``stale``, ``forbidden``), with the interest as it is now."""

    outcome: str
    interest: Interest


SELECT = (
    "SELECT i.id, i.organisation, o.name, i.person, i.county, i.need, i.task, i.offer, i.grouped, i.stage, i.version,"
    " i.turn, i.since, i.handler, i.created FROM interests i JOIN organisations o ON o.id = i.organisation"
)


def _interest(row: Row) -> Interest:
    return Interest(**{**dict(row), "grouped": bool(row["grouped"])})


def get(store: Store, interest: int) -> Interest | None:
    """The interest with this id."""
    row = store.one(f"{SELECT} WHERE i.id = ?", (interest,))
    return _interest(row) if row else None


def by_cause(store: Store, update: int) -> Interest | None:
    """The interest that this update registered."""
    row = store.one(f"{SELECT} WHERE i.cause = ?", (update,))
    return _interest(row) if row else None


def of_person(store: Store, person: int) -> list[Interest]:
    """The interests that the person registered, open ones first, newest first."""
    rows = store.all(
        f"{SELECT} WHERE i.person = ? ORDER BY i.stage IN ('completed', 'declined', 'withdrawn'), i.id DESC", (person,)
    )
    return [_interest(row) for row in rows]


def waiting(store: Store) -> list[Interest]:
    """Open interests, those on which the office is to move first, longest waiting first."""
    rows = store.all(
        f"{SELECT} WHERE i.stage NOT IN ('completed', 'declined', 'withdrawn')"
        " ORDER BY i.turn NOT IN ('city', 'county'), i.since, i.id LIMIT 50"
    )
    return [_interest(row) for row in rows]


def events(store: Store, interest: int) -> list[Event]:
    """The events of an interest, oldest first."""
    rows = store.all(
        "SELECT at, actor, role, move, before, after, reason, note FROM interest_events WHERE interest = ? ORDER BY id",
        (interest,),
    )
    return [Event(*row) for row in rows]


def contact(store: Store, interest: Interest) -> tuple[str, str | None]:
    """Name and telephone of the person who registered: personal data, only for those who handle the case."""
    row = store.one(
        "SELECT name, phone FROM members WHERE organisation = ? AND person = ?", (interest.organisation, interest.person)
    )
    return (row["name"], row["phone"]) if row else ("", None)


def same_open(store: Store, person: int, name: str, county: str, need: str | None) -> Interest | None:
    """The person's open interest of this organisation in the same need, if there is one."""
    row = store.one(
        f"{SELECT} WHERE i.person = ? AND o.name = ? AND i.county = ? AND i.need IS ?"
        " AND i.stage NOT IN ('completed', 'declined', 'withdrawn')",
        (person, name, county, need),
    )
    return _interest(row) if row else None


def open_at(store: Store, person: int, county: str, need: str | None) -> Interest | None:
    """The person's newest open interest in this need (or in the county as a whole), for whichever organisation."""
    row = store.one(
        f"{SELECT} WHERE i.person = ? AND i.county = ? AND i.need IS ?"
        " AND i.stage NOT IN ('completed', 'declined', 'withdrawn') ORDER BY i.id DESC",
        (person, county, need),
    )
    return _interest(row) if row else None


def register(store: Store, person: int, wish: Registration, office: list[int], cause: int, now: int) -> Result:
    """Keep a new interest and tell the office, in one transaction.

    Registering with the same ``cause`` again, or an interest that this organisation already has open, changes nothing.
    """
    with store.transaction():
        known = by_cause(store, cause) or same_open(store, person, wish.organisation, wish.county, wish.need)
        if known:
            return Result("known", known)
        organisation = _organisation(store, person, wish, now)
        cursor = store.execute(
            "INSERT INTO interests (organisation, person, county, need, task, offer, grouped, stage, turn, since, created,"
            " updated, cause) VALUES (?, ?, ?, ?, ?, ?, ?, 'submitted', 'city', ?, ?, ?, ?)",
            (organisation, person, wish.county, wish.need, wish.task, wish.offer, int(wish.grouped), now, now, now, cause),
        )
        interest = cursor.lastrowid or 0
        _event(store, interest, Event(now, person, "organisation", "register", None, "submitted", None, None))
        _deadlines(store, interest, "submitted", 1, now)
        for one in office:
            deliveries.put(store, one, "office.new", now, interest=interest)
        return Result("done", _interest(store.all(f"{SELECT} WHERE i.id = ?", (interest,))[0]))


def move(
    store: Store,
    interest: int,
    version: int,
    name: str,
    *,
    actor: int,
    role: str,
    office: list[int],
    words: str | None,
    now: int,
) -> Result | None:
    """Make a move if the table allows it to ``role`` and nothing has changed since ``version``. None: no such interest."""
    step = MOVES[name]
    with store.transaction():
        before = get(store, interest)
        if before is None:
            return None
        if role not in step.roles or (role == "organisation" and before.person != actor):
            return Result("forbidden", before)
        after = step.after or before.stage
        marks = ", ".join("?" * len(step.before))
        changed = store.execute(
            "UPDATE interests SET stage = ?, version = version + 1, turn = ?, since = ?, updated = ?,"
            " handler = CASE WHEN ? = 'accept' THEN ? ELSE handler END"
            f" WHERE id = ? AND version = ? AND stage IN ({marks})",
            (after, step.turn, now, now, name, actor, interest, version, *step.before),
        ).rowcount
        if not changed:
            return Result("stale", before)
        _event(store, interest, Event(now, actor, role, name, before.stage, after, *_reason(name, words)))
        _deadlines(store, interest, after if step.turn in OFFICE else "", version + 1, now)
        if role == "organisation":
            for one in [before.handler] if before.handler in office else office:  # the handler may have left
                deliveries.put(store, one, "office.moved", now, interest=interest, move=name)
        else:
            deliveries.put(store, before.person, "asker.moved", now, interest=interest, move=name)
        done = get(store, interest)
    return Result("done", done) if done else None


def _reason(move_name: str, words: str | None) -> tuple[str | None, str | None]:
    """Words are the reason of a closing move, and the note of any other."""
    return (words, None) if MOVES[move_name].after in CLOSED else (None, words)


def _event(store: Store, interest: int, event: Event) -> None:
    store.execute(
        "INSERT INTO interest_events (interest, at, actor, role, move, before, after, reason, note)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (interest, event.at, event.actor, event.role, event.move, event.before, event.after, event.reason, event.note),
    )


def _deadlines(store: Store, interest: int, stage: str, version: int, now: int) -> None:
    """A turn has begun: earlier deadlines no longer hold, those of the new stage do (none without a stage)."""
    store.execute("DELETE FROM deadlines WHERE subject = ? AND kind LIKE 'interest.%'", (interest,))
    for number, seconds in enumerate(NUDGES.get(stage, ()), 1):
        store.execute(
            "INSERT INTO deadlines (due, kind, subject, version) VALUES (?, ?, ?, ?)",
            (now + seconds, f"interest.{number}", interest, version),
        )


def _organisation(store: Store, person: int, wish: Registration, now: int) -> int:
    """The person's organisation of this name, made if new; the contact is brought up to date."""
    row = store.one(
        "SELECT o.id FROM organisations o JOIN members m ON m.organisation = o.id WHERE m.person = ? AND o.name = ?",
        (person, wish.organisation),
    )
    if row:
        organisation = int(row["id"])
        store.execute(
            "UPDATE members SET name = ?, phone = ? WHERE organisation = ? AND person = ?",
            (wish.contact, wish.phone, organisation, person),
        )
        return organisation
    cursor = store.execute(
        "INSERT INTO organisations (name, kind, province, city, created) VALUES (?, ?, ?, ?, ?)",
        (wish.organisation, wish.kind, wish.province, wish.city, now),
    )
    organisation = cursor.lastrowid or 0
    store.execute(
        "INSERT INTO members (organisation, person, role, name, phone, since) VALUES (?, ?, 'first_contact', ?, ?, ?)",
        (organisation, person, wish.contact, wish.phone, now),
    )
    return organisation


def profile(store: Store, person: int) -> tuple[str, str, str | None] | None:
    """Organisation, name and telephone as the person last gave them: to prefill the next form."""
    row = store.one(
        "SELECT o.name AS organisation, m.name, m.phone FROM members m JOIN organisations o ON o.id = m.organisation"
        " WHERE m.person = ? ORDER BY m.since DESC, o.id DESC LIMIT 1",
        (person,),
    )
    return (row["organisation"], row["name"], row["phone"]) if row else None
