"""Questions at the office: lists by who takes care of them, a question from a list, its moves, handing it on."""

from __future__ import annotations

from telegram import Update

from handlers.buttons import Button, number, press
from handlers.context import Context, Reply, Services
from handlers.pairings import target_name
from handlers.presses import Presses
from handlers.question_cards import card, days, first_words
from handlers.questions import found_for, made, press_move
from knowledge.records import coordinators, deliveries, questions
from knowledge.records.moves import OFFICE
from knowledge.records.questions import LISTS, Question

PAGE = 8
"""Questions on one page of a list."""


def list_buttons(services: Services, lang: str, person: int) -> tuple[Button, ...]:
    """A button for each list that has something in it, with how much."""
    counties, now = services.counties(person), services.now()
    sizes = {name: len(questions.listed(services.store, name, person, now, counties)) for name in LISTS}
    return tuple(press(services.texts(lang, f"question.list.{name}", n=n), "ql", name, 0) for name, n in sizes.items() if n)


def question_button(question: Question) -> Button:
    """Opens a question; its first words stand on it."""
    return press(f"💬 {question.id} {first_words(question)}", "q", question.id)


def list_page(services: Services, lang: str, person: int, name: str, offset: int) -> Reply:
    """A page of a list: the longest waiting first, a line and a button for each."""
    found = questions.listed(services.store, name, person, services.now(), services.counties(person))
    offset = offset if 0 <= offset < len(found) else 0
    page = found[offset : offset + PAGE]
    items = [
        {
            "id": one.id,
            "county": target_name(services, lang, one.county or ""),
            "days": days(services, one),
            "waits": one.turn == "asker",
            "taken": one.assigned is not None,
            "mine": one.assigned == person,
            "words": first_words(one, 60),
        }
        for one in page
    ]
    turn = []
    if offset:
        turn.append(press(services.texts(lang, "button.earlier"), "ql", name, max(0, offset - PAGE)))
    if offset + PAGE < len(found):
        turn.append(press(services.texts(lang, "button.more"), "ql", name, offset + PAGE))
    others = tuple(button for button in list_buttons(services, lang, person) if f":{name}:" not in button.data)
    text = services.texts(lang, "question.list", title=services.texts(lang, f"question.list.{name}", n=len(found)), items=items)
    return Reply(text, (*((question_button(one),) for one in page), tuple(turn), others))


async def press_list(update: Update, context: Context, args: list[str]) -> str | None:
    """A list of questions."""
    name, offset = (args + ["", ""])[:2]
    if context.role not in OFFICE or name not in LISTS:
        return context.text("office.not_yours")
    await context.show(update, list_page(context.services, context.lang, context.person.id, name, number(offset) or 0))
    return None


async def press_question(update: Update, context: Context, args: list[str]) -> str | None:
    """Open a question from a list, as mail: an erasure finds it and blanks it."""
    question = found_for(context, args, OFFICE)
    if question is None:
        return context.text("office.not_yours")
    deliveries.put(context.store, context.person.id, "office.question", context.now, question=question.id, opened=1)
    context.services.wake()
    return None


async def press_office(update: Update, context: Context, args: list[str]) -> str | None:
    """A move by the office; handing on asks to whom."""
    question = found_for(context, args, OFFICE)
    if question is None or args[2:3] != ["hand"] or str(question.version) != args[1]:
        return await press_move(update, context, args, OFFICE)
    if not question.open:
        return await press_move(update, context, args, OFFICE)
    targets = hand_targets(context.services, question, context.person.id)
    wanted = tuple(args[3:5])
    if len(wanted) == 2:
        to = next(((county, person) for county, person in targets if wanted == (county, str(person or 0))), None)
        if to is None:
            return context.text("question.hand.gone")
        return await made(update, context, question, "hand", to)
    rows = tuple(
        (press(_target_name(context, county, person), "qo", question.id, question.version, "hand", county, person or 0),)
        for county, person in targets
    )
    text = context.text("question.hand" if targets else "question.hand.nobody", number=question.id)
    await context.show(update, Reply(text, (*rows, (press(context.text("button.back"), "qs", question.id),))))
    return None


def hand_targets(services: Services, question: Question, person: int) -> list[tuple[str, int | None]]:
    """To whom this person can hand a question: the city, a county's coordinators, or one of them by name.

    A coordinator hands on inside the county or to the city; the city also to other counties, whoever takes it there.
    """
    store, county = services.store, question.county or ""
    here = [one for one in coordinators.at(store, county) if one not in {person, question.assigned}] if county else []
    city: list[tuple[str, int | None]] = [("", None)]
    named: list[tuple[str, int | None]] = [(county, one) for one in here]
    if services.counties(person) is not None:
        return [*city, *named]
    counties = [one for one in coordinators.counties_served(store) if one != county or here]
    pools: list[tuple[str, int | None]] = [(one, None) for one in sorted(counties, key=lambda one: (one != county, one))]
    return [*(city if question.assigned is not None or question.turn != "city" else []), *named, *pools]


def _target_name(context: Context, county: str, person: int | None) -> str:
    if not county:
        return context.text("question.to.city")
    name = target_name(context.services, context.lang, county) or county
    if person is None:
        return context.text("question.to.of", county=name)
    return f"{name} · {coordinators.name(context.store, county, person)}"


async def press_show(update: Update, context: Context, args: list[str]) -> str | None:
    """Back to the question, in the same message."""
    question = found_for(context, args, OFFICE)
    if question is None:
        return context.text("office.not_yours")
    await context.show(update, card(context.services, context.lang, question, context.person.id))
    return None


PRESSES: Presses = {"q": press_question, "ql": press_list, "qo": press_office, "qs": press_show}
