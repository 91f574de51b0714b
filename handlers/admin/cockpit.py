"""The cockpit of a notice on its way: one progress message that is kept up to date, and what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from telegram import Update

from handlers.admin import sheets
from handlers.admin.counting import carry_on, missed
from handlers.admin.rights import found_for, may
from handlers.buttons import Button, Rows, press
from handlers.context import Context, Reply, Services
from handlers.presses import Presses
from handlers.views import view
from knowledge.clock import DAY, MINUTE
from knowledge.records import audience, changes, mutes, notices, sending
from knowledge.records.notices import Notice
from knowledge.records.store import Row

BAR = 12
"""Blocks of the bar."""
SHOWN = ("sent", "blocked", "gone", "failed", "unknown")
WHY = frozenset({"asked", "change", "expiring", "role", "failing", "refused", "recalled", "halfway", changes.OVERTAKEN})
"""Why a notice is held or was stopped, of what has words of ours; anything else is what Telegram said."""
QUARTER = 90 * DAY


def bar(share: float) -> str:
    """A share as a row of blocks."""
    full = round(max(0.0, min(1.0, share)) * BAR)
    return "▓" * full + "░" * (BAR - full)


def why_words(services: Services, lang: str, why: str | None) -> str:
    """Why a notice is held or was stopped."""
    return services.texts(lang, f"notice.why.{why}") if why in WHY else (why or "")


def state_words(services: Services, lang: str, notice: Notice) -> str:
    """How a notice or a change stands, in a word or two."""
    if notice.kind == "notice":
        if notice.why != "recalled":
            return services.texts(lang, f"notice.state.{notice.state}")
        going = changes.being_recalled(services.store, notice.id)
        return services.texts(lang, "notice.state.sending.recall" if going else "notice.state.recalled")
    own = notice.state in {"sending", "done"}
    return services.texts(lang, f"notice.state.{notice.state}.{notice.kind}" if own else f"notice.state.{notice.state}")


def panel_facts(services: Services, lang: str, notice: Notice) -> dict[str, Any]:
    """How a notice stands, in numbers."""
    done = notice.total - notice.waiting
    left = {
        row["error"]: row["n"]
        for row in services.store.all(
            "SELECT coalesce(error, 'blocked') AS error, count(*) AS n FROM deliveries WHERE notice = ? AND state = 'left_out'"
            " GROUP BY 1 ORDER BY 1",
            (notice.id,),
        )
    }
    pace = pace_of(services, notice, done)
    return {
        "number": notice.of or notice.id,
        "kind": notice.kind,
        "state": notice.state,
        "state_name": state_words(services, lang, notice),
        "bar": bar(done / notice.total if notice.total else 1),
        "percent": 100 * done // notice.total if notice.total else 100,
        "total": notice.total,
        "waiting": notice.waiting,
        "counts": {state: notice.counts.get(state, 0) for state in SHOWN},
        "edited": _edited(services, notice) if notice.kind == "recall" else 0,
        "left": [(services.texts(lang, f"left.{why}"), left[why]) for why in sorted(left, key=audience.place)],
        "pace": round(pace, 1) if pace < 10 else round(pace),
        "minutes": round(notice.waiting / (pace or services.pace) / MINUTE),
        "why": why_words(services, lang, notice.why) if notice.state in {"paused", "stopped"} else "",
        "starts": notice.starts,
        "now": services.now(),
        "finished": notice.finished,
        "unsettled": bool(notice.counts.get("unknown")) and notice.settled is None,
        "changes": [
            {"kind": one.kind, "state": state_words(services, lang, one), "id": one.id}
            for one in notices.changes(services.store, notice.id)
        ],
    }


def pace_of(services: Services, notice: Notice, done: int) -> float:
    """Messages a second since the progress was shown last, or since it began."""
    before = sending.seen(services.store, notice.id)
    if notice.state != "sending" or notice.began is None:
        return 0
    since, at = before if before and before[1] < services.now() and before[0] <= done else (0, notice.began)
    return (done - since) / max(1, services.now() - at)


def _edited(services: Services, notice: Notice) -> int:
    found: int = services.store.value(
        "SELECT count(*) FROM deliveries WHERE notice = ? AND state = 'sent' AND args != '{}'"
        " AND json_extract(args, '$.edited')",
        (notice.id,),
    )
    return found


def panel_page(services: Services, lang: str, notice: Notice) -> Reply:
    """How a notice stands, with what can be done now."""
    if notice.state == "draft":
        opened = (press(services.texts(lang, "button.open_draft"), "nd", notice.id),)
        return Reply(services.texts(lang, "notice.unscheduled", number=notice.id), (opened,))
    return Reply(services.texts(lang, "notice.panel", **panel_facts(services, lang, notice)), _rows(services, lang, notice))


def _rows(services: Services, lang: str, notice: Notice) -> Rows:
    texts, one, counts = services.texts, notice.id, notice.counts
    rows: list[tuple[Button, ...]] = []
    over = notice.why == "recalled" or changes.overtaken(services.store, notice)
    if notice.state == "sending":
        rows.append((press(texts(lang, "button.pause_notice"), "nrun", one, "pause"),))
    if notice.state == "paused" and not over:
        rows.append((press(texts(lang, "button.resume"), "nrun", one, "resume"),))
    if notice.state in notices.OPEN:
        stop = press(texts(lang, "button.stop"), "nrun", one, "stop")
        rows[-1:] = [(*rows[-1], stop) if rows else (stop,)]
    if notice.state == "scheduled":
        rows.insert(0, (press(texts(lang, "button.unschedule"), "nun", one),))
    still = notice.state in changes.RESTING and not over
    again = still and not notice.expired(services.now())
    if again and counts.get("failed"):
        rows.append((press(texts(lang, "button.retry", n=counts["failed"]), "nagain", one, "failed"),))
    if still and counts.get("unknown") and notice.settled is None:
        resend = press(texts(lang, "button.resend", n=counts["unknown"]), "nagain", one, "unknown")
        leave = press(texts(lang, "button.leave_unknown"), "nagain", one, "leave")
        rows.append((resend, leave) if again else (leave,))
    if changes.changeable(notice) and (notice.state == "sending" or counts.get("sent")):
        rows.append((press(texts(lang, "button.correct"), "nfix", one), press(texts(lang, "button.recall"), "nback", one)))
    if changes.changeable(notice):
        rows.extend(
            (press(texts(lang, f"button.unconfirmed.{one.kind}"), "nd", one.id),)
            for one in changes.unconfirmed(services.store, notice.id)
        )
    if notice.of:
        rows.append((press(texts(lang, "button.of", number=notice.of), "nd", notice.of),))
    last = [press(texts(lang, "button.refresh"), "report", one)]
    if notice.state not in {"scheduled", "sending"} and sum(counts.values()) > counts.get("sent", 0):
        last.append(press(texts(lang, "button.missed"), "nwho", one))
    return (*rows, tuple(last))


def _of(services: Services, args: dict[str, Any]) -> Notice | None:
    return notices.get(services.store, int(args["notice"]))


def _still(services: Services, args: dict[str, Any], notice: Notice) -> bool:
    """Whether it is still for this person: who wrote or confirmed it may have lost the role while it goes."""
    return "person" not in args or may(services, int(args["person"]), notice)


def _handed_over(services: Services, lang: str, notice: Notice) -> Reply:
    return Reply(services.texts(lang, "notice.handed_over", number=notice.of or notice.id))


@view(sending.PANEL)
def panel(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The progress message."""
    notice = _of(services, args)
    if notice is None:
        return Reply(services.texts(lang, "press.gone"))
    return panel_page(services, lang, notice) if _still(services, args, notice) else _handed_over(services, lang, notice)


