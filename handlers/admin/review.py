"""The office's side: the list of what waits, an interest from it, the contact on a tap."""

from __future__ import annotations

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers.admin import duplicates
from handlers.admin.inquiries import list_buttons, question_button
from handlers.admin.organisations import waiting_row
from handlers.buttons import press
from handlers.cards import subject_name
from handlers.context import Context, Reply, Services
from handlers.moves import found_for, show_card
from handlers.presses import Presses
from handlers.privacy import show_contact
from knowledge.records import interests, questions
from knowledge.records.moves import OFFICE

SHOWN = 12
"""Interests that the list of what waits shows."""
FEW = 4
"""Up to so many questions stand in the list of what waits themselves; more are behind a button for each list."""


def waiting_page(services: Services, lang: str, person: int) -> Reply:
    """What waits for this person: interests on which the office is to move, then the others; questions, by list.

    A coordinator sees what concerns the own counties.
    """
    counties = services.counties(person)
    found = interests.waiting(services.store, counties)
    items = [
        {
            "id": interest.id,
            "name": interest.name,
            "about": subject_name(services, lang, interest),
            "stage": services.texts(lang, f"stage.{interest.stage}"),
            "turn": services.texts(lang, f"turn.office.{interest.turn}", role=services.role_at(person, interest.county)),
            "since": interest.since,
        }
        for interest in found[:SHOWN]
    ]
    asked = questions.listed(services.store, "all", person, services.now(), counties)
    wrong = questions.reported(services.store) if counties is None else []
    text = services.texts(
        lang,
        "office.waiting",
        items=items,
        total=len(found),
        questions=len(asked),
        wrong=len(wrong),
        counties=[services.base.counties[one].short[lang] for one in sorted(counties or ()) if one in services.base.counties],
    )
    buttons = [press(f"#{interest.id}", "case", interest.id) for interest in found[:SHOWN]]
    rows = [tuple(buttons[i : i + 4]) for i in range(0, len(buttons), 4)]
    if len(asked) <= FEW:
        rows.extend((question_button(one),) for one in asked)
    else:
        listed = list_buttons(services, lang, person)
        rows.extend(listed[i : i + 2] for i in range(0, len(listed), 2))
    rows.append((press(services.texts(lang, "button.desk"), "ndesk"),))
    if counties is None:
        rows.append((press(services.texts(lang, "button.coordinators"), "co"),))
    if wrong:
        rows.append((press(services.texts(lang, "button.reported", n=len(wrong)), "wrongs"),))
    if counties is None:
        rows.append(waiting_row(services, lang))
        rows.append(duplicates.waiting_row(services, lang))
    return Reply(text, tuple(rows))


def reported_page(services: Services, lang: str) -> Reply:
    """The latest results that people reported as wrong, with the words that failed."""
    items = [
        {"at": one.created, "why": services.texts(lang, f"wrong.{one.about}"), "words": one.text[:200]}
        for one in questions.reported(services.store)[:10]
    ]
    back = press(services.texts(lang, "button.office"), "office")
    return Reply(services.texts(lang, "office.reported", items=items), ((back,),))


async def press_reported(update: Update, context: Context, args: list[str]) -> str | None:
    """The results reported as wrong."""
    if context.role != "city":
        return context.text("office.not_yours")
    await context.send(reported_page(context.services, context.lang))
    return None


async def on_office(update: Update, context: Context) -> None:
    """/office, for administrators and coordinators."""
    if context.role not in OFFICE:
        await context.say("office.not_yours")
        return
    await context.send(waiting_page(context.services, context.lang, context.person.id))


async def press_waiting(update: Update, context: Context, args: list[str]) -> str | None:
    """What waits."""
    if context.role not in OFFICE:
        return context.text("office.not_yours")
    await context.show(update, waiting_page(context.services, context.lang, context.person.id))
    return None


async def press_case(update: Update, context: Context, args: list[str]) -> str | None:
    """Open an interest from the list."""
    interest = found_for(context, args, OFFICE)
    if interest is None:
        return context.text("office.not_yours")
    show_card(update, context, interest, here=args[1:2] == ["here"])
    return None


async def press_contact(update: Update, context: Context, args: list[str]) -> str | None:
    """The contact, in a message that is taken back within a day; who looked is noted."""
    interest = found_for(context, args, OFFICE)
    if interest is None:
        return context.text("office.not_yours")
    return show_contact(context, interest, role=context.services.role_at(context.person.id, interest.county) or "")


PRESSES: Presses = {"office": press_waiting, "case": press_case, "tel": press_contact, "wrongs": press_reported}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("office", on_office)]
