"""People: who they are to the bot, in which language they are answered, what they agreed to."""

from __future__ import annotations

from msgspec import Struct

from knowledge.records.store import Store

CONSENT_VERSION = 1
"""Raised whenever the wording of the consents changes: earlier answers then no longer count."""
PURPOSES = ("keep", "abroad", "pass_on", "notices")
"""keep my data · Telegram is abroad · pass to this county's office · notices."""


class Person(Struct, frozen=True):
    """A person as stored."""

    id: int
    lang: str | None
    heard: str | None
    client: str | None
    started: int | None
    unreachable: int | None

    def language(self, default: str) -> str:
        """The language to answer in: the choice, else the language written in, else the client's, else ``default``."""
        if self.lang or self.heard:
            return self.lang or self.heard or default
        if self.client:
            return "zh" if self.client.lower().startswith("zh") else "en"
        return default


COLUMNS = "id, lang, heard, client, started, unreachable"


def get(store: Store, person: int) -> Person | None:
    """The person with this id."""
    row = store.one(f"SELECT {COLUMNS} FROM people WHERE id = ?", (person,))
    return Person(**dict(row)) if row else None


def meet(store: Store, person: int, client: str | None, now: int) -> Person:
    """The person with this id, noted now if new."""
    known = get(store, person)
    if known is None:
        store.execute("INSERT INTO people (id, client, first_seen, last_seen) VALUES (?, ?, ?, ?)", (person, client, now, now))
        return Person(person, None, None, client, None, None)
    store.defer("UPDATE people SET last_seen = ? WHERE id = ?", (now, person))
    if client and client != known.client:
        store.defer("UPDATE people SET client = ? WHERE id = ?", (client, person))
    return known


def heard(store: Store, person: int, lang: str) -> None:
    """Note the language that the person writes in."""
    store.execute("UPDATE people SET heard = ? WHERE id = ?", (lang, person))


def choose_language(store: Store, person: int, lang: str) -> None:
    """Note the language that the person chose."""
    store.execute("UPDATE people SET lang = ? WHERE id = ?", (lang, person))


def started(store: Store, person: int, now: int) -> None:
    """The private chat is open: the bot may write first from now on."""
    store.execute("UPDATE people SET started = coalesce(started, ?), unreachable = NULL WHERE id = ?", (now, person))


def unreachable(store: Store, person: int, now: int | None) -> None:
    """The person blocked the bot or is gone (or, with None, is back)."""
    store.execute("UPDATE people SET unreachable = ? WHERE id = ?", (now, person))


def consent(store: Store, person: int, purposes: tuple[str, ...], *, given: bool, now: int) -> None:
    """Note what the person agreed to or took back."""
    store.connection.executemany(
        "INSERT INTO consents (person, purpose, version, given, at) VALUES (?, ?, ?, ?, ?)",
        [(person, purpose, CONSENT_VERSION, int(given), now) for purpose in purposes],
    )


def agreed(store: Store, person: int) -> frozenset[str]:
    """The purposes that the person's last answer agreed to, in the present wording."""
    rows = store.all(
        "SELECT purpose, given FROM consents WHERE person = ? AND version = ? ORDER BY id", (person, CONSENT_VERSION)
    )
    last = {row["purpose"]: row["given"] for row in rows}
    return frozenset(purpose for purpose, given in last.items() if given)


def holds(store: Store, person: int, purpose: str) -> bool:
    """Whether a consent once given was not taken back since, in whichever wording it was given."""
    return bool(
        store.value("SELECT given FROM consents WHERE person = ? AND purpose = ? ORDER BY id DESC LIMIT 1", (person, purpose))
    )
