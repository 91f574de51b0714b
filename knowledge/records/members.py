"""Members of an organisation: joining by invitation, leaving, and who speaks for it.

The first contact lets in who took an invitation. When somebody leaves, their cases go on with the first contact; when the
first contact leaves, who has been there longest becomes it. The last to leave withdraws what is open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from knowledge.clock import DAY, working
from knowledge.records import (
    cards,
    deadlines,
    deliveries,
    disclosures,
    facts,
    groups,
    interests,
    invitations,
    organisations,
    verification,
)
from knowledge.records.deadlines import Deadline
from knowledge.records.invitations import Invitation
from knowledge.records.store import Store

Office = Callable[[str], list[int]]
"""Who takes care of a county's cases."""
APPLICATION = "application"
"""The deadline of an application that nobody has decided; its subject is the invitation."""
LAPSE = "lapse"
PATIENCE = {"1": 2 * DAY, "2": 7 * DAY, LAPSE: 30 * DAY}
"""After how long the first contact is reminded, the applicant hears that nobody has answered, and no answer is a no."""
LEFT = "=left"
"""The reason of the event that withdraws what the last member leaves behind: a button's id, shown in the reader's language."""
HELD = (
    "SELECT interest FROM cards WHERE person = ?1 AND interest IN (SELECT id FROM interests WHERE organisation = ?2"
    " UNION SELECT interest FROM group_members WHERE organisation = ?2)"
)
"""The cards about an organisation that somebody has: who leaves it reads no more on them."""
LINKS = 10
"""Links of one organisation that can wait to be used."""


def invite(store: Store, organisation: int, by: int, now: int) -> str | None:
    """A link for a colleague, made by a member. None: too many wait already, or ``by`` is none. Returns its token."""
    with store.transaction():
        if not organisations.is_member(store, organisation, by):
            return None
        if len(invitations.usable(store, "colleague", str(organisation), now)) >= LINKS:
            return None
        return invitations.make(store, "colleague", str(organisation), by, now)


def apply(store: Store, invitation: int, person: int, name: str, phone: str | None, now: int) -> str:
    """Use a link: the first contact is asked. Returns ``asked``, ``member`` (one already) or ``stale`` (used, expired)."""
    with store.transaction():
        found = invitations.get(store, invitation)
        if found is None or found.purpose != "colleague":
            return "stale"
        organisation = int(found.subject)
        if organisations.is_member(store, organisation, person):
            return "member"
        first = organisations.first_contact(store, organisation)
        if first is None or not invitations.take(store, invitation, person, name, phone, now):
            return "stale"
        deliveries.put(store, first.person, "member.asks", now, invitation=invitation)
        for detail, after in PATIENCE.items():
            deadlines.put(store, f"{APPLICATION}.{detail}", invitation, working(now + after))
    return "asked"


def decide(store: Store, invitation: int, by: int, now: int, *, accepted: bool) -> str:
    """Let in who used a link, or not. Returns ``done``, ``stale`` (decided before) or ``forbidden`` (not the first contact)."""
    with store.transaction():
        found = invitations.get(store, invitation)
        first = organisations.first_contact(store, int(found.subject)) if found and found.purpose == "colleague" else None
        if found is None or first is None or first.person != by:
            return "forbidden"
        before = invitations.decide(store, invitation, by, now, accepted=accepted)
        if before is None or before.taken_by is None:
            return "stale"
        deadlines.drop(store, APPLICATION, invitation)
        if accepted:
            _join(store, before, before.taken_by, now)
        deliveries.put(
            store, before.taken_by, "member.welcome" if accepted else "member.refused", now, organisation=int(found.subject)
        )
    return "done"


def _join(store: Store, invitation: Invitation, person: int, now: int) -> None:
    organisation = int(invitation.subject)
    store.execute(
        "INSERT INTO members (organisation, person, role, name, phone, since) VALUES (?, ?, 'member', ?, ?, ?)"
        " ON CONFLICT (organisation, person) DO NOTHING",
        (organisation, person, invitation.name or "", invitation.phone, now),
    )
    store.audit(now, person, "member.joined", f"organisation:{organisation}")


def remind(store: Store, deadline: Deadline, _city: Sequence[int], now: int) -> None:
    """An application waits: the first contact is reminded; the applicant hears how it stands, in the end that it is over."""
    found = invitations.get(store, deadline.subject)
    if found is None or not found.waiting or found.taken_by is None:
        return
    if (later := working(now)) > now:  # the bot was away when it fell due
        deadlines.put(store, deadline.kind, deadline.subject, later, deadline.version)
        return
    if deadline.detail == LAPSE:
        invitations.decide(store, found.id, None, now, accepted=False)
        deliveries.put(store, found.taken_by, "member.lapsed", now, organisation=int(found.subject))
        return
    first = organisations.first_contact(store, int(found.subject))
    if first:
        deliveries.put_once(store, first.person, "member.asks", now, invitation=found.id, reminded=1)
    if deadline.detail == "2":
        deliveries.put_once(store, found.taken_by, "member.waiting", now, organisation=int(found.subject))


