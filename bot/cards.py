"""Showing a living card: the message is edited where it stands; where it cannot be, a new one takes its place."""

from __future__ import annotations

from msgspec import Struct
from telegram import Message
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from handlers.buttons import markup
from handlers.context import Reply, Services
from handlers.views import render
from knowledge.records import cards
from knowledge.records.deliveries import Delivery

LOST = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
    "there is no text in the message to edit",
    "too old",
)
"""What Telegram says of a message that can no longer be edited."""


class Shown(Struct, frozen=True):
    """The message that shows the card now, and up to which event."""

    message: int
    version: int


async def show(bot: ExtBot[None], services: Services, delivery: Delivery, *, silent: bool) -> Shown | None:
    """Bring a card up to date, as the records stand now. None: the interest is there no longer. Raises TelegramError."""
    store, person, args = services.store, delivery.person, delivery.args
    interest = int(args["interest"])
    version = cards.latest(store, interest)
    if not version:
        return None
    known = cards.get(store, interest, person)
    at = int(args.get("at", 0))
    if known and not at and not args.get("fresh"):
        at = known.message
    if known and at == known.message and known.version >= version and not args.get("force"):
        return Shown(at, known.version)
    lang = services.language(person)
    about: dict[str, str | int] = {"interest": interest, "person": person}
    reply = render(services, lang, cards.VIEW, about)
    if not at or not await _edited(bot, person, at, reply):
        repeated = {"repeated": 1} if args.get("repeated") else {}
        reply = render(services, lang, cards.VIEW, about | repeated)
        message: Message = await bot.send_message(
            person, reply.text, reply_markup=markup(reply.rows), disable_notification=silent
        )
        at = message.message_id
        services.showed(person)
    if known and known.version and known.message != at:
        await _leave(bot, person, known.message, render(services, lang, "card.below", about))
    return Shown(at, version)


async def _edited(bot: ExtBot[None], person: int, message: int, reply: Reply) -> bool:
    """Whether the message shows this now. Raises TelegramError when that is not certain."""
    try:
        await bot.edit_message_text(reply.text, chat_id=person, message_id=message, reply_markup=markup(reply.rows))
    except BadRequest as error:
        text = error.message.lower()
        if any(words in text for words in LOST):
            return False
        if "not modified" not in text:
            raise
    return True


async def _leave(bot: ExtBot[None], person: int, message: int, reply: Reply) -> None:
    """A card of which another message has taken the place: it shows nothing that could grow old."""
    try:
        await bot.edit_message_text(reply.text, chat_id=person, message_id=message)
    except TelegramError:  # it is gone, or cannot be reached just now: a press on it shows how it stands
        return
