"""Organisations that may be the same one: proposed with a reason, decided by an administrator, merged in one transaction.

The older one stays. Every row that a merge moves is noted, so that the merge can be taken back. Where both have an open
interest in one need, the one that has come further goes on and the other is closed, pointing to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from knowledge.records import (
    cards,
    deadlines,
    deliveries,
    groups,
    interests,
    invitations,
    organisations,
    partners,
    verification,
)
from knowledge.records.interests import Event, Interest
from knowledge.records.moves import STAGES
from knowledge.records.organisations import Organisation, Profile
from knowledge.records.store import Row, Store

Alike = Callable[[str, str], str]
"""How two names are alike: ``same_name``, ``like_name``, or not."""


class Duplicate(Struct, frozen=True):
    """Two organisations and why they may be the same. ``state``: open, merged, different."""

    id: int
    older: int
    newer: int
    reason: str
    found: int
    state: str
    decided: int | None
    decided_by: int | None


SELECT = "SELECT d.id, d.older, d.newer, d.reason, d.found, d.state, d.decided, d.decided_by FROM duplicates d"
LIVING = "merged IS NULL AND EXISTS (SELECT 1 FROM members m WHERE m.organisation = o.id)"


def get(store: Store, duplicate: int) -> Duplicate | None:
    """The pair with this id."""
    row = store.one(f"{SELECT} WHERE d.id = ?", (duplicate,))
    return Duplicate(*row) if row else None


def waiting(store: Store) -> list[Duplicate]:
    """Pairs that nobody has decided, of organisations that are both still there, oldest first."""
    rows = store.all(
        f"{SELECT} JOIN organisations o ON o.id = d.older AND o.{LIVING}"
        " JOIN organisations n ON n.id = d.newer AND n.merged IS NULL"
        " AND EXISTS (SELECT 1 FROM members m WHERE m.organisation = n.id) WHERE d.state = 'open' ORDER BY d.id"
    )
    return [Duplicate(*row) for row in rows]


def look(store: Store, organisation: int, alike: Alike, office: Sequence[int], now: int) -> list[int]:
    """Propose to the office every other organisation that may be this one; a pair is proposed once. Returns the pairs."""
    this = organisations.get(store, organisation)
    if this is None:
        return []
    found = []
    with store.transaction():
        for row in store.all(
            f"SELECT o.id, o.name, o.code FROM organisations o WHERE o.id != ? AND o.{LIVING}", (organisation,)
        ):
            reason = _reason(this, row, alike)
            if not reason:
                continue
            cursor = store.execute(
                "INSERT OR IGNORE INTO duplicates (older, newer, reason, found) VALUES (?, ?, ?, ?)",
                (min(organisation, row["id"]), max(organisation, row["id"]), reason, now),
            )
            if cursor.rowcount:
                found.append(cursor.lastrowid or 0)
                for one in office:
                    deliveries.put(store, one, "office.duplicate", now, duplicate=cursor.lastrowid or 0)
    return found


def _reason(this: Organisation, other: Row, alike: Alike) -> str:
    """Why they may be the same: one code; or alike in name, unless two codes tell them apart."""
    code = this.profile.code
    if code and other["code"]:
        return "code" if code == other["code"] else ""
    return alike(this.name, other["name"])


def together(store: Store, pair: Duplicate) -> bool:
    """Whether both are asked into, or in, one group: then one of them has to leave it before they can be merged."""
    return bool(
        store.value(
            "SELECT 1 FROM group_members a JOIN group_members b ON b.interest = a.interest"
            " WHERE a.organisation = ? AND b.organisation = ?"
            " AND a.state IN ('asked', 'agreed') AND b.state IN ('asked', 'agreed')",
            (pair.older, pair.newer),
        )
    )


def dismiss(store: Store, duplicate: int, by: int, now: int) -> bool:
    """They are two. False: it was decided before."""
    with store.transaction():
        if not _decide(store, duplicate, "open", "different", by, now):
            return False
        store.audit(now, by, "organisation.different", f"duplicate:{duplicate}")
    return True


def _decide(store: Store, duplicate: int, before: str, after: str, by: int, now: int) -> bool:
    return (
        store.execute(
            "UPDATE duplicates SET state = ?, decided = ?, decided_by = ? WHERE id = ? AND state = ?",
            (after, now, by, duplicate, before),
        ).rowcount
        == 1
    )


# -- merging -----------------------------------------------------------------------------------------------------------


def merge(store: Store, duplicate: int, by: int, now: int) -> bool:
    """The newer becomes part of the older one. False: decided before, one is gone, or both are in one group."""
    with store.transaction():
        pair = next((one for one in waiting(store) if one.id == duplicate), None)
        older = organisations.get(store, pair.older) if pair else None
        newer = organisations.get(store, pair.newer) if pair else None
        if pair is None or older is None or newer is None or together(store, pair):
            return False
        if not _decide(store, duplicate, "open", "merged", by, now):
            return False
        everybody = {one.person for two in (older, newer) for one in organisations.members(store, two.id)}
        _leave_groups(store, pair, by, now)
        closed = _close_doubles(store, pair, by, now)
        _note(store, duplicate, "closed", closed)
        moved = _ids(store, "SELECT id FROM interests WHERE organisation = ?", newer.id)
        _note(store, duplicate, "interest", moved)
        store.execute("UPDATE interests SET organisation = ? WHERE organisation = ?", (older.id, newer.id))
        _move_partners(store, pair)
        _move_members(store, pair)
        links = _ids(store, "SELECT id FROM invitations WHERE purpose = 'colleague' AND subject = ?", str(newer.id))
        _note(store, duplicate, "invitation", links)
        store.connection.executemany(
            "UPDATE invitations SET subject = ? WHERE id = ?", [(str(older.id), link) for link in links]
        )
        if first := organisations.first_contact(store, older.id):
            for one in invitations.waiting(store, "colleague", str(older.id)):
                if one.id in links:  # asked of somebody who decides no longer
                    deliveries.put(store, first.person, "member.asks", now, invitation=one.id)
        verification.end(store, newer.id)
        organisations.change(store, older.id, older.version, _filled(older.profile, newer.profile))
        store.execute("UPDATE organisations SET merged = ?, version = version + 1 WHERE id = ?", (older.id, newer.id))
        detail = f"into={older.id} interests={moved} closed={closed}"
        store.audit(now, by, "organisation.merged", f"organisation:{newer.id}", detail)
        interests.show_anew(store, older.id, now)
        for person in sorted(everybody):
            deliveries.put(store, person, "member.merged", now, organisation=older.id)
    return True


def _filled(older: Profile, newer: Profile) -> Profile:
    """The older profile, with what only the newer one says."""
    return replace(
        older,
        kind=older.kind or newer.kind,
        province=older.province or newer.province,
        city=older.city if older.province else newer.city,
        fields=older.fields or newer.fields,
        offer=older.offer or newer.offer,
        size=older.size or newer.size,
        code=older.code or newer.code,
    )


def _close_doubles(store: Store, pair: Duplicate, by: int, now: int) -> list[int]:
    """Of two open interests in one need, close the one that has come less far, and no group's. Returns those closed."""
    closed = []
    for one in interests.of_organisation(store, pair.newer):
        other = interests.same_open(store, pair.older, one.county, one.need)
        if one.open and other:
            goes_on, closes = sorted((other, one), key=lambda i: (*_without_group(store, i), -STAGES.index(i.stage), i.id))
            _close(store, closes, goes_on, by, now)
            groups.settle(store, closes.id, now)
            closed.append(closes.id)
    return closed


