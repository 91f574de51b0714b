"""The knowledge base: the plan, the counties and their needs, as one frozen object.

These are its types, each value checked when it is read. How the files are read and their faults told: ``loading``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from knowledge.lexicon import Lexicon
from knowledge.likeness import Likeness
from knowledge.text import has_han

if TYPE_CHECKING:
    from knowledge.organisation_names import OrganisationNames
    from knowledge.reading.evidence import EvidenceReader

PLAN = Path(__file__).parent / "plan"
"""The folder of the knowledge base that ships with Jiedui."""

Id = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9_-]{0,30}$",
        description="an id of at most 31 lower-case ASCII letters, digits, - and _, a letter first",
    ),
]
"""It travels in button data (64 bytes) and deep links."""

Words = Annotated[str, Meta(min_length=1, max_length=1500)]
"""A text short enough that a card made of several fits into one Telegram message."""


def _translated(text: str) -> bool:
    return not has_han(text)


English = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1500,
        description="an English text, no Chinese characters in it",
        extra={"holds": _translated},
    ),
]

Grade = Literal["A", "B", "C"]
FieldId = str
CountyId = str


class Entry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every entry: unknown keys are faults, values never change. ``checking`` checks what is read."""


class Text(Entry, frozen=True):
    """One text in both languages."""

    zh: Words
    en: English

    def __getitem__(self, lang: str) -> str:
        return self.en if lang == "en" else self.zh


class Source(Entry, frozen=True):
    """Where a fact was found. Grade A: the body's own site; B: reprint; C: no address that can be shown."""

    title: Words
    grade: Grade
    outlet: Words | None = None
    url: Annotated[str, Meta(pattern=r"^https?://\S+$", description="an address, http://… or https://…")] | None = None
    note: str | None = None


class Evidence(Entry, frozen=True):
    """The fact behind a need, with the year of the report (or of the figure, where the fact says so)."""

    fact: Text
    year: Annotated[int, Meta(ge=1990, le=2100)]
    source: Source


class Need(Entry, frozen=True):
    """What a county could use help with.

    ``basis``: ``gap`` = the source states a lack; ``past_gap`` = a lack since eased; ``opportunity`` = our inference, shown as
    "could be helped with". ``scope`` ``municipality``: the evidence speaks of all Chongqing. ``confirmed`` stays empty until
    the county confirms the need.
    """

    id: Id
    county: CountyId
    field: FieldId
    text: Text
    scope: Literal["county", "municipality"]
    basis: Literal["gap", "past_gap", "opportunity"]
    evidence: Evidence
    confirmed: dt.date | None = None
    contact: Text | None = None
    places: tuple[str, ...] = ()
    limits: Text | None = None


class Aid(Entry, frozen=True):
    """Support that a county already receives from outside."""

    org: Text
    what: Text
    source: Source


class Partner(Entry, frozen=True):
    """The Shandong city of the east–west cooperation; ``city`` is the Chinese short name (泰安)."""

    city: Text
    source: Source
    certainty: str | None = None


class Figure(Entry, frozen=True):
    """A number with its year; ``approximate`` ones are rounded and must be shown with 'about'."""

    value: int
    year: int | None = None
    approximate: bool = False
    source: Source | None = None
    note: str | None = None


class Note(Entry, frozen=True):
    """A remark about a county, with its source where there is one."""

    text: Text
    source: Source | None = None


class Town(Entry, frozen=True):
    """A township of the county that the plan's documents name."""

    name: Text
    source: Source
    sourced: bool = True


class Names(Entry, frozen=True):
    """Words by which people call a county: former names, nicknames, landmarks."""

    aliases: tuple[str, ...] = ()
    landmarks: tuple[Text, ...] = ()


class County(Entry, frozen=True):
    """A district or county of Chongqing with its needs."""

    id: Id
    code: Annotated[str, Meta(pattern=r"^50\d{4}$", description="'50' and four more digits")]
    name: Text
    short: Text
    tier: Literal["national_key", "municipal_key", "other_rural", "urban"]
    agricultural: bool
    region: Text
    population: Figure
    area_km2: Figure
    names: Names = Names()
    tier_source: Source | None = None
    partner: Partner | None = None
    autonomy: Text | None = None
    poverty: Note | None = None
    left_poverty_list: Note | None = None
    rural_class: Note | None = None
    key_towns: tuple[Town, ...] = ()
    deep_poverty_towns: tuple[Town, ...] = ()
    sub_areas: tuple[Note, ...] = ()
    aid: tuple[Aid, ...] = ()
    products: tuple[Text, ...] = ()
    products_unsourced: tuple[Text, ...] = ()
    remarks: tuple[Note, ...] = ()
    needs: tuple[Need, ...] = ()


class AssistanceField(Entry, frozen=True):
    """A field of assistance; ``near`` lists the neighbouring fields, nearest first."""

    id: Id
    name: Text
    about: Text
    near: tuple[FieldId, ...] = ()


class Kind(Entry, frozen=True):
    """A kind of social organisation and the plan tasks it is called to."""

    id: Id
    name: Text
    tasks: tuple[str, ...]
    fields: tuple[FieldId, ...] = ()


class Trip(Entry, frozen=True):
    """This year's village trip (乡村行): the districts and themes set by the city."""

    year: int
    source: Source
    region: tuple[CountyId, ...] = ()
    theme: tuple[FieldId, ...] = ()


