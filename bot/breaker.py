"""When a notice is held by itself: what became of its latest copies, one letter each, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.outcomes import Outcome

RECENT = 50
"""How many outcomes are looked back on. Blocked and gone are no fault of the notice and do not count."""
MOST_BAD = RECENT // 5
"""More of these failed or unknown: something is wrong."""
IN_A_ROW = 3
"""So many refusals one after the other that nobody explains."""
LETTERS = {"sent": "s", "failed": "f", "unknown": "u"}
ODD = "o"


def letter(outcome: Outcome) -> str:
    """The outcome as it is remembered; nothing for one that does not count."""
    return ODD if outcome.odd else LETTERS.get(outcome.state, "")


def remember(recent: str, outcomes: Iterable[Outcome]) -> tuple[str, str]:
    """The latest outcomes with these added, and why the notice is to be held: ``refused``, ``failing`` or nothing."""
    for outcome in outcomes:
        recent = (recent + letter(outcome))[-RECENT:]
        if recent.endswith(ODD * IN_A_ROW):
            return recent, "refused"
        if len(recent) - recent.count(LETTERS["sent"]) > MOST_BAD:
            return recent, "failing"
    return recent, ""
