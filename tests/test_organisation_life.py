"""Organisations as people join, leave, hand over, and are merged and parted again: what always holds, whatever the order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from knowledge.clock import DAY
from knowledge.records import (
    duplicates,
    erasure,
    export,
    interests,
    invitations,
    members,
    organisations,
    people,
    retention,
    verification,
)
from knowledge.records.interests import Registration
from knowledge.records.organisations import Profile
from knowledge.records.store import Store
from tests.talk import MONDAY

BOSS = 9
PEOPLE = st.integers(1, 4)
PLACES = st.integers(1, 4)
NTH = st.integers(0, 3)
NEEDS = st.sampled_from(["wuxi-elderly-1", "wuxi-elderly-2"])
MOVES = st.sampled_from(["accept", "decline", "withdraw", "negotiate"])


def office(_county: str) -> list[int]:
    return [BOSS]


class Organisations(RuleBasedStateMachine):
    """Four people, an office, and whatever they may do to organisations, in any order."""

    @initialize()
    def open(self) -> None:
        self.store = Store(Path(":memory:"), channel="terminal")
        self.now, self.cause = MONDAY, 0
        for person in (*range(1, 5), BOSS):
            people.meet(self.store, person, "zh", MONDAY)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()

    def tick(self) -> int:
        self.now += 60
        self.cause += 1
        return self.now

    @rule(person=PEOPLE, name=st.sampled_from(["甲", "乙"]), need=NEEDS)
    def register(self, person: int, name: str, need: str) -> None:
        now = self.tick()
        wish = Registration(name, f"人{person}", None, "助浴", False, "wuxi", need, "pairing", Profile(""))
        people.meet(self.store, person, "zh", now)
        made = interests.register(self.store, person, wish, [BOSS], self.cause, now)
        duplicates.look(self.store, made.interest.organisation, lambda _one, _other: "like_name", [BOSS], now)

    @rule(by=PEOPLE, organisation=PLACES, person=PEOPLE, accepted=st.booleans())
    def join(self, by: int, organisation: int, person: int, accepted: bool) -> None:
        now = self.tick()
        people.meet(self.store, person, "zh", now)
        token = members.invite(self.store, organisation, by, now)
        found = invitations.find(self.store, token, "colleague") if token else None
        if found and members.apply(self.store, found.id, person, f"人{person}", None, now) == "asked":
            first = organisations.first_contact(self.store, organisation)
            assert first is not None
            assert members.decide(self.store, found.id, first.person, now, accepted=accepted) == "done"
            assert organisations.is_member(self.store, organisation, person) == accepted

    @rule(organisation=PLACES, person=PEOPLE)
    def leave(self, organisation: int, person: int) -> None:
        before = organisations.is_member(self.store, organisation, person)
        assert members.leave(self.store, organisation, person, office, self.tick()) == before

    @rule(organisation=PLACES, by=PEOPLE, to=PEOPLE)
    def hand_over(self, organisation: int, by: int, to: int) -> None:
        members.hand_over(self.store, organisation, by, to, self.tick())

    @rule(organisation=PLACES, by=PEOPLE, person=PEOPLE)
    def remove(self, organisation: int, by: int, person: int) -> None:
        members.remove(self.store, organisation, by, person, office, self.tick())

    @rule(interest=PLACES, move=MOVES, person=PEOPLE)
    def move(self, interest: int, move: str, person: int) -> None:
        found = interests.get(self.store, interest)
        if found:
            role, actor = ("organisation", person) if move == "withdraw" else ("city", BOSS)
            interests.move(
                self.store,
                interest,
                found.version,
                move,
                actor=actor,
                role=role,
                office=[BOSS],
                words="=plans",
                now=self.tick(),
            )

    @rule(nth=NTH)
    def merge(self, nth: int) -> None:
        for pair in duplicates.waiting(self.store)[nth : nth + 1]:
            assert duplicates.merge(self.store, pair.id, BOSS, self.tick())
            assert not duplicates.merge(self.store, pair.id, BOSS, self.tick())

    @rule(nth=NTH)
    def part(self, nth: int) -> None:
        merged = [row["id"] for row in self.store.all("SELECT id FROM duplicates WHERE state = 'merged' ORDER BY id")]
        for pair in merged[nth : nth + 1]:
            duplicates.undo(self.store, pair, BOSS, self.tick())

    @rule(organisation=PLACES)
    def verify(self, organisation: int) -> None:
        found = organisations.get(self.store, organisation)
        if found:
            until = self.now + DAY
            verification.verify(self.store, organisation, found.version, by=BOSS, until=until, note=None, now=self.tick())

    @rule(person=PEOPLE, chance=st.integers(0, 5))
    def erase(self, person: int, chance: int) -> None:
        if chance == 0:
            erasure.erase(self.store, person, office, self.tick())

    @invariant()
    def an_organisation_with_members_has_one_first_contact(self) -> None:
        if hasattr(self, "store"):
            wrong = self.store.all(
                "SELECT organisation FROM members GROUP BY organisation HAVING sum(role = 'first_contact') != 1"
            )
            assert [tuple(row) for row in wrong] == []

    @invariant()
    def an_open_case_is_somebodys_of_a_living_organisation(self) -> None:
        if hasattr(self, "store"):
            lost = self.store.all(
                "SELECT i.id FROM interests i JOIN organisations o ON o.id = i.organisation"
                " WHERE i.stage NOT IN ('completed', 'declined', 'withdrawn') AND (o.merged IS NOT NULL"
                " OR NOT EXISTS (SELECT 1 FROM members m WHERE m.organisation = o.id AND m.person = i.person))"
            )
            assert [tuple(row) for row in lost] == []

    @invariant()
    def nobody_belongs_to_what_was_merged_and_no_row_points_nowhere(self) -> None:
        if hasattr(self, "store"):
            assert (
                self.store.value("SELECT 1 FROM members m JOIN organisations o ON o.id = m.organisation AND o.merged") is None
            )
            assert self.store.all("PRAGMA foreign_key_check") == []
            assert self.store.value("SELECT 1 FROM organisations WHERE merged IS NOT NULL AND verified IS NOT NULL") is None


Organisations.TestCase.settings = settings(max_examples=80, stateful_step_count=40)
TestOrganisations = Organisations.TestCase


# -- what is exported and forgotten ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "kept"), [(730 * DAY, True), (730 * DAY + 1, False)])
def test_the_trail_of_a_merge_goes_after_two_years(age: int, kept: bool) -> None:
    store = Store(Path(":memory:"), channel="terminal")
    for person in (1, 2):
        people.meet(store, person, "zh", MONDAY)
    _, newer = [organisations.create(store, person, Profile("甲"), "王", None, MONDAY) for person in (1, 2)]
    (pair,) = duplicates.look(store, newer, lambda _one, _other: "same_name", [], MONDAY)
    assert duplicates.merge(store, pair, BOSS, MONDAY)
    retention.run(store, MONDAY + age)
    assert bool(store.value("SELECT count(*) FROM merged_rows")) is kept
    store.close()


def test_a_member_gets_the_profile_in_the_export() -> None:
    store = Store(Path(":memory:"), channel="terminal")
    people.meet(store, 1, "zh", MONDAY)
    made = organisations.create(store, 1, Profile("甲", fields=("elderly",), size="tens"), "王", "1234567", MONDAY)
    assert verification.verify(store, made, 1, by=BOSS, until=MONDAY + DAY, note="=register", now=MONDAY)
    (kept,) = export.of_person(store, 1)["organisations"]
    assert (kept["name"], kept["fields"], kept["size"], kept["phone"]) == ("甲", ["elderly"], "tens", "1234567")
    assert kept["verified_until"] == "2026-06-02T10:00:00+08:00"
    store.close()
