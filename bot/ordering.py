"""The order of updates: kept before anything else, one person's in order, different people side by side.

``InboxQueue`` commits every update before Telegram is told that it arrived. ``PersonOrder`` gives each person a queue of their
own, outside any common limit and bounded: a slow or flooding person delays nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from knowledge.clock import Clock
from knowledge.records import inbox
from knowledge.records.store import Store

BOUND = 30
"""Updates of one person that may wait. What comes on top is not read, and the person is told so once."""
SIDE_BY_SIDE = 100_000
"""The limit that PTB asks for over all people: never reached, since each person has at most BOUND + 1 places."""
SETTLE = 0.05
"""Seconds after which deferred marks are written when no other commit carries them."""


class InboxQueue(asyncio.Queue[object]):
    """The application's queue: an update enters it after it is committed, and only once."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__()
        self._store, self._clock = store, clock

    async def put(self, item: object) -> None:
        """Keep the update, then queue it. One that was here before is dropped."""
        if isinstance(item, Update) and not inbox.receive(self._store, item.update_id, item.to_json(), self._clock.now()):
            return
        await super().put(item)

    async def put_again(self, update: Update) -> None:
        """Queue an update that is in the inbox already: it came before a kill."""
        await super().put(update)


@dataclass(slots=True)
class _Lane:
    """One person's queue."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    told: bool = False


class PersonOrder(BaseUpdateProcessor):
    """Processes one person's updates in order and different people's side by side."""

    def __init__(self, store: Store, tell_flooder: Callable[[int], Awaitable[None]]) -> None:
        super().__init__(SIDE_BY_SIDE)
        self._store, self._tell = store, tell_flooder
        self._lanes: dict[int, _Lane] = {}
        self._telling: set[asyncio.Task[None]] = set()
        self._flush: asyncio.TimerHandle | None = None

    async def told(self) -> None:
        """Wait until everybody who floods has been told."""
        if self._telling:
            await asyncio.wait(self._telling)

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Write the marks that still wait."""
        if self._flush:
            self._flush.cancel()
        self._store.flush()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Answer the update when the person's earlier ones are answered."""
        person = update.effective_user.id if isinstance(update, Update) and update.effective_user else 0
        lane = self._lanes.setdefault(person, _Lane())
        if person and lane.waiting > BOUND:
            if isinstance(coroutine, Coroutine):
                coroutine.close()
            self._flooded(person, lane)
        else:
            lane.waiting += 1
            try:
                async with lane.lock:
                    await coroutine
            finally:
                lane.waiting -= 1
                if not lane.waiting:
                    self._lanes.pop(person, None)
        if isinstance(update, Update):
            inbox.answered(self._store, update.update_id)
            self._flush_soon()

    def _flooded(self, person: int, lane: _Lane) -> None:
        if lane.told:
            return
        lane.told = True
        task = asyncio.ensure_future(self._tell(person))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def _flush_soon(self) -> None:
        if self._flush is None or self._flush.when() < asyncio.get_running_loop().time():
            self._flush = asyncio.get_running_loop().call_later(SETTLE, self._store.flush)
