"""A notice goes out while the process is killed again and again: nobody gets it twice, and nobody is lost without a word."""

from __future__ import annotations

from pathlib import Path
from random import Random

from bot.delivery import FEWEST
from scripts.kills import kills


async def test_killed_while_sending_everybody_is_accepted_once_and_the_unknown_once_or_not_at_all(tmp_path: Path) -> None:
    """`make kills` does the same a hundred times with 2,000 recipients."""
    tally = await kills(tmp_path, 6, 200, 100, Random(7))
    assert tally.faults() == []
    assert tally.states["sent"] + tally.states["unknown"] == 200
    assert max(map(len, tally.sending)) <= FEWEST
