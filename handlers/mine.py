"""The asker's side: what was registered, how it stands, whose turn it is; answering and withdrawing."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers.buttons import Button, number, press, short
from handlers.context import Context, Reply, Services
from handlers.interest import subject_name
from handlers.moves import after_move, ask_words
from handlers.pairings import find_target, listing
from handlers.presses import Presses
from handlers.views import view
from knowledge.matching import Wish
from knowledge.records import interests
from knowledge.records.interests import Event, Interest
from knowledge.records.moves import allowed

TRAIL = 10
"""Events that a card shows."""
OLDER_WORDS = 100
"""Characters shown of the words that came with an event before the last."""


def overview(services: Services, lang: str, person: int) -> Reply:
    """Everything the person registered, open ones first."""
    found = interests.of_person(services.store, person)
    items = [
        {
            "id": interest.id,
            "about": subject_name(services, lang, interest),
            "stage": services.texts(lang, f"stage.{interest.stage}"),
            "turn": services.texts(lang, f"turn.asker.{interest.turn}"),
            "open": interest.open,
            "since": interest.since,
        }
        for interest in found[:20]
    ]
    text = services.texts(lang, "mine", items=items)
    buttons = [press(f"#{interest.id}", "mine", interest.id) for interest in found[:20]]
    rows = [tuple(buttons[i : i + 5]) for i in range(0, len(buttons), 5)]
    if not found:
        rows.append((press(services.texts(lang, "button.guided"), "g", ""),))
    rows.append((press(services.texts(lang, "button.ask"), "ask", ""),))
    return Reply(text, tuple(rows))


def trail(services: Services, lang: str, events: list[Event]) -> list[dict[str, Any]]:
    """The events of an interest in words, oldest first: the beginning and the latest, older words cut short to fit."""
    shown = events if len(events) <= TRAIL else [events[0], *events[1 - TRAIL :]]
    return [
        {
            "at": event.at,
            "what": services.texts(lang, f"event.{event.move}"),
            "words": _words(services, lang, event, whole=event is events[-1]),
        }
        for event in shown
    ]


def _words(services: Services, lang: str, event: Event, *, whole: bool) -> str:
    words = words_of(services, lang, event.move, event.reason or event.note or "")
    return words if whole else short(words, OLDER_WORDS)


def words_of(services: Services, lang: str, move: str, words: str) -> str:
    """The words that came with a move; a reason chosen by button is kept as ``=id`` and shown in the reader's language."""
    key = f"{move}.words.{words[1:]}"
    return services.texts(lang, key) if words.startswith("=") and services.texts.known(key) else words


def asker_card(services: Services, lang: str, interest: Interest) -> Reply:
    """How an interest stands, for the one who registered it."""
    text = services.texts(
        lang,
        "mine.card",
        interest=interest,
        about=subject_name(services, lang, interest),
        stage=services.texts(lang, f"stage.{interest.stage}"),
        turn=services.texts(lang, f"turn.asker.{interest.turn}"),
        trail=trail(services, lang, interests.events(services.store, interest.id)),
    )
    moves = [
        press(services.texts(lang, f"move.{move.id}"), "own", interest.id, interest.version, move.id)
        for move in allowed(interest.stage, "organisation")
    ]
    rows: list[tuple[Button, ...]] = [tuple(moves)]
    if interest.stage == "declined":
        target = interest.need or interest.county
        rows.append((press(services.texts(lang, "button.alternatives"), "alt", target),))
    return Reply(text, tuple(rows))


@view("asker.card")
def card_view(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The card, after a move of one's own."""
    interest = interests.get(services.store, int(args["interest"]))
    if interest is None:
        return Reply(services.texts(lang, "press.gone"))
    return after_move(services, lang, asker_card(services, lang, interest), args)


@view("asker.moved")
def moved(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The office made a move: what it was, and the card."""
    interest = interests.get(services.store, int(args["interest"]))
    if interest is None:
        return Reply(services.texts(lang, "press.gone"))
    last = [e for e in interests.events(services.store, interest.id) if e.move == args["move"]]
    words = last[-1].reason or last[-1].note or "" if last else ""
    line = services.texts(
        lang,
        f"asker.moved.{args['move']}",
        about=subject_name(services, lang, interest),
        words=words_of(services, lang, str(args["move"]), words),
    )
    card = asker_card(services, lang, interest)
    return Reply(f"{line}\n\n{card.text}", card.rows)


@view("asker.waiting")
def still_waiting(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A week without an answer: say so, and what else can be done."""
    interest = interests.get(services.store, int(args["interest"]))
    if interest is None:
        return Reply(services.texts(lang, "press.gone"))
    text = services.texts(lang, "asker.waiting", about=subject_name(services, lang, interest), days=args["days"])
    rows = (
        (press(services.texts(lang, "button.alternatives"), "alt", interest.need or interest.county),),
        (press(services.texts(lang, "button.ask"), "ask", interest.county),),
    )
    return Reply(text, rows)


async def on_my(update: Update, context: Context) -> None:
    """/my."""
    await context.send(overview(context.services, context.lang, context.person.id))


async def press_my(update: Update, context: Context, args: list[str]) -> str | None:
    """Everything one registered."""
    await context.show(update, overview(context.services, context.lang, context.person.id))
    return None


async def press_mine(update: Update, context: Context, args: list[str]) -> str | None:
    """One interest of one's own."""
    interest = _own(context, args)
    if interest is None:
        return context.text("press.not_yours")
    await context.send(asker_card(context.services, context.lang, interest))
    return None


async def press_own(update: Update, context: Context, args: list[str]) -> str | None:
    """A move of one's own: its words are asked for first."""
    interest = _own(context, args)
    if interest is None or len(args) < 3:
        return context.text("press.not_yours")
    if str(interest.version) != args[1] or args[2] not in {move.id for move in allowed(interest.stage, "organisation")}:
        await context.show(update, asker_card(context.services, context.lang, interest))
        return context.text("press.moved_on")
    await ask_words(context, interest.id, interest.version, args[2])
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


def _own(context: Context, args: list[str]) -> Interest | None:
    """The interest the button is about, if it is the person's own: checked on the row."""
    wanted = number(args[0]) if args else None
    interest = interests.get(context.store, wanted) if wanted is not None else None
    return interest if interest and interest.person == context.person.id else None


PRESSES: Presses = {"my": press_my, "mine": press_mine, "own": press_own, "alt": press_alternatives}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("my", on_my)]
