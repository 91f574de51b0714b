"""Deadlines: moments at which something happens by itself. Rows, so that no restart loses one; served by one ``tick``.

A kind is ``name`` or ``name.detail``.
"""

from __future__ import annotations

from msgspec import Struct

from knowledge.clock import working
from knowledge.records.store import Store


class Deadline(Struct, frozen=True):
    """Something to do at ``due`` about ``subject``."""

    id: int
    due: int
    kind: str
    subject: int
    version: int

    @property
    def name(self) -> str:
        """What kind of deadline it is."""
        return self.kind.partition(".")[0]

    @property
    def detail(self) -> str:
        """What the kind says beside its name."""
        return self.kind.partition(".")[2]


def put(store: Store, kind: str, subject: int, due: int, version: int = 0) -> None:
    """At ``due``, serve this; the same once more only moves it."""
    store.execute(
        "INSERT INTO deadlines (due, kind, subject, version) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, subject, version) DO UPDATE SET due = excluded.due",
        (due, kind, subject, version),
    )


def drop(store: Store, name: str, subject: int, version: int | None = None) -> None:
    """The deadlines of this name about the subject (with ``version``: those alone) no longer hold."""
    store.execute(
        "DELETE FROM deadlines WHERE subject = ? AND (kind = ? OR kind LIKE ? || '.%') AND version = coalesce(?, version)",
        (subject, name, name, version),
    )


def next_due(store: Store) -> int | None:
    """When the next deadline falls, in seconds; None without any."""
    value: int | None = store.value("SELECT min(due) FROM deadlines")
    return value


def due(store: Store, now: int, limit: int) -> list[Deadline]:
    """What has fallen due, the longest due first."""
    rows = store.all(
        "SELECT id, due, kind, subject, version FROM deadlines WHERE due <= ? ORDER BY due, id LIMIT ?", (now, limit)
    )
    return [Deadline(*row) for row in rows]


def end(store: Store, deadline: Deadline) -> bool:
    """The deadline is served. False: it no longer held."""
    return store.execute("DELETE FROM deadlines WHERE id = ?", (deadline.id,)).rowcount == 1


def next_round(since: int, first: int, step: int, served: int) -> int:
    """The first moment after ``served`` of what comes ``first`` seconds after ``since`` and then at every ``step``."""
    due = since + first + max(0, served - since - first) // step * step
    return due if working(due) > served else due + step
