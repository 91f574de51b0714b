"""Telegram: polling, or a webhook when an address for it is set."""

from __future__ import annotations

import asyncio
import logging
import signal

from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from bot.application import App, begin, end
from bot.settings import Settings
from handlers.commands import for_role
from handlers.context import Services
from handlers.texts import LANGS
from knowledge.records import people

log = logging.getLogger(__name__)

UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]


async def serve(app: App, settings: Settings) -> None:
    """Run until SIGINT or SIGTERM. Raises TelegramError (a wrong token) and OSError (a port in use) at the start."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    updater = app.updater
    if updater is None:
        raise RuntimeError("this application was built for another channel")
    async with app:
        services: Services = app.bot_data["services"]
        services.username = app.bot.username
        await _describe(app, services)
        await app.start()
        await begin(app)
        if settings.webhook_url:
            await updater.start_webhook(
                listen="0.0.0.0",  # noqa: S104  a webhook is reached from outside
                port=settings.webhook_port,
                url_path=WEBHOOK_PATH,
                webhook_url=f"{settings.webhook_url.rstrip('/')}/{WEBHOOK_PATH}",
                secret_token=settings.webhook_secret.get_secret_value() if settings.webhook_secret else None,
                allowed_updates=UPDATES,
                bootstrap_retries=3,
            )
        else:
            await updater.start_polling(allowed_updates=UPDATES, bootstrap_retries=3)
        log.info("running as @%s", app.bot.username)
        await stop.wait()
        await updater.stop()
        await end(app)
        await app.stop()


WEBHOOK_PATH = "telegram"
"""The path of the webhook. What keeps strangers out is the secret token in the header, not the path."""


async def _describe(app: App, services: Services) -> None:
    """The command menus by language and role. Without them the bot still works, so a failure is only logged."""
    scopes: list[tuple[BotCommandScopeAllPrivateChats | BotCommandScopeChat, str]] = [
        (BotCommandScopeAllPrivateChats(), "guest")
    ]
    for owner in sorted(services.owners):
        known = people.get(services.store, owner)
        if known and known.started:
            scopes.append((BotCommandScopeChat(owner), services.role(owner)))
        else:
            log.warning("owner %s has not pressed /start yet and cannot be told of anything", owner)
    if not services.owners:
        log.warning("JIEDUI_OWNERS is empty: nobody is told of new interests")
    try:
        for scope, role in scopes:
            for lang in LANGS:
                commands = [BotCommand(c.name, services.texts(lang, f"command.{c.name}")) for c in for_role(role)]
                await app.bot.set_my_commands(commands, scope=scope, language_code="" if lang == "zh" else lang)
    except TelegramError as error:
        log.warning("the command menu could not be set: %s", type(error).__name__)
