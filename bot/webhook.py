"""The webhook: takes the updates that Telegram brings, each kept before Telegram hears that it arrived.

What has the secret comes from Telegram, and what Telegram is refused it brings again and again while others wait. So an update
that cannot be read is taken as well, and noted as such; only what is no update at all is refused.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import tornado.web
from tornado.httpserver import HTTPServer

from bot.channels.telegram import PortTaken

Take = Callable[[dict[str, Any]], Awaitable[None]]
SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of the header
LARGEST = 1 << 20
"""Bytes that an update may have: Telegram's have some thousands."""
LAST = 2**63
"""Update numbers are below it."""


class _Handler(tornado.web.RequestHandler):
    def initialize(self, secret: str, take: Take) -> None:
        self._secret, self._take = secret, take

    async def post(self) -> None:
        given = self.request.headers.get_list(SECRET)
        if len(given) != 1 or not hmac.compare_digest(given[0].encode(), self._secret.encode()):
            self.send_error(403)
            return
        update = _update(self.request.body)
        if update is None:
            self.send_error(400)
            return
        await self._take(update)


def _update(body: bytes) -> dict[str, Any] | None:
    """The update in a request, or None where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    number = found.get("update_id") if isinstance(found, dict) else None
    return found if type(number) is int and 0 <= number < LAST else None


def listen(path: str, port: int, secret: str, take: Take) -> HTTPServer:
    """Listen from now on. Raises PortTaken."""
    application = tornado.web.Application(
        [(f"/{path}/?", _Handler, {"secret": secret, "take": take})], log_function=lambda _handler: None
    )
    server = HTTPServer(application, max_body_size=LARGEST)
    try:
        server.listen(port, address="0.0.0.0")  # noqa: S104  a webhook is reached from outside
    except OSError as error:
        raise PortTaken(f"port {port} cannot be used: {error.strerror}") from error
    return server