class Task(Entry, frozen=True):
    """A task of the plan (one of the three, the second in its three brands), with the clause it comes from."""

    id: Id
    name: Text
    clause: Text
    about: Text
    fields: tuple[FieldId, ...] = ()
    kinds: tuple[str, ...] = ()
    trip: Trip | None = None


class Topic(Entry, frozen=True):
    """What a notice may be about: readers turn it off by itself."""

    id: Id
    name: Text


class Safeguard(Entry, frozen=True):
    """One of the five safeguards of the plan."""

    id: Id
    name: Text


class Plan(Entry, frozen=True):
    """What is known of the plan itself."""

    title: Text
    issuers: Text
    aim: Text
    date: Text
    source: Source
    eastern: tuple[Text, ...]
    tasks: tuple[Task, ...]
    safeguards: tuple[Safeguard, ...]


class Case(Entry, frozen=True):
    """A precedent: what an organisation did somewhere."""

    id: Id
    org: Text
    kinds: tuple[str, ...]
    project: Text
    place: Text
    region: Literal["chongqing", "elsewhere"]
    counties: tuple[CountyId, ...]
    fields: tuple[FieldId, ...]
    years: Text
    done: Text
    figures: Text
    beneficiaries: Text
    source: Source
    note: Text | None = None


class Said(Entry, frozen=True):
    """Words in both languages that say the same."""

    zh: tuple[str, ...]
    en: tuple[str, ...]

    def alone(self, plain: str) -> bool:
        """Whether the text is one of these words and nothing else."""
        return plain in self.zh or plain in self.en


class Turns(Entry, frozen=True):
    """Words by which a text leans on the last answer or steers a form (``turns.yaml``)."""

    another: Said
    add: Said
    instead: Said
    about: Said
    towards: Said
    drop: Said
    dropped: Said
    previous: Said
    to_list: Said
    item: Said
    numbered: Said
    final: Said
    only: Said
    wrong: Said
    mistaken: Said
    anew: Said
    greet: Said
    thank: Said
    part: Said
    heard: Said
    together: Said
    answer: Said
    organisation: Said
    form_back: Said
    form_skip: Said
    form_cancel: Said
    form_resume: Said
    form_submit: Said
    form_agree: Said
    form_refuse: Said
    form_yes: Said
    form_alone: Said
    form_group: Said
    form_change: Said


class KnowledgeBase(Entry, frozen=True, dict=True):
    """Everything Jiedui knows, by id, in the order of the files."""

    plan: Plan
    fields: Mapping[FieldId, AssistanceField]
    kinds: Mapping[str, Kind]
    counties: Mapping[CountyId, County]
    cases: tuple[Case, ...]
    lexicon: Lexicon
    turns: Turns
    alike: Mapping[str, Said]
    """Words for one kind of thing or work, by the group's name (``alike.yaml``)."""
    topics: Mapping[str, Topic]

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """The five task ids, in the plan's order."""
        return {task.id: task for task in self.plan.tasks}

    @cached_property
    def brands(self) -> dict[str, str]:
        """The brand of the plan (a task's id) that a field belongs to; some fields belong to none."""
        return {field: task.id for task in reversed(self.plan.tasks) if task.id.startswith("brand-") for field in task.fields}

    @cached_property
    def needs(self) -> dict[str, Need]:
        """Every need of every county by id."""
        return {need.id: need for county in self.counties.values() for need in county.needs}

    @cached_property
    def partners(self) -> dict[str, County]:
        """Shandong city (泰安) → the county it is paired with."""
        return {c.partner.city.zh: c for c in self.counties.values() if c.partner}

    @cached_property
    def eastern(self) -> dict[str, Text]:
        """The eastern provinces by their Chinese name."""
        return {province.zh: province for province in self.plan.eastern}

    @cached_property
    def by_code(self) -> dict[str, County]:
        """The counties by the last three digits of their code, as buttons carry them."""
        return {county.code[-3:]: county for county in self.counties.values()}

    @cached_property
    def by_letters(self) -> dict[str, str]:
        """The fields by the first two letters of their id, as buttons carry them."""
        return {one[:2]: one for one in self.fields}

    @cached_property
    def likeness(self) -> Likeness:
        """How far each need speaks of the things that somebody speaks of."""
        said = {n.id: f"{n.text.zh} {n.evidence.fact.zh} {n.text.en}" for n in self.needs.values()}
        return Likeness(said, {name: (*words.zh, *words.en) for name, words in self.alike.items()})

    @cached_property
    def evidence(self) -> EvidenceReader:
        """What finds the words of the lexicon, the counties and the places in a text."""
        from knowledge.reading.evidence import EvidenceReader

        return EvidenceReader(self.counties, self.lexicon)

    @cached_property
    def names(self) -> OrganisationNames:
        """Which names of organisations may mean the same one."""
        from knowledge.organisation_names import OrganisationNames

        return OrganisationNames({name: c.short.zh for c in self.counties.values() for name in (c.name.zh, c.short.zh)})

    @property
    def trip(self) -> Trip | None:
        """This year's village trip, if the city has set one."""
        return self.tasks["village-trip"].trip

    def precedents(self, field: FieldId, county: CountyId | None = None) -> Iterator[Case]:
        """Cases in a field, those of the county first."""
        hits = [case for case in self.cases if field in case.fields]
        return iter(sorted(hits, key=lambda c: (county not in c.counties, not c.counties, c.source.grade, c.id)))
