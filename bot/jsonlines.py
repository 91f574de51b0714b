"""One JSON object a line in, one out, order kept: what other programs and the evaluation talk to.

A line that cannot be read is answered with its id (where it has one) and an error, and is not fatal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import isfinite
from typing import Any

from msgspec.structs import replace

from handlers.wishes import from_understanding
from knowledge.base import KnowledgeBase
from knowledge.matching import Circumstances, recommend
from knowledge.records.coverage import Coverage
from knowledge.understanding import Reader, as_json

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


DIGITS = 300
"""Digits that an integer may have: Python refuses thousands."""


_BREAKS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}
"""What many readers take for the end of a line, though JSON allows it in a string."""


class BadLine(Exception):
    """A line that does not have the form it must have; the message says what is wrong."""


class BadNumber(Exception):
    """A number that JSON does not have, or one with endless digits."""


def _integer(digits: str) -> int:
    if len(digits) > DIGITS or not digits.lstrip("-").isdecimal():
        raise BadNumber(f"no such number: {digits[:DIGITS]}")
    return int(digits)


def _real(digits: str) -> float:
    if not isfinite(number := float(digits)):  # it could not be written as JSON again
        raise BadNumber(f"no such number: {digits[:DIGITS]}")
    return number


def answer_lines(lines: Iterable[bytes], answer: Answer) -> Iterator[str]:
    """Answer each line that is not blank."""
    for line in lines:
        if not line.strip():
            continue
        name: object = None
        try:
            asked = json.loads(line.decode("utf-8-sig"), parse_float=_real, parse_int=_integer, parse_constant=_integer)
            if not isinstance(asked, dict):
                raise BadLine("not a JSON object")
            name = asked.get("id")
            if not isinstance(asked.get("text"), str):
                raise BadLine("`text` must be a string")
            answered = {"id": name, **answer(asked)}
        except UnicodeDecodeError as error:
            answered = {"id": name, "error": f"not UTF-8 at byte {error.start}"}
        except (BadNumber, json.JSONDecodeError, RecursionError) as error:
            answered = {"id": name, "error": f"not JSON: {error}"}
        except BadLine as error:
            answered = {"id": name, "error": str(error)}
        written = json.dumps(answered, ensure_ascii=False).translate(_BREAKS)
        yield written.encode("utf-8", "backslashreplace").decode()


def understanding(base: KnowledgeBase) -> Answer:
    """``{"id", "text"}`` → what is understood, as ids."""
    reader = Reader(base)
    return lambda asked: as_json(reader.read(asked["text"]))


def recommendation(base: KnowledgeBase, year: int) -> Answer:
    """``{"id", "text", "state": {"covered", "trip", "named"}}`` → ranked counties with needs, tasks and reasons.

    ``covered``: counties where every field asked for already has a partner; ``named`` replaces what the text names, unless it
    names no county that is known.
    """
    reader = Reader(base)

    def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
        state = asked.get("state") or {}
        if not isinstance(state, dict):
            raise BadLine("`state` must be an object")
        trip = state.get("trip") or {}
        if not isinstance(trip, dict):
            raise BadLine("`trip` must be an object or null")
        covered = _ids(state, "covered", base)
        wish = from_understanding(reader.read(asked["text"]))
        named = _ids(state, "named", base)
        if named or state.get("named") == []:
            wish = replace(wish, counties=named, refused_counties=tuple(c for c in wish.refused_counties if c not in named))
        around = Circumstances(
            year,
            Coverage(covered_counties=frozenset(covered)),
            _ids(trip, "region", base),
            tuple(map(str, _list(trip, "theme"))),
        )
        found = recommend(base, wish, around)
        return {
            "ranked": [pairing.county.id for pairing in found.pairings],
            "tasks": list(found.tasks),
            "fields": list(found.fields),
            "pairings": [
                {
                    "county": pairing.county.id,
                    "need": pairing.need.id if pairing.need else None,
                    "task": pairing.task,
                    "score": pairing.score,
                    "reasons": [reason.id for reason in pairing.reasons],
                }
                for pairing in found.pairings
            ],
        }

    return answer


def _ids(holder: Mapping[str, Any], key: str, base: KnowledgeBase) -> tuple[str, ...]:
    return tuple(one for one in _list(holder, key) if isinstance(one, str) and one in base.counties)


def _list(holder: Mapping[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadLine(f"`{key}` must be a list")
    return value
