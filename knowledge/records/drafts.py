"""Drafts: a form that somebody is filling in, one row each."""

from __future__ import annotations

import json

from msgspec import Struct, field
from msgspec.structs import replace

from knowledge.records.store import Row, Store


class Draft(Struct, frozen=True):
    """A form as far as it is filled in. ``subject`` tells what it is about (a need, a county, an interest)."""

    id: int
    person: int
    form: str
    version: int
    subject: str
    step: str
    answers: dict[str, str] = field(default_factory=dict)
    mending: bool = False
    focus: int = 0
    question: int | None = None
    last_update: int = 0
    held: str | None = None

    def focused(self, now: int) -> bool:
        """Whether the form owns the next text."""
        return self.focus > now


def _draft(row: Row) -> Draft:
    return Draft(
        id=row["id"],
        person=row["person"],
        form=row["form"],
        version=row["version"],
        subject=row["subject"],
        step=row["step"],
        answers=json.loads(row["answers"]),
        mending=bool(row["mending"]),
        focus=row["focus"],
        question=row["question"],
        last_update=row["last_update"],
        held=row["held"],
    )


def current(store: Store, person: int) -> Draft | None:
    """The draft worked on last."""
    row = store.one("SELECT * FROM drafts WHERE person = ? ORDER BY focus DESC, updated DESC, id DESC LIMIT 1", (person,))
    return _draft(row) if row else None


def asking(store: Store, person: int, message: int) -> Draft | None:
    """The person's draft whose last question is this message."""
    row = store.one("SELECT * FROM drafts WHERE person = ? AND question = ?", (person, message))
    return _draft(row) if row else None


def get(store: Store, draft: int, person: int) -> Draft | None:
    """The draft with this id, if it is the person's own."""
    row = store.one("SELECT * FROM drafts WHERE id = ? AND person = ?", (draft, person))
    return _draft(row) if row else None


def find(store: Store, person: int, form: str, subject: str) -> Draft | None:
    """The person's draft of this form about this subject."""
    row = store.one("SELECT * FROM drafts WHERE person = ? AND form = ? AND subject = ?", (person, form, subject))
    return _draft(row) if row else None


def start(store: Store, draft: Draft, now: int) -> Draft:
    """Keep a new draft; every other of the person is parked."""
    park(store, draft.person)
    cursor = store.execute(
        "INSERT INTO drafts (person, form, version, subject, step, answers, mending, focus, last_update, updated)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (draft.person, draft.form, draft.version, draft.subject, draft.step, json.dumps(draft.answers, ensure_ascii=False),
         int(draft.mending), draft.focus, draft.last_update, now),
    )  # fmt: skip
    return replace(draft, id=cursor.lastrowid or 0)


def save(store: Store, draft: Draft, now: int) -> None:
    """Keep the draft as it is now; with focus, every other of the person is parked."""
    if draft.focus:
        store.execute("UPDATE drafts SET focus = 0 WHERE person = ? AND id != ? AND focus", (draft.person, draft.id))
    store.execute(
        "UPDATE drafts SET step = ?, answers = ?, mending = ?, focus = ?, question = ?, last_update = ?, held = ?,"
        " version = ?, updated = ? WHERE id = ?",
        (draft.step, json.dumps(draft.answers, ensure_ascii=False), int(draft.mending), draft.focus, draft.question,
         draft.last_update, draft.held, draft.version, now, draft.id),
    )  # fmt: skip


def park(store: Store, person: int) -> None:
    """The person turned to something else: no form owns the next text."""
    store.execute("UPDATE drafts SET focus = 0 WHERE person = ? AND focus", (person,))


def asked(store: Store, draft: int, message: int) -> None:
    """Note the message that asked the last question: a reply to it is its answer."""
    store.defer("UPDATE drafts SET question = ? WHERE id = ?", (message, draft))


def drop(store: Store, draft: int) -> None:
    """The form is done or given up."""
    store.execute("DELETE FROM drafts WHERE id = ?", (draft,))
