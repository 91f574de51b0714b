"""Putting right what was understood: each part of a wish is a button, a short text changes the last wish, 👎 tells the office.

Which counties and fields a wish has travels in the buttons themselves; the last wish of a person is kept in memory only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace
from telegram import Update

from handlers.buttons import Button, Rows, press
from handlers.checks import read_text
from handlers.context import Context, Reply, Services
from handlers.presses import Presses
from handlers.views import view
from handlers.wishes import pack, unpack
from knowledge.matching import Wish
from knowledge.records import questions

WRONG = ("field", "place", "words", "other")
"""Why a result is wrong, as buttons."""


def parts(services: Services, lang: str, wish: Wish) -> Iterator[tuple[str, str, Wish]]:
    """Each part of a wish that can be put right: its code, its name, and the wish without it."""
    base = services.base
    for one in wish.fields:
        yield f"f{one[:2]}", base.fields[one].name[lang], replace(wish, fields=tuple(f for f in wish.fields if f != one))
    for one in wish.counties:
        name = base.counties[one].short[lang]
        yield f"c{base.counties[one].code[-3:]}", name, replace(wish, counties=tuple(c for c in wish.counties if c != one))
    if wish.province:
        name = place(services, lang, wish.province, wish.city, short=True) or services.texts(lang, "fix.origin")
        yield "o", name, replace(wish, province="", city="")
    if wish.kind in base.kinds:
        yield "k", base.kinds[wish.kind].name[lang], replace(wish, kind="")


def away(services: Services, lang: str, wish: Wish) -> Iterator[tuple[str, Wish]]:
    """Each thing that is turned away: its name, and the wish that turns it away no longer."""
    base = services.base
    for one in wish.refused_counties:
        left = tuple(c for c in wish.refused_counties if c != one)
        yield base.counties[one].short[lang], replace(wish, refused_counties=left)
    for one in wish.refused_fields:
        yield base.fields[one].name[lang], replace(wish, refused_fields=tuple(f for f in wish.refused_fields if f != one))


def place(services: Services, lang: str, province: str, city: str, *, short: bool = False) -> str:
    """A place by its name in the reader's language, ``short``: the city alone; empty where it has no English name here."""
    if lang == "zh":
        return (city or province) if short else " ".join(part for part in (province, city) if part)
    partner = services.base.partners.get(city)
    if partner and partner.partner:
        return partner.partner.city.en
    found = services.base.eastern.get(province)
    return found.en if found and (short or not city) else ""


def part_rows(services: Services, lang: str, wish: Wish) -> Rows:
    """A button for each part of the wish and each thing turned away, three in a row, then 👎."""
    base, texts = services.base, services.texts
    code = pack(base, wish)
    buttons = [press(f"✎ {name}", "fix", part, code) for part, name, _ in parts(services, lang, wish)]
    buttons += [
        press(f"✕ {texts(lang, 'find.away', name=name)}", "l", 0, pack(base, without))
        for name, without in away(services, lang, wish)
    ]
    rows: list[tuple[Button, ...]] = [tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3)]
    return (
        *rows,
        (press(services.texts(lang, "button.guided"), "g", ""), press(services.texts(lang, "button.wrong"), "bad", code)),
    )


def summary(services: Services, lang: str, wish: Wish) -> str:
    """What is searched for, after a correction; empty when nothing is named."""
    refused = [name for name, _ in away(services, lang, wish)]
    named = [name for _, name, _ in parts(services, lang, wish)]
    return services.texts(lang, "find.summary", parts=named, away=refused) if named or refused else ""