def _without_group(store: Store, interest: Interest) -> tuple[bool, bool]:
    """What is a group's goes on before what is not."""
    return not partners.members(store, interest.id), interest.part_of is not None


def _leave_groups(store: Store, pair: Duplicate, by: int, now: int) -> None:
    """Nobody is at work on one need in two places: the newer one leaves a group where the older one is at work already."""
    for row in store.all(
        "SELECT g.interest, i.county, i.need FROM group_members g JOIN interests i ON i.id = g.interest"
        " WHERE g.organisation = ? AND g.role = 'member' AND g.state IN ('asked', 'agreed')",
        (pair.newer,),
    ):
        if partners.at_work(store, pair.older, row["county"], row["need"]):
            groups.withdraw(store, pair.newer, by, lambda _county: (), now, only=row["interest"])


def _close(store: Store, closes: Interest, goes_on: Interest, by: int, now: int) -> None:
    store.execute(
        "UPDATE interests SET stage = 'withdrawn', turn = 'nobody', version = version + 1, since = ?, updated = ? WHERE id = ?",
        (now, now, closes.id),
    )
    deadlines.drop(store, "interest", closes.id)
    interests.add_event(store, closes.id, Event(now, by, "city", "merge", closes.stage, "withdrawn", None, f"#{goes_on.id}"))
    cards.refresh(store, closes.id, now)


