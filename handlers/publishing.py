"""A completed case as a precedent: the city proposes it, the organisation agrees to what it sees, the city gets the entry."""

from __future__ import annotations

from functools import partial
from typing import Any

from telegram import Update

from handlers import checks
from handlers.buttons import press
from handlers.cards import line, subject_name
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Answers, Form, Step
from handlers.moves import found_for
from handlers.presses import Presses
from handlers.views import view
from knowledge import precedents
from knowledge.precedents import WORDS, Told
from knowledge.records import facts, interests, publications
from knowledge.records.drafts import Draft
from knowledge.records.interests import Interest
from knowledge.records.moves import OFFICE, SIDE


def _needed(step: str, answers: Answers) -> bool:
    return step in answers.get("needs", "").split(",")


PUBLISH = Form("publish", 1, (Step("done", checks.offer),))
TRANSLATE = Form(
    "precedent",
    version=1,
    steps=tuple(
        Step(
            f"{name}_{lang}",
            checks.english if lang == "en" else checks.offer,
            when=partial(_needed, f"{name}_{lang}"),
        )
        for lang in ("en", "zh")
        for name in WORDS
    ),
)
"""Only what is there in one language is asked for in the other."""


def _shown(services: Services, lang: str, number: int, told: Told | None) -> dict[str, Any]:
    """What would be published, in the reader's language as far as it is there."""
    interest = interests.get(services.store, number)
    county = services.base.counties.get(interest.county) if interest else None
    return {
        "number": number,
        "about": subject_name(services, lang, interest) if interest else "",
        "place": county.name[lang] if county else "",
        "said": told.said if told else dict.fromkeys(WORDS, ""),
        "figures": precedents.figures(told.figures)[lang] if told else "",
        "years": precedents.years(told.years)[lang] if told else "",
    }


def _publish_facts(services: Services, lang: str, draft: Draft) -> Facts:
    interest = interests.get(services.store, int(draft.subject))
    done, seen = draft.answers.get("done") or "…", int(draft.answers.get("seen", 0))
    told = publications.told(services.store, interest, upto=seen, done=done) if interest else None
    return _shown(services, lang, int(draft.subject), told)


def _publish_suggest(services: Services, lang: str, draft: Draft, step: Step) -> str:
    interest = interests.get(services.store, int(draft.subject))
    return draft.answers.get(step.id) or (interest.offer if interest else "")


def _publish(context: Context, draft: Draft) -> Done:
    interest = found_for(context, [draft.subject], SIDE)
    if interest is None:
        return "moves.forbidden", {}
    done = publications.answer(
        context.store,
        interest,
        yes=True,
        actor=context.person.id,
        office=context.services.office(interest.county),
        now=context.now,
        done=draft.answers["done"],
        seen=int(draft.answers["seen"]),
    )
    return ("publish.agreed" if done else "publish.known"), {"interest": interest.id, "person": context.person.id}


def _translate_facts(services: Services, lang: str, draft: Draft) -> Facts:
    interest = interests.get(services.store, int(draft.subject))
    told = publications.told(services.store, interest) if interest else None
    names = [name for name in draft.answers.get("needs", "").split(",") if name]
    return {**_shown(services, lang, int(draft.subject), told), "names": names}


def _translate(context: Context, draft: Draft) -> Done:
    if context.role != "city":
        return "moves.forbidden", {}
    words = {step.id[:-3]: draft.answers[step.id] for step in TRANSLATE.steps if _needed(step.id, draft.answers)}
    publications.translate(context.store, int(draft.subject), words, actor=context.person.id, now=context.now)
    return "precedent.ready", {"interest": int(draft.subject), "person": context.person.id}


register_kit(Kit(PUBLISH, _publish, _publish_facts, _publish_suggest))
register_kit(Kit(TRANSLATE, _translate, _translate_facts))


@line("asker.publish")
def proposed(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """The city would like to publish the case; nothing is published without the organisation's yes."""
    rows = (
        (
            press(services.texts(lang, "button.publish"), "publ", interest.id),
            press(services.texts(lang, "button.publish_no"), "publ", interest.id, "no"),
        ),
    )
    text = services.texts(lang, "asker.publish", about=subject_name(services, lang, interest), operator=services.operator[lang])
    return Reply(text, rows)


@line("office.publish")
def answered(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """What the organisation said."""
    event = next((e for e in interests.events(services.store, interest.id) if e.id == args["event"]), None)
    yes = event is not None and event.move == "publish"
    text = services.texts(lang, "office.publish", number=interest.id, name=interest.name, yes=yes)
    return Reply(text, ((press(services.texts(lang, "button.case_file"), "prop", interest.id),),) if yes else ())


@line("publish.agreed")
def agreed(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """Thank you, and how to take it back."""
    return Reply(services.texts(lang, "publish.agreed"))


@line("publish.known")
def known(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """It was answered before, or the case is not completed any more."""
    return Reply(services.texts(lang, "publish.known"))


@view("precedent.ready")
def ready(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The entry can be fetched."""
    fetch = press(services.texts(lang, "button.case_file"), "prop", int(args["interest"]))
    return Reply(services.texts(lang, "precedent.ready"), ((fetch,),))


async def press_propose(update: Update, context: Context, args: list[str]) -> str | None:
    """The city's next step: ask the organisation; then put the words into the other language; then fetch the file."""
    interest = found_for(context, args, OFFICE)
    if interest is None or context.role != "city":
        return context.text("office.not_yours")
    if interest.stage != "completed":  # it was, and that was undone
        return context.text("propose.early")
    told = publications.told(context.store, interest)
    if told is None:
        outcome = publications.ask(context.store, interest, actor=context.person.id, now=context.now)
        context.services.wake()
        return context.text(f"propose.{outcome}")
    needs = {name: f"{name}_{precedents.other_language(told.said[name])}" for name in precedents.missing(told)}
    if needs:
        await open_form(context, "precedent", str(interest.id), {"needs": ",".join(needs.values())})
        return None
    found = precedents.case(context.base, told)
    if any(case.id == found.id for case in context.base.cases):
        return context.text("propose.there")
    await context.send_file(f"{found.id}.yaml", precedents.as_yaml(found).encode(), context.text("precedent.file"))
    return None


async def press_publish(update: Update, context: Context, args: list[str]) -> str | None:
    """The organisation looks at what would be published, says no, or takes its yes back."""
    interest = found_for(context, args, SIDE)
    if interest is None:
        return context.text("press.not_yours")
    if args[1:2] == ["no"]:
        said = publications.answer(
            context.store,
            interest,
            yes=False,
            actor=context.person.id,
            office=context.services.office(interest.county),
            now=context.now,
        )
        context.services.wake()
        return context.text("publish.refused" if said else "publish.known")
    asked = publications.get(context.store, interest.id)
    if asked is None or asked.agreed or interest.stage != "completed":
        return context.text("publish.known")
    await open_form(context, "publish", str(interest.id), {"seen": str(facts.latest(context.store, interest.id))})
    return None


PRESSES: Presses = {"prop": press_propose, "publ": press_publish}
