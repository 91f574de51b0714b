"""Measures how notices go out beside people who talk: `python -m scripts.notice_bench [quick]`. Each figure with its goal.

The server is a process of its own that allows 30 messages in any second, as Telegram does; the bot runs in this process. What
else goes on on this machine weighs on all figures of one run alike.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from msgspec import Struct

from bot.application import App, arrive, begin, build_application, end
from bot.settings import Secret, Settings
from knowledge.clock import SYSTEM_CLOCK
from knowledge.records import audience, notices, sending, slicing
from knowledge.records.audience import Reach
from knowledge.records.store import Store, checkpoint
from knowledge.records.tick import tick
from scripts.bench import resident
from scripts.echo import Json, message, sender
from scripts.kills import FIRST, fill, prepare
from tests.botapi import TOKEN
from tests.botserver import Event, Manners, Running, server

ALLOWED, PACE = 30, 25.0
TALKERS = 900_000
"""The user numbers from which those who talk are counted; they get no notice."""
STEP = 0.05
FETCHED = 100
"""Updates that Telegram hands out at once."""
HIGH = 400.0
WARM = 500
"""Copies after which the process has everything that it needs."""
HELD = 0.05
"""Seconds for which nobody else may be served."""
SENT = 20_000
"""Copies that are sent while memory is watched, at most."""
SLACK = 0.2
"""Seconds that a reply may take longer while a notice goes out."""


class Figure(Struct, frozen=True):
    """One figure. ``goal``: the most, or with ``least`` the least, that it may be."""

    what: str
    value: float
    unit: str
    goal: float
    least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the goal is met."""
        return self.value >= self.goal if self.least else self.value <= self.goal

    def __str__(self) -> str:
        sign, mark = ">=" if self.least else "<=", "" if self.reached else "  missed"
        return f"{self.what:72}{self.value:9.3f} {self.unit:4} {sign} {self.goal:g}{mark}"


@asynccontextmanager
async def running(folder: Path, api: Running, pace: float) -> AsyncIterator[tuple[App, Store]]:
    """The application on the database in ``folder``."""
    with closing(Store(folder / "jiedui.db", channel="telegram")) as store:
        app = build_application(Settings(token=Secret(TOKEN), api_url=api.url, pace=pace), store)
        async with app:
            await app.start()
            await begin(app)
            try:
                yield app, store
            finally:
                await end(app)
                await app.stop()


def of_notice(events: Sequence[Event], kind: str) -> list[float]:
    """When something happened to the copies of the notice."""
    return [
        event.at for event in events if event.event == kind and event.method == "sendMessage" and FIRST <= event.chat < TALKERS
    ]


