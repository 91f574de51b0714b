"""/privacy: what is kept and why, who saw it, consents, a copy as a file, erasure; and how a contact is shown."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from handlers.buttons import Button, Rows, number, press
from handlers.cards import subject_name
from handlers.consents import CONSENTS
from handlers.context import Context, Reply, Services
from handlers.form_handler import send_aside
from handlers.presses import Presses
from handlers.views import view
from knowledge.clock import in_shanghai
from knowledge.records import disclosures, erasure, export, interests, organisations, partners, people
from knowledge.records.interests import Interest

PAGE = 8
"""Looks at a contact that one page lists."""
COUNTED = ("organisations", "interests", "questions", "drafts")
"""Sections of the export that the first page counts."""


def privacy_page(services: Services, lang: str, person: int) -> Reply:
    """What is kept, why, who answers for it, and what can be done about it."""
    texts = services.texts
    kept = export.of_person(services.store, person)
    counts = [(texts(lang, f"privacy.kept.{name}"), len(kept[name])) for name in COUNTED if name in kept]
    text = texts(
        lang,
        "privacy",
        operator=services.operator[lang],
        privacy_contact=services.privacy_contact[lang],
        counts=counts,
        seen=disclosures.count(services.store, person),
    )
    rows = (
        (press(texts(lang, "button.seen"), "seen", 0), press(texts(lang, "button.consents"), "consent")),
        (press(texts(lang, "button.export"), "export"), press(texts(lang, "button.erase"), "erase")),
        (press(texts(lang, "button.ask"), "ask", ""),),
    )
    return Reply(text, rows)


def _back(services: Services, lang: str) -> Rows:
    return ((press(services.texts(lang, "button.back"), "privacy"),),)


def seen_page(services: Services, lang: str, person: int, offset: int) -> Reply:
    """Who looked at the person's contact: when, as what, for which interest."""
    total = disclosures.count(services.store, person)
    offset = offset if 0 <= offset < total else 0
    items = [_seen(services, lang, one) for one in disclosures.of_owner(services.store, person, PAGE, offset)]
    turn = []
    if offset:
        turn.append(press(services.texts(lang, "button.earlier"), "seen", max(0, offset - PAGE)))
    if offset + PAGE < total:
        turn.append(press(services.texts(lang, "button.more"), "seen", offset + PAGE))
    text = services.texts(lang, "privacy.seen", items=items, total=total)
    return Reply(text, (tuple(turn), *_back(services, lang)))


def _seen(services: Services, lang: str, one: disclosures.Disclosure) -> dict[str, Any]:
    interest = interests.get(services.store, one.interest)
    return {
        "at": one.at,
        "year": in_shanghai(one.at).year,
        "who": services.texts(lang, f"privacy.role.{one.role}"),
        "interest": one.interest,
        "about": subject_name(services, lang, interest) if interest else "",
        "taken_back": one.taken_back,
    }


def consents_page(services: Services, lang: str, person: int) -> Reply:
    """What the person agreed to: each purpose has its button, to give it or to take it back."""
    texts = services.texts
    given = people.agreed(services.store, person)
    rows: list[tuple[Button, ...]] = []
    for one in CONSENTS:
        mark = "☑" if one in given else "☐"
        rows.append((press(f"{mark} {texts(lang, f'consent.{one}')}", "consent", one, 0 if one in given else 1),))
    rows.append((press(texts(lang, "button.wishes"), "nset"),))
    text = texts(lang, "privacy.consents", operator=services.operator[lang], privacy_contact=services.privacy_contact[lang])
    return Reply(text, (*rows, *_back(services, lang)))


def erase_page(services: Services, lang: str, person: int) -> Reply:
    """What erasing does, before it is done."""
    mine = [one for one in interests.of_person(services.store, person) if one.open]
    shared = [one for one in mine if len(organisations.members(services.store, one.organisation)) > 1]
    led = [one for one in mine if one not in shared and partners.members(services.store, one.id)]
    rows = ((press(services.texts(lang, "button.erase_yes"), "erase", "yes"),), *_back(services, lang))
    return Reply(
        services.texts(lang, "privacy.erase", open=len(mine) - len(shared) - len(led), shared=len(shared), led=len(led)), rows
    )


