"""A completed case as a precedent of the knowledge base: only what its parties wrote, in both languages; nothing is added."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, to_builtins

from knowledge.base import Case, KnowledgeBase, Need, Source, Text
from knowledge.checking import fit
from knowledge.text import has_han

WORDS = ("org", "project", "done")
"""What is told in words: in the language of the parties, and by the office in the other one."""
NO_FIGURES = Text(zh="未列数字", en="No figures given")
NOT_STATED = Text(zh="未列", en="Not stated")


class Told(Struct, frozen=True):
    """What is known of a case. ``said`` and ``other`` hold the WORDS by name; ``figures`` the numbers that were given."""

    number: int
    county: str
    need: str | None
    kind: str
    said: Mapping[str, str]
    other: Mapping[str, str]
    figures: Mapping[str, int]
    years: tuple[int, int]
    agreed: str
    """The day on which the organisation agreed, as 2026-06-01."""


def missing(told: Told) -> tuple[str, ...]:
    """Words that are there in one language only."""
    return tuple(name for name in WORDS if not told.other.get(name))


def other_language(said: str) -> str:
    """The language into which words have to be put."""
    return "en" if has_han(said) else "zh"


def case(base: KnowledgeBase, told: Told) -> Case:
    """The precedent. Raises ValueError when something is missing, or when an English text holds Chinese."""
    county = base.counties[told.county]
    need: Need | None = base.needs.get(told.need or "")
    people = told.figures.get("people")
    source = f"{told.said['org']}与{county.name.zh}在结对平台填写（意向{told.number}号），{told.agreed}登记方同意公开"
    found = Case(
        id=f"case-{told.county}-{told.number}",
        org=_both(told, "org"),
        kinds=(told.kind,) if told.kind in base.kinds else (),
        project=_both(told, "project"),
        place=county.name,
        region="chongqing",
        counties=(county.id,),
        fields=(need.field,) if need else (),
        years=years(told.years),
        done=_both(told, "done"),
        figures=figures(told.figures),
        beneficiaries=Text(zh=f"{people:,}人", en=f"{people:,} people") if people else NOT_STATED,
        source=Source(title=source, grade="C"),
    )
    return fit(to_builtins(found), Case)


def _both(told: Told, name: str) -> Text:
    said, other = told.said[name], told.other.get(name, "")
    return Text(zh=said, en=other) if has_han(said) else Text(zh=other, en=said)


def years(first_and_last: tuple[int, int]) -> Text:
    """From the year of signing to the year of completion."""
    first, last = first_and_last
    return Text(zh=f"{first}年", en=str(first)) if first == last else Text(zh=f"{first}—{last}年", en=f"{first}–{last}")


FIGURES = {
    "people": ("帮到{:,}人", "{:,} people helped"),
    "money": ("花费{:,}元", "RMB {:,} spent"),
    "goods": ("物资折合{:,}元", "goods worth RMB {:,}"),
    "volunteers": ("培训志愿者{:,}名", "{:,} volunteers trained"),
}


def figures(numbers: Mapping[str, int]) -> Text:
    """The numbers that were given, in a sentence of either language."""
    given = [(FIGURES[name], numbers[name]) for name in FIGURES if numbers.get(name)]
    if not given:
        return NO_FIGURES
    return Text(zh="，".join(zh.format(n) for (zh, _), n in given), en=", ".join(en.format(n) for (_, en), n in given))


def as_yaml(found: Case) -> str:
    """The precedent as an entry of ``cases.yaml``: it goes to the end of that file as it is."""
    import yaml  # late: few cases become precedents

    return yaml.safe_dump([to_builtins(found)], allow_unicode=True, sort_keys=False, width=160)
