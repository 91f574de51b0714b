"""Deliveries: what goes out on its own, one row for each message to each person.

Case mail is written in the transaction of its cause; a notice's rows are frozen when it is confirmed. ``pending → sending →
sent | blocked | gone | failed | unknown``; "sending" is committed before the call, ``leaving`` noted when its first byte goes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from msgspec import Struct

from knowledge.records.store import Row, Store

SELECT = "SELECT d.id, d.person, d.notice, d.view, d.args, d.attempts"
DUE = "d.state = 'pending' AND d.due <= ? AND d.person NOT IN (SELECT value FROM json_each(?))"
MAIL = f"{SELECT} FROM deliveries d WHERE d.notice IS NULL AND {DUE} ORDER BY d.due, d.id"
COPIES = (
    f"{SELECT} FROM notices n CROSS JOIN deliveries d ON d.notice = n.id"
    f" WHERE n.state = 'sending' AND n.kind = ? AND {DUE} ORDER BY n.id, d.due, d.id"
)
URGENCY = ("recall", "correction", "notice")
"""What is wrong in people's hands is taken back or put right before anything new goes out."""
BOOT = "boot"
NEXT_DUE = (
    "SELECT min(due) FROM (SELECT min(due) AS due FROM deliveries WHERE state = 'pending' AND notice IS NULL UNION ALL"
    " SELECT (SELECT min(d.due) FROM deliveries d WHERE d.state = 'pending' AND d.notice = n.id)"
    " FROM notices n WHERE n.state = 'sending')"
)


class Delivery(Struct, frozen=True):
    """A message to send: ``view`` names what is rendered, ``args`` what it is about."""

    id: int
    person: int
    notice: int | None
    view: str
    args: dict[str, str | int]
    attempts: int


def put(store: Store, person: int, view: str, now: int, **args: str | int) -> int:
    """Case mail: send ``view`` to the person as soon as possible. Returns its number."""
    cursor = store.execute(
        "INSERT INTO deliveries (person, view, args, due, updated) VALUES (?, ?, ?, ?, ?)",
        (person, view, json.dumps(args, ensure_ascii=False), now, now),
    )
    return cursor.lastrowid or 0


def take_back(store: Store, delivery: int, now: int) -> None:
    """Take back a message: what was not sent yet is not sent, what was sent (or is on its way) is deleted in its chat."""
    row = store.one("SELECT person, state FROM deliveries WHERE id = ?", (delivery,))
    if row is None:
        return
    if row["state"] == "pending":
        store.execute("UPDATE deliveries SET state = 'failed', error = 'taken back', updated = ? WHERE id = ?", (now, delivery))
    elif row["state"] in {"sending", "sent"}:
        put(store, row["person"], "message.taken_back", now, delivery=delivery)


def message(store: Store, delivery: int) -> int | None:
    """The message that a delivery has become in its chat."""
    found: int | None = store.value("SELECT message FROM deliveries WHERE id = ?", (delivery,))
    return found


def put_once(store: Store, person: int, view: str, now: int, **args: str | int) -> None:
    """Case mail that is not put beside the same mail still waiting."""
    if not store.value(
        "SELECT 1 FROM deliveries WHERE state = 'pending' AND notice IS NULL AND +person = ? AND view = ? AND args = ?",
        (person, view, json.dumps(args, ensure_ascii=False)),
    ):
        put(store, person, view, now, **args)


def claim(store: Store, now: int, limit: int, occupied: Collection[int] = ()) -> list[Delivery]:
    """Take what is due: case mail first, then recalls and corrections, then the oldest notice. It is "sending" from then on.

    One for each person, and none for those who are ``occupied``, so that a person's mail stays in order.
    """
    busy = json.dumps(list(occupied))
    with store.transaction():
        rows = _first_of_each(store.execute(MAIL, (now, busy)), limit)
        for kind in URGENCY:
            rows = rows or _first_of_each(store.execute(COPIES, (kind, now, busy)), limit)
        store.connection.executemany(
            "UPDATE deliveries SET state = 'sending', leaving = NULL, attempts = attempts + 1, updated = ? WHERE id = ?",
            [(now, row["id"]) for row in rows],
        )
    return [
        Delivery(row["id"], row["person"], row["notice"], row["view"], json.loads(row["args"]), row["attempts"] + 1)
        for row in rows
    ]


