"""What the classifier looks at: short runs of characters, words and syllables, and the meanings that the lexicon found.

Every feature is a 32-bit number (CRC-32 of its spelling, the same on every machine) with the stretch of text it stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from knowledge.lexicon import Hit
from knowledge.reading.scopes import Stretch, marked
from knowledge.reading.tokens import Tokens

COUNTY, PLACE, HIDDEN, NAME = "\ue000", "\ue001", "\ue002", "\ue004"
"""Characters that stand for a county, for another place, for words that must not count, and for the writer's own name."""
_AWAY = frozenset({HIDDEN, NAME})
_BREAK = "\ue003"
_STEM = 5
_KEPT = frozenset("?!:")


Feature = tuple[int, int, int]
"""The key of a feature and where it stands in the even text. Plain, as a long text has thousands."""


class Cover(NamedTuple):
    """A stretch of the text to be read as one character: :data:`COUNTY`, :data:`PLACE` or :data:`HIDDEN`."""

    start: int
    end: int
    sign: str


def features(tokens: Tokens, hits: Iterable[Hit], covers: Sequence[Cover]) -> list[Feature]:
    """The features of a text, each once, in order of place."""
    letters, places, hidden = _letters(tokens.text, covers)
    spelt: dict[str, tuple[int, int]] = {}  # long texts say much again: each spelling is made a number once

    def add(name: str, start: int, end: int) -> None:
        if name not in spelt:
            spelt[name] = start, end

    last, begin = "", 0  # letters alone and in twos, none across a break
    for letter, (start, end) in zip(letters, places, strict=True):
        if letter == _BREAK:
            last = ""
            continue
        if letter not in spelt:
            spelt[letter] = start, end
        if last and last + letter not in spelt:
            spelt[last + letter] = begin, end
        last, begin = letter, start
    _words(tokens, hidden, add)
    _sounds(tokens, hidden, add)
    away = marked(len(tokens.text), (Stretch(one.start, one.end) for one in covers if one.sign in _AWAY))
    for hit in hits:
        if not away[hit.start]:  # a landmark may name a field as well (郁山古镇)
            add(f"L:{hit.id}", hit.start, hit.end)
    found: dict[int, Feature] = {}
    for name, (start, end) in spelt.items():
        key = crc32(name.encode())
        found.setdefault(key, (key, start, end))
    return list(found.values())


def facts(signs: Iterable[str]) -> list[Feature]:
    """Features for facts about the whole text, which stand nowhere in it."""
    return [(crc32(f"S:{sign}".encode()), 0, 0) for sign in signs]


def _letters(text: str, covers: Iterable[Cover]) -> tuple[list[str], list[tuple[int, int]], bytearray]:
    """The text as characters for n-grams, the stretch of each, and which places are covered."""
    size = len(text)
    hidden = bytearray(size + 1)
    covering: dict[int, Cover] = {}
    for cover in covers:
        covering.setdefault(cover.start, cover)
        hidden[cover.start : cover.end] = b"\x01" * (cover.end - cover.start)
    letters, places = ["^"], [(0, 0)]
    place = 0
    while place < size:
        covered = covering.get(place)
        if covered is not None and covered.end > place:
            letters.append(covered.sign)
            places.append((place, covered.end))
            place = covered.end
            continue
        char = text[place]
        if hidden[place] or char == " ":
            pass
        elif char.isdigit():
            if letters[-1] != "0":
                letters.append("0")
                places.append((place, place + 1))
        elif "a" <= char <= "z":
            if letters[-1] != _BREAK:
                letters.append(_BREAK)
                places.append((place, place + 1))
        else:
            letters.append(char if char.isalpha() or char in _KEPT else ",")
            places.append((place, place + 1))
        place += 1
    letters.append("$")
    places.append((size, size))
    return letters, places, hidden


def _words(tokens: Tokens, hidden: bytearray, add: Callable[[str, int, int], None]) -> None:
    last = "^"
    for word in tokens.words:
        if hidden[word.start]:
            last = HIDDEN
            continue
        name = "0" if word.text[0].isdigit() and word.text.isdigit() else word.text
        add(f"w:{name}", word.start, word.end)
        if len(name) > _STEM:
            add(f"w:{name[:_STEM]}*", word.start, word.end)
        add(f"w:{last} {name}", word.start, word.end)
        last = name
    if tokens.words:
        add(f"w:{last} $", tokens.words[-1].start, tokens.words[-1].end)


def _sounds(tokens: Tokens, hidden: bytearray, add: Callable[[str, int, int], None]) -> None:
    heard = tokens.sounds
    before, last = None, None  # the two syllables just before, where they touch
    for sound in heard:
        syllable, start, end = sound
        if hidden[start]:
            before = last = None
            continue
        if last is not None and start <= last.end + 1:
            add(f"s:{last.syllable} {syllable}", last.start, end)
            if before is not None:
                add(f"s:{before.syllable} {last.syllable} {syllable}", before.start, end)
            before = last
        else:
            before = None
        last = sound
    if tokens.pinyin and heard:
        add(f"s:^ {heard[0].syllable}", heard[0].start, heard[0].end)
        add(f"s:{heard[-1].syllable} $", heard[-1].start, heard[-1].end)
