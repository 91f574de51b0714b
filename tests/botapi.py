"""A small Bot API server on loopback, for the tests of what runs over HTTP.

It journals every call that it accepts, hands out updates through getUpdates, keeps the last keyboard of each chat so that
people can press, and fails to order: late, with an error, or by breaking the connection before or after the call counted.
"""

from __future__ import annotations

import asyncio
import html
import itertools
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

import tornado.web
from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets

JSONDict = dict[str, Any]

TAG = re.compile(r"<[^>]+>")
TOKEN = "123456789:AAH-a_token_made_up_for_the_tests_0123"
BOT = {"id": 123456789, "is_bot": True, "first_name": "结对", "username": "jiedui_test_bot"}
TRUE_FOR = frozenset(
    "setMyCommands deleteMyCommands deleteWebhook setWebhook answerCallbackQuery deleteMessage editMessageReplyMarkup".split()
)

METHODS = {name.lower(): name for name in (*TRUE_FOR, "getMe", "getUpdates", "sendMessage", "editMessageText")}
"""Telegram takes the names of methods in any spelling."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was accepted. ``whole_address``: it came through a proxy, with the whole address in its first line."""

    method: str
    parameters: JSONDict
    at: float
    whole_address: str = ""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def chat(self) -> int:
        return int(self.parameters.get("chat_id", 0))

    @property
    def text(self) -> str:
        """As it is read, without markup."""
        return html.unescape(TAG.sub("", str(self.parameters.get("text", ""))))

    @property
    def buttons(self) -> list[JSONDict]:
        rows = (self.parameters.get("reply_markup") or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass(frozen=True, slots=True)
class Order:
    """How to answer a call otherwise than well: after ``late`` seconds, with an error, or with a broken connection.

    ``back``: seconds until the answer to a call that counted leaves.
    """

    late: float = 0
    back: float = 0
    code: int = 0
    description: str = ""
    retry_after: int = 0
    drop: str = ""  # "before" it counted, or "after"

    def error(self) -> bytes:
        answer: JSONDict = {"ok": False, "error_code": self.code, "description": self.description or f"error {self.code}"}
        if self.retry_after:
            answer["parameters"] = {"retry_after": self.retry_after}
        return json.dumps(answer).encode()


CONFLICT = Order(code=409, description="Conflict: terminated by other getUpdates request")
FORBIDDEN = Order(code=403, description="Forbidden: bot was blocked by the user")
BAD_GATEWAY = Order(code=502, description="Bad Gateway")
UNAUTHORIZED = Order(code=401, description="Unauthorized")


@dataclass
class BotApi:
    """The server: ``async with BotApi() as api`` listens on a free port of loopback."""

    token: str = TOKEN
    calls: list[Call] = field(default_factory=list)
    orders: dict[str, deque[Order]] = field(default_factory=lambda: defaultdict(deque))
    """By method: how its next calls are answered."""
    always: Callable[[str, JSONDict], Order | None] = lambda _method, _parameters: None
    """Asked for every call with nothing ordered."""
    gate: Callable[[Call], Order | None] = lambda _call: None
    """Asked at the moment at which a call would count."""
    note: Callable[[str, Call], None] = lambda _event, _call: None
    """Told of every call that it was ``got``, ``accepted``, ``answered``."""
    first_id: int = 1000

    def __post_init__(self) -> None:
        self.updates: dict[int, JSONDict] = {}
        """What was not yet acknowledged by asking for later ones."""
        self.given: set[int] = set()
        """The updates that were handed out at least once."""
        self._numbers = itertools.count(self.first_id)
        self._messages = itertools.count(1)
        self._news = asyncio.Event()
        self._moved = asyncio.Event()
        self._keyboards: dict[int, tuple[int, list[JSONDict]]] = {}
        self.port = 0

    async def __aenter__(self) -> Self:
        address = r"(?:https?://[^/]+)?/bot([^/]+)/(\w+)"
        application = tornado.web.Application([(address, _Handler, {"api": self})], log_function=lambda _handler: None)
        sockets = bind_sockets(0, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self._server = HTTPServer(application)
        self._server.add_sockets(sockets)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.stop()
        self._news.set()
        await self._server.close_all_connections()

    @property
    def url(self) -> str:
        """What JIEDUI_API_URL takes."""
        return f"http://127.0.0.1:{self.port}/bot"

    # -- people ---------------------------------------------------------------------------------------------------------

    def says(self, person: int, text: str, lang: str = "zh") -> int:
        """Somebody writes; returns the update's number."""
        message: JSONDict = {**self._shell(person, lang), "text": text}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
        return self._bring({"message": message})

    def presses(self, person: int, label: str, lang: str = "zh") -> int:
        """Somebody presses the button whose label contains ``label``, on the last keyboard of the chat."""
        number, buttons = self._keyboards.get(person, (0, []))
        found = [b for b in buttons if b["text"] == label] or [b for b in buttons if label in b["text"]]
        assert found, f"no button {label!r} among {[b['text'] for b in buttons]}"
        message = {**self._shell(person, lang), "message_id": number, "from": BOT, "text": "…"}
        query = {"id": str(number), "from": self._who(person, lang), "chat_instance": "1", "message": message}
        return self._bring({"callback_query": {**query, "data": found[0]["callback_data"]}})

    def _who(self, person: int, lang: str) -> JSONDict:
        return {"id": person, "is_bot": False, "first_name": f"person {person}", "language_code": lang}

    def _shell(self, person: int, lang: str) -> JSONDict:
        chat = {"id": person, "type": "private", "first_name": f"person {person}"}
        return {"message_id": next(self._messages), "date": 1_780_279_200, "chat": chat, "from": self._who(person, lang)}

    def _bring(self, update: JSONDict) -> int:
        number = next(self._numbers)
        self.updates[number] = {"update_id": number, **update}
        self._news.set()
        return number

    # -- what was sent --------------------------------------------------------------------------------------------------

    def sent(self, chat: int) -> list[Call]:
        """The messages that reached a chat, edits included."""
        return [call for call in self.calls if call.chat == chat and call.method in {"sendMessage", "editMessageText"}]

    async def until(self, ready: Callable[[], object], seconds: float = 30) -> None:
        """Wait until something is true of the journal."""
        async with asyncio.timeout(seconds):
            while not ready():
                self._moved.clear()
                await self._moved.wait()

    async def fetched(self, update: int) -> None:
        """Wait until an update was handed out."""
        await self.until(lambda: update in self.given)

    async def hears(self, chat: int, words: str, seconds: float = 30) -> Call:
        """Wait until the newest message of a chat holds ``words``."""

        def found() -> bool:
            return any(words in call.text for call in self.sent(chat)[-1:])

        try:
            await self.until(found, seconds)
        except TimeoutError:
            raise AssertionError(f"{words!r} not in {[call.text for call in self.sent(chat)]}") from None
        return self.sent(chat)[-1]

    @contextmanager
    def mark(self) -> Iterator[list[Call]]:
        """Collects what is accepted inside."""
        start, new = len(self.calls), list[Call]()
        yield new
        new.extend(self.calls[start:])

    # -- answers --------------------------------------------------------------------------------------------------------

    def order(self, method: str, *orders: Order) -> None:
        """Answer the next calls of this method so."""
        self.orders[method].extend(orders)

    def journal(self, call: Call) -> None:
        """The call counts."""
        self.calls.append(call)
        self._moved.set()

    def accept(self, call: Call) -> Any:
        """The result of a call that counts; None for a method that there is not."""
        if call.method == "getMe":
            return BOT
        if call.method in {"sendMessage", "editMessageText"}:
            edited = call.method == "editMessageText"
            number = int(call.parameters["message_id"]) if edited else next(self._messages)
            if call.buttons or edited:
                self._keyboards[call.chat] = number, call.buttons
            return {**self._shell(call.chat, "zh"), "message_id": number, "from": BOT, "text": call.text}
        return True if call.method in TRUE_FOR else None

    async def get_updates(self, parameters: JSONDict) -> list[JSONDict]:
        """Long polling: what is older than the offset is acknowledged and forgotten."""
        offset = int(parameters.get("offset") or 0)
        for number in [number for number in self.updates if number < offset]:
            del self.updates[number]
        if not self.updates:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), float(parameters.get("timeout") or 0) or 0.001)
            except TimeoutError:
                return []
        self.given.update(self.updates)
        self._moved.set()
        return list(self.updates.values())[:100]


