"""/org: the profile of one's organisation, filled in once, and the page that shows it to members and to the office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers import checks, consents
from handlers.admin.organisations import list_page
from handlers.buttons import Button, number, press, short
from handlers.context import Context, Reply, Services
from handlers.corrections import place
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Fault, Form, Step
from handlers.marks import mark, note_words
from handlers.presses import Presses
from handlers.typed import changes
from handlers.views import view
from knowledge.credit_code import KINDS
from knowledge.matching import Wish
from knowledge.records import duplicates, interests, invitations, organisations, verification
from knowledge.records.drafts import Draft
from knowledge.records.organisations import SIZES, Organisation, Profile

FORM = Form(
    "profile",
    version=1,
    steps=(
        consents.STEP,
        Step("name", checks.organisation),
        Step("contact", checks.contact, when=consents.asks_contact),
        Step("phone", checks.phone, skippable=True, number=True, contact=True, when=consents.asks_contact),
        Step("kind", skippable=True, aside=True),
        Step("origin", checks.origin, skippable=True, aside=True),
        Step("fields", some=True, aside=True),
        Step("offer", checks.offered, skippable=True, aside=True),
        Step("size", choices=SIZES, skippable=True, aside=True),
        Step("code", checks.code, skippable=True, number=True, aside=True),
    ),
)
NEW = "new"
"""The subject of a profile that is not kept yet."""


# -- the form ----------------------------------------------------------------------------------------------------------


def _kinds(services: Services, lang: str) -> Mapping[str, str]:
    return {kind.id: kind.name[lang] for kind in services.base.kinds.values()}


def _fields(services: Services, lang: str) -> Mapping[str, str]:
    return {field.id: field.name[lang] for field in services.base.fields.values()}


def _kind(services: Services, text: str) -> str | Fault:
    """A kind, from the word that ends a name (基金会)."""
    found = services.reader.read(text).kind
    return found.id if found else Fault("form.fault.tap")


def _fields_said(services: Services, text: str) -> str | Fault:
    """The fields that a text speaks of, instead of those ticked."""
    found = services.reader.read(text).fields
    return ",".join(dict.fromkeys(one.id for one in found)) or Fault("form.fault.tap")


def _origin(services: Services, text: str) -> str | Fault:
    """A place, as ``province/city``."""
    words = checks.origin(text)
    if isinstance(words, Fault):
        return words
    read = services.reader.read(words)
    if read.origin and (read.origin.city or not read.counties):
        return str(read.origin)
    if read.counties:  # a county of Chongqing
        return f"重庆/{services.base.counties[read.counties[0].id].short.zh}"
    return Fault("fault.origin")


def _answers(profile: Profile) -> dict[str, str]:
    """A profile as the answers of the form."""
    return {
        "name": profile.name,
        "kind": profile.kind or "",
        "origin": "/".join(part for part in (profile.province, profile.city) if part),
        "fields": ",".join(profile.fields),
        "offer": profile.offer or "",
        "size": profile.size or "",
        "code": profile.code or "",
    }


def _profile(answers: Mapping[str, str]) -> Profile:
    """The answers of the form as a profile."""
    province, _, city = answers.get("origin", "").partition("/")
    return Profile(
        name=answers["name"],
        kind=answers.get("kind") or None,
        province=province or None,
        city=city or None,
        fields=tuple(one for one in answers.get("fields", "").split(",") if one),
        offer=answers.get("offer") or None,
        size=answers.get("size") or None,
        code=answers.get("code") or None,
    )


def said(services: Services, person: int, name: str = "") -> Profile:
    """What the person has said of the organisation: what was last listed for them, in memory; else what its name says."""
    wish, _ = services.last_lists.get(person, (Wish(), 0))
    read = services.reader.read(name)
    kind, origin = wish.kind or (read.kind.id if read.kind else ""), (wish.province, wish.city)
    if not wish.province and read.origin:
        origin = read.origin.province, read.origin.city
    return Profile("", kind or None, origin[0] or None, origin[1] or None, wish.fields)


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    profile = _profile({"name": "", **draft.answers})
    return {
        "operator": services.operator[lang],
        "privacy_contact": services.privacy_contact[lang],
        "collects": services.collects,
        **_described(services, lang, profile),
    }


def _named_place(services: Services, lang: str, province: str, city: str = "") -> str:
    return place(services, lang, province, city) or f"{province} {city}".strip()


def _described(services: Services, lang: str, profile: Profile) -> dict[str, Any]:
    """A profile in the reader's language."""
    base, province, city = services.base, profile.province or "", profile.city or ""
    return {
        "kind": base.kinds[profile.kind].name[lang] if profile.kind and profile.kind in base.kinds else "",
        "origin": _named_place(services, lang, province, city),
        "fields": [base.fields[one].name[lang] for one in profile.fields if one in base.fields],
        "offer": profile.offer or "",
        "size": services.texts(lang, f"profile.size.{profile.size}") if profile.size in SIZES else "",
        "code": profile.code or "",
        "code_kind": services.texts(lang, f"org.code.{KINDS[profile.code[:2]]}") if profile.code else "",
    }


