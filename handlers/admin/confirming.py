"""What becomes of a draft: confirmed once, thrown away, or a draft again although it was confirmed."""

from __future__ import annotations

from typing import Any

from telegram import Update

from handlers.admin.counting import carry_on, count
from handlers.admin.desk import desk_page, expired, rest_of
from handlers.admin.rights import draft_for, found_for, scope_of
from handlers.buttons import Button, number, press
from handlers.context import Context, Reply, Services
from handlers.presses import Presses
from handlers.views import view
from knowledge.clock import MINUTE
from knowledge.records import changes, notices, sending
from knowledge.records.notices import Notice


@view("notice.started")
def started(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """It is on its way, or waits for its hour."""
    notice = notices.get(services.store, int(args["notice"]))
    if notice is None:
        return Reply(services.texts(lang, "press.gone"))
    of = notices.get(services.store, notice.of) if notice.of else None
    rows = ((press(services.texts(lang, "button.unschedule"), "nun", notice.id),),) if notice.state == "scheduled" else ()
    if of and of.state == "paused" and of.waiting:
        rows = (*rows, _go_on_row(services, lang, of))
    text = services.texts(
        lang,
        "notice.started",
        kind=notice.kind,
        total=notice.total,
        rest=of.waiting if of else 0,
        goes_on=bool(of and of.state == "sending"),
        now=services.now(),
        starts=notice.starts,
        in_minutes=max(0, (notice.starts or 0) - services.now()) // MINUTE,
    )
    return Reply(text, rows)


def _go_on_row(services: Services, lang: str, notice: Notice) -> tuple[Button, ...]:
    """Lets a notice that is held go on."""
    return (press(services.texts(lang, "button.resume"), "nrun", notice.id, "resume"),)


async def press_send(update: Update, context: Context, args: list[str]) -> str | None:
    """Confirm, once: only as it was shown with this button."""
    notice = found_for(context, args)
    version = number(args[1]) if len(args) > 1 else None
    if notice is None or version is None:
        return context.text("office.not_yours")
    services = context.services
    if notice.kind == "notice" and notice.topic is None:
        return context.text("desk.no_topic")
    if expired(notice, context.now):
        return context.text("desk.expired")
    if notice.of and (fault := await _cannot_change(context, notice, notice.of)):
        return fault
    with context.store.transaction():
        scope = scope_of(services, notice)
        outcome = sending.confirm(context.store, notice, version, scope, context.update_id, context.now, by=context.person.id)
        if outcome == "done":
            changes.overtake(context.store, notice, context.now)
            context.note_result("notice.started", notice=notice.id)
    await carry_on(services, notice.id)
    found = notices.get(context.store, notice.id)
    if outcome == "done" and found and found.state == "draft":
        outcome = "nobody" if found.version == version + 1 else "stale"  # or somebody has unscheduled it meanwhile
    if outcome != "done":
        if found:
            await count(services, found)
            await context.send(desk_page(services, context.lang, found))
        return context.text(f"desk.not_sent.{outcome}")
    if notice.of and args[2:3] == ["on"]:
        sending.resume(context.store, notice.of, context.now)
    services.wake()
    await context.show(update, started(services, context.lang, {"notice": notice.id}))
    if notice.author != context.person.id and (found := notices.get(context.store, notice.id)):
        await context.send(desk_page(services, context.lang, found))  # the progress message is its writer's
    return None


async def _cannot_change(context: Context, change: Notice, number: int) -> str | None:
    """Why the copies of a notice cannot be changed now, although they could when the change was begun.

    One that goes on again is held, and shown with the copies that there are by now.
    """
    of = notices.get(context.store, number)
    if of is None or not changes.changeable(of):
        return context.text("desk.no_change")
    if of.state == "sending":
        sending.hold_for_change(context.store, number, context.now)
        context.services.wake()
        await context.send(desk_page(context.services, context.lang, change))
        return context.text("desk.held")
    if not notices.copies(context.store, number):
        return context.text("desk.no_copies")
    return context.text("desk.in_flight") if of.counts.get("sending") else None


async def press_drop(update: Update, context: Context, args: list[str]) -> str | None:
    """Throw a draft away."""
    notice = draft_for(context, args)
    if isinstance(notice, str):
        return notice
    notices.discard(context.store, notice.id)
    services, lang = context.services, context.lang
    rest = rest_of(services, notice.of) if notice.of else 0
    back = press(context.text("button.desk"), "ndesk")
    if of := notices.get(context.store, notice.of) if notice.of else None:
        back = press(context.text("button.back"), "nd", of.id, "here")
    rows = ((back,),) if of is None or not rest else (_go_on_row(services, lang, of), (back,))
    await context.show(update, Reply(context.text("desk.discarded", kind=notice.kind, rest=rest), rows))
    return None


async def press_unschedule(update: Update, context: Context, args: list[str]) -> str | None:
    """Back to a draft, to be changed or thrown away."""
    notice = found_for(context, args)
    if notice is None:
        return context.text("office.not_yours")
    with context.store.transaction():
        if not sending.unschedule(context.store, notice.id, context.now):
            return context.text("desk.too_late")
        sending.show(context.store, notice.id, context.now)
    await carry_on(context.services, notice.id)
    context.services.wake()
    if found := notices.get(context.store, notice.id):
        await count(context.services, found)
        page = desk_page(context.services, context.lang, found)
        pressed = update.callback_query.message if update.callback_query else None
        if pressed and pressed.message_id == notice.panel:  # that one says by itself how the notice stands
            await context.send(page)
        else:
            await context.show(update, page)
    return context.text("desk.unscheduled")


PRESSES: Presses = {"nsend": press_send, "ndrop": press_drop, "nun": press_unschedule}
