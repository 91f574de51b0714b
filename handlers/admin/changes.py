"""Changing what was sent: a correction is written over every copy, a recall takes every copy back."""

from __future__ import annotations

from telegram import Update

from handlers import checks
from handlers.admin.compose import OTHER, TEXT, as_before, file_of, language, variants, written
from handlers.admin.desk import desk_page, rest_of
from handlers.admin.rights import found_for, no_draft, unchanged
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Form, Step
from handlers.presses import Presses
from knowledge.records import changes, notices, sending
from knowledge.records.drafts import Draft
from knowledge.records.notices import Notice

FORM = Form(
    "correct",
    1,
    (
        Step("text", checks.notice, rich=True, check=TEXT.check),
        Step("other", checks.notice, rich=True, skippable=True, check=OTHER.check),
    ),
    preview=False,
)


def _changeable(context: Context, args: list[str]) -> Notice | str:
    """A sent notice, held if it was going on, or the line that says why it cannot be changed."""
    notice = found_for(context, args)
    if notice is None:
        return context.text("office.not_yours")
    if notice.kind == "notice" and notice.state == "sending":
        if not notice.counts.get("sent") and not notice.counts.get("sending"):
            return context.text("desk.none_yet")
        sending.hold_for_change(context.store, notice.id, context.now)
        context.services.wake()
        notice = notices.get(context.store, notice.id) or notice
    return notice if changes.changeable(notice) else context.text("desk.no_change")


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    notice = written(services, draft)
    return {
        "number": draft.subject,
        "first": language(draft.answers.get(TEXT.id, "")),
        "n": notices.copies(services.store, notice.id) if notice else 0,
        "rest": rest_of(services, notice.id) if notice else 0,
    }


def _left(context: Context, draft: Draft) -> Done:
    return unchanged(context, [draft.subject])


def _finish(context: Context, draft: Draft) -> Done:
    """A correction as a draft of its own, with its rehearsal."""
    notice = _changeable(context, [draft.subject])
    if isinstance(notice, str):
        return no_draft(context, [draft.subject])
    zh, en = variants(draft.answers)
    number = _begun(context, notice, "correction")
    notices.edit(
        context.store, number, zh=zh, en=en, media=notice.media, file=notice.file, topic=notice.topic,
        buttons=notices.pack_links(notice.links),
    )  # fmt: skip
    return "notice.desk", {"notice": number}


def _begun(context: Context, notice: Notice, kind: str) -> int:
    """The number of the change that was begun and not confirmed, or of a new one."""
    known = [one.id for one in changes.unconfirmed(context.store, notice.id) if one.kind == kind]
    if known:
        return known[0]
    return notices.draft(context.store, context.person.id, context.now, kind=kind, of=notice.id, county=notice.county)


async def press_correct(update: Update, context: Context, args: list[str]) -> str | None:
    """Write what is to stand in every copy."""
    notice = _changeable(context, args)
    if isinstance(notice, str):
        return notice
    await open_form(context, "correct", str(notice.id), file_of(notice))
    return None


async def press_recall(update: Update, context: Context, args: list[str]) -> str | None:
    """Take every copy back: shown with its number before it is done."""
    notice = _changeable(context, args)
    if isinstance(notice, str):
        return notice
    number = _begun(context, notice, "recall")
    notices.edit(context.store, number, zh=notice.zh, en=notice.en, media=notice.media, topic=notice.topic)
    made = notices.get(context.store, number)
    await context.send(desk_page(context.services, context.lang, made) if made else Reply(context.text("press.gone")))
    return None


register_kit(Kit(FORM, _finish, _facts, suggest=as_before, left=_left))
PRESSES: Presses = {"nfix": press_correct, "nback": press_recall}
