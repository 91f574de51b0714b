"""A text in its even spelling, cut into what the readers look at: Latin words, and syllables whatever script they are in."""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import Struct

from knowledge.reading.characters import sounds, spelled
from knowledge.text import Even


class Word(NamedTuple):
    """A run of Latin letters or digits, with the syllables that it spells in pinyin (or none)."""

    start: int
    end: int
    text: str
    syllables: tuple[str, ...]


class Sound(NamedTuple):
    """A syllable and where it stands."""

    syllable: str
    start: int
    end: int


class Tokens(Struct, frozen=True):
    """``words``: Latin words in order. ``sounds``: syllables of Han characters and of words that are pinyin, in order."""

    text: str
    words: list[Word]
    sounds: list[Sound]
    pinyin: bool


_WORD = re.compile(r"[a-z0-9][a-z0-9'+]*(?:-[a-z0-9']+)*")
_ENGLISH = frozenset(
    "a an can change china dance fine gone guide he home line machine manage me men menu message mine name nine pine"
    " sale same sang she sewage shine tea tone u wine women rice line sane fun pan man ban run sun gun long song pang tango"
    " bike hope hire hose luge huge lane bus die lie pie due sue gang hang rang tan fan ran ten den pen hen lei li ai"
    " panda mango tang wang you to do so go no we i hi bye e mail nao china bingo banana china's age game".split(),
)
"""English words that could be read as syllables; alone they do not make a text pinyin."""


def cut(even: Even) -> Tokens:
    """The words and syllables of a text, in time linear in it."""
    text = even.text
    words = [Word(m.start(), m.end(), m.group(), _spelled(m.group())) for m in _WORD.finditer(text)]
    table = sounds()
    found = [Sound(table[char], place, place + 1) for place, char in enumerate(text) if char in table]
    has_han = bool(found)
    lettered = [word for word in words if word.text[0] > "9"]
    good = sum(1 for word in lettered if word.syllables and word.text not in _ENGLISH)
    pinyin = not has_han and good > 0 and good * 10 >= len(lettered) * 7
    if lettered:
        for word in lettered:
            if word.syllables and (pinyin or word.text not in _ENGLISH):
                found.extend(_sounds_of(word))
        found.sort(key=lambda sound: sound.start)
    return Tokens(text, words, found, pinyin)


def _spelled(word: str) -> tuple[str, ...]:
    if word.isalpha():
        return spelled(word)
    if "'" in word or "-" in word:
        parts = [spelled(part) for part in re.split(r"['-]", word)]
        return tuple(syllable for part in parts for syllable in part) if all(parts) else ()
    return ()


def _sounds_of(word: Word) -> list[Sound]:
    """Each syllable with its own letters."""
    found: list[Sound] = []
    place = word.start
    for syllable in word.syllables:
        while word.text[place - word.start] in "'-":
            place += 1
        found.append(Sound(syllable, place, place + len(syllable)))
        place += len(syllable)
    return found