class _Handler(tornado.web.RequestHandler):
    """One call."""

    def initialize(self, api: BotApi) -> None:
        self.api = api

    async def get(self, token: str, method: str) -> None:
        await self.post(token, method)

    async def post(self, token: str, method: str) -> None:
        self.set_header("Content-Type", "application/json")
        method = METHODS.get(method.lower(), method)
        parameters = {name: _value(self.get_argument(name)) for name in self.request.arguments}
        api = self.api
        order = api.orders[method].popleft() if api.orders[method] else api.always(method, parameters) or Order()
        if token.replace("%3A", ":") != api.token:
            order = UNAUTHORIZED
        if order.drop == "before":
            self._hang_up()
            return
        uri = self.request.uri or ""
        files = {name: (found[0].filename, found[0].body) for name, found in self.request.files.items()}
        call = Call(method, parameters, asyncio.get_running_loop().time(), uri if uri.startswith("http") else "", files)
        api.note("got", call)
        await asyncio.sleep(order.late)
        order = order if order.code else api.gate(call) or order
        if order.code:
            self.set_status(order.code)
            await self.finish(order.error())
            return
        api.journal(call)
        api.note("accepted", call)
        result = await api.get_updates(parameters) if method == "getUpdates" else api.accept(call)
        if order.back:
            await asyncio.sleep(order.back)
        if order.drop == "after":
            self._hang_up()
        elif result is None:
            self.set_status(404)
            await self.finish(Order(code=404, description=f"Not Found: {method}").error())
        else:
            with suppress(StreamClosedError):  # whoever asked was killed
                await self.finish(json.dumps({"ok": True, "result": result}, ensure_ascii=False))
        api.note("answered", call)

    def _hang_up(self) -> None:
        self.detach().close()


def _value(text: str) -> Any:
    """A parameter as it was before it became a form field."""
    try:
        return json.loads(text) if text[:1] in "[{" else text
    except ValueError:
        return text
