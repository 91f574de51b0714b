"""Choosing whom a notice is for: conditions as buttons, with the number after each tap, and the list as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from telegram import Update

from handlers.admin import sheets
from handlers.admin.conditions import chosen, condition_words, mark, offered, options
from handlers.admin.counting import count, reach_of, recipients
from handlers.admin.desk import county_name, desk_page
from handlers.admin.rights import draft_for, found_for
from handlers.buttons import press
from handlers.context import Context, Reply, Services
from handlers.presses import Presses
from knowledge.records import drafts, notices
from knowledge.records.audience import KINDS, Audience
from knowledge.records.notices import Notice
from knowledge.records.store import Row

WIDE = frozenset({"kinds", "fields"})
"""Conditions whose names are long: two of them stand in a row, of the others three."""


def audience_page(services: Services, lang: str, notice: Notice) -> Reply:
    """The conditions that are set, and how many that makes."""
    reach = reach_of(services, notice)
    text = services.texts(
        lang, "desk.audience_page", parts=condition_words(services, lang, notice.audience), total=reach.total,
        county=county_name(services, lang, notice), left=sum(reach.left_out.values()),
    )  # fmt: skip
    kinds = offered(services, lang, notice)
    buttons = [press(services.texts(lang, f"audience.kind.{kind}"), "na", notice.id, kind) for kind in kinds]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    last = [press(services.texts(lang, "button.audience_list"), "nlist", notice.id)] if reach.total else []
    if not notice.audience.everybody:
        last.append(press(services.texts(lang, "button.audience_all"), "na", notice.id, "all"))
    back = press(services.texts(lang, "button.back"), "nd", notice.id, "here")
    return Reply(text, (*rows, tuple(last), (back,)))


def kind_page(services: Services, lang: str, notice: Notice, kind: str) -> Reply:
    """The values of one kind of condition, ticked where chosen: one of them is enough."""
    ticked = chosen(notice.audience, kind)
    buttons = [
        press(f"{'☑' if value in ticked else '☐'} {name}", "na", notice.id, kind, mark(value))
        for value, name in options(services, lang, kind).items()
    ]
    width = 2 if kind in WIDE else 3
    rows = [tuple(buttons[i : i + width]) for i in range(0, len(buttons), width)]
    reach = reach_of(services, notice)
    text = services.texts(
        lang, "desk.condition", name=services.texts(lang, f"audience.kind.{kind}"), total=reach.total,
        single=kind == "silent",
    )  # fmt: skip
    return Reply(text, (*rows[:24], (press(services.texts(lang, "button.done"), "na", notice.id),)))


async def press_audience(update: Update, context: Context, args: list[str]) -> str | None:
    """The conditions: ``notice[:kind[:value]]``."""
    notice = draft_for(context, args)
    if isinstance(notice, str):
        return notice
    services, lang = context.services, context.lang
    drafts.park(context.store, context.person.id)
    kind, marked = (args[1:] + ["", ""])[:2]
    if kind == "all":
        notices.edit(context.store, notice.id, audience=Audience().pack())
    kind = kind if kind == "all" or kind in offered(services, lang, notice) else ""
    value = next((one for one in options(services, lang, kind) if mark(one) == marked), "")
    if value:
        notices.edit(context.store, notice.id, audience=notice.audience.toggled(kind, value).pack())
    changed = notices.get(context.store, notice.id) or notice
    await count(services, changed)
    page = kind_page(services, lang, changed, kind) if kind in KINDS else audience_page(services, lang, changed)
    await context.show(update, page)
    return None


async def press_list(update: Update, context: Context, args: list[str]) -> str | None:
    """Whom it goes to, as a file."""
    notice = found_for(context, args)
    if notice is None:
        return context.text("office.not_yours")
    if notice.state != "draft":
        await context.send(desk_page(context.services, context.lang, notice))
        return None
    context.store.audit(context.now, context.person.id, "audience.export", f"notice:{notice.id}")
    rows = await recipients(context.services, notice)
    head = [context.text(f"sheet.{name}") for name in ("organisation", "person")]
    content = await asyncio.to_thread(_listed, head, rows)
    await context.send_file(f"audience-{notice.id}.xlsx", content, context.text("sheet.audience", n=len(rows)))
    return None


def _listed(head: Sequence[str], found: Sequence[Row]) -> bytes:
    """The file: those without an organisation first, then by its name."""
    by_name = sorted(found, key=lambda row: row["organisation"] or "")
    return sheets.workbook(head, [[row["organisation"], row["person"]] for row in by_name])


PRESSES: Presses = {"na": press_audience, "nlist": press_list}
