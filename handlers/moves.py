"""Moves of an interest by its parties: buttons, and the words that go with them (a question, an answer, a reason)."""

from __future__ import annotations

from typing import Any

from telegram import Update

from handlers import checks
from handlers.awaited import waiting
from handlers.buttons import number, press
from handlers.cards import called_at, moves_of, roles, subject_name, what
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Form, Step
from handlers.presses import Presses
from handlers.views import view
from knowledge.records import cards, interests
from knowledge.records.drafts import Draft
from knowledge.records.interests import Interest, Result
from knowledge.records.moves import MOVES, OFFICE, SIDE

REASONS = {
    "decline": ("taken", "unfit", "later", "incomplete"),
    "stop": ("changed", "means", "silent", "agreed"),
    "withdraw": ("plans", "means", "elsewhere", "mistake"),
}
"""Reasons offered as buttons, by form."""
NOT_DONE = {"late": "undo.late", "known": "undo.known", "forbidden": "card.not_yours", "wordless": "fault.offer.short"}
"""Why a move was not made, by outcome; where somebody moved first, what happened is told as well."""


ANYTIME = frozenset({"answer"})
"""Moves whose words are right whatever has happened since they were begun: they go on from how it stands now."""


THEN = {"stuck": "answer"}
"""After a move by one tap, the move whose words are asked for."""


def _of(subject: str) -> tuple[int, int, str]:
    number, version, move = subject.split(".")
    return int(number), int(version), move


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    number, _, move = _of(draft.subject)
    interest = interests.get(services.store, number)
    return {
        "move": services.texts(lang, f"move.{called_at(interest.stage, move) if interest else move}"),
        "move_id": move,
        "about": subject_name(services, lang, interest) if interest else "",
        "number": number,
    }


def _finish(context: Context, draft: Draft) -> Done:
    """Make the move with its words, unless somebody moved first or the role was lost since the form was opened."""
    interest, version, move = _of(draft.subject)
    words = draft.answers["words"]
    coded = (
        f"={words}" if words in REASONS.get(draft.form, ()) else words.lstrip("= ")
    )  # "=" marks a reason that was chosen by button
    result = _make(context, interest, version, move, coded)
    if result is None or result.outcome == "forbidden":
        return "moves.forbidden", {}
    if words == context.services.last_text(context.person.id):  # it went: it is offered no more
        context.services.last_texts.pop(context.person.id)
    args: dict[str, str | int] = {"interest": interest, "person": context.person.id}
    if result.outcome != "done":
        cards.put(context.store, interest, context.person.id, context.now)
        return "moves.stale", args
    return "moves.done", args | {"move": move}


def _make(context: Context, interest: int, version: int, move: str, words: str | None) -> Result | None:
    """Make a move as what the person is to the interest. None: there is no such interest, or it is not this person's."""
    found = interests.get(context.store, interest)
    role = (
        next((one for one in roles(context.services, found, context.person.id) if one in MOVES[move].roles), None)
        if found
        else None
    )
    if found is None or role is None:
        return None
    return interests.move(
        context.store,
        interest,
        found.version if move in ANYTIME else version,
        move,
        actor=context.person.id,
        role=role,
        office=context.services.office(found.county),
        words=words,
        now=context.now,
    )


def moved_on(services: Services, lang: str, interest: Interest) -> str:
    """Somebody moved first: who did what, and when."""
    last = interests.events(services.store, interest.id)[-1]
    return services.texts(lang, "press.moved_on", at=last.at, what=what(services, lang, last))


