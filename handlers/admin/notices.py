"""Writing a notice to everybody: the text, a preview with the number of recipients, one confirmation, a report."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from markupsafe import Markup
from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers.buttons import number, press
from handlers.checks import NOTICE_MAX, one_line
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Fault, Form, Step
from handlers.presses import Presses
from handlers.views import view
from knowledge.records import notices, people
from knowledge.records.drafts import Draft

TAGS = re.compile(r"<[^>]+>")


def notice_text(html: str) -> str | Fault:
    """A notice as Telegram HTML, with room for its footer."""
    text = unescape(TAGS.sub("", html)).strip()
    length = len(text.encode("utf-16-le")) // 2  # as Telegram counts: an emoji is two
    if not one_line(text):
        return Fault("fault.notice.empty")
    if length > NOTICE_MAX:
        return Fault("fault.notice.long", {"max": NOTICE_MAX, "n": length})
    return html.strip()


FORM = Form("notice", 1, (Step("text", notice_text),))


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    get, muted, lost = notices.reach(services.store)
    return {"html": Markup(draft.answers.get("text", "")), "get": get, "muted": muted, "lost": lost}  # noqa: S704  made by Telegram's own entities


def _finish(context: Context, draft: Draft) -> Done:
    if context.role != "city":
        return "notice.not_yours", {}
    get, _, _ = notices.reach(context.store)
    if not get:
        return "notice.nobody", {}
    return "notice.started", {
        "notice": notices.confirm(context.store, context.person.id, draft.answers["text"], context.update_id, context.now)
    }


@view("notice")
def copy(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A copy of the notice, as its recipients see it."""
    notice = notices.get(services.store, int(args["notice"]))
    html = Markup(notice.html) if notice else ""  # noqa: S704  made by Telegram's own entities
    rows = ((press(services.texts(lang, "button.mute"), "mute", 1),),)
    return Reply(services.texts(lang, "notice", html=html), rows)


@view("notice.started")
def started(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """It is on its way."""
    notice = notices.get(services.store, int(args["notice"]))
    rows = ((press(services.texts(lang, "button.report"), "report", int(args["notice"])),),)
    return Reply(services.texts(lang, "notice.started", total=notice.total if notice else 0), rows)


@view("notice.report")
def report(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """How many got it and how many did not, by reason."""
    notice = notices.get(services.store, int(args["notice"]))
    if notice is None:
        return Reply(services.texts(lang, "press.gone"))
    rows = ((press(services.texts(lang, "button.refresh"), "report", notice.id),),) if notice.state == "sending" else ()
    return Reply(services.texts(lang, "notice.report", notice=notice, counts=notice.counts, total=notice.total), rows)


@view("notice.stopped")
def stopped(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Telegram refused the text: the rest was not sent."""
    said = report(services, lang, args)
    return Reply(f"{services.texts(lang, 'notice.stopped', error=args['error'])}\n\n{said.text}", said.rows)


@view("notice.nobody")
def nobody(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """There is nobody to send it to."""
    return Reply(services.texts(lang, "notice.nobody"))


@view("notice.not_yours")
def not_yours(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Only administrators send notices."""
    return Reply(services.texts(lang, "notice.not_yours"))


async def begin(context: Context) -> None:
    """Start writing a notice."""
    await open_form(context, "notice", "")


async def on_broadcast(update: Update, context: Context) -> None:
    """/broadcast, for administrators."""
    if context.role != "city":
        await context.say("notice.not_yours", ((press(context.text("button.ask"), "ask", ""),),))
        return
    await begin(context)


async def press_report(update: Update, context: Context, args: list[str]) -> str | None:
    """How a notice stands."""
    notice = number(args[0]) if args else None
    if context.role != "city" or notice is None:
        return context.text("office.not_yours")
    await context.show(update, report(context.services, context.lang, {"notice": notice}))
    return None


async def press_mute(update: Update, context: Context, args: list[str]) -> str | None:
    """No more notices, or notices again; mail about one's own interests always arrives."""
    muted = args[:1] != ["0"]
    with context.store.transaction():
        people.consent(context.store, context.person.id, ("notices",), given=not muted, now=context.now)
    label = context.text("button.unmute" if muted else "button.mute")
    await context.say("mute.on" if muted else "mute.off", ((press(label, "mute", 0 if muted else 1),),))
    return None


register_kit(Kit(FORM, _finish, _facts))
PRESSES: Presses = {"report": press_report, "mute": press_mute}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("broadcast", on_broadcast)]
