"""The first words, and those that work at every moment: /start, /help, /lang, /cancel."""

from __future__ import annotations

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers import colleagues
from handlers.admin import coordinators
from handlers.admin.review import waiting_page
from handlers.browse import county_page, plan_page
from handlers.buttons import press
from handlers.commands import for_role
from handlers.context import Context, Reply, Services
from handlers.form_handler import give_up, resume_row
from handlers.pairings import card
from handlers.presses import Presses
from handlers.typed import bare
from knowledge.matching import Wish
from knowledge.records import drafts, people
from knowledge.records.moves import OFFICE

LANGUAGES = {"中文": "zh", "english": "en"}
"""The names of the languages as they stand on the buttons, which may be typed."""


def welcome(services: Services, lang: str, person: int) -> Reply:
    """Who this is, what to write, three ways on."""
    texts = services.texts
    rows = (
        (press(texts(lang, "button.guided"), "g", ""), press(texts(lang, "button.plan"), "plan")),
        (
            press(texts(lang, "button.other_language"), "lang", "en" if lang == "zh" else "zh"),
            *(() if people.holds(services.store, person, "notices") else (press(texts(lang, "button.tick"), "mute", 0),)),
        ),
        *resume_row(services, lang, person),
    )
    return Reply(texts(lang, "start", operator=services.operator[lang]), rows)


def help_page(services: Services, lang: str, person: int) -> Reply:
    """What can be written and which commands there are."""
    commands = [(c.name, services.texts(lang, f"command.{c.name}")) for c in for_role(services.role(person))]
    rows = (
        (press(services.texts(lang, "button.guided"), "g", ""), press(services.texts(lang, "button.ask"), "ask", "")),
        *resume_row(services, lang, person),
    )
    return Reply(services.texts(lang, "help", commands=commands), rows)


async def cancel(context: Context) -> Reply:
    """Give up the form in hand, if there is one."""
    draft = drafts.current(context.store, context.person.id)
    if draft is None:
        return Reply(context.text("cancel.nothing"), ((press(context.text("button.my"), "my"),),))
    return await give_up(context, draft)


async def on_start(update: Update, context: Context) -> None:
    """/start, perhaps with a deep link: county-<id>, need-<id>, plan, join-<token>, coordinator-<token>.

    A form in hand waits: the next text begins anew.
    """
    drafts.park(context.store, context.person.id)
    link = context.args[0] if context.args else ""
    kind, _, name = link.partition("-")
    services, lang = context.services, context.lang
    if kind == "county" and name in context.base.counties:
        services.opened(context.person.id, name)
        await context.send(county_page(services, lang, context.base.counties[name], Wish()))
    elif kind == "need" and (reply := card(services, lang, name, Wish())):
        services.opened(context.person.id, name)
        await context.send(reply)
    elif kind == colleagues.PREFIX:
        await colleagues.open_link(context, name)
    elif kind == coordinators.LINK:
        await context.send(coordinators.invited(services, lang, name, update.effective_user))
    elif kind == "plan":
        await context.send(plan_page(services, lang))
    else:
        await context.send(welcome(services, lang, context.person.id))
    if context.role in OFFICE:
        await context.send(waiting_page(services, lang, context.person.id))


async def on_help(update: Update, context: Context) -> None:
    """/help."""
    await context.send(help_page(context.services, context.lang, context.person.id))


async def on_cancel(update: Update, context: Context) -> None:
    """/cancel."""
    await context.send(await cancel(context))


async def on_lang(update: Update, context: Context) -> None:
    """/lang: both languages as buttons, or the one named after it."""
    wanted = (context.args or [""])[0].lower()
    if wanted in {"zh", "en"}:
        await _choose(context, wanted)
        await context.send(Reply(context.text("lang.chosen")))
        return
    rows = ((press("中文", "lang", "zh"), press("English", "lang", "en")),)
    await context.send(Reply(context.text("lang.ask"), rows))


async def _choose(context: Context, lang: str) -> None:
    people.choose_language(context.store, context.person.id, lang)
    context.person = people.get(context.store, context.person.id) or context.person


async def press_lang(update: Update, context: Context, args: list[str]) -> str | None:
    """A language was tapped: the welcome in it."""
    if args[:1] not in (["zh"], ["en"]):
        return context.text("press.old")
    await _choose(context, args[0])
    await context.show(update, welcome(context.services, context.lang, context.person.id))
    return context.text("lang.chosen")


async def take_language(context: Context, text: str) -> bool:
    """Whether the text is the name of a language alone, as it stands on the buttons: then it is chosen."""
    lang = LANGUAGES.get(bare(text))
    if lang is None:
        return False
    await _choose(context, lang)
    await context.send(welcome(context.services, context.lang, context.person.id))
    return True


PRESSES: Presses = {"lang": press_lang}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [
        CommandHandler("start", on_start),
        CommandHandler("help", on_help),
        CommandHandler("lang", on_lang),
        CommandHandler("cancel", on_cancel),
    ]
