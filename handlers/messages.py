"""Messages that are no commands: answers to a form, free text, and everything that is neither."""

from __future__ import annotations

import re
from html import escape

from telegram import Message, Update
from telegram.ext import BaseHandler, MessageHandler, filters

from handlers.context import Context
from handlers.find import answer_freely
from handlers.form_handler import KITS, ask_again, form_of, give_up, hold, take
from handlers.forms import Fault, Input
from handlers.questions import take_reply
from handlers.start import take_language
from handlers.typed import ASKING, bare, resumes, typed
from knowledge.records import drafts
from knowledge.records.drafts import Draft

ASIDES = frozenset({"help", "contact_human", "my_interests", "privacy", "follow_up", "task_info", "county_info", "cancel"})
"""Intents that, in the middle of a form, may be meant as something else than an answer."""
CALLING = (
    "人工",
    "客服",
    "工作人员",
    "帮助",
    "我的意向",
    "隐私",
    "staff",
    "human",
    "a person",
    "help",
    "privacy",
    "my interest",
)
"""Words without which a text in a form is taken as its answer: names are short, and reading them as a wish is a guess."""

LINK = re.compile(r'(<a href=")([^"]*)(">)')
OWN_MATTERS = frozenset({"my_interests", "privacy", "help", "cancel"})
"""Intents of a short text that puts no question to the office, although one lies ready to be sent."""
SHORT_ASIDE = 16
"""Characters of such a text."""
ASIDE_MAX = 200
"""A longer text is no aside."""

KINDS_OF_MESSAGE = (
    ("voice", "other.voice"),
    ("video_note", "other.voice"),
    ("audio", "other.voice"),
    ("photo", "other.photo"),
    ("video", "other.photo"),
    ("document", "other.photo"),
    ("animation", "other.sticker"),
    ("sticker", "other.sticker"),
    ("location", "other.location"),
    ("venue", "other.location"),
    ("contact", "other.contact"),
)


async def on_message(update: Update, context: Context) -> None:
    """Find out whose it is: the form's or the reader's."""
    message = update.message
    if message is None:
        return
    replied = message.reply_to_message.message_id if message.reply_to_message else 0
    if replied and message.text and await take_reply(context, replied, message.text):
        return
    draft = _form_in_hand(message, context)
    step = form_of(context.services, draft).step(draft.step) if draft else None
    if message.text and (step is None or step.parse) and await take_language(context, message.text):
        return
    if draft is not None:
        await _to_form(message, context, draft)
    elif message.text:
        await answer_freely(context, message.text)
    elif message.caption:
        await answer_freely(context, message.caption)
    else:
        await context.say(_other(message))


def _form_in_hand(message: Message, context: Context) -> Draft | None:
    """The draft that owns this message: its question is replied to, or it has the focus."""
    replied = message.reply_to_message
    asked = drafts.asking(context.store, context.person.id, replied.message_id) if replied else None
    draft = asked or drafts.current(context.store, context.person.id)
    if draft is None or draft.form not in KITS:
        return None
    if message.text and resumes(context.services, draft, message.text):
        return draft
    return draft if asked or draft.focused(context.now) or draft.last_update == context.update_id else None


async def _to_form(message: Message, context: Context, draft: Draft) -> None:
    form = form_of(context.services, draft)
    step = form.step(draft.step)
    if message.contact and step and step.contact:
        await take(context, draft, Input("text", message.contact.phone_number))
        return
    if message.photo and step and any(one.photo for one in form.steps):
        await take(context, draft, Input("photo", message.photo[-1].file_id))
        return
    if step and step.media and (message.photo or message.document or not message.text):
        await _with_media(message, context, draft)
        return
    if not message.text:
        why = "form.fault.photo" if step and step.photo else "form.fault.words" if step and step.parse else ""
        await ask_again(context, draft, Fault(why) if why else None)
        return
    if context.base.turns.form_cancel.alone(bare(message.text)):
        await context.send(await give_up(context, draft))
        return
    given = typed(context.services, draft, message.text)
    again = draft.last_update == context.update_id and not draft.held
    if given is not None:
        await take(context, draft, given)
    elif step and step.parse is None and not again and _another_matter(context, message.text):
        await answer_freely(context, message.text)
    elif not again and _aside(context, draft, message.text):
        if step:
            await hold(context, draft, message.text)
        else:  # at the check, where no text is an answer
            await answer_freely(context, message.text)
    else:
        text = _html(message) if step and step.rich else message.text
        await take(context, draft, Input("text", text))


async def _with_media(message: Message, context: Context, draft: Draft) -> None:
    """A picture or a file as part of an answer, one of them; anything else is no answer."""
    if message.media_group_id:
        await ask_again(context, draft, Fault("fault.notice.album"))
    elif message.photo:
        file = f"photo:{message.photo[-1].file_id}"
        await take(context, draft, Input("text", _html(message), file=file))
    elif message.document and not message.animation:
        file = f"document:{message.document.file_id}"
        await take(context, draft, Input("text", _html(message), file=file))
    else:
        await ask_again(context, draft, Fault("fault.notice.media"))


def _html(message: Message) -> str:
    """A text or a caption with its formatting; without it where what says so does not fit the text."""
    try:
        html = message.text_html if message.text else message.caption_html or ""
    except ValueError:  # a mark that cuts a character in two
        html = escape(message.text or message.caption or "", quote=False)
    return LINK.sub(_escaped, html)


def _escaped(link: re.Match[str]) -> str:
    """A link with its address escaped, which PTB leaves as it is: "&lt=" would be read as "<="."""
    return f"{link[1]}{escape(link[2])}{link[3]}"


def _another_matter(context: Context, text: str) -> bool:
    """Where only a button answers: whether a text speaks of something else (an offer, a question)."""
    u = context.services.reader.read(text)
    return bool(u.fields or u.counties or u.origin) or u.intent in ASIDES


def _aside(context: Context, draft: Draft, text: str) -> bool:
    """Whether a text in the middle of a form reads as a command, a question or a politeness rather than as an answer."""
    step = form_of(context.services, draft).step(draft.step)
    turns, plain = context.base.turns, bare(text)
    if step and step.choices and (turns.thank.alone(plain) or turns.greet.alone(plain)):
        return True  # a reason is asked for, and 谢谢 must not withdraw an interest
    if draft.form == "question" and step is None and len(text) <= SHORT_ASIDE:  # otherwise it is the question put better
        polite = any(said.alone(plain) for said in (turns.heard, turns.thank, turns.greet, turns.part))
        return polite or context.services.reader.read(text).intent in OWN_MATTERS
    if draft.form != "interest" or len(text) > ASIDE_MAX:
        return False
    if text.startswith("/"):
        return True
    if step and step.number and step.parse and isinstance(step.parse(text), str):  # "tel. 023-…" does not ask for a person
        return False
    if not any(mark in text.lower() for mark in (*ASKING, *CALLING)):
        return False
    intent = context.services.reader.read(text).intent
    return intent in ASIDES or (step is None and intent != "out_of_scope")  # at the check, any question is one


def _other(message: Message) -> str:
    """The text for a message without words, by what it is."""
    return next((key for attribute, key in KINDS_OF_MESSAGE if getattr(message, attribute, None)), "other.unknown")


async def on_unknown_command(update: Update, context: Context) -> None:
    """A command that does not exist."""
    await context.say("other.command")


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """Unknown commands, then every other message."""
    written = filters.ALL & ~filters.StatusUpdate.ALL  # what Telegram says itself ("pinned a message") wants no answer
    return [MessageHandler(filters.COMMAND, on_unknown_command), MessageHandler(written, on_message)]
