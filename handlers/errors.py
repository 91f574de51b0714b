"""When something goes wrong: the person reads a short apology with an id, the log gets the error with the same id.

Where only the connection failed, nothing has to be told: the whole update is answered again, and what it brings about counts
once.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import Any

from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import CallbackContext

from handlers.context import Context
from knowledge.records import people

log = logging.getLogger(__name__)


async def on_error(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    """Log without the person's words, then apologise."""
    error = context.error
    if error is None:
        return
    if isinstance(update, Update) and isinstance(context, Context) and (wait := connection_failed(error)) is not None:
        context.services.unsent[update.update_id] = wait
        log.warning("an answer could not be sent and is tried again: %s", type(error).__name__)
        return
    if isinstance(error, Forbidden) and isinstance(context, Context) and getattr(context, "person", None) is not None:
        people.unreachable(context.store, context.person.id, context.now)
        log.info("an answer was refused: the person has blocked the bot")
        return
    number = secrets.token_hex(3)
    log.error("error %s while answering: %s", number, type(error).__name__, exc_info=error)
    if isinstance(context, Context) and getattr(context, "person", None) is not None:
        try:
            await context.say("error", number=number)
        except TelegramError as second:
            log.warning("error %s could not be told: %s", number, type(second).__name__)


def connection_failed(error: Exception) -> float | None:
    """In how many seconds the same may well go through. None: it would fail again."""
    if isinstance(error, RetryAfter):
        return error.retry_after.total_seconds() if isinstance(error.retry_after, timedelta) else error.retry_after
    return 0 if isinstance(error, NetworkError) and not isinstance(error, BadRequest) else None
