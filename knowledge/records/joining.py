"""Joining a group: offering oneself, asking and being asked, saying yes or no, and what no answer means.

Nobody is named before agreeing to it: who asks is named to whom is asked, and whoever is asked only on saying yes.
"""

from __future__ import annotations

from knowledge.records import cards, deadlines, deliveries, groups, interests, organisations, partners
from knowledge.records.deadlines import Deadline
from knowledge.records.groups import ASKED, LAPSE, Doing, Outcome
from knowledge.records.interests import Interest
from knowledge.records.moves import GATHERING
from knowledge.records.partners import Partner
from knowledge.records.store import Store

MOST = 6
"""Members that a group has beside its lead: all of them stand on its card, with what each offers."""


def willing(store: Store, interest: Interest, actor: int, *, yes: bool, now: int) -> str:
    """The organisation would join a group with this interest, or would not any more."""
    with store.transaction():
        found = interests.get(store, interest.id)
        if found is None or not found.open or (not yes and partners.members(store, found.id)):
            return "stale"
        if not organisations.is_member(store, found.organisation, actor):
            return "forbidden"
        if found.grouped == yes:
            return "known"
        if not yes:
            groups.recall(store, found, now)
        store.execute("UPDATE interests SET grouped = ?, updated = ? WHERE id = ?", (int(yes), now, found.id))
        interests.note(store, found, "willing" if yes else "alone", None, now, actor=actor, role="organisation")
    return "done"


CANDIDATES = f"""
SELECT i.id FROM interests i WHERE i.county = :county AND i.grouped = 1 AND i.part_of IS NULL
  AND i.stage IN ({", ".join(f"'{stage}'" for stage in GATHERING)})
  AND i.person NOT IN (:person, 0) AND i.organisation != :organisation
  AND NOT EXISTS (SELECT 1 FROM group_members g WHERE g.state IN ('asked', 'agreed', 'refused')
    AND (g.interest = :id AND g.organisation = i.organisation OR g.interest = i.id AND g.organisation = :organisation))
  AND NOT EXISTS (SELECT 1 FROM group_members g WHERE g.state = 'agreed'
    AND (g.interest = :id AND g.person = i.person OR g.interest = i.id AND g.person = :person))
ORDER BY i.id DESC LIMIT :most
"""
"""Who could be asked: nobody is who is in the group already, for whichever organisation, nor who was asked before."""
RANKED = 60
"""How many of them are looked at."""


def candidates(store: Store, interest: Interest) -> list[Interest]:
    """Open interests of others in the same county that would join a group, newest first; not those asked or in it before."""
    names = {name: getattr(interest, name) for name in ("id", "county", "person", "organisation")}
    rows = store.connection.execute(CANDIDATES, {**names, "most": RANKED}).fetchall()
    return [found for row in rows if (found := interests.get(store, row["id"]))]


def ask(store: Store, ours: Interest, theirs: Interest, *, actor: int, now: int) -> Outcome:
    """Ask another interest's organisation to go together: into our group; or to let us into its group, where it leads one.

    The one who asks is named to the other by it.
    """
    with store.transaction():
        mine, other = interests.get(store, ours.id), interests.get(store, theirs.id)
        if mine is None or not organisations.is_member(store, mine.organisation, actor):
            return Outcome("forbidden")
        if other is None or not _gathers(mine) or not _gathers(other) or not other.grouped or mine.county != other.county:
            return Outcome("stale")
        if not other.person or organisations.is_member(store, other.organisation, actor):
            return Outcome("stale")
        joining = bool(partners.members(store, other.id))
        if joining and partners.members(store, mine.id):
            return Outcome("leading")
        group, asked = (other, mine) if joining else (mine, other)
        if partners.standing(store, group.id, asked.person):
            return Outcome("known")
        for one, whom in ((group, asked), (asked, group)):
            known = partners.get(store, one.id, whom.organisation)
            if known and known.state == "asked":
                return Outcome("crossed" if partners.decides(store, known, actor) else "known")
            if known and known.state in {"agreed", "refused"} and one is group:
                return Outcome("refused" if known.state == "refused" else "known")
        store.execute("UPDATE interests SET grouped = 1 WHERE id = ?", (mine.id,))
        if not joining:
            partners.found(store, group, now)
        partners.ask(store, group.id, asked, "member" if joining else "lead", now)
        groups.remind(store, ASKED, group.id, asked.organisation, now)
        interests.note(store, group, "wish" if joining else "invite", None, now, actor=actor, role="organisation")
        if row := partners.get(store, group.id, asked.organisation):
            _tell_asked(store, group, row, now)
    return Outcome("done")


