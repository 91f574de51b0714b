"""Going together (组团): the page of a group with the partners it could have, and every step on it."""

from __future__ import annotations

from telegram import Update

from handlers.buttons import Button, number, press, short
from handlers.cards import roles, subject_name
from handlers.context import Context, Reply, Services
from handlers.group_mail import asked_again, said
from handlers.moves import found_for, moved_on, show_card
from handlers.presses import Presses
from handlers.privacy import show_contact
from handlers.proposals import proposals, reasons, tell_of_newcomer
from knowledge.partnering import Match
from knowledge.records import groups, interests, joining, organisations, partners
from knowledge.records.groups import Doing, Outcome
from knowledge.records.interests import Interest
from knowledge.records.moves import GATHERING, MEMBERS, MOVES, SIDE
from knowledge.records.partners import Partner

PARTIES = SIDE | MEMBERS
PROPOSED = 4
"""How many partners a page proposes."""
FAULTS = ("stale", "known", "refused", "leading", "crossed", "late", "full")
"""Why a step was not taken, as the person reads it."""


def page(services: Services, lang: str, interest: Interest, person: int) -> Reply:
    """Who is in the group, who could be, and what this person can do about it."""
    texts, leads = services.texts, organisations.is_member(services.store, interest.organisation, person)
    agreed = partners.of(services.store, interest.id, "agreed")
    members = [one for one in agreed if one.role == "member"]
    mine = partners.standing(services.store, interest.id, person)
    found = proposals(services, interest, PROPOSED) if leads and interest.grouped and len(members) < joining.MOST else []
    text = texts(
        lang,
        "group.page",
        about=subject_name(services, lang, interest),
        number=interest.id,
        lead=interest.name,
        members=[one.name for one in members],
        asked=len(partners.of(services.store, interest.id, "asked")),
        leads=leads,
        grouped=interest.grouped,
        gathers=interest.open and interest.stage in GATHERING,
        items=[_item(services, lang, match) for match in found],
        shared=bool(mine and mine.contacts),
    )
    rows: list[tuple[Button, ...]] = []
    if leads:
        asked = partners.to_answer(services.store, interest)
        rows.extend((press(texts(lang, "group.button.see"), "gsee", one.interest, one.organisation),) for one in asked)
    rows.append(_asking(services, lang, interest, found))
    if leads and not members and interest.open:
        rows.append(_willing(services, lang, interest))
    if members and mine and mine.person == person:  # a contact is somebody's own
        rows.append(_sharing(services, lang, mine))
        rows.extend(_contacts(services, lang, mine, agreed))
    rows.append(_moves(services, lang, interest, mine))
    return Reply(text, tuple(row for row in rows if row))


def _item(services: Services, lang: str, match: Match) -> dict[str, object]:
    theirs = interests.get(services.store, match.party.id)
    known = organisations.get(services.store, theirs.organisation) if theirs else None
    place = (known.profile.city or known.profile.province or "") if known else ""
    return {
        "kind": services.base.kinds[match.party.kind].name[lang] if match.party.kind else "",
        "place": place if lang == "zh" else "",
        "about": subject_name(services, lang, theirs) if theirs else "",
        "same": any(reason.id == "same_need" for reason in match.reasons),
        "reasons": reasons(services, lang, match.reasons),
    }


def _asking(services: Services, lang: str, ours: Interest, found: list[Match]) -> tuple[Button, ...]:
    """A button for each proposal: to invite it, or to ask to be let in where it leads a group."""
    return tuple(
        press(
            services.texts(lang, "group.button.wish" if match.party.size else "group.button.invite", place=place),
            "gask",
            ours.id,
            match.party.id,
        )
        for place, match in enumerate(found, 1)
    )


def _willing(services: Services, lang: str, interest: Interest) -> tuple[Button, ...]:
    label = services.texts(lang, "group.button.alone" if interest.grouped else "group.button.willing")
    return (press(label, "gwill", interest.id, int(not interest.grouped)),)


def _sharing(services: Services, lang: str, mine: Partner) -> tuple[Button, ...]:
    label = services.texts(lang, "group.button.share")
    return (press(f"{'☑' if mine.contacts else '☐'} {label}", "gshare", mine.interest, int(not mine.contacts)),)


def _contacts(services: Services, lang: str, mine: Partner, agreed: list[Partner]) -> list[tuple[Button, ...]]:
    """The partners whose contact can be seen: both have agreed to it."""
    others = [one for one in agreed if mine.contacts and one.contacts and one.person != mine.person]
    return [
        (
            press(
                services.texts(lang, "group.button.contact", name=short(one.name, 20)),
                "gtel",
                one.interest,
                one.organisation,
            ),
        )
        for one in others
    ]


