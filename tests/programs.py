"""`jiedui …` as a process of its own: its output as it comes, its end, and SIGKILL."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache, partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
KILLED = -signal.SIGKILL


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """Nothing of this machine but the way to programs, and the settings given. The cache is shared by all tests."""
    named = {f"JIEDUI_{name.upper()}": str(value) for name, value in settings.items()}
    cached = str(ROOT / ".pytest_cache")
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_CACHE_HOME": cached, "PYTHONPATH": str(ROOT), **named}


@cache
def nursery() -> socket.socket:
    """The way to the process that forks those that are started (tests/nursery.py), started itself when first used."""
    ours, theirs = socket.socketpair()
    mac = {"OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.nursery"], stdin=theirs.fileno(), env=environment(ROOT) | mac, cwd=ROOT
    )
    theirs.close()

    def close() -> None:
        ours.close()
        process.wait(10)

    atexit.register(close)
    return ours


class Program:
    """A process that was started."""

    def __init__(self, child: int, stdin: int) -> None:
        self._child, self._stdin = child, stdin
        self.out = self.err = ""
        self.code: int | None = None
        """The exit code, once it has ended."""
        self._moved = asyncio.Event()
        self._readers: list[asyncio.Task[None]] = []
        self._pipes: list[asyncio.ReadTransport] = []

    @classmethod
    async def start(cls, folder: Path, arguments: tuple[str, ...], settings: dict[str, object]) -> Program:
        """Have it started in ``folder``."""
        (theirs, stdin), *ways = (os.pipe() for _ in range(4))
        asked = {"folder": str(folder), "arguments": arguments, "environment": environment(folder, **settings)}
        handed = [theirs, *(write for _, write in ways)]
        socket.send_fds(nursery(), [json.dumps(asked).encode()], handed)
        program = cls(int(nursery().recv(32)), stdin)
        for descriptor in handed:
            os.close(descriptor)
        for (read, _), keep in zip(ways, (program._to_out, program._to_err, program._to_code), strict=True):
            stream = asyncio.StreamReader()
            pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
                partial(asyncio.StreamReaderProtocol, stream), os.fdopen(read, "rb", 0)
            )
            program._pipes.append(pipe)
            program._readers.append(asyncio.create_task(program._read(stream, keep)))
        return program

    async def _read(self, stream: asyncio.StreamReader, keep: Callable[[str], None]) -> None:
        while piece := await stream.readline():
            keep(piece.decode())
            self._moved.set()
        self._moved.set()

    def _to_out(self, piece: str) -> None:
        self.out += piece

    def _to_err(self, piece: str) -> None:
        self.err += piece

    def _to_code(self, piece: str) -> None:
        self.code = int(piece)

    async def says(self, words: str, *, after: int = 0, seconds: float = 40) -> int:
        """Wait until ``words`` come out behind place ``after`` of the output; returns the place behind them."""

        def place() -> int:
            return max(self.out.find(words, after), self.err.find(words, after))

        try:
            async with asyncio.timeout(seconds):
                while (found := place()) < 0:
                    assert not all(reader.done() for reader in self._readers), f"ended without {words!r}"
                    self._moved.clear()
                    await self._moved.wait()
        except (TimeoutError, AssertionError):
            raise AssertionError(f"{words!r} not in:\n{self.out[after:]}\n{self.err}") from None
        return found + len(words)

    def write(self, *lines: str) -> None:
        """Type lines."""
        self.feed("".join(f"{line}\n" for line in lines).encode())

    def feed(self, typed: bytes) -> None:
        """Put bytes into its standard input."""
        os.write(self._stdin, typed)

    async def ends(self, seconds: float = 40) -> int:
        """Wait for its end; returns the exit code."""
        async with asyncio.timeout(seconds):
            await asyncio.wait(self._readers)
        return KILLED if self.code is None else self.code

    async def stop(self, seconds: float = 20) -> int:
        """SIGTERM, then wait for its end."""
        os.kill(self._child, signal.SIGTERM)
        return await self.ends(seconds)

    async def kill(self) -> None:
        """SIGKILL: it has no moment to put anything in order."""
        if not all(reader.done() for reader in self._readers):
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
        await self.ends()

    async def end_of_input(self) -> int:
        """No more lines come."""
        self._close_input()
        return await self.ends()

    def _close_input(self) -> None:
        if self._stdin >= 0:
            os.close(self._stdin)
            self._stdin = -1

    async def close(self) -> None:
        """Kill it, if it still runs, and let go of everything."""
        await self.kill()
        self._close_input()
        for pipe in self._pipes:
            pipe.close()


@asynccontextmanager
async def jiedui(folder: Path, *arguments: str, **settings: object) -> AsyncIterator[Program]:
    """Start ``jiedui ARGUMENTS`` in ``folder`` with these settings; it is killed at the end, if it still runs."""
    program = await Program.start(folder, arguments, settings)
    try:
        yield program
    finally:
        await program.close()