def decide(store: Store, interest: int, organisation: int, doing: Doing, *, yes: bool) -> Outcome:
    """Say yes or no to going together. With a yes the organisation is in the group, named to everybody in it."""
    now = doing.now
    with store.transaction():
        group, asked = interests.get(store, interest), partners.get(store, interest, organisation)
        if group is None or asked is None or not partners.decides(store, asked, doing.actor):
            return Outcome("forbidden")
        if asked.state != "asked":
            return Outcome("stale")
        mine = own(store, asked, group)
        if yes and (fault := _fault(store, group, asked, mine)):
            return Outcome(fault)
        partners.change(store, interest, organisation, "asked", "agreed" if yes else "refused", now)
        deadlines.drop(store, ASKED, interest, organisation)
        asker = asked.person if asked.asked_by == "member" else group.person
        if not yes:
            interests.note(store, group, "no", None, now)
            deliveries.put(store, asker, "group.refused", now, interest=interest)
            return Outcome("done")
        if mine:
            groups.go_in(store, mine, group, asked.person, now)
        told = [one.person for one in partners.of(store, interest, "agreed")]
        groups.happened(store, group, "join", asked, doing, told, own=mine.id if mine else 0)
    return Outcome("done", mine.id if mine else 0)


def offered(store: Store, asked: Partner) -> Interest | None:
    """The interest with which the organisation offers to go together in this county: in the same need, else its newest."""
    number = store.value(
        "SELECT i.id FROM interests i JOIN interests g ON g.county = i.county AND g.id = ?"
        " WHERE i.organisation = ? AND i.id != g.id AND i.stage NOT IN ('completed', 'declined', 'withdrawn')"
        " ORDER BY i.need IS NOT g.need, i.id DESC",
        (asked.interest, asked.organisation),
    )
    return interests.get(store, number) if number else None


def _fault(store: Store, group: Interest, asked: Partner, mine: Interest | None) -> str:
    """Why the organisation cannot be taken into the group, if it cannot."""
    if not _gathers(group):
        return "late"
    if mine and partners.members(store, mine.id):
        return "leading"
    if len(partners.members(store, group.id)) >= MOST:
        return "full"
    twice = partners.in_group_at(store, asked.organisation, group.county, group.need)
    return "known" if twice or partners.standing(store, group.id, asked.person) else ""


def _gathers(interest: Interest) -> bool:
    """Whether the interest can be a group's, or go into one."""
    return interest.open and interest.stage in GATHERING


def own(store: Store, partner: Partner, group: Interest) -> Interest | None:
    """The interest of the partner's own in the same need that goes into the group's: one that is signed goes on by itself."""
    number = store.value(
        "SELECT id FROM interests WHERE organisation = ? AND county = ? AND need IS ? AND id != ? AND part_of IS NULL"
        f" AND stage IN ({', '.join('?' * len(GATHERING))})",
        (partner.organisation, group.county, group.need, group.id, *GATHERING),
    )
    return interests.get(store, number) if number else None


def chase(store: Store, deadline: Deadline, now: int) -> None:
    """Nobody has answered yet: remind who is to answer; in the end no answer is a no, and who asked hears it.

    Where the group takes nobody in any more, the question is over for both.
    """
    group, asked = interests.get(store, deadline.subject), partners.get(store, deadline.subject, deadline.version)
    if group is None or asked is None or asked.state != "asked":
        return
    if (due := groups.later(group, now)) > now:
        deadlines.put(store, deadline.kind, deadline.subject, due, deadline.version)
    elif group.open and not _gathers(group):
        partners.change(store, group.id, asked.organisation, "asked", "left", now)
        deadlines.drop(store, ASKED, group.id, asked.organisation)
        cards.refresh(store, group.id, now, force=True)
        for person in (group.person, asked.person):
            deliveries.put(store, person, "group.late", now, interest=group.id)
    elif deadline.detail != LAPSE:
        _tell_asked(store, group, asked, now)
    else:
        partners.change(store, group.id, asked.organisation, "asked", "refused", now)
        deadlines.drop(store, ASKED, group.id, asked.organisation)
        interests.note(store, group, "no", None, now)
        asker = asked.person if asked.asked_by == "member" else group.person
        deliveries.put(store, asker, "group.lapsed", now, interest=group.id)


def _tell_asked(store: Store, group: Interest, asked: Partner, now: int) -> None:
    """The question, to who is to answer it; once more, if it was not answered."""
    by_lead = asked.asked_by == "lead"
    deliveries.put_once(
        store,
        partners.decider(store, asked)[1],
        "group.invited" if by_lead else "group.wished",
        now,
        interest=group.id,
        organisation=group.organisation if by_lead else asked.organisation,
        partner=asked.organisation,
    )
