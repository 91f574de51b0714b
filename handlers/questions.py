"""A person to ask, from the asker's side: any text can be sent to the office, answers come back here and can be followed up."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from telegram import Update

from handlers import checks
from handlers.buttons import number, press, short
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Fault, Form, Step
from handlers.pairings import find_target, target_name
from handlers.presses import Presses
from handlers.question_cards import card, move_rows, moves_of, roles, what, whom
from handlers.views import view
from knowledge.clock import DAY, working
from knowledge.records import coordinators, questions
from knowledge.records.drafts import Draft
from knowledge.records.question_moves import ASKER, MOVES, PACE
from knowledge.records.questions import Asked, Question, Result
from knowledge.text import has_han

ASKS = (
    "上班",
    "下班",
    "休息",
    "多少",
    "几号",
    "几点",
    "什么时候",
    "是什么",
    "how much",
    "how many",
    "what is",
    "what's",
    "when ",
)
"""Words of a short text that asks something, beside calling for a person."""
CALL_MAX, CALL_WORDS = 10, 5
"""Characters of a Chinese text that only calls for a person and asks nothing yet; words of any other."""
REASONS = ("done", "elsewhere", "unclear", "outside")
"""Reasons for closing a question that are offered as buttons."""

# -- asking ------------------------------------------------------------------------------------------------------------


def _subject(draft: Draft) -> tuple[str, str]:
    """What a new question is about, and of what kind it is: ``about`` or ``about@kind.mark``."""
    about, _, rest = draft.subject.partition("@")
    return about, rest.partition(".")[0] or "question"


def _derive(services: Services, draft: Draft) -> Mapping[str, str]:
    """The county it is about (of the button pressed, or the only one that the words name), and to whom it then goes."""
    answers = {name: value for name, value in draft.answers.items() if name != "county"}
    county = _county(services, draft)
    if county:
        answers["county"] = county
    if county and coordinators.at(services.store, county):
        answers.setdefault("to", "county")
    else:
        answers.pop("to", None)
    return answers


def _county(services: Services, draft: Draft) -> str:
    found = find_target(services, _subject(draft)[0])
    if found:
        return found[0].id
    named = services.reader.read(draft.answers.get("text", "")).counties
    return named[0].id if len(named) == 1 else ""


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    about, kind = _subject(draft)
    to = draft.answers.get("to", "city")
    return {
        "county": services.base.counties[draft.answers["county"]].short[lang] if draft.answers.get("county") else "",
        "about": target_name(services, lang, about or draft.answers.get("county", "")),
        "whom": whom(services, lang, draft.answers.get("county"), to),
        "offered": kind == "offer",
        "operator": services.operator[lang],
        "privacy_contact": services.privacy_contact[lang],
    }


def _suggest(services: Services, lang: str, draft: Draft, step: Step) -> str:
    if step.id in draft.answers:
        return draft.answers[step.id]
    words = services.last_text(draft.person)
    return words if isinstance(checks.kept(words), str) else ""


def only_calls(text: str, intent: str) -> bool:
    """Whether a text that was understood so calls for a person and asks nothing yet; 电话多少 asks."""
    if intent != "contact_human" or any(word in text.lower() for word in ASKS):
        return False
    return len(text) <= CALL_MAX if has_han(text) else len(text.split()) <= CALL_WORDS


def _read(services: Services, text: str) -> str | Fault:
    """The words of a question; that a person is called for is known here already."""
    words = checks.kept(text)
    if isinstance(words, str) and only_calls(words, services.reader.read(words).intent):
        return Fault("fault.question.call")
    return words


def _ask(context: Context, draft: Draft) -> Done:
    about, kind = _subject(draft)
    answers = draft.answers
    county = None if answers.get("to") == "city" else answers.get("county")
    asked = Asked(draft.person, kind, answers["text"], about or None, county)
    kept = questions.put(context.store, asked, context.services.office(), cause=context.update_id, now=context.now)
    return "question.kept", {"question": kept}


@view("question.kept")
def kept(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """To whom it went, and by when somebody is reminded."""
    question = questions.get(services.store, int(args["question"]))
    if question is None:
        return Reply(services.texts(lang, "press.gone"))
    first, second = PACE.nudges
    text = services.texts(
        lang,
        "question.kept",
        number=question.id,
        whom=whom(services, lang, question.county, question.turn),
        offered=question.kind == "offer",
        office=bool(questions.told(services.store, question, services.office())),
        days=(first // DAY, second // DAY),
        remind=working(question.created + first),
        promise=working(question.created + second),
    )
    return Reply(text, move_rows(services, lang, question, "asker", question.person))


# -- moves with words --------------------------------------------------------------------------------------------------


def _of(subject: str) -> tuple[int, int, str]:
    which, version, move = subject.split(".")
    return int(which), int(version), move


def _move_facts(services: Services, lang: str, draft: Draft) -> Facts:
    which, _, move = _of(draft.subject)
    question = questions.get(services.store, which)
    to = whom(services, lang, question.county, questions.office_of(services.store, question)) if question else ""
    return {"number": which, "move": move, "asked": short(question.text, 200) if question else "", "whom": to}


def _finish(context: Context, draft: Draft) -> Done:
    """Make the move with its words, unless somebody moved first or the role was lost since the form was opened."""
    which, version, move = _of(draft.subject)
    words = draft.answers["text"]
    result = make(context, which, version, move, words=f"={words}" if words in REASONS else words)
    args: dict[str, str | int] = {"question": which, "person": context.person.id}
    if result is None or result.outcome == "forbidden":
        return "question.not_yours", {}
    return ("question.done" if result.outcome == "done" else "question.stale"), args | {"move": move}


def make(
    context: Context,
    which: int,
    version: int,
    move: str,
    *,
    words: str | None = None,
    to: tuple[str, int | None] | None = None,
) -> Result | None:
    """Make a move as what the person is to the question. None: there is no such question, or it is not this person's."""
    question = questions.get(context.store, which)
    mine = roles(context.services, question, context.person.id) if question else []
    role = next((one for one in mine if one in MOVES[move].roles), None)
    if role is None:
        return None
    return questions.move(
        context.store,
        which,
        version,
        move,
        actor=context.person.id,
        role=role,
        city=context.services.office(),
        words=words,
        to=to,
        now=context.now,
    )


