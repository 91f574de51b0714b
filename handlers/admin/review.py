"""The office's side of an interest: the card with its moves, the contact on a tap, the list of what waits."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers.buttons import Button, number, press
from handlers.context import Context, Reply, Services
from handlers.interest import subject_name
from handlers.mine import trail, words_of
from handlers.moves import FORMS, after_move, ask_words
from handlers.presses import Presses
from handlers.privacy import show_contact
from handlers.views import view
from knowledge.records import interests, questions
from knowledge.records.interests import Interest
from knowledge.records.moves import MOVES, allowed


def office_card(services: Services, lang: str, interest: Interest) -> Reply:
    """An interest for those who handle it, with the moves that the table allows them now."""
    base = services.base
    need = base.needs.get(interest.need or "")
    text = services.texts(
        lang,
        "office.card",
        interest=interest,
        about=subject_name(services, lang, interest),
        need=need.text[lang] if need else "",
        task=base.tasks[interest.task].name[lang],
        stage=services.texts(lang, f"stage.{interest.stage}"),
        turn=services.texts(lang, f"turn.office.{interest.turn}"),
        trail=trail(services, lang, interests.events(services.store, interest.id)),
    )
    moves = [
        press(services.texts(lang, f"move.{move.id}"), "off", interest.id, interest.version, move.id)
        for move in allowed(interest.stage, "city")
    ]
    rows: list[tuple[Button, ...]] = [tuple(moves[i : i + 3]) for i in range(0, len(moves), 3)]
    rows.append((press(services.texts(lang, "button.contact"), "tel", interest.id),))
    return Reply(text, tuple(rows))


def _of(services: Services, args: dict[str, Any]) -> Interest | None:
    return interests.get(services.store, int(args["interest"]))


@view("office.card")
def card_view(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The card, after a move of one's own."""
    interest = _of(services, args)
    if interest is None:
        return Reply(services.texts(lang, "press.gone"))
    return after_move(services, lang, office_card(services, lang, interest), args)


@view("office.new")
def new(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A new interest has come in."""
    return _headed(services, lang, args, services.texts(lang, "office.new"))


@view("office.moved")
def moved(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The organisation answered or withdrew."""
    interest = _of(services, args)
    last = [e for e in interests.events(services.store, interest.id) if e.move == args["move"]] if interest else []
    words = words_of(services, lang, str(args["move"]), last[-1].reason or last[-1].note or "") if last else ""
    return _headed(services, lang, args, services.texts(lang, f"office.moved.{args['move']}", words=words))


@view("office.nudge")
def nudge(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """An interest has waited for the office too long."""
    return _headed(services, lang, args, services.texts(lang, "office.nudge", days=args["days"]))


def _headed(services: Services, lang: str, args: dict[str, Any], line: str) -> Reply:
    interest = _of(services, args)
    if interest is None:
        return Reply(services.texts(lang, "press.gone"))
    card = office_card(services, lang, interest)
    return Reply(f"{line}\n\n{card.text}", card.rows)


def waiting_page(services: Services, lang: str) -> Reply:
    """What waits: interests on which the office is to move, then the others; questions without an answer."""
    found = interests.waiting(services.store)
    items = [
        {
            "id": interest.id,
            "name": interest.name,
            "about": subject_name(services, lang, interest),
            "stage": services.texts(lang, f"stage.{interest.stage}"),
            "turn": services.texts(lang, f"turn.office.{interest.turn}"),
            "since": interest.since,
        }
        for interest in found[:12]
    ]
    asked = questions.unanswered(services.store)
    wrong = questions.reported(services.store)
    text = services.texts(lang, "office.waiting", items=items, total=len(found), questions=len(asked), wrong=len(wrong))
    buttons = [press(f"#{interest.id}", "case", interest.id) for interest in found[:12]]
    buttons += [press(f"? {question.id}", "q", question.id) for question in asked[:8]]
    rows = [tuple(buttons[i : i + 4]) for i in range(0, len(buttons), 4)]
    if wrong:
        rows.append((press(services.texts(lang, "button.reported", n=len(wrong)), "wrongs"),))
    return Reply(text, tuple(rows))


def reported_page(services: Services, lang: str) -> Reply:
    """The latest results that people reported as wrong, with the words that failed."""
    items = [
        {"at": one.created, "why": services.texts(lang, f"wrong.{one.about}"), "words": one.text[:200]}
        for one in questions.reported(services.store)[:10]
    ]
    return Reply(services.texts(lang, "office.reported", items=items))


async def press_reported(update: Update, context: Context, args: list[str]) -> str | None:
    """The results reported as wrong."""
    if context.role != "city":
        return context.text("office.not_yours")
    await context.send(reported_page(context.services, context.lang))
    return None


async def on_office(update: Update, context: Context) -> None:
    """/office, for administrators."""
    if context.role != "city":
        await context.say("office.not_yours")
        return
    await context.send(waiting_page(context.services, context.lang))


def _handled(context: Context, args: list[str]) -> Interest | None:
    """The interest the button is about, if the person handles it: checked on the row."""
    interest = number(args[0]) if args else None
    return None if context.role != "city" or interest is None else interests.get(context.store, interest)


async def press_case(update: Update, context: Context, args: list[str]) -> str | None:
    """Open an interest from the list."""
    interest = _handled(context, args)
    if interest is None:
        return context.text("office.not_yours")
    await context.send(office_card(context.services, context.lang, interest))
    return None


async def press_move(update: Update, context: Context, args: list[str]) -> str | None:
    """A move by the office: at once, or after its words."""
    interest = _handled(context, args)
    if interest is None or len(args) < 3 or args[2] not in MOVES:
        return context.text("office.not_yours")
    move = args[2]
    if str(interest.version) != args[1] or move not in {one.id for one in allowed(interest.stage, context.role)}:
        await context.show(update, office_card(context.services, context.lang, interest))
        return context.text("press.moved_on")
    if move in FORMS:
        await ask_words(context, interest.id, interest.version, move)
        return None
    if MOVES[move].confirm and args[3:] != ["yes"]:
        rows = (
            (press(context.text(f"move.{move}"), "off", interest.id, interest.version, move, "yes"),),
            (press(context.text("button.back"), "case", interest.id),),
        )
        await context.say("office.confirm", rows, about=subject_name(context.services, context.lang, interest))
        return None
    with context.store.transaction():
        result = interests.move(
            context.store,
            interest.id,
            interest.version,
            move,
            actor=context.person.id,
            role=context.role,
            office=context.services.office(),
            words=None,
            now=context.now,
        )
        context.note_result("office.card", interest=interest.id)
    context.services.wake()
    if result is not None:
        await context.show(update, office_card(context.services, context.lang, result.interest))
    return context.text("press.moved_on") if result is None or result.outcome != "done" else None


async def press_contact(update: Update, context: Context, args: list[str]) -> str | None:
    """The contact, in a message that is taken back within a day; who looked is noted."""
    interest = _handled(context, args)
    if interest is None:
        return context.text("office.not_yours")
    return show_contact(context, interest, role=context.role)


PRESSES: Presses = {"case": press_case, "off": press_move, "tel": press_contact, "wrongs": press_reported}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("office", on_office)]
