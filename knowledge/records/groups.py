"""Groups (组团): organisations that go together. One interest and one living card, a lead who moves it, members who agreed.

How they come in is in ``joining``. An interest that a member had open in the same need goes into the group's (``part_of``) and
comes back when the member leaves or the group is over. Every change leaves an event, and the mail about it stands in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from knowledge.clock import HOUR, working
from knowledge.records import cards, deadlines, deliveries, disclosures, interests, parties, partners
from knowledge.records.deadlines import Deadline
from knowledge.records.interests import Event, Interest
from knowledge.records.moves import INVITATION, MOVES, Move, allowed
from knowledge.records.partners import Partner
from knowledge.records.store import Store

ASKED, HEIR = "group", "lead"
"""Deadlines: an invitation waits for its answer; a member who is to take the lead has not answered. Subject: the interest,
version: the organisation."""
LAPSE = "lapse"
NAMING = frozenset({"join", "leave", "take_lead", "dissolve"})
"""Events whose note is an organisation's number: it is named as it is called when they are shown, and no longer once erased."""
NUMBERING = frozenset({"go_in", "come_back"})
"""Events of a partner's own interest whose note is the number of the group's."""
OTHER_EVENTS = ("willing", "alone", "invite", "wish", "no", "join", *sorted(NUMBERING))
"""Events of groups that are no moves."""


class Outcome(Struct, frozen=True):
    """What became of a step: ``done``, or why not. ``own``: the interest of the partner's own that went in or came back.

    ``stale``: it is no longer so. ``forbidden``: not by this person. ``known``: asked or in a group before. ``refused``: it was
    asked before and said no. ``leading``: it leads a group of its own. ``crossed``: it has asked the same the other way round.
    ``late``: the group no longer takes in members. ``full``: it has as many as it can.
    """

    outcome: str
    own: int = 0


class Doing(Struct, frozen=True):
    """Who does something, who at the office is to hear of it, and when."""

    actor: int
    office: Sequence[int]
    now: int


# -- moves within the group --------------------------------------------------------------------------------------------------


def move(store: Store, interest: int, version: int, name: str, doing: Doing, *, role: str, whom: int | None = None) -> Outcome:
    """Leave, dissolve, ask a member (``whom``) to take the lead, or take it: by the one table of moves, if nothing has changed.

    Taking the lead needs to have been asked; everything else needs nobody's yes.
    """
    step = MOVES[name]
    with store.transaction():
        group = interests.get(store, interest)
        if group is None or not step.group or role not in step.roles or not parties.is_party(store, group, doing.actor, role):
            return Outcome("forbidden")
        partner = partners.standing(store, interest, doing.actor, "member" if role == "member" else "lead")
        if group.version != version or step not in possible(store, group, partner):
            return Outcome("stale")
        if name == "hand_over":
            partner = partners.get(store, interest, whom or 0)
        if partner is None or (name == "hand_over" and not can_lead(store, partner)):
            return Outcome("stale")
        store.execute("UPDATE interests SET version = version + 1, updated = ? WHERE id = ?", (doing.now, interest))
        own = STEPS[name](store, group, partner, doing)
    return Outcome("done", own)


def possible(store: Store, group: Interest, mine: Partner | None) -> list[Move]:
    """The moves of the table that somebody of this standing in the group can make now."""
    if mine is None or group.part_of:
        return []
    role = "organisation" if mine.role == "lead" else "member"
    return [move for move in allowed(group.stage, role, group=True) if _can(store, move.id, mine)]


def _can(store: Store, name: str, mine: Partner) -> bool:
    members = partners.members(store, mine.interest)
    match name:
        case "hand_over":
            return any(can_lead(store, one) for one in members)
        case "take_lead":
            return mine.heir and can_lead(store, mine)
        case "dissolve":
            return bool(members)
        case _:
            return True


def can_lead(store: Store, partner: Partner) -> bool:
    """Whether the lead can go to this member: not while it is at work on the same need by itself."""
    alone = store.value(
        "SELECT 1 FROM interests i JOIN interests g ON g.county = i.county AND g.need IS i.need AND g.id != i.id"
        " WHERE g.id = ? AND i.organisation = ? AND i.part_of IS NULL"
        " AND i.stage NOT IN ('completed', 'declined', 'withdrawn')",
        (partner.interest, partner.organisation),
    )
    return partner.role == "member" and partner.state == "agreed" and not alone


def _hand_over(store: Store, group: Interest, heir: Partner, doing: Doing) -> int:
    deadlines.drop(store, HEIR, group.id)
    partners.offer_lead(store, group.id, heir.organisation)
    remind(store, HEIR, group.id, heir.organisation, doing.now)
    interests.note(store, group, "hand_over", None, doing.now, actor=doing.actor, role="organisation")
    deliveries.put(store, heir.person, "group.heir", doing.now, interest=group.id, organisation=group.organisation)
    return 0


