"""Copies of notices that are changed after they were sent, and the progress message of their author, which is edited too."""

from __future__ import annotations

from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.cards import LOST
from handlers.buttons import markup
from handlers.context import Reply, Services, post
from knowledge.records import notices, sending
from knowledge.records.deliveries import Delivery

CHANGES = frozenset({"notice.correction", "notice.recall"})
"""Views that are written over a copy, or in its place: doing it twice does no harm."""
VIEWS = CHANGES | {sending.PANEL}
GONE = ("message to delete not found", "message_id_invalid", "message to edit not found")
"""What Telegram says when the reader has deleted the copy."""


async def change(bot: ExtBot[None], services: Services, delivery: Delivery, reply: Reply, *, silent: bool) -> int:
    """Bring a message up to date with ``reply``. Returns its number. Raises TelegramError."""
    if delivery.view == sending.PANEL:
        return await _panel(bot, services, delivery, reply, silent=silent)
    notice = notices.get(services.store, delivery.notice or 0, counted=False)
    found = notices.copy_of(services.store, notice.of or 0, delivery.person) if notice else None
    if notice is None or found is None:  # it never arrived, or the person was erased
        return 0
    message, sent = found
    if delivery.view == "notice.recall":
        if services.now() - sent < sending.RECALLABLE and await _deleted(bot, delivery.person, message):
            return message
        sending.edited(services.store, delivery.id)
    await _edit(bot, delivery.person, message, reply, caption=notice.media is not None)
    return message


async def _deleted(bot: ExtBot[None], person: int, message: int) -> bool:
    """Whether the message is gone. False: it cannot be deleted, but perhaps edited. Raises TelegramError."""
    try:
        await bot.delete_message(person, message)
    except BadRequest as error:
        return any(words in error.message.lower() for words in GONE)
    return True


async def _edit(bot: ExtBot[None], person: int, message: int, reply: Reply, *, caption: bool) -> None:
    """Write over a message; that it says so already is as good. Raises TelegramError."""
    keyboard = markup(reply.rows)
    try:
        if caption:
            await bot.edit_message_caption(person, message, caption=reply.text, reply_markup=keyboard)
        else:
            await bot.edit_message_text(reply.text, person, message, reply_markup=keyboard)
    except BadRequest as error:
        if "not modified" not in error.message.lower():
            raise


async def _panel(bot: ExtBot[None], services: Services, delivery: Delivery, reply: Reply, *, silent: bool) -> int:
    """The progress message: edited where it stands; where it cannot be, a new one takes its place."""
    number = int(delivery.args["notice"])
    notice = notices.get(services.store, number, counted=False)
    at = notice.panel if notice else None
    if at:
        try:
            await _edit(bot, delivery.person, at, reply, caption=False)
        except BadRequest as error:
            if not any(words in error.message.lower() for words in LOST):
                raise
            at = None
    if not at:
        at = (await post(bot, delivery.person, reply, silent=silent)).message_id
        services.showed(delivery.person)
    sending.shown(services.store, number, at, services.now())
    return at
