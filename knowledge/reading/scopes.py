"""Which stretches of a text are refused: no offer stands there (the parts of counties: :mod:`knowledge.reading.roles`)."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from knowledge.lexicon import Hit, Lexicon, Phrases
from knowledge.reading.tokens import Tokens
from knowledge.text import has_han


class Stretch(NamedTuple):
    """A part of an even text."""

    start: int
    end: int

    def holds(self, start: int, end: int) -> bool:
        """Whether the place lies within."""
        return self.start <= start and end <= self.end


_CLAUSE = re.compile(r"[^,。;!?!?:.\n]+")
_INCLUSIVE = re.compile(r"还|也|以外还|之外还|另外|in addition|also")
_EXCLUSIVE = re.compile(r"都行|都可以|其他|其它|别的|都要|都能|都做|anything|any other")
_BESIDES = re.compile(r"除(?![了开去却夕草尘湿虫])([^,。;!?]{2,30}?)[之以]?外")
"""除教育外: what is left out."""
_ALL_BUT = re.compile(r"(?:^|(?<=[,。;!?]))([^,。;!?除]{2,12}?)[之以]外的?(?=[都别其])")
"""教育以外的都行: the same, without the first word."""
_WANTS = frozenset("要换")
"""After what is refused, these say what is wanted instead: 不要医疗换养老."""
_NEAR = 4
_AHEAD = 40
_NOTHING_BUT = "非"
"""非黔江不去: to this county and no other."""
_NO, _JUST = "no", re.compile(r"\b(?:please|only|just|but)\b")


def marked(size: int, stretches: Iterable[Stretch]) -> bytearray:
    """A flag for each place of a text: whether one of the stretches holds it."""
    flags = bytearray(size + 1)
    for start, end in stretches:
        flags[start:end] = b"\x01" * (end - start)
    return flags


def clauses(text: str) -> list[Stretch]:
    """The clauses of a text: what stands between its commas and stops."""
    return [Stretch(m.start(), m.end()) for m in _CLAUSE.finditer(text)]


def _turns(text: str, clause: Stretch, signs: list[Hit], content: tuple[bytearray, bytearray]) -> list[Hit]:
    """Where what is wanted begins, by a verb of wanting or the one that was refused: 不要教育|要养老, 不做教育|做养老."""
    firsts, lasts = content
    befores = [sign for sign in signs if sign.id in {"before", "both"}]
    if not befores:
        return []
    verbs = {text[first - 1] for sign in befores if (first := firsts.find(1, sign.end, clause.end)) > 0} | _WANTS
    found: list[Hit] = []
    end = lasts.find(1, befores[0].end, clause.end - 1)
    while end >= 0:
        if firsts[end + 1] and text[end] in verbs and has_han(text[end]):
            found.append(Hit(end, end + 1, "contrast"))
        end = lasts.find(1, end + 1, clause.end - 1)
    return found


class ScopeReader:
    """Finds the stretches; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = lexicon.refusal
        both = set(words.before) & set(words.after)
        self._signs = Phrases(
            {
                "none": words.not_refusal,
                "both": both,
                "before": set(words.before) - both,
                "after": set(words.after) - both,
                "only": words.only,
                "contrast": words.contrast,
            },
        )
        self._latin = Phrases(
            {
                "none": [word for word in words.not_refusal if word.isascii()],
                "before": words.en,
                "contrast": words.en_contrast,
            },
        )

    def read(self, tokens: Tokens, content: list[tuple[int, int]]) -> list[Stretch]:
        """The refused stretches; ``content``: where fields and counties stand, for words that refuse either way."""
        text = tokens.text
        signs = sorted([*self._signs.in_han(text), *self._latin.in_latin(tokens.words)])
        if _JUST.search(text):
            signs = sorted([*signs, *(Hit(w.start, w.end, "before") for w in tokens.words if w.text == _NO)])
        refused: list[Stretch] = []
        firsts, lasts = bytearray(len(text) + 1), bytearray(len(text) + 1)
        for start, end in content:
            firsts[start] = lasts[end] = 1
        queue = deque(sign for sign in signs if sign.id != "none")
        for clause in clauses(text) if queue else ():
            inside: list[Hit] = []
            while queue and queue[0].start < clause.end:
                inside.append(queue.popleft())
            if inside:
                inside = sorted([*inside, *_turns(text, clause, inside, (firsts, lasts))])
                self._clause(text, clause, inside, refused, (firsts, lasts))
        out = (
            one
            for one in (*_BESIDES.finditer(text), *_ALL_BUT.finditer(text))
            if not _INCLUSIVE.search(text, one.end(), one.end() + _AHEAD)
        )
        return refused + [Stretch(*one.span(1)) for one in out]

    def _clause(
        self, text: str, clause: Stretch, signs: list[Hit], refused: list[Stretch], content: tuple[bytearray, bytearray]
    ) -> None:
        """Add the stretches of one clause; ``content`` flags where fields and counties begin and end."""
        firsts, lasts = content
        edge = clause.start
        untils: list[int] = []
        until = clause.end
        for sign in reversed(signs):
            untils.append(until)
            until = sign.start if sign.id == "contrast" else until
        for sign, until in zip(signs, reversed(untils), strict=True):
            if sign.id == "contrast":
                edge = sign.start
            elif sign.id == "only":
                after = firsts.find(1, sign.end, sign.end + 2)
                if after >= 0:
                    refused.append(Stretch(sign.start, lasts.find(1, after + 1)))
            elif not (text.startswith(_NOTHING_BUT, edge) or text.startswith(_NOTHING_BUT, max(edge, sign.start - _NEAR))):
                direction = sign.id
                if direction == "both":
                    behind = firsts.find(1, sign.end, until) >= 0
                    ahead = lasts.find(1, max(edge, sign.start - _NEAR), sign.start + 1) >= 0
                    direction = "after" if ahead and not behind else "before"
                elif direction == "after" and firsts.find(1, sign.end, sign.end + 1) >= 0:
                    direction = "before" if lasts.find(1, edge, sign.start + 1) < 0 else "after"  # 我们不做|教育
                if direction == "after":
                    refused.append(Stretch(edge, sign.end))
                elif not self._adds(text, sign.start, sign.end, clause):
                    refused.append(Stretch(sign.start, until))

    @staticmethod
    def _adds(text: str, start: int, end: int, clause: Stretch) -> bool:
        """Whether 除了 … 还 … names one thing and adds another, rather than leave one out."""
        if text[start:end] not in {"除了", "除开", "除去", "apart from", "other than"}:
            return False
        rest = text[end : min(end + 80, clause.end + 40)]
        return bool(_INCLUSIVE.search(rest)) and not _EXCLUSIVE.search(rest)
