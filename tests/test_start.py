"""The start: nothing is loaded, compiled or looked through that the first answer does not need."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import heap

ROOT = Path(__file__).parents[1]

LATER = ("aiohttp", "dotenv", "knowledge.amounts", "knowledge.loading", "knowledge.moments", "openpyxl", "rapidfuzz",
         "sqlite_utils", "stdnum", "tornado", "yaml")  # fmt: skip
"""Loaded when they are needed."""


def test_the_terminal_loads_nothing_that_can_wait() -> None:
    loads = "import sys, bot.cli, bot.channels.chat; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", loads], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "telegram.ext" in loaded
    assert [name for name in LATER if name in loaded] == []


@pytest.mark.parametrize("floor", ["bot", "handlers", "knowledge"])
def test_no_pattern_is_a_range_of_chinese_characters(floor: str) -> None:
    whole_range = re.compile(r"(?:[㐀一]|\\u(?:3400|4e00))-(?:鿿|\\u9fff)")
    assert [file.name for file in (ROOT / floor).rglob("*.py") if whole_range.search(file.read_text("utf-8"))] == []


@pytest.fixture
def _undisturbed() -> Iterator[None]:
    """Python's own settings, put back afterwards."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
    gc.enable()


@pytest.mark.usefixtures("_undisturbed")
def test_rubbish_is_looked_for_when_everything_stands_and_not_in_what_was_loaded() -> None:
    heap.put_off()
    assert not gc.isenabled()
    heap.go_on()
    assert gc.isenabled()
    assert gc.get_threshold() == heap.RARELY
    assert gc.get_freeze_count() > 10_000


@pytest.mark.usefixtures("_undisturbed")
def test_where_nothing_was_put_off_nothing_is_kept_for_ever() -> None:
    before = gc.get_freeze_count(), gc.get_threshold()
    heap.go_on()
    assert (gc.get_freeze_count(), gc.get_threshold()) == before
