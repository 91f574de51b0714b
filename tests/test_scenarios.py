"""Ranking: what holds for any wish, and scenarios as an office would put them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from knowledge.matching import Circumstances, Wish, recommend
from knowledge.records.coverage import Coverage, Engagement
from tests.rankings import BASE, KEY, NOW, YEAR, counties, reasons

# -- whatever the wish -------------------------------------------------------------------------------------------------

FIELDS, COUNTIES = st.sampled_from(list(BASE.fields)), st.sampled_from(list(BASE.counties))


def some(ids: st.SearchStrategy[str], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(ids, max_size=most, unique=True).map(tuple)


ORIGINS = st.sampled_from(
    [("", ""), ("四川", "成都"), ("重庆", ""), *((p, "") for p in BASE.eastern), *(("山东", c) for c in BASE.partners)]
)


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    """Any wish that reading can bring forth: nothing both wanted and refused."""
    fields, named = draw(some(FIELDS, 4)), draw(some(COUNTIES, 4))
    province, city = draw(ORIGINS)
    return Wish(
        fields=fields,
        counties=named,
        refused_fields=tuple(one for one in draw(some(FIELDS, 14)) if one not in fields),
        refused_counties=tuple(one for one in draw(some(COUNTIES, 38)) if one not in named),
        province=province,
        city=city,
        kind=draw(st.sampled_from(["", *BASE.kinds])),
        resources=draw(some(st.sampled_from(["funds", "people", "goods"]), 3)),
    )


AROUND = st.builds(
    Circumstances,
    year=st.integers(2024, 2040),
    coverage=st.builds(
        Coverage,
        needs=st.dictionaries(
            st.sampled_from(list(BASE.needs)), st.builds(Engagement, st.integers(0, 9), st.integers(0, 9)), max_size=30
        ),
        covered_counties=st.frozensets(COUNTIES, max_size=38),
    ),
    trip_region=some(COUNTIES, 5),
    trip_theme=some(FIELDS, 3),
)


@settings(max_examples=120)
@given(wishes(), AROUND)
def test_whatever_the_wish_every_county_that_may_be_shown_is_shown_once_in_one_order(wish: Wish, around: Circumstances) -> None:
    found = recommend(BASE, wish, around)
    ranked = [one.county.id for one in found.pairings]
    may = {one.id for one in BASE.counties.values() if one.agricultural} - set(wish.refused_counties)
    assert sorted(ranked) == sorted(may)
    assert found == recommend(BASE, replace(wish), replace(around))
    assert [(-one.score, one.county.id) for one in found.pairings] == sorted(
        (-one.score, one.county.id) for one in found.pairings
    )
    named = may & set(wish.counties)
    assert set(ranked[: len(named)]) == named
    for one in found.pairings:
        assert one.task in BASE.tasks
        assert one.need is None or one.need in one.county.needs
        assert one.need is None or one.need.field not in wish.refused_fields
        assert len(reasons(one)) == len(one.reasons)
    assert set(found.tasks) <= set(BASE.tasks)
    assert found.suggested == (not wish.fields)


# -- as an office would put it -----------------------------------------------------------------------------------------


def covered(*names: str) -> Circumstances:
    """Counties that already have a partner in the field."""
    return Circumstances(YEAR, Coverage(covered_counties=frozenset(names)))


Top = tuple[Wish, Circumstances, set[str], set[str]]
SCENARIOS: dict[str, Top] = {
    "a Shanghai fund for heart operations": (Wish(("health",), province="上海", kind="charity"), NOW, KEY, KEY),
    "a society of soil scientists from nowhere in particular": (Wish(("industry",), kind="academic"), NOW, KEY, KEY),
    "social workers of Weihai who train others": (
        Wish(("capacity",), province="山东", city="威海", kind="service"),
        NOW,
        {"yunyang"},
        {"yunyang"} | KEY,
    ),
    "tea growers of Rizhao": (
        Wish(("industry",), province="山东", city="日照", kind="association"),
        NOW,
        {"qianjiang"},
        {"qianjiang"} | KEY,
    ),
    "Dezhou's charity federation, for the old": (
        Wish(("elderly",), province="山东", city="德州", kind="charity"),
        NOW,
        {"xiushan"},
        {"xiushan"} | KEY,
    ),
    "three of the four already have a partner": (
        Wish(("left_behind",), province="江苏", kind="charity"),
        covered("wuxi", "youyang", "chengkou"),
        {"pengshui"},
        KEY,
    ),
    "others have partners, the four do not": (
        Wish(("industry",), province="天津", kind="association"),
        covered("wanzhou", "fengjie", "xiushan"),
        KEY,
        KEY,
    ),
    "partner city and village trip agree": (
        Wish(("left_behind",), province="山东", city="烟台", kind="service"),
        Circumstances(YEAR, trip_region=("wushan",), trip_theme=("left_behind",)),
        {"wushan"},
        {"wushan"} | KEY,
    ),
    "a county named against the partnership": (
        Wish(("industry",), ("youyang",), province="山东", city="临沂", kind="association"),
        NOW,
        {"youyang"},
        {"youyang", "chengkou"},
    ),
    "a chamber at home in Yuzhong": (Wish(("consumption",), province="重庆", kind="association"), NOW, KEY, KEY),
    "not Pengshui again": (
        Wish(("industry",), refused_counties=("pengshui",), province="浙江"),
        NOW,
        KEY - {"pengshui"},
        KEY - {"pengshui"},
    ),
    "Liaocheng wants another than its partner": (
        Wish(("industry",), refused_counties=("pengshui",), province="山东", city="聊城"),
        NOW,
        KEY - {"pengshui"},
        KEY - {"pengshui"},
    ),
    "a foundation that asks what it could do": (Wish(province="北京", kind="charity"), NOW, KEY, KEY),
    "an agency open to anything": (Wish(kind="service"), NOW, KEY, KEY),
    "two of the four are taken, schools": (
        Wish(("education",), province="北京", kind="charity"),
        covered("pengshui", "wuxi"),
        {"chengkou", "youyang"},
        KEY,
    ),
    "volunteer lawyers of Tai'an": (Wish(("mediation",), province="山东", city="泰安", kind="volunteer"), NOW, {"wuxi"}, KEY),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_leads_where_the_plan_says(name: str) -> None:
    wish, around, first, in_five = SCENARIOS[name]
    ranked = counties(wish, around)
    assert ranked[0] in first
    assert in_five <= set(ranked[:5])
    assert not {"yuzhong", *wish.refused_counties} & set(ranked)
