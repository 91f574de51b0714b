"""The schema of a new database as one script, kept for the next start: to go through every migration takes much longer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from knowledge import cache

FOLDER = Path(__file__).parent


def script() -> str:
    """What makes of a blank database one that has been through every migration, in one transaction."""
    sources = sorted(FOLDER.glob("schema*.py"))
    return cache.copied(f"schema-{sqlite3.sqlite_version}", sources, bytes.decode, str.encode, _dumped)


def _dumped() -> str:
    from sqlite_utils import Database  # late: a database that needs no migration does without

    from knowledge.records.migrations import migrations

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as blank:
        migrations.apply(Database(blank))
        return "\n".join(blank.iterdump())
