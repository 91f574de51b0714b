"""What a Telegram error means for a message: every error as the library raises it from an answer or a broken connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import InvalidCallbackData
from telegram.request import HTTPXRequest

from bot.outcomes import Outcome, classify

BLOCKED, GONE, FAILED, BLAMES = Outcome("blocked"), Outcome("gone"), Outcome("failed"), Outcome("failed", blames=True)
ODD = Outcome("failed", odd=True)
UNKNOWN, NOT_SENT, HOLD = Outcome("unknown", 5), Outcome("again", 5), Outcome("again", 5, hold=True)
Answer = Callable[[httpx.Request], httpx.Response]


def error_of(answer: Answer) -> TelegramError:
    """The error that sending a message ends in when the server answers so."""

    async def send() -> None:
        request = HTTPXRequest(httpx_kwargs={"transport": httpx.MockTransport(answer)})
        async with request:
            await Bot("123:abc", request=request).send_message(1, "text")

    with pytest.raises(TelegramError) as caught:
        asyncio.run(send())
    return caught.value


def refuses(status: int, description: str, **parameters: int) -> Answer:
    """A server that refuses."""
    body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return lambda _: httpx.Response(status, json=body)


def breaks(error: type[httpx.HTTPError]) -> Answer:
    """A connection that breaks."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise error("broken")

    return broken


