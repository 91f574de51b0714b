"""Coverage: how far help has come, need by need, from the interests as they stand."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from knowledge.records.store import Store

CROWDED = 3
"""Open interests in one need from which it counts as crowded."""


class Engagement(Struct, frozen=True):
    """What is under way at one need: open interests, and those signed or beyond."""

    open: int = 0
    covered: int = 0


NOTHING = Engagement()


class Coverage(Struct, frozen=True):
    """Engagement by need, and counties known from elsewhere to have a partner in what is asked for."""

    needs: Mapping[str, Engagement] = field(default_factory=dict)
    covered_counties: frozenset[str] = frozenset()

    def at(self, need: str) -> Engagement:
        """What is under way at this need."""
        return self.needs.get(need, NOTHING)


def coverage(store: Store) -> Coverage:
    """The coverage as the records have it now: only needs at which something is under way."""
    rows = store.all("SELECT need, open, covered FROM need_coverage WHERE open > 0 OR covered > 0")
    return Coverage({row["need"]: Engagement(row["open"], row["covered"]) for row in rows})
