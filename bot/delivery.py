"""The courier: sends what goes out on its own, at a safe pace, and writes down what became of it.

"sending" is committed before the call and the outcome after it, so that a kill loses nothing and repeats nothing that may have
arrived. Replies to people do not pass here: they go at once.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3

from telegram.error import RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot import retraction
from bot.cards import Shown, show
from bot.outcomes import Outcome, classify
from handlers.context import Reply, Services, post
from handlers.views import render
from knowledge.clock import is_quiet
from knowledge.records import cards, deadlines, deliveries, disclosures, notices, people, retention
from knowledge.records.deliveries import Delivery
from knowledge.records.tick import tick

log = logging.getLogger(__name__)

IN_FLIGHT = 8
"""Messages on their way at once: enough to hold the pace at a slow round trip."""
TRIES = 12
"""How often case mail that was not sent is tried before it counts as failed."""
LOCKED = 1.0
"""Seconds before a database that another program holds is tried again."""
NAP = 30.0
"""Seconds after which the courier looks again even when nothing is due."""
HOUSEKEEPING = 3600


class Courier:
    """Sends deliveries and serves deadlines, in a task of its own."""

    def __init__(self, bot: ExtBot[None], services: Services, pace: float) -> None:
        self._bot, self._services, self._pace = bot, services, pace
        self._awake = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._flying: dict[asyncio.Task[None], int] = {}
        self._next = 0.0
        self._cleaned = 0

    def start(self) -> None:
        """Begin, after putting right what a kill left half done."""
        deliveries.recover(self._services.store, self._services.now())
        self._task = asyncio.create_task(self._run(), name="courier")

    def wake(self) -> None:
        """There may be something to send."""
        self._idle.clear()
        self._awake.set()

    async def idle(self) -> None:
        """Wait until nothing is due and nothing is on its way."""
        if self._task is not None and not self._task.done():
            await self._idle.wait()

    async def stop(self) -> None:
        """Stop between two messages; those on their way are waited for."""
        self._stopping = True
        self._awake.set()
        if self._task:
            await self._task

    async def _run(self) -> None:
        while not self._stopping:
            try:
                await self._turn()
            except sqlite3.OperationalError as error:
                await self._wait_for_database(error)
        if self._flying:
            await asyncio.wait(self._flying)

    async def _turn(self) -> None:
        """Send what is due, or wait until something is."""
        self._awake.clear()
        now = self._services.now()
        served = tick(self._services.store, self._services.office(), now)
        batch = deliveries.claim(self._services.store, now, self._free())
        for delivery in batch:
            await self._slot()
            self._launch(delivery)
        if batch or served:
            return
        if self._flying:
            await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
        elif not self._close_notices(now) and not self._clean(now):
            self._idle.set()
            await self._sleep(now)

    async def _wait_for_database(self, error: sqlite3.OperationalError) -> None:
        """Another program holds the database: what is to be sent waits for it."""
        log.warning("mail has to wait: %s", error)
        await asyncio.sleep(LOCKED)

    def _free(self) -> int:
        """How many may be claimed now: at a slow pace one by one, so that little is "sending" when a kill comes."""
        return max(0, min(IN_FLIGHT - len(self._flying), max(1, int(self._pace / 25))))

    async def _slot(self) -> None:
        """Wait for this message's place in the even spacing."""
        loop = asyncio.get_running_loop()
        self._next = max(self._next, loop.time())
        delay = self._next - loop.time()
        self._next += 1 / self._pace
        if delay > 0:
            await asyncio.sleep(delay)

    def _launch(self, delivery: Delivery) -> None:
        earlier = [task for task, person in self._flying.items() if person == delivery.person]
        task = asyncio.create_task(self._deliver(delivery, earlier))
        self._flying[task] = delivery.person
        task.add_done_callback(lambda done: self._landed(delivery, done))

    def _landed(self, delivery: Delivery, task: asyncio.Task[None]) -> None:
        self._flying.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error:  # a fault of ours: it stays as "sending" and is taken up again at the next start
            log.error("delivery %s (%s) failed", delivery.id, delivery.view, exc_info=error)

    async def _deliver(self, delivery: Delivery, earlier: list[asyncio.Task[None]]) -> None:
        if earlier:  # one person's mail stays in order
            await asyncio.wait(earlier)
        services = self._services
        silent = delivery.notice is None and is_quiet(services.now())
        failure: TelegramError | None = None
        shown: Shown | None = None
        try:
            if delivery.view == cards.VIEW:
                shown = await show(self._bot, services, delivery, silent=silent)
            elif delivery.view in retraction.VIEWS:
                await retraction.retract(self._bot, services.store, delivery, self._rendered(delivery))
            else:
                shown = Shown(await self._send(delivery, silent=silent), 0)
        except TelegramError as error:
            failure = error
        while True:
            try:
                self._note(delivery, shown, failure)
            except sqlite3.OperationalError as error:
                await self._wait_for_database(error)
            else:
                return

    def _rendered(self, delivery: Delivery) -> Reply:
        """What a delivery says, as the records stand now."""
        args = dict(delivery.args) | ({"notice": delivery.notice} if delivery.notice else {"person": delivery.person})
        return render(self._services, self._services.language(delivery.person), delivery.view, args)

    async def _send(self, delivery: Delivery, *, silent: bool) -> int:
        """Send a message of its own; in quiet hours it makes no sound. Returns its number. Raises TelegramError."""
        message = await post(self._bot, delivery.person, self._rendered(delivery), silent=silent)
        return message.message_id

    def _note(self, delivery: Delivery, shown: Shown | None, failure: TelegramError | None) -> None:
        """Write down what became of a message."""
        if failure:
            self._failed(delivery, failure)
            return
        store, now = self._services.store, self._services.now()
        with store.transaction():  # what the channel noted of the message is committed along with it
            if shown and shown.version:
                cards.shown(store, int(delivery.args["interest"]), delivery.person, shown.message, shown.version, now)
            deliveries.outcome(store, delivery.id, "sent", now, message=shown.message if shown else None)

    def _failed(self, delivery: Delivery, error: TelegramError) -> None:
        store, now = self._services.store, self._services.now()
        outcome = classify(error)
        log.info("delivery %s: %s (%s)", delivery.id, outcome.state, type(error).__name__)
        if outcome.hold:
            self._next = max(self._next, asyncio.get_running_loop().time() + outcome.wait)
        with store.transaction():
            if outcome.state in {"blocked", "gone"}:
                people.unreachable(store, delivery.person, now)
            if self._tries_again(delivery, outcome, error):
                wait = outcome.wait * (1 if isinstance(error, RetryAfter) else 2 ** min(delivery.attempts - 1, 6))
                due = now + round(wait + random.random())  # noqa: S311  spreading, not secrecy
                deliveries.again(store, delivery.id, due, type(error).__name__, repeated=outcome.state == "unknown")
                return
            state = "failed" if outcome.state == "again" else outcome.state
            deliveries.outcome(store, delivery.id, state, now, error=error.message[:200])
            if outcome.blames and delivery.notice:
                self._stop_notice(delivery.notice, error.message[:200], now)

    def _tries_again(self, delivery: Delivery, outcome: Outcome, error: TelegramError) -> bool:
        """What was certainly not sent, and case mail that may have been: it is sent again, marked as perhaps repeated."""
        if isinstance(error, RetryAfter) or (outcome.state == "again" and delivery.notice):
            return True
        endless = delivery.view in retraction.VIEWS  # what has to go is not given up
        return outcome.state in {"again", "unknown"} and not delivery.notice and (endless or delivery.attempts < TRIES)

    def _stop_notice(self, number: int, why: str, now: int) -> None:
        store = self._services.store
        notices.stop(store, number, why, now)
        notice = notices.get(store, number)
        if notice:
            deliveries.put(store, notice.author, "notice.stopped", now, notice=number, error=why)

    def _close_notices(self, now: int) -> bool:
        store = self._services.store
        with store.transaction():
            closed = notices.finish(store, now)
            for notice in closed:
                deliveries.put(store, notice.author, "notice.report", now, notice=notice.id)
        return bool(closed)

    def _clean(self, now: int) -> bool:
        """Forget what is due, now and then. Whether there is something to send because of it."""
        if now - self._cleaned < HOUSEKEEPING:
            return False
        self._cleaned = now
        retention.run(self._services.store, now)
        return disclosures.roles_changed(self._services.store, self._services.owners, now) > 0

    async def _sleep(self, now: int) -> None:
        """Until something is due, somebody wakes the courier, or a while has passed."""
        times = [
            t for t in (deliveries.next_due(self._services.store), deadlines.next_due(self._services.store)) if t is not None
        ]
        wait = min([NAP, *(max(0.05, t - now) for t in times)])
        try:
            await asyncio.wait_for(self._awake.wait(), wait)
        except TimeoutError:
            return
