"""What a short text changes in the last wish: 换一个, 再加上教育, 那石柱呢. The words are data, in ``plan/turns.yaml``.

Pure: a text, what was understood of it, and the last wish → the step to take, or None when it is a new matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from knowledge.base import Turns
from knowledge.matching import Wish
from knowledge.text import even, has_han
from knowledge.understanding import Found, Understanding

AROUND = " ,.!?;。‹›✎✋"
SHORT_HAN, SHORT_WORDS, SHORT = 16, 8, 80
"""Longer texts speak for themselves: at most so many Chinese characters, or words and letters."""
BETWEEN = re.compile(r"[,;。]|\bbut\b")
SEEKING = frozenset({"find_counties", "offer_help"})
"""Intents of a text that looks for counties."""
CONTRASTS = tuple(
    map(
        re.compile,
        (
            r"不是(?P<no>[^,。;]+?)(?:,? ?而?就?是|[,。;] ?)(?P<yes>[^,。;]+)",
            r"(?:是|^)(?P<yes>[^,。;是]+?)[,。;]? ?而?不是(?P<no>[^,。;]+)",
            r"\bnot (?P<no>[^,.;]+?),? (?:but|rather) (?P<yes>.+)",
            r"(?:\b(?:mean|meant|said|is|it's|are)|^) ?(?P<yes>[^,.;]+?)[,.;]? not (?P<no>[^,.;]+)",
            r"\bnot (?P<no>[^,.;]+)[,.;] (?P<yes>.+)",
            r"(?:把|^)(?P<no>[^,。;]+?)(?:改|换)(?:成|为|做)(?P<yes>[^,。;]+)",
            r"\b(?:change|replace|switch) (?P<no>.+) (?:to|with|by) (?P<yes>.+)",
            r"^(?P<yes>.+?),? (?:instead of|rather than) (?P<no>[^,.;]+)",
        ),
    )
)
"""What is not meant, and what is: 不是泰安，是烟台."""


class Step(Struct, frozen=True):
    """``more``, ``before``, ``back``: the next, the previous or the same page of the same list.

    ``open``: an item of the page, by its ``place``. ``look``: a county, for the same wish. ``list``: the changed wish.
    ``leans``: it says nothing by itself; without a last wish there is nothing that it could change.
    """

    kind: str
    wish: Wish
    county: str = ""
    place: int = 0
    leans: bool = False


class Parts(Struct, frozen=True):
    """What a text, or a part of it, names."""

    fields: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    """Province and city, which may be empty."""
    kind: str = ""

    @classmethod
    def of(cls, u: Understanding) -> Parts:
        """What is wanted. A field that only the word for the kind speaks of (服务机构) is none here."""
        kind = u.kind
        fields = [one for one in u.fields if not (kind and kind.start <= one.start < kind.end)]
        origin = (u.origin.province, u.origin.city) if u.origin else ()
        return cls(_ids(fields), _ids(u.counties), origin, kind.id if kind else "")

    @classmethod
    def refused(cls, u: Understanding) -> Parts:
        """What is turned away."""
        return cls(_ids(u.refused_fields), _ids(u.refused_counties))

    def parts(self) -> tuple[tuple[str, ...], ...]:
        """One for each sort of thing; empty where nothing of it is named."""
        return self.fields, self.counties, self.origin, (self.kind,) if self.kind else ()

    def __bool__(self) -> bool:
        return any(self.parts())


NOTHING = Parts()


def follow(words: Turns, text: str, u: Understanding, last: Wish, read: Callable[[str], Understanding]) -> Step | None:
    """The step that the text asks for after ``last``, or None when it does not lean on it; ``read`` reads a part of it."""
    plain = even(text).text.strip(AROUND)
    short = len(plain) <= SHORT_HAN if has_han(plain) else len(plain) <= SHORT and len(plain.split()) <= SHORT_WORDS
    if not plain or not short:
        return None
    yes, no = Parts.of(u), Parts.refused(u)
    place = _place(words, plain)
    if place:
        return Step("open", last, place=place, leans=not yes)
    leaf = _leaf(words, plain)
    if leaf:
        return Step(leaf, last, leans=leaf == "before")
    contrast = _contrast(plain, last, read)
    if contrast:
        return contrast
    several = _several(words, plain, last, read)
    if several:
        return several
    if no and not (yes.fields or yes.counties):
        return Step("list", changed(last, NOTHING, no))
    dropped = _dropped(words, plain, read)
    if dropped:
        return Step("list", changed(last, NOTHING, dropped), leans=True)
    if not yes:
        return Step("more", last, leans=True) if _says(plain, words.another.zh, words.another.en) else None
    led = _rest(words, plain)
    if led:  # 改成济南: the words that lead it say nothing themselves
        u = read(led)
        yes, no = Parts.of(u), Parts.refused(u)
    return _named(words, plain, u, yes, no, last) if yes else None


def _rest(words: Turns, plain: str) -> str:
    """What follows the words for more, or for something else, that lead a text; empty where none do."""
    rest = plain
    en = [word + sign for word in (*words.instead.en, *words.add.en) for sign in ("", ",")]
    while further := _after(rest, (*words.instead.zh, *words.add.zh), en):
        rest = further.strip(AROUND)
    return "" if rest == plain else rest


def _named(words: Turns, plain: str, u: Understanding, yes: Parts, no: Parts, last: Wish) -> Step | None:
    """The step of a text that names something."""
    instead, about = _says(plain, words.instead.zh, words.instead.en), _says(plain, words.about.zh, words.about.en)
    alone = u.kind is not None and u.kind.end - u.kind.start == len(plain)  # the word for a kind puts it right
    if yes.kind and not (instead or alone) and (last.kind or yes.fields or yes.counties):  # who names their own begins anew
        return None
    if _says(plain, words.add.zh, words.add.en) and (yes.fields or yes.counties):
        return Step("list", changed(last, yes, no, add=True), leans=bool(_after(plain, words.add.zh, words.add.en)))
    where_from = u.intent in SEEKING and not (yes.fields or yes.counties)  # that, or the kind, is all that is new
    if where_from or instead or no or alone:
        return Step("list", changed(last, yes, no), leans=bool(_after(plain, words.instead.zh, words.instead.en)))
    if about and not yes.fields and len(yes.counties) == 1:
        return Step("look", last, yes.counties[0])
    if about:  # several counties stand side by side in the list
        return Step("list", changed(last, yes, no))
    towards = (*words.towards.zh, *words.only.zh), (*words.towards.en, *words.only.en)
    if yes.counties and not yes.fields and _says(plain, *towards):
        return Step("list", changed(last, yes, no))
    return None


def _several(words: Turns, plain: str, last: Wish, read: Callable[[str], Understanding]) -> Step | None:
    """Changes one after another (再加上教育，去掉养老). None: not each part of the text is one."""
    parts = [part for part in BETWEEN.split(plain) if part.strip()]
    leans = False
    for part in parts if len(parts) > 1 else ():
        step = follow(words, part, read(part), last, read)
        if step is None or step.kind != "list":
            return None
        last, leans = step.wish, leans or step.leans
    return Step("list", last, leans=leans) if len(parts) > 1 else None


def _contrast(plain: str, last: Wish, read: Callable[[str], Understanding]) -> Step | None:
    """不是泰安，是烟台: the one in place of the other. None: the two sides do not name the same sort of thing."""
    for found in (pattern.search(plain) for pattern in CONTRASTS):
        if found:
            yes, no = Parts.of(read(found["yes"])), Parts.of(read(found["no"]))
            sides = zip(yes.parts(), no.parts(), strict=True)
            if any(one and other for one, other in sides):
                more = Parts.of(read(plain[found.end() :])) if found.end() < len(plain) else NOTHING
                yes = Parts(
                    _union(yes.fields, more.fields), _union(yes.counties, more.counties), yes.origin or more.origin, yes.kind
                )
                return Step("list", changed(last, yes, no), leans=not (yes.fields and yes.counties))
    return None


def _dropped(words: Turns, plain: str, read: Callable[[str], Understanding]) -> Parts:
    """What is to be left out: 去掉养老, 把养老去掉, without education."""
    rest = _after(plain, words.drop.zh, words.drop.en) or _before(plain, words.dropped.zh, words.dropped.en)
    if not rest or any(sign in rest for sign in ",.;。") or _says(rest, words.add.zh, words.add.en):
        return NOTHING
    return Parts.of(read(rest))


def _after(plain: str, zh: Iterable[str], en: Iterable[str]) -> str:
    """What follows one of the words that the text begins with."""
    starts = (word for word in (*zh, *(f"{word} " for word in en)) if plain.startswith(word))
    return plain[len(max(starts, key=len, default=plain)) :]


def _before(plain: str, zh: Iterable[str], en: Iterable[str]) -> str:
    """What stands before one of the words that the text ends with."""
    ends = (word for word in (*zh, *(f" {word}" for word in en)) if plain.endswith(word))
    return plain[: -len(max(ends, key=len, default=plain))].removeprefix("把")


def changed(last: Wish, yes: Parts, no: Parts, *, add: bool = False) -> Wish:
    """The wish with what is wanted now and without what is not. What is wanted is refused no longer.

    Where one thing takes the place of another, the rest stays; otherwise what is named takes the place of all of its sort.
    """
    fields = _wanted(last.fields, yes.fields, no.fields, add=add)
    counties = _wanted(last.counties, yes.counties, no.counties, add=add)
    left = bool(no.origin) and no.origin[0] == last.province and no.origin[1] in {"", last.city}
    province, city = yes.origin or (("", "") if left else (last.province, last.city))
    return replace(
        last,
        fields=fields,
        counties=counties,
        refused_fields=_without(_union(last.refused_fields, no.fields), fields),
        refused_counties=_without(_union(last.refused_counties, no.counties), counties),
        province=province,
        city=city,
        kind=yes.kind or ("" if last.kind == no.kind else last.kind),
    )


def _wanted(last: tuple[str, ...], yes: tuple[str, ...], no: tuple[str, ...], *, add: bool) -> tuple[str, ...]:
    kept = _without(last, no)
    if not yes or add or kept != last:
        return _union(kept, yes)
    return yes


def _leaf(words: Turns, plain: str) -> str:
    """Whether another page of the list is asked for, or the same again; empty: neither."""
    if words.previous.alone(plain):
        return "before"
    return "back" if words.form_back.alone(plain) or words.to_list.alone(plain) else ""


def _place(words: Turns, plain: str) -> int:
    """Which item of the page is meant (2, 第二个, number two), counted from 1; -1: the last, 0: none."""
    if words.final.alone(plain):
        return -1
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


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *second]))


def _without(some: tuple[str, ...], away: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in some if one not in away)


def _ids(found: Iterable[Found]) -> tuple[str, ...]:
    return tuple(one.id for one in found)
