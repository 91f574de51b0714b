"""The changes of a sent notice among themselves: which one waits to be confirmed, and which a later one has overtaken."""

from __future__ import annotations

from knowledge.records import notices, sending
from knowledge.records.notices import Notice
from knowledge.records.store import Store

RESTING = ("paused", "stopped", "done")
"""States in which nothing of a notice goes out: its copies can be changed, and tried again."""
OVERTAKEN = "overtaken"
"""Why a change was stopped that a later one has overtaken."""


def changeable(notice: Notice) -> bool:
    """Whether the copies of a notice can be corrected or recalled; what is being sent is held for it."""
    return notice.kind == "notice" and notice.state in {"sending", *RESTING} and notice.why != "recalled"


def being_recalled(store: Store, notice: int) -> bool:
    """Whether its copies are just being taken back."""
    marks = ", ".join("?" for _ in notices.OPEN)
    return bool(
        store.value(
            f"SELECT 1 FROM notices WHERE of = ? AND kind = 'recall' AND state IN ({marks}) LIMIT 1", (notice, *notices.OPEN)
        )
    )


def unconfirmed(store: Store, notice: int) -> list[Notice]:
    """The corrections and recalls of a notice that were begun and not confirmed, oldest first."""
    rows = store.all("SELECT id FROM notices WHERE of = ? AND state = 'draft' ORDER BY id", (notice,))
    return [found for row in rows if (found := notices.get(store, row["id"], counted=False))]


def overtaken(store: Store, change: Notice) -> bool:
    """Whether a later correction or recall was confirmed: what is left of this one must not be written over it.

    Which is later is told by the copies frozen for it: clocks are set back now and then.
    """
    if change.of is None or change.state == "draft":
        return False
    found = store.value(
        "SELECT 1 FROM notices n WHERE n.of = ? AND n.id != ? AND n.state != 'draft' AND"
        " (SELECT max(id) FROM deliveries WHERE notice = n.id) > (SELECT max(id) FROM deliveries WHERE notice = ?) LIMIT 1",
        (change.of, change.id, change.id),
    )
    return found is not None


def overtake(store: Store, change: Notice, now: int) -> None:
    """This change was confirmed: stop the earlier ones of the same notice. Within the transaction that confirms it."""
    if change.of is None:
        return
    for one in notices.changes(store, change.of):
        if one.id != change.id and one.state in notices.OPEN:
            sending.stop(store, one.id, OVERTAKEN, now)
