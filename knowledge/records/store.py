"""The store: one SQLite file, opened by one process, written in short transactions.

Rules kept here: WAL with synchronous=FULL (what was confirmed to a person survives a power cut), never an ``await`` inside a
transaction, a busy timeout short enough that a conversation never hangs on the command line's copy of the database.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge.base import KnowledgeBase
from knowledge.records import blank

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_SECONDS = 1.5
CHECKPOINT = 1000
"""Pages of the log after which it is worked into the file (the default of SQLite)."""
KNOWN = frozenset(
    {
        "m001_initial",
        "m002_landing",
        "m003_disclosures",
        "m004_organisations",
        "m005_office",
        "m006_groups",
        "m007_landing",
        "m008_notices",
        "m009_leaving",
    }
)
"""The migrations of this version: a database that has seen others was made by a newer one."""
FOREIGN = ("no such table", "no such column", "already exists")
"""What SQLite says of a database that another program made."""
Row = sqlite3.Row
Value = str | int | float | None


def within(column: str, allowed: Collection[str] | None) -> tuple[str, tuple[Value, ...]]:
    """A condition that the column holds one of these, with its values; None: it may hold anything."""
    return ("1", ()) if allowed is None else (f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(sorted(allowed)),))


class StoreFault(Exception):
    """The database cannot be used. ``key``: locked, damaged, newer, channel, path or exists."""

    def __init__(self, key: str, path: Path, **facts: str) -> None:
        self.key, self.path, self.facts = key, path, facts
        super().__init__(f"{key}: {path}")


def fault(error: sqlite3.DatabaseError, path: Path) -> StoreFault:
    """An error of SQLite as a fault of the database."""
    if not isinstance(error, sqlite3.OperationalError) or any(words in str(error) for words in FOREIGN):
        return StoreFault("damaged", path)
    return StoreFault("locked" if "locked" in str(error) else "path", path)


class Store:
    """An open database. Statements outside ``transaction()`` commit by themselves."""

    def __init__(self, path: Path, *, channel: str) -> None:
        """Open or make the database at ``path`` for ``channel`` ('telegram' or 'terminal').

        Raises StoreFault when it is damaged, locked, made for another channel or by a newer Jiedui.
        """
        self.path = path
        self._deferred: list[tuple[str, Sequence[Value] | Callable[[], Sequence[Value]]]] = []
        try:
            self.connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        except sqlite3.DatabaseError as error:
            raise fault(error, path) from error
        try:
            self.connection.row_factory = sqlite3.Row
            self._prepare(channel)
        except sqlite3.DatabaseError as error:
            self.connection.close()
            raise fault(error, path) from error
        except StoreFault:
            self.connection.close()
            raise

    def _prepare(self, channel: str) -> None:
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("PRAGMA foreign_keys=ON")
        self.connection.execute("PRAGMA secure_delete=ON")
        tables = {row["name"] for row in self.all("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            self.connection.executescript(blank.script())
        else:
            self._migrate("_sqlite_migrations" in tables)
        made_for = self.meta("channel")
        if made_for is None:
            self.set_meta("channel", channel)
        elif made_for != channel:
            raise StoreFault("channel", self.path, made_for=made_for, wanted=channel)

    def _migrate(self, begun: bool) -> None:
        seen = self.all("SELECT name FROM _sqlite_migrations WHERE migration_set = 'jiedui'") if begun else []
        names = {row["name"] for row in seen}
        if names - KNOWN:
            raise StoreFault("newer", self.path)
        if KNOWN - names:
            from knowledge.records.migrations import migrations  # late: most databases are as new as this version

            migrations.apply(self.db)

    @cached_property
    def db(self) -> Database:
        """The database for sqlite-utils."""
        from sqlite_utils import Database

        return Database(self.connection)

    def close(self) -> None:
        """Write what was deferred and close. Closing twice does no harm."""
        try:
            self.flush()
        except sqlite3.ProgrammingError:  # already closed
            return
        self.connection.close()

    # -- statements -------------------------------------------------------------------------------------------------

    def execute(self, sql: str, values: Sequence[Value] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self.connection.execute(sql, values)

    def one(self, sql: str, values: Sequence[Value] = ()) -> Row | None:
        """The first row, if any."""
        row: Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """All rows."""
        return self.connection.execute(sql, values).fetchall()

    def value(self, sql: str, values: Sequence[Value] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.connection.execute(sql, values).fetchone()
        return row[0] if row else None

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Store]:
        """Everything inside is committed at its end, or not at all. Joins a transaction already open.

        Not ``durable``: without waiting for the disk; a kill undoes nothing, a power cut what came last.
        """
        if self.connection.in_transaction:
            yield self
            return
        if not durable:
            self.connection.execute("PRAGMA synchronous=NORMAL")
            try:
                with self.transaction():
                    yield self
            finally:
                self.connection.execute("PRAGMA synchronous=FULL")
            return
        self.connection.execute("BEGIN IMMEDIATE")
        deferred, self._deferred = self._deferred, []
        try:
            for sql, values in deferred:
                self.connection.execute(sql, values() if callable(values) else values)
            yield self
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.rollback()
            self._deferred = deferred + self._deferred
            raise

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Much is written in several transactions: the log is not worked into the file before all of it is there."""
        self.connection.execute("PRAGMA wal_autocheckpoint=0")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT}")

    def defer(self, sql: str, values: Sequence[Value] | Callable[[], Sequence[Value]] = ()) -> None:
        """Write this together with the next transaction, or at ``flush()``: for marks whose loss does no harm.

        Values given as a function are asked for at the moment of writing.
        """
        self._deferred.append((sql, values))

    def flush(self) -> None:
        """Write what was deferred."""
        if self._deferred and not self.connection.in_transaction:
            with self.transaction():
                pass

    # -- small facts ------------------------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A fact about this database."""
        row = self.one("SELECT value FROM meta WHERE key = ?", (key,))
        return row["value"] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Note a fact about this database."""
        self.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))

    def mirror(self, base: KnowledgeBase) -> None:
        """Copy the ids of the base's needs, so that rows can be counted by them. Needs that left the base stay."""
        rows = [(need.id, need.county, need.field) for need in base.needs.values()]
        digest = hashlib.sha256(repr(rows).encode()).hexdigest()
        if self.meta("needs") == digest:
            return
        with self.transaction():
            self.connection.executemany(
                "INSERT INTO needs VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET county = excluded.county, field = excluded.field",
                rows,
            )
            self.set_meta("needs", digest)

    def audit(self, at: int, actor: int | None, action: str, subject: str, detail: str | None = None) -> None:
        """Note who did what to which row. ``detail`` holds no personal data."""
        self.execute(
            "INSERT INTO audit (at, actor, action, object, detail) VALUES (?, ?, ?, ?, ?)", (at, actor, action, subject, detail)
        )


def checkpoint(path: Path) -> None:
    """Work the log of a running database into its file: from another thread, so that nobody waits for the disk."""
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def backup(path: Path, target: Path) -> None:
    """Copy a running database safely. Raises StoreFault, also when ``target`` exists or cannot be written."""
    if target.exists():
        raise StoreFault("exists", target)
    try:
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.execute("SELECT 1 FROM meta")
            source.backup(copy)
    except sqlite3.DatabaseError as error:
        target.unlink(missing_ok=True)
        raise fault(error, target if "open" in str(error) else path) from error
