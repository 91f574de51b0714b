"""The way to Telegram over aiohttp: what arrives, and what each failure says about whether the message was sent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.application import build_application
from bot.channels.telegram import serve
from bot.outcomes import Outcome, classify
from bot.settings import Secret, Settings
from bot.transport import AiohttpRequest
from knowledge.records.store import Store
from tests.botapi import BAD_GATEWAY, FORBIDDEN, TOKEN, BotApi, Order

UNKNOWN = Outcome("unknown", 5)


async def nothing() -> None:
    """Nobody wants to know what leaves."""


@asynccontextmanager
async def bot(url: str, left: list[int] | None = None, wait: float = 5) -> AsyncIterator[Bot]:
    """A bot on this transport."""
    told = [] if left is None else left

    async def leaves() -> None:
        told.append(1)

    request = AiohttpRequest(wait, leaves)
    async with ExtBot(TOKEN, base_url=url, request=request, get_updates_request=AiohttpRequest(wait, nothing)) as made:
        told.clear()
        yield made


async def failure(url: str, wait: float = 5) -> TelegramError:
    """The error that sending ends in."""
    request = AiohttpRequest(wait, nothing)
    one: Bot = Bot(TOKEN, base_url=url, request=request)
    await request.initialize()
    with pytest.raises(TelegramError) as caught:
        await one.send_message(7, "text")
    await request.shutdown()
    return caught.value


async def test_what_is_sent_arrives_as_it_was_written_and_is_known_to_have_left() -> None:
    left: list[int] = []
    text = "巫溪 & <b>城口</b> + 100% = ?\n😀"
    async with BotApi() as api, bot(api.url, left) as one:
        await one.send_message(7, text, parse_mode="HTML", disable_notification=True)
        (call,) = api.sent(7)
        assert call.parameters["text"] == text
        assert call.parameters["disable_notification"] == "true"
        assert left == [1]


async def test_nothing_of_a_call_goes_before_it_is_noted_as_leaving() -> None:
    noting, noted, got = asyncio.Event(), asyncio.Event(), list[str]()

    async def leaves() -> None:
        noting.set()
        await noted.wait()

    async with BotApi(note=lambda event, call: got.append(f"{event} {call.method}")) as api:
        request = AiohttpRequest(5, leaves)
        one: Bot = Bot(TOKEN, base_url=api.url, request=request)
        await request.initialize()
        call = asyncio.create_task(one.send_message(7, "text"))
        await noting.wait()
        other = Bot(TOKEN, base_url=api.url, request=AiohttpRequest(5, nothing))
        async with other:
            await other.send_message(8, "a call that goes after it, and is answered")
        assert got.count("got sendMessage") == 1
        noted.set()
        await call
        await request.shutdown()
        assert [one.chat for one in api.calls if one.method == "sendMessage"] == [8, 7]


async def test_a_file_arrives_with_its_name_and_its_words() -> None:
    async with BotApi() as api, bot(api.url) as one:
        with pytest.raises(TelegramError, match="Not Found"):  # this server knows no files, but it has read the call
            await one.send_document(7, b"content", filename="资料.json", caption="您的资料")
        (call,) = [call for call in api.calls if call.method == "sendDocument"]
        assert call.parameters["caption"] == "您的资料"
        assert call.files == {"document": ("资料.json", b"content")}


@pytest.mark.parametrize(
    ("order", "kind", "outcome"),
    [
        (FORBIDDEN, Forbidden, Outcome("blocked")),
        (Order(code=400, description="Bad Request: chat not found"), BadRequest, Outcome("gone")),
        (Order(code=429, description="Too Many Requests: retry after 3", retry_after=3), RetryAfter, Outcome("again", 3.5)),
        (BAD_GATEWAY, NetworkError, UNKNOWN),
        (Order(drop="before"), NetworkError, UNKNOWN),
        (Order(drop="after"), NetworkError, UNKNOWN),
        (Order(late=9), TimedOut, UNKNOWN),
    ],
)
async def test_what_the_server_does(order: Order, kind: type[TelegramError], outcome: Outcome) -> None:
    async with BotApi() as api:
        api.order("sendMessage", order)
        error = await failure(api.url, wait=0.2 if order.late else 5)
    assert type(error) is kind
    assert classify(error) == outcome


async def test_where_nobody_listens_nothing_was_sent_and_everything_waits() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        error = await failure(f"http://127.0.0.1:{free.getsockname()[1]}/bot")
    assert type(error) is NetworkError
    assert classify(error) == Outcome("again", 5, hold=True)
    assert TOKEN not in str(error)


async def test_a_name_that_is_not_known_is_nothing_sent() -> None:
    assert classify(await failure("http://telegram.invalid/bot")) == Outcome("again", 5, hold=True)


@pytest.mark.parametrize(
    ("error", "kind", "outcome"),
    [
        (aiohttp.ConnectionTimeoutError(), TimedOut, Outcome("again", 5)),
        (aiohttp.SocketTimeoutError(), TimedOut, UNKNOWN),
        (aiohttp.ServerDisconnectedError(), NetworkError, UNKNOWN),
        (aiohttp.ClientPayloadError(), NetworkError, UNKNOWN),
        (aiohttp.ClientOSError(104, "reset"), NetworkError, UNKNOWN),
        (aiohttp.InvalidURL("x"), NetworkError, Outcome("again", 5, hold=True)),
        (ConnectionResetError(), NetworkError, UNKNOWN),
        (TimeoutError(), TimedOut, UNKNOWN),
    ],
)
async def test_what_breaks(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[TelegramError], outcome: Outcome
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(aiohttp.ClientSession, "request", broken)
    raised = await failure("http://127.0.0.1:9/bot")
    assert type(raised) is kind
    assert classify(raised) == outcome


async def test_it_opens_once_and_closes_twice() -> None:
    request = AiohttpRequest(5, nothing)
    assert request.read_timeout == 5
    with pytest.raises(RuntimeError, match="not open"):
        await request.do_request("http://127.0.0.1:9/", "POST")
    await request.initialize()
    await request.initialize()
    await request.shutdown()
    await request.shutdown()


async def test_connections_are_closed_where_telegram_cannot_be_reached(tmp_path: Path) -> None:
    settings = Settings(token=Secret(TOKEN), api_url="http://127.0.0.1:9/bot", db=tmp_path / "jiedui.db")
    opened: list[aiohttp.ClientSession] = []
    make = aiohttp.ClientSession.__init__

    def noted(self: aiohttp.ClientSession, *args: Any, **more: Any) -> None:
        make(self, *args, **more)
        opened.append(self)

    with (
        closing(Store(settings.db, channel="telegram")) as store,
        patch.object(aiohttp.ClientSession, "__init__", noted),
        pytest.raises(NetworkError),
    ):
        await serve(build_application(settings, store), settings)
    assert [session.closed for session in opened] == [True, True]
