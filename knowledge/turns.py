"""What a short text changes in the last wish: 换一个, 再加上教育, 那石柱呢. The words are data, in ``plan/turns.yaml``.

Pure: a text, what was understood of it, and the last wish → the step to take, or None when it is a new matter.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from knowledge.base import Turns
from knowledge.matching import Wish
from knowledge.text import even, has_han
from knowledge.understanding import Found, Understanding

AROUND = " ,.!?;。"
SHORT_HAN, SHORT_WORDS = 16, 8
"""Longer texts speak for themselves: at most so many Chinese characters, or words."""
SEEKING = frozenset({"find_counties", "offer_help"})
"""Intents of a text that looks for counties."""


class Step(Struct, frozen=True):
    """``more``, ``before``, ``back``: the next, the previous or the same page of the same list.

    ``open``: an item of the page, by its ``place``. ``look``: a county, for the same wish. ``list``: the changed wish.
    """

    kind: str
    wish: Wish
    county: str = ""
    place: int = 0


def follow(words: Turns, text: str, u: Understanding, last: Wish) -> Step | None:
    """The step that the text asks for after ``last``, or None when it does not lean on it."""
    plain = even(text).text.strip(AROUND)
    if not plain or (len(plain) > SHORT_HAN if has_han(plain) else len(plain.split()) > SHORT_WORDS):
        return None
    place = _place(words, plain)
    if place:
        return Step("open", last, place=place)
    leaf = _leaf(words, plain)
    if leaf:
        return Step(leaf, last)
    fields, counties = _ids(u.fields), _ids(u.counties)
    away_fields, away_counties = _ids(u.refused_fields), _ids(u.refused_counties)
    if not (fields or counties or away_fields or away_counties or u.kind or u.origin):
        return Step("more", last) if _says(plain, words.another.zh, words.another.en) else None
    if u.kind:  # who names their own kind begins anew
        return None
    if (away_fields or away_counties) and not (fields or counties):
        return Step("list", _without(last, away_fields, away_counties))
    if _says(plain, words.add.zh, words.add.en) and (fields or counties):
        return Step("list", replace(last, fields=_union(last.fields, fields), counties=_union(last.counties, counties)))
    where_from = u.origin and u.intent in SEEKING and not (fields or counties)  # that is all that is new
    if where_from or _says(plain, words.instead.zh, words.instead.en):
        return Step("list", _with(last, fields, counties, u))
    if counties and not fields and _says(plain, words.about.zh, words.about.en):
        return Step("look", last, counties[0])
    if fields and _says(plain, words.about.zh, words.about.en):
        return Step("list", _with(last, fields, counties, u))
    if fields and _says(plain, words.drop.zh, words.drop.en) and set(fields) <= set(last.fields):
        return Step("list", _without(last, fields, ()))
    return None


def _leaf(words: Turns, plain: str) -> str:
    """Whether another page of the list is asked for, or the same again; empty: neither."""
    if words.previous.alone(plain):
        return "before"
    return "back" if words.form_back.alone(plain) or words.to_list.alone(plain) else ""


def _place(words: Turns, plain: str) -> int:
    """Which item of the page is meant (2, 第二个, number two), counted from 1; 0: none."""
    if plain.isdecimal() and len(plain) == 1:
        return int(plain)
    for named in (words.item.zh, words.item.en, words.numbered.zh, words.numbered.en):
        found = next((i for i, word in enumerate(named, 1) if word in plain), 0)
        if found:
            return found
    return 0


def _says(plain: str, zh: Iterable[str], en: Iterable[str]) -> bool:
    """Whether the text says one of the words: Chinese anywhere, English as whole words."""
    padded = f" {plain} "
    return any(word in plain for word in zh) or any(f" {word} " in padded for word in en)


def _with(last: Wish, fields: tuple[str, ...], counties: tuple[str, ...], u: Understanding) -> Wish:
    province, city = (u.origin.province, u.origin.city) if u.origin else (last.province, last.city)
    return replace(last, fields=fields or last.fields, counties=counties or last.counties, province=province, city=city)


def _without(last: Wish, fields: tuple[str, ...], counties: tuple[str, ...]) -> Wish:
    return replace(
        last,
        fields=tuple(one for one in last.fields if one not in fields),
        counties=tuple(one for one in last.counties if one not in counties),
        refused_fields=_union(last.refused_fields, fields),
        refused_counties=_union(last.refused_counties, counties),
    )


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *second]))


def _ids(found: Iterable[Found]) -> tuple[str, ...]:
    return tuple(one.id for one in found)
