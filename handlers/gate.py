"""The gate: what every update passes first. Who writes, in which language, whether it was answered before."""

from __future__ import annotations

import logging
import re
from contextlib import suppress

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden
from telegram.ext import ApplicationHandlerStop, BaseHandler, TypeHandler

from handlers.buttons import Button
from handlers.commands import COMMANDS
from handlers.context import Context, Reply
from handlers.views import made
from knowledge.records import drafts, inbox, people, returning
from knowledge.records.people import Person
from knowledge.text import has_han

log = logging.getLogger(__name__)

LONG = 3500
"""A text of this length may be the first part of a paste that the client split at 4096 characters."""
PASTE_SECONDS = 3
"""How soon after it the other parts of such a paste arrive."""


async def on_update(update: Update, context: Context) -> None:
    """Meet the person; say again what was already done; pass the rest on. Of people in groups nothing is noted."""
    user = update.effective_user
    if user is None or user.is_bot:
        raise ApplicationHandlerStop
    context.update_id = update.update_id
    if update.effective_chat is None or update.effective_chat.type != ChatType.PRIVATE:
        known = people.get(context.store, user.id)
        context.person = known or Person(user.id, None, None, user.language_code, None, None)
        await _in_group(update, context)
        raise ApplicationHandlerStop
    context.person = people.meet(context.store, user.id, user.language_code, context.now)
    if update.my_chat_member:
        if update.my_chat_member.new_chat_member.status in {"kicked", "left"}:
            people.unreachable(context.store, user.id, context.now)
        else:
            returning.back(context.store, user.id, context.now)
            context.services.wake()
        raise ApplicationHandlerStop
    _hear(update.message, context)
    if update.edited_message:
        if update.edited_message.text or update.edited_message.caption:  # a live location changes by itself, again and again
            await context.say("edited")
        raise ApplicationHandlerStop
    confirmed = inbox.result(context.store, update.update_id)
    if confirmed:  # a kill came between the commit and the reply
        view, args = confirmed
        await context.send(await made(context.services, context.lang, view, dict(args)))
        raise ApplicationHandlerStop
    if update.message and _part_of_before(update.message, context):
        raise ApplicationHandlerStop


def _hear(message: Message | None, context: Context) -> None:
    """Note that the chat is open, and Chinese writing; whether Latin letters are English, the reader says later.

    Somebody who has written English goes on in English when a form asks for a name and the name is Chinese.
    """
    person = context.person
    heard = None
    if message and message.text and person.heard != "zh" and has_han(message.text[:400]):
        draft = drafts.current(context.store, person.id) if person.heard else None
        if draft is None or not draft.focused(context.now):
            heard = "zh"
    opened = person.started is None or person.unreachable is not None
    if not (opened or heard):
        return
    with context.store.transaction():
        if opened:
            people.started(context.store, person.id, context.now)
        if person.unreachable is not None and returning.back(context.store, person.id, context.now):
            context.services.wake()
        if heard:
            people.heard(context.store, person.id, heard)
    context.person = people.get(context.store, person.id) or person


def _part_of_before(message: Message, context: Context) -> bool:
    """Whether this is a further part of an album or of a split paste, which was answered with the first part.

    The first part itself may come again, when its answer was not sent: it is known by its update.
    """
    services, person, update = context.services, context.person.id, context.update_id
    if message.media_group_id:
        album, first = services.albums.get(person, ("", 0))
        if album == message.media_group_id:
            return update != first
        services.albums[person] = message.media_group_id, update
        return False
    if not message.text or (message.text.startswith("/") and addressed(message.text, context.bot.username)):
        return False
    second = int(message.date.timestamp())
    until, first = services.pastes.get(person, (0, 0))
    continued = second <= until and update != first
    if len(message.text) >= LONG:
        services.pastes[person] = second + PASTE_SECONDS, first if continued else update
    return continued


async def _in_group(update: Update, context: Context) -> None:
    """In groups only commands and mentions are answered, with the way to the private chat; nothing personal is said there."""
    if update.callback_query:  # buttons that are pressed belong to private chats
        with suppress(BadRequest):  # pressed long ago
            await update.callback_query.answer(context.text("press.old"))
    message = update.message
    if message is None or message.sender_chat is not None or update.effective_chat is None:
        return
    name = context.bot.username
    if not addressed(message.text or "", name):
        return
    button = Button(context.text("button.private"), url=f"https://t.me/{name}?start=group")
    try:
        reply = Reply(context.text("group"), ((button,),), reply_to=message.message_id)  # in the topic where it was asked
        await context.send_to(update.effective_chat.id, reply)
    except (BadRequest, ChatMigrated, Forbidden) as error:  # the bot may not write there: nobody needs to be told
        log.info("a group could not be answered: %s", type(error).__name__)


def addressed(text: str, name: str) -> bool:
    """Whether a text in a group is a command of this bot's, or mentions it by its name."""
    command = re.match(r"/(\w+)(?:@(\w+))?(?![\w@])", text, re.ASCII)
    if command and (command[2] or name).lower() == name.lower():
        return command[1].lower() in {one.name for one in COMMANDS}
    return bool(re.search(rf"@{re.escape(name)}(?!\w)", text, re.IGNORECASE | re.ASCII))


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The handler that stands before all others."""
    return [TypeHandler(Update, on_update)]
