"""Signing and landing: the checklist, the figures and the photo, filled in by either party, all at once or bit by bit."""

from __future__ import annotations

from typing import Any

from telegram import Update

from handlers import checks, facts
from handlers.buttons import press
from handlers.cards import line, roles, subject_name
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Answers, Form, Step
from handlers.moves import found_for
from handlers.presses import Presses
from handlers.views import view
from knowledge.records import facts as rows
from knowledge.records import interests
from knowledge.records.drafts import Draft
from knowledge.records.interests import Interest
from knowledge.records.moves import OFFICE, SIDE

PARTIES = OFFICE | SIDE
PUBLISHABLE = ("none", "guardian")
"""What may be said of minors in a photo for it to be taken."""


def _takes_photo(answers: Answers) -> bool:
    return answers.get("minors") in PUBLISHABLE


CHECKLIST = Form(
    "checklist",
    version=1,
    steps=(
        Step("parties", checks.line, skippable=True),
        Step("project", checks.line, skippable=True),
        Step("amount", checks.amount, skippable=True, number=True),
        Step("dates", checks.dates, skippable=True),
        Step("partner", checks.line, skippable=True),
        Step("training", checks.line, skippable=True),
    ),
)
FIGURES = Form(
    "figures",
    version=1,
    steps=(
        Step("people", checks.amount, skippable=True, number=True),
        Step("money", checks.amount, skippable=True, number=True),
        Step("goods", checks.amount, skippable=True, number=True),
        Step("volunteers", checks.amount, skippable=True, number=True),
        Step("minors", choices=(*PUBLISHABLE, "without")),
        Step("photo", photo=True, skippable=True, when=_takes_photo),
    ),
)


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    interest = interests.get(services.store, int(draft.subject))
    keys = (*rows.CHECKLIST, *rows.FIGURES)
    return {
        "number": int(draft.subject),
        "about": subject_name(services, lang, interest) if interest else "",
        "items": [
            {"name": facts.name(services, lang, key), "value": facts.value(services, lang, key, draft.answers.get(key, ""))}
            for key in keys
            if facts.FORM_OF[key] == draft.form
        ],
        "known": "photo" in rows.of(services.store, int(draft.subject)),
    }


def _suggest(services: Services, lang: str, draft: Draft, step: Step) -> str:
    """What was written before; for a new checklist the parties, as they stand in the records."""
    if draft.answers.get(step.id):
        return draft.answers[step.id]
    interest = interests.get(services.store, int(draft.subject))
    if interest is None or step.id != "parties" or interest.county not in services.base.counties:
        return ""
    said = services.texts(lang, "checklist.both", name=interest.name, county=services.base.counties[interest.county].name[lang])
    return str(said.unescape()) if isinstance(checks.line(str(said.unescape())), str) else ""


def _parties(context: Context, interest: Interest) -> list[str]:
    """As what the person may fill in: of the organisation or of the office; a group's other members only look on."""
    return [role for role in roles(context.services, interest, context.person.id) if role in PARTIES]


def _finish(context: Context, draft: Draft) -> Done:
    """Keep what is new, as what the person is to the interest now."""
    interest = interests.get(context.store, int(draft.subject))
    mine = _parties(context, interest) if interest else []
    if interest is None or not mine:
        return "moves.forbidden", {}
    keys = [step.id for step in KITS[draft.form].form.steps]
    given = {key: draft.answers[key] for key in keys if key in draft.answers and key in rows.KINDS}
    if not (_takes_photo(draft.answers) and given.get("photo")):  # without a new one, the photo that is there stays
        given = {key: answer for key, answer in given.items() if key not in rows.PHOTO}
    written = rows.fill(
        context.store,
        interest,
        draft.form,
        given,
        seen=int(draft.answers["seen"]),
        actor=context.person.id,
        role=mine[0],
        office=context.services.office(interest.county),
        now=context.now,
    )
    if written is None:
        return "moves.forbidden", {}
    args: dict[str, str | int] = {"interest": interest.id, "person": context.person.id, "keys": ",".join(written)}
    return "facts.kept", args


KITS = {form.id: Kit(form, _finish, _facts, _suggest) for form in (CHECKLIST, FIGURES)}
for _kit in KITS.values():
    register_kit(_kit)


@line("facts.kept")
def kept(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """What was written."""
    return Reply(services.texts(lang, "facts.kept", names=facts.names(services, lang, str(args["keys"]))))


@line("facts.filled")
def filled(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """The other side (or a colleague) has filled in something."""
    event = next((e for e in interests.events(services.store, interest.id) if e.id == args["event"]), None)
    names = facts.names(services, lang, event.note or "") if event else ""
    ours = event is not None and event.role in roles(services, interest, int(args["person"]))
    return Reply(services.texts(lang, "facts.filled", names=names, ours=ours))


@view(rows.VIEW)
def photo(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The photo, as long as it is the one and the viewer a party."""
    interest = interests.get(services.store, int(args["interest"]))
    known = rows.of(services.store, int(args["interest"]))
    shown = known.get("photo")
    if interest is None or shown is None or shown.id != args["fact"] or not roles(services, interest, int(args["person"])):
        return Reply(services.texts(lang, "photo.gone"))
    minors = facts.value(services, lang, "minors", known["minors"].value) if "minors" in known else ""
    text = services.texts(lang, "photo", number=interest.id, about=subject_name(services, lang, interest), minors=minors)
    remove = press(services.texts(lang, "button.photo_remove"), "photo", interest.id, "remove")
    return Reply(text, ((remove,),), photo=shown.value)


async def press_fill(update: Update, context: Context, args: list[str]) -> str | None:
    """Fill in a form: what is known is in it, what is missing is asked."""
    interest = found_for(context, args, PARTIES)
    form = args[1] if len(args) > 1 else ""
    if interest is None or form not in KITS:
        return context.text("card.not_yours")
    if interest.stage not in rows.FORMS[form]:
        return context.text("facts.early" if interest.open else "facts.late")
    known = rows.of(context.store, interest.id)
    answers = {step.id: known[step.id].value for step in KITS[form].form.steps if step.id in known and step.parse}
    seen = {"seen": str(rows.latest(context.store, interest.id))}
    await open_form(context, form, str(interest.id), answers | seen, mending=bool(answers))
    return None


async def press_photo(update: Update, context: Context, args: list[str]) -> str | None:
    """Show the photo, or take it down."""
    interest = found_for(context, args, PARTIES)
    if interest is None:
        return context.text("card.not_yours")
    if args[1:2] == ["remove"]:
        rows.fill(
            context.store,
            interest,
            "figures",
            {"photo": "", "minors": ""},
            seen=rows.latest(context.store, interest.id),
            actor=context.person.id,
            role=_parties(context, interest)[0],
            office=context.services.office(interest.county),
            now=context.now,
        )
        context.services.wake()
        return context.text("photo.removed")
    shown = rows.show_photo(context.store, interest, context.person.id, context.now)
    context.services.wake()
    return None if shown else context.text("photo.gone")


PRESSES: Presses = {"fill": press_fill, "photo": press_photo}
