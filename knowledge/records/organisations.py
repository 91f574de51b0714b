"""Organisations: what is kept of each, and who belongs to it. How it gets verified, joined or merged stands elsewhere."""

from __future__ import annotations

import json

from msgspec import Struct

from knowledge.records.store import Row, Store

SIZES = ("few", "tens", "hundred", "more")
"""People who work for it: fewer than 10 · 10 to 50 · 50 to 200 · more."""


class Profile(Struct, frozen=True):
    """What an organisation says of itself; only the name is needed."""

    name: str
    kind: str | None = None
    province: str | None = None
    city: str | None = None
    fields: tuple[str, ...] = ()
    offer: str | None = None
    size: str | None = None
    code: str | None = None


class Organisation(Struct, frozen=True):
    """An organisation as stored. ``code`` is well formed, no more. ``merged``: the organisation that it has become part of.

    ``verified``: when an administrator verified it; it holds until ``verified_until``.
    """

    id: int
    profile: Profile
    created: int
    verified: int | None
    verified_by: int | None
    verified_until: int | None
    verified_note: str | None
    merged: int | None
    version: int

    @property
    def name(self) -> str:
        """Its name."""
        return self.profile.name


class Member(Struct, frozen=True):
    """Somebody of an organisation, with the contact that they gave for it."""

    organisation: int
    person: int
    role: str
    name: str
    phone: str | None
    since: int

    @property
    def first(self) -> bool:
        """Whether this is the first contact."""
        return self.role == "first_contact"


class Membership(Struct, frozen=True):
    """An organisation and somebody of it."""

    organisation: Organisation
    member: Member


SELECT = "SELECT o.* FROM organisations o"
MEMBER = "SELECT organisation, person, role, name, phone, since FROM members"


def _organisation(row: Row) -> Organisation:
    profile = Profile(
        name=row["name"],
        kind=row["kind"],
        province=row["province"],
        city=row["city"],
        fields=tuple(json.loads(row["fields"])),
        offer=row["offer"],
        size=row["size"],
        code=row["code"],
    )
    return Organisation(
        id=row["id"],
        profile=profile,
        created=row["created"],
        verified=row["verified"],
        verified_by=row["verified_by"],
        verified_until=row["verified_until"],
        verified_note=row["verified_note"],
        merged=row["merged"],
        version=row["version"],
    )


def get(store: Store, organisation: int) -> Organisation | None:
    """The organisation with this id."""
    row = store.one(f"{SELECT} WHERE o.id = ?", (organisation,))
    return _organisation(row) if row else None


def current(store: Store, organisation: int) -> int:
    """What the organisation is now: the one that it was merged into, perhaps over several steps, or itself."""
    merged = store.value("SELECT merged FROM organisations WHERE id = ?", (organisation,))
    return current(store, merged) if merged else organisation


def of_person(store: Store, person: int) -> list[Organisation]:
    """The organisations that the person belongs to, the one last registered for first."""
    rows = store.all(
        f"{SELECT} JOIN members m ON m.organisation = o.id WHERE m.person = ? ORDER BY"
        " (SELECT max(i.id) FROM interests i WHERE i.person = m.person AND i.organisation = o.id) DESC,"
        " m.since DESC, o.id DESC",
        (person,),
    )
    return [_organisation(row) for row in rows]


def latest(store: Store, person: int) -> Membership | None:
    """The organisation that the person last registered for, and their contact in it: what need not be asked again."""
    found = of_person(store, person)
    mine = member(store, found[0].id, person) if found else None
    return Membership(found[0], mine) if mine else None


def named(store: Store, person: int, name: str) -> int | None:
    """The organisation of this name that the person belongs to; also by the name of one that was merged into it."""
    rows = store.all("SELECT id FROM organisations WHERE name = ? ORDER BY merged IS NOT NULL, id", (name,))
    found = (current(store, row["id"]) for row in rows)
    return next((one for one in found if is_member(store, one, person)), None)


def unverified(store: Store) -> list[Organisation]:
    """Organisations with open interests that are not verified, the longest waiting first."""
    rows = store.all(
        f"{SELECT} JOIN (SELECT organisation, min(created) AS waiting FROM interests"
        " WHERE stage NOT IN ('completed', 'declined', 'withdrawn') GROUP BY organisation) i ON i.organisation = o.id"
        " WHERE o.verified IS NULL AND o.merged IS NULL ORDER BY i.waiting, o.id"
    )
    return [_organisation(row) for row in rows]


def members(store: Store, organisation: int) -> list[Member]:
    """Who belongs to it: the first contact, then the others, longest first."""
    rows = store.all(f"{MEMBER} WHERE organisation = ? ORDER BY role != 'first_contact', since, person", (organisation,))
    return [Member(*row) for row in rows]


def member(store: Store, organisation: int, person: int) -> Member | None:
    """What the person is to the organisation, if anything."""
    row = store.one(f"{MEMBER} WHERE organisation = ? AND person = ?", (organisation, person))
    return Member(*row) if row else None


def is_member(store: Store, organisation: int, person: int) -> bool:
    """Whether the person belongs to the organisation."""
    return member(store, organisation, person) is not None


def first_contact(store: Store, organisation: int) -> Member | None:
    """Who speaks for the organisation; nobody once all have left."""
    return next((one for one in members(store, organisation) if one.first), None)


def create(store: Store, person: int, profile: Profile, contact: str, phone: str | None, now: int) -> int:
    """A new organisation, with the person as its first contact. Returns its id."""
    with store.transaction():
        cursor = store.execute(
            "INSERT INTO organisations (name, kind, province, city, fields, offer, size, code, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*_values(profile), now),
        )
        organisation = cursor.lastrowid or 0
        store.execute(
            "INSERT INTO members (organisation, person, role, name, phone, since) VALUES (?, ?, 'first_contact', ?, ?, ?)",
            (organisation, person, contact, phone, now),
        )
    return organisation


def change(store: Store, organisation: int, version: int, profile: Profile) -> bool:
    """Keep what the organisation now says of itself. False: it has been changed since ``version``."""
    return (
        store.execute(
            "UPDATE organisations SET name = ?, kind = ?, province = ?, city = ?, fields = ?, offer = ?, size = ?, code = ?,"
            " version = version + 1 WHERE id = ? AND version = ?",
            (*_values(profile), organisation, version),
        ).rowcount
        == 1
    )


def contact(store: Store, organisation: int, person: int, name: str, phone: str | None) -> None:
    """Keep how the person can be reached for this organisation."""
    store.execute(
        "UPDATE members SET name = ?, phone = ? WHERE organisation = ? AND person = ?", (name, phone, organisation, person)
    )


def _values(profile: Profile) -> tuple[str | None, ...]:
    fields = json.dumps(list(profile.fields), ensure_ascii=False)
    return (
        profile.name,
        profile.kind,
        profile.province,
        profile.city,
        fields,
        profile.offer,
        profile.size,
        profile.code,
    )
