"""A bare echo bot, to measure against: the library and nothing else.

``python scripts/echo.py`` answers lines from standard input through an in-process transport, as `jiedui chat` does;
``python scripts/echo.py ADDRESS TOKEN`` polls a Bot API server, as `jiedui run` does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters
from telegram.request import BaseRequest, RequestData

Json = dict[str, Any]
BOT = {"id": 1, "is_bot": True, "first_name": "echo", "username": "echo_bot"}


class InProcess(BaseRequest):
    """Answers the Bot API in process; ``shown`` gets each text."""

    def __init__(self, *, show: bool) -> None:
        self.show, self.last = show, Json()

    @property
    def read_timeout(self) -> float | None:
        """There is nothing to wait for."""
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **timeouts: Any
    ) -> tuple[int, bytes]:
        """One call; of messages the last is kept."""
        name = url.rpartition("/")[2]
        result: Any = BOT if name == "getMe" else True
        if request_data and name in {"sendMessage", "editMessageText"}:
            self.last = request_data.parameters
            text = self.last["text"]
            if self.show:
                sys.stdout.write(f"{text}\n")
                sys.stdout.flush()
            result = {"message_id": 2, "date": 1, "chat": chat(int(str(self.last["chat_id"]))), "from": BOT, "text": text}
        return 200, json.dumps({"ok": True, "result": result}).encode()


def chat(person: int) -> Json:
    """A private chat."""
    return {"id": person, "type": "private", "first_name": "somebody"}


def sender(person: int) -> Json:
    """Who writes."""
    return {"id": person, "is_bot": False, "first_name": "somebody", "language_code": "zh"}


def message(update_id: int, text: str, person: int = 7) -> Json:
    """The update of a message."""
    body = {"message_id": update_id, "date": 1, "chat": chat(person), "from": sender(person), "text": text}
    return {"update_id": update_id, "message": body}


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """The same text."""
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def with_echo(builder: ApplicationBuilder[Any, Any, Any, Any, Any, Any]) -> Application[Any, Any, Any, Any, Any, Any]:
    """The application."""
    app = builder.build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    return app


def in_process(request: InProcess) -> Application[Any, Any, Any, Any, Any, Any]:
    """The application with an in-process transport."""
    return with_echo(ApplicationBuilder().token("1:echo").request(request).get_updates_request(request).updater(None))


async def pipe() -> None:
    """Answer lines from standard input."""
    app = in_process(InProcess(show=True))
    async with app:
        number = 0
        while line := sys.stdin.readline():
            number += 1
            await app.process_update(Update.de_json(message(number, line.strip()), app.bot))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with_echo(ApplicationBuilder().base_url(sys.argv[1]).token(sys.argv[2])).run_polling()
    else:
        asyncio.run(pipe())
