"""A linear classifier over the features of a text, read from one small file; what it decides it can explain."""

from __future__ import annotations

import json
import math
import struct
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from knowledge.reading.features import Feature

OFFERS = Path(__file__).with_name("offers.bin")
INTENT = Path(__file__).with_name("intent.bin")
"""The models: fields and resources, and the intent. Made by ``python -m knowledge.training.train``."""
MAGIC = b"JIEDUI1\n"
_MANY = 1000
"""From so many features on they are looked up in a table, which takes a moment to make, rather than by halving."""
_FEW = 50_000
"""The table of a model with fewer features is made at once."""
_QUOTED = 2000
"""Of a text with more features the beginning is quoted, unless nothing there speaks for the conclusion."""
_CLEAR = 0.3
"""A character is quoted when it speaks at least this much as clearly as the clearest one."""


class Head(Struct, frozen=True):
    """One question that the model answers (``field:health``, ``intent:cancel`` …) and its constant term."""

    name: str
    bias: float
    scale: float


Known = tuple[int, int, int]
"""A feature that the model knows: its row, and the stretch of text it stands for. Plain, as a long text has thousands."""


class Classifier:
    """The model of a file: for each head, weights by feature. Reading it takes a few milliseconds."""

    def __init__(self, path: Path) -> None:
        """Raise ValueError when the file is no model."""
        raw = path.read_bytes()
        if not raw.startswith(MAGIC):
            raise ValueError(f"{path} is no model of Jiedui")
        (size,) = struct.unpack_from("<I", raw, len(MAGIC))
        start = len(MAGIC) + 4
        self.about: dict[str, object] = json.loads(raw[start : start + size])
        heads, rows, weights = self.about["heads"], int(str(self.about["rows"])), int(str(self.about["weights"]))
        self.heads = tuple(Head(*head) for head in heads)
        self._numbers = {head.name: number for number, head in enumerate(self.heads)}
        start += size
        keys = _read("I", raw, start, rows)
        self._ends = _read("I", raw, start + 4 * rows, rows)
        self._heads = _read("B", raw, start + 8 * rows, weights)
        self._weights = _read("b", raw, start + 8 * rows + weights, weights)
        self._keys = keys  # in ascending order: looked up by halving, which costs the start nothing

    @cached_property
    def _rows(self) -> dict[int, int]:
        """Key → row: made when it is first worth it, and used from then on."""
        return {key: row for row, key in enumerate(self._keys)}

    def known(self, features: Sequence[Feature]) -> list[Known]:
        """Those features that the model has learnt about."""
        if len(features) > _MANY or len(self._keys) < _FEW or "_rows" in vars(self):
            rows = self._rows
            return [(rows[key], start, end) for key, start, end in features if key in rows]
        keys = self._keys
        last = len(keys)
        found: list[Known] = []
        for key, start, end in features:
            row = bisect_left(keys, key)
            if row < last and keys[row] == key:
                found.append((row, start, end))
        return found

    def scores(self, found: Sequence[Known]) -> dict[str, float]:
        """The score of every head: above zero means rather yes."""
        totals = [0] * len(self.heads)
        ends, heads, weights = self._ends, self._heads, self._weights
        for row, _, _ in found:
            for place in range(ends[row - 1] if row else 0, ends[row]):
                totals[heads[place]] += weights[place]
        norm = 1.0 / math.sqrt(len(found)) if found else 0.0
        return {head.name: total * head.scale * norm + head.bias for head, total in zip(self.heads, totals, strict=True)}

    def because(self, names: Sequence[str], found: Sequence[Known]) -> dict[str, tuple[int, int]]:
        """For each head the stretch of text that spoke most for it: the best-weighted run of characters."""
        if not names:
            return {}
        quoted = self._quoted(names, found[:_QUOTED])
        if len(found) > _QUOTED and not all(end for _, end in quoted.values()):
            quoted = self._quoted(names, found)
        return quoted

    def _quoted(self, names: Sequence[str], found: Sequence[Known]) -> dict[str, tuple[int, int]]:
        last = max((end for _, _, end in found), default=0)
        worths = {self._numbers[name]: [0.0] * last for name in names}
        ends, heads, weights = self._ends, self._heads, self._weights
        for row, start, end in found:
            if end > start:
                for place in range(ends[row - 1] if row else 0, ends[row]):
                    worth = worths.get(heads[place])
                    if worth is not None:
                        share = weights[place] / (end - start)
                        for spot in range(start, end):
                            worth[spot] += share
        return {name: _best_run(worths[self._numbers[name]]) for name in names}


def _read(kind: str, raw: bytes, start: int, count: int) -> array[int]:
    values = array(kind)
    values.frombytes(raw[start : start + count * values.itemsize])
    return values


def _best_run(worth: Sequence[float]) -> tuple[int, int]:
    """The run of neighbouring places that speak clearly, with the greatest sum; ``(0, 0)`` when none does."""
    floor = _CLEAR * max(worth, default=0.0)
    best, best_run = 0.0, (0, 0)
    total, start, last = 0.0, 0, -2
    for place, said in enumerate(worth):
        if not said:
            continue
        if total <= 0 or place > last + 2:
            total, start = 0.0, place
        total += said - floor
        last = place
        if total > best:
            best, best_run = total, (start, place + 1)
    return best_run