def _moves(services: Services, lang: str, interest: Interest, mine: Partner | None) -> tuple[Button, ...]:
    """The moves of the table that change who is in the group, as far as they can be made now."""
    moves = groups.possible(services.store, interest, mine)
    return tuple(
        press(services.texts(lang, f"move.{move.id}"), "gmove", interest.id, interest.version, move.id) for move in moves
    )


# -- presses -------------------------------------------------------------------------------------------------------------------


def _doing(context: Context, interest: Interest) -> Doing:
    return Doing(context.person.id, context.services.office(interest.county), context.now)


async def _said(context: Context, outcome: Outcome, interest: Interest, what: str, organisation: int = 0) -> str | None:
    """Say what was done, or why not. In the transaction of the step: ``_note`` has kept the same for a kill."""
    context.services.wake()
    if outcome.outcome == "forbidden":
        return context.text("press.not_yours")
    if outcome.outcome != "done":
        return context.text(f"group.fault.{outcome.outcome}")
    await context.send(said(context.services, context.lang, _args(context, outcome, interest, what, organisation)))
    return None


def _args(context: Context, outcome: Outcome, interest: Interest, what: str, organisation: int) -> dict[str, str | int]:
    person = context.person.id
    return {"interest": interest.id, "what": what, "own": outcome.own, "organisation": organisation, "person": person}


def _note(context: Context, outcome: Outcome, interest: Interest, what: str, organisation: int = 0) -> None:
    if outcome.outcome == "done":
        context.note_result("group.said", **_args(context, outcome, interest, what, organisation))


def own(context: Context) -> Reply | None:
    """The group of the person's latest open interest that is open to one; None: there is none."""
    mine = interests.of_member(context.store, context.person.id)
    latest = next((one for one in mine if one.open and one.grouped), None)
    return page(context.services, context.lang, latest, context.person.id) if latest else None


async def press_group(update: Update, context: Context, args: list[str]) -> str | None:
    """The page of a group."""
    interest = found_for(context, args, PARTIES)
    if interest is None:
        return context.text("press.not_yours")
    await context.send(page(context.services, context.lang, interest, context.person.id))
    return None


async def _show_page(update: Update, context: Context, interest: int) -> None:
    """The page pressed on, as it stands now."""
    found = interests.get(context.store, interest)
    if found and PARTIES.intersection(roles(context.services, found, context.person.id)):
        await context.show(update, page(context.services, context.lang, found, context.person.id))


async def press_willing(update: Update, context: Context, args: list[str]) -> str | None:
    """Would join a group, or would not any more."""
    interest = found_for(context, args, SIDE)
    if interest is None:
        return context.text("press.not_yours")
    yes = args[1:2] == ["1"]
    with context.store.transaction():
        outcome = joining.willing(context.store, interest, context.person.id, yes=yes, now=context.now)
        if outcome == "done" and yes:
            tell_of_newcomer(context.services, interest)
    context.services.wake()
    await _show_page(update, context, interest.id)
    return (
        context.text("group.fault.stale") if outcome == "stale" else context.text(f"group.said.{'willing' if yes else 'alone'}")
    )


async def press_ask(update: Update, context: Context, args: list[str]) -> str | None:
    """Invite a proposed partner, or ask to be let into its group."""
    ours = found_for(context, args, SIDE)
    wanted = number(args[1]) if len(args) > 1 else None
    theirs = interests.get(context.store, wanted) if wanted is not None else None
    if ours is None or theirs is None:
        return context.text("press.not_yours")
    joins = bool(partners.members(context.store, theirs.id))
    what = "wished" if joins else "asked"
    with context.store.transaction():
        outcome = joining.ask(context.store, ours, theirs, actor=context.person.id, now=context.now)
        _note(context, outcome, ours, what)
    await _show_page(update, context, ours.id)
    return await _said(context, outcome, ours, what)


async def press_see(update: Update, context: Context, args: list[str]) -> str | None:
    """The question once more that waits for one's yes or no."""
    interest, organisation = (number(one) for one in (args + ["", ""])[:2])
    row = partners.get(context.store, interest or 0, organisations.current(context.store, organisation or 0))
    if row is None or not partners.decides(context.store, row, context.person.id):
        return context.text("press.not_yours")
    await context.send(asked_again(context.services, context.lang, row))
    return None