@view("privacy.erased")
def erased(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Everything is gone; what remains to be done in the chat itself."""
    return Reply(services.texts(lang, "privacy.erased"))


@view(disclosures.VIEW)
def contact_shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A contact, read from the rows at this moment, and only while the viewer may still see it."""
    shown = disclosures.get(services.store, int(args["disclosure"]))
    if shown is None or shown.taken_back is not None or not disclosures.may_see(services.store, shown, services.owners):
        return Reply(services.texts(lang, "message.taken_back"))
    found = disclosures.contact(services.store, shown.interest, shown.owner)
    if found is None:
        return Reply(services.texts(lang, "message.taken_back"))
    return Reply(services.texts(lang, "contact", name=found[0], phone=found[1], number=shown.interest))


@view("message.taken_back")
def taken_back(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Stands where a contact stood that could no longer be deleted."""
    return Reply(services.texts(lang, "message.taken_back"))


@view("message.blank")
def blank(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Stands where something stood about a person who is erased."""
    return Reply(services.texts(lang, "message.blank"))


@view("message.not_yours")
def not_yours(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Stands where something stood that the reader has to do with no longer."""
    return Reply(services.texts(lang, "card.not_yours"))


def show_contact(context: Context, interest: Interest, *, role: str, owner: int | None = None) -> str | None:
    """Show somebody's contact to the person pressing, who holds ``role`` (checked by the caller); returns why not."""
    outcome = disclosures.show(
        context.store,
        interest,
        viewer=context.person.id,
        role=role,
        cause=context.update_id,
        now=context.now,
        owner=owner,
    )
    context.services.wake()
    return {"none": context.text("office.no_contact"), "refused": context.text("contact.refused")}.get(outcome)


async def on_privacy(update: Update, context: Context) -> None:
    """/privacy."""
    await send_aside(context, privacy_page(context.services, context.lang, context.person.id))


async def press_privacy(update: Update, context: Context, args: list[str]) -> str | None:
    """Back to the first page."""
    await context.show(update, privacy_page(context.services, context.lang, context.person.id))
    return None


async def press_seen(update: Update, context: Context, args: list[str]) -> str | None:
    """Who looked at one's contact."""
    offset = number(args[0]) if args else 0
    await context.show(update, seen_page(context.services, context.lang, context.person.id, offset or 0))
    return None


async def press_consent(update: Update, context: Context, args: list[str]) -> str | None:
    """Give a consent, or take it back; without arguments, the page with them."""
    purpose, wanted = (args + ["", ""])[:2]
    line: str | None = None
    if purpose in CONSENTS and wanted in {"0", "1"}:
        given = purpose in people.agreed(context.store, context.person.id)
        if wanted == "0" and given:
            erasure.withdraw_consent(context.store, context.person.id, purpose, context.now)
            context.services.wake()
            line = context.text(f"privacy.withdrawn.{purpose}")
        elif wanted == "1" and not given:
            with context.store.transaction():
                people.consent(context.store, context.person.id, (purpose,), given=True, now=context.now)
            line = context.text("privacy.given")
    await context.show(update, consents_page(context.services, context.lang, context.person.id))
    return line


async def press_export(update: Update, context: Context, args: list[str]) -> str | None:
    """Everything that is kept of the person, as a file."""
    content = export.as_file(export.of_person(context.store, context.person.id))
    await context.send_file("jiedui.json", content, context.text("privacy.export"))
    return None


async def press_erase(update: Update, context: Context, args: list[str]) -> str | None:
    """Erase everything, after one confirmation."""
    services, person = context.services, context.person.id
    if args[:1] != ["yes"]:
        await context.show(update, erase_page(services, context.lang, person))
        return None
    with context.store.transaction():
        erasure.erase(context.store, person, services.office, context.now, cause=context.update_id)
        context.note_result("privacy.erased")
    services.forget(person)
    erasure.seal(context.store)
    services.wake()
    await context.show(update, erased(services, context.lang, {}))
    return None


PRESSES: Presses = {
    "privacy": press_privacy,
    "seen": press_seen,
    "consent": press_consent,
    "export": press_export,
    "erase": press_erase,
}


def handlers() -> list[BaseHandler[Update, Context, None]]:
    """The commands of this conversation."""
    return [CommandHandler("privacy", on_privacy)]
