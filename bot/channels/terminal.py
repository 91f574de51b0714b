"""The terminal: a Bot API answered in process, so that the very same application runs without a token and without a network.

``TerminalRequest`` stands where PTB's HTTP client would; ``Terminal`` turns lines into updates and messages into lines. What it
has to remember (its people, the numbers given out, the last keyboards) is kept in the database, so that a restart goes on.
"""

from __future__ import annotations

import html
import io
import json
from collections.abc import Callable
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict
from telegram.request import BaseRequest, RequestData

from knowledge.clock import Clock
from knowledge.records.store import Store

JSONDict = dict[str, Any]

FIRST_PERSON = 1001
BOT_NAME = "jiedui_bot"
TAKEN_BACK = "(一条消息已收回 · a message was taken back)"
"""What is shown where a message is deleted."""
PICTURE, FILE = "🖼 (照片 · a photo)", "📎 (文件 · a file)"
"""What stands for a photo and for a file."""
EDITS = frozenset({"editMessageText", "editMessageCaption"})


class Remembered(Struct):
    """What the channel keeps in the database."""

    people: dict[str, int] = field(default_factory=dict)
    owners: list[int] = field(default_factory=list)
    current: str = ""
    clock: int = 0
    message: int = 100
    update: int = 1
    keyboards: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """By chat: the buttons of the keyboard shown last, each with label, data or url, and the message it belongs to."""
    older: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """By chat: the buttons of the keyboards shown before, the latest message's first."""
    deleted: list[int] = field(default_factory=list)
    """Messages deleted lately: they can be edited no more."""


class Shown(Struct, frozen=True):
    """A message as the channel shows it. ``how``: sent, edited, deleted, or alert (a line over the chat).

    ``reply_to``: the message it answers. ``silent``: it came without a sound.
    """

    chat: int
    message: int
    how: str
    html: str
    keyboard: tuple[tuple[dict[str, str], ...], ...] = ()
    reply_to: int = 0
    silent: bool = False


REMEMBERED = 200
"""Deleted messages, and buttons of earlier keyboards in a chat, that the channel remembers."""


