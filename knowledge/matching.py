"""Ranking of pairings: which county and need fit an organisation, and why.

The rules come from the plan and stand in one table of weights; every rule that fired becomes a Reason for the card. What is
not known, or stands in the way, is kept apart from fit. A pure function: same input, same ranking; ties break by id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from knowledge.base import County, KnowledgeBase, Need
from knowledge.records.coverage import CROWDED, Coverage

WEIGHTS: dict[str, float] = {
    # Of the county. The steps between them are wider than all that a need can add (at most 69), so that the plan's order of
    # counties always holds, and a covered county falls behind the uncovered ones of its own tier but not out of it.
    "named": 1000,
    "partner": 290,
    "trip": 217,
    "national_key": 145,
    "municipal_key": 72,
    "covered": -71,
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
    "words": 12,
}
"""Points by rule. ``year`` counts for each year of age of the evidence (or of the confirmation), ten at most; ``words`` are the
most that a need gets for speaking of the very things that the organisation speaks of."""

OLD_YEARS = 5
"""Evidence older than this is labelled as old."""


class Wish(Struct, frozen=True):
    """What an organisation says of itself, as ids."""

    fields: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    refused_fields: tuple[str, ...] = ()
    refused_counties: tuple[str, ...] = ()
    province: str = ""
    city: str = ""
    kind: str = ""
    resources: tuple[str, ...] = ()
    pairs: frozenset[str] = frozenset()
    """Pairs of neighbouring characters (or English words) of what was said: they tell needs of one field apart."""


class Reason(NamedTuple):
    """A rule that fired. ``id`` names the text, ``of`` what it speaks of (a field, a city, a number)."""

    id: str
    of: str = ""


class Pairing(Struct, frozen=True):
    """A county and a need that fit (or the county as a whole), with the plan's task, the reasons and what is unknown."""

    county: County
    need: Need | None
    task: str
    score: float
    reasons: tuple[Reason, ...]
    unknowns: tuple[Reason, ...] = ()
    limits: bool = False


class Recommendation(Struct, frozen=True):
    """Ranked pairings, one for each county, and the fields and tasks they were sought in."""

    pairings: tuple[Pairing, ...]
    fields: tuple[str, ...]
    suggested: bool
    tasks: tuple[str, ...]


class Circumstances(Struct, frozen=True):
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
    search = _Search.of(base, wish, around)
    pairings = [
        search.best(county)
        for county in base.counties.values()
        if county.agricultural and county.id not in wish.refused_counties
    ]
    pairings.sort(key=lambda p: (-p.score, p.county.id))
    return Recommendation(tuple(pairings), search.fields, not wish.fields, _tasks(base, search.fields, wish, pairings[:5]))


def at_county(base: KnowledgeBase, county: County, need: Need | None, wish: Wish, around: Circumstances) -> Pairing:
    """One pairing, judged by the same rules: for a card opened directly."""
    if not wish.fields and need:
        wish = replace(wish, fields=(need.field,))
    search = _Search.of(base, wish, around, suggest=False)
    return search.pairing(county, need, *search.judged(county, need))


def _suggestions(base: KnowledgeBase, wish: Wish) -> tuple[str, ...]:
    """Fields for somebody who named none: those the plan calls this kind of organisation to, without the refused ones."""
    kind = base.kinds.get(wish.kind)
    ids: Iterable[str] = kind.fields if kind else base.fields
    return tuple(one for one in ids if one not in wish.refused_fields)


Judged = tuple[float, list[Reason]]
"""Points, and the rules that gave them."""


