"""Facts of an interest: what its parties agreed when they signed, and what came of it.

Rows are only added, each with who wrote it, as what, and when: of a key the last one holds, an empty one takes it back. A photo
is kept as Telegram's file id, and shown in messages that are taken back within a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from knowledge.clock import HOUR
from knowledge.records import deadlines, deliveries, interests, parties
from knowledge.records.interests import Interest
from knowledge.records.store import Store

CHECKLIST = ("parties", "project", "amount", "dates", "partner", "training")
FIGURES = ("people", "money", "goods", "volunteers")
PHOTO = ("photo", "minors")
"""The file id, and what was said of minors in it: ``none``, or ``guardian`` (the guardians agreed)."""
TOLD = ("done", "org_other", "project_other", "done_other")
"""Words for a precedent: what was done, and what is needed in the other language."""
KINDS = {
    **dict.fromkeys((*CHECKLIST, *TOLD), "checklist"), **dict.fromkeys(FIGURES, "figure"), **dict.fromkeys(PHOTO, "photo"),
}  # fmt: skip
FORMS = {"checklist": ("signed", "landed", "completed"), "figures": ("landed", "completed")}
"""What is filled in, and at which stages; the name is also that of its event."""

VIEW = "photo.shown"
"""The mail that shows a photo."""
DEADLINE = "photo"
"""The kind of the deadline at which it is taken back."""
KEPT = 23 * HOUR
"""How long it stays: promised are 24 hours."""


class Fact(Struct, frozen=True):
    """One fact: ``role`` is as what it was written (organisation, county, city), ``by`` empty once that person is erased."""

    id: int
    kind: str
    key: str
    value: str
    by: int | None
    role: str
    at: int


def of(store: Store, interest: int, upto: int | None = None) -> dict[str, Fact]:
    """What holds for the interest by key, oldest first; ``upto``: as of this fact."""
    rows = store.all(
        "SELECT id, kind, key, value, by, role, at FROM facts WHERE interest = ? AND id <= coalesce(?, id) ORDER BY id",
        (interest, upto),
    )
    last = {row["key"]: Fact(*row) for row in rows}
    return {key: fact for key, fact in last.items() if fact.value}


def latest(store: Store, interest: int) -> int:
    """The last fact of the interest; 0 without any."""
    return store.value("SELECT max(id) FROM facts WHERE interest = ?", (interest,)) or 0


def fill(
    store: Store,
    interest: Interest,
    form: str,
    values: Mapping[str, str],
    *,
    seen: int,
    actor: int,
    role: str,
    office: Sequence[int],
    now: int,
) -> tuple[str, ...] | None:
    """Keep what a party filled in, tell the other side, and let the writer's turn begin anew. None: not (or no longer) theirs.

    The photo can be taken down at any stage. ``seen``: the last fact when the form was opened. Only what was changed since is
    written, so that what the other side filled in meanwhile stays. Returns the keys that were written.
    """
    with store.transaction():
        current = interests.get(store, interest.id)
        takes_down = set(values) <= set(PHOTO) and not any(values.values())
        if current is None or not (takes_down or current.stage in FORMS[form]):
            return None
        if not parties.is_party(store, current, actor, role):
            return None
        before = of(store, interest.id, seen)
        changed = [key for key, value in values.items() if value != (before[key].value if key in before else "")]
        write(store, interest.id, {key: values[key] for key in changed}, by=actor, role=role, now=now)
        if changed:
            photo = of(store, interest.id).get("photo")
            take_back_photos(store, interest.id, now, but=photo.id if photo else 0)
            event = interests.note(store, current, form, ",".join(changed), now, actor=actor, role=role)
            parties.tell(store, current, role, office, now, but=actor, event=event, view="facts.filled")
            if current.open and current.turn == role:
                interests.restart(store, current, now)
    return tuple(changed)


def write(store: Store, interest: int, values: Mapping[str, str], *, by: int, role: str, now: int) -> None:
    """Add facts as they are, inside the caller's transaction."""
    store.connection.executemany(
        "INSERT INTO facts (interest, kind, key, value, by, role, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(interest, KINDS[key], key, value, by, role, now) for key, value in values.items()],
    )


def show_photo(store: Store, interest: Interest, viewer: int, now: int) -> bool:
    """Show the photo to a party (checked by the caller), in a message that is taken back. False: there is none."""
    with store.transaction():
        photo = of(store, interest.id).get("photo")
        if photo is None:
            return False
        mail = deliveries.put(store, viewer, VIEW, now, interest=interest.id, fact=photo.id)
        deadlines.put(store, DEADLINE, mail, now + KEPT)
    return True


def take_back_photos(store: Store, interest: int, now: int, *, but: int = 0) -> None:
    """Take back every message that shows a photo of the interest, ``but`` those of this fact."""
    _take_back(store, "json_extract(d.args, '$.interest') = ? AND json_extract(d.args, '$.fact') != ?", (interest, but), now)


def viewer_gone(store: Store, viewer: int, now: int) -> None:
    """The viewer has lost a role or is erased: every photo that they were shown goes from their chat."""
    _take_back(store, "d.person = ?", (viewer,), now)


def _take_back(store: Store, which: str, values: tuple[int, ...], now: int) -> None:
    for row in store.all(
        f"SELECT d.id FROM deliveries d JOIN deadlines l ON l.kind = ? AND l.subject = d.id WHERE d.view = ? AND {which}",
        (DEADLINE, VIEW, *values),
    ):
        deadlines.drop(store, DEADLINE, row["id"])
        deliveries.take_back(store, row["id"], now)
