"""A linear classifier over the features of a text, read from one small file; what it decides it can explain."""

from __future__ import annotations

import json
import math
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.reading.features import Feature

MODEL = Path(__file__).with_name("model.bin")
"""Made by ``python -m knowledge.training.train``."""
MAGIC = b"JIEDUI1\n"
_WINDOW = 8


@dataclass(frozen=True, slots=True)
class Head:
    """One question that the model answers (``field:health``, ``intent:cancel`` …) and its constant term."""

    name: str
    bias: float
    scale: float


class Classifier:
    """The model of a file: for each head, weights by feature. Reading it takes a few milliseconds."""

    def __init__(self, path: Path = MODEL) -> None:
        """Raise ValueError when the file is no model."""
        raw = path.read_bytes()
        if not raw.startswith(MAGIC):
            raise ValueError(f"{path} is no model of Jiedui")
        (size,) = struct.unpack_from("<I", raw, len(MAGIC))
        start = len(MAGIC) + 4
        self.about: dict[str, object] = json.loads(raw[start : start + size])
        heads, rows, weights = self.about["heads"], int(str(self.about["rows"])), int(str(self.about["weights"]))
        self.heads = tuple(Head(*head) for head in heads)  # type: ignore[attr-defined]
        self._numbers = {head.name: number for number, head in enumerate(self.heads)}
        start += size
        keys = _read("I", raw, start, rows)
        self._ends = _read("I", raw, start + 4 * rows, rows)
        self._heads = _read("B", raw, start + 8 * rows, weights)
        self._weights = _read("b", raw, start + 8 * rows + weights, weights)
        self._keys = keys  # in ascending order: looked up by halving, which costs the start nothing

    def _row(self, key: int) -> int | None:
        """The row of a feature, if the model knows it."""
        row = bisect_left(self._keys, key)
        return row if row < len(self._keys) and self._keys[row] == key else None

    def scores(self, features: Sequence[Feature]) -> dict[str, float]:
        """The score of every head: above zero means rather yes."""
        totals = [0] * len(self.heads)
        ends, heads, weights = self._ends, self._heads, self._weights
        known = 0
        for feature in features:
            row = self._row(feature.key)
            if row is None:
                continue
            known += 1
            for place in range(ends[row - 1] if row else 0, ends[row]):
                totals[heads[place]] += weights[place]
        norm = 1.0 / math.sqrt(known) if known else 0.0
        return {head.name: total * head.scale * norm + head.bias for head, total in zip(self.heads, totals, strict=True)}

    def because(self, name: str, features: Iterable[Feature]) -> tuple[int, int]:
        """The stretch of text that spoke most for a head: the best-weighted run of at most a few characters."""
        number = self._numbers[name]
        worth: dict[int, float] = {}
        for feature in features:
            row = self._row(feature.key)
            if row is None or feature.end <= feature.start:
                continue
            for place in range(self._ends[row - 1] if row else 0, self._ends[row]):
                if self._heads[place] == number:
                    share = self._weights[place] / (feature.end - feature.start)
                    for spot in range(feature.start, feature.end):
                        worth[spot] = worth.get(spot, 0.0) + share
        return _best_run(worth)


def _read(kind: str, raw: bytes, start: int, count: int) -> array[int]:
    values = array(kind)
    values.frombytes(raw[start : start + count * values.itemsize])
    return values


def _best_run(worth: dict[int, float]) -> tuple[int, int]:
    """The run of neighbouring places with the greatest sum; ``(0, 0)`` when none is above zero."""
    best, best_run = 0.0, (0, 0)
    total, start, last = 0.0, 0, -2
    for place in sorted(worth):
        if total <= 0 or place > last + 2:
            total, start = 0.0, place
        total += worth[place]
        last = place
        if total > best:
            best, best_run = total, (start, place + 1)
    return best_run
