"""Partnering: which organisations complement one another, and why.

A pure function over what both say of themselves, with one table of weights; every rule that fired becomes a Reason in the
reader's language. Same input, same order; ties break by id. Names and contacts play no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from knowledge.matching import Reason

WEIGHTS: dict[str, float] = {
    "same_need": 40,
    "brings": 15,
    "lacks": 9,
    "field": 8,
    "kind": 5,
    "group": 3,
    "alike": -10,
}
"""Points by rule. ``brings``: a resource that we lack (each); ``lacks``: one that we have and they lack (each); ``field``: what
they do and we do not (each, two at most); ``kind``: another kind of organisation; ``group``: others have joined them already;
``alike``: they add nothing that we do not have."""
FIELDS = 2
"""Fields of theirs that count."""


class Party(Struct, frozen=True):
    """An organisation with an interest (``id``) that would go together with others; ``size``: how many it already leads."""

    id: int
    county: str
    need: str | None
    kind: str = ""
    fields: tuple[str, ...] = ()
    resources: frozenset[str] = frozenset()
    size: int = 0


class Match(Struct, frozen=True):
    """A possible partner, how well it complements us, and why."""

    party: Party
    score: float
    reasons: tuple[Reason, ...]


def propose(ours: Party, others: Iterable[Party], count: int) -> list[Match]:
    """The parties in our county that complement us best; one that adds nothing is proposed only for the very same need."""
    found = [complement(ours, one) for one in others if one.county == ours.county and one.id != ours.id]
    useful = [match for match in found if match.score > 0]
    return sorted(useful, key=lambda match: (-match.score, match.party.id))[:count]


def complement(ours: Party, theirs: Party) -> Match:
    """How well they complement us."""
    reasons = tuple(_reasons(ours, theirs))
    alike = not any(reason.id in {"brings", "lacks", "field", "kind"} for reason in reasons)
    score = sum(WEIGHTS[reason.id] for reason in reasons) + (WEIGHTS["alike"] if alike else 0)
    return Match(theirs, score, reasons)


def _reasons(ours: Party, theirs: Party) -> Iterator[Reason]:
    if ours.need == theirs.need:
        yield Reason("same_need")
    yield from (Reason("brings", one) for one in sorted(theirs.resources - ours.resources))
    if theirs.resources:  # of somebody who names none it is not known what they lack
        yield from (Reason("lacks", one) for one in sorted(ours.resources - theirs.resources))
    yield from (Reason("field", one) for one in [one for one in theirs.fields if one not in ours.fields][:FIELDS])
    if ours.kind and theirs.kind and ours.kind != theirs.kind:
        yield Reason("kind", theirs.kind)
    if theirs.size:
        yield Reason("group", str(theirs.size))
