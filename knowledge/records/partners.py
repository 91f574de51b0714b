"""Partners: the rows of who is in a group, was asked into it, said no or left. What happens to them is in ``groups``.

A group is known by its interest, which is its lead's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from knowledge.records import organisations
from knowledge.records.store import Row, Store

if TYPE_CHECKING:
    from knowledge.records.interests import Interest


class Partner(Struct, frozen=True):
    """An organisation and its standing in a group.

    ``state``: asked, agreed, refused or left. ``asked_by``: whether the lead asked it, or it asked the lead. ``contacts``: its
    contact may be shown to those who agreed to the same. ``heir``: it was asked to take the lead.
    """

    interest: int
    organisation: int
    name: str
    person: int
    role: str
    state: str
    asked_by: str
    contacts: bool
    heir: bool
    offer: str
    at: int


SELECT = (
    "SELECT g.interest, g.organisation, o.name, g.person, g.role, g.state, g.asked_by, g.contacts, g.heir, g.offer, g.at"
    " FROM group_members g JOIN organisations o ON o.id = g.organisation"
)


def _partner(row: Row) -> Partner:
    return Partner(**{**dict(row), "contacts": bool(row["contacts"]), "heir": bool(row["heir"])})


def get(store: Store, interest: int, organisation: int) -> Partner | None:
    """The organisation's standing in the group."""
    row = store.one(f"{SELECT} WHERE g.interest = ? AND g.organisation = ?", (interest, organisation))
    return _partner(row) if row else None


def of(store: Store, interest: int, state: str) -> list[Partner]:
    """Who is in the group in this state: the lead first, then the longest-standing."""
    rows = store.all(
        f"{SELECT} WHERE g.interest = ? AND g.state = ? ORDER BY g.role = 'member', g.at, g.organisation", (interest, state)
    )
    return [_partner(row) for row in rows]


def members(store: Store, interest: int) -> list[Partner]:
    """Who agreed to be in the group, without its lead; nobody where there is no group."""
    return [one for one in of(store, interest, "agreed") if one.role == "member"]


def standing(store: Store, interest: int, person: int, role: str = "") -> Partner | None:
    """As what (or as a lead or member: ``role``) this person is in the group now: for an organisation that they belong to."""
    row = store.one(
        f"{SELECT} JOIN members m ON m.organisation = g.organisation AND m.person = ?"
        " WHERE g.interest = ? AND g.state = 'agreed' AND ? IN (g.role, '')"
        " ORDER BY g.role = 'member', g.person != m.person, g.at, g.organisation",
        (person, interest, role),
    )
    return _partner(row) if row else None


def member(store: Store, interest: int, person: int) -> Partner | None:
    """As which member this person is in the group."""
    return standing(store, interest, person, "member")


def decider(store: Store, asked: Partner) -> tuple[int, int]:
    """Who is to say yes or no, as organisation and contact: who was asked, or the lead where the other asked to be let in."""
    if asked.asked_by == "lead":
        return asked.organisation, asked.person
    row = store.one("SELECT organisation, person FROM interests WHERE id = ?", (asked.interest,))
    return (row["organisation"], row["person"]) if row else (0, 0)


def decides(store: Store, asked: Partner, person: int) -> bool:
    """Whether this person may say yes or no."""
    return organisations.is_member(store, decider(store, asked)[0], person)


def to_answer(store: Store, interest: Interest) -> list[Partner]:
    """Questions that wait for a yes or no of the organisation of this interest, in its county: by others, or into its group."""
    rows = store.all(
        f"{SELECT} JOIN interests i ON i.id = g.interest WHERE g.state = 'asked' AND i.county = ? AND"
        " (g.asked_by = 'lead' AND g.organisation = ? OR g.asked_by = 'member' AND g.interest = ?) ORDER BY g.at, g.interest",
        (interest.county, interest.organisation, interest.id),
    )
    return [_partner(row) for row in rows]


def groups_of(store: Store, person: int) -> list[int]:
    """The groups that the person's organisations are members of, not counting those that they lead; newest first."""
    rows = store.all(
        "SELECT DISTINCT g.interest FROM group_members g JOIN members m ON m.organisation = g.organisation"
        " WHERE m.person = ? AND g.role = 'member' AND g.state = 'agreed' ORDER BY g.interest DESC",
        (person,),
    )
    return [row["interest"] for row in rows]


