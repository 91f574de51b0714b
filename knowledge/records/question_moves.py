"""The life of a question as two tables: which move leads where and who may make it; when whose turn is called to mind."""

from __future__ import annotations

from knowledge.clock import DAY
from knowledge.records.moves import OFFICE, Move, Pace

ASKER = frozenset({"asker"})
OVER = frozenset({"answered", "closed", "withdrawn"})
"""States in which it is nobody's turn."""
STATES = ("open", *sorted(OVER))

MOVES = {
    move.id: move
    for move in (
        Move("take", ("open",), None, OFFICE, turn=""),
        Move("answer", ("open", "answered"), "answered", OFFICE, turn="nobody", words=True),
        Move("inquire", ("open", "answered"), "open", OFFICE, turn="asker", words=True),
        Move("hand", ("open",), None, OFFICE, turn="office"),
        Move("close", ("open",), "closed", OFFICE, turn="nobody", words=True),
        Move("follow", ("open", "answered", "closed"), "open", ASKER, turn="office", words=True),
        Move("retract", ("open",), "withdrawn", ASKER, turn="nobody", confirm=True),
    )
}
"""``turn`` empty: it stays whose it is. Who takes, answers or inquires takes care of the question from then on."""
TAKING = frozenset({"take", "answer", "inquire"})

PACE = Pace(7 * DAY, (2 * DAY, 7 * DAY))
"""The clock of a turn: the first reminder to whoever's turn it is, the second also to who stands behind them."""


def allowed(state: str, role: str) -> list[Move]:
    """The moves that ``role`` may make, in the order of the table."""
    return [move for move in MOVES.values() if state in move.before and role in move.roles]
