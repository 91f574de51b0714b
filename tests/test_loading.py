"""The knowledge base: it holds what it should, and every fault of an edit is told with file, line and key."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import Struct

from knowledge.base import PLAN, KnowledgeBase, Source
from knowledge.faults import Fault, FaultyBase
from knowledge.loading import load

TODAY = dt.date(2026, 12, 1)
WUXI = "counties/wuxi.yaml"


# -- what it holds -----------------------------------------------------------------------------------------------------


def test_it_holds_every_county_every_need_and_every_precedent(base: KnowledgeBase) -> None:
    assert len(base.counties) == len({county.code for county in base.counties.values()}) == 38
    assert len(base.needs) == 251
    assert len(base.cases) == len({case.id for case in base.cases}) == 52
    assert len(base.fields) == 14
    assert len(base.kinds) == 7
    assert list(base.tasks) == ["pairing", "brand-development", "brand-construction", "brand-governance", "village-trip"]
    assert len(base.plan.safeguards) == 5
    assert len(base.partners) == 14


def test_it_has_no_fault_today() -> None:
    load(today=TODAY)


def test_the_four_national_key_counties_and_the_urban_district(base: KnowledgeBase) -> None:
    tiers = {county.id: county.tier for county in base.counties.values()}
    assert {name for name, tier in tiers.items() if tier == "national_key"} == {"wuxi", "chengkou", "pengshui", "youyang"}
    assert {name for name, tier in tiers.items() if tier == "municipal_key"} == set()
    assert [county.id for county in base.counties.values() if not county.agricultural] == ["yuzhong"]
    assert base.counties["yuzhong"].needs == ()


def raw_needs() -> Iterator[tuple[str, Any]]:
    """Every need as it stands in the files, read without the product's own reader."""
    for file in (PLAN / "counties").glob("*.yaml"):
        for need in yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader).get("needs", []):
            yield file.stem, need


def test_the_facts_agree_with_a_recount_of_the_files(base: KnowledgeBase) -> None:
    raw = list(raw_needs())
    assert Counter(need["basis"] for _, need in raw) == {"gap": 42, "past_gap": 24, "opportunity": 185}
    assert Counter(need["scope"] for _, need in raw) == {"county": 235, "municipality": 16}
    assert Counter(need["evidence"]["source"]["grade"] for _, need in raw) == {"A": 92, "B": 55, "C": 104}
    for county, need in raw:
        loaded = base.needs[need["id"]]
        assert (loaded.county, loaded.field, loaded.basis, loaded.scope) == (
            county,
            need["field"],
            need["basis"],
            need["scope"],
        )
        assert loaded.text.zh == need["text"]["zh"]
        assert loaded.evidence.fact.en == need["evidence"]["fact"]["en"]
        assert loaded.evidence.source.url == need["evidence"]["source"].get("url")


def test_no_need_is_without_evidence_and_none_is_confirmed_yet(base: KnowledgeBase) -> None:
    for need in base.needs.values():
        assert need.evidence.fact.zh
        assert need.evidence.source.title
        assert 2000 <= need.evidence.year <= TODAY.year
        assert need.confirmed is None


def test_ids_tell_county_and_field(base: KnowledgeBase) -> None:
    for need in base.needs.values():
        assert re.fullmatch(rf"{need.county}-{need.field}-\d+", need.id)


REMEMBERED = ("zhongxian", "yunyang", "wushan", "wuxi", "shizhu", "youyang")
"""Six populations come without a source of their own and may be shown only as rounded figures."""


@pytest.mark.parametrize("county", REMEMBERED)
def test_a_population_without_a_source_is_kept_rounded(base: KnowledgeBase, county: str) -> None:
    population = base.counties[county].population
    assert population.approximate
    assert population.value % 10_000 == 0
    assert population.source is None
    written = (PLAN / "counties" / f"{county}.yaml").read_text("utf-8")
    numbers = map(int, re.findall(r"(?<![\d/.-])\d{6,7}(?![\d/.-])", written))
    assert [number for number in numbers if abs(number - population.value) < 10_000] == [population.value]


