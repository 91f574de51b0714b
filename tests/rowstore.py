"""A database without a chat, for the tests of the records: its moment, and what others read of it (the fixtures: conftest)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

NOW = 1_780_279_200


def elsewhere(file: Path, sql: str) -> list[tuple[object, ...]]:
    """What another connection reads: only what is committed."""
    with closing(sqlite3.connect(file)) as other:
        return other.execute(sql).fetchall()
