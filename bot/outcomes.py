"""What a Telegram error means for a message that was to be sent: one function, one table, tested error by error."""

from __future__ import annotations

from datetime import timedelta

import httpx
from msgspec import Struct
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)


class Outcome(Struct, frozen=True):
    """``state``: blocked, gone, failed, unknown, or ``again`` (certainly not sent; not before ``wait`` seconds).

    ``blames``: the message itself is at fault, so that nobody else can get it either. ``odd``: a refusal that nobody has
    explained. ``hold``: nothing at all can be sent now.
    """

    state: str
    wait: float = 0
    blames: bool = False
    odd: bool = False
    hold: bool = False


class NotSent(Exception):
    """The cause of an error that came before the request left: no way to the server, no connection free."""


BLOCKED = ("blocked by the user", "deactivated", "initiate conversation", "kicked", "not a member", "messages to bots")
"""What a 403 says of somebody. Any other may come from a proxy in between: it unsubscribes nobody."""
GONE = ("chat not found", "user not found", "peer_id_invalid", "user_id_invalid", "input_user_deactivated")
BLAMES = (
    "can't parse",
    "entities_too_long",
    "entity_bounds_invalid",
    "message is too long",
    "message_too_long",
    "message text is empty",
    "text must be non-empty",
    "caption is too long",
    "caption_too_long",
    "button_",
    "reply markup is too long",
    "reply_markup_too_long",
    "inline keyboard",
    "wrong file",
    "wrong remote file",
    "wrong http url",
    "wrong type of",
    "file is too big",
    "file of size",
    "photo_",
    "image_process_failed",
    "media_",
    "document_invalid",
    "can't use file of type",
    "there is no photo in",
    "there is no document in",
)
"""What Telegram says when the fault is in the text, the picture, the file or the buttons."""
THEIRS = (
    "not found",
    "can't be edited",
    "can't be deleted",
    "not modified",
    "to edit",
    "message_id_invalid",
    "not enough rights",
)
"""What Telegram says of one chat or one message in it, when something is changed or taken back."""
TOO_LARGE = "request entity too large"
ILLEGIBLE = "invalid server response"
"""What the library says of an answer that is no JSON."""
NOT_SENT = (
    NotSent,
    httpx.PoolTimeout,
    httpx.ConnectTimeout,
    httpx.ConnectError,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
PAUSE = 5.0
"""Seconds to wait after a failure of the connection."""
MARGIN = 0.5
"""Seconds added to what Telegram asks to wait."""


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait, with a margin."""
    wait = error.retry_after
    return (wait.total_seconds() if isinstance(wait, timedelta) else float(wait)) + MARGIN


def classify(error: TelegramError) -> Outcome:
    """What became of the message. BadRequest and TimedOut are NetworkErrors, so the order matters."""
    text = error.message.lower()
    if isinstance(error, RetryAfter):
        return Outcome("again", seconds(error))
    if isinstance(error, (Forbidden, BadRequest, InvalidToken)) and isinstance(error.__cause__, TelegramError):
        return Outcome("again", PAUSE, hold=True)  # refused by something in between, in words that are not Telegram's
    if isinstance(error, Forbidden):
        return Outcome("blocked") if any(words in text for words in BLOCKED) else Outcome("failed", odd=True)
    if isinstance(error, BadRequest):
        return _refused(text)
    if isinstance(error, ChatMigrated):
        return Outcome("failed")
    if isinstance(error, (InvalidToken, Conflict)):
        return Outcome("again", PAUSE, hold=True)
    if isinstance(error, NetworkError):
        return _broken(error, text)
    if text == ILLEGIBLE:
        return Outcome("unknown", PAUSE)
    return Outcome("failed", odd=True)


def _refused(text: str) -> Outcome:
    """A 400."""
    if any(words in text for words in GONE):
        return Outcome("gone")
    if "user_is_blocked" in text:
        return Outcome("blocked")
    if any(words in text for words in THEIRS):
        return Outcome("failed")
    blames = any(words in text for words in BLAMES)
    return Outcome("failed", blames=blames, odd=not blames)


def _broken(error: NetworkError, text: str) -> Outcome:
    """A failure of the connection, or of the server."""
    if isinstance(error.__cause__, NOT_SENT):
        return Outcome("again", PAUSE, hold=not isinstance(error, TimedOut))
    if "too many requests" in text:  # without saying how long to wait
        return Outcome("again", PAUSE)
    if TOO_LARGE in text:
        return Outcome("failed", blames=True)
    return Outcome("unknown", PAUSE)  # timed out while reading, broken off, 5xx: it may have arrived
