"""Verification of organisations: an administrator says that one is what it says, until when, and why; it lapses by the clock.

The row holds what is valid now; who verified and took back when stays in the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowledge.records import deadlines, deliveries, interests, organisations
from knowledge.records.deadlines import Deadline
from knowledge.records.organisations import Organisation
from knowledge.records.store import Store

DEADLINE = "verification"
"""The kind of the deadline at which one lapses; its subject is the organisation."""
NONE = "UPDATE organisations SET verified = NULL, verified_by = NULL, verified_until = NULL, verified_note = NULL"


def verify(store: Store, organisation: int, version: int, *, by: int, until: int, note: str | None, now: int) -> bool:
    """It is verified until then, and its first contact hears it. False: it has changed since ``version``."""
    with store.transaction():
        changed = store.execute(
            "UPDATE organisations SET verified = ?, verified_by = ?, verified_until = ?, verified_note = ?,"
            " version = version + 1 WHERE id = ? AND version = ? AND merged IS NULL",
            (now, by, until, note, organisation, version),
        ).rowcount
        if not changed:
            return False
        deadlines.put(store, DEADLINE, organisation, until)
        _noted(store, organisation, by, "verified", now)
    return True


def take_back(store: Store, organisation: int, version: int, *, by: int, now: int) -> bool:
    """It is verified no longer, and its first contact hears it. False: it has changed since ``version``, or was not."""
    with store.transaction():
        changed = store.execute(
            f"{NONE}, version = version + 1 WHERE id = ? AND version = ? AND verified IS NOT NULL", (organisation, version)
        ).rowcount
        if not changed:
            return False
        deadlines.drop(store, DEADLINE, organisation)
        _noted(store, organisation, by, "unverified", now)
    return True


def changed(store: Store, before: Organisation, office: Iterable[int], by: int, now: int) -> bool:
    """The profile was changed: under another name or code it has to be verified anew, which the office hears."""
    after = organisations.get(store, before.id)
    same = after and (after.profile.name, after.profile.code) == (before.profile.name, before.profile.code)
    if before.verified is None or same:
        return False
    with store.transaction():
        end(store, before.id)
        _noted(store, before.id, by, "renamed", now)
        for one in office:
            deliveries.put(store, one, "office.unverified", now, organisation=before.id, renamed=1)
    return True


def lapse(store: Store, deadline: Deadline, city: Sequence[int], now: int) -> None:
    """Its time is over: the marks go, and the office hears that it can be verified anew."""
    found = organisations.get(store, deadline.subject)
    if found is None or found.verified_until is None or found.verified_until > now:
        return
    end(store, found.id)
    _noted(store, found.id, None, "lapsed", now)
    for one in city:
        deliveries.put(store, one, "office.unverified", now, organisation=found.id)


def end(store: Store, organisation: int) -> None:
    """It is verified no longer; nobody is told here."""
    store.execute(f"{NONE} WHERE id = ?", (organisation,))
    deadlines.drop(store, DEADLINE, organisation)


def _noted(store: Store, organisation: int, by: int | None, what: str, now: int) -> None:
    """Note it, show it on every card of the organisation's open cases, and tell its first contact."""
    store.audit(now, by, f"organisation.{what}", f"organisation:{organisation}")
    interests.show_anew(store, organisation, now)
    first = organisations.first_contact(store, organisation)
    if first and first.person != by:
        deliveries.put(store, first.person, "member.mark", now, organisation=organisation, what=what)
