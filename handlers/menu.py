"""The command menu that Telegram shows, by role and language."""

from __future__ import annotations

import logging

from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from handlers.commands import for_role
from handlers.context import Bot, Services
from handlers.texts import LANGS

log = logging.getLogger(__name__)


async def describe_all(bot: Bot, services: Services, people: list[int]) -> None:
    """The menu of everybody, and those of the people of the office."""
    try:
        await _set(bot, services, BotCommandScopeAllPrivateChats(), "guest")
    except TelegramError as error:
        log.warning("the command menu could not be set: %s", type(error).__name__)
    for person in people:
        await describe(bot, services, person)


async def describe(bot: Bot, services: Services, person: int) -> None:
    """The menu of somebody whose role has changed. Without it the bot still works, so a failure is only logged."""
    role, scope = services.role(person), BotCommandScopeChat(person)
    try:
        if role == "guest":
            for lang in LANGS:
                await bot.delete_my_commands(scope=scope, language_code=_code(lang))
        else:
            await _set(bot, services, scope, role)
    except TelegramError as error:
        log.warning("a command menu could not be set: %s", type(error).__name__)


async def _set(bot: Bot, services: Services, scope: BotCommandScopeAllPrivateChats | BotCommandScopeChat, role: str) -> None:
    for lang in LANGS:
        commands = [BotCommand(c.name, services.texts(lang, f"command.{c.name}")) for c in for_role(role)]
        await bot.set_my_commands(commands, scope=scope, language_code=_code(lang))


def _code(lang: str) -> str:
    """Chinese is the menu of every language that has none of its own."""
    return "" if lang == "zh" else lang
