"""Somebody who had blocked the bot is back: what could not be delivered meanwhile goes out after all."""

from __future__ import annotations

from knowledge.records import deliveries, disclosures, facts, people
from knowledge.records.store import Store

PASSED = (disclosures.VIEW, facts.VIEW, "group.proposed")
"""Views that are not sent later: what is shown for a day alone, and what was only a hint."""
MISSED = (
    "SELECT max(id) AS id FROM deliveries WHERE person = ? AND notice IS NULL AND state IN ('blocked', 'gone')"
    f" AND view NOT IN ({', '.join('?' * len(PASSED))}) AND view NOT LIKE '%nudge' AND view NOT LIKE '%waiting'"
    " AND view != 'asker.quarterly' GROUP BY view, args ORDER BY 1"
)
"""Case mail that was refused, each once, without reminders: the next of them comes by itself."""


def back(store: Store, person: int, now: int) -> int:
    """The person can be reached again. Returns how many messages go out because of it."""
    with store.transaction():
        people.unreachable(store, person, None)
        missed = [row["id"] for row in store.all(MISSED, (person, *PASSED))]
        for one in missed:
            deliveries.again(store, one, now, "back")
    return len(missed)
