"""Who complements whom: the rules of the table one by one, their order, and that nobody's name plays a part."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from knowledge.partnering import FIELDS, WEIGHTS, Party, complement, propose

OURS = Party(1, "wuxi", "wuxi-elderly-1", "service", ("elderly",), frozenset({"people"}))
TWIN = replace(OURS, id=2)


@pytest.mark.parametrize(
    ("theirs", "reasons", "score"),
    [
        (TWIN, ["same_need"], 40 - 10),
        (replace(TWIN, need="wuxi-health-1"), [], -10),
        (replace(TWIN, need=None, resources=frozenset({"funds"})), ["brings funds", "lacks people"], 15 + 9),
        (replace(TWIN, need=None, resources=frozenset({"funds", "people"})), ["brings funds"], 15),
        (replace(TWIN, need=None, resources=frozenset()), [], -10),
        (replace(TWIN, need=None, kind="charity"), ["kind charity"], 5),
        (replace(TWIN, need=None, kind=""), [], -10),
        (replace(TWIN, need=None, fields=("elderly", "health")), ["field health"], 8),
        (replace(TWIN, need=None, fields=("health", "digital", "culture")), ["field health", "field digital"], 16),
        (replace(TWIN, size=2), ["same_need", "group 2"], 40 + 3 - 10),
    ],
)
def test_every_rule_counts_and_gives_its_reason(theirs: Party, reasons: list[str], score: float) -> None:
    found = complement(OURS, theirs)
    assert [f"{reason.id} {reason.of}".strip() for reason in found.reasons] == reasons
    assert found.score == score


def test_who_brings_what_is_missing_for_the_same_need_comes_first() -> None:
    giver = replace(TWIN, id=5, resources=frozenset({"funds"}), kind="charity")
    elsewhere = replace(giver, id=3, need="wuxi-health-1")
    alike_elsewhere = replace(TWIN, id=4, need="wuxi-health-1")
    abroad = replace(giver, id=6, county="chengkou")
    found = propose(OURS, [alike_elsewhere, TWIN, elsewhere, abroad, giver, OURS], 9)
    assert [match.party.id for match in found] == [5, 2, 3]
    assert [match.party.id for match in propose(OURS, [TWIN, elsewhere, giver], 1)] == [5]


def test_a_county_as_a_whole_is_a_need_like_any_other() -> None:
    whole = replace(OURS, need=None)
    assert [reason.id for reason in complement(whole, replace(whole, id=2)).reasons] == ["same_need"]


IDS = st.integers(1, 30)
PARTIES = st.builds(
    Party,
    IDS,
    st.sampled_from(["wuxi", "chengkou"]),
    st.sampled_from([None, "a", "b"]),
    st.sampled_from(["", "charity", "service"]),
    st.lists(st.sampled_from(["elderly", "health", "digital"]), unique=True).map(tuple),
    st.frozensets(st.sampled_from(["funds", "people", "goods"])),
    st.integers(0, 3),
)


@given(PARTIES, st.lists(PARTIES, max_size=12, unique_by=lambda one: one.id), st.randoms())
def test_the_order_is_the_same_whatever_order_they_come_in(ours: Party, others: list[Party], chance: Random) -> None:
    shuffled = list(others)
    chance.shuffle(shuffled)
    found = propose(ours, others, 5)
    assert found == propose(ours, shuffled, 5)
    assert all(match.score > 0 and match.party.county == ours.county and match.party.id != ours.id for match in found)
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    for match in found:
        assert all(reason.id in WEIGHTS for reason in match.reasons)
        assert len([reason for reason in match.reasons if reason.id == "field"]) <= FIELDS
