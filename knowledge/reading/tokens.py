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
_ENGLISH_TOO = frozenset(
    "alike along angle anyone are area aside aware balance bang bare base binding buying came candidate canteen care case"
    " chance chinese cute danger data date dealing decide delete dementia demo depending dice dude dune duty ease easier"
    " editing ending engine ensure entire erase eye face fake fence future gate gene generate genes guarantee guidance hence"
    " here heritage house human june keeping lake landing language late leading leisure license like linen longer made make"
    " mango mean meaning measure media median medicine meeting memo mile minute mobile mode more mule nature needing nice"
    " once one open orange pace page pane paying pence pending piece pile pure quota quote range rate reading reduce refuse"
    " release remaining remote rename resume ride route routine rule running sauce see seen sending sense sequence share"
    " side since site size suite sure take taken tie tile time timing wage waiting wake warehouse wide wipe wise".split(),
)
"""More of them, which tell the language and no more: the classifier was taught on their syllables."""


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


def in_pinyin(tokens: Tokens) -> bool:
    """Whether a text in Latin letters is Chinese: pinyin, and not only English words that look like it (care, more)."""
    return tokens.pinyin and any(
        word.syllables and word.text not in _ENGLISH and word.text not in _ENGLISH_TOO for word in tokens.words
    )


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
