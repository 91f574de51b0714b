"""Conversations for the tests: people who write and press, through the real application and the in-process channel."""

from __future__ import annotations

import asyncio
import io
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self
from unittest.mock import patch

from telegram.request import RequestData

from bot import application
from bot.application import arrive, settled
from bot.channels.chat import Chat, Screen, plain
from bot.channels.terminal import Shown, TerminalRequest
from bot.settings import Settings
from handlers.context import Services
from handlers.texts import Texts
from knowledge.base import KnowledgeBase
from knowledge.clock import MovableClock
from knowledge.records.store import Store
from knowledge.understanding import Reader
from tests.limits import fault

MONDAY = 1_780_279_200
"""Monday 1 June 2026, 10:00 in Chongqing: where the tests' clock begins."""


READERS: dict[int, tuple[KnowledgeBase, Reader]] = {}


def reader(base: KnowledgeBase, **more: Any) -> Reader:
    """The reader of a base: it takes long to build and never changes, so that all talks share it."""
    if id(base) not in READERS:
        READERS[id(base)] = base, Reader(base, **more)
    return READERS[id(base)][1]


@cache
def texts() -> Texts:
    """The catalogues, whose templates are compiled once for all talks."""
    return Texts()


class Scripted(TerminalRequest):
    """The in-process channel with failures to order: ``script[method]`` holds answers or exceptions for the next calls.

    ``refuses[chat]`` holds the answer or exception for everything sent to somebody, until it is taken away.
    What Telegram would refuse is refused, and kept in ``refused``: no talk may end with something in it.
    """

    script: ClassVar[dict[str, list[tuple[int, dict[str, Any] | bytes] | Exception]]] = {}
    refuses: ClassVar[dict[int, tuple[int, dict[str, Any] | bytes] | Exception]] = {}
    calls: ClassVar[list[tuple[str, dict[str, Any]]]] = []
    refused: ClassVar[list[str]] = []

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[1]
        self.calls.append((name, dict(request_data.parameters) if request_data else {}))
        chat = int(str(request_data.parameters.get("chat_id", 0))) if request_data else 0
        queue = self.script.get(name)
        if answer := queue.pop(0) if queue else self.refuses.get(chat):
            if isinstance(answer, Exception):
                raise answer
            code, body = answer
            return code, body if isinstance(body, bytes) else json.dumps(body).encode()
        if request_data and (wrong := fault(name, request_data.parameters)):
            self.refused.append(f"{name}: {wrong}")
            return 400, json.dumps({"ok": False, "error_code": 400, "description": f"Bad Request: {wrong}"}).encode()
        return await super().do_request(url, method, request_data)


class Recorder(Screen):
    """Keeps what was shown, by chat."""

    def __init__(self) -> None:
        super().__init__(io.StringIO(), bold=False)
        self.shown: dict[int, list[Shown]] = defaultdict(list)
        self.alerts: list[str] = []
        self.awaited: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        """Texts that a test waits for."""

    def show(self, shown: Shown) -> None:
        if shown.how == "alert":
            self.alerts.append(shown.html)
        else:
            self.shown[shown.chat].append(shown)
            if shown.html in self.awaited:
                self.awaited[shown.html].set()


@dataclass
class Person:
    """Somebody in the chat."""

    talk: Talk
    name: str
    id: int
    client: str | None = None
    """The language of this person's client, if it is another than the talk's; empty: the client does not tell."""

    async def says(self, text: str, **more: Any) -> str:
        """Write a message; returns everything that was shown in answer to it."""
        return await self.does(self.talk.as_(self).people.says(text, **more))

    async def presses(self, label: str) -> str:
        """Press the button whose label contains ``label`` (or is that number)."""
        last, older = self.talk.as_(self).people.keyboard(), self.talk.people.older()
        ways = [[b for b in some if b["label"] == label] or [b for b in some if label in b["label"]] for some in (last, older)]
        found = ways[0] or ways[1]  # the last keyboard first, then those further up
        assert found, f"no button {label!r} among {[b['label'] for b in (*last, *older)]}"
        return await self.does(self.talk.people.presses(found[0]))

    async def presses_data(self, data: str, message: int = 1) -> str:
        """Press a button with this data, of a message of any age."""
        return await self.does(self.talk.as_(self).people.presses({"data": data, "message": str(message)}))

    async def presses_on(self, shown: Shown, label: str) -> str:
        """Press a button of this message, however old it is."""
        found = [button for row in shown.keyboard for button in row if label in button["label"]]
        assert found, f"no button {label!r} on {plain(shown.html)!r}"
        return await self.does(self.talk.as_(self).people.presses({**found[0], "message": str(shown.message)}))

    async def sends(self, **what: Any) -> str:
        """Send a message without a text: ``sticker={…}``, ``photo=[…]``, ``caption="…"``."""
        return await self.says("", **what)

    async def edits(self, text: str, **more: Any) -> str:
        """Change a message sent before."""
        update = self.talk.as_(self).people.says(text, **more)
        return await self.does({"update_id": update["update_id"], "edited_message": update["message"]})

    async def turns(self, status: str, chat: Mapping[str, Any] | None = None) -> str:
        """The bot's standing in a chat changes by this person: ``kicked`` is "blocked", ``member`` is "back again"."""
        update = self.talk.as_(self).people.says("…")
        bot = {"id": 1, "is_bot": True, "first_name": "结对"}
        restricted = {"until_date": 0} if status == "kicked" else {}
        change = {
            "chat": chat or update["message"]["chat"],
            "from": update["message"]["from"],
            "date": update["message"]["date"],
            "old_chat_member": {"user": bot, "status": "left"},
            "new_chat_member": {"user": bot, "status": status, **restricted},
        }
        return await self.does({"update_id": update["update_id"], "my_chat_member": change})

    async def does(self, update: Mapping[str, Any]) -> str:
        """Send an update; returns everything that was shown in answer to it."""
        before = len(self.seen)
        alerts = len(self.talk.screen.alerts)
        if self.client is not None:
            for part in update.values():
                if isinstance(part, dict) and "from" in part:
                    part["from"]["language_code"] = self.client or None
        await self.talk.chat.update(dict(update))
        return "\n".join([*(plain(s.html) for s in self.seen[before:]), *self.talk.screen.alerts[alerts:]])

    @property
    def seen(self) -> list[Shown]:
        """Every message shown to this person."""
        return self.talk.screen.shown[self.id]

    @property
    def last(self) -> str:
        """The last message shown to this person, as plain text."""
        return plain(self.seen[-1].html) if self.seen else ""

    def card(self, interest: int = 1) -> Shown:
        """The living card of the interest, as this person has it before their eyes."""
        message = self.talk.store.value("SELECT message FROM cards WHERE interest = ? AND person = ?", (interest, self.id))
        return [shown for shown in self.seen if shown.message == message][-1]

    def reads(self, interest: int = 1) -> str:
        """What the card of the interest says, with its buttons."""
        card = self.card(interest)
        return plain(card.html) + "\n" + " ".join(button["label"] for row in card.keyboard for button in row)

    @property
    def buttons(self) -> list[str]:
        """The labels of the last keyboard."""
        return [b["label"] for b in self.talk.as_(self).people.keyboard()]


