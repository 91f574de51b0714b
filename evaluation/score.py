"""Score reading on the labelled sets: ``python -m evaluation.score [--part NAME | --sealed] [--errors TAG] [--write]``.

``dev`` and ``second`` to ``fifteenth`` (as many hands) may be read and learnt from; ``check`` is the other half of the second,
by the same hand; ``sealed`` was written by people who never tune, and nobody who tunes reads its lines. The models are taught
on ``third`` to ``fifteenth`` (:mod:`knowledge.training.labelled`).

Prints each measure with its 95 % range, compares with ``figures.json`` (as of the last commit), and breaks down by tag.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from knowledge import loading
from knowledge.base import KnowledgeBase
from knowledge.understanding import Reader, as_json

FOLDER = Path(__file__).parent
FIGURES = FOLDER / "figures.json"
PARTS = (
    *("dev", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
    *("thirteenth", "fourteenth", "fifteenth", "check", "sealed"),
)
FIELDS = (
    "industry employment consumption education health elderly habitat facilities digital left_behind mediation civility"
    " culture capacity"
).split()
_SHORT = {"fields": "exact set of fields", "intent": "intent", "whole": "whole sentence"}
Row = dict[str, Any]
Z = 1.96
YEAR = 2023
"""The year in which the scenarios are ranked: freshness of the evidence must not change the figures with the calendar."""


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % range of a share."""
    if not total:
        return 0.0, 1.0
    share = hits / total
    centre = (share + Z * Z / (2 * total)) / (1 + Z * Z / total)
    half = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total)) / (1 + Z * Z / total)
    return max(0.0, centre - half), min(1.0, centre + half)


def rows(path: Path) -> list[Row]:
    """The labelled lines of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _counts(gold: Iterable[Row], said: Iterable[Row]) -> dict[str, list[int]]:
    """Hits and total of each measure that is a share."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def count(name: str, hit: object) -> None:
        counts[name][0] += bool(hit)
        counts[name][1] += 1

    for want, got in zip(gold, said, strict=True):
        wanted, fields = set(want["fields"]), set(got["fields"])
        loose = set(want.get("fields_optional", ()))
        exact = wanted - fields == set() and fields - wanted <= loose
        if wanted:
            count("exact set of fields", exact)
        else:
            count("false field where there is none", fields - loose)
        count_county(count, want, got)
        origin_ok = got["origin"] in {want["origin"], *want.get("origin_ok", ())}
        kind_ok = got["org_kind"] in {want["org_kind"], *want.get("org_kind_ok", ())}
        if want["origin"] or got["origin"]:
            count("origin, where said or found", origin_ok)
        if want["org_kind"] or got["org_kind"]:
            count("kind, where said or found", kind_ok)
        count("origin", origin_ok)
        count("kind", kind_ok)
        intent_ok = got["intent"] in {want["intent"], *want.get("intent_ok", ())}
        count("intent", intent_ok)
        count("resources exact", _within(want["resources"], want.get("resources_optional", ()), got["resources"]))
        count("whole sentence", exact and origin_ok and kind_ok and intent_ok and _counties_ok(want, got))
    return counts


def _within(wanted: Iterable[str], loose: Iterable[str], got: Iterable[str]) -> bool:
    return set(wanted) <= set(got) and set(got) - set(wanted) <= set(loose)


def _counties_ok(want: Row, got: Row) -> bool:
    return _within(want["county"], want.get("county_optional", ()), got["county"])


def count_county(count: Callable[[str, object], None], want: Row, got: Row) -> None:
    """The measures about counties of one line. Those of which both readings are fair speak neither for nor against it."""
    loose = set(want.get("county_optional", ()))
    if want["county"]:
        first = next((one for one in got["county"] if one in want["county"] or one not in loose), "")
        count("first county right", first == want["county"][0])
        count("all counties right", _counties_ok(want, got))
    else:
        count("county where none was named", set(got["county"]) - loose)
    if want.get("county_neg"):
        count("refused or look-alike county returned", set(got["county"]) & set(want["county_neg"]))
    if want.get("fields_neg"):
        count("refused field returned", set(got["fields"]) & set(want["fields_neg"]))


def macro_f1(gold: list[Row], said: list[Row]) -> dict[str, float]:
    """F1 of each field; optional fields count neither way."""
    result: dict[str, float] = {}
    for field in FIELDS:
        right = wrong = missed = 0
        for want, got in zip(gold, said, strict=True):
            if field in want["fields"]:
                right += field in got["fields"]
                missed += field not in got["fields"]
            elif field not in want.get("fields_optional", ()):
                wrong += field in got["fields"]
        result[field] = 2 * right / max(1, 2 * right + wrong + missed)
    return result


def by_intent(gold: list[Row], said: list[Row]) -> dict[str, float]:
    """Share right of each intent, an accepted second answer counting as right."""
    shares: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for want, got in zip(gold, said, strict=True):
        shares[want["intent"]][0] += got["intent"] in {want["intent"], *want.get("intent_ok", ())}
        shares[want["intent"]][1] += 1
    return {name: hits / total for name, (hits, total) in sorted(shares.items())}


