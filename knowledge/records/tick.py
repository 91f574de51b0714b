"""The tick: serves every deadline that has fallen due, each by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from knowledge.records import (
    appointments,
    deadlines,
    deliveries,
    disclosures,
    facts,
    groups,
    joining,
    members,
    nudges,
    question_clock,
    sending,
    verification,
)
from knowledge.records.deadlines import Deadline
from knowledge.records.store import Store

Serve = Callable[[Store, Deadline, Sequence[int], int], None]
"""What happens: the records, the deadline, the office of the city, now. It runs in the transaction that ends the deadline."""
KINDS: Mapping[str, Serve] = {
    "interest": nudges.remind,
    "undo": nudges.settle,
    "question": question_clock.remind,
    members.APPLICATION: members.remind,
    appointments.DEADLINE: appointments.remind,
    verification.DEADLINE: verification.lapse,
    groups.ASKED: lambda store, deadline, _city, now: joining.chase(store, deadline, now),
    groups.HEIR: lambda store, deadline, _city, now: groups.chase_heir(store, deadline, now),
    sending.DEADLINE: sending.serve,
    disclosures.DEADLINE: lambda store, deadline, _city, now: disclosures.take_back(store, deadline.subject, now),
    facts.DEADLINE: lambda store, deadline, _city, now: deliveries.take_back(store, deadline.subject, now),
}
BATCH = 500


def tick(store: Store, city: Sequence[int], now: int) -> int:
    """Serve every deadline up to ``now``: what it causes and its end are one transaction. Returns how many."""
    found = deadlines.due(store, now, BATCH)
    for deadline in found:
        with store.transaction():
            if deadlines.end(store, deadline):
                KINDS[deadline.name](store, deadline, city, now)
    return len(found)