class _Search(Struct, frozen=True):
    """A wish, with what is the same for every county worked out once."""

    base: KnowledgeBase
    wish: Wish
    around: Circumstances
    fields: tuple[str, ...]
    near: frozenset[str]
    brands: Mapping[str, str]
    """By field, the brand that the plan asks this kind of organisation to build."""
    taken: Mapping[str, set[str]]
    """By county, the fields in which somebody is at work: those of its covered needs."""
    trip_fits: bool
    welcomed: bool

    @classmethod
    def of(cls, base: KnowledgeBase, wish: Wish, around: Circumstances, *, suggest: bool = True) -> _Search:
        fields = wish.fields or (_suggestions(base, wish) if suggest else ())
        kind = base.kinds.get(wish.kind)
        tasks = [base.tasks[task] for task in (kind.tasks if kind else ()) if task != "pairing"]
        taken: defaultdict[str, set[str]] = defaultdict(set)
        for name, engaged in around.coverage.needs.items():
            if engaged.covered and name in base.needs:
                taken[base.needs[name].county].add(base.needs[name].field)
        return cls(
            base,
            wish,
            around,
            fields,
            near=frozenset(n for f in fields for n in base.fields[f].near) - frozenset(wish.refused_fields) - frozenset(fields),
            taken=taken,
            brands={field: task.id for task in reversed(tasks) for field in task.fields},
            trip_fits=not around.trip_theme or bool(set(around.trip_theme) & set(fields)),
            welcomed=wish.city not in base.partners and wish.province in base.eastern,
        )

    def best(self, county: County) -> Pairing:
        """The county with the need that fits best; with none in the fields, one nearby; with none at all, as a whole."""
        needs = [need for need in county.needs if need.field in self.fields]
        needs = needs or [need for need in county.needs if need.field in self.near]
        if not needs:
            return self.pairing(county, None, *self.judged(county, None))
        choices = [(self._of_need(need), need) for need in needs]
        (points, reasons), need = min(choices, key=lambda choice: (-choice[0][0], choice[1].id))
        more, before = self._of_county(county)
        return self.pairing(county, need, points + more, before + reasons)

    def judged(self, county: County, need: Need | None) -> Judged:
        """Points and reasons of one pairing."""
        points, reasons = self._of_county(county)
        if need is None:
            return points, reasons
        more, because = self._of_need(need)
        return points + more, reasons + because

    def pairing(self, county: County, need: Need | None, score: float, reasons: list[Reason]) -> Pairing:
        """The pairing as it is shown."""
        field_id = need.field if need else (self.fields[0] if len(self.fields) == 1 else "")
        return Pairing(
            county,
            need,
            _task(self.base, county, field_id, self.around),
            round(score, 3),
            tuple(reasons),
            tuple(_unknowns(need, self.fields, self.around)),
            limits=bool(need and need.limits),
        )

    def _of_county(self, county: County) -> Judged:
        reasons = []
        if county.id in self.wish.counties:
            reasons.append(Reason("named"))
        if county.partner and county.partner.city.zh == self.wish.city:
            reasons.append(Reason("partner", self.wish.city))
        if self.trip_fits and county.id in self.around.trip_region:
            reasons.append(Reason("trip"))
        if county.tier in WEIGHTS:
            reasons.append(Reason(county.tier))
        taken = self.taken.get(county.id)
        if county.id in self.around.coverage.covered_counties or (taken and taken.issuperset(self.fields)):
            reasons.append(Reason("covered"))
        if self.welcomed:
            reasons.append(Reason("eastern", self.wish.province))
        return _points(reasons), reasons

    def _of_need(self, need: Need) -> Judged:
        reasons = []
        if need.field in self.fields:
            reasons.append(Reason("field", need.field))
        elif self.fields:
            reasons.append(Reason("near", need.field))
        if need.field in self.brands:
            reasons.append(Reason("brand", self.brands[need.field]))
        engaged = self.around.coverage.at(need.id)
        if engaged.covered:
            reasons.append(Reason("need_covered", str(engaged.covered)))
        elif engaged.open >= CROWDED:
            reasons.append(Reason("crowded", str(engaged.open)))
        elif not engaged.open:
            reasons.append(Reason("nobody_yet"))
        if need.confirmed:
            reasons.append(Reason("confirmed", need.confirmed.isoformat()))
        own = WEIGHTS["words"] * self.base.likeness.of(need.id, self.wish.pairs) if self.wish.pairs else 0.0
        own += WEIGHTS["year"] * min(10, max(0, self.around.year - _year(need)))
        own += WEIGHTS.get(need.basis, 0) + (WEIGHTS["local"] if need.scope == "county" else 0)
        return own + _points(reasons), reasons


def _points(reasons: list[Reason]) -> float:
    return sum(WEIGHTS.get(reason.id, 0) for reason in reasons)


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
    brand = base.brands.get(field_id)
    if brand:
        return brand
    return "village-trip" if county.id in around.trip_region and field_id in around.trip_theme else "pairing"


def _tasks(base: KnowledgeBase, fields: tuple[str, ...], wish: Wish, top: list[Pairing]) -> tuple[str, ...]:
    """The tasks that the answer speaks of: of the kind (all for whoever named no field), of the best pairings, pairing."""
    kind = base.kinds.get(wish.kind)
    fit = {t for t in base.tasks if t == "pairing" or not wish.fields or set(base.tasks[t].fields) & set(fields)}
    mine = [t for t in (kind.tasks if kind else ()) if t in fit]
    trip = ["village-trip"] if any(Reason("trip") in pairing.reasons for pairing in top) else []
    return tuple(dict.fromkeys([*mine, *(pairing.task for pairing in top), "pairing", *trip]))
