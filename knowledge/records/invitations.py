"""Invitations: links that let one account in. 128 bits, single use, 72 hours, kept only as a hash.

An account that takes one is let in, or not, by a person: taking and deciding are two steps. What being let in means, the
purpose says; the caller does it in the transaction of ``decide``, and keeps who may invite and who may decide.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Literal

from msgspec import Struct

from knowledge.clock import HOUR
from knowledge.records.store import Row, Store

Purpose = Literal["colleague", "coordinator"]
"""To become a member of an organisation (the subject is its id) · to take care of a county's cases (the subject is its id)."""

VALID = 72 * HOUR
"""How long a link can be used, in seconds."""
BYTES = 16
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
"""A token, as it travels in a deep link."""


class Invitation(Struct, frozen=True):
    """A link, who made it, who took it, and what was decided. ``name`` and ``phone``: given with it, until it is decided."""

    id: int
    purpose: str
    subject: str
    made_by: int
    made: int
    expires: int
    taken_by: int | None
    taken: int | None
    decided_by: int | None
    decided: int | None
    accepted: bool
    name: str | None
    phone: str | None

    def usable(self, now: int) -> bool:
        """Whether an account can still take it."""
        return self.taken is None and self.decided is None and now < self.expires

    @property
    def waiting(self) -> bool:
        """Whether somebody has taken it and nobody has decided yet."""
        return self.taken_by is not None and self.decided is None


SELECT = (
    "SELECT id, purpose, subject, made_by, made, expires, taken_by, taken, decided_by, decided, accepted, name, phone"
    " FROM invitations"
)


def _invitation(row: Row) -> Invitation:
    return Invitation(**{**dict(row), "accepted": bool(row["accepted"])})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make(store: Store, purpose: Purpose, subject: str, by: int, now: int) -> str:
    """A new link; returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(BYTES)
    with store.transaction():
        store.execute(
            "INSERT INTO invitations (hash, purpose, subject, made_by, made, expires) VALUES (?, ?, ?, ?, ?, ?)",
            (_hash(token), purpose, subject, by, now, now + VALID),
        )
        store.audit(now, by, "invitation.made", f"{purpose}:{subject}")
    return token


def get(store: Store, invitation: int) -> Invitation | None:
    """The invitation with this id."""
    row = store.one(f"{SELECT} WHERE id = ?", (invitation,))
    return _invitation(row) if row else None


def find(store: Store, token: str, purpose: Purpose) -> Invitation | None:
    """The invitation that this token of a link belongs to, in whatever state it is."""
    if not TOKEN.fullmatch(token):
        return None
    row = store.one(f"{SELECT} WHERE hash = ? AND purpose = ?", (_hash(token), purpose))
    return _invitation(row) if row else None


def waiting(store: Store, purpose: Purpose, subject: str = "") -> list[Invitation]:
    """Taken and not decided yet, longest waiting first; ``subject`` empty: of all."""
    rows = store.all(
        f"{SELECT} WHERE purpose = ? AND ? IN ('', subject) AND taken_by IS NOT NULL AND decided IS NULL ORDER BY taken, id",
        (purpose, subject),
    )
    return [_invitation(row) for row in rows]


def taken(store: Store, purpose: Purpose, person: int) -> list[Invitation]:
    """Invitations that the person took and that nobody has decided."""
    rows = store.all(f"{SELECT} WHERE purpose = ? AND taken_by = ? AND decided IS NULL ORDER BY taken, id", (purpose, person))
    return [_invitation(row) for row in rows]


def usable(store: Store, purpose: Purpose, subject: str, now: int) -> list[Invitation]:
    """Links about the subject that can still be taken, oldest first."""
    rows = store.all(
        f"{SELECT} WHERE purpose = ? AND subject = ? AND taken IS NULL AND decided IS NULL AND expires > ? ORDER BY id",
        (purpose, subject, now),
    )
    return [_invitation(row) for row in rows]


def take(store: Store, invitation: int, person: int, name: str, phone: str | None, now: int) -> bool:
    """The account uses the link; of two at once, one does. False: it is used, expired or withdrawn."""
    with store.transaction():
        changed = store.execute(
            "UPDATE invitations SET taken_by = ?, taken = ?, name = ?, phone = ?"
            " WHERE id = ? AND taken IS NULL AND decided IS NULL AND expires > ?",
            (person, now, name, phone, invitation, now),
        ).rowcount
        if changed:
            store.audit(now, person, "invitation.taken", f"invitation:{invitation}")
    return changed == 1


def decide(store: Store, invitation: int, by: int | None, now: int, *, accepted: bool) -> Invitation | None:
    """Let in the account that took it, or not (``by`` None: nobody has); of two at once, one does. None: nothing is to decide.

    Returns the invitation as it was, with the name and telephone that are forgotten here.
    """
    with store.transaction():
        before = get(store, invitation)
        changed = store.execute(
            "UPDATE invitations SET decided_by = ?, decided = ?, accepted = ?, name = NULL, phone = NULL"
            " WHERE id = ? AND taken_by IS NOT NULL AND decided IS NULL",
            (by, now, int(accepted), invitation),
        ).rowcount
        if not changed:
            return None
        store.audit(now, by, "invitation.accepted" if accepted else "invitation.refused", f"invitation:{invitation}")
    return before


def withdraw(store: Store, purpose: Purpose, subject: str, by: int, now: int) -> int:
    """No link about the subject can be taken any more. Returns how many could."""
    with store.transaction():
        changed = store.execute(
            "UPDATE invitations SET decided_by = ?, decided = ?, accepted = 0"
            " WHERE purpose = ? AND subject = ? AND taken IS NULL AND decided IS NULL AND expires > ?",
            (by, now, purpose, subject, now),
        ).rowcount
        if changed:
            store.audit(now, by, "invitation.withdrawn", f"{purpose}:{subject}", f"n={changed}")
    return changed