class Talk:
    """An application on a database, and the people who talk to it."""

    def __init__(self, folder: Path, base: KnowledgeBase, *, client: str = "zh", **settings: Any) -> None:
        self.folder, self.base, self.client = folder, base, client
        self.settings = Settings(**{"pace": 1000, "operator": "测试单位", "privacy_contact": "privacy@example.org", **settings})
        self.screen = Recorder()
        self.chat: Chat
        self.clock_offset = 0

    @property
    def people(self) -> Any:
        return self.chat.people

    @property
    def services(self) -> Services:
        services: Services = self.chat.app.bot_data["services"]
        return services

    @property
    def store(self) -> Store:
        return self.services.store

    async def __aenter__(self) -> Self:
        Scripted.refused = []
        await self.open()
        return self

    async def __aexit__(self, error: type[BaseException] | None, *_: object) -> None:
        await self.chat.close()
        assert error or not Scripted.refused, Scripted.refused

    async def open(self) -> None:
        """Build the application on the database and start it. Nobody pulls the plug here: the disk is not waited for."""
        Scripted.script, Scripted.refuses, Scripted.calls = {}, {}, []
        self.chat = Chat(
            self.settings, self.folder / "chat.db", self.screen, client=self.client, base=self.base, request=Scripted
        )
        self.chat.clock = MovableClock(frozen_at=MONDAY)
        with patch.object(application, "Reader", reader), patch.object(application, "Texts", texts):
            await self.chat.open()
        self.store.execute("PRAGMA synchronous=OFF")

    async def restart(self) -> None:
        """Close and build anew on the same database."""
        await self.chat.close()
        await self.open()

    def person(self, name: str, *, owner: bool = False, client: str | None = None) -> Person:
        """Somebody who has opened the chat; ``client``: the language of their client, when it is another than the talk's."""
        before = self.people.memory.current
        number = self.people.turn_to(name, owner=owner)
        if owner:
            self.services.owners.add(number)
            self.store.execute(
                "INSERT OR IGNORE INTO people (id, client, started, first_seen, last_seen) VALUES (?, ?, 1, 1, 1)",
                (number, self.client if client is None else client),
            )
        self.people.turn_to(before)
        return Person(self, name, number, client)

    def as_(self, person: Person) -> Talk:
        """Speak as this person."""
        self.people.turn_to(person.name)
        return self

    async def move_clock(self, seconds: int) -> None:
        """Let time pass, with everything that falls due."""
        async for _ in self.chat.pass_time(seconds):
            pass

    async def leap(self, seconds: int) -> None:
        """Time has passed while nothing ran: everything that fell due meanwhile is late."""
        self.chat.clock.move(seconds)
        self.people.remember_clock(self.chat.clock.offset)
        self.services.wake()
        await settled(self.chat.app)

    async def put(self, update: Mapping[str, Any]) -> None:
        """Hand in an update without waiting for what it causes."""
        await arrive(self.chat.app, dict(update))

    async def sees(self, html: str) -> None:
        """Let the application run until somebody is shown this text, and no further."""
        await self.screen.awaited[html].wait()

    async def settle(self) -> None:
        """Wait until every update is answered and nothing is due."""
        await settled(self.chat.app)
