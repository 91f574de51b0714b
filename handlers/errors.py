"""When something goes wrong: the person reads a short apology with an id, the log gets the error with the same id.

Where only the connection failed, or another program holds the database, nothing has to be told: the whole update is answered
again, and what it brings about counts once.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from datetime import timedelta
from typing import Any

from telegram import Update, User
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import ApplicationHandlerStop, CallbackContext

from handlers.context import Context
from knowledge.records import people
from knowledge.records.people import Person

log = logging.getLogger(__name__)

PASSING = ("locked", "full")
"""What SQLite says of a database that can be written again later."""
LOCKED = 1.0
"""Seconds before an update is answered again that met such a database."""


async def on_error(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    """Log without the person's words, then apologise; no other handler sees the update.

    PTB makes a context anew for an error: whose it is, is read from the update once more.
    """
    if context.error and isinstance(update, Update) and isinstance(context, Context):
        await _tell(update, context, context.error)
    elif context.error:
        log.error("error outside an update: %s", type(context.error).__name__, exc_info=context.error)
    raise ApplicationHandlerStop


async def _tell(update: Update, context: Context, error: Exception) -> None:
    """The person or the log, or nobody where the update is answered again."""
    wait = connection_failed(error)
    if wait is None and isinstance(error, sqlite3.OperationalError) and any(words in str(error) for words in PASSING):
        wait = LOCKED
    if wait is not None:
        context.services.unsent[update.update_id] = wait
        log.warning("an answer could not be sent and is tried again: %s", type(error).__name__)
        return
    chat, user = update.effective_chat, update.effective_user
    private = user is not None and (chat is None or chat.type == ChatType.PRIVATE)
    if private and user and isinstance(error, Forbidden):
        people.unreachable(context.store, user.id, context.now)
        log.info("an answer was refused: the person has blocked the bot")
        return
    number = secrets.token_hex(3)
    log.error("error %s while answering: %s", number, type(error).__name__, exc_info=error)
    if not private or not user:
        return
    context.person = _person(context, user)
    try:
        await context.say("error", number=number)
    except TelegramError as second:
        log.warning("error %s could not be told: %s", number, type(second).__name__)


def _person(context: Context, user: User) -> Person:
    """The person, also where the records are what is broken."""
    try:
        known = people.get(context.store, user.id)
    except sqlite3.Error:
        known = None
    return known or Person(user.id, None, None, user.language_code, None, None)


def connection_failed(error: Exception) -> float | None:
    """In how many seconds the same may well go through. None: it would fail again."""
    if isinstance(error, RetryAfter):
        return error.retry_after.total_seconds() if isinstance(error.retry_after, timedelta) else error.retry_after
    return 0 if isinstance(error, NetworkError) and not isinstance(error, BadRequest) else None
