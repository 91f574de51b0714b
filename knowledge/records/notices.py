"""Notices: what administrators send to everybody, with its recipients frozen when it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.records.store import Store

LAST = "SELECT given FROM consents c WHERE c.person = people.id AND c.purpose = 'notices' ORDER BY c.id DESC LIMIT 1"
TICKED = f"coalesce(({LAST}), 0)"
AUDIENCE = f"started IS NOT NULL AND unreachable IS NULL AND {TICKED}"
"""Who gets a notice: everyone who opened the chat, has not blocked it and has ticked notices."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A confirmed notice and how far it has come."""

    id: int
    author: int
    html: str
    state: str
    created: int
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """The number of its recipients."""
        return sum(self.counts.values())


def reach(store: Store) -> tuple[int, int, int]:
    """How many would get a notice now, how many are left out because they did not tick notices, how many are unreachable."""
    row = store.one(
        f"SELECT count(*) FILTER (WHERE {AUDIENCE}) AS get,"
        f" count(*) FILTER (WHERE NOT {TICKED} AND unreachable IS NULL) AS muted,"
        " count(*) FILTER (WHERE unreachable IS NOT NULL) AS lost FROM people WHERE started IS NOT NULL"
    )
    return (row["get"], row["muted"], row["lost"]) if row else (0, 0, 0)


def confirm(store: Store, author: int, html: str, cause: int, now: int) -> int:
    """Freeze the recipients and start. Confirming with the same update again changes nothing. Returns the notice's id."""
    known = store.value("SELECT id FROM notices WHERE cause = ?", (cause,))
    if known:
        return int(known)
    with store.transaction():
        cursor = store.execute(
            "INSERT INTO notices (author, zh, topic, state, created, began, cause) VALUES (?, ?, 'other', 'sending', ?, ?, ?)",
            (author, html, now, now, cause),
        )
        notice = cursor.lastrowid or 0
        store.execute(
            "INSERT INTO deliveries (person, notice, view, due, updated)"
            f" SELECT id, ?, 'notice', ?, ? FROM people WHERE {AUDIENCE} ORDER BY id",
            (notice, now, now),
        )
        store.audit(now, author, "notice.confirm", f"notice:{notice}")
    return notice


def get(store: Store, notice: int) -> Notice | None:
    """A notice with its counts by state."""
    row = store.one("SELECT id, author, zh, state, created FROM notices WHERE id = ?", (notice,))
    if row is None:
        return None
    counts = {r["state"]: r["n"] for r in store.all("SELECT state, n FROM notice_counts WHERE notice = ?", (notice,))}
    return Notice(row["id"], row["author"], row["zh"], row["state"], row["created"], counts)


def finish(store: Store, now: int) -> list[Notice]:
    """Close the notices with nothing left to send; returns them, each only once."""
    rows = store.all(
        "SELECT id FROM notices n WHERE state = 'sending' AND NOT EXISTS"
        " (SELECT 1 FROM deliveries d WHERE d.notice = n.id AND d.state IN ('pending', 'sending'))"
    )
    closed = []
    for row in rows:
        store.execute("UPDATE notices SET state = 'done', finished = ? WHERE id = ? AND state = 'sending'", (now, row["id"]))
        if notice := get(store, row["id"]):
            closed.append(notice)
    return closed


def stop(store: Store, notice: int, why: str, now: int) -> bool:
    """Stop a notice; what is not yet sent stays unsent. False: it was over already."""
    stopped = store.execute(
        "UPDATE notices SET state = 'stopped', why = ?, finished = ? WHERE id = ? AND state IN ('sending', 'paused')",
        (why, now, notice),
    )
    return stopped.rowcount > 0


def pause(store: Store, notice: int, why: str, now: int) -> bool:
    """Hold a notice that is being sent, until somebody goes on with it or stops it. False: it was not being sent."""
    changed = store.execute(
        "UPDATE notices SET state = 'paused', why = ?, recent = '', version = version + 1 WHERE id = ? AND state = 'sending'",
        (why, notice),
    ).rowcount
    if changed:
        store.audit(now, None, "notice.pause", f"notice:{notice}")
    return bool(changed)


def recent(store: Store, notice: int) -> str | None:
    """The latest outcomes of a notice that is being sent, as they were remembered; None: it is not being sent."""
    found: str | None = store.value("SELECT recent FROM notices WHERE id = ? AND state = 'sending'", (notice,))
    return found


def remember(store: Store, notice: int, recent: str) -> None:
    """Keep the latest outcomes, so that they outlive a kill."""
    store.execute("UPDATE notices SET recent = ? WHERE id = ?", (recent, notice))
