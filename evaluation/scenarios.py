"""Score the ranking on labelled scenarios: read as text and ranked as ``jiedui recommend --json`` would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from bot.jsonlines import recommendation
from knowledge.base import KnowledgeBase

Row = dict[str, Any]


def rules(want: Row, said: Row) -> dict[str, bool]:
    """Whether each rule that a scenario states holds of the answer."""
    ranked: list[str] = said["ranked"]
    place = {county: number for number, county in enumerate(ranked)}
    held: dict[str, bool] = {}
    if want.get("must_top"):
        held["first right"] = bool(ranked) and ranked[0] in want["must_top"]
    if want.get("must_in_top5"):
        held["all five"] = set(want["must_in_top5"]) <= set(ranked[:5])
    if want.get("must_not"):
        held["nothing forbidden"] = not set(want["must_not"]) & set(ranked)
    if want.get("order"):
        held["order"] = all(place.get(a, 999) < place.get(b, 1000) for a, b in want["order"])
    if want.get("must_tasks"):
        held["tasks"] = set(want["must_tasks"]) <= set(said["tasks"])
    if want.get("suggest_fields_any"):
        offered = {*said["fields"], *(one["need"].split("-")[1] for one in said["pairings"] if one["need"])}
        held["fields suggested"] = bool(offered & set(want["suggest_fields_any"]))
    return held


def score(base: KnowledgeBase, rows: Iterable[Row], year: int) -> tuple[dict[str, list[int]], list[str]]:
    """Hits and total of each rule and of all together, and a line for each scenario that failed."""
    answer = recommendation(base, year)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    failed: list[str] = []
    for row in rows:
        held = rules(row, dict(answer({"text": row["org"]["text"], "state": row["state"]})))
        for name, right in (held | {"all rules": all(held.values())}).items():
            counts[name][0] += right
            counts[name][1] += 1
        if not all(held.values()):
            failed.append(f"{row['id']} {row['org']['text']}: {', '.join(name for name, right in held.items() if not right)}")
    return counts, failed