def _ids(store: Store, sql: str, value: str | int) -> list[int]:
    return [row[0] for row in store.all(f"{sql} ORDER BY 1", (value,))]


def _note(store: Store, duplicate: int, what: str, rows: Sequence[int]) -> None:
    store.connection.executemany("INSERT INTO merged_rows VALUES (?, ?, ?)", [(duplicate, what, row) for row in rows])


def _noted(store: Store, duplicate: int, what: str) -> list[int]:
    return [
        row["row"]
        for row in store.all("SELECT row FROM merged_rows WHERE duplicate = ? AND what = ? ORDER BY row", (duplicate, what))
    ]


def _move_partners(store: Store, pair: Duplicate) -> None:
    """Places in groups; of two in one group that which is past stays behind, or goes."""
    store.execute(
        "DELETE FROM group_members WHERE organisation = ? AND state IN ('left', 'refused') AND interest IN"
        " (SELECT interest FROM group_members WHERE organisation = ? AND state IN ('asked', 'agreed'))",
        (pair.older, pair.newer),
    )
    places = _ids(
        store,
        "SELECT interest FROM group_members g WHERE organisation = ? AND NOT EXISTS"
        f" (SELECT 1 FROM group_members o WHERE o.interest = g.interest AND o.organisation = {int(pair.older)})",
        pair.newer,
    )
    _note(store, pair.id, "partner", places)
    _set_partners(store, places, pair.newer, pair.older)


def _set_partners(store: Store, places: Sequence[int], before: int, after: int) -> None:
    rows = [(after, before, interest) for interest in places]
    store.connection.executemany(
        "UPDATE OR IGNORE group_members SET organisation = ? WHERE organisation = ? AND interest = ?", rows
    )
    store.connection.executemany(  # their clock goes on
        "UPDATE OR IGNORE deadlines SET version = ? WHERE version = ? AND subject = ?"
        f" AND (kind LIKE '{groups.ASKED}.%' OR kind LIKE '{groups.HEIR}.%')",
        rows,
    )


def _move_members(store: Store, pair: Duplicate) -> None:
    """The newer one's members become members of the older one, whose first contact stays."""
    ours = {one.person for one in organisations.members(store, pair.older)}
    theirs = organisations.members(store, pair.newer)
    _note(store, pair.id, "first_contact", [one.person for one in theirs if one.first])
    _note(store, pair.id, "both", [one.person for one in theirs if one.person in ours])
    _note(store, pair.id, "member", [one.person for one in theirs if one.person not in ours])
    for one in theirs:
        if one.person in ours:
            store.execute("DELETE FROM members WHERE organisation = ? AND person = ?", (pair.newer, one.person))
    store.execute("UPDATE members SET role = 'member', organisation = ? WHERE organisation = ?", (pair.older, pair.newer))


# -- taking it back ----------------------------------------------------------------------------------------------------