@view("question.done")
def done(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A move of one's own was made."""
    question = questions.get(services.store, int(args["question"]))
    where = whom(services, lang, question.county, question.turn) if question else ""
    return Reply(services.texts(lang, f"question.did.{args['move']}", number=args["question"], whom=where))


@view("question.stale")
def stale(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Somebody moved first: who did what, and the question as it stands."""
    question = questions.get(services.store, int(args["question"]))
    if question is None:
        return Reply(services.texts(lang, "press.gone"))
    return card(services, lang, question, int(args["person"]), moved_on(services, lang, question))


def moved_on(services: Services, lang: str, question: Question) -> str:
    """Somebody moved first: who did what, and when."""
    last = questions.events(services.store, question.id)[-1]
    return services.texts(lang, "press.moved_on", at=last.at, what=what(services, lang, last, "office"))


@view("question.not_yours")
def not_yours(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Nothing was done, and nothing is shown."""
    return Reply(services.texts(lang, "question.not_yours"))


def _words(name: str, choices: tuple[str, ...] = ()) -> Kit:
    return Kit(Form(name, 2, (Step("text", checks.offer, choices),), preview=False), _finish, _move_facts)


ASKING = Form(
    "question",
    2,
    (Step("text", checks.kept), Step("to", choices=("county", "city"), aside=True, when=lambda answers: "to" in answers)),
    anew="text",
)
FORMS = {"answer": "reply", "inquire": "reply", "close": "close", "follow": "follow"}
"""Which form asks for the words of a move."""

register_kit(Kit(ASKING, _ask, _facts, _suggest, reads={"text": _read}, derive=_derive))
for _kit in (_words("reply"), _words("follow"), _words("close", REASONS)):
    register_kit(_kit)


# -- buttons -----------------------------------------------------------------------------------------------------------


async def ask(context: Context, about: str) -> None:
    """Ask for the question that goes to a person at the office."""
    await open_form(context, "question", about)


async def press_ask(update: Update, context: Context, args: list[str]) -> str | None:
    """Ask a person."""
    name = args[0] if args else ""
    await ask(context, name if find_target(context.services, name) else "")
    return None


async def press_keep(update: Update, context: Context, args: list[str]) -> str | None:
    """Send on the words for which nothing was found: they are shown once more before they go."""
    said = context.services.last_text(context.person.id)
    words = checks.kept(said)
    if not isinstance(words, str) or args[:1] != [mark(said)]:  # after a restart, or they wrote something else since
        await ask(context, "")
        return None
    await open_form(context, "question", f"@offer.{mark(said)}", {"text": words})
    return None


def mark(words: str) -> str:
    """What a button carries to know the words that it stood under: the words themselves are in memory alone."""
    return f"{zlib.crc32(words.encode()):08x}"


def found_for(context: Context, args: list[str], parties: frozenset[str]) -> Question | None:
    """The question a button is about, if the person is one of these parties to it: checked on the row."""
    wanted = number(args[0]) if args else None
    question = questions.get(context.store, wanted) if wanted is not None else None
    mine = roles(context.services, question, context.person.id) if question and question.kind != "wrong" else []
    return question if parties.intersection(mine) else None


async def press_move(update: Update, context: Context, args: list[str], parties: frozenset[str]) -> str | None:
    """A move by one of these parties: at once, after one more tap, or after its words."""
    question = found_for(context, args, parties)
    if question is None or len(args) < 3:
        return context.text("press.not_yours" if parties == ASKER else "office.not_yours")
    mine = [role for role in roles(context.services, question, context.person.id) if role in parties]
    move = next((m for role in mine for m in moves_of(question, role, context.person.id) if m.id == args[2]), None)
    if move is None or (str(question.version) != args[1] and parties != ASKER):
        await context.show(update, card(context.services, context.lang, question, context.person.id))
        return moved_on(context.services, context.lang, question)
    if move.words:
        await open_form(context, FORMS[move.id], f"{question.id}.{question.version}.{move.id}")
        return None
    if move.confirm and args[3:] != ["yes"]:
        rows = (
            (press(context.text(f"question.move.{move.id}"), "qa", question.id, question.version, move.id, "yes"),),
            (press(context.text("button.back"), "qm", question.id),),
        )
        await context.show(update, Reply(context.text("question.confirm", number=question.id), rows))
        return None
    return await made(update, context, question, move.id)


async def made(
    update: Update, context: Context, question: Question, move: str, to: tuple[str, int | None] | None = None
) -> str | None:
    """Make a move without words, and show where it was pressed how the question stands now."""
    args = {"question": question.id, "person": context.person.id}
    with context.store.transaction():
        result = make(context, question.id, question.version, move, to=to)
        if result and result.outcome == "done":
            context.note_result("question.shown", **args)
    context.services.wake()
    now = questions.get(context.store, question.id) or question
    await context.show(update, card(context.services, context.lang, now, context.person.id))
    if result is None or result.outcome != "done":
        return moved_on(context.services, context.lang, now)
    return str(done(context.services, context.lang, {**args, "move": move}).text)


async def take_reply(context: Context, replied: int, text: str) -> bool:
    """A reply to a message about a question of one's own follows it up. Whether it was one."""
    question = questions.of_message(context.store, context.person.id, replied)
    if question is None or question.person != context.person.id or "follow" not in _ids(question):
        return False
    words = checks.offer(text)
    if isinstance(words, Fault):
        await context.send(Reply(context.text(words.key, **words.facts)))
        return True
    args: dict[str, str | int] = {"question": question.id, "person": context.person.id, "move": "follow"}
    with context.store.transaction():
        make(context, question.id, question.version, "follow", words=words)
        context.note_result("question.done", **args)
    context.services.wake()
    await context.send(done(context.services, context.lang, args))
    return True


def _ids(question: Question) -> set[str]:
    return {move.id for move in moves_of(question, "asker", question.person)}


async def press_own(update: Update, context: Context, args: list[str]) -> str | None:
    """A move by the one who asked."""
    return await press_move(update, context, args, ASKER)


async def press_mine(update: Update, context: Context, args: list[str]) -> str | None:
    """A question of one's own."""
    question = found_for(context, args, ASKER)
    if question is None:
        return context.text("press.not_yours")
    await context.show(update, card(context.services, context.lang, question, context.person.id))
    return None


PRESSES: Presses = {"ask": press_ask, "keep": press_keep, "qa": press_own, "qm": press_mine}
