"""A question as each side sees it: to the office with its moves, to the one who asked with the answers."""

from __future__ import annotations

from typing import Any

from handlers.buttons import Button, Rows, press, short
from handlers.cards import WAITED
from handlers.context import Reply, Services
from handlers.pairings import target_name
from handlers.views import view
from knowledge.clock import DAY, working
from knowledge.records import questions
from knowledge.records.moves import OFFICE, Move
from knowledge.records.question_moves import ASKER, PACE, allowed
from knowledge.records.questions import Event, Question

TRAIL = 8
"""Events that a question shows."""
OLDER_WORDS = 100
"""Characters shown of the words of an event before the last."""
TEXT = 600
"""Characters shown of a question once there is a correspondence about it."""
FIRST_WORDS = 28
"""Characters of a question on a button."""


def roles(services: Services, question: Question, person: int) -> list[str]:
    """What a person is to a question: the one who asked it, of the county's or the city's office, or nothing."""
    office = services.role_at(person, question.county or "")
    return [*(["asker"] if question.person == person else []), *([office] if office else [])]


def moves_of(question: Question, role: str, person: int) -> list[Move]:
    """The moves that the table allows the role now; nobody takes what is in their hands already."""
    return [move for move in allowed(question.state, role) if move.id != "take" or question.assigned != person]


def whom(services: Services, lang: str, county: str | None, turn: str) -> str:
    """The office whose turn it is, in words."""
    known = services.base.counties.get(county or "")
    if turn == "county" and known:
        return services.texts(lang, "question.to.of", county=known.short[lang])
    return services.texts(lang, "question.to.city")


def first_words(question: Question, width: int = FIRST_WORDS) -> str:
    """What a question is told from others by."""
    return short(question.text, width) or "…"


def move_rows(services: Services, lang: str, question: Question, role: str, person: int) -> Rows:
    """The buttons of the moves that are this person's now."""
    buttons = [
        press(
            services.texts(lang, f"question.move.{move.id}"),
            "qa" if role in ASKER else "qo",
            question.id,
            question.version,
            move.id,
        )
        for move in moves_of(question, role, person)
    ]
    return tuple(tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3))


def what(services: Services, lang: str, event: Event, side: str) -> str:
    """An event in a few words, as this side reads it."""
    whom = event.words if event.move == "nudge" else ""
    return services.texts(lang, f"question.event.{event.move}", side=side, whom=whom)


def words_of(services: Services, lang: str, event: Event) -> str:
    """The words that came with a move; a reason chosen by button is kept as ``=id`` and shown in the reader's language."""
    words = "" if event.move == "nudge" else event.words or ""
    key = f"close.text.{words[1:]}"
    return services.texts(lang, key) if words.startswith("=") and services.texts.known(key) else words


def _trail(services: Services, lang: str, question: Question, side: str) -> list[dict[str, Any]]:
    events = [event for event in questions.events(services.store, question.id) if event.move != "put"]
    return [
        {
            "at": event.at,
            "what": what(services, lang, event, side),
            "words": words_of(services, lang, event)
            if event is events[-1]
            else short(words_of(services, lang, event), OLDER_WORDS),
        }
        for event in events[-TRAIL:]
    ]


def card(services: Services, lang: str, question: Question, person: int, heading: str = "") -> Reply:
    """How a question stands, for this person, with the moves that are theirs now; nothing of it for somebody else."""
    mine = roles(services, question, person)
    if not mine:
        return Reply(services.texts(lang, "card.not_yours"))
    role = mine[-1]
    side = "office" if role in OFFICE else "asker"
    trail = _trail(services, lang, question, side)
    turn = "organisation" if question.turn == "asker" else question.turn
    state = services.texts(lang, f"turn.{side}.{turn}", role=role) if question.open else ""
    text = services.texts(
        lang,
        "question.card",
        heading=heading,
        side=side,
        question=question,
        about=target_name(services, lang, question.about or question.county or ""),
        text=short(question.text, TEXT) if trail else question.text,
        trail=trail,
        state=state or services.texts(lang, f"question.state.{question.state}"),
        promised=promised(question),
        taken=question.assigned is not None,
        mine=question.assigned == person,
    )
    return Reply(text, tuple(row for one in reversed(mine) for row in move_rows(services, lang, question, one, person)))


