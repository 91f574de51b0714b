"""A wish in a few ASCII characters, so that the buttons of a list carry it: nothing of a person's words is stored for them.

``inel-ed.na.238.240-233`` = fields (two letters each, refused ones after ``-``), kind, origin, counties (three digits each,
refused ones after ``-``). It is short, so that an id of a need fits beside it.
"""

from __future__ import annotations

import string
from collections.abc import Iterable

from knowledge.base import KnowledgeBase
from knowledge.likeness import pairs_of
from knowledge.matching import Wish
from knowledge.text import even
from knowledge.understanding import Understanding

MAX_FIELDS, MAX_COUNTIES = 4, 3
LONGEST = 27
"""Characters of a packed wish at most."""
ELSEWHERE = "0"
"""A place that weighs nothing: that there is one, and no more."""
LETTERS = string.ascii_lowercase + string.ascii_uppercase


def from_understanding(u: Understanding) -> Wish:
    """What was understood, as ids."""
    return Wish(
        fields=tuple(found.id for found in u.fields),
        counties=tuple(found.id for found in u.counties),
        refused_fields=tuple(found.id for found in u.refused_fields),
        refused_counties=tuple(found.id for found in u.refused_counties),
        province=u.origin.province if u.origin else "",
        city=u.origin.city if u.origin else "",
        kind=u.kind.id if u.kind else "",
        resources=tuple(found.id for found in u.resources),
        pairs=pairs_of(even(_without_names(u)).text),
    )


def only_names(u: Understanding) -> bool:
    """Whether a text holds places and the kind of the organisation, and nothing that says what it does."""
    return not any(char.isalnum() for char in _without_names(u))


def _without_names(u: Understanding) -> str:
    """The text without the places and the kind of the organisation: what is left says what it does."""
    away = [(one.start, one.end) for one in (*u.counties, *u.refused_counties, *([u.kind] if u.kind else []))]
    away += [(u.origin.start, u.origin.end)] if u.origin else []
    return "".join(char for i, char in enumerate(u.text) if not any(start <= i < end for start, end in away))


def pack(base: KnowledgeBase, wish: Wish) -> str:
    """The wish as it travels in a button; what does not matter for ranking, or is too much, is left out."""
    away = (one for one in wish.refused_fields if one not in wish.fields)
    fields = _joined((one[:2] for one in wish.fields), (one[:2] for one in away), MAX_FIELDS)
    kind = wish.kind[:2]
    origin = ""
    if wish.city in base.partners:
        origin = base.partners[wish.city].code[-3:]
    elif wish.province in base.eastern:
        origin = LETTERS[list(base.eastern).index(wish.province)]
    elif wish.province:
        origin = ELSEWHERE
    codes = {one: base.counties[one].code[-3:] for one in (*wish.counties, *wish.refused_counties)}
    counties = _joined(map(codes.__getitem__, wish.counties), map(codes.__getitem__, wish.refused_counties), MAX_COUNTIES)
    return f"{fields}.{kind}.{origin}.{counties}".rstrip(".")


def unpack(base: KnowledgeBase, packed: str) -> Wish:
    """The wish that a button carries; parts that mean nothing (any more) are passed over."""
    fields, kind, origin, counties = (packed.split(".") + [""] * 4)[:4]
    by_letters, by_code = base.by_letters, base.by_code
    fields, _, away_fields = fields.partition("-")
    named, _, away = counties.partition("-")
    province = city = ""
    partner = by_code.get(origin)
    if partner and partner.partner:
        province, city = "山东", partner.partner.city.zh
    elif len(origin) == 1 and LETTERS.find(origin) in range(len(base.eastern)):
        province = list(base.eastern)[LETTERS.find(origin)]
    return Wish(
        fields=tuple(by_letters[pair] for pair in _cut(fields, 2) if pair in by_letters),
        refused_fields=tuple(by_letters[pair] for pair in _cut(away_fields, 2) if pair in by_letters),
        counties=tuple(by_code[code].id for code in _cut(named, 3) if code in by_code),
        refused_counties=tuple(by_code[code].id for code in _cut(away, 3) if code in by_code),
        province=province,
        city=city,
        kind=next((one for one in base.kinds if kind and one[:2] == kind), ""),
    )


def _joined(wanted: Iterable[str], refused: Iterable[str], most: int) -> str:
    """Both lists in a row, the second after a dash; together at most so many, the wanted ones first."""
    kept = list(wanted)[:most]
    away = list(refused)[: most - len(kept)]
    return "".join(kept) + ("-" + "".join(away) if away else "")


def _cut(text: str, width: int) -> list[str]:
    return [text[i : i + width] for i in range(0, len(text), width)]
