"""When a notice goes, and until when it is worth sending: in Chongqing's time, as people write it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from telegram import Update

from handlers import checks
from handlers.admin.rights import draft_for, no_draft, unchanged
from handlers.context import Context, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Answers, Fault, Form, Step
from handlers.presses import Presses
from knowledge.clock import DAY, SHANGHAI, in_shanghai
from knowledge.records import drafts, notices
from knowledge.records.drafts import Draft

if TYPE_CHECKING:
    from knowledge.moments import NoMoment

MORNING = 9
"""The hour that is offered."""
STARTS = ("now", "tomorrow", "monday")
NOW = frozenset({"马上", "现在", "立即", "立刻", "now", "at once", "immediately"})
"""Written instead of the button that says so."""
ENDS = ("never", "day", "week")
"""What is offered for the end: none, a day or a week after the start."""


def starts_at(answer: str, now: int) -> int | NoMoment | None:
    """When a notice starts; None: when it is confirmed."""
    if answer == "now" or answer.lower().strip("。.！!") in NOW:
        return None
    if answer in STARTS:
        today = in_shanghai(now).date()
        days = 1 if answer == "tomorrow" else 7 - today.weekday()
        morning = datetime.combine(today + timedelta(days=days), datetime.min.time(), SHANGHAI).replace(hour=MORNING)
        return int(morning.timestamp())
    from knowledge.moments import read  # late, as its patterns take time: few people write a moment

    return read(answer, now)


def ends_at(answer: str, start: int, now: int) -> int | NoMoment | None:
    """When a notice is too late; None: never."""
    if answer in ENDS:
        return {"never": None, "day": start + DAY, "week": start + 7 * DAY}[answer]
    from knowledge.moments import NoMoment, read  # late, as above

    found = read(answer, now)
    return NoMoment("early", found) if isinstance(found, int) and found <= start else found


def _start_fits(answers: Answers, now: int) -> Fault | None:
    found = starts_at(answers["moment"], now)
    return None if found is None else checks.moment_fault(found, now)


def _end_fits(answers: Answers, now: int) -> Fault | None:
    found = ends_at(answers["moment"], int(answers.get("start") or now), now)
    return None if found is None else checks.moment_fault(found, now)


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    return {"now": services.now()}


def _finish_start(context: Context, draft: Draft) -> Done:
    return _kept(context, draft, "starts", starts_at(draft.answers["moment"], context.now))


def _finish_end(context: Context, draft: Draft) -> Done:
    notice = draft_for(context, [draft.subject])
    start = context.now if isinstance(notice, str) else notice.starts or context.now
    return _kept(context, draft, "expires", ends_at(draft.answers["moment"], start, context.now))


def _kept(context: Context, draft: Draft, name: str, moment: Any) -> Done:
    notice = draft_for(context, [draft.subject])
    if isinstance(notice, str):
        return no_draft(context, [draft.subject])
    if moment is None or isinstance(moment, int):
        notices.edit(context.store, notice.id, **{name: moment})
    return "notice.desk", {"notice": notice.id}


async def press_when(update: Update, context: Context, args: list[str]) -> str | None:
    """Ask when it starts, or when it ends."""
    notice = draft_for(context, args)
    if isinstance(notice, str):
        return notice
    if args[1:2] == ["expire"]:
        if old := drafts.find(context.store, context.person.id, "until", str(notice.id)):
            drafts.drop(context.store, old.id)  # it knew the start as it was then
        await open_form(context, "until", str(notice.id), {"start": str(notice.starts or context.now)})
    else:
        await open_form(context, "when", str(notice.id))
    return None


def _left(context: Context, draft: Draft) -> Done:
    return unchanged(context, [draft.subject])


WHEN = Form("when", 1, (Step("moment", checks.moment, STARTS, check=_start_fits),), preview=False)
UNTIL = Form("until", 1, (Step("moment", checks.moment, ENDS, check=_end_fits),), preview=False)
register_kit(Kit(WHEN, _finish_start, _facts, left=_left))
register_kit(Kit(UNTIL, _finish_end, _facts, left=_left))
PRESSES: Presses = {"nw": press_when}