def promised(question: Question) -> int:
    """By when the next step is promised."""
    return working(question.since + PACE.promised)


def days(services: Services, question: Question) -> int:
    """For how many days it has been the same side's turn."""
    return max(1, round((services.now() - question.since) / DAY))


def _of(services: Services, args: dict[str, Any]) -> Question | None:
    return questions.get(services.store, int(args["question"]))


def _event(services: Services, question: Question, args: dict[str, Any]) -> Event | None:
    return next((e for e in questions.events(services.store, question.id) if e.id == args.get("event")), None)


@view("office.question")
def incoming(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Something was asked, added, handed on or withdrawn: the question as it stands."""
    question = _of(services, args)
    if question is None:
        return Reply(services.texts(lang, "press.gone"))
    event = _event(services, question, args)
    if args.get("opened"):
        return card(services, lang, question, int(args["person"]))
    heading = services.texts(lang, f"question.heading.{event.move if event else 'put'}", offered=question.kind == "offer")
    return card(services, lang, question, int(args["person"]), heading)


@view("question.shown")
def shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """How a question stands after a move of one's own."""
    question = _of(services, args)
    return card(services, lang, question, int(args["person"])) if question else Reply(services.texts(lang, "press.gone"))


@view("office.question_nudge")
def office_nudge(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The office is reminded, with its moves."""
    question, person = _of(services, args), int(args["person"])
    if question is None:
        return Reply(services.texts(lang, "press.gone"))
    role = services.role_at(person, question.county or "")
    if role is None:
        return Reply(services.texts(lang, "card.not_yours"))
    text = services.texts(
        lang,
        "office.question_nudge",
        number=question.id,
        words=first_words(question, 60),
        days=days(services, question),
        waits=question.turn == "asker",
    )
    return Reply(text, move_rows(services, lang, question, role, person))


@view("asker.question")
def answered(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The office answered, asked back, or closed the question."""
    question = _of(services, args)
    event = _event(services, question, args) if question else None
    if question is None or event is None:
        return Reply(services.texts(lang, "press.gone"))
    text = services.texts(
        lang,
        f"asker.question.{event.move}",
        asked=first_words(question, 80),
        words=words_of(services, lang, event),
        offered=question.kind == "offer",
    )
    return Reply(text, _asker_rows(services, lang, question))


def _asker_rows(services: Services, lang: str, question: Question) -> Rows:
    rows: list[tuple[Button, ...]] = list(move_rows(services, lang, question, "asker", question.person))
    if not question.open:
        rows.append((press(services.texts(lang, "button.ask_again"), "ask", ""),))
    return tuple(rows)


@view("asker.question_waiting")
def still_waiting(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A week without an answer: what was done, and what can be done."""
    question = _of(services, args)
    if question is None:
        return Reply(services.texts(lang, "press.gone"))
    nudges = [e for e in questions.events(services.store, question.id) if e.move == "nudge" and e.at >= question.since]
    text = services.texts(
        lang,
        "asker.question_waiting",
        asked=first_words(question, 80),
        days=days(services, question),
        nudges=[{"at": e.at, "what": what(services, lang, e, "asker")} for e in nudges[-WAITED:]],
        operator=services.operator[lang],
        privacy_contact=services.privacy_contact[lang],
    )
    return Reply(text, _asker_rows(services, lang, question))


@view("asker.question_nudge")
def asker_nudge(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The office waits for the one who asked."""
    question = _of(services, args)
    if question is None:
        return Reply(services.texts(lang, "press.gone"))
    said = [e for e in questions.events(services.store, question.id) if e.move == "inquire"]
    words = words_of(services, lang, said[-1]) if said else ""
    text = services.texts(lang, "asker.question_nudge", asked=first_words(question, 80), words=words)
    return Reply(text, _asker_rows(services, lang, question))
