"""The asker's side: what was registered, how it stands, whose turn it is."""

from __future__ import annotations

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers.buttons import press
from handlers.cards import stage_name, subject_name
from handlers.context import Context, Reply, Services
from handlers.form_handler import send_aside
from handlers.moves import found_for, show_card
from handlers.organisation import applied
from handlers.pairings import find_target, listing
from handlers.presses import Presses
from handlers.question_cards import first_words
from knowledge.matching import Wish
from knowledge.records import interests, partners, questions
from knowledge.records.moves import MEMBERS, SIDE

QUESTIONS = 5
"""Questions of one's own that are listed, open ones first."""


def overview(services: Services, lang: str, person: int) -> Reply:
    """Everything that the person's organisations registered, open ones first."""
    own = interests.of_member(services.store, person)
    groups = [interests.get(services.store, number) for number in partners.groups_of(services.store, person)]
    joined = [one for one in groups if one and one not in own]
    found = sorted([*own, *joined], key=lambda one: not one.open)
    items = [
        {
            "id": interest.id,
            "about": subject_name(services, lang, interest),
            "stage": stage_name(services, lang, interest),
            "turn": services.texts(
                lang, f"turn.asker.{interest.turn}", role="member" if interest in joined else "organisation"
            ),
            "open": interest.open,
            "part_of": interest.part_of,
            "joined": interest in joined,
            "since": interest.since,
        }
        for interest in found[:20]
    ]
    text = services.texts(lang, "mine", items=items, applied=applied(services, person))
    buttons = [press(f"#{interest.id}", "mine", interest.id) for interest in found[:20]]
    rows = [tuple(buttons[i : i + 5]) for i in range(0, len(buttons), 5)]
    if not found:
        rows.append((press(services.texts(lang, "button.guided"), "g", ""),))
    for question in questions.of_person(services.store, person, QUESTIONS):
        state = services.texts(lang, f"question.state.{question.turn if question.open else question.state}")
        rows.append((press(f"💬 {first_words(question)} · {state}", "qm", question.id),))
    last = (press(services.texts(lang, "button.org"), "org"), press(services.texts(lang, "button.ask"), "ask", ""))
    rows.append(last)
    return Reply(text, tuple(rows))


async def on_my(update: Update, context: Context) -> None:
    """/my."""
    await send_aside(context, overview(context.services, context.lang, context.person.id))


async def press_my(update: Update, context: Context, args: list[str]) -> str | None:
    """Everything one registered."""
    await context.show(update, overview(context.services, context.lang, context.person.id))
    return None


async def press_mine(update: Update, context: Context, args: list[str]) -> str | None:
    """One interest of one's own organisation."""
    interest = found_for(context, args, SIDE | MEMBERS)
    if interest is None:
        return context.text("press.not_yours")
    show_card(update, context, interest)
    return None


async def press_alternatives(update: Update, context: Context, args: list[str]) -> str | None:
    """Other pairings than the one that did not work out."""
    found = find_target(context.services, args[0] if args else "")
    if found is None:
        return context.text("press.gone")
    county, need = found
    wish = Wish(fields=(need.field,) if need else (), refused_counties=(county.id,))
    await context.send(listing(context.services, context.lang, wish))
    return None


PRESSES: Presses = {"my": press_my, "mine": press_mine, "alt": press_alternatives}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("my", on_my)]