@view("moves.stale")
def stale(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Somebody moved first: say so; the card shows how it stands."""
    interest = interests.get(services.store, int(args["interest"]))
    return Reply(moved_on(services, lang, interest) if interest else services.texts(lang, "press.gone"))


@view("moves.forbidden")
def forbidden(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Nothing was moved, and nothing is shown."""
    return Reply(services.texts(lang, "office.not_yours"))


def _suggest(services: Services, lang: str, draft: Draft, step: Step) -> str:
    """What was written just before it turned out to be an answer: what came after the question, or was no offer."""
    number, _, move = _of(draft.subject)
    asked = waiting(services, draft.person)
    if asked and asked[0].id == number:
        words = services.last_text(draft.person, since=asked[1].at)
    else:
        words = services.last_text(draft.person)
        words = "" if words == services.last_words.get(draft.person) else words
    return words if move in ANYTIME and isinstance(checks.offer(words), str) else ""


def _kit(name: str, choices: tuple[str, ...] = ()) -> Kit:
    return Kit(Form(name, 1, (Step("words", checks.offer, choices),), preview=False), _finish, _facts, _suggest)


FORMS = {move: "words" for move, step in MOVES.items() if step.words} | {form: form for form in REASONS}
"""Which form asks for the words of a move, by what it is called at its stage."""

register_kit(_kit("words"))
for _move, _reasons in REASONS.items():
    register_kit(_kit(_move, _reasons))


def found_for(context: Context, args: list[str], parties: frozenset[str]) -> Interest | None:
    """The interest a button is about, if the person is one of these parties to it: checked on the row."""
    wanted = number(args[0]) if args else None
    interest = interests.get(context.store, wanted) if wanted is not None else None
    return interest if interest and parties.intersection(roles(context.services, interest, context.person.id)) else None


def pressed(update: Update) -> int:
    """The message that was pressed on."""
    query = update.callback_query
    return query.message.message_id if query and query.message else 0


def show_card(update: Update, context: Context, interest: Interest, *, here: bool = False) -> None:
    """Show how an interest stands: in the card if that was pressed on (or ``here``), otherwise in a new message below."""
    known = cards.get(context.store, interest.id, context.person.id)
    message = pressed(update)
    at = message if here or (known and known.message == message) else 0
    cards.put(context.store, interest.id, context.person.id, context.now, at=at, fresh=not at, force=True)
    context.services.wake()


async def press_move(update: Update, context: Context, args: list[str], parties: frozenset[str]) -> str | None:
    """A move by one of these parties: at once, after one more tap, or after its words."""
    interest = found_for(context, args, parties)
    if interest is None or len(args) < 3:
        return context.text("press.not_yours" if parties == SIDE else "office.not_yours")
    mine = [role for role in roles(context.services, interest, context.person.id) if role in parties]
    move = next((m for role in mine for m in moves_of(context.services, interest, role) if m.id == args[2]), None)
    if move is None or (str(interest.version) != args[1] and move.id not in ANYTIME):
        show_card(update, context, interest, here=True)
        late = args[2] == "undo" and str(interest.version) == args[1]
        return context.text("undo.late") if late else moved_on(context.services, context.lang, interest)
    if move.words:
        await open_form(context, FORMS[called_at(interest.stage, move.id)], f"{interest.id}.{interest.version}.{move.id}")
        return None
    if move.confirm and args[3:] != ["yes"]:
        rows = (
            (press(context.text(f"move.{move.id}"), "off", interest.id, interest.version, move.id, "yes"),),
            (press(context.text("button.back"), "case", interest.id, "here"),),
        )
        await context.say("office.confirm", rows, about=subject_name(context.services, context.lang, interest))
        return None
    with context.store.transaction():
        result = _make(context, interest.id, interest.version, move.id, None)
        show_card(update, context, interest, here=True)
        context.note_result("moves.done", interest=interest.id, person=context.person.id, move=move.id)
    context.services.wake()
    if result is None:
        return None
    if result.outcome == "done" and move.id in THEN:
        await open_form(context, FORMS[THEN[move.id]], f"{interest.id}.{result.interest.version}.{THEN[move.id]}")
    if result.outcome == "done":
        return context.text(f"did.{move.id}")
    key = NOT_DONE.get(result.outcome)
    return context.text(key) if key else moved_on(context.services, context.lang, result.interest)


async def press_own(update: Update, context: Context, args: list[str]) -> str | None:
    """A move by the one who registered."""
    return await press_move(update, context, args, SIDE)


async def press_office(update: Update, context: Context, args: list[str]) -> str | None:
    """A move by the office."""
    return await press_move(update, context, args, OFFICE)


PRESSES: Presses = {"own": press_own, "off": press_office}