def _suggest(services: Services, lang: str, draft: Draft, step: Step) -> str:
    """What was answered or said before, offered as a ready answer."""
    given = draft.answers.get(step.id) if step.id not in {"kind", "fields"} else ""
    if given:
        return _named_place(services, lang, *given.split("/")) if step.id == "origin" else given
    if step.id == "name":
        return said_name(services, draft.person)
    if step.id != "offer":
        return ""
    words = services.last_words.get(draft.person, "")
    registered = interests.of_person(services.store, draft.person)
    return words if isinstance(checks.offer(words), str) else registered[0].offer if registered else ""


def said_name(services: Services, person: int) -> str:
    """What the person called their organisation in what was said last, if that is a name; empty: it was not called."""
    name = services.base.names.said_in(services.last_words.get(person, ""))
    return name if isinstance(checks.organisation(name), str) else ""


def _finish(context: Context, draft: Draft) -> Done:
    """Keep the profile, unless a colleague has changed it since the form was opened."""
    store, answers, person = context.store, draft.answers, context.person.id
    profile, contact, phone = _profile(answers), answers.get("contact", ""), answers.get("phone") or None
    if draft.subject == NEW:
        known = organisations.named(store, person, profile.name)
        if known is None:
            made = organisations.create(store, person, profile, contact, phone, context.now)
            look_for_duplicates(context, made)
            return "profile.done", {"organisation": made, "person": person}
        organisation, version = known, None
    else:
        organisation, version = (int(part) for part in draft.subject.split("."))
    before, now = organisations.get(store, organisation), organisations.current(store, organisation)
    if before is None or not organisations.is_member(store, now, person):
        return "profile.gone", {}
    if now != organisation:  # it was merged meanwhile
        return "profile.stale", {"organisation": now, "person": person}
    if not organisations.change(store, organisation, before.version if version is None else version, profile):
        return "profile.stale", {"organisation": organisation, "person": person}
    if contact:
        organisations.contact(store, organisation, person, contact, phone)
    interests.show_anew(store, organisation, context.now)
    look_for_duplicates(context, organisation)
    ended = verification.changed(store, before, context.services.office(), person, context.now)
    return "profile.done", {"organisation": organisation, "person": person, "ended": int(ended)}


def look_for_duplicates(context: Context, organisation: int) -> None:
    """Propose to the administrators what may be the same organisation."""
    duplicates.look(context.store, organisation, context.base.names.alike, context.services.office(), context.now)


async def begin(context: Context) -> None:
    """Fill in the profile of an organisation that is not kept yet, with what was said already."""
    about = _answers(said(context.services, context.person.id))
    given = {name: answer for name, answer in about.items() if answer}
    await open_form(context, FORM.id, NEW, {**consents.beginning(context), **given})


async def _edit(context: Context, organisation: Organisation) -> None:
    answers = consents.beginning(context) | _answers(organisation.profile)
    mine = organisations.member(context.store, organisation.id, context.person.id)
    if mine and mine.name and context.services.collects:
        answers |= {"contact": mine.name, "phone": mine.phone or ""}
    await open_form(context, FORM.id, f"{organisation.id}.{organisation.version}", answers)


# -- the page ----------------------------------------------------------------------------------------------------------


def role(services: Services, organisation: int, person: int) -> str:
    """What the person is to the organisation: ``first_contact``, ``member``, ``city``, ``county``, or nothing."""
    mine = organisations.member(services.store, organisation, person)
    if mine:
        return mine.role
    if services.role(person) == "city":
        return "city"
    cases = interests.of_organisation(services.store, organisation)
    return "county" if any(services.role_at(person, one.county) for one in cases) else ""


def page(services: Services, lang: str, organisation: Organisation, person: int) -> Reply:
    """What is kept of an organisation, for its members and for the office; contacts are on no page but one's own."""
    as_what = role(services, organisation.id, person)
    if not as_what:
        return Reply(services.texts(lang, "org.not_yours"))
    mine = organisations.member(services.store, organisation.id, person)
    found = interests.of_organisation(services.store, organisation.id)
    text = services.texts(
        lang,
        "org.page",
        organisation=organisation,
        mark=mark(services, lang, organisation),
        note=note_words(services, lang, organisation) if not mine else "",
        mine=mine,
        members=[one.name for one in organisations.members(services.store, organisation.id) if one.name] if mine else [],
        open=len([one for one in found if one.open]),
        total=len(found),
        **_described(services, lang, organisation.profile),
    )
    rows: list[tuple[Button, ...]] = []
    if as_what == "city" and organisation.merged is None:
        rows.append(_verify_buttons(services, lang, organisation))
    if mine:
        edit = press(services.texts(lang, "button.profile"), "org", organisation.id, "edit")
        rows.append((edit, press(services.texts(lang, "button.people"), "team", organisation.id)))
        rows.append((press(services.texts(lang, "button.my"), "my"),))
    return Reply(text, tuple(rows))


