"""Writing a notice: the text in one language or two, a picture or a file, the topic, the buttons under it."""

from __future__ import annotations

from typing import Any

from telegram import Update

from handlers import checks
from handlers.admin.counting import count
from handlers.admin.desk import desk_page, look
from handlers.admin.rights import counties_of, draft_for, no_draft, unchanged
from handlers.buttons import Button, press
from handlers.context import Context, Reply, Services
from handlers.form_handler import Done, Facts, Kit, open_form, register_kit
from handlers.forms import Answers, Fault, Form, Step
from handlers.notices import link_label
from handlers.pairings import target_name
from handlers.presses import Presses
from handlers.views import view
from knowledge.records import drafts, notices
from knowledge.records.drafts import Draft
from knowledge.records.notices import Link, Notice
from knowledge.text import mostly_han

LINKS_MAX = 3
COUNTIES_A_ROW, NEEDS_A_ROW = 4, 6
LINK_KINDS = ("county", "need", "register", "url")


def variants(answers: Answers) -> tuple[str | None, str | None]:
    """The Chinese and the English text: which one was written first tells its own script."""
    first, other = answers["text"], answers.get("other") or None
    return (first, other) if language(first) == "zh" else (other, first)


def language(html: str) -> str:
    """The language that a text is in."""
    return "zh" if mostly_han(checks.read_text(html)) else "en"


def _fitting(answers: Answers, _now: int) -> Fault | None:
    """Under a picture or a file there is less room, for each of the texts."""
    if not answers.get("text.file"):
        return None
    return checks.caption_fault(answers.get("text", ""), answers.get("other") or "")


def _other(answers: Answers, now: int) -> Fault | None:
    """The second text is in the other language: often it is only the rest of the first."""
    first, other = answers.get("text", ""), answers.get("other") or ""
    if any(one.isalpha() for one in checks.read_text(other)) and language(first) == language(other):
        return Fault("fault.notice.again", {"written": language(first)})
    return _fitting(answers, now)


TEXT = Step("text", checks.notice, rich=True, media=True, check=_fitting)
OTHER = Step("other", checks.notice, rich=True, skippable=True, check=_other)
FORM = Form("notice", 2, (TEXT, OTHER), preview=False)


def written(services: Services, draft: Draft) -> Notice | None:
    """The notice whose text is written anew; None for a new one."""
    number = draft.subject.removeprefix("n")
    return notices.get(services.store, int(number), counted=False) if number.isdigit() else None


def as_before(services: Services, _lang: str, draft: Draft, step: Step) -> str:
    """What stood there before: a text that is to stay is kept with a tap."""
    notice = written(services, draft)
    if notice is None:
        return ""
    if step.id == TEXT.id:
        return notice.zh or notice.en or ""
    return (notice.en if language(draft.answers.get(TEXT.id, "")) == "zh" else notice.zh) or ""


def _facts(services: Services, lang: str, draft: Draft) -> Facts:
    county, notice = services.base.counties.get(draft.subject), written(services, draft)
    return {
        "county": county.short[lang] if county else "",
        "media": (notice.media or "") if notice else "",
        "first": language(draft.answers.get(TEXT.id, "")),
    }


def _finish(context: Context, draft: Draft) -> Done:
    """A draft of its own, or another text for the draft that the subject names (``n<id>``)."""
    services, person = context.services, context.person.id
    zh, en = variants(draft.answers)
    media, _, file = draft.answers.get("text.file", "").partition(":")
    changed = {"zh": zh, "en": en, "media": media or None, "file": file or None}
    if draft.subject.startswith("n") and draft.subject[1:].isdigit():
        notice = draft_for(context, [draft.subject[1:]])
        if isinstance(notice, str):
            return no_draft(context, [draft.subject[1:]])
        notices.edit(context.store, notice.id, **changed)
        return "notice.desk", {"notice": notice.id}
    counties = counties_of(services, person)
    county = draft.subject or None
    if counties is not None and county not in counties:
        return "notice.not_yours", {}
    number = notices.draft(context.store, person, context.now, county=county)
    notices.edit(context.store, number, **changed)
    return "notice.topics", {"notice": number}


def file_of(notice: Notice) -> dict[str, str]:
    """The answers with which the text of a notice is written anew: what it carries."""
    return {f"{TEXT.id}.file": f"{notice.media}:{notice.file}"} if notice.media else {}


def _left(context: Context, draft: Draft) -> Done:
    number = draft.subject.removeprefix("n")
    return unchanged(context, [number]) if number.isdigit() else ("notice.given_up", {})


