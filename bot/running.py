"""``jiedui run``: from the settings to a running bot, or to one line that says why not."""

from __future__ import annotations

import asyncio
import logging

from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError

from bot import lock, logs
from bot.application import build_application
from bot.channels.telegram import serve
from bot.cli_words import explain
from bot.settings import BadSettings, load
from knowledge.loading import FaultyBase
from knowledge.records.store import Store, StoreFault

log = logging.getLogger(__name__)


class Trouble(Exception):
    """The bot cannot run; the message says why and what to do, in one line."""


def run_telegram() -> None:
    """Run until stopped. Raises Trouble."""
    try:
        settings = load()
    except BadSettings as error:
        raise Trouble(str(error)) from None
    if settings.token is None:
        raise Trouble("JIEDUI_TOKEN is not set: get a token from @BotFather, or try `jiedui chat`, which needs none")
    if settings.webhook_url and settings.webhook_secret is None:
        raise Trouble("JIEDUI_WEBHOOK_URL needs JIEDUI_WEBHOOK_SECRET as well: any 1 to 256 of the characters A-Z a-z 0-9 _ -")
    secrets = (settings.token, settings.webhook_secret)
    logs.set_up(tuple(secret.get_secret_value() for secret in secrets if secret))
    try:
        held = lock.hold(settings.db)
    except lock.AlreadyRunning:
        raise Trouble(f"another jiedui is running on {settings.db}: only one process may use a database") from None
    except OSError as error:
        raise Trouble(f"{settings.db} cannot be opened: {error.strerror}") from None
    try:
        store = Store(settings.db, channel="telegram")
    except StoreFault as error:
        raise Trouble(explain(error)) from None
    try:
        if not settings.collects:
            log.warning("JIEDUI_OPERATOR and JIEDUI_PRIVACY_CONTACT are not both set: no contacts are collected")
        asyncio.run(serve(build_application(settings, store), settings))
    except FaultyBase as error:
        raise Trouble(f"the knowledge base has faults:\n{error}") from None
    except InvalidToken:
        raise Trouble("Telegram does not know this JIEDUI_TOKEN: check it with @BotFather") from None
    except Conflict:
        raise Trouble("another program is running with this token: stop it first") from None
    except NetworkError as error:
        raise Trouble(f"Telegram cannot be reached ({type(error).__name__}): check the network, or set JIEDUI_PROXY") from None
    except TelegramError as error:
        raise Trouble(f"Telegram refused: {type(error).__name__}") from None
    except OSError as error:
        raise Trouble(f"port {settings.webhook_port} cannot be used: {error.strerror}") from None
    finally:
        store.close()
        held.close()
