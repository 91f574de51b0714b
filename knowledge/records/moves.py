"""The life of an interest as one table: from which stage which move leads where, who may make it, whose turn it is then.

Pure data and look-ups; the rows are changed in ``interests``.
"""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.clock import DAY

STAGES = ("submitted", "contacted", "negotiating", "signed", "landed", "completed", "declined", "withdrawn")
CLOSED = frozenset({"completed", "declined", "withdrawn"})
OPEN = tuple(stage for stage in STAGES if stage not in CLOSED)
COVERING = ("signed", "landed", "completed")
"""Stages at which a need counts as covered."""

OFFICE = frozenset({"city", "county"})
SIDE = frozenset({"organisation"})


@dataclass(frozen=True, slots=True)
class Move:
    """A move of an interest. ``after`` None keeps the stage. ``words``: a reason or question must come with it."""

    id: str
    before: tuple[str, ...]
    after: str | None
    roles: frozenset[str]
    turn: str
    words: bool = False
    confirm: bool = False


MOVES = {
    move.id: move
    for move in (
        Move("accept", ("submitted",), "contacted", OFFICE, turn="city"),
        Move("ask", OPEN, None, OFFICE, turn="organisation", words=True),
        Move("answer", OPEN, None, SIDE, turn="city", words=True),
        Move("negotiate", ("contacted",), "negotiating", OFFICE, turn="organisation"),
        Move("sign", ("negotiating",), "signed", OFFICE, turn="organisation"),
        Move("land", ("signed",), "landed", OFFICE, turn="organisation"),
        Move("complete", ("landed",), "completed", OFFICE, turn="nobody", confirm=True),
        Move("decline", OPEN, "declined", OFFICE, turn="nobody", words=True),
        Move("withdraw", OPEN, "withdrawn", SIDE, turn="nobody", words=True),
    )
}

NUDGES = {"submitted": (2 * DAY, 7 * DAY)}
"""How long after the start of a turn somebody is reminded, in seconds, by stage."""


def allowed(stage: str, role: str) -> list[Move]:
    """The moves that ``role`` may make at ``stage``, in the order of the table."""
    return [move for move in MOVES.values() if stage in move.before and role in move.roles]
