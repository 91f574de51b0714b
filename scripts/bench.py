"""Measures Jiedui beside a bare echo bot, in the same run on the same machine: `make bench`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from statistics import median

from msgspec import Struct
from telegram import Update

from bot.application import arrive, begin, build_application, end
from bot.settings import Settings
from knowledge.records import inbox
from knowledge.records.store import Store
from scripts.echo import BOT, InProcess, Json, chat, in_process, message, sender
from tests.botapi import TOKEN, BotApi

ROOT = Path(__file__).parents[1]
ECHO = ROOT / "scripts" / "echo.py"
STARTS, TURNS, PARTS = 5, 300, 10
SENTENCE = "我们是泰安的养老服务机构"
SENTENCES = (
    SENTENCE,
    "我们能办月嫂培训班",
    "想给山里的学校捐书和电脑",
    "重庆市某商会,想在城口、巫溪做山货销售",
    "我们基金会有50万元,想做乡村医疗和远程会诊",
    "志愿队周末可以去看望留守老人和儿童,不做教育",
    "We are a foundation from Jinan and can train village doctors",
    "济南的心理咨询协会,有十名咨询师",
    "帮彭水的合作社做电商直播",
    "我们做环保,想去酉阳搞垃圾分类和人居环境整治",
)


class Row(Struct, frozen=True):
    """One measurement beside the echo bot's. ``goal``: what ours has to stay under."""

    what: str
    ours: float
    echo: float
    unit: str
    goal: float

    def __str__(self) -> str:
        mark = "" if self.ours < self.goal else "  missed"
        numbers = f"{self.ours:8.2f} {self.unit:2} {self.echo:8.2f} {self.unit:2} {self.ours / self.echo:7.1f}"
        return f"{self.what:28}{numbers}   < {self.goal:g} {self.unit}{mark}"


# -- start ----------------------------------------------------------------------------------------------------------------


def environment(**settings: object) -> dict[str, str]:
    """Nothing of this machine's settings; the cache is the user's own, as it is in use."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JIEDUI_")}
    return {**kept, "PYTHONPATH": str(ROOT), **{f"JIEDUI_{name.upper()}": str(value) for name, value in settings.items()}}


def start(folder: str, command: list[str], words: str) -> float:
    """Seconds from the start of a process to the first line that holds ``words``, when SENTENCE is its input."""
    begun = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("no pipes")
        stdin.write(f"{SENTENCE}\n")
        stdin.close()
        for line in stdout:
            if words in line and not line.startswith("›"):
                taken = time.perf_counter() - begun
                stdout.read()
                return taken
    raise RuntimeError(f"{command} did not answer")


def starts(folder: str) -> Row:
    """The start, ours and the echo bot's by turns; one of each before that fills the caches."""
    ours: list[float] = []
    echo: list[float] = []
    for _ in range(STARTS + 1):
        ours.append(start(folder, [sys.executable, "-m", "bot", "chat"], "巫溪"))
        echo.append(start(folder, [sys.executable, str(ECHO)], SENTENCE))
    return Row("start to first reply", median(ours[1:]), median(echo[1:]), "s", 1.0)


# -- turns ----------------------------------------------------------------------------------------------------------------

Turn = Callable[[int], Awaitable[None]]
"""Hands in an update, told the how-manieth it is, and waits until it is answered."""


