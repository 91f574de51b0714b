"""Likeness: how far a need speaks of the very things that somebody speaks of, by what they have in common that is rare.

It tells needs of one field apart (捐书 from 师资, 脐橙 from 茶叶). No meaning is guessed: what stands in both counts,
and what a list of words for one kind of thing says is alike (橘子 and 脐橙).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from knowledge.text import HAN

LATIN = re.compile(r"[a-z]{4,}")
RUN = re.compile(rf"{HAN}+")
ENOUGH = 1.2
"""Rare things in common that make full likeness."""


def pairs_of(plain: str) -> frozenset[str]:
    """What a text in even spelling is compared by: neighbouring Chinese characters, and longer English words."""
    words = {word.removesuffix("s") for word in LATIN.findall(plain)}
    return frozenset({run[i : i + 2] for run in RUN.findall(plain) for i in range(len(run) - 1)} | words)


class Likeness:
    """The pairs of every need and the groups that it speaks of, and how rare each is among the needs."""

    def __init__(self, texts: Mapping[str, str], alike: Mapping[str, Iterable[str]]) -> None:
        """A group means something by itself; of pairs only the rarest do.

        ``texts``: need id → everything that is said of it, in both languages. ``alike``: group → its words.
        """
        self._alike = [(group, pairs_of(word)) for group, words in alike.items() for word in words]
        self._grouped: tuple[frozenset[str], frozenset[str]] = frozenset(), frozenset()
        self._pairs = {need: self._with_groups(pairs_of(text.lower())) for need, text in texts.items()}
        count = Counter(pair for pairs in self._pairs.values() for pair in pairs)
        most = math.log(max(2, len(texts)))
        self._rare = {pair: (1 - math.log(n) / most) ** (1 if pair.isupper() else 3) for pair, n in count.items()}

    def of(self, need: str, said: frozenset[str]) -> float:
        """0 (nothing rare in common) to 1. ``said``: the pairs of what somebody says."""
        if self._grouped[0] != said:
            self._grouped = said, self._with_groups(said)
        pairs = self._pairs[need]
        return min(1.0, sum(self._rare[pair] for pair in self._grouped[1] if pair in pairs) / ENOUGH)

    def _with_groups(self, pairs: frozenset[str]) -> frozenset[str]:
        """The pairs and, in capitals, which no pair has, the groups of which a word stands among them."""
        return pairs | {group.upper() for group, word in self._alike if word and word <= pairs}
