"""The courier: sends what goes out on its own, at a safe pace, and writes down what became of it.

"sending" is committed before the call and the outcome after it, so that a kill loses nothing and repeats nothing that may have
arrived. Nothing is "sending" that waits for its turn; what is, is noted as leaving right before its first byte goes, and its
outcome as soon as it is there. These two notes do not wait for the disk: hardly anything lies between them and the call, and
what a power cut takes of them makes a copy "unknown" that is not.
Replies to people do not pass here: they go at once.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections.abc import Callable, Sequence

from msgspec import Struct
from telegram.error import RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot import boot, breaker, copies, retraction
from bot.cards import Shown, show
from bot.outcomes import Outcome, classify
from bot.pacing import MAIL, Pacer, Ticket
from handlers.admin.counting import carry_on
from handlers.context import Reply, Services, post
from handlers.views import render
from knowledge.clock import HOUR, MINUTE, is_quiet
from knowledge.records import cards, deadlines, deliveries, disclosures, notices, people, retention, sending, slicing
from knowledge.records.deliveries import Delivery
from knowledge.records.tick import tick

log = logging.getLogger(__name__)

FEWEST, MOST = 16, 256
"""Messages on their way at once: an eighth of a second's worth, within these bounds, so that a long way costs no pace."""
TRIES = 12
"""How often case mail that was not sent is tried before it counts as failed."""
LOCKED = 1.0
"""Seconds before a database that another program holds is tried again."""
NAP = 30.0
"""Seconds after which the courier looks again even when nothing is due."""
RATIO = 4
"""Writing results is followed by so many times its length without: many at once are written together."""
GRACE = 5.0
"""Seconds that a stop waits for the messages on their way, and again for a database that cannot be written."""
HOUSEKEEPING = 3600


class Result(Struct, frozen=True):
    """What became of a delivery, to be written down. ``due``: when to try again, for a state of "again"."""

    delivery: Delivery
    outcome: Outcome
    shown: Shown | None = None
    error: str | None = None
    due: int = 0


