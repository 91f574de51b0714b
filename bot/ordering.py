"""The order of updates: kept before anything else, one person's in order, different people side by side.

``InboxQueue`` commits every update before Telegram is told that it arrived. ``PersonOrder`` gives each person a queue of their
own, outside any common limit and bounded: a slow or flooding person delays nobody else. An answer that could not be sent is
given again from the start, since what an update brings about counts once.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from msgspec import Struct, field
from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from knowledge.clock import Clock
from knowledge.records import inbox
from knowledge.records.store import Store

log = logging.getLogger(__name__)

BOUND = 30
"""Updates of one person that may wait. What comes on top is not read, and the person is told so once."""
SIDE_BY_SIDE = 100_000
"""The limit that PTB asks for over all people: never reached, since each person has at most BOUND + 1 places."""
SETTLE = 0.05
"""Seconds after which deferred marks are written when no other commit carries them."""
PAUSES = (0.2, 2.0, 10.0, 30.0)
"""Seconds before an answer that could not be sent is tried again; after the last it is given up."""
LOCKED = 1.0
"""Seconds before a database that another program holds is tried again."""


class InboxQueue(asyncio.Queue[object]):
    """The application's queue: an update enters it after it is committed, and only once."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__()
        self._store, self._clock = store, clock

    async def arrive(self, found: Sequence[dict[str, Any]], bot: Bot) -> None:
        """Keep updates as Telegram wrote them, with one commit for all, then queue them. Those that were here are dropped.

        One that cannot be read is dropped as well: it would come again for ever, and everything behind it would wait.
        """
        for raw, new in zip(found, await self._keep([(raw["update_id"], json.dumps(raw)) for raw in found]), strict=True):
            if new:
                await self.put_again(raw, bot)

    async def put(self, item: object) -> None:
        """The same for an update that was read before."""
        if not isinstance(item, Update) or all(await self._keep([(item.update_id, _packed(item))])):
            await super().put(item)

    async def _keep(self, found: Sequence[tuple[int, str]]) -> list[bool]:
        """Keep these updates; which of them are new."""
        now = self._clock.now()
        while found:
            try:
                with self._store.transaction():
                    return [inbox.receive(self._store, update_id, payload, now) for update_id, payload in found]
            except sqlite3.OperationalError as error:
                log.warning("an update has to wait: %s", error)
                await asyncio.sleep(LOCKED)
        return []

    async def put_again(self, raw: dict[str, Any], bot: Bot) -> None:
        """Queue an update that is in the inbox: it has just come, or came before a kill."""
        update = readable(raw, bot)
        if update is None:
            inbox.answered(self._store, raw["update_id"])
        else:
            await super().put(update)


def readable(raw: dict[str, Any], bot: Bot) -> Update | None:
    """The update, or None after a word in the log (without its content) when it is none."""
    try:
        return Update.de_json(raw, bot)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        log.error("update %s cannot be read: %s", raw.get("update_id"), type(error).__name__)  # noqa: TRY400  no content
        return None


def _packed(update: Update) -> str:
    """The update as JSON. PTB leaves the date of a pinned message that it cannot see as a datetime."""
    return json.dumps(update.to_dict(), default=lambda moment: int(moment.timestamp()))


class _Lane(Struct):
    """One person's queue."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    told: bool = False


class PersonOrder(BaseUpdateProcessor):
    """Processes one person's updates in order and different people's side by side."""

    def __init__(self, store: Store, unsent: dict[int, float]) -> None:
        """``unsent`` is where it is noted when an answer could not be sent, with the seconds to wait."""
        super().__init__(SIDE_BY_SIDE)
        self._store, self._unsent = store, unsent
        self._answer: Callable[[Update], Awaitable[None]]
        self._tell: Callable[[int], Awaitable[None]]
        self._stopping = asyncio.Event()
        self._lanes: dict[int, _Lane] = {}
        self._telling: set[asyncio.Task[None]] = set()
        self._flush: asyncio.TimerHandle | None = None

    def attach(self, answer: Callable[[Update], Awaitable[None]], tell_flooder: Callable[[int], Awaitable[None]]) -> None:
        """``answer`` answers an update once more; ``tell_flooder`` tells a person to slow down."""
        self._answer, self._tell = answer, tell_flooder

    async def told(self) -> None:
        """Wait until those who flood have been told."""
        if self._telling:
            await asyncio.wait(self._telling)

    def stop(self) -> None:
        """Try nothing again any more: what is not answered stays in the inbox for the next start."""
        self._stopping.set()

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
        done = True
        if person and lane.waiting > BOUND:
            if isinstance(coroutine, Coroutine):
                coroutine.close()
            self._flooded(person, lane)
        else:
            lane.waiting += 1
            try:
                async with lane.lock:
                    await coroutine
                    done = not isinstance(update, Update) or await self._sent(update)
            finally:
                lane.waiting -= 1
                if not lane.waiting:
                    self._lanes.pop(person, None)
        if done and isinstance(update, Update):
            inbox.answered(self._store, update.update_id)
            self._flush_soon(SETTLE)

    async def _sent(self, update: Update) -> bool:
        """Answer again until the answer could be sent. False: the process is stopping before that."""
        for pause in PAUSES:
            wait = self._unsent.pop(update.update_id, None)
            if wait is None:
                return True
            try:
                await asyncio.wait_for(self._stopping.wait(), max(pause, wait))
            except TimeoutError:
                await self._answer(update)
            else:
                return False
        if self._unsent.pop(update.update_id, None) is not None:
            log.error("update %s could not be answered", update.update_id)
        return True

    def _flooded(self, person: int, lane: _Lane) -> None:
        if lane.told:
            return
        lane.told = True
        task = asyncio.ensure_future(self._tell(person))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def _flush_soon(self, wait: float) -> None:
        loop = asyncio.get_running_loop()
        if self._flush is None or self._flush.when() < loop.time():
            self._flush = loop.call_later(wait, self._write_marks)

    def _write_marks(self) -> None:
        try:
            self._store.flush()
        except sqlite3.OperationalError:
            self._flush = None
            self._flush_soon(LOCKED)
