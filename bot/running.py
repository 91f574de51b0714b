"""``jiedui run``: from the settings to a running bot, or to one line that says why not."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing

from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, TelegramError

from bot import lock, logs
from bot.application import build_application
from bot.channels.telegram import PortTaken, serve
from bot.cli_words import explain
from bot.settings import BadSettings, Settings, load
from knowledge.faults import FaultyBase
from knowledge.records.store import Store, StoreFault, fault

log = logging.getLogger(__name__)


class Trouble(Exception):
    """The bot cannot run; the message says why and what to do, in one line."""


def run_telegram() -> None:
    """Run until stopped. Raises Trouble."""
    settings = _settings()
    logs.set_up(_secrets(settings))
    try:
        with lock.hold(settings.db), closing(Store(settings.db, channel="telegram")) as store:
            if not settings.collects:
                log.warning("JIEDUI_OPERATOR and JIEDUI_PRIVACY_CONTACT are not both set: no contacts are collected")
            asyncio.run(serve(build_application(settings, store), settings))
    except lock.AlreadyRunning:
        raise Trouble(f"another jiedui is running on {settings.db}: only one process may use a database") from None
    except StoreFault as error:
        raise Trouble(explain(error)) from None
    except sqlite3.DatabaseError as error:
        raise Trouble(explain(fault(error, settings.db))) from None
    except FaultyBase as error:
        raise Trouble(f"the knowledge base has faults:\n{error}") from None
    except TelegramError as error:
        raise Trouble(_refused(error, settings)) from None
    except PortTaken as error:
        raise Trouble(str(error)) from None
    except OSError as error:
        raise Trouble(f"{settings.db} cannot be opened: {error.strerror}") from None


def _settings() -> Settings:
    """The settings, with what `run` needs."""
    try:
        settings = load()
    except BadSettings as error:
        raise Trouble(str(error)) from None
    if settings.token is None:
        raise Trouble("JIEDUI_TOKEN is not set: get a token from @BotFather, or try `jiedui chat`, which needs none")
    if settings.webhook_url and settings.webhook_secret is None:
        raise Trouble("JIEDUI_WEBHOOK_URL needs JIEDUI_WEBHOOK_SECRET as well: any 1 to 256 of the characters A-Z a-z 0-9 _ -")
    return settings


def _secrets(settings: Settings) -> tuple[str, ...]:
    return tuple(secret.reveal() for secret in (settings.token, settings.webhook_secret) if secret)


def _refused(error: TelegramError, settings: Settings) -> str:
    """Why Telegram cannot be used, in a line without the token, which Telegram's own words may hold."""
    if isinstance(error, InvalidToken):
        return "Telegram does not know this JIEDUI_TOKEN: check it with @BotFather"
    if isinstance(error, Conflict):
        return "another program is running with this token: stop it first"
    if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        way = " and JIEDUI_PROXY" if settings.proxy else ", or set JIEDUI_PROXY"
        return f"Telegram cannot be reached ({type(error).__name__}): check the network{way}"
    return f"Telegram refused: {logs.redact(' '.join(error.message.split()), _secrets(settings))}"