async def press_answer(update: Update, context: Context, args: list[str]) -> str | None:
    """Yes or no to going together."""
    interest, organisation = (number(one) for one in (args + ["", ""])[:2])
    group = interests.get(context.store, interest) if interest is not None else None
    now = organisations.current(context.store, organisation) if organisation is not None else 0
    row = partners.get(context.store, group.id, now) if group else None
    if group is None or row is None:
        return context.text("press.not_yours")
    yes = args[2:3] == ["1"]
    what = ("let_in" if row.asked_by == "member" else "joined") if yes else "no"
    with context.store.transaction():
        outcome = joining.decide(context.store, group.id, row.organisation, _doing(context, group), yes=yes)
        _note(context, outcome, group, what, row.organisation)
    return await _said(context, outcome, group, what, row.organisation)


async def press_move(update: Update, context: Context, args: list[str]) -> str | None:
    """Leave, dissolve, hand over the lead (to one that is chosen first) or take it: by the table of moves."""
    group = found_for(context, args, PARTIES)
    move = MOVES.get(args[2]) if len(args) > 2 else None
    mine = roles(context.services, group, context.person.id) if group else []
    role = next((one for one in mine if move and one in move.roles), None)
    if group is None or move is None or role is None or not move.group:
        return context.text("press.not_yours")
    if str(group.version) != args[1]:
        show_card(update, context, group)
        return moved_on(context.services, context.lang, group)
    more = args[3] if len(args) > 3 else ""
    if move.id == "hand_over" and not more:
        return await _choose_heir(context, group)
    if move.confirm and more != "yes":
        await _confirm(context, group, move.id)
        return None
    whom = number(more) if move.id == "hand_over" else None
    with context.store.transaction():
        outcome = groups.move(context.store, group.id, group.version, move.id, _doing(context, group), role=role, whom=whom)
        _note(context, outcome, group, move.id)
    return await _said(context, outcome, group, move.id)


async def _confirm(context: Context, group: Interest, move: str) -> None:
    mine = partners.standing(context.store, group.id, context.person.id)
    own = partners.own_within(context.store, mine.organisation, group.id) if mine else 0
    text = context.text(f"group.confirm.{move}", about=subject_name(context.services, context.lang, group), own=own)
    yes = press(context.text(f"move.{move}"), "gmove", group.id, group.version, move, "yes")
    await context.send(Reply(text, ((yes,), (press(context.text("button.back"), "grp", group.id),))))


async def _choose_heir(context: Context, group: Interest) -> str | None:
    able = [one for one in partners.members(context.store, group.id) if groups.can_lead(context.store, one)]
    if not able:
        return context.text("group.fault.no_heir")
    rows = [(press(short(one.name), "gmove", group.id, group.version, "hand_over", one.organisation),) for one in able]
    rows.append((press(context.text("button.back"), "grp", group.id),))
    await context.say("group.choose_heir", rows)
    return None


async def press_no_lead(update: Update, context: Context, args: list[str]) -> str | None:
    """Does not want to take the lead."""
    group = found_for(context, args, MEMBERS)
    if group is None:
        return context.text("press.not_yours")
    with context.store.transaction():
        outcome = Outcome(groups.decline_lead(context.store, group.id, context.person.id, context.now))
        _note(context, outcome, group, "no_heir")
    return await _said(context, outcome, group, "no_heir")


async def press_share(update: Update, context: Context, args: list[str]) -> str | None:
    """Whether the partners may see one's contact."""
    group = found_for(context, args, PARTIES)
    if group is None:
        return context.text("press.not_yours")
    yes = args[1:2] == ["1"]
    groups.share(context.store, group.id, context.person.id, contacts=yes, now=context.now)
    context.services.wake()
    await _show_page(update, context, group.id)
    return context.text("group.said.shared" if yes else "group.said.unshared")


async def press_contact(update: Update, context: Context, args: list[str]) -> str | None:
    """A partner's contact: only where both have agreed; noted, and taken back within a day."""
    group = found_for(context, args, PARTIES)
    organisation = number(args[1]) if len(args) > 1 else None
    row = partners.get(context.store, group.id, organisation) if group and organisation is not None else None
    if group is None or row is None or row.state != "agreed":
        return context.text("press.not_yours")
    return show_contact(context, group, role="partner", owner=row.person)


PRESSES: Presses = {
    "grp": press_group,
    "gwill": press_willing,
    "gask": press_ask,
    "gsee": press_see,
    "gyes": press_answer,
    "gmove": press_move,
    "glead": press_no_lead,
    "gshare": press_share,
    "gtel": press_contact,
}
