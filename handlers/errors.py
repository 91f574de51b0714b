"""When something goes wrong: the person reads a short apology with an id, the log gets the error with the same id."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from telegram import Update
from telegram.error import NetworkError, RetryAfter, TelegramError
from telegram.ext import CallbackContext

from handlers.context import Context

log = logging.getLogger(__name__)


async def on_error(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    """Log without the person's words, then apologise."""
    error = context.error
    if error is None:
        return
    if update is None and isinstance(error, NetworkError):  # polling lost the network: it tries again by itself
        log.warning("the connection to Telegram failed: %s", type(error).__name__)
        return
    number = secrets.token_hex(3)
    log.error("error %s while answering: %s", number, type(error).__name__, exc_info=error)
    if (
        isinstance(update, Update)
        and isinstance(context, Context)
        and update.effective_user
        and not isinstance(error, RetryAfter)
    ):
        if getattr(context, "person", None) is None:
            return
        try:
            await context.say("error", number=number)
        except TelegramError as second:
            log.warning("error %s could not be told: %s", number, type(second).__name__)
