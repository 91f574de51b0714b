"""The conditions of an audience in words: what each kind can be, and what is chosen."""

from __future__ import annotations

import zlib

from handlers.context import Services
from knowledge.records import audience
from knowledge.records.audience import KINDS, ROLES, SILENT, Audience
from knowledge.records.moves import STAGES
from knowledge.records.notices import Notice

LANGS = ("zh", "en")


def mark(value: str) -> str:
    """A value as a button carries it: origins are Chinese names."""
    return value if value.isascii() else f"{zlib.crc32(value.encode()):08x}"


def options(services: Services, lang: str, kind: str) -> dict[str, str]:
    """The values that a kind of condition can take, with their names."""
    base, texts = services.base, services.texts
    match kind:
        case "fields":
            return {field.id: field.name[lang] for field in base.fields.values()}
        case "kinds":
            return {one.id: one.name[lang] for one in base.kinds.values()}
        case "origins":
            return {one: one.replace("/", " ") for one in audience.origins(services.store)}
        case "counties":
            return {county.id: county.short[lang] for county in base.counties.values() if county.agricultural}
        case "stages":
            return {stage: texts(lang, f"stage.{stage}") for stage in STAGES}
        case "roles":
            return {role: texts(lang, f"audience.role.{role}") for role in ROLES}
        case "langs":
            return {one: texts(lang, f"lang.{one}") for one in LANGS}
        case "silent":
            return {str(days): texts(lang, "audience.days", n=days) for days in SILENT}
        case _:
            return {}


def offered(services: Services, lang: str, notice: Notice) -> list[str]:
    """The kinds of conditions that can be set: not those of which there are no values, nor, for a county, other counties."""
    return [kind for kind in KINDS if options(services, lang, kind) and not (kind == "counties" and notice.county)]


def chosen(spec: Audience, kind: str) -> tuple[str, ...]:
    """The values that are chosen of a kind."""
    if kind == "silent":
        return (str(spec.silent),) if spec.silent else ()
    values: tuple[str, ...] = getattr(spec, kind)
    return values


def condition_words(services: Services, lang: str, spec: Audience) -> list[tuple[str, list[str]]]:
    """Every condition that is set: its kind, and the names of its values."""
    return [
        (services.texts(lang, f"audience.kind.{kind}"), [options(services, lang, kind).get(one, one) for one in values])
        for kind in KINDS
        if (values := chosen(spec, kind))
    ]
