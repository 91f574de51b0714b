"""The lexicon: the words by which people say a field, a kind, a resource, a county, a refusal; and how to find them.

``plan/lexicon.yaml`` is written by people who do not program; every word of it is data, nothing here names one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from knowledge.reading.characters import sounds
from knowledge.reading.tokens import Sound
from knowledge.reading.tokens import Word as Token
from knowledge.text import even_word, has_han

_TOGETHER = 2
"""How far apart words of one phrase may stand: a comma and a blank."""

Word = Annotated[str, Meta(min_length=1, max_length=60)]


def _split(value: object) -> object:
    """``"甲, 乙"`` → ``["甲", "乙"]``; a YAML list is taken as it is."""
    if isinstance(value, str):
        return [word for word in (part.strip() for part in value.replace("，", ",").split(",")) if word]
    return value


Words = Annotated[tuple[Word, ...], Meta(extra={"before": _split})]


class _Part(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Meaning(_Part, frozen=True):
    """The words of one meaning in both languages; an English word that ends in ``*`` stands for every word that begins so."""

    zh: Words = ()
    en: Words = ()


class Refusal(_Part, frozen=True):
    """Words that turn away what stands after (``before``) or before them (``after``).

    ``contrast`` ends a refusal, ``only`` turns away what follows at once, ``not_refusal`` merely looks like one.
    """

    before: Words
    after: Words
    en: Words
    contrast: Words
    en_contrast: Words
    only: Words
    not_refusal: Words


class Roles(_Part, frozen=True):
    """Rules for the part that a county plays, in the notation of :mod:`knowledge.reading.roles`, and the lists they use.

    ``mentioned`` tells that another place is meant, which turns nothing away; ``past`` holds unless the writer means to go on
    there, ``left`` and ``native`` only where they go on to another place;
    ``urban`` are the districts written ◎.
    """

    words: Mapping[str, Words]
    urban: Words
    mentioned: tuple[str, ...]
    refused: tuple[str, ...]
    past: tuple[str, ...]
    left: tuple[str, ...]
    home: tuple[str, ...]
    native: tuple[str, ...]


class Lexicon(_Part, frozen=True):
    """Everything in ``lexicon.yaml``; keys of the mappings are ids of the knowledge base."""

    fields: Mapping[str, Meaning]
    near: Mapping[str, Meaning]
    kinds: Mapping[str, Meaning]
    resources: Mapping[str, Meaning]
    refusal: Refusal
    roles: Roles
    homes: Mapping[str, Words]
    not_places: Words
    landmarks: Mapping[str, Meaning]
    slips: Mapping[str, Meaning]
    traps: Words
    crossings: Mapping[str, Words]


def collisions(lexicon: Lexicon) -> list[tuple[tuple[str, str], str]]:
    """Each word that stands under two meanings of one group: the later meaning's key, and a sentence that names them all."""
    told: list[tuple[tuple[str, str], str]] = []
    for group in ("fields", "near", "kinds", "resources", "landmarks", "slips"):
        meanings: defaultdict[str, list[str]] = defaultdict(list)
        for name, meaning in getattr(lexicon, group).items():
            for word in (*meaning.zh, *meaning.en):
                meanings[even_word(word)].append(name)
        told += [
            ((group, names[-1]), f"{word!r} stands under {', '.join(names)}")
            for word, names in meanings.items()
            if len(names) > 1
        ]
    return told


class Hit(NamedTuple):
    """One word of the lexicon found in an even text."""

    start: int
    end: int
    id: str


class Phrases:
    """Words of several ids, found longest first; Han words anywhere, Latin words only whole, pinyin by whole syllables."""

    def __init__(self, words: Mapping[str, Iterable[str]], *, by_sound: bool = False) -> None:
        """``words``: id → its words. ``by_sound`` also finds the Han words when they are written in pinyin."""
        self._han: dict[str, str] = {}
        self._latin: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        self._by_sound = by_sound
        for name, group in words.items():
            for raw in group:
                word = even_word(raw).strip()
                if has_han(word):
                    self._han.setdefault(word, name)
                elif word.endswith("*"):
                    self._stems.setdefault(word[:-1].replace("'", ""), name)
                else:
                    self._latin.setdefault(word.replace("'", ""), name)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for word in self._han:
            lengths[word[0]].add(len(word))
        self._lengths = {char: tuple(sorted(sizes, reverse=True)) for char, sizes in lengths.items()}
        stems: defaultdict[str, set[int]] = defaultdict(set)
        for stem in self._stems:
            stems[stem[0]].add(len(stem))
        self._stem_lengths = {char: tuple(sorted(sizes, reverse=True)) for char, sizes in stems.items()}
        self._most_words: dict[str, int] = {}
        for phrase in (*self._latin, *self._stems):
            first = phrase.split(" ", 1)[0]
            self._most_words[first] = max(self._most_words.get(first, 1), phrase.count(" ") + 1)

    @cached_property
    def _sounds(self) -> tuple[dict[tuple[str, ...], str], dict[str, tuple[int, ...]]]:
        """The Han words by their syllables, and by first syllable how many there may be: made when pinyin first comes."""
        spoken: dict[tuple[str, ...], str] = {}
        counts: defaultdict[str, set[int]] = defaultdict(set)
        table = sounds()
        for word, name in self._han.items() if self._by_sound else ():
            if len(word) > 1 and all(char in table for char in word):
                spoken.setdefault(tuple(table[char] for char in word), name)
                counts[table[word[0]]].add(len(word))
        return spoken, {syllable: tuple(sorted(sizes, reverse=True)) for syllable, sizes in counts.items()}

    def in_han(self, text: str) -> Iterator[Hit]:
        """Han words of the text, longest at each place, none inside another."""
        lengths, words = self._lengths, self._han
        free, size = 0, len(text)
        for place, char in enumerate(text):
            if char in lengths and place >= free:
                for length in lengths[char]:
                    name = words.get(text[place : place + length])
                    if name is not None and place + length <= size:
                        yield Hit(place, place + length, name)
                        free = place + length
                        break

    def in_latin(self, tokens: list[Token]) -> Iterator[Hit]:
        """English words and stems among the tokens, longest at each place."""
        place = 0
        while place < len(tokens):
            most = min(self._most_words.get(tokens[place].text, 1), len(tokens) - place)
            together = 1
            while together < most and tokens[place + together].start - tokens[place + together - 1].end <= _TOGETHER:
                together += 1
            for count in range(together, 0, -1):
                written = " ".join(token.text for token in tokens[place : place + count])
                key = written.replace("'", "")  # tai'an, taian
                name = self._latin.get(key) or self._stem(key)
                if name is None and written.endswith("'s"):
                    name = self._latin.get(key[:-1])
                if name is not None:
                    yield Hit(tokens[place].start, tokens[place + count - 1].end, name)
                    place += count
                    break
            else:
                place += 1

    def _stem(self, key: str) -> str | None:
        for length in self._stem_lengths.get(key[0], ()):
            name = self._stems.get(key[:length])
            if name is not None and " " not in key[length:]:
                return name
        return None

    def in_sounds(self, syllables: list[Sound]) -> Iterator[Hit]:
        """Han words written as pinyin: longest at each place, whole syllables only."""
        spoken, counts = self._sounds
        place = 0
        while place < len(syllables):
            for count in counts.get(syllables[place].syllable, ()):
                run = syllables[place : place + count]
                name = spoken.get(tuple(item.syllable for item in run))
                if name is not None:
                    yield Hit(run[0].start, run[-1].end, name)
                    place += count
                    break
            else:
                place += 1
