"""Coordinators: who takes care of the cases of a county."""

from __future__ import annotations

from knowledge.records.store import Store


def at(store: Store, county: str) -> list[int]:
    """The coordinators of the county whom the bot can write to, longest in office first."""
    rows = store.all(
        "SELECT c.person FROM coordinators c JOIN people p ON p.id = c.person WHERE c.county = ? AND c.until IS NULL"
        " AND p.started IS NOT NULL AND p.unreachable IS NULL ORDER BY c.since, c.person",
        (county,),
    )
    return [row["person"] for row in rows]


def is_one(store: Store, person: int, county: str) -> bool:
    """Whether the person is a coordinator of the county now."""
    return (
        store.one("SELECT 1 FROM coordinators WHERE county = ? AND person = ? AND until IS NULL", (county, person)) is not None
    )


def counties(store: Store, person: int) -> frozenset[str]:
    """The counties that the person takes care of now."""
    rows = store.all("SELECT county FROM coordinators WHERE person = ? AND until IS NULL", (person,))
    return frozenset(row["county"] for row in rows)


def counties_served(store: Store) -> list[str]:
    """The counties that have a coordinator whom the bot can write to."""
    rows = store.all(
        "SELECT DISTINCT c.county FROM coordinators c JOIN people p ON p.id = c.person WHERE c.until IS NULL"
        " AND p.started IS NOT NULL AND p.unreachable IS NULL ORDER BY c.county"
    )
    return [row["county"] for row in rows]


def name(store: Store, county: str, person: int) -> str:
    """What a coordinator is called."""
    return store.value("SELECT name FROM coordinators WHERE county = ? AND person = ?", (county, person)) or ""