def _first_of_each(rows: Iterable[Row], limit: int) -> list[Row]:
    """The first row of each person, up to ``limit`` of them."""
    first: dict[int, Row] = {}
    for row in rows:
        if len(first) == limit:
            break
        first.setdefault(row["person"], row)
    return list(first.values())


def leave(store: Store, delivery: int, now: int) -> None:
    """Note that what was claimed goes now, without waiting for the disk: a kill undoes no such note, and it costs little.

    A power cut may, and is known by the machine having started anew (see ``recover``).
    """
    with store.transaction(durable=False):
        store.execute("UPDATE deliveries SET leaving = ? WHERE id = ?", (now, delivery))


def outcome(store: Store, delivery: int, state: str, now: int, *, message: int | None = None, error: str | None = None) -> None:
    """What became of a delivery. Of somebody who was erased meanwhile no message is noted."""
    store.execute(
        "UPDATE deliveries SET state = CASE WHEN person < 0 AND ?1 != 'sent' THEN 'gone' ELSE ?1 END,"
        " message = CASE WHEN person >= 0 THEN ?2 END, error = CASE WHEN person >= 0 THEN ?3 END, updated = ?4 WHERE id = ?5",
        (state, message, error, now, delivery),
    )


def again(store: Store, delivery: int, due: int, error: str, *, repeated: bool = False) -> None:
    """Back into the queue, not before ``due``; ``repeated``: it may have arrived, and is marked so.

    Whoever was erased meanwhile is gone: a number that stands for nobody might be a group's.
    """
    store.execute(
        "UPDATE deliveries SET state = CASE WHEN person < 0 THEN 'gone' ELSE 'pending' END, due = ?,"
        " error = CASE WHEN person >= 0 THEN ? END WHERE id = ?",
        (due, error, delivery),
    )
    if repeated:
        store.execute("UPDATE deliveries SET args = json_set(args, '$.repeated', 1) WHERE id = ?", (delivery,))


def bring_forward(store: Store, now: int, beyond: int = 0) -> None:
    """The clock was set back: what waits for a moment more than ``beyond`` seconds ahead would wait until it is there again."""
    store.execute("UPDATE deliveries SET due = ? WHERE state = 'pending' AND due > ?", (now, now + beyond))


def recover(store: Store, now: int, boot: str = "") -> None:
    """After a kill: what was being sent may have arrived, unless it was only about to leave; that waits again.

    ``boot`` names the run of this machine: where it is another than before, or not known, no note of leaving was perhaps kept,
    and whatever was claimed counts as having left. A notice's copy that left becomes "unknown" and is never sent again by
    itself. Case mail is sent again, marked as perhaps repeated; what changes a copy is simply done again.
    """
    with store.transaction():
        if boot and store.meta(BOOT) == boot:
            store.execute("UPDATE deliveries SET state = 'pending' WHERE state = 'sending' AND leaving IS NULL")
        elif boot:
            store.set_meta(BOOT, boot)
        store.execute("UPDATE deliveries SET state = 'gone' WHERE state = 'sending' AND person < 0")  # erased meanwhile
        store.execute(
            "UPDATE deliveries SET state = 'unknown', updated = ? WHERE state = 'sending' AND view = 'notice'", (now,)
        )
        store.execute(
            "UPDATE deliveries SET state = 'pending', due = ?,"
            " args = CASE WHEN notice IS NULL THEN json_set(args, '$.repeated', 1) ELSE args END WHERE state = 'sending'",
            (now,),
        )


def next_due(store: Store) -> int | None:
    """When something is to be sent next, in seconds; None when nothing waits."""
    value: int | None = store.value(NEXT_DUE)
    return value
