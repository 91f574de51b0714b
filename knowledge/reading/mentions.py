"""What stands around a name in a text: from it the model tells what part a county, a place, an organisation plays.

The text is read with every name as one sign, so that what is learnt of one county holds for all. What is looked at are runs of
up to three characters (words, syllables of pinyin) before and behind the name, in its clause and in the two clauses on each
side, and facts about the whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from zlib import crc32

from msgspec import Struct

from knowledge.reading.characters import spelled
from knowledge.reading.counties import Named
from knowledge.reading.features import COUNTY, PLACE, Cover, Feature
from knowledge.reading.kinds import KindHit
from knowledge.reading.origins import CHONGQING, Origin
from knowledge.reading.scopes import Stretch
from knowledge.reading.tokens import Tokens

BODY = "\ue005"
"""Stands for a word that ends an organisation's name."""
_UNIT = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+(?:\.[0-9]+)?|\S")
_WORD = re.compile(r"[a-z]+")
_STOPS = frozenset(",。;!?:.")
_NEAR, _FAR, _FARTHER = 12, 12, 8
"""Units looked at before and behind a name, in the clauses next to its own, and in those beyond."""
_LENGTHS = (8, 16, 32, 64, 128)


class Scene(Struct, frozen=True):
    """A text in units, with the place of each name's sign and the clauses. Made once for a text by :func:`scene`."""

    units: list[str]
    signs: dict[int, int]
    """Where a name starts in the text → its unit."""
    starts: list[int]
    """The first unit of each clause."""
    facts: tuple[str, ...]

    def around(self, start: int, facts: Iterable[str]) -> list[Feature]:
        """The features of the name that starts there, none if another covers it; ``facts`` are what else is known of it."""
        units, starts = self.units, self.starts
        place = self.signs.get(start)
        if place is None:
            return []
        clause = bisect_left(starts, place + 1) - 1
        first, last = starts[clause], self._end(clause)
        seen: set[str] = {*facts, *self.facts, f"clause{min(clause, 3)}", "last" if clause == len(starts) - 1 else "more"}
        before, behind = units[max(first, place - _NEAR) : place], units[place + 1 : min(last, place + 1 + _NEAR)]
        if place - first < _NEAR:
            before = ["^", *before]
        if last - place - 1 < _NEAR:
            behind = [*behind, "$"]
        _runs("<", before, 3, seen)
        _runs(">", behind, 3, seen)
        for size in (1, 2, 3):
            seen.add("<|" + " ".join(before[-size:]))
            seen.add(">|" + " ".join(behind[:size]))
        for tag, number, most in ((">>", clause + 1, _FAR), (">>>", clause + 2, _FARTHER)):
            if number < len(starts):
                _runs(tag, units[starts[number] : min(self._end(number), starts[number] + most)], 2, seen)
        for tag, number, most in (("<<", clause - 1, _FAR), ("<<<", clause - 2, _FARTHER)):
            if number >= 0:
                _runs(tag, units[max(starts[number], self._end(number) - most) : self._end(number)], 2, seen)
        return [(crc32(one.encode()), 0, 0) for one in seen]

    def _end(self, clause: int) -> int:
        return self.starts[clause + 1] if clause + 1 < len(self.starts) else len(self.units)


def _runs(tag: str, units: Sequence[str], longest: int, into: set[str]) -> None:
    for place in range(len(units)):
        run = tag
        for unit in units[place : place + longest]:
            run += unit + " "
            into.add(run)


def scene(tokens: Tokens, names: Sequence[Cover], facts: Iterable[str]) -> Scene:
    """A text with its names; of two that overlap the one given first counts."""
    text = tokens.text
    parts: list[str] = []
    taken: list[Cover] = []
    covered = bytearray(len(text) + 1)
    for name in names:
        if not any(covered[name.start : name.end]):
            covered[name.start : name.end] = b"\x01" * (name.end - name.start)
            taken.append(name)
    taken.sort()
    last = 0
    for name in taken:
        parts += [_piece(tokens, text[last : name.start]), name.sign]
        last = name.end
    parts.append(_piece(tokens, text[last:]))
    units = ["0" if unit[0].isdigit() else unit for unit in _UNIT.findall(" ".join(parts))]
    signs = (place for place, unit in enumerate(units) if unit in (COUNTY, PLACE, BODY))
    starts = [0, *(place + 1 for place, unit in enumerate(units[:-1]) if unit in _STOPS)]
    size = f"size{bisect_left(_LENGTHS, len(units))}"
    return Scene(units, {name.start: place for name, place in zip(taken, signs, strict=True)}, starts, (*facts, size))


def _piece(tokens: Tokens, piece: str) -> str:
    """A stretch without names; of pinyin, in syllables."""
    if not tokens.pinyin:
        return piece
    return _WORD.sub(lambda word: " ".join(spelled(word.group())) or word.group(), piece)


class Names(Struct, frozen=True):
    """The names of a text; ``refused`` are the stretches in which words of refusal stand."""

    tokens: Tokens
    counties: list[Named]
    places: list[Origin]
    bodies: list[KindHit]
    refused: list[Stretch]

    def scene(self) -> Scene:
        """The text around the names."""
        covers = [Cover(one.start, one.end, COUNTY) for one in self.counties]
        covers += [Cover(one.start, one.end, PLACE) for one in self.places]
        covers += [Cover(one.start, one.end, BODY) for one in self.bodies]
        counties, places = {one.id for one in self.counties}, {(one.province, one.city) for one in self.places}
        kinds = {one.id for one in self.bodies}
        many = {"c": len(counties), "p": len(places), "b": len(kinds)}
        return scene(self.tokens, covers, [f"{sign}{min(number, 3)}" for sign, number in many.items()])

    def of_county(self, scene: Scene, number: int) -> list[Feature]:
        """The features of a county, by its number."""
        one = self.counties[number]
        word, text = self._word(one), self.tokens.text
        facts = [f"c={word}", f"{text[max(0, one.start - 1) : one.start]}<{word}", f"{word}>{text[one.end : one.end + 1]}"]
        facts.append(f"c#{min(number, 3)}")
        if number == len(self.counties) - 1:
            facts.append("c#last")
        if any(first <= one.start < last for first, last in self.refused):
            facts.append("refused")
        return scene.around(one.start, facts)

    def of_place(self, scene: Scene, number: int) -> list[Feature]:
        """The features of a place, by its number."""
        one = self.places[number]
        size = "here" if one.province == CHONGQING else "city" if one.city else "province"
        return scene.around(one.start, (f"p:{size}", f"p#{min(number, 3)}"))

    def of_body(self, scene: Scene, number: int) -> list[Feature]:
        """The features of a word that ends an organisation's name, by its number."""
        one, word = self.bodies[number], self._word(self.bodies[number])
        facts = [f"b={word}", f"b:{one.id}", f"b#{min(number, 3)}", *(f"b-{word[-size:]}" for size in (1, 2, 3))]
        if number:
            last = self.bodies[number - 1]
            facts.append(f"b<{last.id}{_distance(one.start - last.end)}")
        if number + 1 < len(self.bodies):
            following = self.bodies[number + 1]
            facts.append(f"b>{following.id}{_distance(following.start - one.end)}")
        return scene.around(one.start, facts)

    def _word(self, name: Named | KindHit) -> str:
        return self.tokens.text[name.start : name.end]


def _distance(gap: int) -> str:
    return "beside" if gap <= 2 else "near" if gap <= 8 else "far"
