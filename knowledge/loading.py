"""Reading the knowledge base from its YAML files, and telling every fault with file, line and key.

The quick way (``load``) parses each file once and validates it. Only when something is wrong are the files parsed again with
their positions, so that a fault names the line a person has to mend.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import yaml

from knowledge.base import (
    PLAN,
    AssistanceField,
    Case,
    County,
    Entry,
    Kind,
    KnowledgeBase,
    Need,
    Plan,
    Said,
    Source,
    Topic,
    Turns,
)
from knowledge.checking import Key, Unfit, fit
from knowledge.faults import Fault, FaultyBase
from knowledge.lexicon import Lexicon, collisions
from knowledge.reading import roles

T = TypeVar("T")


class _FieldsFile(Entry, frozen=True):
    fields: tuple[AssistanceField, ...]


class _KindsFile(Entry, frozen=True):
    kinds: tuple[Kind, ...]


class _CasesFile(Entry, frozen=True):
    cases: tuple[Case, ...]


class _TopicsFile(Entry, frozen=True):
    topics: tuple[Topic, ...]


class _Loader(yaml.CSafeLoader):
    """A YAML loader to which a repeated key is a fault: PyYAML alone keeps the last and says nothing."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """A value; PyYAML alone raises a bare ValueError for a day that does not exist."""
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, f"no such number or date: {error}", node.start_mark) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"key written twice: {key.value}", key.start_mark)
                seen.add(key.value)
        return mapping


class _Folder:
    """One reading of a folder: the parsed files, and the faults met so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[Fault] = []
        self._nodes: dict[str, yaml.Node | None] = {}

    def parse(self, name: str, kind: type[T], complete: Callable[[Any], None] | None = None) -> T | None:
        """The file ``name`` as a ``kind``, or None after noting its faults."""
        file = self.path / name
        try:
            data = _Loader(file.read_text("utf-8")).get_single_data()
            if complete is not None and isinstance(data, dict):
                complete(data)
            return fit(data, kind)
        except FileNotFoundError:
            self.faults.append(Fault(str(file), 1, "", "this file is missing"))
        except OSError as error:
            self.faults.append(Fault(str(file), 1, "", f"cannot be read: {error.strerror}"))
        except UnicodeDecodeError as error:
            line = file.read_bytes()[: error.start].count(b"\n") + 1
            self.faults.append(Fault(str(file), line, "", f"not UTF-8 at byte {error.start}"))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.faults.append(Fault(str(file), line, "", f"not valid YAML: {error.problem}"))
        except yaml.YAMLError as error:
            self.faults.append(Fault(str(file), 1, "", f"not valid YAML: {error}"))
        except Unfit as unfit:
            for key, message in unfit.wrong:
                self.fault(name, key, message)
        return None

    def fault(self, name: str, key: Key, message: str) -> None:
        """Note a fault at ``key`` of file ``name``."""
        shown = ".".join(str(part) for part in key)
        self.faults.append(Fault(str(self.path / name), self._line(name, key), shown, message))

    def _line(self, name: str, key: Key) -> int:
        if name not in self._nodes:
            self._nodes[name] = yaml.compose((self.path / name).read_text("utf-8"), Loader=yaml.CSafeLoader)
        node = self._nodes[name]
        line = 1 if node is None else node.start_mark.line + 1
        for part in key:
            if isinstance(node, yaml.MappingNode):
                for name_node, value_node in node.value:
                    if name_node.value == str(part):
                        line, node = name_node.start_mark.line + 1, value_node
                        break
                else:
                    break
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
            else:
                break
        return line


