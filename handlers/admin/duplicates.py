"""The office and organisations that may be the same one: proposed with the reason, merged or kept apart, and taken back."""

from __future__ import annotations

from typing import Any

from telegram import Update

from handlers.buttons import Button, number, press, short
from handlers.context import Context, Reply, Services
from handlers.marks import mark
from handlers.presses import Presses
from handlers.views import render, view
from knowledge.records import duplicates, interests, organisations
from knowledge.records.duplicates import Duplicate
from knowledge.records.organisations import Organisation

LISTED = 10


def _side(services: Services, lang: str, organisation: Organisation) -> dict[str, Any]:
    """What tells one of the two from the other."""
    found = interests.of_organisation(services.store, organisation.id)
    profile = organisation.profile
    return {
        "name": organisation.name,
        "place": " ".join(part for part in (profile.province, profile.city) if part),
        "code": profile.code or "",
        "mark": mark(services, lang, organisation),
        "created": organisation.created,
        "members": len(organisations.members(services.store, organisation.id)),
        "open": [one.id for one in found if one.open],
        "total": len(found),
    }


def _page(services: Services, lang: str, pair: Duplicate, key: str) -> Reply:
    """The two side by side; ``key``: the text to show them by."""
    both = [found for one in (pair.older, pair.newer) if (found := organisations.get(services.store, one))]
    text = services.texts(lang, key, reason=pair.reason, items=[_side(services, lang, one) for one in both])
    rows: list[tuple[Button, ...]] = []
    if pair.state == "open" and key == "office.duplicate":
        merge = press(services.texts(lang, "button.merge"), "dup", pair.id, "merge")
        rows.append((merge, press(services.texts(lang, "button.different"), "dup", pair.id, "no")))
    elif pair.state == "open":
        rows.append((press(services.texts(lang, "button.merge_yes"), "dup", pair.id, "merge", "yes"),))
        rows.append((press(services.texts(lang, "button.back"), "dup", pair.id),))
    elif pair.state == "merged":
        rows.append((press(services.texts(lang, "button.unmerge"), "dup", pair.id, "undo"),))
    rows.append(tuple(press(short(one.name, 20), "org", one.id) for one in both if one.merged is None))
    return Reply(text, tuple(rows))


@view("office.duplicate")
def proposed(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Two organisations may be the same one; or what became of the proposal."""
    pair = duplicates.get(services.store, int(args["duplicate"]))
    if pair is None:
        return Reply(services.texts(lang, "press.gone"))
    if pair.state == "open":
        return _page(services, lang, pair, "office.duplicate")
    return _page(services, lang, pair, "office.merged" if pair.state == "merged" else "office.different")


@view("duplicate.stale")
def stale(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """It was decided before, or one of the two is there no longer."""
    return Reply(services.texts(lang, "duplicate.stale"))


def _line(name: str) -> None:
    @view(name)
    def shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
        found = organisations.get(services.store, int(args["organisation"]))
        if found is None:
            return Reply(services.texts(lang, "press.gone"))
        rows = ((press(services.texts(lang, "button.org"), "org", found.id), press(services.texts(lang, "button.my"), "my")),)
        return Reply(services.texts(lang, name, name=found.name), rows)


_line("member.merged")
_line("member.unmerged")


def list_page(services: Services, lang: str) -> Reply:
    """The pairs that wait for a decision, oldest first."""
    found = duplicates.waiting(services.store)
    rows = []
    for pair in found[:LISTED]:
        names = [one.name for two in (pair.older, pair.newer) if (one := organisations.get(services.store, two))]
        rows.append((press(" ≈ ".join(short(name, 20) for name in names), "dup", pair.id),))
    return Reply(services.texts(lang, "office.duplicates", n=len(found), shown=min(LISTED, len(found))), tuple(rows))


def waiting_row(services: Services, lang: str) -> tuple[Button, ...]:
    """The button to the pairs that wait; none where none do."""
    found = duplicates.waiting(services.store)
    return (press(services.texts(lang, "button.duplicates", n=len(found)), "dup"),) if found else ()


async def press_duplicate(update: Update, context: Context, args: list[str]) -> str | None:
    """The pairs, one of them, and what becomes of it: ``[duplicate[:merge[:yes]|no|undo]]``."""
    which, what, sure = (args + [""] * 3)[:3]
    if context.role != "city":
        return context.text("office.not_yours")
    services, lang = context.services, context.lang
    if not which:
        await context.send(list_page(services, lang))
        return None
    wanted = number(which)
    pair = duplicates.get(context.store, wanted) if wanted is not None else None
    if pair is None:
        return context.text("press.gone")
    if what == "merge" and duplicates.together(context.store, pair):
        return context.text("duplicate.together")
    if what == "merge" and sure != "yes" and pair.state == "open":
        await context.show(update, _page(services, lang, pair, "duplicate.confirm"))
        return None
    act = {"merge": duplicates.merge, "no": duplicates.dismiss, "undo": duplicates.undo}.get(what)
    if act is None:
        await context.show(update, proposed(services, lang, {"duplicate": pair.id}))
        return None
    with context.store.transaction():
        done = act(context.store, pair.id, context.person.id, context.now)
        name = "office.duplicate" if done else "duplicate.stale"
        context.note_result(name, duplicate=pair.id)
    services.wake()
    if not done:
        return context.text("duplicate.stale")
    await context.show(update, render(services, lang, name, {"duplicate": pair.id}))
    return None


PRESSES: Presses = {"dup": press_duplicate}
