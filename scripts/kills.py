"""Kills `jiedui run` with SIGKILL, again and again, while a notice goes out; compares what it believes with what was accepted.

``python -m scripts.kills [KILLS [RECIPIENTS [PACE]]]``. The server is a process of its own that keeps a journal.

What is in flight at a kill is counted on both sides. For the bot: from right before the first byte to its note of the answer;
so much must be unknown, and nothing else. For the server: every call whose bytes the bot had written (they reach the server
although the bot is dead) and whose answer the server had not yet handed to the network. The server's number is smaller by the
answers that were on their way to the bot, or waited in it to be noted: those of the last ``READING`` are shown beside it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from random import Random, SystemRandom

from msgspec import Struct, field

from knowledge.records.store import Store
from tests.botapi import TOKEN
from tests.botserver import Manners, Running, server
from tests.programs import Program, jiedui

FIRST = 1000
TEXT = "今年乡村行即将公布"
NOTICE = "INSERT INTO notices (author, zh, topic, state, created) VALUES (0, ?, 'other', 'sending', 1)"
COPIES = "INSERT INTO deliveries (person, notice, view, due, updated) SELECT id, 1, 'notice', 1, 1 FROM people"
STATES = "SELECT state, count(*) FROM deliveries WHERE notice IS NOT NULL GROUP BY state"
SENDING = "SELECT person, leaving IS NOT NULL FROM deliveries WHERE notice IS NOT NULL AND state = 'sending'"
READING = 0.02
"""Seconds from the server's last word on a call to the bot's note of it, when the machine is busy."""
DRAIN = 0.05
"""Seconds in which the server takes in what the killed process had sent."""
WAIT = 60.0
"""Seconds after which a life that brings nothing forward is given up."""


class Tally(Struct):
    """What came of it."""

    recipients: int
    kills: int
    states: Counter[str] = field(default_factory=Counter)
    accepted: Counter[int] = field(default_factory=Counter)
    """How often each recipient's copy was accepted, by the journal."""
    unknown: list[int] = field(default_factory=list)
    """Those reported as unknown."""
    in_flight: list[int] = field(default_factory=list)
    """Calls without an answer at each kill, as the server saw it."""
    reading: list[int] = field(default_factory=list)
    """Calls that were answered so short a time before each kill that the answer was perhaps not read."""
    sending: list[set[int]] = field(default_factory=list)
    """Those whose copies were "sending" at each kill, as the database had it."""
    left: list[set[int]] = field(default_factory=list)
    """Those of them that were noted as leaving."""
    seconds: float = 0

    @property
    def arrived(self) -> int:
        """How many of the unknown were accepted."""
        return sum(self.accepted[person] for person in self.unknown)

    @property
    def spared(self) -> int:
        """How often a copy was claimed but had not left when the process was killed."""
        return sum(len(claimed - left) for claimed, left in zip(self.sending, self.left, strict=True))

    def faults(self) -> list[str]:
        """What must not be."""
        sent, unknown, journal = self.states["sent"], self.states["unknown"], sum(self.accepted.values())
        rules = {
            f"states {dict(self.states)}": set(self.states) <= {"sent", "unknown"},
            "somebody got it twice": max(self.accepted.values(), default=0) <= 1,
            "somebody reported as sent did not get it": self.recipients - len(self.accepted) <= unknown,
            f"not {sent} sent <= {journal} accepted <= {sent} sent + {unknown} unknown": sent <= journal <= sent + unknown,
            "unknown are others than those that had left at the kills": set(self.unknown) == set().union(*self.left),
            "more than one at a kill was noted as leaving and never left": unknown - self.arrived <= self.kills,
        }
        return [fault for fault, holds in rules.items() if not holds]

    def __str__(self) -> str:
        twice = sum(count > 1 for count in self.accepted.values())
        return (
            f"{self.kills} kills, {self.recipients} recipients, {self.seconds:.0f} s\n"
            f"sent {self.states['sent']}, unknown {self.states['unknown']} (of which {self.arrived} arrived),"
            f" accepted {sum(self.accepted.values())}, twice {twice}\n"
            f"in flight at the kills by the server {sum(self.in_flight)}, at one at most {max(self.in_flight, default=0)};"
            f" answered in the {1000 * READING:.0f} ms before {sum(self.reading)}\n"
            f"in flight by the bot {len(set().union(*self.left))}; claimed but not yet sent {self.spared}, which went later"
        )


