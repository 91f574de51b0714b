"""Deadlines: moments at which something happens by itself. Rows, so that no restart loses one; served by one tick."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.records import deliveries, disclosures, interests
from knowledge.records.store import Store


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something to do at ``due`` about ``subject``, unless it has moved on from ``version``."""

    id: int
    due: int
    kind: str
    subject: int
    version: int


def next_due(store: Store) -> int | None:
    """When the next deadline falls, in seconds; None without any."""
    value: int | None = store.value("SELECT min(due) FROM deadlines")
    return value


def due(store: Store, office: list[int], now: int) -> int:
    """Serve every deadline up to ``now``: the mail it causes and its end are one transaction. Returns how many."""
    rows = store.all("SELECT id, due, kind, subject, version FROM deadlines WHERE due <= ? ORDER BY due, id LIMIT 500", (now,))
    for row in rows:
        deadline = Deadline(*row)
        with store.transaction():
            store.execute("DELETE FROM deadlines WHERE id = ?", (deadline.id,))
            _serve(store, deadline, office, now)
    return len(rows)


def _serve(store: Store, deadline: Deadline, office: list[int], now: int) -> None:
    if deadline.kind == disclosures.DEADLINE:
        disclosures.take_back(store, deadline.subject, now)
        return
    interest = interests.get(store, deadline.subject)
    if interest is None or not interest.open or interest.version != deadline.version:
        return
    days = round((now - interest.since) / 86400)
    for one in office:
        deliveries.put(store, one, "office.nudge", now, interest=interest.id, days=days)
    if deadline.kind == "interest.2":
        deliveries.put(store, interest.person, "asker.waiting", now, interest=interest.id, days=days)
