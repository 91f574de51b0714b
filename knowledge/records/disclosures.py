"""Disclosures: who was shown whose contact, as what, for which interest; every one is taken back within a day.

The contact itself is never copied: the mail that shows it is rendered from the rows when it is sent, and only while the
viewer may still see it.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from msgspec import Struct

from knowledge.clock import HOUR
from knowledge.records import deliveries, people
from knowledge.records.interests import Interest
from knowledge.records.store import Row, Store

KEPT = 23 * HOUR
"""How long a message that shows a contact stays, in seconds: promised are 24 hours, an hour is left for a bot that was away."""
DEADLINE = "disclosure"
"""The kind of its deadline."""
VIEW = "contact.shown"
"""The mail that shows a contact."""


class Disclosure(Struct, frozen=True):
    """One look at somebody's contact."""

    id: int
    at: int
    viewer: int
    owner: int
    interest: int
    role: str
    delivery: int | None
    taken_back: int | None


SELECT = "SELECT id, at, viewer, owner, interest, role, delivery, taken_back FROM disclosures"


def _disclosure(row: Row) -> Disclosure:
    return Disclosure(*row)


def get(store: Store, disclosure: int) -> Disclosure | None:
    """The disclosure with this id."""
    row = store.one(f"{SELECT} WHERE id = ?", (disclosure,))
    return _disclosure(row) if row else None


def of_owner(store: Store, owner: int, limit: int, offset: int = 0) -> list[Disclosure]:
    """Who looked at this person's contact, newest first."""
    return [
        _disclosure(row)
        for row in store.all(f"{SELECT} WHERE owner = ? ORDER BY id DESC LIMIT ? OFFSET ?", (owner, limit, offset))
    ]


def count(store: Store, owner: int) -> int:
    """How often somebody looked at this person's contact."""
    return int(store.value("SELECT count(*) FROM disclosures WHERE owner = ?", (owner,)))


def contact(store: Store, interest: int, owner: int) -> tuple[str, str | None] | None:
    """Name and telephone of a person in an interest: of the one who registered it, or of a partner in its group."""
    row = store.one(
        "SELECT m.name, m.phone FROM members m WHERE m.person = ? AND m.organisation IN"
        " (SELECT organisation FROM interests WHERE id = ? AND person = m.person"
        "  UNION SELECT organisation FROM group_members WHERE interest = ? AND person = m.person AND state = 'agreed')",
        (owner, interest, interest),
    )
    return (row["name"], row["phone"]) if row and row["name"] else None


def show(store: Store, interest: Interest, *, viewer: int, role: str, cause: int, now: int, owner: int | None = None) -> str:
    """Show a contact to ``viewer``, note it, and fix when it is taken back; all in the caller's transaction.

    ``role``: as what the viewer sees it (city, county, partner). That the viewer has it, the caller has checked; of partners it
    is checked here that both agreed. ``cause``: the update that asked for it; the same one shows nothing more. ``owner``: whose
    contact, by default that of the one who registered. Returns ``shown``, ``none`` (there is no contact) or ``refused`` (the
    owner, or one of the partners, does not agree).
    """
    owner = interest.person if owner is None else owner
    with store.transaction():
        if store.value("SELECT 1 FROM disclosures WHERE cause = ?", (cause,)):
            return "shown"
        if role == "partner" and not _both_agreed(store, interest.id, viewer, owner):
            return "refused"
        if contact(store, interest.id, owner) is None:
            return "none"
        if not people.holds(store, owner, "pass_on"):
            return "refused"
        cursor = store.execute(
            "INSERT INTO disclosures (at, viewer, owner, interest, role, cause) VALUES (?, ?, ?, ?, ?, ?)",
            (now, viewer, owner, interest.id, role, cause),
        )
        disclosure = cursor.lastrowid or 0
        mail = deliveries.put(store, viewer, VIEW, now, disclosure=disclosure)
        store.execute("UPDATE disclosures SET delivery = ? WHERE id = ?", (mail, disclosure))
        store.execute(
            "INSERT INTO deadlines (due, kind, subject, version) VALUES (?, ?, ?, 1)", (now + KEPT, DEADLINE, disclosure)
        )
        store.audit(now, viewer, "contact.shown", f"interest:{interest.id}")
    return "shown"


def take_back(store: Store, disclosure: int, now: int) -> None:
    """Delete the message that shows it; once."""
    with store.transaction():
        changed = store.execute(
            "UPDATE disclosures SET taken_back = ? WHERE id = ? AND taken_back IS NULL", (now, disclosure)
        ).rowcount
        if changed:
            store.execute("DELETE FROM deadlines WHERE kind = ? AND subject = ?", (DEADLINE, disclosure))
            delivery = store.value("SELECT delivery FROM disclosures WHERE id = ?", (disclosure,))
            if delivery is not None:
                deliveries.take_back(store, delivery, now)


def owner_changed(store: Store, owner: int, now: int) -> None:
    """The owner no longer agrees, or is erased: nobody may go on reading the contact."""
    for row in store.all("SELECT id FROM disclosures WHERE owner = ? AND taken_back IS NULL", (owner,)):
        take_back(store, row["id"], now)


def viewer_gone(store: Store, viewer: int, now: int) -> None:
    """The viewer is erased: what they were shown goes from their chat now, for nothing will be known of it later."""
    for row in store.all("SELECT id FROM disclosures WHERE viewer = ? AND taken_back IS NULL", (viewer,)):
        take_back(store, row["id"], now)


def roles_changed(store: Store, city: AbstractSet[int], now: int) -> int:
    """Take back what is shown to people who may no longer see it.

    Called at the start, whenever somebody loses a role, and every hour.
    ``city``: the people of the city office as they are now. Returns how many were taken back.
    """
    shown = [_disclosure(row) for row in store.all(f"{SELECT} WHERE taken_back IS NULL")]
    lost = [one for one in shown if not may_see(store, one, city)]
    for one in lost:
        take_back(store, one.id, now)
    return len(lost)


def partners_changed(store: Store, interest: int, now: int) -> None:
    """Somebody has left a group, or no longer agrees: take back what its partners were shown and may not see any more."""
    for row in store.all(f"{SELECT} WHERE interest = ? AND role = 'partner' AND taken_back IS NULL", (interest,)):
        if not may_see(store, one := _disclosure(row), frozenset()):
            take_back(store, one.id, now)


def may_see(store: Store, shown: Disclosure, city: AbstractSet[int]) -> bool:
    """Whether the viewer still has the role in which the contact was shown."""
    match shown.role:
        case "city":
            return shown.viewer in city
        case "county":
            return bool(
                store.value(
                    "SELECT 1 FROM coordinators c JOIN interests i ON i.county = c.county"
                    " WHERE i.id = ? AND c.person = ? AND c.until IS NULL",
                    (shown.interest, shown.viewer),
                )
            )
        case _:
            return _both_agreed(store, shown.interest, shown.viewer, shown.owner)


def _both_agreed(store: Store, interest: int, viewer: int, owner: int) -> bool:
    """Whether both are in the group of this interest and agreed that partners may see their contacts."""
    agreed = store.value(
        "SELECT count(DISTINCT person) FROM group_members"
        " WHERE interest = ? AND person IN (?, ?) AND state = 'agreed' AND contacts = 1",
        (interest, viewer, owner),
    )
    return viewer != owner and agreed == 2
