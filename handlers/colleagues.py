"""Colleagues: inviting them to one's organisation by a link, letting them in, handing over, leaving."""

from __future__ import annotations

from typing import Any

from telegram import Update

from handlers import checks, consents
from handlers.buttons import Button, number, press, short
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Form, Step
from handlers.presses import Presses
from handlers.views import view
from knowledge.records import interests, invitations, members, organisations
from knowledge.records.drafts import Draft
from knowledge.records.organisations import Member, Organisation

FORM = Form(
    "join",
    version=1,
    steps=(
        consents.STEP,
        Step("contact", checks.contact, when=consents.asks_contact),
        Step("phone", checks.phone, skippable=True, number=True, contact=True, when=consents.asks_contact),
    ),
)
PREFIX = "join"
"""How the deep link of an invitation begins; the token follows a dash."""


# -- inviting ----------------------------------------------------------------------------------------------------------


async def _invite(context: Context, organisation: Organisation) -> str | None:
    """Make a link and show it: it stands in this one message and nowhere else."""
    token = members.invite(context.store, organisation.id, context.person.id, context.now)
    if token is None:
        return context.text("member.too_many", n=members.LINKS)
    link = f"https://t.me/{context.services.username}?start={PREFIX}-{token}"
    expires = context.now + invitations.VALID
    await context.say("member.invite", name=organisation.name, link=link, token=f"{PREFIX}-{token}", expires=expires)
    return None


async def open_link(context: Context, token: str) -> None:
    """Somebody followed the link of an invitation."""
    found = invitations.find(context.store, token, "colleague")
    organisation = organisations.get(context.store, int(found.subject)) if found else None
    if found is None or organisation is None or not found.usable(context.now):
        own = bool(found and found.taken_by == context.person.id)
        await context.send(_no_link(context.services, context.lang, own=own))
    elif organisations.is_member(context.store, organisation.id, context.person.id):
        await context.send(_sent(context.services, context.lang, "member", organisation))
    else:
        answers = consents.beginning(context)
        known = organisations.latest(context.store, context.person.id)
        if known and known.member.name and context.services.collects and "agreed" in answers:
            answers |= {"contact": known.member.name, "phone": known.member.phone or ""}
        await open_form(context, FORM.id, str(found.id), answers)


def _no_link(services: Services, lang: str, *, own: bool = False) -> Reply:
    """The link cannot be used (any more)."""
    return Reply(services.texts(lang, "join.used_by_you" if own else "join.stale"))


def _sent(services: Services, lang: str, outcome: str, organisation: Organisation) -> Reply:
    rows = ((press(services.texts(lang, "button.org"), "org", organisation.id),),) if outcome == "member" else ()
    key = "join.member" if outcome == "member" else "join.sent"
    return Reply(services.texts(lang, key, name=organisation.name), rows)


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    found = invitations.get(services.store, int(draft.subject))
    organisation = organisations.get(services.store, int(found.subject)) if found else None
    return {
        "name": organisation.name if organisation else "",
        "collects": services.collects,
        "operator": services.operator[lang],
        "privacy_contact": services.privacy_contact[lang],
    }


def _suggest(_services: Services, _lang: str, draft: Draft, step: Step) -> str:
    return draft.answers.get(step.id, "")


def _finish(context: Context, draft: Draft) -> Done:
    """The first contact is asked, unless the link was used or has expired while the form was open."""
    contact, phone = draft.answers.get("contact", ""), draft.answers.get("phone") or None
    outcome = members.apply(context.store, int(draft.subject), context.person.id, contact, phone, context.now)
    return "join.sent", {"invitation": int(draft.subject), "outcome": outcome}


