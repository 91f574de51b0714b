"""Interests: an organisation's registered wish to help, from "submitted" to "completed".

Every change is compare-and-set on the version that the button saw, leaves an event, and puts the mail that tells the others
into the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from knowledge.clock import working
from knowledge.records import cards, coordinators, deadlines, organisations, parties, partners
from knowledge.records.moves import CLOSED, MOVES, OFFICE, UNDO, Move, pace_of
from knowledge.records.organisations import Profile
from knowledge.records.store import Row, Store, within


class Interest(Struct, frozen=True):
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
    part_of: int | None = None
    """The group's interest that it has gone into; it comes back when its organisation leaves the group."""

    @property
    def open(self) -> bool:
        """Whether it is still on its way by itself."""
        return self.stage not in CLOSED and self.part_of is None


class Registration(Struct, frozen=True):
    """What a person fills in to register an interest. ``about``: what is known of the organisation, if it is new."""

    organisation: str
    contact: str
    phone: str | None
    offer: str
    grouped: bool
    county: str
    need: str | None
    task: str
    about: Profile | None = None


class Event(Struct, frozen=True):
    """One step in the life of an interest: a move, or something else that its cards show."""

    at: int
    actor: int | None
    role: str
    move: str
    before: str | None
    after: str
    reason: str | None
    note: str | None
    id: int = 0


class Result(Struct, frozen=True):
    """What became of an attempt: ``done``, or why not, with the interest as it is now.

    ``known``: there is one already. ``stale``: somebody moved first. ``forbidden``: not by this person. ``late``: too late to
    undo. ``wordless``: without the words that the move needs.
    """

    outcome: str
    interest: Interest


