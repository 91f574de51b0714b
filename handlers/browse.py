"""Looking around: a county, the plan, the precedents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace
from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers.buttons import Button, number, press, short
from handlers.context import Context, Reply, Services
from handlers.form_handler import send_aside
from handlers.pairings import card
from handlers.wishes import pack, unpack
from knowledge.base import County
from knowledge.matching import Wish
from knowledge.records import drafts
from knowledge.records.coverage import coverage

if TYPE_CHECKING:
    from handlers.presses import Presses

NEEDS_A_PAGE = 5
CASES_A_PAGE = 4
MOST_ASKED = 9
"""Counties that are offered to choose among."""


def county_page(services: Services, lang: str, county: County, wish: Wish, offset: int = 0) -> Reply:
    """A county and its needs with numbered buttons, those in the wish's fields first; the rest of it is a tap away."""
    base = services.base
    around = coverage(services.store)
    wanted = {field: place for place, field in enumerate(wish.fields)}
    order = {field: place for place, field in enumerate(base.fields)}
    needs = sorted(county.needs, key=lambda n: (wanted.get(n.field, len(wanted)), order[n.field], n.id))
    offset = offset if offset < len(needs) else 0  # the page may have been there before the base was changed
    page = needs[offset : offset + NEEDS_A_PAGE]
    missing = [base.fields[f].name[lang] for f in wish.fields if all(need.field != f for need in needs)]
    text = services.texts(
        lang,
        "county",
        county=county,
        tier=services.texts(lang, f"tier.{county.tier}"),
        offset=offset,
        items=[
            {
                "field": base.fields[need.field].name[lang],
                "need": need.text[lang],
                "inferred": need.basis == "opportunity",
                "open": around.at(need.id).open,
                "covered": around.at(need.id).covered,
            }
            for need in page
        ],
        total=len(needs),
        missing=missing if offset == 0 else [],
    )
    code = pack(base, wish)
    rows: list[tuple[Button, ...]] = [tuple(press(str(i), "k", need.id, code) for i, need in enumerate(page, 1))]
    paging = []
    if offset:
        paging.append(press(services.texts(lang, "button.earlier"), "c", county.id, max(0, offset - NEEDS_A_PAGE), code))
    if offset + NEEDS_A_PAGE < len(needs):
        paging.append(press(services.texts(lang, "button.more"), "c", county.id, offset + NEEDS_A_PAGE, code))
    rows.append(tuple(paging))
    about = press(services.texts(lang, "button.about", county=county.short[lang]), "ca", county.id, code)
    if county.agricultural:
        rows.append((press(services.texts(lang, "button.register_county"), "reg", county.id, wish.kind[:2]),))
        rows.append((about, press(services.texts(lang, "button.ask"), "ask", county.id)))
    else:
        rows.append((about,))
    return Reply(text, tuple(rows))


def about_page(services: Services, lang: str, county: County, code: str) -> Reply:
    """What is known of a county beside its needs: people, products, who helps already."""
    back = press(services.texts(lang, "button.back"), "c", county.id, 0, code)
    return Reply(services.texts(lang, "county.about", county=county), ((back,),))


def county_choice(services: Services, lang: str, unknown: str = "") -> Reply:
    """All districts and counties as buttons, the four national key counties first; ``unknown``: a name that none has."""
    key = [c for c in services.base.counties.values() if c.tier == "national_key"]
    rest = [c for c in services.base.counties.values() if c.tier != "national_key"]
    buttons = [press(c.short[lang], "c", c.id, 0, "") for c in [*key, *rest]]
    width = 4 if lang == "zh" else 3
    rows = tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))
    return Reply(services.texts(lang, "county.choose", unknown=unknown), rows)


def which_county(services: Services, lang: str, names: Iterable[str], wish: Wish) -> Reply:
    """Several counties are spoken of: which page is to be opened, or all of them side by side in the list."""
    code = pack(services.base, replace(wish, counties=()))
    buttons = [press(services.base.counties[name].short[lang], "c", name, 0, code) for name in names][:MOST_ASKED]
    rows = tuple(tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3))
    together = press(services.texts(lang, "button.together"), "l", 0, pack(services.base, wish))
    return Reply(services.texts(lang, "county.which"), (*rows, (together,)))


def plan_page(services: Services, lang: str) -> Reply:
    """The plan: its aim, its tasks with their clauses as buttons, its safeguards, this year's trip."""
    base = services.base
    trip = base.trip
    text = services.texts(
        lang,
        "plan",
        plan=base.plan,
        keys=[c.short[lang] for c in base.counties.values() if c.tier == "national_key"],
        trip=trip,
        region=[base.counties[c].short[lang] for c in trip.region] if trip else [],
        theme=[base.fields[f].name[lang] for f in trip.theme] if trip else [],
    )
    rows = tuple((press(task.name[lang], "task", task.id),) for task in base.plan.tasks)
    return Reply(text, (*rows, (press(services.texts(lang, "button.guided"), "g", ""),)))


def task_page(services: Services, lang: str, name: str) -> Reply | None:
    """One task of the plan, in the words of its clause."""
    task = services.base.tasks.get(name)
    if task is None:
        return None
    base = services.base
    text = services.texts(
        lang,
        "task",
        task=task,
        fields=[base.fields[f].name[lang] for f in task.fields],
        kinds=[base.kinds[k].name[lang] for k in task.kinds],
        everyone=len(task.kinds) == len(base.kinds),
    )
    fields = [press(base.fields[f].name[lang], "l", 0, pack(base, Wish(fields=(f,)))) for f in task.fields]
    rows = tuple(tuple(fields[i : i + 2]) for i in range(0, len(fields), 2))
    return Reply(text, (*rows, (press(services.texts(lang, "button.plan"), "plan"),)))