def _verify_buttons(services: Services, lang: str, organisation: Organisation) -> tuple[Button, ...]:
    """Verify it; once it is, verify it anew or take that back."""
    verified = bool(mark(services, lang, organisation))
    label = services.texts(lang, "button.verify_again" if verified else "button.verify")
    buttons = (press(label, "verify", organisation.id, organisation.version),)
    if not verified:
        return buttons
    return (*buttons, press(services.texts(lang, "button.unverify"), "verify", organisation.id, organisation.version, "off"))


@view("profile.done")
def done(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The profile is kept; what it is good for."""
    found = organisations.get(services.store, int(args["organisation"]))
    if found is None:
        return Reply(services.texts(lang, "press.gone"))
    rows = (
        (press(services.texts(lang, "button.org"), "org", found.id),),
        (press(services.texts(lang, "button.guided"), "g", ""),),
    )
    return Reply(services.texts(lang, "profile.done", name=found.name, ended=bool(args.get("ended"))), rows)


@view("profile.stale")
def stale(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A colleague was faster: nothing was overwritten."""
    row = press(services.texts(lang, "button.org"), "org", int(args["organisation"]))
    return Reply(services.texts(lang, "profile.stale"), ((row,),))


@view("profile.gone")
def gone(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The person left the organisation while the form was open."""
    return Reply(services.texts(lang, "org.not_yours"))


def applied(services: Services, person: int) -> list[str]:
    """The organisations whose first contact has not yet let the person in, by name."""
    waiting = (
        organisations.get(services.store, int(one.subject)) for one in invitations.taken(services.store, "colleague", person)
    )
    return [one.name for one in waiting if one]


async def show(context: Context) -> None:
    """One's organisation; a choice of them where there are several; the form where there is none.

    An administrator without one sees which are to be verified.
    """
    found = organisations.of_person(context.store, context.person.id)
    if not found and context.role == "city":
        await context.send(list_page(context.services, context.lang))
    elif not found and (asked := applied(context.services, context.person.id)):
        again = press(context.text("button.org_new"), "org", "new")
        await context.say("org.applied", ((again,),), names=asked)
    elif not found:
        await begin(context)
    elif len(found) == 1:
        await context.send(page(context.services, context.lang, found[0], context.person.id))
    else:
        rows = [(press(short(one.name, 40), "org", one.id),) for one in found[:20]]
        await context.say("org.choose", rows)


def changes_own(context: Context, text: str) -> bool:
    """Whether a text says that something of one's organisation is to be changed: 改电话, with no form at hand."""
    return bool(changes(context.services, FORM, text) and organisations.of_person(context.store, context.person.id))


async def on_org(update: Update, context: Context) -> None:
    """/org."""
    await show(context)


def found_for(context: Context, args: list[str]) -> tuple[Organisation, str] | None:
    """The organisation that a button is about and what the person is to it, checked on the rows."""
    wanted = number(args[0]) if args else None
    organisation = (
        organisations.get(context.store, organisations.current(context.store, wanted)) if wanted is not None else None
    )
    as_what = role(context.services, organisation.id, context.person.id) if organisation else ""
    return (organisation, as_what) if organisation and as_what else None


async def press_org(update: Update, context: Context, args: list[str]) -> str | None:
    """One's own organisations, or the page of one; ``edit``: its profile."""
    if not args:
        await show(context)
        return None
    if args == ["new"]:
        await begin(context)
        return None
    found = found_for(context, args)
    if found is None:
        return context.text("org.not_yours")
    organisation, as_what = found
    if args[1:2] == ["edit"]:
        if as_what not in {"first_contact", "member"}:
            return context.text("org.not_yours")
        await _edit(context, organisation)
        return None
    await context.send(page(context.services, context.lang, organisation, context.person.id))
    return None


register_kit(
    Kit(
        FORM,
        _finish,
        _facts,
        _suggest,
        consents.took,
        consents.refuse,
        options={"consent": consents.options, "kind": _kinds, "fields": _fields},
        reads={"kind": _kind, "origin": _origin, "fields": _fields_said},
    )
)
PRESSES: Presses = {"org": press_org}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("org", on_org)]