class TerminalRequest(BaseRequest):
    """Answers Bot API calls in process. An unknown method is refused as Telegram would refuse it."""

    def __init__(self, store: Store, clock: Clock, show: Callable[[Shown], None]) -> None:
        self._store, self._clock, self._show = store, clock, show
        self._changed = False
        saved = store.meta("terminal")
        self.memory = Remembered(**json.loads(saved)) if saved else Remembered()
        highest = store.value("SELECT max(update_id) FROM inbox") or 0
        self.memory.update = max(self.memory.update, highest + 1)

    @property
    def read_timeout(self) -> float | None:
        """There is nothing to wait for."""
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    def keep(self) -> None:
        """Write down what the channel remembers, with the next commit, and once for it however much was said in between."""
        if not self._changed:
            self._changed = True
            self._store.defer(
                "INSERT INTO meta VALUES ('terminal', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", self._packed
            )

    def _packed(self) -> tuple[str]:
        self._changed = False
        return (json.dumps(asdict(self.memory), ensure_ascii=False),)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *timeouts: Any,
        **named_timeouts: Any,
    ) -> tuple[int, bytes]:
        """One call of the Bot API."""
        name = url.rsplit("/", 1)[1]
        parameters = request_data.parameters if request_data else {}
        refused = self._refused(name, parameters)
        if refused:
            answer = None
        else:
            new = request_data is not None and name == "sendDocument" and bool(request_data.multipart_data)
            answer = self._document(request_data) if request_data and new else self._answer(name, parameters)
        if answer is None:
            code, why = (400, f"Bad Request: {refused}") if refused else (404, f"Not Found: {name}")
            return code, json.dumps({"ok": False, "error_code": code, "description": why}).encode()
        return 200, json.dumps({"ok": True, "result": answer}).encode()

    def _refused(self, name: str, parameters: JSONDict) -> str:
        """Why a message cannot be edited or deleted, or nothing."""
        if name not in EDITS | {"editMessageReplyMarkup", "deleteMessage"}:
            return ""
        number = int(parameters["message_id"])
        if 0 < number <= self.memory.message and number not in self.memory.deleted:
            return ""
        return "message to delete not found" if name == "deleteMessage" else "message to edit not found"

    def _answer(self, name: str, parameters: JSONDict) -> Any:
        if name == "getMe":
            return {"id": 1, "is_bot": True, "first_name": "结对", "username": BOT_NAME}
        if name == "sendPhoto":
            return self._photo(parameters)
        if name == "sendDocument":
            return self._file(parameters)
        if name in EDITS | {"sendMessage"}:
            text = str(parameters.get("text") or parameters.get("caption", ""))
            return self._message({**parameters, "text": text}, edited=name in EDITS)
        if name == "editMessageReplyMarkup":
            self._keyboard(int(parameters["chat_id"]), int(parameters["message_id"]), _buttons(parameters))
            return True
        if name == "deleteMessage":
            return self._delete(int(parameters["chat_id"]), int(parameters["message_id"]))
        if name == "answerCallbackQuery":
            if parameters.get("text"):
                self._show(Shown(0, 0, "alert", str(parameters["text"])))
            return True
        return True if name in {"setMyCommands", "deleteMyCommands"} else None

    def _message(self, parameters: JSONDict, *, edited: bool) -> JSONDict:
        chat = int(parameters["chat_id"])
        if edited:
            number = int(parameters["message_id"])
        else:
            self.memory.message += 1
            number = self.memory.message
        keyboard = _buttons(parameters)
        self._keyboard(chat, number, keyboard)
        text = str(parameters["text"])
        reply_to = int((parameters.get("reply_parameters") or {}).get("message_id", 0))
        silent = bool(parameters.get("disable_notification"))
        self._show(Shown(chat, number, "edited" if edited else "sent", text, keyboard, reply_to, silent))
        return message_json(number, chat, self._clock.now(), text)

    def _document(self, request_data: RequestData) -> JSONDict:
        """A file: its name, its size and what is in it."""
        parameters = request_data.parameters
        name, content = next((str(part[0]), part[1]) for part in (request_data.multipart_data or {}).values())
        shown = content if isinstance(content, bytes) else content.read()
        chat = int(str(parameters["chat_id"]))
        self.memory.message += 1
        self.keep()
        caption = str(parameters.get("caption", ""))
        text = f"{caption}\n📎 {html.escape(name)} ({len(shown)} B)\n{html.escape(_readable(name, shown))}"
        self._show(Shown(chat, self.memory.message, "sent", text))
        file = {"file_id": f"file{self.memory.message}", "file_unique_id": str(self.memory.message), "file_name": name}
        sent = message_json(self.memory.message, chat, self._clock.now(), "")
        del sent["text"]
        return {**sent, "caption": caption, "document": file}

    def _photo(self, parameters: JSONDict) -> JSONDict:
        """A photo that was sent before, by its file id: its caption under a stand-in."""
        sent = self._message({**parameters, "text": f"{PICTURE}\n{parameters.get('caption', '')}"}, edited=False)
        del sent["text"]
        return {**sent, "caption": str(parameters.get("caption", "")), "photo": photo_sizes(str(parameters["photo"]))}

    def _file(self, parameters: JSONDict) -> JSONDict:
        """A file that was sent before, by its file id: its caption under a stand-in."""
        sent = self._message({**parameters, "text": f"{FILE}\n{parameters.get('caption', '')}"}, edited=False)
        del sent["text"]
        file = {"file_id": str(parameters["document"]), "file_unique_id": str(parameters["document"])}
        return {**sent, "caption": str(parameters.get("caption", "")), "document": file}

    def _keyboard(self, chat: int, message: int, keyboard: tuple[tuple[dict[str, str], ...], ...]) -> None:
        """The message's buttons are these from now on, and are the ones shown last if there are any."""
        key = str(chat)
        buttons = [{**button, "message": str(message)} for row in keyboard for button in row]
        shown = [b for b in self.memory.keyboards.get(key, []) if b["message"] != str(message)]
        older = [b for b in self.memory.older.get(key, []) if b["message"] != str(message)]
        if buttons:
            shown, older = buttons, [*shown, *older]
        self.memory.keyboards[key], self.memory.older[key] = shown, older[:REMEMBERED]
        self.keep()

    def _delete(self, chat: int, message: int) -> bool:
        """The message is gone, with its buttons."""
        self._keyboard(chat, message, ())
        self.memory.deleted = [*self.memory.deleted[1 - REMEMBERED :], message]
        self._show(Shown(chat, message, "deleted", TAKEN_BACK))
        return True