SELECT = (
    "SELECT i.id, i.organisation, o.name, i.person, i.county, i.need, i.task, i.offer, i.grouped, i.stage, i.version,"
    " i.turn, i.since, i.handler, i.created, i.part_of FROM interests i JOIN organisations o ON o.id = i.organisation"
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
    """The interests that the person registered or has taken over, open ones first, newest first."""
    rows = store.all(
        f"{SELECT} WHERE i.person = ? ORDER BY i.stage IN ('completed', 'declined', 'withdrawn'), i.id DESC", (person,)
    )
    return [_interest(row) for row in rows]


def of_member(store: Store, person: int) -> list[Interest]:
    """The interests of the organisations that the person belongs to, open ones first, newest first."""
    rows = store.all(
        f"{SELECT} WHERE i.organisation IN (SELECT organisation FROM members WHERE person = ?)"
        " ORDER BY i.stage IN ('completed', 'declined', 'withdrawn'), i.id DESC",
        (person,),
    )
    return [_interest(row) for row in rows]


def of_organisation(store: Store, organisation: int) -> list[Interest]:
    """The interests of the organisation, newest first."""
    return [_interest(row) for row in store.all(f"{SELECT} WHERE i.organisation = ? ORDER BY i.id DESC", (organisation,))]


def show_anew(store: Store, organisation: int, now: int) -> None:
    """Something about the organisation has changed that the cards of its open interests show."""
    for one in of_organisation(store, organisation):
        if one.open:
            cards.refresh(store, one.id, now, force=True)


def waiting(store: Store, counties: Collection[str] | None = None) -> list[Interest]:
    """Open interests, those on which the office is to move first, longest waiting first; in these counties (None: in all)."""
    where, values = within("i.county", counties)
    rows = store.all(
        f"{SELECT} WHERE i.stage NOT IN ('completed', 'declined', 'withdrawn') AND i.part_of IS NULL AND {where}"
        " ORDER BY i.turn NOT IN ('city', 'county'), i.since, i.id LIMIT 50",
        values,
    )
    return [_interest(row) for row in rows]


def events(store: Store, interest: int) -> list[Event]:
    """The events of an interest, oldest first."""
    rows = store.all(
        "SELECT at, actor, role, move, before, after, reason, note, id FROM interest_events WHERE interest = ? ORDER BY id",
        (interest,),
    )
    return [Event(*row) for row in rows]


def same_open(store: Store, organisation: int, county: str, need: str | None) -> Interest | None:
    """By which open interest the organisation is at work on this need (or the county as a whole): its own, or its group's."""
    number = partners.at_work(store, organisation, county, need)
    return get(store, number) if number else None


def open_at(store: Store, person: int, county: str, need: str | None) -> Interest | None:
    """The newest open interest in this need (or in the county as a whole) of any organisation that the person belongs to."""
    found = (same_open(store, one.id, county, need) for one in organisations.of_person(store, person))
    return max((one for one in found if one), key=lambda one: one.id, default=None)


def register(store: Store, person: int, wish: Registration, office: list[int], cause: int, now: int) -> Result:
    """Keep a new interest and tell the office, in one transaction.

    Registering with the same ``cause`` again, or an interest that this organisation already has open, changes nothing.
    """
    with store.transaction():
        organisation = organisations.named(store, person, wish.organisation)
        known = by_cause(store, cause) or (same_open(store, organisation, wish.county, wish.need) if organisation else None)
        if known:
            return Result("known", known)
        if organisation and wish.contact:
            organisations.contact(store, organisation, person, wish.contact, wish.phone)
        if organisation is None:
            profile = replace(wish.about or Profile(""), name=wish.organisation)
            organisation = organisations.create(store, person, profile, wish.contact, wish.phone, now)
        turn = turn_of(store, "office", wish.county, None)
        cursor = store.execute(
            "INSERT INTO interests (organisation, person, county, need, task, offer, grouped, stage, turn, since, created,"
            " updated, cause) VALUES (?, ?, ?, ?, ?, ?, ?, 'submitted', ?, ?, ?, ?, ?)",
            (
                organisation,
                person,
                wish.county,
                wish.need,
                wish.task,
                wish.offer,
                int(wish.grouped),
                turn,
                now,
                now,
                now,
                cause,
            ),
        )
        interest = cursor.lastrowid or 0
        add_event(store, interest, Event(now, person, "organisation", "register", None, "submitted", None, None))
        done = _interest(store.all(f"{SELECT} WHERE i.id = ?", (interest,))[0])
        set_clock(store, done, now)
        cards.refresh(store, interest, now, also=[one for one in office if one != person])
        if person in office:  # the confirmation stays as it is
            cards.put(store, interest, person, now, fresh=True)
        return Result("done", done)


class _Target(Struct, frozen=True):
    """Where a move leads: the stage, whose turn it is then and since when, who handles it at the office.

    ``served``: reminders up to then were sent.
    """

    stage: str
    turn: str
    since: int
    handler: int | None
    served: int


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
    """Make a move if the table allows it to ``role`` and nothing has changed since ``version``. None: no such interest.

    ``office``: who takes care of the county's cases. Everybody's card is brought up to date, and the other side gets a line.
    """
    step = MOVES[name]
    with store.transaction():
        before = get(store, interest)
        if before is None:
            return None
        if step.group or role not in step.roles or not parties.is_party(store, before, actor, role):
            return Result("forbidden", before)
        there = before.stage in step.before and (before.turn in step.roles or not step.due)
        if before.version != version or not there or before.part_of:
            return Result("stale", before)
        said = _said(step, words)
        if said is None:
            return Result("wordless", before)
        target = _undone(store, before, role, now) if step.undoes else _target(store, before, step, actor, now)
        if isinstance(target, str):
            return Result(target, before)
        changed = store.execute(
            "UPDATE interests SET stage = ?, version = version + 1, turn = ?, since = ?, updated = ?, handler = ?"
            " WHERE id = ? AND version = ? AND stage = ?",
            (target.stage, target.turn, target.since, now, target.handler, interest, version, before.stage),
        ).rowcount
        done = get(store, interest)
        if not changed or done is None:
            return Result("stale", before)
        event = add_event(store, interest, Event(now, actor, role, name, before.stage, target.stage, *said))
        set_clock(store, done, target.served)
        deadlines.drop(store, "undo", interest)
        if step.leads_on:
            deadlines.put(store, "undo", interest, now + UNDO + 1, done.version)
        ends = step.closes or step.undoes
        cards.refresh(store, interest, now, also=[actor, *parties.told(store, before, role, office, ends=ends)])
        parties.tell(store, before, role, office, now, but=actor, event=event, ends=ends)
    return Result("done", done)


def turn_of(store: Store, party: str, county: str, handler: int | None) -> str:
    """Whose turn it is: the office's is the county's if a coordinator handles the case, or could."""
    if party != "office":
        return party
    if handler is not None:
        return "county" if coordinators.is_one(store, handler, county) else "city"
    return "county" if coordinators.at(store, county) else "city"


def _target(store: Store, interest: Interest, step: Move, actor: int, now: int) -> _Target:
    handler = actor if step.id == "accept" else interest.handler
    return _Target(step.after or interest.stage, turn_of(store, step.turn, interest.county, handler), now, handler, now)


def undoable(store: Store, interest: Interest, role: str, now: int) -> bool:
    """Whether the last step can still be undone by this party."""
    return not isinstance(_undone(store, interest, role, now), str)


def _undone(store: Store, interest: Interest, role: str, now: int) -> _Target | str:
    """How it stood before the last step, which led to this stage; or why that cannot be undone."""
    past = [event for event in events(store, interest.id) if event.move in MOVES or event.move == "register"]
    step = next((e for e in reversed(past) if interest.open or (e.move in MOVES and MOVES[e.move].closes)), None)
    if step is None or (interest.open and not (step.move in MOVES and MOVES[step.move].leads_on)):
        return "stale" if interest.open else "forbidden"  # something else was done since
    if step.role != role or not organisations.first_contact(store, interest.organisation):
        return "forbidden"  # not theirs, or nobody is left with whom it could go on
    if now > step.at + UNDO:
        return "late"
    if not interest.open and same_open(store, interest.organisation, interest.county, interest.need):
        return "known"
    last = next(e for e in reversed(_standing(past[: past.index(step)])) if _turns(e))
    party = MOVES[last.move].turn if last.move in MOVES else "office"
    handler = None if step.move == "accept" else interest.handler
    turn = turn_of(store, party, interest.county, handler)
    return _Target(step.before or "submitted", turn, last.at, handler, step.at)


def _turns(event: Event) -> bool:
    """Whether it is somebody's turn since the event."""
    return event.move not in MOVES or MOVES[event.move].turn in {"office", "organisation"}


def _standing(past: list[Event]) -> list[Event]:
    """The events without the steps that were undone."""
    kept: list[Event] = []
    for event in past:
        if event.move != "undo":
            kept.append(event)
        elif undone := next((e for e in reversed(kept) if e.move in MOVES and MOVES[e.move].leads_on), None):
            kept.remove(undone)
    return kept


def _said(step: Move, words: str | None) -> tuple[str | None, str | None] | None:
    """The words of a move as its event keeps them, reason and note; None where it needs words and has none."""
    if not step.words:
        return None, None
    said = (words or "").strip()
    if not said:
        return None
    return (said, None) if step.closes else (None, said)


def note(
    store: Store, interest: Interest, name: str, words: str | None, now: int, *, actor: int | None = None, role: str = "clock"
) -> int:
    """Something about an interest that is no move but that its cards show; returns the event's id."""
    with store.transaction():
        event = add_event(store, interest.id, Event(now, actor, role, name, interest.stage, interest.stage, None, words))
        cards.refresh(store, interest.id, now)
    return event


def restart(store: Store, interest: Interest, now: int) -> None:
    """Whoever's turn it is has said something: it begins anew. Buttons stay good, for nothing has moved."""
    with store.transaction():
        store.execute("UPDATE interests SET since = ?, updated = ? WHERE id = ?", (now, now, interest.id))
        set_clock(store, replace(interest, since=now), now)


def add_event(store: Store, interest: int, event: Event) -> int:
    """One more step in the life of an interest, in the caller's transaction; returns its id."""
    cursor = store.execute(
        "INSERT INTO interest_events (interest, at, actor, role, move, before, after, reason, note)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (interest, event.at, event.actor, event.role, event.move, event.before, event.after, event.reason, event.note),
    )
    return cursor.lastrowid or 0


def set_clock(store: Store, interest: Interest, served: int, *, only: str = "") -> None:
    """Set the deadlines of the turn that the interest is in; earlier ones no longer hold. Up to ``served``, all were served."""
    pace = pace_of(interest.stage, interest.turn)
    if not only:
        deadlines.drop(store, "interest", interest.id)
    if pace is None:
        return
    moments = {str(number): interest.since + after for number, after in enumerate(pace.nudges, 1)}
    if pace.every:
        moments["every"] = deadlines.next_round(interest.since, pace.every, pace.every, served)
    if pace.nudges and interest.turn in OFFICE:
        moments["again"] = deadlines.next_round(interest.since, pace.nudges[-1] + pace.again, pace.again, served)
    for detail, moment in moments.items():
        if only in {"", detail} and working(moment) > served:
            deadlines.put(store, f"interest.{detail}", interest.id, working(moment), interest.version)
