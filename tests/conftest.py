"""What all tests share: the knowledge base, read once, and talks on a fresh database."""

from __future__ import annotations

import os

os.environ["PTB_TIMEDELTA"] = "1"
os.environ["PYPINYIN_NO_PHRASES"] = "1"

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from knowledge.base import KnowledgeBase
from knowledge.loading import load
from tests.talk import Talk


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    """The knowledge base that ships."""
    return load()


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the machine's settings or writes beside the project."""
    for name in [name for name in os.environ if name.startswith("JIEDUI_")]:
        monkeypatch.delenv(name)


@pytest_asyncio.fixture
async def talk(tmp_path: Path, base: KnowledgeBase) -> AsyncIterator[Talk]:
    """A talk in which nobody has spoken yet; the client's language is Chinese."""
    async with Talk(tmp_path, base) as opened:
        yield opened