async def until(ready: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is true, but no longer than so many seconds; whether it is."""
    last = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > last:
            return False
        await asyncio.sleep(STEP)
    return True


# -- pace -----------------------------------------------------------------------------------------------------------------


async def pace(count: int, pace: float, manners: Manners) -> tuple[float, int]:
    """The share of the pace that is reached, and the refusals."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder / "jiedui.db", count)
        with server(folder, manners) as api:
            async with running(folder, api, pace):
                await until(partial(_accepted, api, count), 3 * count / pace + 10)
            got = of_notice(api.events(), "got")
            refused = sum(event.event == "refused" for event in api.events())
    return (count - 1) / (got[-1] - got[0]) / pace, refused


# -- replies --------------------------------------------------------------------------------------------------------------


def tap(number: int, person: int) -> Json:
    """Somebody taps the button under a notice that opens a county."""
    shown = {"message_id": 5, "date": 1, "chat": {"id": person, "type": "private"}, "text": "…"}
    query = {"id": str(number), "from": sender(person), "chat_instance": "1", "message": shown, "data": "v1:c:wuxi"}
    return {"update_id": number, "callback_query": query}


async def answers(app: App, api: Running, count: int, gap: float, first: int) -> list[float]:
    """Seconds from each message of ``count`` people, one every ``gap`` seconds, to the acceptance of its reply."""
    begun: dict[int, float] = {}
    for number in range(first, first + count):
        begun[TALKERS + number] = time.monotonic()
        await arrive(app, message(number, "我们是泰安的养老服务机构", TALKERS + number))
        await asyncio.sleep(gap)
    await until(lambda: begun.keys() <= told(api).keys(), 20)
    return [at - begun[chat] for chat, at in told(api).items() if chat in begun]


def told(api: Running) -> dict[int, float]:
    """When those who talk were answered."""
    return {event.chat: event.at for event in api.events() if event.event == "accepted" and event.chat >= TALKERS}


async def replies(count: int, recipients: int) -> tuple[list[float], list[float]]:
    """The seconds of replies without a notice, and while one goes to ``recipients`` at full pace."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder / "jiedui.db", recipients)
        with server(folder, Manners(trip=0.04, most=ALLOWED)) as api:
            async with running(folder, api, PACE) as (app, store):
                store.execute("UPDATE notices SET state = 'paused'")
                await asyncio.sleep(1)
                alone = await answers(app, api, count, 0.3, 1)
                store.execute("UPDATE notices SET state = 'sending'")
                app.bot_data["services"].wake()
                await asyncio.sleep(2)
                return alone, await answers(app, api, count, 0.3, 10_000)


async def taps(count: int, recipients: int) -> tuple[float, int]:
    """Seconds until so many who tap at once while a notice goes out are all answered, and how many were."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder / "jiedui.db", recipients)
        with server(folder, Manners(trip=0.04, most=ALLOWED)) as api:
            async with running(folder, api, PACE) as (app, store):
                fill(store, count, TALKERS)
                await asyncio.sleep(2)
                begun, people = time.monotonic(), range(TALKERS, TALKERS + count)
                for first in range(0, count, FETCHED):
                    await arrive(app, *(tap(person, person) for person in people[first : first + FETCHED]))
                await until(lambda: len(shown(api)) == count, 30)
            return max(shown(api)) - begun, len(shown(api))


def shown(api: Running) -> list[float]:
    """When those who tapped were shown what they asked for."""
    edits = [event for event in api.events() if event.event == "accepted" and event.method == "editMessageText"]
    return [event.at for event in edits if event.chat >= TALKERS]  # the author's progress message is edited as well


# -- many -----------------------------------------------------------------------------------------------------------------


class Hold(Struct):
    """The longest time in which nobody else was served."""

    longest: float = 0.0

    @contextmanager
    def step(self) -> Iterator[None]:
        """One step that holds the loop."""
        begun = time.perf_counter()
        yield
        self.longest = max(self.longest, time.perf_counter() - begun)


def many(recipients: int) -> dict[str, float]:
    """Seconds to count and to freeze so many, how long others waited meanwhile, and how long it worked on the freezing."""
    now, counting, frozen = SYSTEM_CLOCK.now(), Hold(), Hold()
    with tempfile.TemporaryDirectory() as name, closing(Store(Path(name) / "x.db", channel="telegram")) as store:
        fill(store, recipients)
        number = notices.draft(store, 1, now)
        notices.edit(store, number, zh="通知", topic="other")
        notice = notices.get(store, number)
        if notice is None:
            raise RuntimeError("the draft is gone")
        scope, found, begun = notices.scope(notice, now, (), "zh"), Reach({}, {}), time.perf_counter()
        for among in audience.slices(store):
            with counting.step():
                found += audience.reach(store, notice.audience, scope, among)
        counted = time.perf_counter() - begun
        begun, worked = time.perf_counter(), time.process_time()
        with frozen.step():
            done = sending.confirm(store, notice, notice.version, scope, 1, now, by=1)
        steps, more = slicing.walk(store, number, now), True
        while more:
            with frozen.step():
                more = next(steps, True) is None
        taken, worked = time.perf_counter() - begun, time.process_time() - worked
        changed = rows_changed(store, number, now)
        rows = store.value("SELECT count(*) FROM deliveries WHERE notice = ?", (number,))
        if (done, rows, found.total) != ("done", recipients, recipients):
            raise RuntimeError(f"not frozen: {done}, {rows}, {found}")
    return {
        "counted": counted,
        "counting held": counting.longest,
        "frozen": taken,
        "freezing held": frozen.longest,
        "worked": worked,
        "changing held": changed,
    }


def rows_changed(store: Store, number: int, now: int) -> float:
    """The longest that others wait while all copies are tried again, and while it gets too late for all of them."""
    held = Hold()
    store.execute("UPDATE deliveries SET state = 'failed' WHERE notice = ?", (number,))
    store.execute("UPDATE notices SET state = 'done', expires = ? WHERE id = ?", (now + 2, number))
    checkpoint(store.path)
    starts: list[Callable[[], int]] = [lambda: sending.retry(store, number, "failed", now), lambda: tick(store, (), now + 2)]
    for start in starts:
        with held.step():
            start()
        steps, more = slicing.walk(store, number, now + 1), True
        while more:
            with held.step():
                more = next(steps, True) is None
        checkpoint(store.path)
    if store.value("SELECT count(*) FROM deliveries WHERE notice = ? AND state != 'left_out'", (number,)):
        raise RuntimeError("not expired")
    return held.longest


def _accepted(api: Running, count: int) -> bool:
    return len(of_notice(api.events(), "accepted")) >= count


async def memory(recipients: int, sent: int) -> float:
    """Megabytes that the process holds more after ``sent`` of ``recipients`` copies than when it had just begun."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder / "jiedui.db", recipients)
        with server(folder) as api:
            async with running(folder, api, 1000):
                held = []
                for mark in (WARM, sent):
                    await until(partial(_accepted, api, mark), 600)
                    held.append(resident(os.getpid()))
    return held[1] - held[0]


def p95(values: Sequence[float]) -> float:
    """What 95 of 100 stay under."""
    return quantiles(values, n=20)[-1]


async def figures(share: float) -> AsyncIterator[Figure]:
    """One after the other; ``share``: how much of the whole length."""
    runs = [many(100_000) for _ in range(5)]
    for what, key, goal in (
        ("freezing 100,000 recipients", "frozen", 0.3),
        ("of which this process was at work (the rest: others, and the disk)", "worked", 0.3),
        ("freezing them, the longest that others wait", "freezing held", HELD),
        ("trying them again and expiring them, the longest that others wait", "changing held", HELD),
        ("counting 100,000 people, the longest that others wait", "counting held", HELD),
    ):
        each = [run[key] for run in runs]
        yield Figure(f"{what}, median of {len(runs)} runs (best {min(each):.3f})", median(each), "s", goal)
    for trip, flat in ((0.0, True), (0.04, True), (0.08, True), (0.08, False)):
        way = f"{'up to ' if not flat else ''}{2000 * trip:.0f} ms round trip"
        reached, refused = await pace(int(1000 * share), PACE, Manners(trip=trip, flat=flat, most=ALLOWED))
        yield Figure(f"share of {PACE:g} a second, {way}", reached, "", 0.98, least=True)
        yield Figure(f"refusals, {way}, {ALLOWED} allowed in any second", refused, "", 0)
    alone, beside = await replies(int(100 * share), 10_000)
    yield Figure("p95 of a reply without a notice (half of them: " + f"{median(alone):.3f})", p95(alone), "s", 1)
    yield Figure("p95 of a reply while a notice goes to 10,000, more by", p95(beside) - p95(alone), "s", SLACK)
    taken, told = await taps(200, 10_000)
    yield Figure("of 200 who tap at once, answered", told, "", 200, least=True)
    yield Figure("until the last of them is answered", taken, "s", 10)
    for recipients in (1_000, 20_000, 100_000):
        grown = await memory(recipients, min(recipients, int(SENT * share)))
        yield Figure(f"memory grows, sending to {min(recipients, int(SENT * share)):,} of {recipients:,}", grown, "MB", 5)
    reached, _ = await pace(int(5000 * share), HIGH, Manners(trip=0.04))
    yield Figure(f"share of {HIGH:g} a second (what this machine can do), up to 80 ms round trip", reached, "", 0, least=True)


async def main(share: float) -> int:
    """Print the figures; 1 when a goal is missed."""
    missed = 0
    async for figure in figures(share):
        print(figure, flush=True)
        missed += not figure.reached
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(0.2 if sys.argv[1:] == ["quick"] else 1.0)))