def load(path: Path = PLAN, *, today: dt.date | None = None) -> KnowledgeBase:
    """Read the folder ``path``.

    With ``today``, dates later than that day are faults as well. Raises FaultyBase with every fault found.
    """
    folder = _Folder(path)
    plan = folder.parse("tasks.yaml", Plan)
    fields = folder.parse("fields.yaml", _FieldsFile)
    kinds = folder.parse("organisations.yaml", _KindsFile)
    cases = folder.parse("cases.yaml", _CasesFile)
    lexicon = folder.parse("lexicon.yaml", Lexicon)
    turns = folder.parse("turns.yaml", Turns)
    alike = folder.parse("alike.yaml", dict[str, Said])
    topics = folder.parse("topics.yaml", _TopicsFile)
    counties: dict[str, County] = {}
    files = sorted((path / "counties").glob("*.yaml"))
    if not files:
        folder.faults.append(Fault(str(path / "counties"), 1, "", "no county files here"))
    for file in files:
        name = f"counties/{file.name}"
        if county := folder.parse(name, County, partial(_name_county, file.stem)):
            counties[file.stem] = county
            if county.id != file.stem:
                folder.fault(name, ("id",), f"must be the file's name: {file.stem}")
    if folder.faults or not (plan and fields and kinds and cases and lexicon and turns and topics) or alike is None:
        raise FaultyBase(folder.faults)
    in_order = sorted(counties.values(), key=lambda county: county.code)
    base = KnowledgeBase(
        plan=plan,
        fields={field.id: field for field in fields.fields},
        kinds={kind.id: kind for kind in kinds.kinds},
        counties={county.id: county for county in in_order},
        cases=cases.cases,
        lexicon=lexicon,
        turns=turns,
        alike=alike,
        topics={topic.id: topic for topic in topics.topics},
    )
    repeated = _repeated("topics.yaml", "topics", [topic.id for topic in topics.topics])
    for name, key, message in (*_broken_rules(base, fields, kinds, today), *repeated):
        folder.fault(name, key, message)
    if folder.faults:
        raise FaultyBase(folder.faults)
    return base


def _name_county(county: str, data: dict[str, Any]) -> None:
    """Give each need the id of its county, so that a need can be handed on alone."""
    needs = data.get("needs")
    for need in needs if isinstance(needs, list) else ():
        if isinstance(need, dict):
            need["county"] = county


Broken = tuple[str, Key, str]


def _broken_rules(base: KnowledgeBase, fields: _FieldsFile, kinds: _KindsFile, today: dt.date | None) -> Iterator[Broken]:
    """Every rule that spans entries: ids unique and known, translations real, dates past."""
    yield from _repeated("fields.yaml", "fields", [f.id for f in fields.fields])
    yield from _repeated("organisations.yaml", "kinds", [k.id for k in kinds.kinds])
    yield from _repeated("tasks.yaml", "tasks", [t.id for t in base.plan.tasks])
    yield from _repeated("cases.yaml", "cases", [c.id for c in base.cases])
    yield from _alike("fields.yaml", "fields", fields.fields)
    yield from _alike("organisations.yaml", "kinds", kinds.kinds)
    yield from _shared(base)
    for i, field in enumerate(fields.fields):
        yield from _unknown("fields.yaml", ("fields", i, "near"), field.near, base.fields)
    for i, kind in enumerate(kinds.kinds):
        yield from _unknown("organisations.yaml", ("kinds", i, "tasks"), kind.tasks, base.tasks)
        yield from _unknown("organisations.yaml", ("kinds", i, "fields"), kind.fields, base.fields)
    for i, task in enumerate(base.plan.tasks):
        key: Key = ("tasks", i)
        yield from _unknown("tasks.yaml", (*key, "fields"), task.fields, base.fields)
        yield from _unknown("tasks.yaml", (*key, "kinds"), task.kinds, base.kinds)
        if task.trip:
            yield from _unknown("tasks.yaml", (*key, "trip", "region"), task.trip.region, base.counties)
            yield from _unknown("tasks.yaml", (*key, "trip", "theme"), task.trip.theme, base.fields)
    for i, case in enumerate(base.cases):
        key = ("cases", i)
        yield from _unknown("cases.yaml", (*key, "fields"), case.fields, base.fields)
        yield from _unknown("cases.yaml", (*key, "kinds"), case.kinds, base.kinds)
        yield from _unknown("cases.yaml", (*key, "counties"), case.counties, base.counties)
    if "village-trip" not in base.tasks:
        yield "tasks.yaml", ("tasks",), "the task village-trip is missing"
    yield from _broken_lexicon(base)
    for name, entry in (("tasks.yaml", base.plan), *((f"counties/{c.id}.yaml", c) for c in base.counties.values())):
        yield from _addresses(name, entry, ())
    for i, case in enumerate(base.cases):
        yield from _addresses("cases.yaml", case, ("cases", i))
    seen: dict[str, str] = {}
    for county in base.counties.values():
        name = f"counties/{county.id}.yaml"
        for i, need in enumerate(county.needs):
            yield from _broken_need(name, i, need, base, seen, today)