@view("join.sent")
def sent(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The first contact is asked, or why not."""
    found = invitations.get(services.store, int(args["invitation"]))
    organisation = organisations.get(services.store, int(found.subject)) if found else None
    if organisation is None or args["outcome"] == "stale":
        return _no_link(services, lang)
    return _sent(services, lang, str(args["outcome"]), organisation)


# -- letting in --------------------------------------------------------------------------------------------------------


@view("member.asks")
def asks(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Somebody used a link and would like to be let in: told to the first contact."""
    found = invitations.get(services.store, int(args["invitation"]))
    organisation = organisations.get(services.store, int(found.subject)) if found else None
    if found is None or organisation is None or not found.waiting:
        return Reply(services.texts(lang, "join.decided"))
    rows = (
        (
            press(services.texts(lang, "button.let_in"), "join", found.id, "yes"),
            press(services.texts(lang, "button.keep_out"), "join", found.id, "no"),
        ),
    )
    text = services.texts(
        lang, "member.asks", who=found.name or "", name=organisation.name, reminded=bool(args.get("reminded"))
    )
    return Reply(text, rows)


async def press_join(update: Update, context: Context, args: list[str]) -> str | None:
    """The first contact lets somebody in, or does not."""
    wanted, answer = (args + ["", ""])[:2]
    invitation = number(wanted)
    if invitation is None or answer not in {"yes", "no"}:
        return context.text("org.not_yours")
    accepted = answer == "yes"
    with context.store.transaction():
        outcome = members.decide(context.store, invitation, context.person.id, context.now, accepted=accepted)
        if outcome != "forbidden":
            context.note_result("join.done", outcome=outcome, accepted=int(accepted))
    context.services.wake()
    if outcome == "forbidden":
        return context.text("org.not_yours")
    await context.show(update, decided(context.services, context.lang, {"outcome": outcome, "accepted": int(accepted)}))
    return None


@view("join.done")
def decided(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """What became of an application, for the first contact."""
    if args["outcome"] != "done":
        return Reply(services.texts(lang, "join.decided"))
    return Reply(services.texts(lang, "join.let_in" if args["accepted"] else "join.kept_out"))


def _line(name: str, *, ours: bool) -> None:
    """A line to somebody about their place in an organisation; ``ours``: with the way to it."""

    @view(name)
    def shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
        organisation = organisations.get(services.store, int(args["organisation"]))
        if organisation is None:
            return Reply(services.texts(lang, "press.gone"))
        text = services.texts(lang, name, name=organisation.name, n=args.get("n", 0), first=bool(args.get("first")))
        way = (
            press(services.texts(lang, "button.org"), "org", organisation.id),
            press(services.texts(lang, "button.my"), "my"),
        )
        return Reply(text, (way,) if ours else ())


_line("member.welcome", ours=True)
_line("member.first", ours=True)
_line("member.left", ours=True)
_line("member.refused", ours=False)
_line("member.nobody", ours=False)
_line("member.lapsed", ours=False)
_line("member.waiting", ours=False)
_line("member.removed", ours=False)


# -- the people of an organisation -------------------------------------------------------------------------------------


def people_page(services: Services, lang: str, organisation: Organisation, mine: Member) -> Reply:
    """Who belongs to it; the first contact can hand over, remove, and let in."""
    texts, store = services.texts, services.store
    everybody = organisations.members(store, organisation.id)
    waiting = invitations.waiting(store, "colleague", str(organisation.id)) if mine.first else []
    unnamed = texts(lang, "member.unnamed")
    text = texts(
        lang,
        "member.page",
        name=organisation.name,
        people=[{"name": one.name or unnamed, "first": one.first, "me": one.person == mine.person} for one in everybody],
        waiting=[one.name or unnamed for one in waiting],
        first=mine.first,
        links=len(invitations.usable(store, "colleague", str(organisation.id), services.now())),
    )
    rows: list[tuple[Button, ...]] = []
    for one in waiting[:10]:
        who = short(one.name or unnamed, 12)
        rows.append(
            (
                press(texts(lang, "button.let_in_who", who=who), "join", one.id, "yes"),
                press(texts(lang, "button.keep_out"), "join", one.id, "no"),
            )
        )
    for other in [one for one in everybody if mine.first and one.person != mine.person][:20]:
        who = short(other.name or unnamed, 12)
        rows.append(
            (
                press(texts(lang, "button.make_first", who=who), "team", organisation.id, "first", other.person),
                press(texts(lang, "button.remove", who=who), "team", organisation.id, "remove", other.person),
            )
        )
    rows.append((press(texts(lang, "button.invite"), "team", organisation.id, "invite"),))
    rows.append(
        (
            press(texts(lang, "button.leave_org"), "team", organisation.id, "leave"),
            press(texts(lang, "button.org"), "org", organisation.id),
        )
    )
    return Reply(text, tuple(rows))


def _confirm(services: Services, lang: str, organisation: Organisation, mine: Member, what: str, other: Member | None) -> Reply:
    """What leaving, removing or handing over does, before it is done."""
    everybody = organisations.members(services.store, organisation.id)
    who = other.person if other else mine.person
    cases = [one for one in interests.of_organisation(services.store, organisation.id) if one.open]
    text = services.texts(
        lang,
        f"member.confirm.{what}",
        name=organisation.name,
        who=(other.name if other else mine.name) or services.texts(lang, "member.unnamed"),
        last=len(everybody) == 1,
        first=mine.first,
        n=len(cases) if len(everybody) == 1 else len([one for one in cases if one.person == who]),
    )
    rows = (
        (press(services.texts(lang, f"member.yes.{what}"), "team", organisation.id, what, who, "yes"),),
        (press(services.texts(lang, "button.back"), "team", organisation.id),),
    )
    return Reply(text, rows)


async def press_team(update: Update, context: Context, args: list[str]) -> str | None:
    """The people of an organisation, and what is done about them: ``organisation[:what[:person[:yes]]]``."""
    which, what, whom, sure = (args + [""] * 4)[:4]
    wanted = number(which)
    organisation = (
        organisations.get(context.store, organisations.current(context.store, wanted)) if wanted is not None else None
    )
    mine = organisations.member(context.store, organisation.id, context.person.id) if organisation else None
    if organisation is None or mine is None:
        return context.text("org.not_yours")
    if what == "invite":
        return await _invite(context, organisation)
    if what not in {"leave", "remove", "first"} or organisation.id != wanted:  # it was merged: what is shown has changed
        await context.show(update, people_page(context.services, context.lang, organisation, mine))
        return None
    person = number(whom)
    other = organisations.member(context.store, organisation.id, person) if person is not None and what != "leave" else None
    if what != "leave" and (not mine.first or other is None or other.person == mine.person):
        return context.text("member.not_first")
    if sure != "yes":
        await context.show(update, _confirm(context.services, context.lang, organisation, mine, what, other))
        return None
    return await _do(update, context, organisation, what, other)


async def _do(update: Update, context: Context, organisation: Organisation, what: str, other: Member | None) -> str | None:
    store, person, now = context.store, context.person.id, context.now
    with store.transaction():
        if what == "leave":
            done = members.leave(store, organisation.id, person, context.services.office, now)
        elif what == "remove":
            whom = other.person if other else 0
            done = members.remove(store, organisation.id, person, whom, context.services.office, now)
        else:
            done = members.hand_over(store, organisation.id, person, other.person if other else 0, now)
        if done:
            context.note_result("member.done", organisation=organisation.id, what=what)
    context.services.wake()
    if not done:
        return context.text("member.not_first")
    await context.show(update, changed(context.services, context.lang, {"organisation": organisation.id, "what": what}))
    return None


@view("member.done")
def changed(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Somebody left, was removed, or became the first contact."""
    organisation = organisations.get(services.store, int(args["organisation"]))
    return Reply(services.texts(lang, f"member.done.{args['what']}", name=organisation.name if organisation else ""))


register_kit(
    Kit(FORM, _finish, _facts, _suggest, consents.took, consents.refuse, options={"consent": consents.options}),
)
PRESSES: Presses = {"join": press_join, "team": press_team}
