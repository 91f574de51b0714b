"""Characters and their sounds: traditional → simplified, character → syllable, and written pinyin → syllables."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("characters.txt")
"""Made by ``python -m knowledge.training.characters``."""

_SLOPPY = str.maketrans({"ü": "v"})
_SAME = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
"""Sounds that many writers do not tell apart; n/l is handled apart, at the start only."""


@cache
def _table() -> tuple[dict[int, str], dict[str, str]]:
    pairs, *lines = TABLE.read_text(encoding="utf-8").splitlines()
    simplified = {ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)}
    sounds = {char: syllable for syllable, chars in (line.split(" ", 1) for line in lines) for char in chars}
    return simplified, sounds


def simplified() -> dict[int, str]:
    """Code point of a traditional character → the simplified one (a table for ``str.translate``)."""
    return _table()[0]


def sounds() -> dict[str, str]:
    """Simplified character → its most usual syllable, without tone."""
    return _table()[1]


@cache
def syllables() -> frozenset[str]:
    """Every syllable of Mandarin that a character of the table has, ``lü`` written ``lv``."""
    return frozenset(sounds().values()) - {"n", "ng", "m", "hm", "hng"}


@cache
def sloppy(syllable: str) -> str:
    """The syllable with sounds that people mix up made equal: zh=z, ch=c, sh=s, -ng=-n, l-=n-."""
    for careful, careless in _SAME:
        if syllable.startswith(careful):
            syllable = careless + syllable[len(careful) :]
        elif len(careful) > 2 and syllable.endswith(careful):
            syllable = syllable[: -len(careful)] + careless
    return "n" + syllable[1:] if syllable.startswith("l") else syllable


_LONGEST = 6
_NOT_LATIN = re.compile(r"[^a-zv]")


def spelled(word: str) -> tuple[str, ...]:
    """The syllables that a run of Latin letters spells (``nongchanpin`` → nong chan pin), or ``()`` when it is no pinyin.

    Apostrophes have been dropped by the caller or stand between two calls; the reading with the fewest syllables wins.
    """
    word = word.translate(_SLOPPY)
    if not word or len(word) > 60 or _NOT_LATIN.search(word):
        return ()
    known = syllables()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST), end):
            head = best[start]
            if head is not None and word[start:end] in known:
                held = best[end]
                if held is None or len(head) + 1 < len(held):
                    best[end] = (*head, word[start:end])
    return best[-1] or ()
