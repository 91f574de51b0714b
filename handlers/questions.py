"""A person to ask: any text can be handed to the office, an offer that nothing fits is kept, and answers come back here."""

from __future__ import annotations

import zlib
from typing import Any

from telegram import Update

from handlers import checks
from handlers.buttons import number, press, short
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Form, Step
from handlers.pairings import find_target, target_name
from handlers.presses import Presses
from handlers.views import view
from knowledge.records import questions
from knowledge.records.drafts import Draft


def _about(services: Services, lang: str, draft: Draft) -> Facts:
    found = find_target(services, draft.subject)
    return {
        "county": found[0].short[lang] if found else "",
        "operator": services.operator[lang],
        "privacy_contact": services.privacy_contact[lang],
    }


def _suggest(services: Services, lang: str, draft: Draft, step: Step) -> str:
    words = services.last_words.get(draft.person, "")
    return words if isinstance(checks.offer(words), str) else ""


def _ask(context: Context, draft: Draft) -> Done:
    kept = questions.put(
        context.store,
        context.person.id,
        "question",
        draft.answers["text"],
        about=draft.subject or None,
        office=context.services.office(),
        cause=context.update_id,
        now=context.now,
    )
    return "question.kept", {"question": kept}


def _answer(context: Context, draft: Draft) -> Done:
    wanted = int(draft.subject)
    if context.role != "city":
        return "question.not_yours", {}
    done = questions.answer(context.store, wanted, context.person.id, draft.answers["text"], context.now)
    return ("question.sent" if done else "question.answered_before"), {"question": wanted}


register_kit(Kit(Form("question", 1, (Step("text", checks.offer),), preview=False), _ask, _about, _suggest))
register_kit(Kit(Form("reply", 1, (Step("text", checks.offer),), preview=False), _answer))


def _simple(name: str) -> None:
    @view(name)
    def shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
        return Reply(services.texts(lang, name, office=bool(services.office()), number=args.get("question", "")))


for _name in ("question.kept", "question.sent", "question.answered_before", "question.not_yours", "offer.kept"):
    _simple(_name)


@view("office.question")
def incoming(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Somebody handed a text to the office."""
    question = questions.get(services.store, int(args["question"]))
    if question is None:
        return Reply(services.texts(lang, "press.gone"))
    rows = () if question.answered else ((press(services.texts(lang, "button.answer"), "answer", question.id),),)
    about = target_name(services, lang, question.about or "")
    return Reply(services.texts(lang, f"office.{question.kind}", question=question, about=about), rows)


@view("asker.answered")
def answered(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The office answered."""
    question = questions.get(services.store, int(args["question"]))
    if question is None:
        return Reply(services.texts(lang, "press.gone"))
    text = services.texts(
        lang, "asker.answered", asked=short(question.text, 80), answer=question.answer or "", offered=question.kind == "offer"
    )
    return Reply(text, ((press(services.texts(lang, "button.ask_again"), "ask", ""),),))


async def ask(context: Context, about: str) -> None:
    """Ask for the question that goes to a person at the office."""
    await open_form(context, "question", about)


async def press_ask(update: Update, context: Context, args: list[str]) -> str | None:
    """Ask a person."""
    name = args[0] if args else ""
    await ask(context, name if find_target(context.services, name) else "")
    return None


async def press_keep(update: Update, context: Context, args: list[str]) -> str | None:
    """Keep the words for which nothing was found: pressing says that they may be kept."""
    said = context.services.last_words.get(context.person.id, "")
    words = checks.kept(said)
    if not isinstance(words, str) or args[:1] != [
        mark(said)
    ]:  # after a restart, or they wrote something else since: ask for it
        await ask(context, "")
        return None
    with context.store.transaction():
        kept = questions.put(
            context.store,
            context.person.id,
            "offer",
            words,
            office=context.services.office(),
            cause=context.update_id,
            now=context.now,
        )
        context.note_result("offer.kept", question=kept)
    context.services.wake()
    await context.say("offer.kept", office=bool(context.services.office()), number=kept)
    return None


def mark(words: str) -> str:
    """What a button carries to know the words that it stood under: the words themselves are in memory alone."""
    return f"{zlib.crc32(words.encode()):08x}"


async def press_answer(update: Update, context: Context, args: list[str]) -> str | None:
    """An administrator answers a question."""
    wanted = number(args[0]) if args else None
    question = questions.get(context.store, wanted) if wanted is not None else None
    if context.role != "city" or question is None:
        return context.text("office.not_yours")
    if question.answered:
        return context.text("question.answered_before", office=True, number=question.id)
    await open_form(context, "reply", str(question.id))
    return None


async def press_question(update: Update, context: Context, args: list[str]) -> str | None:
    """Open a question from the list of what waits."""
    wanted = number(args[0]) if args else None
    if context.role != "city" or wanted is None:
        return context.text("office.not_yours")
    await context.send(incoming(context.services, context.lang, {"question": wanted}))
    return None


PRESSES: Presses = {"ask": press_ask, "keep": press_keep, "answer": press_answer, "q": press_question}
