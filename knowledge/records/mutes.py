"""What readers of notices want: ticked or not, without a topic, not before a moment; and why they left."""

from __future__ import annotations

from msgspec import Struct

from knowledge.records import audience, people
from knowledge.records.audience import Scope
from knowledge.records.store import Store

ALL = ""
"""Stands for every topic."""
REASONS = ("often", "unrelated", "unclear", "done", "other")
"""Why people leave, as offered."""


class Wishes(Struct, frozen=True):
    """What a reader wants. ``until``: nothing before this moment."""

    ticked: bool
    topics: frozenset[str]
    until: int | None


def of(store: Store, person: int, now: int) -> Wishes:
    """What the person wants now; a time that is over counts no more."""
    rows = store.all("SELECT topic, until FROM mutes WHERE person = ?", (person,))
    until = next((row["until"] for row in rows if row["topic"] == ALL), None)
    return Wishes(
        people.holds(store, person, "notices"),
        frozenset(row["topic"] for row in rows if row["topic"] != ALL),
        until if until and until > now else None,
    )


def tick(store: Store, person: int, now: int, *, wanted: bool, cause: int | None = None) -> int:
    """Notices, or no notices any more. Returns the number of the leaving, for its reason; 0 where nobody left."""
    with store.transaction():
        before = people.holds(store, person, "notices")
        if wanted:
            store.execute("DELETE FROM mutes WHERE person = ? AND topic = ?", (person, ALL))
        if before != wanted:
            people.consent(store, person, ("notices",), given=wanted, now=now)
        if wanted or not before:
            return 0
        return _left(store, person, "all", now, cause)


def mute(store: Store, person: int, topic: str, now: int, *, until: int | None = None, cause: int | None = None) -> int:
    """Nothing of this topic any more; or (topic ``ALL``) nothing before ``until``. Returns the number of the leaving."""
    with store.transaction():
        store.execute(
            "INSERT INTO mutes (person, topic, until, at) VALUES (?, ?, ?, ?) ON CONFLICT (person, topic)"
            " DO UPDATE SET until = excluded.until, at = excluded.at",
            (person, topic, until, now),
        )
        return _left(store, person, topic or "until", now, cause)


def unmute(store: Store, person: int, topic: str) -> None:
    """This topic again, or no pause any more."""
    store.execute("DELETE FROM mutes WHERE person = ? AND topic = ?", (person, topic))


def _left(store: Store, person: int, what: str, now: int, cause: int | None) -> int:
    """Note that somebody turned something down; what waits for them of it is not sent."""
    known: int | None = store.value("SELECT id FROM leavings WHERE cause = ?", (cause,)) if cause else None
    if known is None:
        known = store.execute(
            "INSERT INTO leavings (person, what, at, cause) VALUES (?, ?, ?, ?)", (person, what, now, cause)
        ).lastrowid
    leave_out(store, person, now)
    return known or 0


def leave_out(store: Store, person: int, now: int) -> None:
    """What was frozen for the person before, and is not on its way yet, does not go where it is not wanted any more."""
    rows = store.all(
        "SELECT id, topic, starts FROM notices WHERE kind = 'notice' AND state IN ('scheduled', 'sending', 'paused')"
    )
    for row in rows:
        scope = Scope(row["topic"] or ALL, max(now, row["starts"] or 0), person=person)
        why = audience.why_not(store, scope)
        if why:
            store.execute(
                "UPDATE deliveries SET state = 'left_out', error = ?, updated = ?"
                " WHERE notice = ? AND person = ? AND state = 'pending'",
                (why, now, row["id"], person),
            )


def give_reason(store: Store, leaving: int, person: int, reason: str) -> bool:
    """Why the person left. False: that leaving is not theirs."""
    done = store.execute("UPDATE leavings SET reason = ? WHERE id = ? AND person = ?", (reason, leaving, person))
    return done.rowcount == 1


def reasons(store: Store, since: int) -> dict[str, int]:
    """Why people left since then: how many by reason; without one under ``none``."""
    rows = store.all(
        "SELECT coalesce(reason, 'none') AS reason, count(*) AS n FROM leavings WHERE at >= ? GROUP BY 1 ORDER BY n DESC, 1",
        (since,),
    )
    return {row["reason"]: row["n"] for row in rows}