def undo(store: Store, duplicate: int, by: int, now: int) -> bool:
    """They are two after all: what was moved goes back, as far as it is still there. False: not merged, or nobody to go back.

    What the older profile took over stays with it.
    """
    with store.transaction():
        pair = get(store, duplicate)
        if pair is None or not _move_back(store, pair) or not _decide(store, duplicate, "merged", "different", by, now):
            return False
        store.execute("UPDATE organisations SET merged = NULL, version = version + 1 WHERE id = ?", (pair.newer,))
        moved = _noted(store, duplicate, "interest")
        store.connection.executemany(
            "UPDATE interests SET organisation = ? WHERE id = ? AND organisation = ?",
            [(pair.newer, interest, pair.older) for interest in moved],
        )
        _set_partners(store, _noted(store, duplicate, "partner"), pair.older, pair.newer)
        store.connection.executemany(
            "UPDATE invitations SET subject = ? WHERE id = ?",
            [(str(pair.newer), link) for link in _noted(store, duplicate, "invitation")],
        )
        for organisation in (pair.older, pair.newer):
            _give_to_members(store, organisation)
        for closed in _noted(store, duplicate, "closed"):
            _reopen(store, closed, by, now)
        store.execute("DELETE FROM merged_rows WHERE duplicate = ?", (duplicate,))
        store.audit(now, by, "organisation.unmerged", f"organisation:{pair.newer}", f"from={pair.older} interests={moved}")
        for organisation in (pair.older, pair.newer):
            interests.show_anew(store, organisation, now)
            for one in organisations.members(store, organisation):
                deliveries.put_once(store, one.person, "member.unmerged", now, organisation=organisation)
    return True


def _move_back(store: Store, pair: Duplicate) -> bool:
    """Who came with the newer organisation goes back to it. False: nobody of them is left, or the older would be empty."""
    came = [*_noted(store, pair.id, "member"), *_noted(store, pair.id, "both")]
    here = {one.person: one for one in organisations.members(store, pair.older)}
    back = [here[person] for person in came if person in here]
    leaving = [one for one in back if one.person in _noted(store, pair.id, "member")]
    if pair.state != "merged" or not back or len(leaving) == len(here):
        return False
    first = next((one.person for one in back if one.person in _noted(store, pair.id, "first_contact")), back[0].person)
    for one in leaving:
        store.execute("DELETE FROM members WHERE organisation = ? AND person = ?", (pair.older, one.person))
    if not organisations.first_contact(store, pair.older):  # who was it came with the newer one
        heir = organisations.members(store, pair.older)[0].person
        store.execute("UPDATE members SET role = 'first_contact' WHERE organisation = ? AND person = ?", (pair.older, heir))
    store.connection.executemany(
        "INSERT INTO members (organisation, person, role, name, phone, since) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (pair.newer, one.person, "first_contact" if one.person == first else "member", one.name, one.phone, one.since)
            for one in back
        ],
    )
    return True


def _give_to_members(store: Store, organisation: int) -> None:
    """Cases of somebody who is not a member here go on with the first contact."""
    first = organisations.first_contact(store, organisation)
    if first:
        store.execute(
            "UPDATE interests SET person = ? WHERE organisation = ? AND person NOT IN"
            " (SELECT person FROM members WHERE organisation = ?)",
            (first.person, organisation, organisation),
        )


def _reopen(store: Store, interest: int, by: int, now: int) -> None:
    """What the merge closed goes on where it stood, unless something has happened since."""
    found = interests.get(store, interest)
    last = interests.events(store, interest)[-1] if found else None
    if found is None or last is None or last.move != "merge" or found.open:
        return
    if interests.same_open(store, found.organisation, found.county, found.need):
        return
    stage = last.before or "submitted"
    store.execute(
        "UPDATE interests SET stage = ?, turn = ?, version = version + 1, since = ?, updated = ? WHERE id = ?",
        (stage, interests.turn_of(store, "office", found.county, found.handler), now, now, interest),
    )
    interests.add_event(store, interest, Event(now, by, "city", "unmerge", "withdrawn", stage, None, None))
    reopened = interests.get(store, interest)
    if reopened:
        interests.set_clock(store, reopened, now)
    cards.refresh(store, interest, now)