class Courier:
    """Sends deliveries and serves deadlines, in a task of its own."""

    def __init__(self, bot: ExtBot[None], services: Services, pacer: Pacer) -> None:
        self._bot, self._services, self._pacer = bot, services, pacer
        self._awake = asyncio.Event()
        pacer.moved = self._awake.set
        self._idle = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._most = max(FEWEST, min(MOST, int(pacer.pace / 8)))
        self._flying: dict[int, Delivery] = {}
        """What is "sending", by number: on its way, or back with an outcome that is not written down yet."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: list[Result] = []
        self._writes = 0.0
        """When results may be written down again."""
        self._cleaned = 0
        self._latest = 0
        """The time at the last turn."""

    def start(self) -> None:
        """Begin, after putting right what a kill left half done."""
        now = self._latest = self._services.now()
        deliveries.recover(self._services.store, now, boot.number())
        deliveries.bring_forward(self._services.store, now, HOUR)
        self._pacer.rest()
        self._task = asyncio.create_task(self._run(), name="courier")
        self._task.add_done_callback(lambda _: self._idle.set())

    def watch(self, ended: Callable[[], None]) -> None:
        """Have ``ended`` called when the courier stops, be it by a fault, which ``stop()`` then raises."""
        if self._task:
            self._task.add_done_callback(lambda _: ended())

    def wake(self) -> None:
        """There may be something to send."""
        self._idle.clear()
        self._awake.set()

    async def idle(self) -> None:
        """Wait until nothing is due and nothing is on its way."""
        if self._task is not None and not self._task.done():
            await self._idle.wait()

    async def stop(self) -> None:
        """Stop between two messages. Those on their way are waited for, but not long: what is not back then is unknown."""
        self._stopping = True
        self._pacer.stop()
        self._awake.set()
        if self._task:
            await self._task

    async def _run(self) -> None:
        while not self._stopping:
            try:
                await self._turn()
            except sqlite3.OperationalError as error:
                await self._wait_for_database(error)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=GRACE)
            for task in late:
                task.cancel()
        loop = asyncio.get_running_loop()
        given_up = loop.time() + GRACE
        while self._results and loop.time() < given_up:  # after that they are unknown, as after a kill
            try:
                self._write_results()
            except sqlite3.OperationalError as error:
                await self._wait_for_database(error)

    async def _turn(self) -> None:
        """Write down what has come back, send what is due and may go, or wait until there is something to do."""
        self._awake.clear()
        self._write_results()
        now = self._services.now()
        if now < self._latest - MINUTE:
            deliveries.bring_forward(self._services.store, now)
        self._latest = now
        due = deadlines.next_due(self._services.store)
        served = await self._serve(now) if due is not None and due <= now else 0
        self._close_notices(now)
        room = min(self._most - len(self._flying), self._pacer.room())
        batch = self._claim(now, room) if room > 0 and self._due(now) else []
        self._pacer.spend(len(batch))
        for delivery in batch:
            self._launch(delivery)
        if served:
            await asyncio.sleep(0)  # there may be more of it, and others wait as well
            return
        if batch or room <= 0:
            await self._rest(self._pacer.delay() if self._most > len(self._flying) else NAP)
            return
        self._pacer.rest()
        if self._flying:
            await self._sleep(now)
        elif not self._clean(now):
            if not self._due(now):
                self._idle.set()
            await self._sleep(now)

    async def _serve(self, now: int) -> int:
        """Serve what has fallen due; what is done to very many rows goes on between two things that others do."""
        for notice in slicing.unfinished(self._services.store):
            await carry_on(self._services, notice)
        return tick(self._services.store, self._services.office(), now)

    async def _wait_for_database(self, error: sqlite3.OperationalError) -> None:
        """Another program holds the database: what is to be sent waits for it."""
        log.warning("mail has to wait: %s", error)
        await asyncio.sleep(LOCKED)

    def _claim(self, now: int, room: int) -> list[Delivery]:
        """What goes next, committed as "sending"."""
        occupied = {one.person for one in self._flying.values()} | self._pacer.occupied()
        batch = deliveries.claim(self._services.store, now, room, occupied)
        self._flying.update((one.id, one) for one in batch)
        return batch

    async def _leave(self, delivery: Delivery) -> None:
        """The first byte of it goes next."""
        while True:
            try:
                deliveries.leave(self._services.store, delivery.id, self._services.now())
            except sqlite3.OperationalError as error:
                await self._wait_for_database(error)
            else:
                return

    def _write_results(self) -> None:
        """Write down the outcomes that have come, in one transaction."""
        if not self._results:
            return
        loop, now, results = asyncio.get_running_loop(), self._services.now(), list(self._results)
        begun = loop.time()
        with self._services.store.transaction(durable=False):
            for result in results:
                self._write(result, now)
            self._look_after(results, now)
        del self._results[: len(results)]
        for result in results:
            self._flying.pop(result.delivery.id, None)
        ended = loop.time()
        self._writes = ended + RATIO * (ended - begun)

    def _due(self, now: int) -> bool:
        due = deliveries.next_due(self._services.store)
        return due is not None and due <= now

    def _launch(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._deliver(delivery))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._landed(delivery, done))

    def _landed(self, delivery: Delivery, task: asyncio.Task[None]) -> None:
        """A task has ended. One that was cancelled has no outcome: that is found at the next start."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error:  # a fault of ours: case mail stays as "sending" and is taken up again at the next start
            log.error("delivery %s (%s) failed", delivery.id, delivery.view, exc_info=error)
            outcome = Outcome("unknown" if delivery.notice else "sending")
            self._back(Result(delivery, outcome, error=type(error).__name__))

    def _back(self, result: Result) -> None:
        """An outcome has come: it is written down at once, or with others when much has been written just now."""
        self._results.append(result)
        loop = asyncio.get_running_loop()
        if loop.time() < self._writes:
            loop.call_at(self._writes, self._awake.set)
            return
        try:
            self._write_results()
        except sqlite3.DatabaseError:  # met again in the courier's own task, which knows what to do
            log.warning("an outcome has to wait to be written")
        self._awake.set()

    async def _deliver(self, delivery: Delivery) -> None:
        services, ticket = self._services, Ticket(lambda: self._leave(delivery))
        MAIL.set(ticket)
        if not self._pacer.watched:
            await self._leave(delivery)
        silent = self._silent(delivery)
        shown: Shown | None = None
        try:
            if delivery.view == cards.VIEW:
                shown = await show(self._bot, services, delivery, silent=silent)
            elif delivery.view in retraction.VIEWS:
                await retraction.retract(self._bot, services.store, delivery, self._rendered(delivery))
            elif delivery.view in copies.VIEWS:
                shown = Shown(await copies.change(self._bot, services, delivery, self._rendered(delivery), silent=silent), 0)
            else:
                shown = Shown(await self._send(delivery, silent=silent), 0)
        except TelegramError as error:
            self._back(self._judged(delivery, error))
        else:
            self._back(Result(delivery, Outcome("sent"), shown))
        finally:
            self._pacer.leaves(ticket)

    def _silent(self, delivery: Delivery) -> bool:
        """Whether it makes no sound: at night, unless it is a notice meant for the night, of which its writer was warned."""
        if not is_quiet(self._services.now()):
            return False
        planned = notices.planned(self._services.store, delivery.notice) if delivery.notice else None
        return planned is None or not is_quiet(planned)

    def _rendered(self, delivery: Delivery) -> Reply:
        """What a delivery says, as the records stand now."""
        args = dict(delivery.args) | ({"notice": delivery.notice} if delivery.notice else {"person": delivery.person})
        return render(self._services, self._services.language(delivery.person), delivery.view, args)

    async def _send(self, delivery: Delivery, *, silent: bool) -> int:
        """Send a message of its own; in quiet hours it makes no sound. Returns its number. Raises TelegramError."""
        message = await post(self._bot, delivery.person, self._rendered(delivery), silent=silent)
        self._services.showed(delivery.person)
        return message.message_id

    def _judged(self, delivery: Delivery, error: TelegramError) -> Result:
        """What an error means for this delivery."""
        outcome = classify(error)
        log.info("delivery %s: %s (%s)", delivery.id, outcome.state, type(error).__name__)
        if isinstance(error, RetryAfter):
            self._pacer.refused(delivery.person, outcome.wait)
        elif outcome.hold:
            self._pacer.hold(outcome.wait)
        if self._tries_again(delivery, outcome, error):
            wait = outcome.wait * (1 if isinstance(error, RetryAfter) else 2 ** min(delivery.attempts - 1, 6))
            due = self._services.now() + round(wait + random.random())  # noqa: S311  spreading, not secrecy
            return Result(delivery, outcome, error=type(error).__name__, due=due)
        return Result(delivery, outcome, error=error.message[:200])

    def _tries_again(self, delivery: Delivery, outcome: Outcome, error: TelegramError) -> bool:
        """What was certainly not sent, and case mail that may have been: it is sent again, marked as perhaps repeated."""
        if isinstance(error, RetryAfter) or (outcome.state == "again" and delivery.notice):
            return True
        if outcome.state == "unknown" and delivery.view in copies.CHANGES:  # twice does no harm
            return delivery.attempts < TRIES
        endless = delivery.view in retraction.VIEWS  # what has to go is not given up
        return outcome.state in {"again", "unknown"} and not delivery.notice and (endless or delivery.attempts < TRIES)

    def _write(self, result: Result, now: int) -> None:
        """Write down what became of a message, within a transaction."""
        store, delivery, outcome, shown = self._services.store, result.delivery, result.outcome, result.shown
        if shown and shown.version:  # what the channel noted of the message is committed along with it
            cards.shown(store, int(delivery.args["interest"]), delivery.person, shown.message, shown.version, now)
        if outcome.state in {"blocked", "gone"}:
            people.unreachable(store, delivery.person, now)
        if result.due:
            repeated = outcome.state == "unknown" and not delivery.notice
            deliveries.again(store, delivery.id, result.due, result.error or "", repeated=repeated)
            return
        state = "failed" if outcome.state == "again" else outcome.state
        deliveries.outcome(store, delivery.id, state, now, message=shown.message if shown else None, error=result.error)
        if delivery.view == "notice.recall" and delivery.notice and state == "sent":
            notices.taken_back(store, delivery.notice, delivery.person)
        if outcome.blames and delivery.notice:
            self._stop_notice(delivery.notice, result.error or "", now)

    def _look_after(self, results: Sequence[Result], now: int) -> None:
        """Hold the notices of which too many copies come to nothing."""
        by_notice: dict[int, list[Outcome]] = {}
        for result in results:
            if result.delivery.notice and not result.due:
                by_notice.setdefault(result.delivery.notice, []).append(result.outcome)
        for notice, outcomes in by_notice.items():
            before = sending.recent(self._services.store, notice)
            if before is None:
                continue
            recent, why = breaker.remember(before, outcomes)
            sending.remember(self._services.store, notice, recent)
            if why:
                log.warning("notice %s is held: %s", notice, why)
                sending.pause(self._services.store, notice, why, now, city=self._services.office())

    def _stop_notice(self, number: int, why: str, now: int) -> None:
        sending.stop(self._services.store, number, why, now, city=self._services.office())

    def _close_notices(self, now: int) -> None:
        """Also while others go on: whoever wrote it is told when it is over."""
        if sending.over(self._services.store):
            sending.finish(self._services.store, now, city=self._services.office())

    def _clean(self, now: int) -> bool:
        """Forget what is due, now and then. Whether there is something to send because of it."""
        if 0 <= now - self._cleaned < HOUSEKEEPING:
            return False
        self._cleaned = now
        retention.run(self._services.store, now)
        return disclosures.roles_changed(self._services.store, self._services.owners, now) > 0

    async def _sleep(self, now: int) -> None:
        """Until something is due, somebody wakes the courier, or a while has passed."""
        times = [
            t for t in (deliveries.next_due(self._services.store), deadlines.next_due(self._services.store)) if t is not None
        ]
        await self._rest(min([NAP, *(max(0.05, t - now) for t in times)]))

    async def _rest(self, wait: float) -> None:
        """So long, or until somebody wakes the courier."""
        try:
            await asyncio.wait_for(self._awake.wait(), wait)
        except TimeoutError:
            return