@view("notice.given_up")
def given_up(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A new notice was given up before its topic was asked for."""
    return Reply(services.texts(lang, "notice.given_up"), ((press(services.texts(lang, "button.desk"), "ndesk"),),))


@view("notice.not_yours")
def not_yours(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Only administrators send notices."""
    return Reply(services.texts(lang, "notice.not_yours"))


async def press_edit(update: Update, context: Context, args: list[str]) -> str | None:
    """Write the text anew."""
    notice = draft_for(context, args)
    if isinstance(notice, str):
        return notice
    await open_form(context, "notice", f"n{notice.id}", file_of(notice))
    return None


# -- the topic ---------------------------------------------------------------------------------------------------------


def topics_page(services: Services, lang: str, notice: Notice) -> Reply:
    """What it is about."""
    buttons = [
        press(("● " if topic.id == notice.topic else "") + topic.name[lang], "nt", notice.id, topic.id)
        for topic in services.base.topics.values()
    ]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    back = press(services.texts(lang, "button.back"), "nd", notice.id, "here")
    return Reply(services.texts(lang, "desk.topics", chosen=notice.topic is not None), (*rows, (back,)))


@view("notice.topics")
def topics(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A notice was written: its topic is asked for."""
    notice = notices.get(services.store, int(args["notice"]))
    return topics_page(services, lang, notice) if notice else Reply(services.texts(lang, "press.gone"))


async def press_topic(update: Update, context: Context, args: list[str]) -> str | None:
    """Choose the topic. The first time, the writer is shown the real thing with it."""
    notice = draft_for(context, args)
    if isinstance(notice, str):
        return notice
    drafts.park(context.store, context.person.id)
    topic = (args + [""])[1]
    if topic not in context.base.topics:
        await context.show(update, topics_page(context.services, context.lang, notice))
        return None
    notices.edit(context.store, notice.id, topic=topic)
    changed = notices.get(context.store, notice.id)
    if changed is None:
        return context.text("press.gone")
    if notice.topic is None:
        await look(context, changed)
        await context.send(desk_page(context.services, context.lang, changed))
    else:
        await count(context.services, changed)
        await context.show(update, desk_page(context.services, context.lang, changed))
    return None


# -- the buttons -------------------------------------------------------------------------------------------------------


def links_page(services: Services, lang: str, notice: Notice) -> Reply:
    """The buttons under a notice: each is taken away with a tap, others are added."""
    rows: list[tuple[Button, ...]] = [
        (press(f"✕ {link_label(services, lang, link)}", "nb", notice.id, "drop", place),)
        for place, link in enumerate(notice.links)
    ]
    if len(notice.links) < LINKS_MAX:
        kinds = [press(services.texts(lang, f"button.link.{kind}"), "nb", notice.id, kind) for kind in LINK_KINDS]
        rows.extend(tuple(kinds[i : i + 2]) for i in range(0, len(kinds), 2))
    rows.append((press(services.texts(lang, "button.back"), "nd", notice.id, "here"),))
    return Reply(services.texts(lang, "desk.links", count=len(notice.links), most=LINKS_MAX), tuple(rows))


def _counties_page(services: Services, lang: str, notice: Notice, kind: str) -> Reply:
    buttons = [
        press(county.short[lang], "nb", notice.id, kind, county.id)
        for county in services.base.counties.values()
        if county.agricultural and (notice.county in {None, county.id})
    ]
    rows = [tuple(buttons[i : i + COUNTIES_A_ROW]) for i in range(0, len(buttons), COUNTIES_A_ROW)]
    back = (press(services.texts(lang, "button.back"), "nb", notice.id),)
    return Reply(services.texts(lang, "desk.link.county"), (*rows, back))


def _needs_page(services: Services, lang: str, notice: Notice, kind: str, county: str) -> Reply:
    needs = services.base.counties[county].needs
    buttons = [press(str(place), "nb", notice.id, kind, need.id) for place, need in enumerate(needs, 1)]
    rows = [tuple(buttons[i : i + NEEDS_A_ROW]) for i in range(0, len(buttons), NEEDS_A_ROW)]
    if kind == "register":
        rows.insert(0, (press(services.texts(lang, "button.whole_county"), "nb", notice.id, kind, county, "yes"),))
    items = [{"name": target_name(services, lang, need.id), "text": need.text[lang]} for need in needs]
    back = (press(services.texts(lang, "button.back"), "nb", notice.id, kind),)
    return Reply(services.texts(lang, "desk.link.need", items=items), (*rows, back))


async def press_links(update: Update, context: Context, args: list[str]) -> str | None:
    """The buttons: ``notice[:kind[:county or need[:yes]]]``, or ``notice:drop:place``."""
    notice = draft_for(context, args)
    if isinstance(notice, str):
        return notice
    services, lang = context.services, context.lang
    drafts.park(context.store, context.person.id)
    kind, target, sure = (args[1:] + ["", "", ""])[:3]
    if kind == "url":
        await open_form(context, "link", str(notice.id))
        return None
    if kind == "drop":
        kept = tuple(link for place, link in enumerate(notice.links) if str(place) != target)
        notices.edit(context.store, notice.id, buttons=notices.pack_links(kept))
    elif kind in LINK_KINDS:
        county, need = services.base.counties.get(target), services.base.needs.get(target)
        if (county and (kind == "county" or sure)) or (need and kind != "county"):
            _add(context, notice, Link(kind, target))
        elif county:
            await context.show(update, _needs_page(services, lang, notice, kind, county.id))
            return None
        else:
            await context.show(update, _counties_page(services, lang, notice, kind))
            return None
    changed = notices.get(context.store, notice.id) or notice
    await context.show(update, links_page(services, lang, changed))
    return None


def _add(context: Context, notice: Notice, link: Link) -> None:
    """One more button, unless it is there or there are enough."""
    if len(notice.links) < LINKS_MAX and link not in notice.links:
        notices.edit(context.store, notice.id, buttons=notices.pack_links((*notice.links, link)))


def _finish_link(context: Context, draft: Draft) -> Done:
    notice = draft_for(context, [draft.subject])
    if isinstance(notice, str):
        return no_draft(context, [draft.subject])
    _add(context, notice, Link("url", draft.answers["address"], draft.answers["label"]))
    return "notice.links", {"notice": notice.id}


@view("notice.links")
def links(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The buttons under a notice."""
    notice = notices.get(services.store, int(args["notice"]))
    return links_page(services, lang, notice) if notice else Reply(services.texts(lang, "press.gone"))


LINK = Form("link", 1, (Step("label", checks.label), Step("address", checks.address)), preview=False)
register_kit(Kit(FORM, _finish, _facts, suggest=as_before, left=_left))
register_kit(Kit(LINK, _finish_link, left=_left))
PRESSES: Presses = {"nedit": press_edit, "nt": press_topic, "nb": press_links}