def prepare(database: Path, recipients: int) -> None:
    """A database in which a notice to so many people is about to be sent."""
    with closing(Store(database, channel="telegram")) as store:
        fill(store, recipients)
        with store.transaction():
            store.execute(NOTICE, (TEXT,))
            store.execute(COPIES)


def fill(store: Store, recipients: int, first: int = FIRST) -> None:
    """So many people who have opened the chat and ticked notices."""
    everybody = [(person,) for person in range(first, first + recipients)]
    started = "INSERT INTO people (id, client, started, first_seen, last_seen) VALUES (?, 'zh', 1, 1, 1)"
    ticked = "INSERT INTO consents (person, purpose, version, given, at) VALUES (?, 'notices', 1, 1, 1)"
    with store.transaction():
        store.connection.executemany(started, everybody)
        store.connection.executemany(ticked, everybody)


def counts(database: Path) -> Counter[str]:
    """The copies by state."""
    with closing(sqlite3.connect(database, timeout=5)) as connection:
        return Counter(dict(connection.execute(STATES)))


def sending(database: Path) -> tuple[set[int], set[int]]:
    """Whose copies are being sent, and which of them have left."""
    with closing(sqlite3.connect(database, timeout=5)) as connection:
        rows = connection.execute(SENDING).fetchall()
    return {person for person, _ in rows}, {person for person, left in rows if left}


async def until(database: Path, most: int) -> None:
    """Wait until no more than so many copies are without an outcome."""
    last = time.monotonic() + WAIT
    while (found := counts(database))["pending"] + found["sending"] > most:
        if time.monotonic() > last:
            raise TimeoutError(f"it does not go on: {dict(found)}")
        await asyncio.sleep(0.01)


async def _kill(program: Program, api: Running, database: Path, tally: Tally, delay: float) -> None:
    """Kill it a moment later, and see what was on its way."""
    await asyncio.sleep(delay)
    at = time.monotonic()
    await program.kill()
    claimed, left = sending(database)
    tally.sending.append(claimed)
    tally.left.append(left)
    await asyncio.sleep(DRAIN)
    tally.in_flight.append(api.in_flight(at))
    tally.reading.append(api.in_flight(at - READING) - tally.in_flight[-1])


async def kills(folder: Path, count: int, recipients: int, pace: float, random: Random) -> Tally:
    """Kill it so many times, spread over the whole of the sending, then let it finish."""
    database = folder / "jiedui.db"
    prepare(database, recipients)
    tally, begun = Tally(recipients, count), time.monotonic()
    settings = {"token": TOKEN, "db": database, "pace": pace}
    with server(folder, Manners(trip=0.04)) as api:
        for number in range(count):
            async with jiedui(folder, "run", api_url=api.url, **settings) as program:
                await until(database, int(recipients * (1 - (number + random.random()) / count)))
                await _kill(program, api, database, tally, random.uniform(0, 0.05))
        async with jiedui(folder, "run", api_url=api.url, **settings) as program:
            await until(database, 0)
            await program.stop()
        tally.accepted.update(api.accepted())
    with closing(Store(database, channel="telegram")) as store:
        for row in store.all("SELECT person, state FROM deliveries WHERE notice IS NOT NULL"):
            tally.states[row["state"]] += 1
            if row["state"] == "unknown":
                tally.unknown.append(row["person"])
    tally.seconds = time.monotonic() - begun
    return tally


def main(arguments: Sequence[str]) -> None:
    """Print the figures; exit 1 when a rule is broken."""
    count, recipients, pace = (int(given) for given in (*arguments, *("100", "2000", "200")[len(arguments) :]))
    with tempfile.TemporaryDirectory() as folder:
        tally = asyncio.run(kills(Path(folder), count, recipients, pace, SystemRandom()))
    print(tally)
    if faults := tally.faults():
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main(sys.argv[1:])
