"""Ranking of pairings: which county and need fit an organisation, and why.

The rules come from the plan and stand in one table of weights; every rule that fired becomes a Reason for the card. What is
not known, or stands in the way, is kept apart from fit. A pure function: same input, same ranking; ties break by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from knowledge.base import County, KnowledgeBase, Need
from knowledge.records.coverage import CROWDED, Coverage

WEIGHTS: dict[str, float] = {
    # Of the county. The steps between them are wider than all that a need can add (at most 56), so that the plan's order of
    # counties always holds, and a covered county falls behind the uncovered ones of its own tier but not out of it.
    "named": 1000,
    "partner": 250,
    "trip": 190,
    "national_key": 130,
    "municipal_key": 65,
    "covered": -60,
    # Of the need.
    "field": 40,
    "near": 15,
    "brand": 3,
    "gap": 4,
    "past_gap": 2,
    "local": 3,
    "nobody_yet": 3,
    "confirmed": 3,
    "crowded": -8,
    "need_covered": -12,
    "year": -0.5,
}
"""Points by rule. ``year`` counts for each year of age of the evidence (or of the confirmation), ten at most."""

OLD_YEARS = 5
"""Evidence older than this is labelled as old."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an organisation says of itself, as ids."""

    fields: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    refused_fields: tuple[str, ...] = ()
    refused_counties: tuple[str, ...] = ()
    province: str = ""
    city: str = ""
    kind: str = ""
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that fired. ``id`` names the text, ``of`` what it speaks of (a field, a city, a number)."""

    id: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A county and a need that fit (or the county as a whole), with the plan's task, the reasons and what is unknown."""

    county: County
    need: Need | None
    task: str
    score: float
    reasons: tuple[Reason, ...]
    unknowns: tuple[Reason, ...] = ()
    limits: bool = False


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Ranked pairings, one for each county, and the fields and tasks they were sought in."""

    pairings: tuple[Pairing, ...]
    fields: tuple[str, ...]
    suggested: bool
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the ranking depends on besides the wish and the base: coverage, this year, the village trip."""

    year: int
    coverage: Coverage = field(default_factory=Coverage)
    trip_region: tuple[str, ...] = ()
    trip_theme: tuple[str, ...] = ()

    @classmethod
    def now(cls, base: KnowledgeBase, coverage: Coverage, year: int) -> Circumstances:
        """Live coverage, and the trip as the base has it if it is this year's or a coming one."""
        trip = base.trip
        if trip is None or trip.year < year:
            return cls(year, coverage)
        return cls(year, coverage, trip.region, trip.theme)


def recommend(base: KnowledgeBase, wish: Wish, around: Circumstances) -> Recommendation:
    """Every county that may be recommended, best first. 渝中 (not agriculture-related) and refused counties never are."""
    suggested = not wish.fields
    fields = wish.fields or _suggestions(base, wish)
    pairings = [
        _best(base, county, fields, wish, around)
        for county in base.counties.values()
        if county.agricultural and county.id not in wish.refused_counties
    ]
    pairings.sort(key=lambda p: (-p.score, p.county.id))
    return Recommendation(tuple(pairings), fields, suggested, _tasks(base, fields, wish, pairings[:5]))


def at_county(base: KnowledgeBase, county: County, need: Need | None, wish: Wish, around: Circumstances) -> Pairing:
    """One pairing, judged by the same rules: for a card opened directly."""
    fields = wish.fields or ((need.field,) if need else ())
    return _judge(base, county, need, fields, wish, around)


def _suggestions(base: KnowledgeBase, wish: Wish) -> tuple[str, ...]:
    """Fields for somebody who named none: those the plan calls this kind of organisation to, without the refused ones."""
    kind = base.kinds.get(wish.kind)
    ids: Iterable[str] = kind.fields if kind else base.fields
    return tuple(one for one in ids if one not in wish.refused_fields)


def _best(base: KnowledgeBase, county: County, fields: tuple[str, ...], wish: Wish, around: Circumstances) -> Pairing:
    near = {n for f in fields for n in base.fields[f].near} - set(wish.refused_fields)
    candidates = [need for need in county.needs if need.field in fields or need.field in near]
    judged = [_judge(base, county, need, fields, wish, around) for need in candidates]
    exact = [pairing for pairing in judged if pairing.need and pairing.need.field in fields]
    if not (exact or judged):
        return _judge(base, county, None, fields, wish, around)
    return min(exact or judged, key=lambda p: (-p.score, p.need.id if p.need else ""))


