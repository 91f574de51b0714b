"""The store: one file that survives a power cut, short transactions, faults told by what to do; people, inbox, questions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.cli_words import STORE_FAULTS, explain
from knowledge.base import KnowledgeBase
from knowledge.records import store as store_module
from knowledge.records.store import Store, StoreFault, backup
from tests.rowstore import NOW, elsewhere

# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_commit_survives_a_power_cut(store: Store, file: Path) -> None:
    assert store.value("PRAGMA journal_mode") == "wal"
    assert store.value("PRAGMA synchronous") == 2  # FULL
    assert file.read_bytes()[18:20] == b"\x02\x02"  # WAL, for whoever opens it next
    assert store.value("PRAGMA foreign_keys") == 1
    assert store.value("PRAGMA secure_delete") == 1


def test_a_statement_alone_is_committed_at_once(store: Store, file: Path) -> None:
    store.set_meta("colour", "red")
    assert elsewhere(file, "SELECT value FROM meta WHERE key = 'colour'") == [("red",)]
    store.set_meta("colour", "blue")
    assert store.meta("colour") == "blue"
    assert store.meta("taste") is None


def test_what_is_written_is_there_after_opening_again(store: Store, file: Path) -> None:
    store.set_meta("colour", "red")
    store.close()
    store.close()
    again = Store(file, channel="telegram")
    assert again.meta("colour") == "red"
    again.close()


# -- transactions ------------------------------------------------------------------------------------------------------


def note(store: Store, key: str) -> None:
    store.set_meta(key, "1")


def noted(file: Path) -> set[object]:
    """The committed notes."""
    return {key for (key,) in elsewhere(file, "SELECT key FROM meta")} - {"channel", "needs"}


def test_a_transaction_is_committed_at_its_end(store: Store, file: Path) -> None:
    with store.transaction():
        note(store, "a")
        note(store, "b")
        assert noted(file) == set()
    assert noted(file) == {"a", "b"}


def test_a_failure_undoes_all_of_it(store: Store, file: Path) -> None:
    def fail() -> None:
        with store.transaction():
            note(store, "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert noted(file) == set()
    note(store, "b")
    assert noted(file) == {"b"}


def test_a_transaction_inside_another_joins_it(store: Store, file: Path) -> None:
    def fail() -> None:
        with store.transaction():
            with store.transaction():
                note(store, "a")
            assert noted(file) == set()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert noted(file) == set()


def test_a_commit_that_is_refused_undoes_all_of_it_and_leaves_the_store_usable(store: Store, file: Path) -> None:
    store.defer("INSERT INTO meta VALUES ('deferred', '1')")

    def fail() -> None:
        with store.transaction():
            store.execute("PRAGMA defer_foreign_keys = ON")
            note(store, "a")
            store.execute("INSERT INTO members VALUES (77, 1, 'member', '某', NULL, 0)")

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        fail()
    assert not store.connection.in_transaction
    assert noted(file) == set()
    with store.transaction():
        note(store, "b")
    assert noted(file) == {"b", "deferred"}


def test_what_is_deferred_is_written_with_the_next_transaction(store: Store, file: Path) -> None:
    store.defer("INSERT INTO meta VALUES (?, '1')", ("later",))
    note(store, "a")
    assert noted(file) == {"a"}
    with store.transaction():
        note(store, "b")
    assert noted(file) == {"a", "b", "later"}


def test_what_is_deferred_is_kept_through_a_rollback_in_its_order(store: Store, file: Path) -> None:
    store.defer("INSERT INTO meta VALUES ('x', '1')")

    def fail() -> None:
        with store.transaction():
            store.defer("UPDATE meta SET value = '2' WHERE key = 'x'")
            store.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert noted(file) == set()
    store.flush()
    assert elsewhere(file, "SELECT value FROM meta WHERE key = 'x'") == [("2",)]


def test_flushing_in_the_middle_of_a_transaction_leaves_it_open(store: Store, file: Path) -> None:
    store.defer("INSERT INTO meta VALUES ('x', '1')")
    with store.transaction():
        store.defer("INSERT INTO meta VALUES ('y', '1')")
        store.flush()
        assert store.connection.in_transaction
    assert noted(file) == {"x"}
    store.flush()
    store.flush()
    assert noted(file) == {"x", "y"}


def test_closing_writes_what_was_deferred(store: Store, file: Path) -> None:
    store.defer("INSERT INTO meta VALUES ('x', '1')")
    store.close()
    assert noted(file) == {"x"}


def test_a_transaction_takes_the_lock_for_writing_before_it_reads(store: Store, file: Path) -> None:
    other = sqlite3.connect(file, timeout=0, isolation_level=None)
    with store.transaction():
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM people").fetchone() == (2,)
    other.close()


# -- faults ------------------------------------------------------------------------------------------------------------


def in_use(file: Path) -> sqlite3.Connection:
    Store(file, channel="telegram").close()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    return other


def of_a_newer_version(file: Path) -> None:
    opened = Store(file, channel="telegram")
    opened.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('jiedui', 'm999_from_the_future', '2040')"
    )
    opened.close()


def torn(file: Path) -> None:
    Store(file, channel="telegram").close()
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + b"\xff" * 3996 + whole[4096:])


def of_another_program(file: Path) -> None:
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE people (name TEXT)")
    other.execute("CREATE TABLE meta (x)")
    other.close()


SPOILT: dict[str, tuple[str, Callable[[Path], object]]] = {
    "text": ("damaged", lambda file: file.write_text("Dear diary, " * 100)),
    "a torn first page": ("damaged", torn),
    "half a header": ("damaged", lambda file: file.write_bytes(b"SQLite format 3\x00" + b"\x00" * 84)),
    "another program's database": ("damaged", of_another_program),
    "a newer version": ("newer", of_a_newer_version),
    "another channel": ("channel", lambda file: Store(file, channel="terminal").close()),
    "a folder": ("path", lambda file: file.mkdir()),
    "a folder that is missing": ("path", lambda file: None),
    "in use": ("locked", in_use),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_database_that_cannot_be_used_is_told_by_what_to_do_and_let_go(
    file: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, spoil = SPOILT[how]
    file = file.parent / "missing" / "jiedui.db" if how == "a folder that is missing" else file
    held = spoil(file)
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.05)
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def remembered(path: Path, timeout: float, isolation_level: None) -> sqlite3.Connection:
        opened.append(connect(path, timeout=timeout, isolation_level=isolation_level))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", remembered)
    with pytest.raises(StoreFault) as told:
        Store(file, channel="telegram")
    assert told.value.key == key
    assert str(file) in explain(told.value)
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
    if isinstance(held, sqlite3.Connection):
        held.close()


def test_every_fault_has_its_words() -> None:
    assert set(STORE_FAULTS) == {key for key, _ in SPOILT.values()} | {"exists"}
    assert "terminal" in explain(StoreFault("channel", Path("x.db"), made_for="terminal", wanted="telegram"))


def test_an_empty_file_becomes_a_database(file: Path) -> None:
    file.touch()
    Store(file, channel="telegram").close()
    assert elsewhere(file, "SELECT value FROM meta WHERE key = 'channel'") == [("telegram",)]


# -- backup ------------------------------------------------------------------------------------------------------------


def test_a_running_database_is_copied_whole(store: Store, file: Path, tmp_path: Path) -> None:
    note(store, "a")
    with store.transaction():
        note(store, "half done")
        backup(file, tmp_path / "copy.db")
    assert noted(tmp_path / "copy.db") == {"a"}
    Store(tmp_path / "copy.db", channel="telegram").close()
    with pytest.raises(StoreFault) as told:
        backup(file, tmp_path / "copy.db")
    assert told.value.key == "exists"


@pytest.mark.parametrize(
    ("make", "target", "key"),
    [
        (lambda file: None, "copy.db", "path"),
        (lambda file: Store(file, channel="telegram").close(), "missing/copy.db", "path"),
        (lambda file: file.write_text("Dear diary"), "copy.db", "damaged"),
        (lambda file: file.touch(), "copy.db", "damaged"),
    ],
    ids=["no database", "no folder", "text", "empty"],
)
def test_a_copy_that_cannot_be_made_leaves_nothing_behind(
    file: Path, tmp_path: Path, make: Callable[[Path], object], target: str, key: str
) -> None:
    make(file)
    with pytest.raises(StoreFault) as told:
        backup(file, tmp_path / target)
    assert told.value.key == key
    assert not (tmp_path / target).exists()


# -- the mirror of the needs -------------------------------------------------------------------------------------------


def test_the_needs_are_mirrored_and_those_that_left_stay(store: Store, base: KnowledgeBase) -> None:
    store.mirror(base)
    assert store.value("SELECT count(*) FROM needs") == 251
    changes = store.connection.total_changes
    store.mirror(base)
    assert store.connection.total_changes == changes
    county = base.counties["wuxi"]
    first, *rest = county.needs
    moved = replace(county, needs=(*rest[:-1], replace(rest[-1], field="culture")))
    store.mirror(replace(base, counties={**base.counties, "wuxi": moved}))
    assert store.value("SELECT count(*) FROM needs") == 251
    assert store.value("SELECT field FROM needs WHERE id = ?", (rest[-1].id,)) == "culture"
    assert store.value("SELECT field FROM needs WHERE id = ?", (first.id,)) == first.field


def test_an_audit_line_says_who_did_what_to_which_row(store: Store) -> None:
    store.audit(NOW, 9, "contact.shown", "interest:4")
    row = store.one("SELECT at, actor, action, object, detail FROM audit")
    assert row is not None
    assert tuple(row) == (NOW, 9, "contact.shown", "interest:4", None)
