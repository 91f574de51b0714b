"""Composition: the one place where settings, records, knowledge, conversations and Telegram are put together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.request import getproxies

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import Application, ApplicationBuilder, BaseHandler, ContextTypes, Defaults, ExtBot
from telegram.request import BaseRequest, HTTPXRequest

from bot.delivery import Courier
from bot.ordering import InboxQueue, PersonOrder
from bot.pacing import Pacer
from bot.settings import Settings
from handlers import conversations
from handlers.context import Context, Services
from handlers.errors import on_error
from handlers.texts import LANGS, Texts
from knowledge import cache
from knowledge.base import KnowledgeBase
from knowledge.clock import SYSTEM_CLOCK, Clock
from knowledge.records import appointments, disclosures, erasure, inbox
from knowledge.records.store import Store
from knowledge.understanding import Reader

App = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]

TIMEOUT = 20.0
"""Seconds to wait for an answer of Telegram: each time it is not enough, a message may or may not have arrived."""
POOL = 64
TERMINAL_TOKEN = "1:terminal"  # noqa: S105  no secret: the terminal has no server


def build_application(
    settings: Settings,
    store: Store,
    *,
    base: KnowledgeBase | None = None,
    request: BaseRequest | None = None,
    clock: Clock = SYSTEM_CLOCK,
    trial: Mapping[str, str] | None = None,
) -> App:
    """Build everything and start nothing. With ``request``, Telegram is spoken to through it alone.

    ``trial`` names, by language, who answers for the data where nothing leaves this machine.

    Raises FaultyBase when the knowledge base has faults.
    """
    base = base or cache.load()
    store.mirror(base)
    services = Services(
        base=base,
        reader=Reader(base),
        store=store,
        texts=Texts(),
        clock=clock,
        owners=set(settings.owners),
        default_lang=settings.lang,
        operator=trial or dict.fromkeys(LANGS, settings.operator),
        privacy_contact=trial or dict.fromkeys(LANGS, settings.privacy_contact),
        collects=settings.collects or trial is not None,
        wake=lambda: None,
        pace=settings.pace,
    )
    conversations.attach(services)
    queue = InboxQueue(store, clock)
    builder = (
        ApplicationBuilder()
        .token(settings.token.reveal() if settings.token else TERMINAL_TOKEN)
        .context_types(ContextTypes(context=Context))
        .defaults(Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .job_queue(None)
        .update_queue(queue)
        .updater(None)
    )
    pacer = Pacer(settings.pace)
    if request is not None:
        builder = builder.request(request).get_updates_request(request)
    else:
        builder = builder.request(_way(settings, pacer)).get_updates_request(_way(settings, pacer)).rate_limiter(pacer)
        if settings.api_url:
            builder = builder.base_url(settings.api_url).base_file_url(settings.api_url.replace("/bot", "/file/bot"))
    order = PersonOrder(store, services.unsent)
    app: App = builder.concurrent_updates(order).build()
    order.attach(app.process_update, lambda person: _tell_flooder(app, person))
    courier = Courier(app.bot, services, pacer)
    services.wake = courier.wake
    app.bot_data.update(services=services, courier=courier, order=order, inbox=queue)
    groups: dict[int, Sequence[BaseHandler[Any, Context, Any]]] = dict(conversations.handlers())
    app.add_handlers(groups)
    app.add_error_handler(on_error)
    return app


def _way(settings: Settings, pacer: Pacer) -> BaseRequest:
    """The transport to Telegram. Through a proxy it is the library's own, which knows every kind of them."""
    if settings.proxy or getproxies():
        return HTTPXRequest(POOL, TIMEOUT, TIMEOUT, pool_timeout=TIMEOUT, proxy=settings.proxy)
    from bot.transport import AiohttpRequest

    return AiohttpRequest(TIMEOUT, pacer.watch())


async def _tell_flooder(app: App, person: int) -> None:
    services: Services = app.bot_data["services"]
    try:
        await app.bot.send_message(person, services.texts(services.language(person), "flood"))
    except TelegramError:  # it cannot be told just now: the next message that is read will be answered
        return


async def begin(app: App) -> None:
    """After ``app.start()``: answer what a kill left unanswered, and start sending."""
    services: Services = app.bot_data["services"]
    courier: Courier = app.bot_data["courier"]
    erasure.apply_again(services.store, services.office, services.now())
    disclosures.roles_changed(services.store, services.owners, services.now())
    appointments.vacate(services.store, services.owners, services.now())
    queue: InboxQueue = app.bot_data["inbox"]
    for payload in inbox.waiting(services.store):
        await queue.put_again(json.loads(payload), app.bot)
    services.store.flush()
    courier.start()


async def arrive(app: App, *found: dict[str, Any]) -> None:
    """Updates as Telegram writes them have come."""
    queue: InboxQueue = app.bot_data["inbox"]
    await queue.arrive(found, app.bot)


async def end(app: App) -> None:
    """Before the database is closed: finish the message in hand and send no more."""
    courier: Courier = app.bot_data["courier"]
    order: PersonOrder = app.bot_data["order"]
    order.stop()
    await courier.stop()


async def settled(app: App) -> None:
    """Wait until every update is answered and nothing is due: for the terminal and the tests."""
    order: PersonOrder = app.bot_data["order"]
    courier: Courier = app.bot_data["courier"]
    await app.update_queue.join()
    await order.told()
    await courier.idle()