def test_the_other_populations_are_exact_and_have_a_source(base: KnowledgeBase) -> None:
    for county in base.counties.values():
        assert county.population.approximate == (county.id in REMEMBERED)
        assert (county.population.source is None) == county.population.approximate


ADDRESS = re.compile(r"https?:|www\.|\b[\w-]+\.(?:com|cn|org|net|gov|xyz)\b", re.IGNORECASE)


def test_an_address_stands_nowhere_but_in_the_url_of_a_source() -> None:
    for file in PLAN.rglob("*.yaml"):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if not re.match(r"\s+url: https?://\S+$", line) and not line.lstrip().startswith("#"):
                assert not ADDRESS.search(line), f"{file.name}:{number}"


def every_source(entry: object) -> Iterator[Source]:
    """Every source anywhere in the base."""
    if isinstance(entry, Source):
        yield entry
    if isinstance(entry, Struct):
        for name in entry.__struct_fields__:
            yield from every_source(getattr(entry, name))
    elif isinstance(entry, dict):
        for value in entry.values():
            yield from every_source(value)
    elif isinstance(entry, tuple):
        for value in entry:
            yield from every_source(value)


def test_a_source_of_grade_c_has_no_address(base: KnowledgeBase) -> None:
    sources = list(every_source(base))
    assert len(sources) > 400
    assert [source for source in sources if source.grade == "C" and source.url] == []


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A small copy of the base, to be spoilt: four counties and the first two precedents."""
    (tmp_path / "counties").mkdir()
    for name in ("wuxi", "chengkou", "pengshui", "yuzhong"):
        shutil.copy(PLAN / "counties" / f"{name}.yaml", tmp_path / "counties")
    for name in ("fields.yaml", "organisations.yaml", "tasks.yaml", "turns.yaml", "alike.yaml", "topics.yaml"):
        shutil.copy(PLAN / name, tmp_path)
    cases = (PLAN / "cases.yaml").read_text("utf-8")
    (tmp_path / "cases.yaml").write_text("- id: ".join(cases.split("- id: ")[:3]), "utf-8")
    lexicon = yaml.safe_load((PLAN / "lexicon.yaml").read_text("utf-8"))
    lexicon["landmarks"] = {"wuxi": lexicon["landmarks"]["wuxi"]}
    lexicon["slips"] = {"wuxi": lexicon["slips"]["wuxi"]}
    (tmp_path / "lexicon.yaml").write_text(yaml.safe_dump(lexicon, allow_unicode=True, width=1000), "utf-8")
    return tmp_path


def faults(plan: Path) -> list[Fault]:
    """The faults of the base in this folder."""
    try:
        load(plan, today=TODAY)
    except FaultyBase as error:
        return list(error.faults)
    return []


def spoil(plan: Path, file: str, before: str, after: str) -> int:
    """Make one edit; returns the number of the line where it begins."""
    text = (plan / file).read_text("utf-8")
    place = text.index(before)
    (plan / file).write_text(text[:place] + after + text[place + len(before) :], "utf-8")
    return text[:place].count("\n") + 1


def test_the_copy_to_be_spoilt_has_no_fault(plan: Path) -> None:
    assert faults(plan) == []


Edit = tuple[str, str, str, str, str]
"""File, what is replaced (once), by what, the key that is told, words of the message."""

EDITS: dict[str, Edit] = {
    "bad YAML": (WUXI, "tier: national_key", "tier: [national_key", "", "not valid YAML"),
    "a tab as indentation": (WUXI, "  zh: 巫溪县", "\tzh: 巫溪县", "", "not valid YAML"),
    "a key written twice": (WUXI, "tier: national_key", "tier: national_key\ntier: urban", "", "key written twice: tier"),
    "a key written twice inside": (WUXI, "  zh: 巫溪县", "  zh: 巫溪县\n  zh: 巫溪", "", "key written twice: zh"),
    "an unknown key": (WUXI, "tier: national_key", "tier: national_key\nteir: urban", "teir", "not known here"),
    "an unknown key in a need": (WUXI, "  scope: county", "  scope: county\n  colour: red", "needs.0.colour", "not known here"),
    "a missing key": (WUXI, "region:\n  zh: 渝东北三峡库区城镇群\n", "region:\n", "region.zh", "missing"),
    "a need without evidence": (WUXI, "  evidence:\n", "  evidance:\n", "needs.0.evidence", "missing"),
    "a misspelt tier": (
        WUXI,
        "tier: national_key",
        "tier: national-key",
        "tier",
        "must be one of: municipal_key, national_key, other_rural, urban",
    ),
    "a misspelt basis": (WUXI, "  basis: ", "  basis: sure-", "needs.0.basis", "must be one of: gap, opportunity, past_gap"),
    "a misspelt scope": (WUXI, "  scope: county", "  scope: village", "needs.0.scope", "must be one of: county, municipality"),
    "a code of another province": (WUXI, "code: '500238'", "code: '370900'", "code", "not written as it must be"),
    "a Chinese id": (WUXI, "- id: wuxi-", "- id: 巫溪-", "needs.0.id", "not written as it must be"),
    "another county's id": (WUXI, "id: wuxi\n", "id: wushan\n", "id", "must be the file's name: wuxi"),
    "an unknown field": (WUXI, "  field: industry", "  field: farming", "needs.0.field", "unknown field: farming"),
    "an id twice in one file": (WUXI, "- id: wuxi-industry-2", "- id: wuxi-industry-1", "needs.1.id", "id used twice"),
    "an id twice in two files": (
        WUXI,
        "- id: wuxi-industry-2",
        "- id: chengkou-industry-1",
        "needs.1.id",
        "counties/chengkou.yaml",
    ),
    "English left in Chinese": (WUXI, "  en: Wuxi County", "  en: 巫溪县", "name.en", "no Chinese characters"),
    "English left out": (WUXI, "  en: Wuxi County", "  en: ''", "name.en", "at least 1 character"),
    "a text too long for a message": (WUXI, "  zh: 巫溪县", f"  zh: {'长' * 1501}", "name.zh", "at most 1500 characters"),
    "a confirmation in the future": (
        WUXI,
        "  scope: county",
        "  scope: county\n  confirmed: 2026-12-02",
        "needs.0.confirmed",
        "lies in the future",
    ),
    "a confirmation that is no date": (
        WUXI,
        "  scope: county",
        "  scope: county\n  confirmed: soon",
        "needs.0.confirmed",
        "must be a date, like 2026-12-31",
    ),
    "a confirmation on a day that does not exist": (
        WUXI,
        "  scope: county",
        "  scope: county\n  confirmed: 2026-02-30",
        "",
        "no such number or date: day is out of range",
    ),
    "a number that is none": (WUXI, "    year: 20", "    year: !!int twenty # 20", "", "no such number or date"),
    "two counties with one code": (WUXI, "code: '500238'", "code: '500229'", "code", "like the code of chengkou"),
    "two counties with one partner": (WUXI, "    zh: 泰安", "    zh: 临沂", "partner.city.zh", "is the partner of chengkou"),
    "a number where a text stands": (WUXI, "  zh: 巫溪县", "  zh: 2026", "name.zh", "put it between quotes"),
    "a text where a list stands": (
        "organisations.yaml",
        "  tasks: [pairing",
        "  tasks: pairing # [",
        "kinds.0.tasks",
        "must be a list",
    ),
    "a text of spaces": (WUXI, "  zh: 巫溪县", "  zh: '　 '", "name.zh", "at least 1 character"),
    "an address that is none": (WUXI, "url: http", "url: javascript:http", "tier_source.url", "not written as it must be"),
    "two fields that buttons cannot tell apart": (
        "fields.yaml",
        "- id: employment",
        "- id: industries",
        "fields.1.id",
        "the same two letters as industry",
    ),
    "two kinds that buttons cannot tell apart": (
        "organisations.yaml",
        "- id: association",
        "- id: nationwide",
        "kinds.1.id",
        "the same two letters as national",
    ),
    "evidence of next year": (WUXI, "    year: 20", "    year: 2027 # 20", "needs.0.evidence.year", "lies in the future"),
    "evidence of no year": (WUXI, "    year: 20", "    year: about 20", "needs.0.evidence.year", "must be a whole number"),
    "an unknown neighbour": ("fields.yaml", "near: [consumption", "near: [shopping", "fields.0.near.0", "unknown id: shopping"),
    "a field twice": ("fields.yaml", "- id: employment", "- id: industry", "fields.1.id", "id used twice: industry"),
    "a kind twice": ("organisations.yaml", "- id: association", "- id: national", "kinds.1.id", "id used twice: national"),
    "an unknown task": (
        "organisations.yaml",
        "tasks: [pairing, ",
        "tasks: [parking, ",
        "kinds.0.tasks.0",
        "unknown id: parking",
    ),
    "a kind's unknown field": (
        "organisations.yaml",
        "fields: [industry",
        "fields: [art",
        "kinds.0.fields.0",
        "unknown id: art",
    ),
    "a task's unknown field": ("tasks.yaml", "  fields: [industry", "  fields: [art", "tasks.0.fields.0", "unknown id: art"),
    "a task's unknown kind": ("tasks.yaml", "  kinds: [national", "  kinds: [clubs", "tasks.0.kinds.0", "unknown id: clubs"),
    "a task twice": ("tasks.yaml", "- id: brand-development", "- id: pairing", "tasks.1.id", "id used twice: pairing"),
    "no village trip": ("tasks.yaml", "- id: village-trip", "- id: village-tour", "tasks", "village-trip is missing"),
    "a trip to nowhere": (
        "tasks.yaml",
        "  # Once announced:",
        "  trip: {year: 2026, region: [atlantis], source: {title: x, grade: C}} #",
        "tasks.4.trip.region.0",
        "unknown id: atlantis",
    ),
    "a trip about nothing": (
        "tasks.yaml",
        "  # Once announced:",
        "  trip: {year: 2026, theme: [fun], source: {title: x, grade: C}} #",
        "tasks.4.trip.theme.0",
        "unknown id: fun",
    ),
    "a precedent's unknown field": ("cases.yaml", "  - digital", "  - numbers", "cases.0.fields.1", "unknown id: numbers"),
    "a precedent's unknown kind": ("cases.yaml", "  - association", "  - club", "cases.0.kinds.0", "unknown id: club"),
    "a precedent's unknown county": (
        "cases.yaml",
        "counties: []",
        "counties: [lhasa]",
        "cases.0.counties.0",
        "unknown id: lhasa",
    ),
    "a precedent twice": ("cases.yaml", "- id: beijing-02", "- id: beijing-01", "cases.1.id", "id used twice: beijing-01"),
    "words of an unknown field": ("lexicon.yaml", "  capacity:", "  power:", "fields.power", "unknown id: power"),
    "words of an unknown kind": ("lexicon.yaml", "  academic:", "  scholars:", "kinds.scholars", "unknown id: scholars"),
    "landmarks of an unknown county": (
        "lexicon.yaml",
        "landmarks:\n  wuxi:",
        "landmarks:\n  atlantis:",
        "landmarks.atlantis",
        "unknown id",
    ),
    "a rule without its county": (
        "lexicon.yaml",
        "(与其/比起/相比) ~4 <⌂>",
        "(与其/比起/相比) ~4 ⌂",
        "roles.refused.1",
        "is missing",
    ),
    "slips of an unknown county": ("lexicon.yaml", "slips:\n  wuxi:", "slips:\n  atlantis:", "slips.atlantis", "unknown id"),
    "a word under two fields": (
        "lexicon.yaml",
        "zh: 文化建设,",
        "zh: 养老,",
        "fields.elderly",
        "'养老' stands under culture, elderly",
    ),
    "a word in two groups of what is alike": (
        "alike.yaml",
        "zh: [改厕, ",
        "zh: [脐橙, ",
        "toilets.zh.0",
        "'脐橙' stands under citrus, toilets",
    ),
    "a word too short to mean one thing": ("alike.yaml", "zh: [改厕, ", "zh: [厕, ", "toilets.zh.0", "at least 2"),
    "an address that may not be shown": (WUXI, "    grade: A", "    grade: C", "partner.source.url", "cited by title only"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_fault_is_told_with_file_line_and_key(plan: Path, name: str) -> None:
    file, before, after, key, words = EDITS[name]
    first = spoil(plan, file, before, after)
    found = faults(plan)
    (told,) = [fault for fault in found if words in fault.message]
    assert (told.file, told.key) == (str(plan / file), key)
    assert str(told).startswith(f"{plan / file}:{told.line}: {key}")
    last = first + before.count("\n") + after.count("\n")
    if "missing" not in words and "stands under" not in words:
        assert first - 1 <= told.line <= last + 1


def test_a_missing_key_is_told_at_the_entry_that_lacks_it_and_a_collision_at_the_later_word(plan: Path) -> None:
    lines = (plan / "lexicon.yaml").read_text("utf-8").splitlines()
    spoil(plan, "lexicon.yaml", "zh: 文化建设,", "zh: 养老,")
    (told,) = faults(plan)
    assert lines[told.line - 1] == "  elderly:"
    spoil(plan, WUXI, "  evidence:\n", "  evidance:\n")
    lines = (plan / WUXI).read_text("utf-8").splitlines()
    assert {lines[fault.line - 1] for fault in faults(plan) if fault.file.endswith(WUXI)} == {
        "- id: wuxi-industry-1",
        "  evidance:",
    }


@pytest.mark.parametrize(
    "file",
    [
        "tasks.yaml",
        "fields.yaml",
        "organisations.yaml",
        "cases.yaml",
        "lexicon.yaml",
        "turns.yaml",
        "alike.yaml",
        "topics.yaml",
    ],
)
def test_a_missing_file_is_told(plan: Path, file: str) -> None:
    (plan / file).unlink()
    assert faults(plan) == [Fault(str(plan / file), 1, "", "this file is missing")]


def test_a_file_that_cannot_be_read_is_told(plan: Path) -> None:
    (plan / WUXI).unlink()
    (plan / WUXI).mkdir()
    (plan / "tasks.yaml").unlink()
    (plan / "tasks.yaml").symlink_to("tasks.yaml")
    assert {Path(fault.file).name: fault.message for fault in faults(plan)} == {
        "wuxi.yaml": "cannot be read: Is a directory",
        "tasks.yaml": "cannot be read: Too many levels of symbolic links",
    }


def test_a_file_that_is_not_utf_8_is_told(plan: Path) -> None:
    (plan / WUXI).write_bytes("id: wuxi\nname: 巫溪".encode("gb18030"))
    assert [(fault.line, fault.message) for fault in faults(plan)] == [(2, "not UTF-8 at byte 15")]


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n", "null\n", "\x00\x01", "&a [*a]\n", "? {a: b}\n: c\n"])
def test_a_file_of_another_shape_is_told(plan: Path, text: str) -> None:
    (plan / WUXI).write_text(text, "utf-8")
    (plan / "fields.yaml").write_text(text, "utf-8")
    assert {Path(fault.file).name for fault in faults(plan)} == {"wuxi.yaml", "fields.yaml"}


def test_no_counties_are_a_fault(plan: Path) -> None:
    shutil.rmtree(plan / "counties")
    assert [(fault.file, fault.message) for fault in faults(plan)] == [(str(plan / "counties"), "no county files here")]


def test_all_faults_are_told_at_once_in_the_order_of_the_files(plan: Path) -> None:
    spoil(plan, WUXI, "tier: national_key", "tier: nation")
    spoil(plan, "counties/chengkou.yaml", "agricultural: true", "agricultural: perhaps")
    spoil(plan, "fields.yaml", "near: [consumption", "nearby: [consumption")
    assert [fault.key for fault in faults(plan)] == ["agricultural", "tier", "fields.0.nearby"]
