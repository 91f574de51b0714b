"""A random walk through the life of groups, on top of that of interests: nobody is in two places, nothing of anybody's is lost.

``JIEDUI_WALK=100000`` walks so many steps instead of a few; ``python -m tests.test_group_life 100000`` also says how it went.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from knowledge.records import disclosures, groups, interests, joining, partners, people
from knowledge.records.groups import Doing
from knowledge.records.interests import Interest
from knowledge.records.moves import CLOSED, MEMBERS, MOVES
from tests.test_life import ASKERS, COUNTIES, PEOPLE, WALK, Life, made, walk

GROUP = sorted(move for move in MOVES if MOVES[move].group)
BY_THE_CLOCK = {"nudge", "no", "come_back", "complete"}
"""Events that time alone brings about."""


class GroupLife(Life):
    """The same people, who all would join a group."""

    grouped = True

    @initialize()
    def begin(self) -> None:
        """In each county both have registered; in one of them they go together already."""
        super().begin()
        for person in ASKERS:
            for county in sorted(COUNTIES):
                self.register(person, county, "甲")
        one = next(one for number in sorted(self.journal) if (one := self.at("chengkou", number)))
        two = joining.candidates(self.store, one)[0]
        assert joining.ask(self.store, one, two, actor=one.person, now=self.now).outcome == "done"
        assert joining.decide(self.store, one.id, two.organisation, self.doing(two.person, one), yes=True).outcome == "done"
        self.journal[one.id] += ["invite", "join"]
        self.journal[two.id] += ["go_in"]

    def at(self, county: str, number: int) -> Interest | None:
        found = interests.get(self.store, number)
        return found if found and found.county == county else None

    # -- what people do ----------------------------------------------------------------------------------------------------

    def drawn(self, data: st.DataObject) -> Interest:
        found = interests.get(self.store, data.draw(st.sampled_from(sorted(self.journal))))
        assert found
        return found

    def doing(self, person: int, interest: Interest) -> Doing:
        return Doing(person, self.office(interest.county), self.now)

    def caused(self, before: dict[int, list[str]], expected: Counter[str]) -> None:
        """What was done left these events and no others, and they are the walk's own memory from now on."""
        new: Counter[str] = Counter()
        for number in self.journal:
            events = self.events(number)
            assert events[: len(before[number])] == before[number]
            new.update(events[len(before[number]) :])
            self.journal[number] = events
        assert new == expected

    def memory(self) -> dict[int, list[str]]:
        return {number: list(events) for number, events in self.journal.items()}

    @precondition(lambda self: len(self.journal) > 1)
    @rule(data=st.data(), person=st.sampled_from(ASKERS), well=st.booleans())
    def asks(self, data: st.DataObject, person: int, *, well: bool) -> None:
        """Somebody asks somebody else to go together, mostly with an interest of their own."""
        ours, before = self.drawn(data), self.memory()
        others = joining.candidates(self.store, ours)
        theirs = data.draw(st.sampled_from(others)) if well and others else self.drawn(data)
        joins = bool(partners.members(self.store, theirs.id))
        outcome = joining.ask(self.store, ours, theirs, actor=ours.person if well else person, now=self.now).outcome
        made[f"ask {outcome}"] += 1
        if outcome == "done":
            assert ours.county == theirs.county
            assert ours.person != theirs.person
        self.caused(before, Counter({"wish" if joins else "invite": 1} if outcome == "done" else {}))

    @precondition(lambda self: len(self.journal) > 1)
    @rule(data=st.data())
    def goes_together(self, data: st.DataObject) -> None:
        """Two who can go together do: otherwise few groups would come about."""
        ways = [(one, other) for number in sorted(self.journal) for one, other in self.pairs(number)]
        if not ways:
            return
        ours, theirs = data.draw(st.sampled_from(ways))
        before, joins = self.memory(), bool(partners.members(self.store, theirs.id))
        if joining.ask(self.store, ours, theirs, actor=ours.person, now=self.now).outcome != "done":
            self.caused(before, Counter())
            return
        group, organisation = (theirs, ours.organisation) if joins else (ours, theirs.organisation)
        outcome = joining.decide(self.store, group.id, organisation, self.doing(theirs.person, group), yes=True)
        made[f"yes {outcome.outcome}"] += 1
        expected = Counter({"wish" if joins else "invite": 1})
        if outcome.outcome == "done":
            expected.update({"join": 1, "go_in": int(bool(outcome.own))})
        self.caused(before, +expected)

    def pairs(self, number: int) -> list[tuple[Interest, Interest]]:
        ours = interests.get(self.store, number)
        return [(ours, theirs) for theirs in joining.candidates(self.store, ours)] if ours and ours.open else []

    @rule(data=st.data(), yes=st.sampled_from([True, True, True, False]), well=st.sampled_from([True, True, False]))
    def answers(self, data: st.DataObject, *, yes: bool, well: bool) -> None:
        """Somebody who was asked answers; or somebody who was not, or not any more, tries to."""
        states = ["asked"] if well else ["asked", "agreed", "refused", "left"]
        asked = [one for number in sorted(self.journal) for state in states for one in partners.of(self.store, number, state)]
        if not asked:
            return
        one = data.draw(st.sampled_from(asked))
        group, before = interests.get(self.store, one.interest), self.memory()
        assert group
        person = partners.decider(self.store, one)[1] if well else data.draw(st.sampled_from(PEOPLE))
        outcome = joining.decide(self.store, group.id, one.organisation, self.doing(person, group), yes=yes)
        made[f"{'yes' if yes else 'no'} {outcome.outcome}"] += 1
        if outcome.outcome != "done":
            assert outcome.own == 0
            self.caused(before, Counter())
            return
        assert one.state == "asked"
        assert partners.decides(self.store, one, person)
        assert not yes or group.open
        gone_in = {"go_in": 1} if outcome.own else {}
        self.caused(before, Counter({"join": 1, **gone_in} if yes else {"no": 1}))

    @precondition(lambda self: self.journal)
    @rule(data=st.data(), well=st.sampled_from([True, True, False]))
    def changes_the_group(self, data: st.DataObject, *, well: bool) -> None:
        """Somebody leaves, hands over, takes the lead or dissolves: by the table, or against it."""
        ways = list(self.ways()) if well else []
        if ways:
            move = data.draw(st.sampled_from(sorted({one for _, _, one in ways})))
            group, person, _ = data.draw(st.sampled_from([way for way in ways if way[2] == move]))
        else:
            group, person = self.drawn(data), data.draw(st.sampled_from(PEOPLE))
            move = data.draw(st.sampled_from(GROUP))
        before, agreed = self.memory(), partners.of(self.store, group.id, "agreed")
        role = "member" if MOVES[move].roles == MEMBERS else "organisation"
        able = [one.person for one in agreed if (one.role == "lead") == (role == "organisation")]
        members = [one.organisation for one in agreed if one.role == "member"]
        whom = data.draw(st.sampled_from(members)) if members else 99
        back = sum(bool(partners.own_within(self.store, one, group.id)) for one in members)
        version = group.version - (0 if ways else data.draw(st.sampled_from([0, 0, 1])))
        outcome = groups.move(self.store, group.id, version, move, self.doing(person, group), role=role, whom=whom)
        made[f"{move} {outcome.outcome}"] += 1
        after = interests.get(self.store, group.id)
        assert after
        if outcome.outcome != "done":
            assert after == group
            self.caused(before, Counter())
            return
        assert (after.stage, after.turn, after.since, after.version) == (
            group.stage,
            group.turn,
            group.since,
            group.version + 1,
        )
        assert person in able
        came_back = back if move == "dissolve" else int(bool(outcome.own))
        self.caused(before, Counter({move: 1, "come_back": came_back}) + Counter())

    def ways(self) -> Iterator[tuple[Interest, int, str]]:
        """Every move in every group that the table allows now, and to whom."""
        for number in sorted(self.journal):
            group = interests.get(self.store, number)
            assert group
            for one in partners.of(self.store, number, "agreed"):
                for move in groups.possible(self.store, group, one):
                    yield group, one.person, move.id

    @precondition(lambda self: self.journal)
    @rule(data=st.data())
    def all_share_contacts(self, data: st.DataObject) -> None:
        """Everybody in a group agrees that the partners see the contact, and one of them looks."""
        led = [number for number in sorted(self.journal) if partners.members(self.store, number)]
        if not led:
            return
        number = data.draw(st.sampled_from(led))
        agreed = [one.person for one in partners.of(self.store, number, "agreed")]
        for person in agreed:
            groups.share(self.store, number, person, contacts=True, now=self.now)
        self.cause += 1
        interest = interests.get(self.store, number)
        assert interest
        how = {"viewer": agreed[0], "owner": agreed[1], "cause": self.cause}
        people.consent(self.store, agreed[1], ("pass_on",), given=True, now=self.now)
        outcome = disclosures.show(self.store, interest, role="partner", now=self.now, **how)
        made[f"look {outcome}"] += 1
        assert outcome == "shown"

    @rule(data=st.data())
    def does_not_want_to_lead(self, data: st.DataObject) -> None:
        heirs = [one for number in sorted(self.journal) for one in partners.members(self.store, number) if one.heir]
        if heirs:
            one, before = data.draw(st.sampled_from(heirs)), self.memory()
            assert groups.decline_lead(self.store, one.interest, one.person, self.now) == "done"
            self.caused(before, Counter())

    @precondition(lambda self: self.journal)
    @rule(data=st.data(), person=st.sampled_from(ASKERS), yes=st.booleans())
    def shares_contacts(self, data: st.DataObject, person: int, *, yes: bool) -> None:
        interest = self.drawn(data)
        changed = groups.share(self.store, interest.id, person, contacts=yes, now=self.now)
        made[f"share {changed}"] += 1
        mine = partners.standing(self.store, interest.id, person)
        assert not changed or (mine and mine.contacts == yes)

    @precondition(lambda self: self.journal)
    @rule(data=st.data(), viewer=st.sampled_from(PEOPLE), owner=st.sampled_from(ASKERS))
    def looks_at_a_contact(self, data: st.DataObject, viewer: int, owner: int) -> None:
        """A contact is shown to a partner only while both are in the group and agree."""
        interest = self.drawn(data)
        self.cause += 1
        rows = [partners.standing(self.store, interest.id, person) for person in (viewer, owner)]
        both = viewer != owner and all(row and row.contacts for row in rows)
        outcome = disclosures.show(
            self.store, interest, viewer=viewer, role="partner", cause=self.cause, now=self.now, owner=owner
        )
        made[f"look {outcome}"] += 1
        assert both or outcome == "refused"

    # -- the clock ---------------------------------------------------------------------------------------------------------

    def ticks(self) -> None:
        """What time brings about on its own, beside the reminders, is only what belongs to it."""
        before = self.memory()
        super().ticks()
        for number, known in before.items():
            events = self.events(number)
            assert events[: len(known)] == known
            assert set(events[len(known) :]) <= BY_THE_CLOCK
            self.journal[number] = events

    @rule()
    def settles(self) -> None:
        """All mail goes out: everybody in a group has a card of it, and it is not stale."""
        super().settles()
        for number in self.journal:
            holders = {row["person"] for row in self.store.all("SELECT person FROM cards WHERE interest = ?", (number,))}
            assert {one.person for one in partners.members(self.store, number)} <= holders

    # -- what always holds -------------------------------------------------------------------------------------------------

    @invariant()
    def a_group_has_one_lead_and_it_is_its_interests(self) -> None:
        for number in self.journal:
            interest, agreed = interests.get(self.store, number), partners.of(self.store, number, "agreed")
            assert interest
            leads = [(one.organisation, one.person) for one in agreed if one.role == "lead"]
            assert leads in ([], [(interest.organisation, interest.person)])
            assert leads or not agreed
            assert not (agreed and len(agreed) > 1 and interest.part_of), "a group within a group"
            assert len({one.person for one in agreed}) == len(agreed)

    @invariant()
    def what_has_gone_into_a_group_is_of_somebody_in_it(self) -> None:
        for row in self.store.all("SELECT id, organisation, part_of, stage FROM interests WHERE part_of IS NOT NULL"):
            partner = partners.get(self.store, row["part_of"], row["organisation"])
            assert partner
            assert partner.state == "agreed"
            group = interests.get(self.store, row["part_of"])
            assert group
            assert row["stage"] not in CLOSED or group.stage == row["stage"] == "completed"
            assert not self.store.value("SELECT 1 FROM deadlines WHERE subject = ? AND kind LIKE 'interest.%'", (row["id"],))

    @invariant()
    def nobody_is_twice_at_work_on_the_same(self) -> None:
        """An organisation is at work on a need by itself, or in one group, never in two."""
        places: Counter[tuple[int, str, str]] = Counter()
        for number in self.journal:
            interest = interests.get(self.store, number)
            assert interest
            if interest.open:
                for one in partners.of(self.store, number, "agreed"):
                    places[one.organisation, interest.county, interest.need or ""] += 1
        assert not [place for place, count in places.items() if count > 1]

    @invariant()
    def no_question_is_forgotten(self) -> None:
        """Whoever is to answer will be reminded, and in the end no answer is one; nobody else shows a contact."""
        for number in self.journal:
            for one in partners.of(self.store, number, "asked"):
                assert self.waits("group.lapse", number, one.organisation)
            for one in partners.of(self.store, number, "agreed"):
                assert not one.heir or self.waits("lead.lapse", number, one.organisation)
        assert not self.store.value("SELECT 1 FROM group_members WHERE state != 'agreed' AND (contacts OR heir)")
        for row in self.store.all("SELECT id FROM disclosures WHERE role = 'partner' AND taken_back IS NULL"):
            shown = disclosures.get(self.store, row["id"])
            assert shown
            assert disclosures.may_see(self.store, shown, frozenset())

    def waits(self, kind: str, number: int, organisation: int) -> bool:
        return bool(
            self.store.value(
                "SELECT 1 FROM deadlines WHERE kind = ? AND subject = ? AND version = ?", (kind, number, organisation)
            )
        )


def test_a_random_walk_through_groups_breaks_no_rule() -> None:
    walk(WALK or 1500, machine=GroupLife)
    assert made["ask done"]
    assert sum(made[f"{move} done"] for move in GROUP) > 5


if __name__ == "__main__":
    walk(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, sys.stdout.write, GroupLife)
