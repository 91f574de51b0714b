"""Notices: what administrators send, as rows. A draft is changed compare-and-set; what was confirmed has its recipients frozen.

A correction and a recall are rows of their own: they change the copies of the notice that they are "of". How they are sent,
held and finished stands in ``sending``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from knowledge.records import audience
from knowledge.records.audience import Audience, Scope, Slice
from knowledge.records.store import Row, Store

OPEN = ("scheduled", "sending", "paused")
"""The states of what is confirmed and not over."""


class Link(Struct, frozen=True):
    """A button under a notice. ``kind``: county, need, register (a county or a need), or url (with its own label)."""

    kind: str
    target: str
    label: str = ""


class Notice(Struct, frozen=True):
    """A notice as it stands, with its recipients by state."""

    id: int
    author: int
    kind: str
    of: int | None
    state: str
    version: int
    zh: str | None
    en: str | None
    media: str | None
    file: str | None
    topic: str | None
    links: tuple[Link, ...]
    audience: Audience
    county: str | None
    starts: int | None
    expires: int | None
    created: int
    began: int | None
    finished: int | None
    why: str | None
    panel: int | None
    settled: int | None
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """The number of its recipients; those left out do not count."""
        return sum(self.counts.values()) - self.counts.get("left_out", 0)

    @property
    def waiting(self) -> int:
        """How many have no outcome yet."""
        return self.counts.get("pending", 0) + self.counts.get("sending", 0)

    def expired(self, now: int) -> bool:
        """Whether it is too late for whoever has not got it."""
        return self.expires is not None and self.expires <= now

    def html(self, lang: str) -> str:
        """The text for a reader of this language: the other language's where there is none."""
        return (self.zh or self.en or "") if lang == "zh" else (self.en or self.zh or "")

    @property
    def langs(self) -> tuple[str, ...]:
        """The languages that it has a text of its own in."""
        return tuple(lang for lang, text in (("zh", self.zh), ("en", self.en)) if text)


COLUMNS = (
    "id, author, kind, of, state, version, zh, en, media, file, topic, buttons, audience, county, starts, expires, created,"
    " began, finished, why, panel, settled"
)
EDITABLE = ("zh", "en", "media", "file", "topic", "buttons", "audience", "starts", "expires")
"""What may be changed of a draft."""


def _notice(store: Store, row: Row, *, counted: bool = True) -> Notice:
    kept: dict[str, Any] = dict(row)
    links = tuple(Link(**one) for one in json.loads(kept.pop("buttons")))
    found = store.all("SELECT state, n FROM notice_counts WHERE notice = ?", (row["id"],)) if counted else []
    counts = {one["state"]: one["n"] for one in found}
    return Notice(**{**kept, "links": links, "audience": audience.unpack(kept["audience"]), "counts": counts})


def get(store: Store, notice: int, *, counted: bool = True) -> Notice | None:
    """A notice, with its counts by state if they are asked for (which takes longer the more recipients it has)."""
    row = store.one(f"SELECT {COLUMNS} FROM notices WHERE id = ?", (notice,))
    return _notice(store, row, counted=counted) if row else None


def latest(store: Store, counties: Sequence[str] | None, limit: int) -> list[Notice]:
    """The newest notices (their changes are shown with them), drafts and open ones first; ``counties``: only theirs."""
    rows = store.all(
        f"SELECT {COLUMNS} FROM notices WHERE kind = 'notice' AND (? IS NULL OR county IN (SELECT value FROM json_each(?)))"
        " ORDER BY state NOT IN ('draft', 'scheduled', 'sending', 'paused'), id DESC LIMIT ?",
        (None if counties is None else "", json.dumps(counties or ()), limit),
    )
    return [_notice(store, row) for row in rows]


def under_way(store: Store) -> bool:
    """Whether any notice or change is being sent just now."""
    return store.value("SELECT 1 FROM notices WHERE state = 'sending' LIMIT 1") is not None