def read_all(reader: Reader, gold: list[Row]) -> tuple[list[Row], list[float]]:
    """What the reader says of each line, and the milliseconds of processor time it took."""
    said: list[Row] = []
    times: list[float] = []
    for row in gold:
        start = time.process_time()
        understood = reader.read(row["text"])
        times.append((time.process_time() - start) * 1000)
        said.append(as_json(understood))
    return said, times


def figures(gold: list[Row], said: list[Row], times: list[float]) -> dict[str, float]:
    """Every measure by name."""
    result = {"field macro-F1": statistics.mean(macro_f1(gold, said).values())}
    result |= {name: hits / total for name, (hits, total) in _counts(gold, said).items()}
    result["mean over intents"] = statistics.mean(by_intent(gold, said).values())
    result["ms median"] = statistics.median(times)
    result["ms p95"] = sorted(times)[int(len(times) * 0.95)]
    return result


def show(gold: list[Row], said: list[Row], times: list[float], before: dict[str, float]) -> dict[str, float]:
    """Print the tables; return the figures."""
    now, counts = figures(gold, said, times), _counts(gold, said)
    print(f"{len(gold)} utterances")
    for name, value in now.items():
        unit = "" if name.startswith("ms") else " %"
        shown = f"{value:8.2f}  " if not unit else f"{value * 100:8.1f} %"
        spread = "{:5.1f}-{:5.1f}".format(*(bound * 100 for bound in wilson(*counts[name]))) if name in counts else " " * 11
        change = f"{(value - before[name]) * (100 if unit else 1):+6.1f}" if name in before else ""
        print(f"  {name:42}{shown} {spread} {f'n={counts[name][1]}' if name in counts else '':7}{change}")
    print("  fields: " + "  ".join(f"{name} {value * 100:.0f}" for name, value in macro_f1(gold, said).items()))
    print("  intents: " + "  ".join(f"{name} {value * 100:.0f}" for name, value in by_intent(gold, said).items()))
    tags = sorted({tag for row in gold for tag in row["tags"]})
    for tag in tags:
        chosen = [index for index, row in enumerate(gold) if tag in row["tags"]]
        part = _counts([gold[i] for i in chosen], [said[i] for i in chosen])
        cells = (f"{short} {_share(part[name])}" for short, name in _SHORT.items())
        print(f"    {tag:14}{len(chosen):4}  " + "   ".join(cells))
    return now


def _share(count: list[int]) -> str:
    return f"{count[0] / count[1] * 100:5.0f} %" if count[1] else "      –"


def faults(gold: list[Row], said: list[Row], tag: str) -> None:
    """Print every line that is not wholly right."""
    for want, got in zip(gold, said, strict=True):
        if tag not in ("all", *want["tags"]):
            continue
        wrong = {
            key: (want[key], got[key])
            for key in ("fields", "county", "origin", "org_kind", "intent")
            if _counts([want | {"tags": []}], [got])["whole sentence"][0] == 0 and want[key] != got[key]
        }
        if wrong:
            print(want["id"], want["text"][:120].replace("\n", "⏎"), wrong)


def show_scenarios(known: KnowledgeBase, wanted: list[Row], *, failures: bool) -> None:
    """Print how often each rule of the ranking held."""
    from evaluation import scenarios

    counts, failed = scenarios.score(known, wanted, YEAR)
    print(f"{len(wanted)} scenarios of ranking")
    for name, (hits, total) in counts.items():
        low, high = wilson(hits, total)
        print(f"  {name:42}{hits / total * 100:8.1f} %  {low * 100:5.1f}-{high * 100:5.1f} n={total}")
    if failures:
        print(*failed, sep="\n")


def main() -> None:
    """Read the arguments, score, and write the figures when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="dev", choices=PARTS, help="the set to score")
    parser.add_argument("--sealed", action="store_const", const="sealed", dest="part", help="the same as --part sealed")
    parser.add_argument("--errors", metavar="TAG", help="print the lines read wrongly (a tag, or all)")
    parser.add_argument("--write", action="store_true", help="keep the figures in figures.json")
    parser.add_argument("--file", type=Path, help="another file of labelled lines")
    options = parser.parse_args()
    part = options.part
    kept = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    path = options.file or FOLDER / part / "understanding.jsonl"
    if not path.exists():
        parser.error(
            f"{path.parent.name} has no {path.name}: the last sealed set has been opened, and the next is not written yet"
        )
    gold = rows(path)
    known = loading.load()
    said, times = read_all(Reader(known), gold)
    if options.errors:
        faults(gold, said, options.errors)
    scenarios = FOLDER / part / "scenarios.jsonl"
    if scenarios.exists() and not options.file:
        show_scenarios(known, rows(scenarios), failures=bool(options.errors))
    kept[part] = show(gold, said, times, kept.get(part, {}))
    if options.write and not options.file:
        FIGURES.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
