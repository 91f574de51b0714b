"""Which stretches of a text are refused, and which tell of the past."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from knowledge.lexicon import Hit, Lexicon, Phrases
from knowledge.reading.tokens import Tokens


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
_CHANGE = re.compile(
    r"换[个一到家成去]|想换|另找|另外找|别的县|其他县|没人去的|somewhere else|another county|a different county"
)
_BEEN = re.compile(r"过|年年|每年|去年|前年|常去|做熟|我们熟|太熟|已经|been|every year|last year|already")
_FROM = re.compile(r"(?:从|由)([^,。;!?]{2,12}?)(?:过来|出发|开车|坐车|赶|上来|下来|来的)")
_BEYOND = frozenset({"以外", "之外"})
_BORN = re.compile(r"(?:老家|来自)(?:是|在)?([^,。;!?]{2,6}?)(?:的|人)?,?(?=但|不过|可这|这次|这回)")
_BESIDES = re.compile(r"除(?![了开去却夕草尘湿虫])([^,。;!?]{2,30}?)[之以]?外")
"""从合川过来, 老家石柱的: where the writer comes from. 除彭水外: what is left out."""
_NEAR = 4
_AHEAD = 40
_NOTHING_BUT = "非"
"""非黔江不去: to this county and no other."""
_NO, _JUST = "no", re.compile(r"\b(?:please|only|just|but)\b")


@dataclass(frozen=True, slots=True)
class Scopes:
    """``refused`` holds for fields and counties, ``no_county`` for counties alone, ``past`` for counties."""

    refused: list[Stretch]
    no_county: list[Stretch]
    past: list[Stretch]


def marked(size: int, stretches: Iterable[Stretch]) -> bytearray:
    """A flag for each place of a text: whether one of the stretches holds it."""
    flags = bytearray(size + 1)
    for start, end in stretches:
        flags[start:end] = b"\x01" * (end - start)
    return flags


def clauses(text: str) -> list[Stretch]:
    """The clauses of a text: what stands between its commas and stops."""
    return [Stretch(m.start(), m.end()) for m in _CLAUSE.finditer(text)]


class ScopeReader:
    """Finds the stretches; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = lexicon.refusal
        both = set(words.before) & set(words.after)
        county_both = set(words.county_before) & set(words.county_after)
        self._signs = Phrases(
            {
                "none": words.not_refusal,
                "both": both,
                "before": set(words.before) - both,
                "after": set(words.after) - both,
                "county_both": county_both,
                "county_before": set(words.county_before) - county_both,
                "county_after": set(words.county_after) - county_both,
                "only": words.only,
                "contrast": words.contrast,
                "past": lexicon.past.before,
            },
        )
        self._latin = Phrases(
            {
                "none": [word for word in words.not_refusal if word.isascii()],
                "before": words.en,
                "county_after": words.en_county_after,
                "contrast": words.en_contrast,
                "past": lexicon.past.en,
            },
        )

    def read(self, tokens: Tokens, content: list[tuple[int, int]]) -> Scopes:
        """The scopes of a text; ``content``: where fields and counties stand, for words that refuse either way."""
        text = tokens.text
        signs = sorted([*self._signs.in_han(text), *self._latin.in_latin(tokens.words)])
        if _JUST.search(text):
            signs = sorted([*signs, *(Hit(w.start, w.end, "before") for w in tokens.words if w.text == _NO)])
        refused: list[Stretch] = []
        no_county: list[Stretch] = []
        past: list[Stretch] = []
        firsts, lasts = bytearray(len(text) + 1), bytearray(len(text) + 1)
        for start, end in content:
            firsts[start] = lasts[end] = 1
        queue = deque(sign for sign in signs if sign.id != "none")
        for clause in clauses(text) if signs else ():
            inside: list[Hit] = []
            while queue and queue[0].start < clause.end:
                inside.append(queue.popleft())
            self._clause(text, clause, inside, Scopes(refused, no_county, past), (firsts, lasts))
        past += self._left(text)
        past += [Stretch(*start.span(1)) for here in (_FROM, _BORN) for start in here.finditer(text)]
        out = (one for one in _BESIDES.finditer(text) if not _INCLUSIVE.search(text, one.end(), one.end() + _AHEAD))
        refused += [Stretch(*one.span(1)) for one in out]
        return Scopes(refused, no_county, past)

    @staticmethod
    def _left(text: str) -> list[Stretch]:
        """Clauses that tell where the writer has been, before a wish to go elsewhere."""
        change = _CHANGE.search(text)
        if not change:
            return []
        ends = ((clause.start, min(clause.end, change.start())) for clause in clauses(text) if clause.start < change.start())
        return [Stretch(start, end) for start, end in ends if _BEEN.search(text, start, end)]

    def _clause(self, text: str, clause: Stretch, signs: list[Hit], into: Scopes, content: tuple[bytearray, bytearray]) -> None:
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
            elif sign.id == "past":
                behind = firsts.find(1, sign.end, clause.end) >= 0
                into.past.append(Stretch(sign.start if behind else edge, clause.end))
            elif sign.id == "only":
                after = firsts.find(1, sign.end, sign.end + 2)
                if after >= 0:
                    into.refused.append(Stretch(sign.start, lasts.find(1, after + 1)))
            elif not (text.startswith(_NOTHING_BUT, edge) or text.startswith(_NOTHING_BUT, max(edge, sign.start - _NEAR))):
                refused = into.no_county if sign.id.startswith("county") else into.refused
                direction = sign.id.removeprefix("county_")
                if direction == "both":
                    behind = firsts.find(1, sign.end, until) >= 0
                    ahead = lasts.find(1, max(edge, sign.start - _NEAR), sign.start + 1) >= 0
                    direction = "after" if ahead and not behind else "before"
                if direction == "after":
                    if text[sign.start : sign.end] in _BEYOND and _INCLUSIVE.search(text, sign.end, sign.end + _AHEAD):
                        continue
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
