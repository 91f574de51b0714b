"""`jiedui …` as a process of its own: its output as it comes, its end, and SIGKILL."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """Nothing of this machine but the way to programs, and the settings given. The cache is shared by all tests."""
    named = {f"JIEDUI_{name.upper()}": str(value) for name, value in settings.items()}
    cache = str(ROOT / ".pytest_cache")
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_CACHE_HOME": cache, "PYTHONPATH": str(ROOT), **named}


class Program:
    """A process that was started."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.out = self.err = ""
        self._moved = asyncio.Event()
        assert process.stdout
        assert process.stderr
        self._readers = [
            asyncio.create_task(self._read(process.stdout, "out")),
            asyncio.create_task(self._read(process.stderr, "err")),
        ]

    async def _read(self, stream: asyncio.StreamReader, name: str) -> None:
        while piece := await stream.readline():
            setattr(self, name, getattr(self, name) + piece.decode())
            self._moved.set()
        self._moved.set()

    async def says(self, words: str, *, after: int = 0, seconds: float = 20) -> int:
        """Wait until ``words`` come out behind place ``after`` of the output; returns the place behind them."""

        def place() -> int:
            found = [text.find(words, after if text is self.out else 0) for text in (self.out, self.err)]
            return max(found)

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
        assert self.process.stdin
        self.process.stdin.write("".join(f"{line}\n" for line in lines).encode())

    async def ends(self, seconds: float = 20) -> int:
        """Wait for its end; returns the exit code."""
        async with asyncio.timeout(seconds):
            code = await self.process.wait()
            await asyncio.wait(self._readers)
        return code

    async def stop(self, seconds: float = 10) -> int:
        """SIGTERM, then wait for its end."""
        self.process.terminate()
        return await self.ends(seconds)

    async def kill(self) -> None:
        """SIGKILL: it has no moment to put anything in order."""
        if self.process.returncode is None:
            self.process.kill()
        await self.ends()

    async def end_of_input(self) -> int:
        """No more lines come."""
        assert self.process.stdin
        self.process.stdin.close()
        return await self.ends()


@asynccontextmanager
async def jiedui(folder: Path, *arguments: str, **settings: object) -> AsyncIterator[Program]:
    """Start ``jiedui ARGUMENTS`` in ``folder`` with these settings; it is killed at the end, if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments,
        cwd=folder, env=environment(folder, **settings),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    program = Program(process)
    try:
        yield program
    finally:
        await program.kill()
        if process.stdin:
            process.stdin.close()
