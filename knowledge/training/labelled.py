"""The labelled sets of ``evaluation`` that the models are taught on; the others tell how well they read what they never saw."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EVALUATION = Path(__file__).parents[2] / "evaluation"
TAUGHT = (
    *("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
    *("thirteenth", "fourteenth", "fifteenth"),
)


def files() -> list[Path]:
    """The sets that are taught, each by its file."""
    return [EVALUATION / name / "understanding.jsonl" for name in TAUGHT]


def rows() -> Iterator[dict[str, Any]]:
    """Their lines."""
    for path in files():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
