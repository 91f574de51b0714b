"""Notices as their readers have them: the copy, what one wants to get, and leaving, with the reason asked for."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers import checks
from handlers.browse import county_page
from handlers.buttons import Button, Rows, number, press
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Kit, open_form, register_kit, send_aside
from handlers.forms import Answers, Fault, Form, Step
from handlers.interest import press_register
from handlers.pairings import card, target_name
from handlers.presses import Presses
from handlers.views import view
from knowledge.clock import DAY
from knowledge.matching import Wish
from knowledge.records import mutes, notices
from knowledge.records.drafts import Draft
from knowledge.records.notices import Link, Notice

if TYPE_CHECKING:
    from knowledge.moments import NoMoment

PAUSES = (7, 30, 90)
"""Days without notices that are offered."""
MIDNIGHT = time(0)


# -- the copy ----------------------------------------------------------------------------------------------------------


def copy_of(services: Services, lang: str, notice: Notice) -> Reply:
    """A notice as its readers see it."""
    html = Markup(notice.html(lang))  # noqa: S704  made by Telegram's own entities
    text = services.texts(lang, "notice", html=html)
    file = {notice.media: notice.file or ""} if notice.media else {}
    return Reply(text, copy_rows(services, lang, notice), photo=file.get("photo", ""), document=file.get("document", ""))


def copy_rows(services: Services, lang: str, notice: Notice) -> Rows:
    """The buttons under a copy: the author's, then what one wants to get."""
    rows = [(_link_button(services, lang, notice, place, link),) for place, link in enumerate(notice.links)]
    return (*rows, (press(services.texts(lang, "button.wishes"), "nset"),))


def link_label(services: Services, lang: str, link: Link) -> str:
    """What a button under a notice says."""
    if link.kind == "url":
        return link.label
    return services.texts(lang, f"notice.link.{link.kind}", target=target_name(services, lang, link.target))


def _link_button(services: Services, lang: str, notice: Notice, place: int, link: Link) -> Button:
    label = link_label(services, lang, link)
    return Button(label, url=link.target) if link.kind == "url" else press(label, "nopen", notice.of or notice.id, place)


@view("notice")
def copy(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A copy of the notice."""
    notice = notices.get(services.store, int(args["notice"]), counted=False)
    return copy_of(services, lang, notice) if notice else Reply(services.texts(lang, "press.gone"))


@view("notice.correction")
def corrected(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """What is written over a copy: the notice as it was corrected."""
    return copy(services, lang, args)


@view("notice.recall")
def recalled(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Stands where a copy stood that could no longer be deleted."""
    return Reply(services.texts(lang, "notice.recalled"))


async def press_open(update: Update, context: Context, args: list[str]) -> str | None:
    """A button under a notice: what it opens is a message of its own, the notice stays."""
    wanted, place = (number(one) for one in (args + ["", ""])[:2])
    notice = notices.get(context.store, wanted) if wanted is not None else None
    if notice is None or place is None or place >= len(notice.links):
        return context.text("press.gone")
    link = notice.links[place]
    county = context.base.counties.get(link.target)
    if link.kind == "register":
        return await press_register(update, context, [link.target])
    if county is not None:
        await context.send(county_page(context.services, context.lang, county, Wish()))
        return None
    shown = card(context.services, context.lang, link.target, Wish())
    if shown is None:
        return context.text("press.gone")
    await context.send(shown)
    return None


# -- what one wants to get ---------------------------------------------------------------------------------------------


def wishes_page(services: Services, lang: str, person: int) -> Reply:
    """Which notices the person gets, with a button for each change."""
    texts = services.texts
    wishes = mutes.of(services.store, person, services.now())
    text = texts(lang, "wishes", ticked=wishes.ticked, until=wishes.until)
    if not wishes.ticked:
        return Reply(text, ((press(texts(lang, "button.tick"), "mute", 0),),))
    rows: list[tuple[Button, ...]] = []
    for topic in services.base.topics.values():
        mark = "☐" if topic.id in wishes.topics else "☑"
        rows.append((press(f"{mark} {topic.name[lang]}", "nset", "topic", topic.id),))
    if wishes.until:
        rows.append((press(texts(lang, "button.unpause"), "nset", "pause", 0),))
    else:
        rows.append(tuple(press(texts(lang, "button.pause", days=days), "nset", "pause", days) for days in PAUSES))
        rows.append((press(texts(lang, "button.pause_until"), "nset", "until"),))
    rows.append((press(texts(lang, "button.leave"), "mute", 1),))
    return Reply(text, tuple(rows))


def why_reply(services: Services, lang: str, text: str, leaving: int) -> Reply:
    """It is done; why, with one tap, if they like."""
    buttons = [press(services.texts(lang, f"leave.{one}"), "nwhy", leaving, one) for one in mutes.REASONS]
    back = press(services.texts(lang, "button.wishes"), "nset")
    return Reply(text, (*(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)), (back,)))