def _take_lead(store: Store, group: Interest, heir: Partner, doing: Doing) -> int:
    deadlines.drop(store, HEIR, group.id)
    partners.lead(store, heir)
    told = {one.person for one in partners.of(store, group.id, "agreed")}
    happened(store, group, "take_lead", heir, doing, told)
    return 0


def _leave(store: Store, group: Interest, partner: Partner, doing: Doing) -> int:
    if partner.heir:
        deadlines.drop(store, HEIR, group.id)
    partners.change(store, group.id, partner.organisation, "agreed", "left", doing.now)
    disclosures.partners_changed(store, group.id, doing.now)
    own = _come_back(store, partner.organisation, group.id, doing.now)
    told = {group.person, *(one.person for one in partners.members(store, group.id))}
    happened(store, group, "leave", partner, doing, told, own=own)
    return own


def _dissolve(store: Store, group: Interest, lead: Partner, doing: Doing) -> int:
    """The members go; the interest goes on as the lead's alone."""
    _disband(store, group, doing.now)
    store.execute("UPDATE interests SET grouped = 0 WHERE id = ?", (group.id,))
    happened(store, group, "dissolve", lead, doing, ())
    return 0


STEPS = {"hand_over": _hand_over, "take_lead": _take_lead, "leave": _leave, "dissolve": _dissolve}
"""What each move of a group does to its rows."""


def decline_lead(store: Store, interest: int, actor: int, now: int) -> str:
    """The member who was asked to take the lead does not want to."""
    with store.transaction():
        partner, group = partners.member(store, interest, actor), interests.get(store, interest)
        if partner is None or group is None:
            return "forbidden"
        if not partner.heir:
            return "stale"
        _no_heir(store, group, now)
    return "done"


def _no_heir(store: Store, group: Interest, now: int) -> None:
    deadlines.drop(store, HEIR, group.id)
    partners.offer_lead(store, group.id, None)
    deliveries.put(store, group.person, "group.no_heir", now, interest=group.id)


def share(store: Store, interest: int, actor: int, *, contacts: bool, now: int) -> bool:
    """Agree that the partners who agreed too may see one's contact, or take that back, with what they were shown."""
    with store.transaction():
        changed = partners.share(store, interest, actor, contacts=contacts)
        if changed:
            store.audit(now, actor, "contact.share" if contacts else "contact.unshare", f"interest:{interest}")
            disclosures.partners_changed(store, interest, now)
        if changed and contacts:
            agreed = partners.of(store, interest, "agreed")
            mine = next((one.organisation for one in agreed if one.person == actor), 0)
            for one in agreed:
                if one.person != actor:
                    deliveries.put_once(store, one.person, "group.shared", now, interest=interest, organisation=mine)
    return changed


# -- what happens to others' interests, and at the end of a group ------------------------------------------------------------


def go_in(store: Store, own: Interest, group: Interest, actor: int, now: int) -> None:
    """The partner's own interest rests within the group's; whom it has asked is asked no longer."""
    recall(store, own, now)
    store.execute("UPDATE interests SET part_of = ?, version = version + 1, updated = ? WHERE id = ?", (group.id, now, own.id))
    deadlines.drop(store, "interest", own.id)
    interests.note(store, own, "go_in", str(group.id), now, actor=actor, role="organisation")


def _come_back(store: Store, organisation: int, group: int, now: int) -> int:
    """The partner's own interest comes back to life as it was, with a fresh clock; returns its number, 0 without one."""
    number = store.value("SELECT id FROM interests WHERE organisation = ? AND part_of = ?", (organisation, group))
    if not number:
        return 0
    store.execute(
        "UPDATE interests SET part_of = NULL, version = version + 1, since = ?, updated = ? WHERE id = ?", (now, now, number)
    )
    own = interests.get(store, number)
    if own and own.open:
        interests.set_clock(store, own, now)
        interests.note(store, own, "come_back", str(group), now)
    return int(number)


def recall(store: Store, group: Interest, now: int) -> None:
    """Who was asked (or asked) and has not been answered hears that it is over."""
    for asked in partners.of(store, group.id, "asked"):
        partners.change(store, group.id, asked.organisation, "asked", "left", now)
        deadlines.drop(store, ASKED, group.id, asked.organisation)
        deliveries.put(store, asked.person, "group.recalled", now, interest=group.id)


def _disband(store: Store, group: Interest, now: int) -> None:
    """Everybody but the lead goes, with their own interests back, and hears of it."""
    recall(store, group, now)
    deadlines.drop(store, HEIR, group.id)
    for one in partners.members(store, group.id):
        partners.change(store, group.id, one.organisation, "agreed", "left", now)
        own = _come_back(store, one.organisation, group.id, now)
        deliveries.put(store, one.person, "group.over", now, interest=group.id, organisation=group.organisation, own=own)
    store.execute("UPDATE group_members SET contacts = 0 WHERE interest = ?", (group.id,))
    disclosures.partners_changed(store, group.id, now)


