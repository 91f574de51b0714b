"""Migrations: from blank and from every earlier schema to the present one; what is released is never edited."""

from __future__ import annotations

import hashlib
import inspect
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from knowledge.records.migrations import MODULES, migrations
from knowledge.records.schema import run_script
from knowledge.records.store import KNOWN, Store

with Database(memory=True) as blank:
    NAMES = [migration.name for migration in migrations.pending(blank)]

RELEASED = {
    "m001_initial": "7f73797dd8b9bb15",
    "m002_landing": "1a0d6658c2c7cfb2",
    "m003_disclosures": "ad1ebca3b3186aa6",
    "m004_organisations": "709abbae63bc46d6",
    "m005_office": "160e0be8f2656644",
    "m006_groups": "616a448c82ee1743",
    "m007_landing": "b4c7c484545f5018",
    "m008_notices": "e0b62eecc51f4492",
    "m009_leaving": "a5f6aad1436dbda9",
}
"""A fingerprint of each migration. A new one gets a line here; a line here never changes once a version is out: people's
databases have been through it. To change a table, add a migration."""

COLUMNS = {
    "audit": "id at actor action object detail",
    "cards": "interest person message version sent",
    "consents": "id person purpose version given at",
    "coordinators": "county person since until appointed_by name",
    "deadlines": "id due kind subject version",
    "deliveries": "id person notice view args state due attempts message error updated leaving",
    "disclosures": "id at viewer owner interest message taken_back role delivery cause",
    "duplicates": "id older newer reason found state decided decided_by",
    "drafts": "id person form version subject step answers mending focus question last_update held updated",
    "erasures": "person at",
    "facts": "id interest kind key value by at role",
    "group_members": "interest organisation person role state contacts at asked_by heir offer",
    "inbox": "update_id at payload result",
    "interest_events": "id interest at actor role move before after reason note",
    "interests": "id organisation person county need task offer grouped stage version turn since handler"
    " created updated cause part_of",
    "invitations": "id hash purpose subject made_by made expires taken_by taken decided_by decided accepted name phone",
    "leavings": "id person what reason at cause",
    "members": "organisation person role name phone since",
    "merged_rows": "duplicate what row",
    "meta": "key value",
    "needs": "id county field",
    "mutes": "person topic until at",
    "notices": "id author kind of state version zh en media file topic buttons audience county starts expires "
    "created began finished why panel seen seen_at recent settled cause",
    "organisations": "id name kind province city fields created offer size code "
    "verified verified_by verified_until verified_note merged version",
    "people": "id lang heard client started unreachable first_seen last_seen",
    "publications": "interest asked asked_by answered answered_by agreed upto",
    "question_events": "id question at actor role move words",
    "questions": "id person kind text about created cause county assigned state turn since version",
}


def fingerprint(name: str) -> str:
    """What a migration does: its function and its script."""
    module = next(one for one in MODULES if hasattr(one, name))
    function = getattr(module, name)
    script = getattr(module, name.partition("_")[0].upper(), "")
    return hashlib.sha256((inspect.getsource(function) + script).encode()).hexdigest()[:16]


def open_from(file: Path, applied: int) -> Store:
    """A database at the schema after so many migrations, opened by this version."""
    if applied:
        db = Database(file)
        migrations.apply(db, stop_before=NAMES[applied:] or None)
        db.close()
    return Store(file, channel="telegram")


def columns(store: Store) -> dict[str, str]:
    """The columns of every table."""
    tables = [
        row["name"]
        for row in store.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'")
    ]
    return {
        table: " ".join(row["name"] for row in store.all("SELECT name FROM pragma_table_info(?)", (table,)))
        for table in sorted(tables)
    }


def test_what_is_released_has_not_been_edited() -> None:
    assert {name: fingerprint(name) for name in NAMES} == RELEASED


def test_this_version_knows_every_migration() -> None:
    assert set(NAMES) == KNOWN
    assert sorted(NAMES) == NAMES


@pytest.mark.parametrize("applied", range(len(NAMES) + 1))
def test_every_earlier_schema_becomes_the_present_one(tmp_path: Path, applied: int) -> None:
    store = open_from(tmp_path / "jiedui.db", applied)
    assert columns(store) == COLUMNS
    assert [migration.name for migration in migrations.applied(store.db)] == NAMES
    assert store.value("PRAGMA integrity_check") == "ok"
    assert store.all("PRAGMA foreign_key_check") == []
    store.close()


def test_every_table_checks_its_types() -> None:
    store = Store(Path(":memory:"), channel="terminal")
    loose = [row["name"] for row in store.all("PRAGMA table_list") if not row["strict"] and row["type"] == "table"]
    views = {row["name"] for row in store.all("SELECT name FROM sqlite_master WHERE type = 'view'")}
    store.close()
    assert {name for name in loose if not name.startswith(("sqlite_", "_sqlite_"))} == set()
    assert views == {"need_coverage", "notice_counts", "outbox"}


def test_sql_never_asks_for_the_time_itself() -> None:
    for file in Path(str(MODULES[0].__file__)).parent.glob("*.py"):
        text = file.read_text("utf-8").lower()
        for clock in ("current_timestamp", "current_date", "datetime('now", "strftime", "julianday", "unixepoch"):
            assert clock not in text, file.name


def test_opening_again_migrates_nothing(tmp_path: Path) -> None:
    Store(tmp_path / "jiedui.db", channel="telegram").close()
    again = Store(tmp_path / "jiedui.db", channel="telegram")
    changes = again.connection.total_changes
    assert changes == 0
    again.close()


def test_a_migration_that_fails_leaves_nothing_half_done() -> None:
    trial = Migrations("trial")

    @trial()
    def m001_two_tables(db: Database) -> None:
        run_script(db, "CREATE TABLE one (x);\n\nCREATE TABLE two (x);\nCREATE TABLE one (x);\n")

    connection = sqlite3.connect(":memory:", isolation_level=None)
    db = Database(connection)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        trial.apply(db)
    assert not {"one", "two"} & set(db.table_names())
    assert [migration.name for migration in trial.pending(db)] == ["m001_two_tables"]
    connection.close()


def test_a_script_is_run_statement_by_statement_inside_one_transaction() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    db = Database(connection)
    connection.execute("BEGIN")
    run_script(
        db, "CREATE TABLE a (x TEXT DEFAULT 'one; two');\n-- a remark; with a semicolon\nCREATE VIEW b AS\n  SELECT x FROM a;\n"
    )
    assert connection.in_transaction
    assert set(db.table_names()) == {"a"}
    assert db.view_names() == ["b"]
    connection.execute("ROLLBACK")
    assert db.table_names() == []
    connection.close()
