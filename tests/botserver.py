"""The Bot API server of the tests as a process of its own: it outlives the bot that is killed, and keeps a journal in a file.

A line of the journal is JSON: ``[at, event, method, chat]`` with the machine's monotonic time and got, accepted or answered; a
refusal is ``refused``. What is written to its standard input, a JSON object a line, are updates to hand out: ``{"says": …}`` or
``{"presses": …}`` with ``person``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.botapi import BotApi, Call, Order

ROOT = Path(__file__).parents[1]
COUNTED = ("send", "edit", "copy", "forward")


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the journal."""

    at: float
    event: str
    method: str
    chat: int


@dataclass(frozen=True, slots=True)
class Manners:
    """How the server behaves. ``trip``: the longest way there, and back, in seconds; ``most``: how many in any second it takes.

    ``flat``: each way takes just so long, instead of any time up to it.
    """

    trip: float = 0
    flat: bool = False
    most: int = 0
    retry_after: int = 1


class _Server:
    """The manners, applied to a BotApi."""

    def __init__(self, api: BotApi, manners: Manners, journal: Path) -> None:
        self._manners, self._random = manners, Random(3)
        self._second: deque[float] = deque()
        self._journal = journal.open("a", buffering=1)
        api.always, api.gate, api.note = self._way, self._gate, self._note

    def _leg(self) -> float:
        return self._manners.trip if self._manners.flat else self._random.uniform(0, self._manners.trip)

    def _way(self, method: str, _: Mapping[str, Any]) -> Order | None:
        return Order(late=self._leg(), back=self._leg()) if self._manners.trip and method != "getUpdates" else None

    def _gate(self, call: Call) -> Order | None:
        if not self._manners.most or not call.method.startswith(COUNTED):
            return None
        now = time.monotonic()
        while self._second and self._second[0] <= now - 1:
            self._second.popleft()
        if len(self._second) >= self._manners.most:
            self._note("refused", call)
            return Order(code=429, description="Too Many Requests: retry after 1", retry_after=self._manners.retry_after)
        self._second.append(now)
        return None

    def _note(self, event: str, call: Call) -> None:
        if call.method.startswith(COUNTED) or call.method == "answerCallbackQuery":
            self._journal.write(json.dumps([time.monotonic(), event, call.method, call.chat]) + "\n")


async def _serve(manners: Manners, journal: Path) -> None:
    """Serve until standard input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with BotApi() as api:
        _Server(api, manners, journal)
        os.write(1, f"{api.port}\n".encode())
        while line := await reader.readline():
            for update in json.loads(line):
                person = update["person"]
                _ = api.says(person, update["says"]) if "says" in update else api.presses(person, update["presses"])


@dataclass
class Running:
    """A server that runs."""

    port: int
    journal_file: Path
    process: subprocess.Popen[bytes]
    _events: list[Event] = field(default_factory=list)
    _read: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot"

    def hands_out(self, *updates: Mapping[str, Any]) -> None:
        """Let people write and press."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(updates).encode() + b"\n")
        self.process.stdin.flush()

    def events(self) -> list[Event]:
        """The journal up to now."""
        with self.journal_file.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                self._events.append(Event(*json.loads(line)))
        return self._events

    def accepted(self) -> list[int]:
        """The chats of the messages that were accepted, in order."""
        return [event.chat for event in self.events() if event.event == "accepted" and event.method == "sendMessage"]

    def in_flight(self, at: float) -> int:
        """How many calls that have come by now had no answer then, not even one that had just been handed to the network."""
        calls = [event for event in self.events() if event.method == "sendMessage"]
        return sum(event.event == "got" for event in calls) - sum(
            event.at <= at and event.event == "answered" for event in calls
        )


@contextmanager
def server(folder: Path, manners: Manners | None = None) -> Iterator[Running]:
    """Run one; its journal is in ``folder``."""
    journal = folder / "journal.jsonl"
    journal.touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.botserver", json.dumps(asdict(manners or Manners())), str(journal)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    assert process.stdin
    assert process.stdout
    try:
        yield Running(int(process.stdout.readline()), journal, process)
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(Manners(**json.loads(sys.argv[1])), Path(sys.argv[2])))
