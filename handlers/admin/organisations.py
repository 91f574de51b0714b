"""The office and organisations: which are to be verified, verifying one, taking it back."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from telegram import Update

from handlers import checks
from handlers.buttons import number, press, short
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Fault, Form, Step
from handlers.marks import mark
from handlers.presses import Presses
from handlers.views import render, view
from knowledge.clock import SHANGHAI
from knowledge.records import organisations, verification
from knowledge.records.drafts import Draft
from knowledge.records.organisations import Organisation

YEARS = {"one": 1, "two": 2, "three": 3}
"""For how many years something is usually verified, as buttons."""
LONGEST = 5
DAY = re.compile(r"\D*(20\d\d)\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?\D*")
FORM = Form(
    "verify",
    version=1,
    steps=(
        Step("until", checks.offer, choices=tuple(YEARS), number=True),
        Step("note", checks.offer, choices=("certificate", "register"), skippable=True),
    ),
    preview=False,
)
LISTED = 10


def _later(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 28 February for the 29th."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap else day.day)


def _until(services: Services, text: str) -> str | Fault:
    """A day to come, as people write it, within the longest time."""
    said = DAY.fullmatch(text.strip())
    today = services.today()
    try:
        day = dt.date(*map(int, said.groups())) if said else None
    except ValueError:  # 31 June
        day = None
    if day is None or not today < day <= _later(today, LONGEST):
        return Fault("fault.until", {"example": f"{today.year + 1}-12-31", "years": LONGEST})
    return day.isoformat()


def _end(services: Services, answer: str) -> int:
    """The end of the last day, in seconds; the buttons count years from today."""
    day = _later(services.today(), YEARS[answer]) if answer in YEARS else dt.date.fromisoformat(answer)
    return int(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), SHANGHAI).timestamp())


def _of(services: Services, subject: str) -> tuple[Organisation | None, int]:
    organisation, version = (int(part) for part in subject.split("."))
    return organisations.get(services.store, organisation), version


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    found, _ = _of(services, draft.subject)
    return {"name": found.name if found else "", "code": (found.profile.code if found else None) or ""}


def _finish(context: Context, draft: Draft) -> Done:
    """Verify it, unless it has changed since the form was opened, or the role was lost."""
    found, version = _of(context.services, draft.subject)
    own = found is not None and organisations.is_member(context.store, found.id, context.person.id)
    if context.role != "city" or found is None or own:
        return "verify.not_yours", {}
    note = draft.answers.get("note") or None
    done = verification.verify(
        context.store,
        found.id,
        version,
        by=context.person.id,
        until=_end(context.services, draft.answers["until"]),
        note=f"={note}" if note in {"certificate", "register"} else note,
        now=context.now,
    )
    return ("verify.done" if done else "verify.stale"), {"organisation": found.id}


def _line(name: str, *, open_page: bool) -> None:
    """A line about the verification of an organisation."""

    @view(name)
    def shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
        found = organisations.get(services.store, int(args["organisation"]))
        if found is None:
            return Reply(services.texts(lang, "press.gone"))
        what = str(args.get("what", ""))
        text = services.texts(
            lang, name, name=found.name, mark=mark(services, lang, found), what=what, renamed=bool(args.get("renamed"))
        )
        return Reply(text, ((press(services.texts(lang, "button.org_page"), "org", found.id),),) if open_page else ())


for _name in ("verify.done", "verify.undone", "verify.stale", "member.mark", "office.unverified"):
    _line(_name, open_page=True)


@view("verify.not_yours")
def not_yours(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Only administrators of the city verify."""
    return Reply(services.texts(lang, "office.not_yours"))


def waiting_row(services: Services, lang: str) -> tuple[Any, ...]:
    """The button to what is to be done about organisations; none where nothing is."""
    waiting = organisations.unverified(services.store)
    return (press(services.texts(lang, "button.orgs", n=len(waiting)), "orgs"),) if waiting else ()


def list_page(services: Services, lang: str) -> Reply:
    """Organisations with open cases that nobody has verified, the longest waiting first."""
    found = organisations.unverified(services.store)
    text = services.texts(lang, "office.orgs", n=len(found), shown=min(LISTED, len(found)))
    return Reply(text, tuple((press(short(one.name, 40), "org", one.id),) for one in found[:LISTED]))


async def press_list(update: Update, context: Context, args: list[str]) -> str | None:
    """The organisations to be verified."""
    if context.role != "city":
        return context.text("office.not_yours")
    await context.send(list_page(context.services, context.lang))
    return None


async def press_verify(update: Update, context: Context, args: list[str]) -> str | None:
    """Verify an organisation, or take it back: ``organisation:version[:off]``."""
    which, version, off = (args + [""] * 3)[:3]
    wanted, seen = number(which), number(version)
    found = organisations.get(context.store, wanted) if wanted is not None else None
    if context.role != "city" or found is None or seen is None:
        return context.text("office.not_yours")
    if organisations.is_member(context.store, found.id, context.person.id):
        return context.text("verify.own")
    if off != "off" and found.version == seen and found.merged is None:
        await open_form(context, FORM.id, f"{found.id}.{found.version}")
        return None
    with context.store.transaction():
        done = off == "off" and verification.take_back(context.store, found.id, seen, by=context.person.id, now=context.now)
        view_name = "verify.undone" if done else "verify.stale"
        context.note_result(view_name, organisation=found.id)
    context.services.wake()
    await context.send(render(context.services, context.lang, view_name, {"organisation": found.id}))
    return None


register_kit(Kit(FORM, _finish, _facts, reads={"until": _until}))
PRESSES: Presses = {"verify": press_verify, "orgs": press_list}