def hand_over(store: Store, organisation: int, by: int, to: int, now: int) -> bool:
    """The first contact makes another member the first contact, who is told. False: ``by`` is not, or ``to`` is no member."""
    with store.transaction():
        first = organisations.first_contact(store, organisation)
        if first is None or first.person != by or by == to or not organisations.is_member(store, organisation, to):
            return False
        store.execute("UPDATE members SET role = 'member' WHERE organisation = ? AND person = ?", (organisation, by))
        _promote(store, organisation, to, by, now)
        deliveries.put(store, to, "member.first", now, organisation=organisation)
        _tell_of_applicants(store, organisation, to, now)
    return True


def _promote(store: Store, organisation: int, person: int, by: int | None, now: int) -> None:
    store.execute("UPDATE members SET role = 'first_contact' WHERE organisation = ? AND person = ?", (organisation, person))
    store.audit(now, by, "member.first", f"organisation:{organisation}")


def _tell_of_applicants(store: Store, organisation: int, first: int, now: int) -> None:
    """Who decides now learns of those who wait."""
    for one in invitations.waiting(store, "colleague", str(organisation)):
        deliveries.put(store, first, "member.asks", now, invitation=one.id)


def remove(store: Store, organisation: int, by: int, person: int, office: Office, now: int) -> bool:
    """The first contact removes another member, who is told. False: ``by`` is not, or ``person`` is no member."""
    with store.transaction():
        first = organisations.first_contact(store, organisation)
        if first is None or first.person != by or by == person:
            return False
        if not leave(store, organisation, person, office, now):
            return False
        deliveries.put(store, person, "member.removed", now, organisation=organisation)
    return True


def leave(store: Store, organisation: int, person: int, office: Office, now: int) -> bool:
    """A member leaves: the cases go on with the first contact, or are withdrawn by the last one. False: no member.

    ``office``: who is told of what is withdrawn.
    """
    with store.transaction():
        mine = organisations.member(store, organisation, person)
        if mine is None:
            return False
        others = [one for one in organisations.members(store, organisation) if one.person != person]
        if not others:
            _close(store, organisation, person, office, now)
        store.execute("DELETE FROM members WHERE organisation = ? AND person = ?", (organisation, person))
        store.audit(now, person, "member.left", f"organisation:{organisation}")
        for row in store.all(HELD, (person, organisation)):
            cards.put(store, row["interest"], person, now, force=True)
        facts.viewer_gone(store, person, now)
        if others:
            if mine.first:
                _promote(store, organisation, others[0].person, None, now)
                _tell_of_applicants(store, organisation, others[0].person, now)
            taken_over = _take_over(store, organisation, person, others[0].person, now)
            if mine.first or taken_over:
                deliveries.put(
                    store, others[0].person, "member.left", now, organisation=organisation, first=int(mine.first), n=taken_over
                )
    return True


def _close(store: Store, organisation: int, person: int, office: Office, now: int) -> None:
    """The last member leaves every group and withdraws what is open; nobody can join any more."""
    groups.withdraw(store, organisation, person, office, now)
    for one in interests.of_organisation(store, organisation):
        if one.open:
            told = [somebody for somebody in office(one.county) if somebody != person]
            interests.move(
                store,
                one.id,
                one.version,
                "withdraw",
                actor=person,
                role="organisation",
                office=told,
                words=LEFT,
                now=now,
            )
    close_door(store, organisation, person, now)
    verification.end(store, organisation)


def close_door(store: Store, organisation: int, by: int, now: int) -> None:
    """Nobody is left to let anybody in: the links end, and who has used one hears that it is over."""
    invitations.withdraw(store, "colleague", str(organisation), by, now)
    for one in invitations.waiting(store, "colleague", str(organisation)):
        invitations.decide(store, one.id, by, now, accepted=False)
        deadlines.drop(store, APPLICATION, one.id)
        if one.taken_by is not None:
            deliveries.put(store, one.taken_by, "member.nobody", now, organisation=organisation)


def _take_over(store: Store, organisation: int, person: int, heir: int, now: int) -> int:
    """The cases that were somebody's become the heir's; contacts shown are taken back. Returns how many are open."""
    theirs = [one for one in interests.of_organisation(store, organisation) if one.person == person]
    for one in theirs:
        for row in store.all(
            "SELECT id FROM disclosures WHERE owner = ? AND interest = ? AND taken_back IS NULL", (person, one.id)
        ):
            disclosures.take_back(store, row["id"], now)
        store.execute("UPDATE interests SET person = ? WHERE id = ?", (heir, one.id))
        if one.open:
            interests.note(store, one, "handover", None, now, role="organisation")
    store.execute(
        "UPDATE group_members SET person = ?, contacts = 0 WHERE organisation = ? AND person = ?", (heir, organisation, person)
    )
    for row in store.all("SELECT interest FROM group_members WHERE organisation = ? AND state = 'agreed'", (organisation,)):
        disclosures.partners_changed(store, row["interest"], now)
        cards.refresh(store, row["interest"], now, also=[heir])
    return len([one for one in theirs if one.open])
