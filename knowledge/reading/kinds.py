"""Words that can end an organisation's name (基金会, 商会, 学会, 志愿队 …), and the kind of organisation that each tells.

Whether it is the writer's own organisation is told by :mod:`knowledge.reading.parts`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from knowledge.lexicon import Hit, Lexicon, Phrases
from knowledge.reading.later import Later
from knowledge.reading.scopes import Stretch, marked
from knowledge.reading.tokens import Tokens
from knowledge.text import HAN

_NATIONAL = Later(r"(?<!到)(?:中国|中华|全国)(?!人的|人$|梦|移动|银行|电信|联通|石油|石化|社会组织)[^,。;!?的]{0,18}?$")
_NATIONAL_EN = Later(r"\b(?:china|chinese|national|all-china)\b[\w\s'-]{0,40}$")
_FAR = 40
_CAN_BE = frozenset("association charity service academic volunteer".split())
NATIONAL = "national"
_ENDS = {
    "volunteer": Later(rf"(?<={HAN}{HAN})(?:队|团)(?=[,。;!?: \"”)的想来要有看喊出每]|$)"),
    "service": Later(rf"(?<={HAN}{HAN})(?:中心|工作室|驿站|之家)(?=[,。;!?: \"”)的想来要有可能]|$)"),
}
"""Ends of names that no list holds (厨娘队, 小桔灯儿童发展中心), and what such a body mostly is."""


class KindHit(NamedTuple):
    """A kind and the word that tells it."""

    start: int
    end: int
    id: str


class KindReader:
    """Finds kinds; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = Phrases({kind: (*words.zh, *words.en) for kind, words in lexicon.kinds.items()}, by_sound=True)

    def find(self, tokens: Tokens) -> list[KindHit]:
        """Words that can end an organisation's name, in order."""
        text = tokens.text
        found = list(self._words.in_han(text))
        if tokens.words:
            found += self._words.in_latin(tokens.words)
            if tokens.pinyin:
                found += self._words.in_sounds(tokens.sounds)
        taken = marked(len(text), (Stretch(start, end) for start, end, _ in found))
        for kind, pattern in _ENDS.items():
            found += [Hit(m.start(), m.end(), kind) for m in pattern.finditer(text) if not any(taken[m.start() : m.end()])]
        return [self._national(text, KindHit(*hit)) for hit in sorted(found)]

    @staticmethod
    def _national(text: str, hit: KindHit) -> KindHit:
        return hit._replace(id=NATIONAL) if hit.id in _CAN_BE and _of_china(text, hit) else hit


def whole(text: str, hit: KindHit) -> KindHit:
    """The hit with what makes it national: 中国乡村发展基金会 rather than 基金会."""
    match = _of_china(text, hit) if hit.id == NATIONAL else None
    return hit._replace(start=match.start()) if match else hit


def _of_china(text: str, hit: KindHit) -> re.Match[str] | None:
    first = max(0, hit.start - _FAR)
    return _NATIONAL.search(text, first, hit.start) or _NATIONAL_EN.search(text, first, hit.start)