def menu(services: Services, lang: str, part: str, wish: Wish) -> Reply | None:
    """What a part could be instead, and the way to drop it. None: the wish has no such part."""
    base, texts = services.base, services.texts
    found = next(((name, without) for code, name, without in parts(services, lang, wish) if code == part), None)
    if found is None and part == "o":  # a place that weighs nothing, which no button carries
        found = texts(lang, "fix.origin"), wish
    if found is None:
        return None
    name, without = found
    options: list[tuple[str, Wish]]
    if part.startswith("f"):
        options = [
            (f.name[lang], replace(without, fields=(*without.fields, f.id)))
            for f in base.fields.values()
            if f.id not in wish.fields
        ]
    elif part == "k":
        options = [(k.name[lang], replace(wish, kind=k.id)) for k in base.kinds.values() if k.id != wish.kind]
    elif part == "o":
        options = [
            (c.partner.city[lang], replace(wish, province="山东", city=c.partner.city.zh))
            for c in base.partners.values()
            if c.partner
        ]
        options += [(p[lang], replace(wish, province=p.zh, city="")) for p in base.plan.eastern if p.zh != "山东"]
    else:
        keys = [c for c in base.counties.values() if c.tier == "national_key" and c.id not in wish.counties]
        options = [(c.short[lang], replace(without, counties=(*without.counties, c.id))) for c in keys]
    buttons = [press(label, "l", 0, pack(base, changed)) for label, changed in options]
    width = 3 if part == "o" else 2
    rows = [tuple(buttons[i : i + width]) for i in range(0, len(buttons), width)]
    drop = press(texts(lang, "fix.drop", name=name), "l", 0, pack(base, without))
    back = press(texts(lang, "button.list"), "l", 0, pack(base, wish))
    return Reply(texts(lang, "fix.ask", name=name), ((drop,), *rows, (back,)))


def doubt(services: Services, lang: str, unsure: tuple[str, ...], wish: Wish) -> Reply | None:
    """Two or more fields may be meant: ask with buttons and never guess. None: nothing to ask."""
    base = services.base
    buttons = [
        press(base.fields[f].name[lang], "l", 0, pack(base, replace(wish, fields=(f,)))) for f in unsure if f in base.fields
    ]
    if not buttons:
        return None
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    return Reply(services.texts(lang, "find.unsure"), (*rows, (press(services.texts(lang, "find.neither"), "g", ""),)))


async def press_fix(update: Update, context: Context, args: list[str]) -> str | None:
    """A part of what was understood is to be put right."""
    part, code = ([*args, "", ""])[:2]
    reply = menu(context.services, context.lang, part, unpack(context.base, code))
    if reply is None:
        return context.text("press.old")
    await context.show(update, reply)
    return None


async def press_wrong(update: Update, context: Context, args: list[str]) -> str | None:
    """The result is wrong: ask why."""
    await context.send(wrong(context.services, context.lang, args[0] if args else ""))
    return None


def wrong(services: Services, lang: str, code: str) -> Reply:
    """Why a result is wrong, as buttons; ``code``: the wish that it was found for."""
    rows = tuple((press(services.texts(lang, f"wrong.{why}"), "bad2", why, code),) for why in WRONG)
    back = press(services.texts(lang, "button.list"), "l", 0, code)
    return Reply(services.texts(lang, "wrong.ask"), (*rows, (back,)))


async def press_why(update: Update, context: Context, args: list[str]) -> str | None:
    """Why it is wrong: kept for the office, with the words that failed (the person was told so when asked)."""
    why, code = ([*args, "", ""])[:2]
    if why not in WRONG:
        return context.text("press.old")
    words = context.services.last_words.get(context.person.id, "")
    seen = read_text(summary(context.services, "zh", unpack(context.base, code)))
    with context.store.transaction():
        questions.report(
            context.store,
            context.person.id,
            " → ".join(part for part in (words, seen) if part) or why,
            why,
            cause=context.update_id,
            now=context.now,
        )
        context.note_result("wrong.kept")
    await context.show(update, kept(context.services, context.lang, {}))
    return None


@view("wrong.kept")
def kept(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Thanks, and two ways on."""
    rows = ((press(services.texts(lang, "button.guided"), "g", ""), press(services.texts(lang, "button.ask"), "ask", "")),)
    return Reply(services.texts(lang, "wrong.kept"), rows)


PRESSES: Presses = {"fix": press_fix, "bad": press_wrong, "bad2": press_why}
