"""What a Telegram error means for a message that was to be sent: one function, one table, tested error by error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """``state``: blocked, gone, failed, unknown, or ``again`` (certainly not sent; not before ``wait`` seconds).

    ``blames``: the text itself is at fault, so that nobody else can get it either. ``hold``: nothing at all can be sent now.
    """

    state: str
    wait: float = 0
    blames: bool = False
    hold: bool = False


GONE = ("chat not found", "user not found", "peer_id_invalid")
BLAMES = (
    "can't parse entities",
    "message is too long",
    "message text is empty",
    "text must be non-empty",
    "caption is too long",
)
NOT_SENT = (httpx.PoolTimeout, httpx.ConnectTimeout, httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol)
PAUSE = 5.0
"""Seconds to wait after a failure of the connection."""
MARGIN = 0.5
"""Seconds added to what Telegram asks to wait."""


def classify(error: TelegramError) -> Outcome:
    """What became of the message. BadRequest and TimedOut are NetworkErrors, so the order matters."""
    text = error.message.lower()
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return Outcome("again", (wait.total_seconds() if isinstance(wait, timedelta) else float(wait)) + MARGIN, hold=True)
    if isinstance(error, Forbidden):
        return Outcome("blocked")
    if isinstance(error, BadRequest):
        if any(words in text for words in GONE):
            return Outcome("gone")
        return Outcome("failed", blames=any(words in text for words in BLAMES))
    if isinstance(error, ChatMigrated):
        return Outcome("failed")
    if isinstance(error, (InvalidToken, Conflict)):
        return Outcome("again", PAUSE, hold=True)
    if isinstance(error, NetworkError) and isinstance(error.__cause__, NOT_SENT):
        return Outcome("again", PAUSE, hold=not isinstance(error, TimedOut))
    if isinstance(error, NetworkError):  # timed out while reading, broken off, 5xx: it may have arrived
        return Outcome("unknown", PAUSE)
    return Outcome("failed")
