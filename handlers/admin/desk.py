"""The desk: an administrator's notices, and the rehearsal of a draft, from which it is tried, scheduled and confirmed once."""

from __future__ import annotations

from html import unescape
from typing import Any

from msgspec.structs import replace
from telegram import Update
from telegram.error import BadRequest
from telegram.ext import BaseHandler, CommandHandler

from handlers.admin.cockpit import panel_page, state_words
from handlers.admin.conditions import condition_words
from handlers.admin.counting import count, count_by_number, reach_of
from handlers.admin.rights import counties_of, found_for
from handlers.buttons import Button, Rows, press, short
from handlers.checks import TAGS
from handlers.context import Context, Reply, Services
from handlers.form_handler import open_form
from handlers.notices import copy_of, link_label
from handlers.presses import Presses
from handlers.views import AHEAD, view
from knowledge.clock import MINUTE, is_quiet
from knowledge.records import drafts, notices
from knowledge.records.notices import Notice

BEFORE = ("draft", "scheduled")
"""States in which nothing has gone yet."""
LISTED = 8
"""Notices that the list shows."""


# -- the list ----------------------------------------------------------------------------------------------------------


def title(services: Services, lang: str, notice: Notice) -> str:
    """A notice in a line."""
    return short(unescape(TAGS.sub("", notice.html(lang))), 30)


def list_page(services: Services, lang: str, person: int) -> Reply:
    """What was written, what is on its way, what was sent."""
    found = notices.latest(services.store, counties_of(services, person), LISTED)
    items = [
        {
            "id": one.id,
            "state": state_words(services, lang, one),
            "title": title(services, lang, one),
            "starts": one.starts if one.state == "scheduled" else None,
            "sent": one.counts.get("sent", 0),
            "total": one.total,
        }
        for one in found
    ]
    left = None
    if services.role(person) == "city":
        left = (press(services.texts(lang, "button.leavings"), "nleft"),)
    buttons = [press(f"#{one.id}", "nd", one.id) for one in found]
    rows = [tuple(buttons[i : i + 4]) for i in range(0, len(buttons), 4)]
    return Reply(
        services.texts(lang, "desk.list", items=items, now=services.now()),
        (*_new_rows(services, lang, person), *rows, *((left,) if left else ())),
    )


def _new_rows(services: Services, lang: str, person: int) -> Rows:
    counties = counties_of(services, person)
    if counties is None:
        return ((press(services.texts(lang, "button.new_notice"), "nnew", ""),),)
    names = [(services.base.counties[one].short[lang], one) for one in counties if one in services.base.counties]
    return tuple((press(services.texts(lang, "button.new_notice_to", county=name), "nnew", one),) for name, one in names)


async def on_broadcast(update: Update, context: Context) -> None:
    """/broadcast."""
    await begin(context)


async def begin(context: Context) -> None:
    """The desk, for the city's office and for coordinators (to their county). The first time, straight to writing."""
    services, person = context.services, context.person.id
    drafts.park(context.store, person)  # what is typed next is no answer to a form left open
    counties = counties_of(services, person)
    if counties == []:
        await context.say("notice.not_yours", ((press(context.text("button.ask"), "ask", ""),),))
    elif counties is None and not notices.latest(context.store, None, 1):
        await open_form(context, "notice", "")
    else:
        await context.send(list_page(services, context.lang, person))


async def press_new(update: Update, context: Context, args: list[str]) -> str | None:
    """Write a notice: to everybody, or (a coordinator) to the people concerned with a county."""
    county = args[0] if args else ""
    counties = counties_of(context.services, context.person.id)
    if counties == [] or (counties is not None and county not in counties):
        return context.text("office.not_yours")
    await open_form(context, "notice", county if county in context.base.counties else "")
    return None


async def press_desk(update: Update, context: Context, args: list[str]) -> str | None:
    """A notice from the list: its rehearsal, or its progress."""
    notice = found_for(context, args)
    if notice is None:
        return context.text("office.not_yours")
    drafts.park(context.store, context.person.id)
    await count(context.services, notice)
    page = desk_page(context.services, context.lang, notice)
    if args[1:2] == ["here"]:
        await context.show(update, page)
    else:
        await context.send(page)
    return None


# -- the rehearsal -----------------------------------------------------------------------------------------------------


def desk_page(services: Services, lang: str, notice: Notice) -> Reply:
    """How a draft would go out: to how many, who is left out and why, when, for how long; or how a confirmed one stands."""
    if notice.state not in BEFORE:
        return panel_page(services, lang, notice)
    facts = rehearsal(services, lang, notice)
    return Reply(services.texts(lang, "desk", **facts), _desk_rows(services, lang, notice, facts["total"], facts["rest"]))


