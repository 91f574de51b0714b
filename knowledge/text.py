"""Free text made even: one spelling for each character, with the way back to the text as it was written."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from knowledge.reading.characters import simplified

LIMIT = 4096
"""Characters of a message that are read: as many as Telegram sends in one."""

HAN = r"[^\W\x00-\u02ff]"
"""A Chinese character in a pattern: any letter that is not Latin, as to compile a range of 20,000 takes a millisecond a time.

It takes kana, Cyrillic and the like as well; where that matters, :func:`has_han` tells.
"""
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
_LONE_HAN = re.compile(rf"(?<!{HAN}){HAN}(?:\s+{HAN}(?!{HAN}))+")
_PARTED_HAN = re.compile(rf"{HAN}(?P<sign>[!.,。·*_~+|/\\=#^&:-]){HAN}(?:(?P=sign){HAN}(?!{HAN}))+")
_COMMENT = re.compile(rf"--(?=.{{0,9}}?{HAN})", re.DOTALL)
_COMMAND = re.compile(
    r"\b(?:drop (?:table|database)|delete from|insert into|truncate table|select .{1,99} from|update \w+ set)\b", re.IGNORECASE
)
"""A command for a database before what is said: no more a part of it than markup."""
_LONGEST_COMMAND = 300
_PLAIN_LATIN = re.compile(r"[!-;=-~]+(?: [!-;=-~]+)*")
_EVEN = str.maketrans(
    {
        "囗": "口",
        "ロ": "口",
        "エ": "工",
        "ニ": "二",
        "〇": "零",
        "\u2019": "'",
        "\u2018": "'",
        "\u2013": "-",
        "\u2014": "-",
        "\u3002": "。",
        "…": "。",
        "а": "a",
        "е": "e",
        "о": "o",
        "р": "p",
        "с": "c",
        "х": "x",
        "у": "y",
        "і": "i",
        "ѕ": "s",
        "ј": "j",
        "һ": "h",
    },
)
"""Look-alikes that NFKC keeps: the box 囗, katakana, dashes, quotes, Cyrillic letters among Latin ones."""


class Even(Struct, frozen=True):
    """A text in one spelling: ``text`` is for matching, ``back`` holds for each of its characters the place in ``written``."""

    written: str
    text: str
    back: array[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The slice of ``written`` that became ``text[start:end]``."""
        if start >= end:
            return 0, 0
        return self.back[start], self.back[end - 1] + 1

    def words(self, start: int, end: int) -> str:
        """The user's own words behind ``text[start:end]``."""
        first, last = self.span(start, end)
        return self.written[first:last]

    def place(self, written: int) -> int:
        """Where the character at ``written`` of the original stands in ``text``."""
        return bisect_left(self.back, written)


@lru_cache(maxsize=8)  # a turn looks at its text several times
def even(written: str) -> Even:
    """Fold width, case, script and look-alikes; drop markup, control characters and blanks inside a word.

    Never fails, whatever the string holds; reads at most :data:`LIMIT` characters, in time linear in them.
    What stands for many letters (ﷺ) counts as many.
    """
    written = written[:LIMIT]
    skipped = bytearray(len(written))
    if "<" in written:
        for tag in _TAG.finditer(written):
            skipped[tag.start() : tag.end()] = b"\x01" * (tag.end() - tag.start())
    if "--" in written:
        for start, end in _commands(written):
            skipped[start:end] = b"\x01" * (end - start)
    table = simplified()
    letters: list[str] = []
    back: array[int] = array("H")
    for index, char in enumerate(written):
        if len(letters) >= LIMIT:
            break
        if char.isascii() and char > " ":
            plain = " " if skipped[index] else char.lower()
        elif skipped[index]:
            plain = " "
        else:
            plain = _plain(char, table)
        for one in plain:
            if one == " " and letters and letters[-1] == " ":
                continue
            letters.append(one)
            back.append(index)
    text = "".join(letters)
    return _without_lone_blanks(Even(written, text, back))


def _commands(written: str) -> Iterator[tuple[int, int]]:
    """Where commands stand, each with the sign of a comment that ends it and all that is not Chinese before it."""
    last = 0
    for comment in _COMMENT.finditer(written):
        before = written[max(last, comment.start() - _LONGEST_COMMAND) : comment.start()]
        han = max((place for place, char in enumerate(before) if has_han(char)), default=-1)
        start = comment.start() - len(before) + han + 1
        last = comment.end()
        if _COMMAND.search(written, start, comment.start()):
            yield start, comment.end()


def even_word(word: str) -> str:
    """``even(word).text`` for one word of a list, quickly: lists hold ten thousand of them, nearly all plain already."""
    if word and min(word) >= "一" and max(word) <= "鿿":
        return word.translate(simplified()).translate(_EVEN)
    if _PLAIN_LATIN.fullmatch(word):
        return word.lower()
    return even(word).text


def _plain(char: str, table: dict[int, str]) -> str:
    """One character in its even spelling: nothing for invisible ones, a blank for any space."""
    if char in "\n\r\t\v\f" or char.isspace():
        return " "
    category = unicodedata.category(char)
    if category in {"Cf", "Cc", "Mn", "Me", "Cs", "Co"}:
        return ""
    if "一" <= char <= "鿿":
        return table.get(ord(char), char).translate(_EVEN)
    plain = unicodedata.normalize("NFKC", char).lower().translate(table).translate(_EVEN)
    return "".join(map(_toneless, plain)) if "\u00c0" <= plain[:1] <= "\u024f" else plain


def _toneless(letter: str) -> str:
    """A Latin letter without its accent (ǒ is o), ``ü`` in any tone kept as ``ü``."""
    marks = unicodedata.normalize("NFD", letter)
    return "ü" if marks[:2] == "u\u0308" else marks[0]


def _without_lone_blanks(even_text: Even) -> Even:
    """Close up characters set one by one (巫 溪 县, 城!口!县); the blanks between whole words stay."""
    text, back = even_text.text, even_text.back
    runs = [*(_LONE_HAN.finditer(text) if " " in text else ()), *_PARTED_HAN.finditer(text)]
    if not runs:
        return even_text
    kept = bytearray(b"\x01" * len(text))
    for run in runs:
        parting = run.groupdict().get("sign", " ")
        for index in range(run.start(), run.end()):
            if text[index] == parting:
                kept[index] = 0
    return Even(
        even_text.written,
        "".join(char for char, keep in zip(text, kept, strict=True) if keep),
        array("H", [place for place, keep in zip(back, kept, strict=True) if keep]),
    )


_LATIN = re.compile(r"[a-z]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+")


def has_han(text: str) -> bool:
    """Whether any Chinese character is in the text."""
    return not text.isascii() and any("㐀" <= char <= "鿿" for char in text)


def mostly_han(text: str) -> bool:
    """Whether the text is Chinese, where names may stand in Latin letters, rather than English with Chinese names in it."""
    plain = _ADDRESS.sub(" ", text)
    return 0 < sum(map(has_han, plain)) >= len(_LATIN_WORD.findall(plain))


def has_latin(text: str) -> bool:
    """Whether any Latin letter is in the (even) text."""
    return bool(_LATIN.search(text))