def _broken_roles(base: KnowledgeBase) -> Iterator[Broken]:
    rules = base.lexicon.roles
    for group in ("mentioned", "refused", "past", "left", "home", "native"):
        for i, rule in enumerate(getattr(rules, group)):
            if wrong := roles.fault(rule, rules.words):
                yield "lexicon.yaml", ("roles", group, i), wrong


def _broken_lexicon(base: KnowledgeBase) -> Iterator[Broken]:
    groups: dict[str, Mapping[str, object]] = {
        "fields": base.fields, "near": base.fields, "kinds": base.kinds, "landmarks": base.counties, "slips": base.counties,
    }  # fmt: skip
    for group, known in groups.items():
        for one in getattr(base.lexicon, group):
            if one not in known:
                yield "lexicon.yaml", (group, one), f"unknown id: {one}"
    for key, collision in collisions(base.lexicon):
        yield "lexicon.yaml", key, collision
    yield from _broken_roles(base)
    stands: dict[str, str] = {}
    for name, words in base.alike.items():
        for lang, least, said in (("zh", 2, words.zh), ("en", 4, words.en)):
            for i, word in enumerate(said):
                if len(word) < least:
                    yield "alike.yaml", (name, lang, i), f"{word!r} is too short: at least {least} letters"
                if stands.setdefault(word, name) != name:
                    yield "alike.yaml", (name, lang, i), f"{word!r} stands under {stands[word]}, {name}"


def _broken_need(
    name: str, i: int, need: Need, base: KnowledgeBase, seen: dict[str, str], today: dt.date | None
) -> Iterator[Broken]:
    if need.field not in base.fields:
        yield name, ("needs", i, "field"), f"unknown field: {need.field}"
    if need.id in seen:
        yield name, ("needs", i, "id"), f"id used twice, also in {seen[need.id]}"
    seen[need.id] = name
    if today and need.confirmed and need.confirmed > today:
        yield name, ("needs", i, "confirmed"), "this date lies in the future"
    if today and need.evidence.year > today.year:
        yield name, ("needs", i, "evidence", "year"), "this year lies in the future"


def _addresses(name: str, entry: object, key: Key) -> Iterator[Broken]:
    """Sources of grade C, anywhere inside the entry, that carry an address all the same."""
    if isinstance(entry, Source) and entry.grade == "C" and entry.url:
        yield name, (*key, "url"), "a source of grade C is cited by title only"
    if isinstance(entry, Entry):
        for part in entry.__struct_fields__:
            yield from _addresses(name, getattr(entry, part), (*key, part))
    elif isinstance(entry, tuple):
        for i, one in enumerate(entry):
            yield from _addresses(name, one, (*key, i))


def _repeated(name: str, key: str, ids: list[str]) -> Iterator[Broken]:
    seen: set[str] = set()
    for i, one in enumerate(ids):
        if one in seen:
            yield name, (key, i, "id"), f"id used twice: {one}"
        seen.add(one)


def _alike(name: str, key: str, entries: Iterable[AssistanceField | Kind]) -> Iterator[Broken]:
    """Ids that buttons cannot tell apart: these carry their first two letters."""
    seen: dict[str, str] = {}
    for i, one in enumerate(entries):
        first = seen.setdefault(one.id[:2], one.id)
        if first != one.id:
            yield name, (key, i, "id"), f"begins with the same two letters as {first}"


def _shared(base: KnowledgeBase) -> Iterator[Broken]:
    """Codes and partner cities that two counties claim."""
    codes: dict[str, str] = {}
    cities: dict[str, str] = {}
    for county in base.counties.values():
        if (first := codes.setdefault(county.code[-3:], county.id)) != county.id:
            yield f"counties/{county.id}.yaml", ("code",), f"ends like the code of {first}"
        if county.partner and (first := cities.setdefault(county.partner.city.zh, county.id)) != county.id:
            yield f"counties/{county.id}.yaml", ("partner", "city", "zh"), f"is the partner of {first}"


def _unknown(name: str, key: Key, ids: Iterable[str], known: Mapping[str, object]) -> Iterator[Broken]:
    for i, one in enumerate(ids):
        if one not in known:
            yield name, (*key, i), f"unknown id: {one}"
