"""Who may work on which notice: the city's office on all, a coordinator on those to the own county. Checked on the row."""

from __future__ import annotations

from handlers.buttons import number
from handlers.context import Context, Services
from handlers.form_handler import Done
from knowledge.records import audience, coordinators, notices
from knowledge.records.notices import Notice


def counties_of(services: Services, person: int) -> list[str] | None:
    """The counties for which the person may send notices. None: for everybody (the city's office)."""
    if services.role(person) == "city":
        return None
    return sorted(coordinators.counties(services.store, person))


def may(services: Services, person: int, notice: Notice) -> bool:
    """Whether the person may work on this notice: the city's office on all, a coordinator on the own county's."""
    if services.role(person) == "city":
        return True
    return notice.county is not None and services.role_at(person, notice.county) == "county"


def found_for(context: Context, args: list[str]) -> Notice | None:
    """The notice that a button is about, if the person may work on it: checked on the row."""
    wanted = number(args[0]) if args else None
    notice = notices.get(context.store, wanted) if wanted is not None else None
    return notice if notice and may(context.services, context.person.id, notice) else None


def draft_for(context: Context, args: list[str]) -> Notice | str:
    """The draft that a button is about, or the line that says why not."""
    notice = found_for(context, args)
    if notice is None:
        return context.text("office.not_yours")
    return notice if notice.state == "draft" else context.text("desk.no_draft")


def no_draft(context: Context, args: list[str]) -> Done:
    """What a form answers whose draft went meanwhile: how the notice stands, or that it is nothing for this person."""
    notice = found_for(context, args)
    return ("notice.desk", {"notice": notice.id}) if notice else ("notice.not_yours", {})


def unchanged(context: Context, args: list[str]) -> Done:
    """What is shown when a form about a notice is given up: how it stands, or that it is nothing for this person."""
    notice = found_for(context, args)
    return ("notice.unchanged", {"notice": notice.id}) if notice else ("notice.not_yours", {})


def scope_of(services: Services, notice: Notice) -> audience.Scope:
    """What the audience of this notice is asked for now."""
    return notices.scope(notice, services.now(), tuple(services.owners), services.default_lang)