def changes(store: Store, notice: int) -> list[Notice]:
    """The corrections and recalls of a notice that were confirmed, oldest first."""
    rows = store.all(f"SELECT {COLUMNS} FROM notices WHERE of = ? AND state != 'draft' ORDER BY id", (notice,))
    return [_notice(store, row) for row in rows]


def draft(
    store: Store, author: int, now: int, *, kind: str = "notice", of: int | None = None, county: str | None = None
) -> int:
    """Begin a draft. Returns its number."""
    cursor = store.execute(
        "INSERT INTO notices (author, kind, of, county, created) VALUES (?, ?, ?, ?, ?)", (author, kind, of, county, now)
    )
    return cursor.lastrowid or 0


def edit(store: Store, notice: int, **changed: str | int | None) -> bool:
    """Change a draft; buttons shown before no longer confirm it. False: it is a draft no more."""
    if unknown := changed.keys() - set(EDITABLE):
        raise ValueError(f"not to be changed: {sorted(unknown)}")
    named = ", ".join(f"{name} = ?" for name in changed)
    done = store.execute(
        f"UPDATE notices SET {named}, version = version + 1 WHERE id = ? AND state = 'draft'", (*changed.values(), notice)
    )
    return done.rowcount == 1


def pack_links(links: Sequence[Link]) -> str:
    """Buttons as they are kept."""
    return json.dumps([{"kind": one.kind, "target": one.target, "label": one.label} for one in links], ensure_ascii=False)


def discard(store: Store, notice: int) -> bool:
    """Throw a draft away. False: it is a draft no more."""
    with store.transaction():
        store.execute(  # what unscheduling may not have come to yet
            "DELETE FROM deliveries WHERE notice = (SELECT id FROM notices WHERE id = ? AND state = 'draft')", (notice,)
        )
        return store.execute("DELETE FROM notices WHERE id = ? AND state = 'draft'", (notice,)).rowcount == 1


def forget(store: Store, notice: Notice, among: Slice, _now: int) -> None:
    """A draft has no recipients any more."""
    store.execute("DELETE FROM deliveries WHERE notice = ? AND person > ? AND person <= ?", (notice.id, *among))


def scope(notice: Notice, now: int, owners: Sequence[int], default_lang: str) -> Scope:
    """What its audience is asked for: mutes are judged at the moment at which it will be sent."""
    return Scope(notice.topic or "", max(now, notice.starts or 0), tuple(sorted(owners)), default_lang, notice.county)


def copies(store: Store, notice: int) -> int:
    """How many copies of a notice are known to stand in a chat."""
    found: int = store.value(
        "SELECT count(*) FROM deliveries WHERE notice = ? AND state = 'sent' AND message IS NOT NULL", (notice,)
    )
    return found


def copy_of(store: Store, notice: int, person: int) -> tuple[int, int] | None:
    """The message that a person's copy has become, and when it was sent."""
    row = store.one(
        "SELECT message, updated FROM deliveries WHERE notice = ? AND person = ? AND message IS NOT NULL", (notice, person)
    )
    return (row["message"], row["updated"]) if row else None


def planned(store: Store, notice: int) -> int | None:
    """The moment for which its sending was meant."""
    found: int | None = store.value("SELECT coalesce(starts, began) FROM notices WHERE id = ?", (notice,))
    return found


def taken_back(store: Store, recall: int, person: int) -> None:
    """The person's copy stands no more: nothing changes it again."""
    store.execute(
        "UPDATE deliveries SET message = NULL WHERE person = ? AND notice = (SELECT of FROM notices WHERE id = ?)",
        (person, recall),
    )


def missed(store: Store, notice: int, among: Slice) -> list[Row]:
    """Who has not got it, and why: state, error, person, and the organisation where there is one."""
    return store.all(
        f"SELECT d.person, d.state, d.error, {audience.ORGANISATION.format(person='d.person')} AS organisation"
        " FROM deliveries d WHERE d.notice = ? AND d.person > ? AND d.person <= ? AND d.state != 'sent'",
        (notice, *among),
    )