def in_group_at(store: Store, organisation: int, county: str, need: str | None) -> int | None:
    """The open group for this need (or the county as a whole) that the organisation is a member of."""
    found: int | None = store.value(
        "SELECT i.id FROM group_members g JOIN interests i ON i.id = g.interest"
        " WHERE g.organisation = ? AND g.role = 'member' AND g.state = 'agreed' AND i.county = ? AND i.need IS ?"
        " AND i.stage NOT IN ('completed', 'declined', 'withdrawn') ORDER BY i.id DESC",
        (organisation, county, need),
    )
    return found


def at_work(store: Store, organisation: int, county: str, need: str | None) -> int | None:
    """The interest by which the organisation is at work on this need: its group's where it is in one, else its own open one."""
    found: int | None = in_group_at(store, organisation, county, need) or store.value(
        "SELECT coalesce(part_of, id) FROM interests WHERE organisation = ? AND county = ? AND need IS ?"
        " AND stage NOT IN ('completed', 'declined', 'withdrawn') ORDER BY part_of IS NOT NULL, id DESC",
        (organisation, county, need),
    )
    return found


def was_in(store: Store, interest: int, person: int) -> bool:
    """Whether the person was in the group and is no longer."""
    return bool(
        store.value("SELECT 1 FROM group_members WHERE interest = ? AND person = ? AND state = 'left'", (interest, person))
    )


def own_within(store: Store, organisation: int, group: int) -> int:
    """The organisation's own interest that has gone into the group's; 0 without one."""
    return store.value("SELECT id FROM interests WHERE organisation = ? AND part_of = ?", (organisation, group)) or 0


def change(store: Store, interest: int, organisation: int, before: str, after: str, now: int) -> bool:
    """From one state to another, unless it is in that state no longer. Who is not in the group shows and inherits nothing."""
    return bool(
        store.execute(
            "UPDATE group_members SET state = ?, at = ?, heir = 0, contacts = CASE WHEN ? = 'agreed' THEN contacts ELSE 0 END"
            " WHERE interest = ? AND organisation = ? AND state = ?",
            (after, now, after, interest, organisation, before),
        ).rowcount
    )


def ask(store: Store, interest: int, theirs: Interest, asked_by: str, now: int) -> None:
    """The organisation with this interest is asked into the group, or asks to be let in."""
    store.execute(
        "INSERT INTO group_members (interest, organisation, person, role, state, asked_by, offer, at)"
        " VALUES (?, ?, ?, 'member', 'asked', ?, ?, ?) ON CONFLICT (interest, organisation) DO UPDATE SET"
        " person = excluded.person, role = 'member', state = 'asked', asked_by = excluded.asked_by, contacts = 0, heir = 0,"
        " offer = excluded.offer, at = excluded.at",
        (interest, theirs.organisation, theirs.person, asked_by, theirs.offer, now),
    )


def found(store: Store, interest: Interest, now: int) -> None:
    """The interest is a group's from now on, led by whoever registered it."""
    store.execute(
        "INSERT INTO group_members (interest, organisation, person, role, state, offer, at)"
        " VALUES (?, ?, ?, 'lead', 'agreed', ?, ?)"
        " ON CONFLICT (interest, organisation) DO UPDATE SET role = 'lead', state = 'agreed', heir = 0",
        (interest.id, interest.organisation, interest.person, interest.offer, now),
    )


def lead(store: Store, heir: Partner) -> None:
    """This member leads the group, with its own offer before the others'; whoever did before is a member of it."""
    store.execute("UPDATE group_members SET role = 'member' WHERE interest = ? AND role = 'lead'", (heir.interest,))
    store.execute(
        "UPDATE group_members SET role = 'lead', heir = 0 WHERE interest = ? AND organisation = ?",
        (heir.interest, heir.organisation),
    )
    store.execute(
        "UPDATE interests SET organisation = ?, person = ?, offer = ? WHERE id = ?",
        (heir.organisation, heir.person, heir.offer, heir.interest),
    )


def share(store: Store, interest: int, person: int, *, contacts: bool) -> bool:
    """Whether the partners may see this person's contact. False: the person is not in the group, or it was so before."""
    return bool(
        store.execute(
            "UPDATE group_members SET contacts = ? WHERE interest = ? AND person = ? AND state = 'agreed' AND contacts != ?",
            (int(contacts), interest, person, int(contacts)),
        ).rowcount
    )


def offer_lead(store: Store, interest: int, organisation: int | None) -> bool:
    """This member, and nobody else, is asked to take the lead; None: nobody is."""
    store.execute("UPDATE group_members SET heir = 0 WHERE interest = ?", (interest,))
    return bool(
        store.execute(
            "UPDATE group_members SET heir = 1"
            " WHERE interest = ? AND organisation = ? AND role = 'member' AND state = 'agreed'",
            (interest, organisation),
        ).rowcount
    )
