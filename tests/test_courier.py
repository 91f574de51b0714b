"""The courier when it cannot go on: nobody waits for it, and whoever runs it is told."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.delivery import Courier
from knowledge.base import KnowledgeBase
from tests.talk import Talk


async def test_a_courier_that_cannot_go_on_ends_the_bot_and_hangs_nobody(
    tmp_path: Path, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> bool:
        raise sqlite3.DatabaseError("database disk image is malformed")

    ended = asyncio.Event()

    async def broken() -> None:
        async with Talk(tmp_path, base) as talk:
            courier: Courier = talk.chat.app.bot_data["courier"]
            courier.watch(ended.set)
            monkeypatch.setattr("bot.delivery.deadlines.next_due", damaged)
            courier.wake()
            async with asyncio.timeout(10):
                await ended.wait()
                await courier.idle()

    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        await broken()
    assert ended.is_set()
