"""Telegram: polling, or a webhook when an address for it is set."""

from __future__ import annotations

import asyncio
import logging
import signal

from telegram.error import Conflict, EndPointNotFound, InvalidToken, TelegramError

from bot import heap
from bot.application import TIMEOUT, App, arrive, begin, end
from bot.delivery import Courier
from bot.settings import Settings
from handlers import menu
from handlers.context import Services
from knowledge.records import appointments, people

log = logging.getLogger(__name__)

LONG_POLL = 10
"""Seconds that Telegram may wait for news before it answers."""
FIRST_PAUSE, LAST_PAUSE = 1.0, 30.0
"""Seconds before updates are asked for again after a failure, doubled each time."""
CONFLICTS = 2
"""How often in a row another program may have asked for the updates: an earlier process of ours may be about to end."""
UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]


class PortTaken(Exception):
    """The port of the webhook cannot be used; the message says why."""


async def serve(app: App, settings: Settings) -> None:
    """Run until SIGINT or SIGTERM. Raises TelegramError (a wrong token) and PortTaken."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await _run(app, settings, stop)
    finally:  # where Telegram could not be reached, the application never came to be, but connections were opened
        await app.bot.shutdown()


async def _run(app: App, settings: Settings, stop: asyncio.Event) -> None:
    async with app:
        services: Services = app.bot_data["services"]
        services.username = app.bot.username
        await _describe(app, services)
        await app.start()
        try:
            await begin(app)
            heap.go_on()
            courier: Courier = app.bot_data["courier"]
            courier.watch(stop.set)
            await (_webhook(app, settings, stop) if settings.webhook_url else _polling(app, stop))
        finally:
            await end(app)
            await app.stop()


async def _webhook(app: App, settings: Settings, stop: asyncio.Event) -> None:
    """Let Telegram bring the updates."""
    from bot import webhook  # late: with tornado, which polling does without

    secret = settings.webhook_secret.reveal() if settings.webhook_secret else ""
    server = webhook.listen(WEBHOOK_PATH, settings.webhook_port, secret, lambda update: arrive(app, update))
    try:
        await app.bot.set_webhook(
            f"{(settings.webhook_url or '').rstrip('/')}/{WEBHOOK_PATH}", allowed_updates=UPDATES, secret_token=secret
        )
        log.info("running as @%s, by webhook", app.bot.username)
        await stop.wait()
    finally:
        server.stop()
        await server.close_all_connections()


async def _polling(app: App, stop: asyncio.Event) -> None:
    """Fetch the updates until told to stop.

    PTB's own loop would go deaf without a word when the token is revoked, and fight for ever with another program that uses it.
    """
    await app.bot.delete_webhook()
    log.info("running as @%s", app.bot.username)
    fetching = asyncio.create_task(_fetch(app))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait((fetching, stopped), return_when=asyncio.FIRST_COMPLETED)
    for task in (fetching, stopped):
        task.cancel()
    await asyncio.wait((fetching, stopped))
    if not fetching.cancelled():
        fetching.result()


async def _fetch(app: App) -> None:
    """Ask for updates for ever: each is in the inbox before Telegram hears that it arrived. Raises InvalidToken, Conflict.

    They are asked for as Telegram writes them (and by a spelling that PTB leaves alone, which Telegram takes as well), so that
    one that cannot be read holds up no other.
    """
    asked = {"timeout": LONG_POLL, "allowed_updates": UPDATES}
    offset = conflicts = 0
    pause = FIRST_PAUSE
    while True:
        try:
            found = await app.bot.do_api_request("getupdates", asked | {"offset": offset}, read_timeout=LONG_POLL + TIMEOUT)
        except EndPointNotFound as error:  # so PTB words it when Telegram no longer knows the token
            raise InvalidToken from error
        except TelegramError as error:
            conflicts += isinstance(error, Conflict)
            if conflicts > CONFLICTS:
                raise
            log.warning("updates could not be fetched, again in %.0f s: %s", pause, type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)
            continue
        conflicts, pause = 0, FIRST_PAUSE
        await arrive(app, *found)
        offset = max([offset, *(raw["update_id"] + 1 for raw in found)])


WEBHOOK_PATH = "telegram"
"""The path of the webhook. What keeps strangers out is the secret token in the header, not the path."""


async def _describe(app: App, services: Services) -> None:
    """The command menus by language and role. Without them the bot still works, so a failure is only logged."""
    office = [one.person for one in appointments.listed(services.store)]
    for owner in sorted(services.owners):
        known = people.get(services.store, owner)
        if known and known.started:
            office.append(owner)
        else:
            log.warning("owner %s has not pressed /start yet and cannot be told of anything", owner)
    if not services.owners:
        log.warning("JIEDUI_OWNERS is empty: nobody is told of new interests")
    await menu.describe_all(app.bot, services, sorted(set(office)))
