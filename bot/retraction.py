"""Messages that change or go after they were sent: a contact is taken back, other things are written over."""

from __future__ import annotations

from telegram.error import BadRequest
from telegram.ext import ExtBot

from handlers.context import Reply
from knowledge.records import deliveries
from knowledge.records.deliveries import Delivery
from knowledge.records.store import Store

VIEWS = frozenset({"message.taken_back", "message.blank", "message.not_yours"})
"""The views that are no new message: what they render is written over an old one."""
DONE = ("not found", "not modified", "message_id_invalid")
"""What Telegram says when there is nothing left to change."""


async def retract(bot: ExtBot[None], store: Store, delivery: Delivery, reply: Reply) -> None:
    """Delete the message (``message.taken_back``) or write ``reply`` over it; also where it is too old to be deleted.

    Raises TelegramError when it has to be tried again.
    """
    args = delivery.args
    message = args.get("message") or deliveries.message(store, int(args.get("delivery", 0)))
    if message is None:  # it never arrived
        return
    if delivery.view == "message.taken_back":
        try:
            await bot.delete_message(delivery.person, int(message))
        except BadRequest as error:  # Telegram deletes what is younger than 48 hours
            if any(words in error.message.lower() for words in ("delete not found", "message_id_invalid")):
                return
        else:
            return
    try:
        await bot.edit_message_text(reply.text, delivery.person, int(message))
    except BadRequest as error:
        if not any(words in error.message.lower() for words in DONE):
            raise