def _told(name: str) -> None:
    """A message of its own, because something has to be decided or is over; the progress message only changes."""

    @view(name)
    def shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
        notice = _of(services, args)
        if notice is None:
            return Reply(services.texts(lang, "press.gone"))
        if not _still(services, args, notice):
            return _handed_over(services, lang, notice)
        return Reply(services.texts(lang, name, **panel_facts(services, lang, notice)), _rows(services, lang, notice))


for _name in ("notice.report", "notice.paused", "notice.stopped", "notice.orphan"):
    _told(_name)


# -- what can be done --------------------------------------------------------------------------------------------------


async def press_report(update: Update, context: Context, args: list[str]) -> str | None:
    """How a notice stands now."""
    notice = found_for(context, args)
    if notice is None:
        return context.text("office.not_yours")
    await context.show(update, panel_page(context.services, context.lang, notice))
    return None


async def press_run(update: Update, context: Context, args: list[str]) -> str | None:
    """Hold, go on, stop (which is asked about once more)."""
    notice = found_for(context, args)
    if notice is None:
        return context.text("office.not_yours")
    what = (args + [""])[1]
    if what == "stop":
        if notice.state not in notices.OPEN:
            return context.text("desk.too_late")
        yes = press(context.text("button.stop_yes"), "nrun", notice.id, "stop_yes")
        await context.say("notice.stop_sure", ((yes,),), n=notice.waiting, kind=notice.kind)
        return None
    if what == "resume" and changes.overtaken(context.store, notice):
        return context.text("desk.overtaken")
    done = {
        "pause": lambda: sending.pause(context.store, notice.id, "asked", context.now),
        "resume": lambda: sending.resume(context.store, notice.id, context.now),
        "stop_yes": lambda: sending.stop(context.store, notice.id, "asked", context.now),
    }.get(what, lambda: False)()
    context.services.wake()
    if not done:
        return context.text("desk.too_late")
    changed = notices.get(context.store, notice.id)
    if changed and (what == "stop_yes" or notice.author != context.person.id):
        await context.show(update, panel_page(context.services, context.lang, changed))
    return context.text(f"notice.did.{what}")


