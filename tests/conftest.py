"""What all tests share: the knowledge base, read once, and talks on a fresh database."""

from __future__ import annotations

import os

os.environ["PTB_TIMEDELTA"] = "1"
os.environ["PYPINYIN_NO_PHRASES"] = "1"

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from knowledge.base import KnowledgeBase
from knowledge.loading import load
from knowledge.records import people
from knowledge.records.store import Store
from tests.rowstore import NOW
from tests.talk import Talk

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")  # the same examples at every run, however slow the machine


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    """The knowledge base that ships."""
    return load()


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the machine's settings."""
    for name in [name for name in os.environ if name.startswith("JIEDUI_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a database will be."""
    return tmp_path / "jiedui.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    """An open database with two people."""
    with closing(Store(file, channel="telegram")) as opened:
        for person in (1, 2):
            people.meet(opened, person, "zh-hans", NOW)
        yield opened


@pytest.fixture
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing goes wrong inside: no error is logged, so that nobody read an apology."""
    yield
    assert [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR] == []


@pytest_asyncio.fixture
async def talk(tmp_path: Path, base: KnowledgeBase) -> AsyncIterator[Talk]:
    """A talk in which nobody has spoken yet; the client's language is Chinese."""
    async with Talk(tmp_path, base) as opened:
        yield opened


@pytest_asyncio.fixture
async def english(tmp_path: Path, base: KnowledgeBase) -> AsyncIterator[Talk]:
    """The same with clients in English."""
    async with Talk(tmp_path, base, client="en", operator="The Test Office") as opened:
        yield opened


@pytest_asyncio.fixture(params=["zh", "en"])
async def either(request: pytest.FixtureRequest, tmp_path: Path, base: KnowledgeBase) -> AsyncIterator[Talk]:
    """A talk in Chinese, then one in English."""
    async with Talk(tmp_path, base, client=request.param, operator="The Test Office") as opened:
        yield opened