def cases_page(services: Services, lang: str, field: str = "", offset: int = 0) -> Reply:
    """Precedents, of one field or of all; those in Chongqing come first."""
    base = services.base
    found = base.precedents(field) if field in base.fields else base.cases
    cases = sorted(found, key=lambda case: case.region != "chongqing")
    offset = offset if offset < len(cases) else 0
    page = cases[offset : offset + CASES_A_PAGE]
    text = services.texts(
        lang,
        "cases",
        items=page,
        field=base.fields[field].name[lang] if field in base.fields else "",
        total=len(cases),
        offset=offset,
    )
    paging = []
    if offset:
        paging.append(press(services.texts(lang, "button.earlier"), "cases", field, max(0, offset - CASES_A_PAGE)))
    if offset + CASES_A_PAGE < len(cases):
        paging.append(press(services.texts(lang, "button.more"), "cases", field, offset + CASES_A_PAGE))
    return Reply(text, (tuple(paging), (press(services.texts(lang, "button.cases_by_field"), "casef"),)))


async def on_county(update: Update, context: Context) -> None:
    """/county [name]."""
    words = " ".join(context.args or ())
    found = context.services.reader.read(words).counties if words else ()
    if len(found) > 1:
        wish = Wish(counties=tuple(one.id for one in found))
        await context.send(which_county(context.services, context.lang, wish.counties, wish))
        return
    if found:
        county = context.base.counties[found[0].id]
        context.services.opened(context.person.id, county.id)
        await send_aside(context, county_page(context.services, context.lang, county, Wish()))
        return
    drafts.park(context.store, context.person.id)
    await send_aside(context, county_choice(context.services, context.lang, short(words)))


async def on_plan(update: Update, context: Context) -> None:
    """/plan."""
    await send_aside(context, plan_page(context.services, context.lang))


async def on_cases(update: Update, context: Context) -> None:
    """/cases."""
    await send_aside(context, cases_page(context.services, context.lang))


async def press_county(update: Update, context: Context, args: list[str]) -> str | None:
    """A county's page."""
    name, offset, code = (args + ["", "", ""])[:3]
    county = context.base.counties.get(name)
    if county is None:
        return context.text("press.old")
    wish = _recalled(context, code)
    context.services.opened(context.person.id, county.id, wish.kind)
    await context.show(update, county_page(context.services, context.lang, county, wish, number(offset) or 0))
    return None


async def press_card(update: Update, context: Context, args: list[str]) -> str | None:
    """A pairing's card."""
    return await _card(update, context, args, whole=False)


async def press_whole(update: Update, context: Context, args: list[str]) -> str | None:
    """A pairing's card with everything behind it."""
    return await _card(update, context, args, whole=True)


async def _card(update: Update, context: Context, args: list[str], *, whole: bool) -> str | None:
    name, code = (args + ["", ""])[:2]
    wish = _recalled(context, code)
    reply = card(context.services, context.lang, name, wish, whole=whole)
    if reply is None:
        return context.text("press.gone")
    context.services.opened(context.person.id, name, wish.kind)
    await context.show(update, reply)
    return None


def _recalled(context: Context, code: str) -> Wish:
    """The wish that a pressed button carries: after a restart the next text may lean on it."""
    wish = unpack(context.base, code)
    if code and context.person.id not in context.services.last_lists:
        context.services.listed(context.person.id, wish, 0)
    return wish


async def press_about(update: Update, context: Context, args: list[str]) -> str | None:
    """What is known of a county beside its needs."""
    name, code = (args + ["", ""])[:2]
    county = context.base.counties.get(name)
    if county is None:
        return context.text("press.old")
    await context.show(update, about_page(context.services, context.lang, county, code))
    return None


async def press_plan(update: Update, context: Context, args: list[str]) -> str | None:
    """The plan."""
    await context.show(update, plan_page(context.services, context.lang))
    return None


async def press_task(update: Update, context: Context, args: list[str]) -> str | None:
    """One task of the plan."""
    reply = task_page(context.services, context.lang, args[0] if args else "")
    if reply is None:
        return context.text("press.gone")
    await context.show(update, reply)
    return None


async def press_cases(update: Update, context: Context, args: list[str]) -> str | None:
    """A page of precedents."""
    field, offset = (args + ["", ""])[:2]
    reply = cases_page(context.services, context.lang, field, number(offset) or 0)
    await context.show(update, reply)
    return None


async def press_case_fields(update: Update, context: Context, args: list[str]) -> str | None:
    """The fields that have precedents, as buttons."""
    fields = [f for f in context.base.fields.values() if any(f.id in case.fields for case in context.base.cases)]
    buttons = [press(f.name[context.lang], "cases", f.id, 0) for f in fields]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    await context.show(update, Reply(context.text("cases.choose"), rows))
    return None


PRESSES: Presses = {
    "c": press_county,
    "k": press_card,
    "w": press_whole,
    "ca": press_about,
    "plan": press_plan,
    "task": press_task,
    "cases": press_cases,
    "casef": press_case_fields,
}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("county", on_county), CommandHandler("plan", on_plan), CommandHandler("cases", on_cases)]