def _readable(name: str, content: bytes) -> str:
    """What is in a file, as text; of a table its rows."""
    if not name.endswith(".xlsx"):
        return content.decode("utf-8", "replace")
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    return "\n".join(" | ".join("" if one is None else str(one) for one in row) for row in sheet.iter_rows(values_only=True))


def _buttons(parameters: JSONDict) -> tuple[tuple[dict[str, str], ...], ...]:
    """The buttons of a call, row by row."""
    rows = (parameters.get("reply_markup") or {}).get("inline_keyboard", [])
    return tuple(
        tuple({"label": b["text"], "data": b.get("callback_data", ""), "url": b.get("url", "")} for b in row) for row in rows
    )


def message_json(number: int, chat: int, date: int, text: str, sender: JSONDict | None = None) -> JSONDict:
    """A message in a private chat, as Telegram writes it."""
    sender = sender or {"id": 1, "is_bot": True, "first_name": "结对", "username": BOT_NAME}
    return {
        "message_id": number,
        "date": date,
        "chat": {"id": chat, "type": "private", "first_name": "private"},
        "from": sender,
        "text": text,
    }


def photo_sizes(file: str) -> list[JSONDict]:
    """A photo as Telegram writes it: the same picture in its sizes."""
    return [{"file_id": file, "file_unique_id": file, "width": 800, "height": 600}]


class People:
    """The people of the channel by name, and the updates that they cause."""

    def __init__(self, request: TerminalRequest, clock: Clock, client: str) -> None:
        self._request, self._clock, self._client = request, clock, client

    @property
    def memory(self) -> Remembered:
        """What the channel remembers."""
        return self._request.memory

    def turn_to(self, name: str, *, owner: bool = False) -> int:
        """Speak as this person from now on; new people get the next id."""
        memory = self.memory
        person = memory.people.setdefault(name, FIRST_PERSON + len(memory.people))
        if owner and person not in memory.owners:
            memory.owners.append(person)
        memory.current = name
        self._request.keep()
        return person

    def remember_clock(self, offset: int) -> None:
        """By how much the clock was moved."""
        self.memory.clock = offset
        self._request.keep()

    @property
    def person(self) -> int:
        """The id of the person who is speaking."""
        return self.memory.people[self.memory.current]

    def name(self, person: int) -> str:
        """The name of a person by id."""
        return next((name for name, known in self.memory.people.items() if known == person), str(person))

    def says(self, text: str, **more: Any) -> JSONDict:
        """The update of a message; ``more`` replaces or adds keys of the message (a photo, a contact).

        Bytes that are no UTF-8 reach Python as lone surrogates; Telegram never hands such text on, nor does the terminal.
        """
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        message = message_json(self._number(), self.person, self._clock.now(), text, self._sender())
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0].encode("utf-16-le")) // 2
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        message.update(more)
        if not text:
            del message["text"]
        return {"update_id": self._update(), "message": message}

    def presses(self, button: dict[str, str]) -> JSONDict:
        """The update of a press."""
        return {
            "update_id": self._update(),
            "callback_query": {
                "id": str(self.memory.update),
                "from": self._sender(),
                "chat_instance": "terminal",
                "message": message_json(int(button["message"]), self.person, self._clock.now(), "…"),
                "data": button["data"],
            },
        }

    def keyboard(self) -> list[dict[str, str]]:
        """The buttons of the keyboard that the person was shown last."""
        return self.memory.keyboards.get(str(self.person), [])

    def older(self) -> list[dict[str, str]]:
        """The buttons of the keyboards before it, the latest message's first."""
        return self.memory.older.get(str(self.person), [])

    def _sender(self) -> JSONDict:
        return {"id": self.person, "is_bot": False, "first_name": self.memory.current, "language_code": self._client}

    def _number(self) -> int:
        self.memory.message += 1
        return self.memory.message

    def _update(self) -> int:
        self.memory.update += 1
        self._request.keep()
        return self.memory.update
