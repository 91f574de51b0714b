"""Registering an interest: the form, its consents, and the confirmation that says what happens next."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from telegram import Update

from handlers import checks, consents
from handlers.buttons import press
from handlers.cards import stage_name, subject_name
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Form, Step
from handlers.organisation import look_for_duplicates, said, said_name
from handlers.pairings import find_target
from handlers.presses import Presses
from handlers.proposals import tell_of_newcomer
from handlers.views import view
from knowledge.clock import DAY, working
from knowledge.records import drafts, interests, joining, organisations, people
from knowledge.records.drafts import Draft
from knowledge.records.interests import Registration
from knowledge.records.moves import PACES
from knowledge.records.organisations import Profile

OTHER = "other"
"""Mark of the button that registers the same need once more, for another organisation."""


FORM = Form(
    "interest",
    version=1,
    steps=(
        consents.STEP,
        Step("organisation", checks.organisation),
        Step("contact", checks.contact, when=consents.asks_contact),
        Step("phone", checks.phone, skippable=True, number=True, contact=True, when=consents.asks_contact),
        Step("offer", checks.offered),
        Step("mode", choices=("alone", "group")),
    ),
)


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    name, _, _ = draft.subject.partition("@")
    county, need = find_target(services, name) or (None, None)
    return {
        "county": county,
        "need": need,
        "operator": services.operator[lang],
        "privacy_contact": services.privacy_contact[lang],
        "collects": services.collects,
        "field": services.base.fields[need.field].name[lang] if need else "",
    }


def _suggest(services: Services, lang: str, draft: Draft, step: Step) -> str:
    """What the person said or gave before, offered as a ready answer."""
    if step.id in draft.answers:
        return draft.answers[step.id]
    latest = organisations.latest(services.store, draft.person)
    if step.id == "offer":
        words = services.last_words.get(draft.person, "")
        return words if isinstance(checks.offer(words), str) else (latest.organisation.profile.offer or "" if latest else "")
    if latest is None:
        return said_name(services, draft.person) if step.id == "organisation" else ""
    known = {"organisation": latest.organisation.name, "contact": latest.member.name, "phone": latest.member.phone}
    return known.get(step.id) or ""


def _finish(context: Context, draft: Draft) -> Done:
    services, answers = context.services, draft.answers
    name, _, kind = draft.subject.partition("@")
    county, need = find_target(services, name) or (None, None)
    if county is None:  # the base was changed while the form was open
        return "interest.gone", {}
    wish = Registration(
        organisation=answers["organisation"],
        contact=answers.get("contact", ""),
        phone=answers.get("phone") or None,
        offer=answers["offer"],
        grouped=answers["mode"] == "group",
        county=county.id,
        need=need.id if need else None,
        task=_task(services, need.field if need else ""),
        about=_about(services, draft.person, kind, answers["organisation"], need.field if need else ""),
    )
    result = interests.register(context.store, draft.person, wish, services.office(county.id), context.update_id, context.now)
    if result.outcome == "done" and wish.grouped:
        tell_of_newcomer(services, result.interest)
    if result.outcome == "done":
        look_for_duplicates(context, result.interest.organisation)
    return ("interest.done" if result.outcome == "done" else "interest.known"), {"interest": result.interest.id}


def _about(services: Services, person: int, kind: str, name: str, field: str) -> Profile:
    """What is known of a new organisation: what was said, its name, the kind that the button carried, what it registers for."""
    profile = said(services, person, name)
    known = next((one for one in services.base.kinds if kind and one[:2] == kind), None)
    return replace(profile, kind=profile.kind or known, fields=profile.fields or ((field,) if field else ()))


def _task(services: Services, field: str) -> str:
    brands = (task.id for task in services.base.plan.tasks if task.id.startswith("brand-") and field in task.fields)
    return next(brands, "pairing")


@view("interest.done")
def done(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """What was registered, whose turn it is, and by when somebody is reminded."""
    return _confirmation(services, lang, args, "interest.done")


@view("interest.known")
def known(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """It was registered before."""
    return _confirmation(services, lang, args, "interest.known")


def _confirmation(services: Services, lang: str, args: dict[str, Any], key: str) -> Reply:
    interest = interests.get(services.store, int(args["interest"]))
    if interest is None:
        return Reply(services.texts(lang, "press.gone"))
    first, second = PACES["submitted"].nudges
    text = services.texts(
        lang,
        key,
        interest=interest,
        about=subject_name(services, lang, interest),
        remind=working(interest.created + first),
        promise=working(interest.created + second),
        turn=interest.turn,
        days=(first // DAY, second // DAY),
        office=bool(services.office(interest.county)),
        stage=stage_name(services, lang, interest),
        partners=len(joining.candidates(services.store, interest)) if interest.grouped else 0,
    )
    rows = [(press(services.texts(lang, "button.open_interest"), "mine", interest.id),)]
    if key == "interest.done":
        rows.append((press(services.texts(lang, "button.org"), "org", interest.organisation),))
    if interest.grouped and interest.open:
        rows.append((press(services.texts(lang, "button.group"), "grp", interest.id),))
    if key == "interest.done" and not people.holds(services.store, interest.person, "notices"):
        rows.append((press(services.texts(lang, "button.tick"), "mute", 0),))
    return Reply(text, tuple(rows), card=interest.id)


@view("interest.gone")
def gone(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The need left the knowledge base while the form was open."""
    return Reply(services.texts(lang, "press.gone"))


@view("form.refused")
def refused(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """No consent: nothing is kept, and there is still a way to the office."""
    text = services.texts(
        lang, "interest.refused", operator=services.operator[lang], privacy_contact=services.privacy_contact[lang]
    )
    return Reply(text, ((press(services.texts(lang, "button.ask"), "ask", ""),),))


async def press_register(update: Update, context: Context, args: list[str]) -> str | None:
    """The button on a card: start the form."""
    name, kind = (args + ["", ""])[:2]
    return await begin(context, name, kind, other=args[2:3] == [OTHER])


async def begin(context: Context, name: str, kind: str, *, other: bool = False) -> str | None:
    """Start the form for a need or county; returns why not. ``kind``: of the organisation, by its first letters."""
    found = find_target(context.services, name)
    if found is None:
        return context.text("press.gone")
    county, need = found
    if not county.agricultural:
        return context.text("county.urban_line")
    subject = f"{name}@{kind}" if kind else name
    same = interests.open_at(context.store, context.person.id, county.id, need.id if need else None)
    if same and not other and not drafts.find(context.store, context.person.id, "interest", subject):
        reply = known(context.services, context.lang, {"interest": same.id})
        again = press(context.text("button.register_other"), "reg", name, kind, OTHER)
        await context.send(Reply(reply.text, (*reply.rows, (again,))))
        return None
    await open_form(context, "interest", subject, _known_answers(context, other=other))
    return None


def _known_answers(context: Context, *, other: bool) -> dict[str, str]:
    """What need not be asked again of somebody who agreed before; ``other``: this time it is another organisation."""
    answers = consents.beginning(context)
    latest = organisations.latest(context.store, context.person.id)
    if "agreed" not in answers or latest is None or other:
        return answers
    answers |= {"known": "yes", "organisation": latest.organisation.name}
    if latest.member.name and context.services.collects:
        answers |= {"contact": latest.member.name, "phone": latest.member.phone or ""}
    return answers


register_kit(Kit(FORM, _finish, _facts, _suggest, consents.took, consents.refuse, options={"consent": consents.options}))
PRESSES: Presses = {"reg": press_register}
