"""Retention: what is forgotten by itself when its time is over. A table of rules, run by the tick, audited by numbers alone."""

from __future__ import annotations

from msgspec import Struct

from knowledge.clock import DAY
from knowledge.records import inbox
from knowledge.records.store import Store

TWO_YEARS = 730 * DAY
SETTLED = "state != 'open' AND since < :before"
OPEN = "stage NOT IN ('completed', 'declined', 'withdrawn')"


class Rule(Struct, frozen=True):
    """What is forgotten ``after`` so many seconds; ``:before`` in its statement is that moment."""

    name: str
    after: int
    statement: str


RULES = (
    Rule("drafts", 30 * DAY, "DELETE FROM drafts WHERE updated < :before"),
    Rule(
        "mail",  # kept past an erasure for as long as something has to go from that chat
        DAY,
        "DELETE FROM deliveries WHERE notice IS NULL AND state NOT IN ('pending', 'sending') AND updated < :before"
        " AND person NOT IN (SELECT id FROM people)",
    ),
    Rule("notices", 30 * DAY, "DELETE FROM notices WHERE state = 'draft' AND created < :before"),
    Rule("leavings", TWO_YEARS, "UPDATE leavings SET person = NULL WHERE person IS NOT NULL AND at < :before"),
    Rule(
        "contacts",
        TWO_YEARS,
        "UPDATE members SET name = '', phone = NULL WHERE (name != '' OR phone IS NOT NULL) AND since < :before"
        " AND NOT EXISTS (SELECT 1 FROM interests i WHERE i.organisation = members.organisation"
        f"  AND (i.{OPEN} OR i.updated >= :before))"
        " AND NOT EXISTS (SELECT 1 FROM group_members g JOIN interests i ON i.id = g.interest"
        "  WHERE g.organisation = members.organisation AND g.state = 'agreed'"
        f"  AND (i.{OPEN} OR i.updated >= :before))",
    ),
    Rule("merges", TWO_YEARS, "DELETE FROM merged_rows WHERE duplicate IN (SELECT id FROM duplicates WHERE decided < :before)"),
    Rule(
        "invitations",
        30 * DAY,
        "DELETE FROM invitations WHERE max(expires, coalesce(decided, 0)) < :before"
        f" AND (taken_by IS NULL OR decided IS NOT NULL OR taken < :before - {30 * DAY})",  # who waits hears a no before
    ),
    Rule(
        "facts",
        TWO_YEARS,
        "DELETE FROM facts WHERE kind != 'figure' AND interest IN"
        f" (SELECT id FROM interests WHERE NOT ({OPEN}) AND updated < :before)",
    ),
    Rule(
        "answers",
        TWO_YEARS,
        "UPDATE question_events SET words = '' WHERE words != '' AND move != 'nudge'"
        f" AND question IN (SELECT id FROM questions WHERE {SETTLED})",
    ),
    Rule("questions", TWO_YEARS, f"UPDATE questions SET text = '' WHERE text != '' AND {SETTLED}"),
)


def run(store: Store, now: int) -> None:
    """Forget what is due."""
    inbox.forget(store, now)
    with store.transaction():
        for rule in RULES:
            forgotten = store.connection.execute(rule.statement, {"before": now - rule.after}).rowcount
            if forgotten:
                store.audit(now, None, f"retention.{rule.name}", rule.name, f"n={forgotten}")