async def on_notices(update: Update, context: Context) -> None:
    """/notices: which notices one gets."""
    await send_aside(context, wishes_page(context.services, context.lang, context.person.id))


async def press_wishes(update: Update, context: Context, args: list[str]) -> str | None:
    """What one wants to get: the page, or a change on it."""
    services, store, person = context.services, context.store, context.person.id
    what, value = (args + ["", ""])[:2]
    leaving, line = 0, ""
    if what == "until":
        await open_form(context, "pause", "")
        return None
    if what == "topic" and value in context.base.topics:
        if value in mutes.of(store, person, context.now).topics:
            mutes.unmute(store, person, value)
        else:
            leaving = mutes.mute(store, person, value, context.now, cause=context.update_id)
            line = context.text("mute.topic", topic=context.base.topics[value].name[context.lang])
    elif what == "pause" and value == "0":
        mutes.unmute(store, person, mutes.ALL)
    elif what == "pause" and value in {str(days) for days in PAUSES}:
        until = context.now + int(value) * DAY
        leaving = mutes.mute(store, person, mutes.ALL, context.now, until=until, cause=context.update_id)
        line = context.text("mute.until", until=until)
    page = wishes_page(services, context.lang, person)
    if not what:
        await context.send(page)
        return None
    await context.show(update, page)
    if leaving:
        await context.send(why_reply(services, context.lang, line, leaving))
    return None


async def press_mute(update: Update, context: Context, args: list[str]) -> str | None:
    """No more notices, or notices; mail about one's own interests always arrives."""
    wanted = args[:1] == ["0"]
    leaving = mutes.tick(context.store, context.person.id, context.now, wanted=wanted, cause=context.update_id)
    if wanted:
        await context.say("mute.off", ((press(context.text("button.wishes"), "nset"),),))
    elif leaving:
        await context.send(why_reply(context.services, context.lang, context.text("mute.on"), leaving))
    else:
        await context.say("mute.on", ((press(context.text("button.tick"), "mute", 0),),))
    return None


async def press_why(update: Update, context: Context, args: list[str]) -> str | None:
    """Why somebody left."""
    leaving, reason = number((args + ["", ""])[0]), (args + ["", ""])[1]
    if leaving is None or reason not in mutes.REASONS:
        return context.text("press.old")
    if not mutes.give_reason(context.store, leaving, context.person.id, reason):
        return context.text("press.gone")
    await context.show(update, Reply(context.text("leave.thanks"), ((press(context.text("button.wishes"), "nset"),),)))
    return None


# -- nothing until a day -----------------------------------------------------------------------------------------------


def _day(answers: Answers, now: int) -> int | NoMoment:
    from knowledge.moments import read  # late, as its patterns take time: few people write a day

    return read(answers["moment"], now, without_hour=MIDNIGHT)


def _to_come(answers: Answers, now: int) -> Fault | None:
    return checks.moment_fault(_day(answers, now), now, "fault.moment.day")


def _pause(context: Context, draft: Draft) -> Done:
    until = _day(draft.answers, context.now)
    if not isinstance(until, int):  # a kill came, and the moment went by
        return "wishes", {"person": context.person.id}
    leaving = mutes.mute(context.store, context.person.id, mutes.ALL, context.now, until=until, cause=context.update_id)
    return "wishes.paused", {"until": until, "leaving": leaving}


@view("wishes")
def wishes(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Which notices somebody gets."""
    return wishes_page(services, lang, int(args["person"]))


@view("wishes.paused")
def paused(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Nothing until that day."""
    return why_reply(services, lang, services.texts(lang, "mute.until", until=int(args["until"])), int(args["leaving"]))


def _as_it_was(context: Context, _draft: Draft) -> Done:
    return "wishes", {"person": context.person.id}


PAUSE = Form("pause", 1, (Step("moment", checks.moment, check=_to_come),), preview=False)
register_kit(Kit(PAUSE, _pause, left=_as_it_was))
PRESSES: Presses = {"nset": press_wishes, "mute": press_mute, "nwhy": press_why, "nopen": press_open}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("notices", on_notices)]