async def press_again(update: Update, context: Context, args: list[str]) -> str | None:
    """Send again to those whom it failed to reach, or of whom nobody knows; or leave these as they are."""
    notice = found_for(context, args)
    if notice is None:
        return context.text("office.not_yours")
    what = (args + [""])[1]
    if what != "leave" and changes.overtaken(context.store, notice):
        return context.text("desk.overtaken")
    if what != "leave" and notice.expired(context.now):
        return context.text("desk.expired_since")
    if what == "leave":
        done = sending.settle(context.store, notice.id, context.now)
        line = context.text("notice.settled")
    else:
        n = sending.retry(context.store, notice.id, what, context.now) if what in {"failed", "unknown"} else 0
        done, line = n > 0, context.text("notice.requeued" if notice.state == "paused" else "notice.retried", n=n)
        await carry_on(context.services, notice.id)
    context.services.wake()
    return line if done else context.text("desk.too_late")


async def press_missed(update: Update, context: Context, args: list[str]) -> str | None:
    """Who has not got it and why, as a file."""
    notice = found_for(context, args)
    if notice is None:
        return context.text("office.not_yours")
    services, lang = context.services, context.lang
    context.store.audit(context.now, context.person.id, "notice.missed", f"notice:{notice.id}")
    found, over = await missed(services, notice), notice.state == "stopped"
    head = [context.text(f"sheet.{name}") for name in ("organisation", "person", "state", "why")]
    states = {
        state: services.texts(lang, "delivery.unsent" if over and state == "pending" else f"delivery.{state}")
        for state in {row["state"] for row in found}
    }
    reasons = {why: services.texts(lang, f"left.{why}") for why in {row["error"] for row in found if _left_out(row)}}
    content = await asyncio.to_thread(_missed, head, found, states, reasons, context.text("sheet.erased"))
    await context.send_file(f"notice-{notice.id}.xlsx", content, context.text("sheet.missed", n=len(found), number=notice.id))
    return None


def _left_out(row: Row) -> bool:
    return row["state"] == "left_out" and bool(row["error"])


def _missed(
    head: Sequence[str], found: Sequence[Row], states: Mapping[str, str], reasons: Mapping[str, str], erased: str
) -> bytes:
    """The file, by what became of each."""
    by_state = sorted(found, key=lambda row: (row["state"], row["error"] or "", row["person"]))
    rows = [
        [
            row["organisation"],
            row["person"] if row["person"] > 0 else erased,
            states[row["state"]],
            reasons[row["error"]] if _left_out(row) else row["error"],
        ]
        for row in by_state
    ]
    return sheets.workbook(head, rows)


async def press_leavings(update: Update, context: Context, args: list[str]) -> str | None:
    """Why people turned notices down, in sum."""
    if context.role != "city":
        return context.text("office.not_yours")
    found = mutes.reasons(context.store, context.now - QUARTER)
    items = [(context.text(f"leave.{reason}"), n) for reason, n in found.items()]
    await context.say("desk.leavings", ((press(context.text("button.desk"), "ndesk"),),), items=items)
    return None


PRESSES: Presses = {
    "report": press_report,
    "nrun": press_run,
    "nagain": press_again,
    "nwho": press_missed,
    "nleft": press_leavings,
}
