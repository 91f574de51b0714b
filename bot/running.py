"""``jiedui run``: from the settings to a running bot, or to one line that says why not."""

from __future__ import annotations

import asyncio
import logging

from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError

from bot import lock, logs
from bot.application import build_application
from bot.channels.telegram import serve
from bot.cli_words import explain
from bot.settings import BadSettings, Settings, load
from knowledge.loading import FaultyBase
from knowledge.records.store import Store, StoreFault

log = logging.getLogger(__name__)


class Trouble(Exception):
    """The bot cannot run; the message says why and what to do, in one line."""


def _settings() -> tuple[Settings, str]:
    """The settings, and the token that ``run`` cannot do without. Raises Trouble."""
    try:
        settings = load()
    except BadSettings as error:
        raise Trouble(str(error)) from None
    if settings.token is None:
        raise Trouble("JIEDUI_TOKEN is not set: get a token from @BotFather, or try `jiedui chat`, which needs none")
    if settings.webhook_url and settings.webhook_secret is None:
        raise Trouble("JIEDUI_WEBHOOK_URL needs JIEDUI_WEBHOOK_SECRET as well: any 1 to 256 of the characters A-Z a-z 0-9 _ -")
    return settings, settings.token.get_secret_value()


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
    except (FaultyBase, TelegramError, OSError) as error:
        raise Trouble(_why(error, settings)) from None
    finally:
        store.close()
        held.close()


def _why(error: Exception, settings: Settings) -> str:
    """Why it cannot run, in words for the operator. Of a failed connection nothing is quoted: addresses carry the token."""
    if isinstance(error, FaultyBase):
        return f"the knowledge base has faults:\n{error}"
    if isinstance(error, InvalidToken):
        return "Telegram does not know this JIEDUI_TOKEN: check it with @BotFather"
    if isinstance(error, Conflict):
        return "another program is running with this token: stop it first"
    if isinstance(error, NetworkError):
        return f"Telegram cannot be reached ({type(error).__name__}): check the network, or set JIEDUI_PROXY"
    if isinstance(error, OSError):
        return f"port {settings.webhook_port} cannot be used: {error.strerror}"
    return f"Telegram refused: {type(error).__name__}"
