"""Rankings for the tests: what is recommended where, and why."""

from __future__ import annotations

from knowledge.base import KnowledgeBase
from knowledge.loading import load
from knowledge.matching import Circumstances, Pairing, Wish, recommend

YEAR = 2026
NOW = Circumstances(YEAR)
KEY = {"wuxi", "chengkou", "pengshui", "youyang"}
BASE = load()


def counties(wish: Wish, around: Circumstances = NOW, base: KnowledgeBase = BASE) -> list[str]:
    """The counties recommended, best first."""
    return [pairing.county.id for pairing in recommend(base, wish, around).pairings]


def pairing(county: str, wish: Wish, around: Circumstances = NOW, base: KnowledgeBase = BASE) -> Pairing:
    """What is recommended in this county."""
    return next(one for one in recommend(base, wish, around).pairings if one.county.id == county)


def reasons(found: Pairing) -> dict[str, str]:
    """Its reasons by id, each with what it speaks of."""
    return {reason.id: reason.of for reason in found.reasons}


def unknowns(found: Pairing) -> dict[str, str]:
    """What is not known about it."""
    return {reason.id: reason.of for reason in found.unknowns}