async def medians(turns: Sequence[Turn]) -> list[float]:
    """Median milliseconds of each turn. They are measured by turns, so that whatever else goes on here weighs on all."""
    taken: list[list[float]] = [[] for _ in turns]
    for part in range(PARTS + 1):
        for turn, times in zip(turns, taken, strict=True):
            for number in range(TURNS // PARTS):
                begun = time.perf_counter()
                await turn(part * TURNS // PARTS + number)
                if part:  # the first part is for warming up
                    times.append(time.perf_counter() - begun)
    return [median(times) * 1000 for times in taken]


@asynccontextmanager
async def echoing() -> AsyncIterator[Turn]:
    """The echo bot's turn: a text in, the same out."""
    app = in_process(InProcess(show=False))
    async with app:
        await app.start()

        async def turn(number: int) -> None:
            await app.update_queue.put(Update.de_json(message(number + 1, SENTENCE), app.bot))
            await app.update_queue.join()

        yield turn
        await app.stop()


@asynccontextmanager
async def running() -> AsyncIterator[tuple[InProcess, Callable[[Json], Awaitable[None]]]]:
    """Our application with the echo bot's transport, on a database on disk, and the way in for updates."""
    request = InProcess(show=False)
    with tempfile.TemporaryDirectory() as folder, closing(Store(Path(folder) / "bench.db", channel="telegram")) as store:
        app = build_application(Settings(), store, request=request)
        async with app:
            await app.start()
            await begin(app)

            async def answered(raw: Json) -> None:
                await arrive(app, raw)
                await app.update_queue.join()

            yield request, answered
            await end(app)
            await app.stop()


@asynccontextmanager
async def writing() -> AsyncIterator[Turn]:
    """A free text in, its recommendation out: inbox, reading, ranking, records and rendering. Thirty people write."""
    async with running() as (request, answered):

        async def turn(number: int) -> None:
            text = f"{SENTENCES[number % len(SENTENCES)]} {number}"  # no text comes twice
            await answered(message(number + 1, text, 100 + number % 30))

        yield turn
        if "reply_markup" not in request.last:
            raise RuntimeError("no recommendation came")


@asynccontextmanager
async def pressing() -> AsyncIterator[Turn]:
    """A press in, the changed message out: from a list to a card, and back."""
    async with running() as (request, answered):
        await answered(message(1, SENTENCE))
        to_card = _button(request, "k")
        await answered(press(2, to_card))
        to_list = _button(request, "l")

        async def turn(number: int) -> None:
            await answered(press(number + 3, to_list if number % 2 else to_card))

        yield turn


def press(update_id: int, data: str, person: int = 7) -> Json:
    """The update of a press."""
    shown = {"message_id": 2, "date": 1, "chat": chat(person), "from": BOT, "text": "…"}
    query = {"id": str(update_id), "from": sender(person), "chat_instance": "1", "message": shown, "data": data}
    return {"update_id": update_id, "callback_query": query}


def _button(request: InProcess, action: str) -> str:
    """The data of the first button of the last message that does ``action``."""
    rows = request.last["reply_markup"]["inline_keyboard"]
    return next(str(b["callback_data"]) for row in rows for b in row if f":{action}:" in b.get("callback_data", ""))


async def turns() -> list[Row]:
    """Turns beside the echo bot's."""
    async with echoing() as echo, pressing() as button, writing() as text:
        bare, pressed, written = await medians([echo, button, text])
    return [Row("a button turn", pressed, bare, "ms", 0.8), Row("a free text and its answer", written, bare, "ms", 2.0)]


def commit() -> float:
    """Milliseconds until this disk has written down one row: each of our turns waits for that once."""
    taken = []
    with tempfile.TemporaryDirectory() as folder, closing(Store(Path(folder) / "bench.db", channel="telegram")) as store:
        for number in range(TURNS):
            begun = time.perf_counter()
            inbox.receive(store, number, "{}", 0)
            taken.append(time.perf_counter() - begun)
    return median(taken) * 1000


# -- memory ---------------------------------------------------------------------------------------------------------------


def resident(process: int) -> float:
    """Megabytes of memory that a process holds."""
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=True)
    return int(shown.stdout) / 1024


def _has(api: BotApi, answers: int) -> bool:
    return len(api.sent(7)) >= answers


async def memory_of(command: list[str], api: BotApi, **settings: object) -> float:
    """What a bot holds after it has answered each of SENTENCES once."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=environment(**settings), stderr=asyncio.subprocess.DEVNULL
        )
        try:
            for number, sentence in enumerate(SENTENCES, 1):
                api.says(7, sentence)
                await api.until(partial(_has, api, number), seconds=60)
            return resident(process.pid)
        finally:
            process.kill()
            await process.wait()


async def memory() -> Row:
    """Resident memory while polling."""
    async with BotApi() as api:
        ours = await memory_of([sys.executable, "-m", "bot", "run"], api, token=TOKEN, api_url=api.url)
    async with BotApi() as api:
        echo = await memory_of([sys.executable, str(ECHO), api.url, TOKEN], api)
    return Row("memory while running", ours, echo, "MB", 100)


def main() -> None:
    """Print the table."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores. Medians of {STARTS} starts and {TURNS} turns.\n")
    print(f"{'':28}{'Jiedui':>11} {'bare echo':>11} {'ratio':>7}   goal")
    with tempfile.TemporaryDirectory() as folder:
        print(starts(folder))
    for row in asyncio.run(turns()):
        print(row)
    print(asyncio.run(memory()))
    print(f"\nOne commit to this disk, which each of our turns waits for: {commit():.2f} ms")


if __name__ == "__main__":
    main()