def rehearsal(services: Services, lang: str, notice: Notice) -> dict[str, Any]:
    """Everything that is known of a notice before it goes."""
    texts, now = services.texts, services.now()
    langs: dict[str, int] = {}
    left: dict[str, int] = {}
    if notice.state == "scheduled":
        total = notice.total
    elif notice.kind == "notice":
        reach = reach_of(services, notice)
        total, langs, left = reach.total, reach.langs, reach.left_out
    else:
        total = notices.copies(services.store, notice.of or 0)
    starts = notice.starts or now
    return {
        "number": notice.of or notice.id,
        "kind": notice.kind,
        "now": now,
        "rest": rest_of(services, notice.of) if notice.of else 0,
        "scheduled": notice.state == "scheduled",
        "title": title(services, lang, notice),
        "media": notice.media or "",
        "own": [texts(lang, f"lang.{one}") for one in notice.langs],
        "topic": services.base.topics[notice.topic].name[lang] if notice.topic and notice.topic in services.base.topics else "",
        "links": [link_label(services, lang, link) for link in notice.links],
        "audience": audience_words(services, lang, notice),
        "total": total,
        "langs": [(texts(lang, f"lang.{one}"), n) for one, n in langs.items()],
        "left": [(texts(lang, f"left.{why}"), n) for why, n in left.items()],
        "minutes": round(total / services.pace / MINUTE),
        "pace": round(services.pace),
        "starts": notice.starts,
        "in_minutes": max(0, starts - now) // MINUTE,
        "expires": notice.expires,
        "quiet": is_quiet(starts) and notice.kind == "notice",
        "never": expired(notice, now),
        "late": bool(notice.starts and notice.starts <= now),
        "unknown": _out_of_reach(services, notice),
    }


def expired(notice: Notice, now: int) -> bool:
    """Whether it would be too late for everybody by the time it goes."""
    return notice.expires is not None and notice.expires <= max(now, notice.starts or 0)


def rest_of(services: Services, number: int) -> int:
    """How many have not got a notice that is held, so that it can go on."""
    notice = notices.get(services.store, number)
    return notice.waiting if notice and notice.state == "paused" else 0


def _out_of_reach(services: Services, notice: Notice) -> int:
    """Copies that may stand in a chat but that cannot be changed, because nobody knows their message."""
    of = notices.get(services.store, notice.of) if notice.of else None
    return of.counts.get("unknown", 0) if of else 0


def audience_words(services: Services, lang: str, notice: Notice) -> str:
    """Whom a notice is for, in words."""
    parts = condition_words(services, lang, notice.audience)
    return services.texts(lang, "desk.audience", parts=parts, county=county_name(services, lang, notice))


def county_name(services: Services, lang: str, notice: Notice) -> str:
    """The county whose people alone a notice is for; empty: it is for all."""
    county = services.base.counties.get(notice.county or "")
    return county.short[lang] if county else ""


def _desk_rows(services: Services, lang: str, notice: Notice, total: int, rest: int) -> Rows:
    texts, one = services.texts, notice.id
    if notice.state == "scheduled":
        return (
            (press(texts(lang, "button.look"), "nlook", one),),
            (press(texts(lang, "button.unschedule"), "nun", one), press(texts(lang, "button.stop"), "nrun", one, "stop")),
        )
    send = texts(lang, f"button.send.{notice.kind}", n=total, later=bool(notice.starts))
    drop = press(texts(lang, f"button.discard.{notice.kind}"), "ndrop", one)
    confirm = ((press(send, "nsend", one, notice.version),),) if total else ()
    if notice.kind == "correction" and total and rest:
        confirm = ((press(texts(lang, "button.send_on", n=rest), "nsend", one, notice.version, "on"),), *confirm)
    if notice.kind == "recall":
        return (*confirm, (drop,))
    look = press(texts(lang, "button.look"), "nlook", one)
    if notice.kind == "correction":
        return (*confirm, (look, drop))
    edit: tuple[Button, ...] = (
        press(texts(lang, "button.edit_text"), "nedit", one),
        press(texts(lang, "button.edit_topic"), "nt", one),
        press(texts(lang, "button.edit_links"), "nb", one),
    )
    more = (
        press(texts(lang, "button.edit_audience"), "na", one),
        press(texts(lang, "button.edit_start"), "nw", one, "start"),
        press(texts(lang, "button.edit_expiry"), "nw", one, "expire"),
    )
    ready = notice.topic is not None and not expired(notice, services.now())
    return ((look,), edit, more, *(confirm if ready else ()), (drop,))


@view("notice.desk")
def desk(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The rehearsal of a draft that was written or changed."""
    notice = notices.get(services.store, int(args["notice"]))
    return desk_page(services, lang, notice) if notice else Reply(services.texts(lang, "press.gone"))


@view("notice.unchanged")
def unchanged(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A form about a notice was given up: it stands as it stood."""
    page = desk(services, lang, args)
    return replace(page, text=f"{services.texts(lang, 'desk.unchanged')}\n\n{page.text}")


AHEAD["notice.desk"] = AHEAD["notice.unchanged"] = lambda services, args: count_by_number(services, int(args["notice"]))


async def look(context: Context, notice: Notice) -> bool:
    """Send the writer the real thing, in each language that somebody will get it in. False: Telegram does not take it."""
    services = context.services
    langs = set(notice.langs)
    if notice.kind == "notice":
        await count(services, notice)
        langs |= set(reach_of(services, notice, keep=True).langs)
    for lang in sorted(langs, reverse=True):
        try:
            await context.say("desk.look", name=context.text(f"lang.{lang}"), fallback=lang not in notice.langs)
            await context.send(copy_of(services, lang, notice))
        except BadRequest as error:
            await context.say("desk.refused", error=error.message)
            return False
    return True


async def press_look(update: Update, context: Context, args: list[str]) -> str | None:
    """A test to oneself."""
    notice = found_for(context, args)
    if notice is None:
        return context.text("office.not_yours")
    if await look(context, notice):
        await context.send(desk_page(context.services, context.lang, notice))
    return None


async def press_list(update: Update, context: Context, args: list[str]) -> str | None:
    """The desk, from a button."""
    await begin(context)
    return None


PRESSES: Presses = {
    "ndesk": press_list,
    "nd": press_desk,
    "nnew": press_new,
    "nlook": press_look,
}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("broadcast", on_broadcast)]