ANSWERS: list[tuple[int, str, type[TelegramError], Outcome]] = [
    (403, "Forbidden: bot was blocked by the user", Forbidden, BLOCKED),
    (403, "Forbidden: user is deactivated", Forbidden, BLOCKED),
    (403, "Forbidden: bot can't initiate conversation with a user", Forbidden, BLOCKED),
    (403, "Forbidden: bot was kicked from the group chat", Forbidden, BLOCKED),
    (403, "Forbidden: bot is not a member of the channel chat", Forbidden, BLOCKED),
    (403, "Forbidden: bot can't send messages to bots", Forbidden, BLOCKED),
    (403, "Forbidden: something new", Forbidden, ODD),
    (403, "", Forbidden, ODD),
    (400, "Bad Request: chat not found", BadRequest, GONE),
    (400, "Bad Request: user not found", BadRequest, GONE),
    (400, "Bad Request: PEER_ID_INVALID", BadRequest, GONE),
    (400, 'Bad Request: can\'t parse entities: unsupported start tag "x" at byte offset 0', BadRequest, BLAMES),
    (400, "Bad Request: message is too long", BadRequest, BLAMES),
    (400, "Bad Request: message text is empty", BadRequest, BLAMES),
    (400, "Bad Request: text must be non-empty", BadRequest, BLAMES),
    (400, "Bad Request: message caption is too long", BadRequest, BLAMES),
    (400, "Bad Request: USER_ID_INVALID", BadRequest, GONE),
    (400, "Bad Request: INPUT_USER_DEACTIVATED", BadRequest, GONE),
    (400, "Bad Request: USER_IS_BLOCKED", BadRequest, BLOCKED),
    (400, "Bad Request: MESSAGE_TOO_LONG", BadRequest, BLAMES),
    (400, "Bad Request: MEDIA_CAPTION_TOO_LONG", BadRequest, BLAMES),
    (400, "Bad Request: ENTITIES_TOO_LONG", BadRequest, BLAMES),
    (400, "Bad Request: BUTTON_DATA_INVALID", BadRequest, BLAMES),
    (400, "Bad Request: BUTTON_URL_INVALID", BadRequest, BLAMES),
    (400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL", BadRequest, BLAMES),
    (400, "Bad Request: can't parse inline keyboard button: no field", BadRequest, BLAMES),
    (400, "Bad Request: wrong file identifier/HTTP URL specified", BadRequest, BLAMES),
    (400, "Bad Request: wrong remote file identifier specified: wrong padding", BadRequest, BLAMES),
    (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", BadRequest, BLAMES),
    (400, "Bad Request: IMAGE_PROCESS_FAILED", BadRequest, BLAMES),
    (400, "Bad Request: MEDIA_EMPTY", BadRequest, BLAMES),
    (400, "Bad Request: there is no photo in the request", BadRequest, BLAMES),
    (400, "Bad Request: can't use file of type Document as Photo", BadRequest, BLAMES),
    (413, "Request Entity Too Large", NetworkError, BLAMES),
    (400, "Bad Request: not enough rights to send text messages to the chat", BadRequest, FAILED),
    (400, "Bad Request: message to edit not found", BadRequest, FAILED),
    (400, "Bad Request: message can't be edited", BadRequest, FAILED),
    (400, "Bad Request: message can't be deleted for everyone", BadRequest, FAILED),
    (400, "Bad Request: there is no text in the message to edit", BadRequest, FAILED),
    (400, "Bad Request: something new", BadRequest, ODD),
    (429, "Too Many Requests", NetworkError, NOT_SENT),
    (401, "Unauthorized", InvalidToken, HOLD),
    (404, "Not Found", InvalidToken, HOLD),
    (409, "Conflict: terminated by other getUpdates request", Conflict, HOLD),
    (500, "Internal Server Error", NetworkError, UNKNOWN),
    (502, "Bad Gateway", NetworkError, UNKNOWN),
    (504, "Gateway Timeout", NetworkError, UNKNOWN),
]


@pytest.mark.parametrize(("status", "description", "kind", "outcome"), ANSWERS)
def test_what_telegram_refuses(status: int, description: str, kind: type[TelegramError], outcome: Outcome) -> None:
    error = error_of(refuses(status, description))
    assert isinstance(error, kind)
    assert classify(error) == outcome


BREAKS: list[tuple[type[httpx.HTTPError], type[TelegramError], Outcome]] = [
    (httpx.ConnectTimeout, TimedOut, NOT_SENT),
    (httpx.PoolTimeout, TimedOut, NOT_SENT),
    (httpx.ReadTimeout, TimedOut, UNKNOWN),
    (httpx.WriteTimeout, TimedOut, UNKNOWN),
    (httpx.ConnectError, NetworkError, HOLD),
    (httpx.ProxyError, NetworkError, HOLD),
    (httpx.UnsupportedProtocol, NetworkError, HOLD),
    (httpx.ReadError, NetworkError, UNKNOWN),
    (httpx.WriteError, NetworkError, UNKNOWN),
    (httpx.CloseError, NetworkError, UNKNOWN),
    (httpx.RemoteProtocolError, NetworkError, UNKNOWN),
    (httpx.LocalProtocolError, NetworkError, UNKNOWN),
    (httpx.DecodingError, NetworkError, UNKNOWN),
]


@pytest.mark.parametrize(("cause", "kind", "outcome"), BREAKS)
def test_what_breaks_on_the_way(cause: type[httpx.HTTPError], kind: type[TelegramError], outcome: Outcome) -> None:
    error = error_of(breaks(cause))
    assert type(error) is kind
    assert classify(error) == outcome


def test_every_break_that_httpx_knows_is_in_the_table() -> None:
    def leaves(kind: type[httpx.HTTPError]) -> set[type[httpx.HTTPError]]:
        below = {leaf for one in kind.__subclasses__() for leaf in leaves(one)}
        return below or {kind}

    missing = leaves(httpx.TransportError) - {cause for cause, _, _ in BREAKS}
    assert missing == set()


@pytest.mark.parametrize("seconds", [1, 35, 3600])
def test_a_flood_is_waited_out(seconds: int) -> None:
    error = error_of(refuses(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds))
    assert isinstance(error, RetryAfter)
    assert classify(error) == Outcome("again", seconds + 0.5)
    assert classify(RetryAfter(timedelta(seconds=seconds))) == Outcome("again", seconds + 0.5)


def test_a_group_that_became_a_supergroup_is_no_person() -> None:
    error = error_of(refuses(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100123))
    assert isinstance(error, ChatMigrated)
    assert classify(error) == FAILED


def test_an_answer_that_is_no_json_comes_from_something_else_than_telegram() -> None:
    def page(status: int) -> Answer:
        return lambda _: httpx.Response(status, content=b"<html>a page</html>")

    for status in (400, 401, 403, 404):  # a proxy on the way: nobody has blocked us, and nothing was sent
        assert classify(error_of(page(status))) == HOLD
    for status in (200, 502):
        assert classify(error_of(page(status))) == UNKNOWN


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (EndPointNotFound("no such method"), ODD),
        (PassportDecryptionError("no key"), ODD),
        (InvalidCallbackData("not used here"), ODD),
        (TelegramError("something new"), ODD),
        (TimedOut(), UNKNOWN),
        (NetworkError("no cause known"), UNKNOWN),
    ],
)
def test_the_rest(error: TelegramError, outcome: Outcome) -> None:
    assert classify(error) == outcome


def test_no_error_of_the_library_is_left_out() -> None:
    def below(kind: type[TelegramError]) -> set[str]:
        return {kind.__name__}.union(*(below(one) for one in kind.__subclasses__()))

    tested = {"TelegramError", "NetworkError", "BadRequest", "TimedOut", "Forbidden", "InvalidToken", "Conflict"}
    tested |= {"RetryAfter", "ChatMigrated", "EndPointNotFound", "PassportDecryptionError", "InvalidCallbackData"}
    assert below(TelegramError) == tested


def test_only_what_certainly_was_not_sent_is_tried_again_for_a_notice() -> None:
    certain = {cause for cause, _, outcome in BREAKS if outcome.state == "again"}
    assert certain == {httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol}
