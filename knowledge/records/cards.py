"""The living card of an interest for each person who has to do with it: the message, and what it shows.

What a card shows is the interest up to one of its events, named by that event's id. Only the courier shows cards, so that one
person's cards never go back in time; everybody else asks for it with ``put``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from msgspec import Struct

from knowledge.records import deliveries
from knowledge.records.store import Store

VIEW = "card"


class Card(Struct, frozen=True):
    """The message that shows an interest to a person, up to the event ``version`` (0: it does not show it yet)."""

    interest: int
    person: int
    message: int
    version: int
    sent: int


def get(store: Store, interest: int, person: int) -> Card | None:
    """The person's card of the interest."""
    row = store.one(
        "SELECT interest, person, message, version, sent FROM cards WHERE interest = ? AND person = ?", (interest, person)
    )
    return Card(*row) if row else None


def latest(store: Store, interest: int) -> int:
    """What an up-to-date card of the interest shows: its last event."""
    return store.value("SELECT max(id) FROM interest_events WHERE interest = ?", (interest,)) or 0


def adopt(store: Store, interest: int, person: int, message: int, now: int) -> None:
    """A message becomes the card that the person does not have yet: the first change will be shown there."""
    store.execute("INSERT OR IGNORE INTO cards VALUES (?, ?, ?, 0, ?)", (interest, person, message, now))


def shown(store: Store, interest: int, person: int, message: int, version: int, now: int) -> None:
    """The message shows the interest up to ``version``. Of somebody who was erased meanwhile, nothing is noted."""
    store.execute(
        "INSERT INTO cards SELECT ?, id, ?, ?, ? FROM people WHERE id = ? ON CONFLICT (interest, person) DO UPDATE SET"
        " sent = CASE WHEN message = excluded.message THEN sent ELSE excluded.sent END,"
        " message = excluded.message, version = max(version, excluded.version)",
        (interest, message, version, now, person),
    )


def put(store: Store, interest: int, person: int, now: int, *, at: int = 0, fresh: bool = False, force: bool = False) -> None:
    """Show the person how the interest stands: in the card, or where there is none (or ``fresh``) in a new message.

    ``at``: in this message, which becomes the card. ``force``: even if no event has come since. What already waits to be sent
    shows the latest state in any case, and takes this up.
    """
    how = {name: int(value) for name, value in (("at", at), ("fresh", fresh), ("force", force)) if value}
    waiting = store.one(
        "SELECT id, due FROM deliveries WHERE state = 'pending' AND notice IS NULL AND person = ? AND view = ?"
        " AND json_extract(args, '$.interest') = ?",
        (person, VIEW, interest),
    )
    if waiting:
        store.execute(
            "UPDATE deliveries SET args = json_patch(args, ?), due = ? WHERE id = ?",
            (json.dumps(how), min(now, waiting["due"]), waiting["id"]),
        )
    else:
        deliveries.put(store, person, VIEW, now, interest=interest, **how)


def holders(store: Store, interest: int) -> list[int]:
    """Who has a card of the interest."""
    return [row["person"] for row in store.all("SELECT person FROM cards WHERE interest = ? ORDER BY person", (interest,))]


def refresh(store: Store, interest: int, now: int, also: Iterable[int] = (), *, force: bool = False) -> None:
    """Something about the interest has happened: show it in every card of it, and to those who ``also`` are to have one."""
    for person in dict.fromkeys([*holders(store, interest), *also]):
        put(store, interest, person, now, force=force)
