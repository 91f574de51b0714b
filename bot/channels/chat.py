"""The chat in the terminal: lines in, messages out, buttons by number."""

from __future__ import annotations

import asyncio
import html
import os
import re
import signal
import sys
import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TextIO

from msgspec.structs import replace

from bot import heap
from bot.application import App, arrive, begin, build_application, end, settled
from bot.channels.terminal import People, Shown, TerminalRequest, photo_sizes
from bot.settings import Settings
from handlers.context import Services
from handlers.form_handler import KITS
from knowledge import cache
from knowledge.base import KnowledgeBase
from knowledge.clock import DAY, HOUR, MINUTE, MovableClock
from knowledge.records import deadlines, deliveries, drafts, notices, people
from knowledge.records.store import Store

TAG = re.compile(r"<[^>]+>")
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
BOLD = re.compile(r"<b>(.*?)</b>", re.DOTALL)
STARS = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
MARKS = {"edited": "✎", "reply": "↪"}
"""Before a message that was changed, or that answers an earlier one; the number after it is that message's."""
STEP = re.compile(r"^\+?(\d+)\s*([mhd])$")
TRIAL = {"zh": "本机试用", "en": "a trial on this machine"}
"""Who answers for the data of a trial in the terminal when no operator is set."""
PATIENCE = 2.0
"""Seconds that the next line waits for a notice on its way: a long one is watched, held and stopped while it goes."""
LATEST = 4_102_444_800
"""The clock is moved no further than to the year 2100."""
UNITS = {"m": MINUTE, "h": HOUR, "d": DAY}


class Quit(Exception):
    """The person is leaving."""


class Screen:
    """Where messages are shown. ``bold`` and a ``width`` (0: any) only where it is a terminal."""

    def __init__(self, out: TextIO, *, bold: bool, width: int = 0) -> None:
        self.out, self.bold, self.width = out, bold, width
        self.me: Callable[[int], str] = lambda _: ""
        """The name to put before a message to somebody else; empty for the person speaking."""

    def show(self, shown: Shown) -> None:
        """One message, its buttons numbered as they can be pressed."""
        if shown.how == "alert":
            self.line(f"  ({plain(shown.html)})")
            return
        other = self.me(shown.chat)
        self.line("")
        if other:
            self.line(f"— → {other} —")
        if shown.how == "deleted":
            self.line(f"✗ [{shown.message}] {plain(shown.html)}")
            return
        mark = MARKS["edited"] if shown.how == "edited" else MARKS["reply"] if shown.reply_to else ""
        if mark:
            self.line(f"{mark} [{shown.message if shown.how == 'edited' else shown.reply_to}]")
        self.line(self._styled(shown.html))
        number = 0
        for row in shown.keyboard:
            parts = []
            for button in row:
                number += 1
                parts.append(f"[{number}] {button['label']}" + (f" ({button['url']})" if button["url"] else ""))
            for fitting in in_lines(parts, self.width):
                self.line(fitting)

    def line(self, text: str) -> None:
        """One line. When nobody reads any more (``jiedui chat | head``), the process ends as by a kill: nothing is lost."""
        try:
            self.out.write(text + "\n")
            self.out.flush()
        except BrokenPipeError:
            os._exit(0)

    def _styled(self, text: str) -> str:
        if self.bold:
            text = BOLD.sub("\x1b[1m\\1\x1b[22m", text)
        return plain(text)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: most characters of Chinese and the pictures take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def in_lines(parts: Sequence[str], width: int) -> list[str]:
    """The buttons of a row in one line, or in several where they do not fit side by side."""
    lines: list[str] = []
    for part in parts:
        if lines and (not width or columns(f"{lines[-1]}  {part}") <= width):
            lines[-1] += f"  {part}"
        else:
            lines.append(part)
    return lines


