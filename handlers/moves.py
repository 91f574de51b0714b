"""The words that go with a move: a question, an answer, a reason. One form for both sides."""

from __future__ import annotations

from typing import Any

from handlers import checks
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Form, Step
from handlers.interest import subject_name
from handlers.views import VIEWS, view
from knowledge.records import interests
from knowledge.records.drafts import Draft
from knowledge.records.moves import MOVES

REASONS = {
    "decline": ("taken", "unfit", "later", "incomplete"),
    "withdraw": ("plans", "means", "elsewhere", "mistake"),
}
"""Reasons offered as buttons, by move."""


def _of(subject: str) -> tuple[int, int, str]:
    number, version, move = subject.split(".")
    return int(number), int(version), move


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    number, _, move = _of(draft.subject)
    interest = interests.get(services.store, number)
    return {
        "move": services.texts(lang, f"move.{move}"),
        "move_id": move,
        "about": subject_name(services, lang, interest) if interest else "",
        "number": number,
    }


def _finish(context: Context, draft: Draft) -> Done:
    number, version, move = _of(draft.subject)
    words = draft.answers["words"]
    role = context.role if context.role in MOVES[move].roles else "organisation"
    result = interests.move(
        context.store,
        number,
        version,
        move,
        actor=context.person.id,
        role=role,
        office=context.services.office(),
        words=f"={words}" if words in REASONS.get(move, ()) else words,
        now=context.now,
    )
    if result is None or result.outcome == "forbidden":  # no longer of the office since the form was opened
        return "moves.forbidden", {}
    if result.outcome != "done":
        return "moves.stale", {"interest": number, "office": int(role != "organisation")}
    return ("asker.card" if role == "organisation" else "office.card"), {"interest": number, "did": move}


def after_move(services: Services, lang: str, card: Reply, args: dict[str, Any]) -> Reply:
    """The card after a move of one's own, under the line that says what became of the words."""
    if not args.get("did"):
        return card
    done = services.texts(lang, f"did.{args['did']}")
    return Reply(f"{done}\n\n{card.text}", card.rows)


@view("moves.stale")
def stale(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Somebody moved first: say so and show how it stands."""
    card = VIEWS["office.card" if args["office"] else "asker.card"](services, lang, args)
    return Reply(f"{services.texts(lang, 'press.moved_on')}\n\n{card.text}", card.rows)


@view("moves.forbidden")
def forbidden(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Nothing was moved, and nothing is shown."""
    return Reply(services.texts(lang, "office.not_yours"))


def _kit(name: str, choices: tuple[str, ...] = ()) -> Kit:
    return Kit(Form(name, 1, (Step("words", checks.offer, choices),), preview=False), _finish, _facts)


FORMS = {move: move if move in REASONS else "words" for move, step in MOVES.items() if step.words}
"""Which form asks for the words of a move."""

register_kit(_kit("words"))
for _move, _reasons in REASONS.items():
    register_kit(_kit(_move, _reasons))


async def ask_words(context: Context, interest: int, version: int, move: str) -> None:
    """Ask for the words that go with a move; it is made when they come."""
    await open_form(context, FORMS[move], f"{interest}.{version}.{move}")
