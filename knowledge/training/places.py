"""Make ``knowledge/reading/places.txt`` from ``plan/places.yaml``: ``python -m knowledge.training.places``.

The YAML takes 0.15 s to read; the table takes 2 ms. A test compares the two.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from knowledge.reading.origins import BARE
from knowledge.text import even

SOURCE = Path(__file__).parents[1] / "plan" / "places.yaml"
PLACES = Path(__file__).parents[1] / "reading" / "places.txt"
MUNICIPALITIES = frozenset({"北京", "天津", "上海", "重庆", "香港", "澳门"})


def _even(words: list[str]) -> list[str]:
    plain = (even(word).text.strip().replace("'", "") for word in words)
    return list(dict.fromkeys(word for word in plain if len(word) > 1))


def _in_full(county: dict[str, Any], province: dict[str, Any], city: dict[str, Any]) -> list[str]:
    """浙江永康 → 浙江省永康, 金华永康 → 金华市永康: a name that is never bare."""
    units = {province["zh"]: province["full"], city["zh"]: city["zh"].removesuffix("市") + "市"}
    return [
        full + name.removeprefix(short)
        for name in county.get("also", [])
        for short, full in units.items()
        if name.startswith(short)
    ]


def table() -> str:
    """One line per origin: ``山东/泰安<TAB>泰安<TAB>taian…``, its own name first; a word of two origins stays with one."""
    data = yaml.load(SOURCE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    words: defaultdict[str, list[str]] = defaultdict(list)
    first: dict[str, str] = {}  # Jinan is the city before it is a district of Fuzhou written without its apostrophe

    def add(origin: str, entry: dict[str, Any], *extra: str) -> None:
        english = [entry["en"]] if entry.get("en") else []
        bare = _even(entry.get("bare", []))
        words[origin] += [word for word in _even([entry["zh"], *extra, *entry.get("also", []), *english]) if word not in bare]
        if bare:
            words[origin + BARE] += bare

    for province in data["provinces"]:
        add(province["zh"], province, province["full"], *province.get("short", []))
        for district in province.get("districts", []):
            add(province["zh"], district)
        for city in province.get("cities", []):
            origin = province["zh"] if province["zh"] in MUNICIPALITIES else f"{province['zh']}/{city['zh'].removesuffix('市')}"
            add(origin, city)
            for name in words[origin]:
                first.setdefault(name, origin)
            for county in city.get("counties", []):
                add(origin, county, *_in_full(county, province, city))
    for university in data["universities"]:
        city = university.get("city") or ""
        alone = university["province"] in MUNICIPALITIES or not city
        add(university["province"] if alone else f"{university['province']}/{city}", university)
    owners = dict(first)
    for origin, names in words.items():
        for name in names:
            owners.setdefault(name, origin)
    own = {origin: [name for name in dict.fromkeys(names) if owners[name] == origin] for origin, names in words.items()}
    return "".join("\t".join([origin, *names]) + "\n" for origin, names in own.items())


if __name__ == "__main__":
    PLACES.write_text(table(), encoding="utf-8")