def settle(store: Store, interest: int, now: int) -> None:
    """What was closed can no longer be undone: with a completed one its members' are completed; any other's come back."""
    group = interests.get(store, interest)
    if group is None or group.open:
        return
    if group.stage != "completed":
        _disband(store, group, now)
        _come_back(store, group.organisation, group.id, now)  # its lead's own, if the lead took it over
        return
    recall(store, group, now)
    for row in store.all("SELECT id FROM interests WHERE part_of = ? AND stage != 'completed'", (interest,)):
        own = interests.get(store, row["id"])
        if own:
            store.execute(
                "UPDATE interests SET stage = 'completed', turn = 'nobody', version = version + 1, updated = ? WHERE id = ?",
                (now, own.id),
            )
            interests.add_event(store, own.id, Event(now, None, "clock", "complete", own.stage, "completed", None, None))
            cards.refresh(store, own.id, now)


def withdraw(
    store: Store, organisation: int, person: int, office: Callable[[str], Sequence[int]], now: int, *, only: int | None = None
) -> None:
    """An organisation goes out of every group (or ``only`` this one); its lead is passed on to the next who can take it.

    What it was asked, or asked for, is over. Where nobody can take the lead, the group is disbanded. ``person``: by whom.
    """
    for row in store.all(
        "SELECT interest FROM group_members WHERE organisation = ? AND state IN ('asked', 'agreed')"
        " AND interest = coalesce(?, interest)",
        (organisation, only),
    ):
        group, partner = interests.get(store, row["interest"]), partners.get(store, row["interest"], organisation)
        if group is None or partner is None:
            continue
        doing = Doing(person, [one for one in office(group.county) if one != person], now)
        if partner.state == "asked":
            _asked_no_more(store, group, partner, now)
        elif partner.role == "member":
            _leave(store, group, partner, doing)
        elif group.open:
            _pass_on(store, group, partner, doing)


def _asked_no_more(store: Store, group: Interest, asked: Partner, now: int) -> None:
    partners.change(store, group.id, asked.organisation, "asked", "refused", now)
    deadlines.drop(store, ASKED, group.id, asked.organisation)
    if asked.asked_by == "lead":
        deliveries.put(store, group.person, "group.refused", now, interest=group.id)


def _pass_on(store: Store, group: Interest, lead: Partner, doing: Doing) -> None:
    heir = next((one for one in partners.members(store, group.id) if can_lead(store, one)), None)
    if heir is None:
        _disband(store, group, doing.now)
        return
    _take_lead(store, group, heir, doing)
    if former := partners.get(store, group.id, lead.organisation):
        led = interests.get(store, group.id) or group
        _leave(store, led, former, doing)


# -- mail --------------------------------------------------------------------------------------------------------------------


def happened(
    store: Store, group: Interest, name: str, about: Partner, doing: Doing, told: Iterable[int], *, own: int = 0
) -> None:
    """An event of the group that names an organisation: on the cards, and in a line to the partners and to the office."""
    role = "member" if name in {"leave", "take_lead"} else "organisation"
    event = Event(doing.now, doing.actor, role, name, group.stage, group.stage, None, str(about.organisation))
    with store.transaction():
        interests.add_event(store, group.id, event)
        cards.refresh(store, group.id, doing.now, also=[one.person for one in partners.of(store, group.id, "agreed")])
        args = {"interest": group.id, "organisation": about.organisation, "own": own}
        for person in sorted(set(told) - {doing.actor}):
            deliveries.put(store, person, f"group.{name}", doing.now, **args)
        for person in parties.handling(group, doing.office):
            if person != doing.actor:
                deliveries.put(store, person, f"office.group.{name}", doing.now, **args)


# -- the clock ---------------------------------------------------------------------------------------------------------------


def remind(store: Store, kind: str, interest: int, organisation: int, now: int) -> None:
    """Set the deadlines of somebody who is to say yes or no."""
    moments = {str(number): now + after for number, after in enumerate(INVITATION.nudges, 1)}
    for detail, moment in (moments | {LAPSE: now + INVITATION.promised}).items():
        deadlines.put(store, f"{kind}.{detail}", interest, working(moment), organisation)


def later(group: Interest, now: int) -> int:
    """When a deadline of the group is to be served: now, in working hours, and not while its closing can still be undone."""
    return working(now if group.open else now + HOUR)


def chase_heir(store: Store, deadline: Deadline, now: int) -> None:
    """The member asked to take the lead has not answered: remind; in the end no answer is a no, and the lead hears it."""
    group, heir = interests.get(store, deadline.subject), partners.get(store, deadline.subject, deadline.version)
    if group is None or heir is None or not heir.heir:
        return
    if (due := later(group, now)) > now:
        deadlines.put(store, deadline.kind, deadline.subject, due, deadline.version)
    elif deadline.detail == LAPSE:
        _no_heir(store, group, now)
    else:
        deliveries.put_once(store, heir.person, "group.heir", now, interest=group.id, organisation=group.organisation)
