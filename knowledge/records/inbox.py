"""The inbox: every update is kept until it has been answered, and known by its number afterwards."""

from __future__ import annotations

import json
import sqlite3

from knowledge.records.store import Store

REMEMBER = 14 * 86400
"""How long the number of an answered update is remembered, in seconds: Telegram redelivers for 24 hours at most."""


def receive(store: Store, update_id: int, payload: str, now: int) -> bool:
    """Keep an update before anything is done with it. False: it was here before."""
    try:
        with store.transaction():
            store.execute("INSERT INTO inbox (update_id, at, payload) VALUES (?, ?, ?)", (update_id, now, payload))
    except sqlite3.IntegrityError:
        return False
    return True


def note_result(store: Store, update_id: int, view: str, args: dict[str, str | int]) -> None:
    """Note, in the transaction of what the update brought about, the view that confirms it."""
    store.execute("UPDATE inbox SET result = ? WHERE update_id = ?", (json.dumps([view, args], ensure_ascii=False), update_id))


def result(store: Store, update_id: int) -> tuple[str, dict[str, str | int]] | None:
    """The view that confirms what this update has already brought about, if a kill came before the reply."""
    noted = store.value("SELECT result FROM inbox WHERE update_id = ?", (update_id,))
    if noted is None:
        return None
    view, args = json.loads(noted)
    return view, args


def answered(store: Store, update_id: int) -> None:
    """Forget the text of an update. Written with the next commit: if a kill comes first, the update is answered again."""
    store.defer("UPDATE inbox SET payload = NULL, result = NULL WHERE update_id = ?", (update_id,))


def waiting(store: Store) -> list[str]:
    """The updates that came but were not answered, oldest first."""
    return [row["payload"] for row in store.all("SELECT payload FROM inbox WHERE payload IS NOT NULL ORDER BY update_id")]


def forget(store: Store, now: int) -> None:
    """Drop the numbers that can no longer come again."""
    store.execute("DELETE FROM inbox WHERE payload IS NULL AND at < ?", (now - REMEMBER,))
