"""Two organisations turn out to be one while they are in groups: nobody's group is closed, nobody stands in two places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.records import duplicates, groups, interests, joining, partners, people
from knowledge.records.groups import Doing
from knowledge.records.interests import Registration
from knowledge.records.store import Store
from tests.talk import MONDAY

BOSS = 9
LEAD, OLDER, NEWER = 1, 2, 3
"""Three people; their organisations and their interests in one need have the same numbers."""


@pytest.fixture
def store() -> Iterator[Store]:
    """The three have registered for the same need, and an administrator is to decide whether 2 and 3 are one."""
    opened = Store(Path(":memory:"), channel="terminal")
    for person in (LEAD, OLDER, NEWER, BOSS):
        people.meet(opened, person, "zh", MONDAY)
        people.started(opened, person, MONDAY)
    for person in (LEAD, OLDER, NEWER):
        wish = Registration(f"机构{person}", "王", None, "帮忙", True, "wuxi", "wuxi-elderly-1", "pairing")
        interests.register(opened, person, wish, [BOSS], person, MONDAY)
    opened.execute("INSERT INTO duplicates (older, newer, reason, found) VALUES (?, ?, 'like_name', ?)", (OLDER, NEWER, MONDAY))
    yield opened
    opened.close()


def join(store: Store, group: int, member: int) -> None:
    """A member goes together with the lead of a group."""
    one, two = interests.get(store, group), interests.get(store, member)
    assert one
    assert two
    assert joining.ask(store, one, two, actor=group, now=MONDAY).outcome == "done"
    assert joining.decide(store, group, member, Doing(member, [BOSS], MONDAY), yes=True).outcome == "done"


def stages(store: Store) -> dict[int, tuple[str, int | None]]:
    """By interest: its stage, and the group's that it has gone into."""
    return {row["id"]: (row["stage"], row["part_of"]) for row in store.all("SELECT id, stage, part_of FROM interests")}


SUBMITTED, CLOSED, WITHIN = ("submitted", None), ("withdrawn", None), ("submitted", 1)


@pytest.mark.parametrize(
    ("joined", "led_by", "after", "members"),
    [
        ([OLDER], LEAD, {1: SUBMITTED, 2: WITHIN, 3: CLOSED}, [OLDER]),
        ([NEWER], LEAD, {1: SUBMITTED, 2: SUBMITTED, 3: CLOSED}, []),
        ([LEAD], NEWER, {1: ("submitted", NEWER), 2: CLOSED, 3: SUBMITTED}, [LEAD]),
        ([LEAD], OLDER, {1: ("submitted", OLDER), 2: SUBMITTED, 3: CLOSED}, [LEAD]),
    ],
)
def test_a_merge_leaves_everybody_in_one_place(
    store: Store, joined: list[int], led_by: int, after: dict[int, tuple[str, int | None]], members: list[int]
) -> None:
    for member in joined:
        join(store, led_by, member)
    store.execute("UPDATE interests SET stage = 'negotiating' WHERE id = ? AND part_of IS NULL AND id != ?", (NEWER, led_by))
    assert duplicates.merge(store, 1, BOSS, MONDAY)
    assert stages(store) == after
    assert [one.organisation for one in partners.members(store, led_by)] == members
    group = interests.get(store, led_by)
    assert group
    leads = [one.organisation for one in partners.of(store, led_by, "agreed") if one.role == "lead"]
    assert leads == [group.organisation]
    for row in store.all("SELECT organisation, part_of FROM interests WHERE part_of IS NOT NULL"):
        partner = partners.get(store, row["part_of"], row["organisation"])
        assert partner
        assert partner.state == "agreed"


def test_a_place_that_one_of_them_has_left_is_in_nobodys_way(store: Store) -> None:
    join(store, NEWER, OLDER)
    groups.withdraw(store, OLDER, OLDER, lambda _county: (), MONDAY)
    join(store, NEWER, LEAD)
    assert duplicates.merge(store, 1, BOSS, MONDAY)
    assert [(one.organisation, one.role) for one in partners.of(store, NEWER, "agreed")] == [(OLDER, "lead"), (LEAD, "member")]