def _judge(
    base: KnowledgeBase, county: County, need: Need | None, fields: tuple[str, ...], wish: Wish, around: Circumstances
) -> Pairing:
    reasons = [*_county_reasons(base, county, need, fields, wish, around), *_need_reasons(base, need, fields, wish, around)]
    score = sum(WEIGHTS.get(reason.id, 0) for reason in reasons)
    if need:
        score += WEIGHTS["year"] * min(10, max(0, around.year - _year(need)))
        score += WEIGHTS.get(need.basis, 0) + (WEIGHTS["local"] if need.scope == "county" else 0)
    return Pairing(
        county,
        need,
        _task(base, county, need.field if need else (fields[0] if len(fields) == 1 else ""), around),
        round(score, 3),
        tuple(reasons),
        tuple(_unknowns(need, fields, around)),
        limits=bool(need and need.limits),
    )


def _county_reasons(
    base: KnowledgeBase, county: County, need: Need | None, fields: tuple[str, ...], wish: Wish, around: Circumstances
) -> Iterator[Reason]:
    if county.id in wish.counties:
        yield Reason("named")
    if county.partner and wish.city and county.partner.city.zh == wish.city:
        yield Reason("partner", wish.city)
    themes = set(around.trip_theme)
    if county.id in around.trip_region and (not themes or themes & set(fields) or (need and need.field in themes)):
        yield Reason("trip")
    if county.tier in {"national_key", "municipal_key"}:
        yield Reason(county.tier)
    if county.id in around.coverage.covered_counties:
        yield Reason("covered")
    if wish.province and wish.city not in base.partners and wish.province in base.eastern:
        yield Reason("eastern", wish.province)


def _need_reasons(
    base: KnowledgeBase, need: Need | None, fields: tuple[str, ...], wish: Wish, around: Circumstances
) -> Iterator[Reason]:
    if need is None:
        return
    if need.field in fields:
        yield Reason("field", need.field)
    elif fields:
        yield Reason("near", need.field)
    kind = base.kinds.get(wish.kind)
    brand = next((t for t in (kind.tasks if kind else ()) if need.field in base.tasks[t].fields and t != "pairing"), None)
    if brand:
        yield Reason("brand", brand)
    engaged = around.coverage.at(need.id)
    if engaged.covered:
        yield Reason("need_covered", str(engaged.covered))
    elif engaged.open >= CROWDED:
        yield Reason("crowded", str(engaged.open))
    elif not engaged.open:
        yield Reason("nobody_yet")
    if need.confirmed:
        yield Reason("confirmed", need.confirmed.isoformat())


def _unknowns(need: Need | None, fields: tuple[str, ...], around: Circumstances) -> Iterator[Reason]:
    if need is None:
        if fields:
            yield Reason("no_evidence")
        return
    if need.basis == "opportunity":
        yield Reason("inferred")
    if need.scope == "municipality":
        yield Reason("municipal")
    if not need.confirmed:
        yield Reason("unconfirmed")
    if around.year - _year(need) > OLD_YEARS:
        yield Reason("old", str(_year(need)))
    if not need.contact:
        yield Reason("no_contact")


def _year(need: Need) -> int:
    return need.confirmed.year if need.confirmed else need.evidence.year


def _task(base: KnowledgeBase, county: County, field_id: str, around: Circumstances) -> str:
    """The plan's task that a pairing falls under: the brand of its field, else pairing."""
    for task in base.plan.tasks:
        if task.id.startswith("brand-") and field_id in task.fields:
            return task.id
    return "village-trip" if county.id in around.trip_region and field_id in around.trip_theme else "pairing"


def _tasks(base: KnowledgeBase, fields: tuple[str, ...], wish: Wish, top: list[Pairing]) -> tuple[str, ...]:
    """The tasks that the answer speaks of: of the kind, of the best pairings, pairing itself."""
    kind = base.kinds.get(wish.kind)
    mine = [t for t in (kind.tasks if kind else ()) if t == "pairing" or set(base.tasks[t].fields) & set(fields)]
    trip = ["village-trip"] if any(Reason("trip") in pairing.reasons for pairing in top) else []
    return tuple(dict.fromkeys([*mine, *(pairing.task for pairing in top), "pairing", *trip]))