def formatted(text: str) -> tuple[str, list[dict[str, object]]]:
    """A text without its ``**``, and where it is bold: as Telegram's own apps send what is typed so."""
    plainly, marks = "", []
    for at, part in enumerate(STARS.split(text)):
        if at % 2:
            begin, length = (len(one.encode("utf-16-le", "surrogatepass")) // 2 for one in (plainly, part))
            marks.append({"type": "bold", "offset": begin, "length": length})
        plainly += part
    return plainly, marks


def plain(text: str) -> str:
    """Telegram HTML as plain text; links show their address."""
    text = LINK.sub(r"\2 (\1)", text)
    return html.unescape(TAG.sub("", text))


def numbered(text: str) -> int | None:
    """The number that a line is; None for everything else ("²" is a digit, yet no number) and for endless digits."""
    return int(text) if text.isdecimal() and len(text) <= 15 else None


class Chat:
    """One sitting: an application on a database, spoken to line by line."""

    def __init__(
        self,
        settings: Settings,
        database: Path,
        screen: Screen,
        *,
        client: str,
        base: KnowledgeBase | None = None,
        request: type[TerminalRequest] = TerminalRequest,
    ) -> None:
        self._settings, self._database, self._screen = settings, database, screen
        self._client, self._base, self._request = client, base or cache.load(), request
        self.clock = MovableClock()
        self.patience: float | None = None
        """How long to wait for a notice on its way; None: until it is sent."""
        self.app: App
        self.people: People
        self._store: Store
        screen.me = lambda chat: "" if chat == self.people.person else self.people.name(chat)

    async def open(self) -> None:
        """Build the application on the database and start it."""
        self._store = Store(self._database, channel="terminal")
        request = self._request(self._store, self.clock, self._screen.show)
        self.people = People(request, self.clock, self._client)
        self.clock.offset = self.people.memory.clock
        self.people.turn_to(self.people.memory.current or ("我" if self._client == "zh" else "me"))
        settings = replace(self._settings, owners=self._settings.owners | frozenset(self.people.memory.owners))
        trial = None if settings.collects else TRIAL  # nothing leaves this machine, so the whole form can be tried
        self.app = build_application(settings, self._store, base=self._base, request=request, clock=self.clock, trial=trial)
        await self.app.initialize()
        await self.app.start()
        await begin(self.app)
        await self.settle()

    async def close(self) -> None:
        """Stop and close everything."""
        await end(self.app)
        await self.app.stop()
        await self.app.shutdown()
        self._store.close()

    async def line(self, text: str) -> None:
        """One line from the person. Raises Quit."""
        if text.startswith(":"):
            await self._steer(text)
        elif (number := numbered(text.strip())) is not None and self._presses(number):
            await self.press(number)
        elif text.strip():
            await self._say(text)

    async def _say(self, text: str) -> None:
        words, marks = formatted(text)
        await self.update(self.people.says(words, **({"entities": marks} if marks else {})))

    async def press(self, number: int) -> None:
        """Press the button with this number."""
        buttons = self.people.keyboard()
        if not 1 <= number <= len(buttons):
            self._screen.line(self._text("terminal.no_button", n=len(buttons)))
            return
        button = buttons[number - 1]
        if button["url"]:
            self._screen.line(button["url"])
            return
        await self.update(self.people.presses(button))

    async def update(self, raw: dict[str, object]) -> None:
        """Hand an update to the application and wait until everything it causes has happened."""
        await arrive(self.app, raw)
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is due; for a notice on its way only as long as there is ``patience``."""
        waiting = asyncio.create_task(settled(self.app))
        while not (await asyncio.wait({waiting}, timeout=self.patience))[0]:
            if notices.under_way(self._store):
                waiting.cancel()
                return
        waiting.result()

    def _presses(self, number: int) -> bool:
        """A bare number presses where the last keyboard has it, unless a number is being asked for."""
        services: Services = self.app.bot_data["services"]
        draft = drafts.current(self._store, self.people.person)
        step = (
            KITS[draft.form].form.step(draft.step) if draft and draft.form in KITS and draft.focused(services.now()) else None
        )
        return not (step and step.number) and 1 <= number <= len(self.people.keyboard())

    async def _steer(self, text: str) -> None:
        command, _, rest = text[1:].strip().partition(" ")
        rest = rest.strip()
        if command == "quit":
            raise Quit
        if command in {"as", "admin"} and rest:
            await self._turn_to(rest, owner=command == "admin")
        elif command == "press" and (number := numbered(rest)) is not None:
            await self.press(number)
        elif command == "say" and rest:
            await self._say(rest)
        elif command == "photo":
            file = f"photo{self.people.memory.message + 1}"
            await self.update(self.people.says("", photo=photo_sizes(file), **_caption(rest)))
        elif command == "file":
            file = f"file{self.people.memory.message + 1}"
            document = {"file_id": file, "file_unique_id": file, "file_name": f"{file}.pdf"}
            await self.update(self.people.says("", document=document, **_caption(rest)))
        elif command == "clock" and (seconds := self._step(rest)):
            await self._move_clock(seconds)
        elif command == "restart":
            await self.close()
            await self.open()
            self._screen.line(self._text("terminal.restarted"))
        else:
            self._screen.line(self._text("terminal.help"))

    async def _turn_to(self, name: str, *, owner: bool) -> None:
        new = name not in self.people.memory.people
        person = self.people.turn_to(name, owner=owner)
        services: Services = self.app.bot_data["services"]
        if owner:
            services.owners.add(person)
        with self._store.transaction():
            people.meet(self._store, person, self._client, services.now())
            people.started(self._store, person, services.now())
        self._screen.line(self._text("terminal.admin" if person in services.owners else "terminal.as", name=name))
        if new and owner:
            await self.update(self.people.says("/office"))

    def _step(self, text: str) -> int:
        """By how many seconds the clock is to be moved; 0: it cannot be."""
        moved = STEP.match(text)
        number = numbered(moved[1]) if moved else None
        seconds = number * UNITS[moved[2]] if moved and number else 0
        return seconds if self.clock.now() + seconds < LATEST else 0

    async def _move_clock(self, seconds: int) -> None:
        async for _ in self.pass_time(seconds):
            self._screen.line(self._text("terminal.clock", now=self.clock.now()))

    async def pass_time(self, seconds: int) -> AsyncIterator[int]:
        """Let time pass as it would by itself: stop at every moment at which something falls due, and let it happen."""
        until = self.clock.now() + seconds
        while True:
            now = self.clock.now()
            waiting = (deadlines.next_due(self._store), deliveries.next_due(self._store))
            stop = min([until, *(due for due in waiting if due is not None and now < due < until)])
            self.clock.move(stop - now)
            self.people.remember_clock(self.clock.offset)
            yield stop
            self.app.bot_data["services"].wake()
            await self.settle()
            if stop >= until:
                return

    def _text(self, key: str, **values: object) -> str:
        services: Services = self.app.bot_data["services"]
        return plain(services.texts(services.language(self.people.person), key, **values))


def _caption(text: str) -> dict[str, object]:
    words, marks = formatted(text)
    return {"caption": words, "caption_entities": marks} if words else {}


async def converse(chat: Chat, lines: TextIO, *, echo: bool, screen: Screen) -> None:
    """Read lines until their end or ``:quit``; with ``echo``, show each as it would have been typed."""
    chat.patience = PATIENCE
    await chat.open()
    heap.go_on()
    if not echo:  # Ctrl-C ends at once, as by a kill: nothing is lost, and the thread that waits for a line is not waited for
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        if not echo:
            await chat.update(chat.people.says("/start"))
        while True:
            line = await asyncio.to_thread(_read, lines, "" if echo else "› ")
            if line is None:
                if echo:  # a pipe: nobody watches, and nobody will go on with it
                    await settled(chat.app)
                return
            if echo and line.strip():
                screen.line(f"\n› {line}")
            await chat.line(line)
    except Quit:
        return
    finally:
        await chat.close()


def _read(lines: TextIO, prompt: str) -> str | None:
    """The next line without its end, or None."""
    if prompt:
        try:
            return input(prompt)
        except (EOFError, KeyboardInterrupt):
            sys.stdout.write("\n")
            return None
    line = lines.readline()
    return line.rstrip("\r\n") if line else None
