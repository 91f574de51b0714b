"""Ranking: the plan's rules, each as a table."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from knowledge.base import KnowledgeBase, Source, Text, Trip
from knowledge.likeness import pairs_of
from knowledge.matching import Circumstances, Pairing, Wish, at_county, recommend
from knowledge.records.coverage import Coverage, Engagement
from tests.rankings import BASE, KEY, NOW, YEAR, counties, pairing, reasons, unknowns


def changed(county: str, need: str = "", **values: Any) -> KnowledgeBase:
    """The base with other values in one county, or in one need of it."""
    entry = BASE.counties[county]
    if need:
        values = {"needs": tuple(replace(one, **values) if one.id == need else one for one in entry.needs)}
    return replace(BASE, counties={**BASE.counties, county: replace(entry, **values)})


def at_work(need: str, *, open_: int = 0, covered: int = 0) -> Circumstances:
    """A need at which somebody is at work."""
    return Circumstances(YEAR, Coverage({need: Engagement(open_, covered)}))


# -- rule 1: the field; a named county ---------------------------------------------------------------------------------


@pytest.mark.parametrize("field", BASE.fields)
def test_a_need_of_the_field_is_shown_wherever_there_is_one_and_a_neighbouring_one_elsewhere(field: str) -> None:
    near = set(BASE.fields[field].near)
    for found in recommend(BASE, Wish(fields=(field,)), NOW).pairings:
        of = {need.field for need in found.county.needs}
        if field in of:
            assert found.need
            assert found.need.field == field
            assert reasons(found)["field"] == field
        elif of & near:
            assert found.need
            assert found.need.field in near
            assert reasons(found)["near"] == found.need.field
        else:
            assert found.need is None
            assert unknowns(found) == {"no_evidence": ""}


def test_in_one_tier_the_field_itself_comes_before_a_neighbouring_one_and_that_before_nothing() -> None:
    ranked = recommend(BASE, Wish(fields=("health",)), NOW).pairings[4:]
    kinds = ["field" if "field" in reasons(one) else "near" if "near" in reasons(one) else "none" for one in ranked]
    assert set(kinds) == {"field", "near", "none"}
    assert kinds == sorted(kinds, key=["field", "near", "none"].index)


def test_a_refused_neighbouring_field_is_not_offered_instead() -> None:
    wish = Wish(fields=("elderly",))
    instead = {one.need.field for one in recommend(BASE, wish, NOW).pairings if one.need}
    assert instead == {"elderly", "left_behind", "health"}
    refused = recommend(BASE, replace(wish, refused_fields=("health",)), NOW).pairings
    assert {one.need.field for one in refused if one.need} == {"elderly", "left_behind"}


@pytest.mark.parametrize("county", [one.id for one in BASE.counties.values() if one.agricultural])
def test_a_named_county_comes_first_even_without_a_need_in_the_field(county: str) -> None:
    taian = Wish(fields=("mediation",), province="山东", city="泰安", counties=(county,))
    around = Circumstances(YEAR, trip_region=("wuxi", "chengkou"))
    assert counties(taian, around)[0] == county
    assert "named" in reasons(pairing(county, taian, around))


# -- rule 2: districts without countryside, refused counties ------------------------------------------------------------


@pytest.mark.parametrize("wish", [Wish(), Wish(counties=("yuzhong",)), Wish(fields=("elderly",), counties=("yuzhong", "wuxi"))])
def test_yuzhong_is_never_recommended_even_when_named(wish: Wish) -> None:
    assert "yuzhong" not in counties(wish)
    assert len(counties(wish)) == 37


def test_a_refused_county_is_never_recommended_even_to_its_partner() -> None:
    wish = Wish(province="山东", city="泰安", refused_counties=("wuxi",))
    assert "wuxi" not in counties(wish)
    assert set(counties(wish)[:3]) == KEY - {"wuxi"}


# -- rule 3: key counties ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["", *BASE.fields])
def test_the_four_national_key_counties_come_first(field: str) -> None:
    wish = Wish(fields=(field,) if field else ())
    assert set(counties(wish)[:4]) == KEY
    assert all("national_key" in reasons(pairing(county, wish)) for county in KEY)


@pytest.mark.parametrize("field", ["", *BASE.fields])
def test_a_municipal_key_county_would_come_between_the_national_ones_and_the_rest(field: str) -> None:
    base = changed("bishan", tier="municipal_key")
    wish = Wish(fields=(field,) if field else ())
    assert counties(wish, base=base)[4] == "bishan"
    assert "municipal_key" in reasons(pairing("bishan", wish, base=base))


# -- rule 4: where the organisation comes from -------------------------------------------------------------------------

PARTNERS = {
    "泰安": "wuxi", "临沂": "chengkou", "聊城": "pengshui", "东营": "youyang", "济宁": "wanzhou",
    "潍坊": "kaizhou", "滨州": "fengjie", "威海": "yunyang", "烟台": "wushan", "济南": "wulong",
    "枣庄": "fengdu", "淄博": "shizhu", "德州": "xiushan", "日照": "qianjiang",
}  # fmt: skip


def test_the_partners_are_these_fourteen() -> None:
    assert {city: county.id for city, county in BASE.partners.items()} == PARTNERS


@pytest.mark.parametrize(("city", "county"), PARTNERS.items())
def test_an_organisation_of_a_shandong_city_is_led_to_the_partner_county(city: str, county: str) -> None:
    for field in ("", "capacity", "digital", "health"):
        wish = Wish(fields=(field,) if field else (), province="山东", city=city)
        assert counties(wish)[0] == county
        assert set(counties(wish)[1:5]) >= KEY - {county}
        assert reasons(pairing(county, wish))["partner"] == city
        assert "eastern" not in reasons(pairing(county, wish))


@pytest.mark.parametrize(
    ("province", "city", "welcomed"),
    [
        ("福建", "厦门", True),
        ("山东", "", True),
        ("山东", "青岛", True),
        ("四川", "成都", False),
        ("重庆", "", False),
        ("", "", False),
    ],
)
def test_other_eastern_organisations_are_welcomed_and_the_order_stays(province: str, city: str, welcomed: bool) -> None:
    wish = Wish(fields=("industry",), province=province, city=city)
    assert counties(wish) == counties(Wish(fields=("industry",)))
    assert all(("eastern" in reasons(one)) == welcomed for one in recommend(BASE, wish, NOW).pairings)
    assert all("partner" not in reasons(one) for one in recommend(BASE, wish, NOW).pairings)


# -- rule 5: coverage --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("engaged", "reason", "of"),
    [
        ({}, "nobody_yet", ""),
        ({"open_": 1}, None, ""),
        ({"open_": 2}, None, ""),
        ({"open_": 3}, "crowded", "3"),
        ({"open_": 7}, "crowded", "7"),
        ({"open_": 1, "covered": 1}, "need_covered", "1"),
        ({"open_": 5, "covered": 2}, "need_covered", "2"),
    ],
)
def test_the_card_says_how_far_a_need_is_taken_up(engaged: dict[str, int], reason: str | None, of: str) -> None:
    need = BASE.needs["wuxi-health-1"]
    found = at_county(BASE, BASE.counties["wuxi"], need, Wish(fields=("health",)), at_work(need.id, **engaged))
    said = {key: value for key, value in reasons(found).items() if key in {"nobody_yet", "crowded", "need_covered"}}
    assert said == ({reason: of} if reason else {})


def test_a_need_nobody_has_taken_up_is_lifted_and_a_crowded_or_covered_one_lowered() -> None:
    need = BASE.needs["wuxi-health-1"]

    def score(**engaged: int) -> float:
        return at_county(BASE, BASE.counties["wuxi"], need, Wish(fields=("health",)), at_work(need.id, **engaged)).score

    assert score() > score(open_=1) == score(open_=2) > score(open_=3) > score(covered=1)


def test_another_need_of_the_county_is_offered_when_one_is_crowded() -> None:
    wish = Wish(fields=("facilities",))
    first = pairing("wuxi", wish).need
    assert first
    second = pairing("wuxi", wish, at_work(first.id, open_=3)).need
    assert second
    assert second.field == "facilities"
    assert second.id != first.id


@pytest.mark.parametrize("field", ["", *BASE.fields])
def test_a_covered_key_county_falls_behind_the_other_key_counties_but_not_behind_the_rest(field: str) -> None:
    around = Circumstances(YEAR, Coverage(covered_counties=frozenset({"wuxi", "pengshui"})))
    wish = Wish(fields=(field,) if field else ())
    assert set(counties(wish, around)[:2]) == {"chengkou", "youyang"}
    assert set(counties(wish, around)[2:4]) == {"wuxi", "pengshui"}
    assert "covered" in reasons(pairing("wuxi", wish, around))


def test_a_county_is_covered_in_a_field_when_one_of_its_needs_is() -> None:
    around = at_work("wuxi-elderly-1", covered=1)
    assert counties(Wish(("elderly",)), around)[3] == "wuxi"
    assert "covered" in reasons(pairing("wuxi", Wish(("elderly",)), around))
    for wish in (Wish(("health",)), Wish(("elderly", "health")), Wish(), Wish(kind="charity")):
        assert "covered" not in reasons(pairing("wuxi", wish, around))
    assert "covered" not in reasons(pairing("wuxi", Wish(("elderly",)), at_work("wuxi-elderly-1", open_=5)))


# -- rule 6: the brand of the kind -------------------------------------------------------------------------------------

BRANDS = [
    ("association", "industry", "brand-development"),
    ("association", "employment", "brand-development"),
    ("association", "digital", "brand-construction"),
    ("academic", "habitat", "brand-construction"),
    ("service", "facilities", "brand-construction"),
    ("charity", "left_behind", "brand-governance"),
    ("community", "mediation", "brand-governance"),
    ("charity", "elderly", "brand-governance"),
    ("volunteer", "civility", "brand-governance"),
    ("academic", "industry", None),
    ("charity", "health", None),
    ("association", "education", None),
    ("national", "elderly", None),
]


@pytest.mark.parametrize(("kind", "field", "brand"), BRANDS)
def test_the_kind_of_organisation_points_to_its_brand(kind: str, field: str, brand: str | None) -> None:
    found = recommend(BASE, Wish(kind=kind, fields=(field,)), NOW).pairings[0]
    assert reasons(found).get("brand") == brand
    plain = recommend(BASE, Wish(fields=(field,)), NOW).pairings[0]
    assert (found.score > plain.score) == bool(brand)


@pytest.mark.parametrize(
    ("field", "task"),
    [
        ("consumption", "brand-development"), ("digital", "brand-construction"), ("civility", "brand-governance"),
        ("health", "pairing"), ("education", "pairing"), ("culture", "pairing"), ("capacity", "pairing"),
    ],
)  # fmt: skip
def test_a_pairing_falls_under_the_task_of_its_field(field: str, task: str) -> None:
    assert pairing("chengkou", Wish(fields=(field,))).task == task


@pytest.mark.parametrize("kind", BASE.kinds)
def test_who_names_no_field_is_shown_those_that_the_plan_calls_their_kind_to(kind: str) -> None:
    found = recommend(BASE, Wish(kind=kind), NOW)
    assert found.suggested
    assert found.fields == BASE.kinds[kind].fields
    assert set(found.tasks) & set(BASE.kinds[kind].tasks)
    assert {one.need.field for one in found.pairings[:4] if one.need} <= set(found.fields)


def test_a_card_opened_directly_is_judged_in_its_own_field() -> None:
    need = BASE.needs["wuxi-health-1"]
    found = at_county(BASE, BASE.counties["wuxi"], need, Wish(), NOW)
    assert reasons(found)["field"] == "health"
    assert found == at_county(BASE, BASE.counties["wuxi"], need, Wish(fields=("health",)), NOW)
    other = at_county(BASE, BASE.counties["wuxi"], need, Wish(fields=("elderly",)), NOW)
    assert reasons(other)["near"] == "health"
    assert unknowns(at_county(BASE, BASE.counties["wuxi"], None, Wish(), NOW)) == {}


@pytest.mark.parametrize(
    ("kind", "field", "tasks"),
    [
        ("association", "industry", ("brand-development", "pairing")),
        ("association", "health", ("pairing",)),
        ("charity", "elderly", ("brand-governance", "pairing")),
        ("", "digital", ("brand-construction", "pairing")),
        ("national", "industry", ("pairing", "brand-development")),
    ],
)
def test_the_answer_speaks_of_the_tasks_that_kind_and_field_have_in_common(
    kind: str, field: str, tasks: tuple[str, ...]
) -> None:
    assert recommend(BASE, Wish(fields=(field,), kind=kind), NOW).tasks == tasks


@pytest.mark.parametrize(
    ("said", "field", "before", "after"),
    [
        ("草药", "industry", "kaizhou", "jiangjin"),  # 高山木香 and 花椒
        ("太阳能灯", "facilities", "qijiang", "dazu"),  # 路灯 and 供水
        ("橘子", "consumption", "bishan", "shizhu"),  # 脐橙 and 农产品
        ("mandarin", "consumption", "fengjie", "shizhu"),
        ("厨师", "employment", "wanzhou", "wushan"),  # 烤鱼师傅 and 果园用工
    ],
)
def test_within_a_tier_those_come_first_who_need_a_thing_of_the_same_kind(
    said: str, field: str, before: str, after: str
) -> None:
    ranked = counties(Wish(fields=(field,), pairs=pairs_of(said)))
    assert ranked.index(before) < ranked.index(after)
    assert set(ranked[:4]) == KEY


def test_a_refused_field_is_not_suggested() -> None:
    assert recommend(BASE, Wish(kind="association", refused_fields=("industry",)), NOW).fields == ("employment", "consumption")
    assert "education" not in recommend(BASE, Wish(refused_fields=("education",)), NOW).fields


# -- rule 7: the village trip ------------------------------------------------------------------------------------------


def trip(year: int, region: tuple[str, ...], theme: tuple[str, ...] = ()) -> KnowledgeBase:
    """The base with a village trip set by the city."""
    set_ = Trip(year=year, region=region, theme=theme, source=Source(title="通知", grade="A"))
    tasks = tuple(replace(task, trip=set_) if task.id == "village-trip" else task for task in BASE.plan.tasks)
    return replace(BASE, plan=replace(BASE.plan, tasks=tasks))


@pytest.mark.parametrize(
    ("theme", "field", "first"),
    [
        ((), "health", True),
        (("culture",), "culture", True),
        (("culture",), "health", False),
        (("health", "culture"), "culture", True),
    ],
)
def test_this_years_trip_is_preferred_where_its_theme_fits(theme: tuple[str, ...], field: str, first: bool) -> None:
    base = trip(YEAR, ("dazu", "rongchang"), theme)
    found = recommend(base, Wish(fields=(field,)), Circumstances.now(base, Coverage(), YEAR))
    ahead = {one.county.id for one in found.pairings[:2]}
    assert (ahead == {"dazu", "rongchang"}) == first
    assert ("trip" in reasons(found.pairings[0])) == first
    assert ("village-trip" in found.tasks) == first


@pytest.mark.parametrize(("year", "counts"), [(YEAR - 1, False), (YEAR, True), (YEAR + 1, True)])
def test_a_trip_of_a_past_year_no_longer_counts(year: int, counts: bool) -> None:
    base = trip(year, ("dazu",))
    around = Circumstances.now(base, Coverage(), YEAR)
    assert (counties(Wish(), around, base)[0] == "dazu") == counts


@pytest.mark.parametrize(
    ("county", "field", "task"),
    [
        ("wuxi", "culture", "village-trip"),
        ("wuxi", "health", "pairing"),
        ("chengkou", "culture", "pairing"),
        ("wuxi", "elderly", "brand-governance"),
    ],
)
def test_a_pairing_falls_under_the_trip_in_its_region_and_theme(county: str, field: str, task: str) -> None:
    around = Circumstances(YEAR, trip_region=("wuxi",), trip_theme=("culture", "elderly"))
    assert pairing(county, Wish(fields=(field,)), around).task == task


def test_no_trip_is_set_today() -> None:
    assert BASE.trip is None
    assert Circumstances.now(BASE, Coverage(), YEAR) == NOW


# -- rule 8: confirmation and age --------------------------------------------------------------------------------------


def test_a_need_not_confirmed_for_long_sinks_and_is_labelled() -> None:
    need = BASE.needs["wuxi-health-1"]
    county, wish = BASE.counties["wuxi"], Wish(fields=("health",))

    def judged(year: int, confirmed: dt.date | None = None) -> Pairing:
        dated = replace(need, evidence=replace(need.evidence, year=year), confirmed=confirmed)
        return at_county(BASE, county, dated, wish, NOW)

    scores = [judged(year).score for year in range(YEAR, YEAR - 12, -1)]
    assert scores[:11] == sorted(set(scores), reverse=True)
    assert scores[11] == scores[10]
    assert [unknowns(judged(year)).get("old") for year in (2026, 2021, 2020)] == [None, None, "2020"]
    assert all("unconfirmed" in unknowns(judged(year)) for year in (2026, 2012))
    fresh = judged(2012, dt.date(2026, 3, 1))
    assert "unconfirmed" not in unknowns(fresh)
    assert "old" not in unknowns(fresh)
    assert reasons(fresh)["confirmed"] == "2026-03-01"
    assert fresh.score > judged(2026).score
    assert judged(2012, dt.date(2015, 3, 1)).score < fresh.score


@pytest.mark.parametrize(
    ("need", "said"),
    [
        ("a stated lack", {"basis": "gap", "scope": "county"}),
        ("an inference", {"basis": "opportunity", "scope": "county"}),
        ("the whole city", {"basis": "gap", "scope": "municipality"}),
    ],
)
def test_what_is_inferred_or_municipal_is_told_among_the_unknowns_and_counts_less(need: str, said: dict[str, str]) -> None:
    base = changed("wuxi", "wuxi-health-1", **said)
    found = at_county(base, base.counties["wuxi"], base.needs["wuxi-health-1"], Wish(fields=("health",)), NOW)
    best = changed("wuxi", "wuxi-health-1", basis="gap", scope="county")
    top = at_county(best, best.counties["wuxi"], best.needs["wuxi-health-1"], Wish(fields=("health",)), NOW)
    assert ("inferred" in unknowns(found)) == (said["basis"] == "opportunity")
    assert ("municipal" in unknowns(found)) == (said["scope"] == "municipality")
    assert (found.score < top.score) == (need != "a stated lack")


def test_a_county_office_and_limits_are_told_where_they_are_known() -> None:
    assert "no_contact" in unknowns(pairing("wuxi", Wish(fields=("health",))))
    office = Text(zh="巫溪县民政局", en="Wuxi Civil Affairs Bureau")
    base = changed("wuxi", "wuxi-health-1", contact=office, limits=Text(zh="不收旧衣物", en="No used clothes"))
    need = base.needs["wuxi-health-1"]
    found = at_county(base, base.counties["wuxi"], need, Wish(fields=("health",)), NOW)
    assert "no_contact" not in unknowns(found)
    assert found.limits
    assert not pairing("chengkou", Wish(fields=("health",))).limits
