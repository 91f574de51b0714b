"""What is said about a group on its own: who is asked and by whom, who came and who went, and what one's own steps did."""

from __future__ import annotations

from typing import Any

from handlers.buttons import Rows, press
from handlers.cards import called, line, subject_name, without_numbers, words_of
from handlers.context import Reply, Services
from handlers.proposals import party, reasons
from handlers.views import render, view
from knowledge.partnering import complement
from knowledge.records import interests, joining, organisations, partners
from knowledge.records.interests import Interest
from knowledge.records.moves import MOVES
from knowledge.records.partners import Partner

SAID = ("asked", "wished", "joined", "let_in", "no", "no_heir", "shared", "unshared", "willing", "alone")
"""Steps of one's own that are confirmed, beside the moves."""


def _asked(name: str) -> None:
    """Somebody asks to go together: who, what for, what they offer, what becomes of one's own interest; yes or no."""

    @view(name)
    def shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
        group = interests.get(services.store, int(args["interest"]))
        row = partners.get(services.store, int(args["interest"]), int(args["partner"]))
        if group is None or row is None or row.state != "asked":
            return Reply(services.texts(lang, "group.answered"))
        theirs = joining.offered(services.store, row)
        asking, mine = (group, theirs) if row.asked_by == "lead" else (theirs, group)
        found = complement(party(services, mine), party(services, asking)).reasons if asking and mine else ()
        own = joining.own(services.store, row, group)
        text = services.texts(
            lang,
            name,
            name=called(services, int(args["organisation"])),
            about=subject_name(services, lang, group),
            number=group.id,
            offer=without_numbers(group.offer if row.asked_by == "lead" else row.offer),
            reasons=reasons(services, lang, found),
            others=[one.name for one in partners.members(services.store, group.id)],
            own=own.id if own else 0,
            kept=theirs.id if theirs and not own and row.asked_by == "lead" else 0,
        )
        yes, no = (services.texts(lang, f"group.button.{one}") for one in ("yes", "no"))
        answers = (press(yes, "gyes", group.id, row.organisation, 1), press(no, "gyes", group.id, row.organisation, 0))
        return Reply(text, (answers,))


_asked("group.invited")
_asked("group.wished")


def asked_again(services: Services, lang: str, row: Partner) -> Reply:
    """The question that waits for an answer, as it was mailed."""
    by_lead = row.asked_by == "lead"
    group = interests.get(services.store, row.interest)
    asking = group.organisation if group and by_lead else row.organisation
    args = {"interest": row.interest, "organisation": asking, "partner": row.organisation}
    return render(services, lang, "group.invited" if by_lead else "group.wished", args)


@view("group.heir")
def heir(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The lead asks a member to take the lead."""
    group = interests.get(services.store, int(args["interest"]))
    row = partners.member(services.store, group.id, int(args["person"])) if group else None
    if group is None or row is None or not row.heir:
        return Reply(services.texts(lang, "group.answered"))
    text = services.texts(lang, "group.heir", name=group.name, about=subject_name(services, lang, group), number=group.id)
    yes = press(services.texts(lang, "move.take_lead"), "gmove", group.id, group.version, "take_lead")
    return Reply(text, ((yes, press(services.texts(lang, "group.button.no"), "glead", group.id)),))


def _facts(services: Services, lang: str, group: Interest, args: dict[str, Any]) -> dict[str, Any]:
    name = called(services, int(args.get("organisation", 0)))
    return {
        "name": name,
        "who": services.texts(lang, "group.who", name=name),
        "about": subject_name(services, lang, group),
        "number": group.id,
        "own": int(args.get("own", 0)),
        "lead": organisations.is_member(services.store, group.organisation, int(args["person"])),
    }


def _told(name: str) -> None:
    """A line to a party of the group."""

    @line(name)
    def shown(services: Services, lang: str, group: Interest, args: dict[str, Any]) -> Reply:
        return Reply(services.texts(lang, name, **_facts(services, lang, group, args)))


for _name in ("group.join", "group.leave", "group.take_lead", "group.no_heir"):
    _told(_name)
for _name in ("office.group.join", "office.group.leave", "office.group.take_lead", "office.group.dissolve"):
    _told(_name)


@line("group.shared")
def shared(services: Services, lang: str, group: Interest, args: dict[str, Any]) -> Reply:
    """A partner would show the contact: whether one sees it depends on oneself now."""
    mine = next((p for p in partners.of(services.store, group.id, "agreed") if p.person == int(args["person"])), None)
    text = services.texts(lang, "group.shared", both=bool(mine and mine.contacts), **_facts(services, lang, group, args))
    return Reply(text, ((press(services.texts(lang, "button.group"), "grp", group.id),),))


def _sent(name: str) -> None:
    """A message to somebody who need not be in the group (any more), with the way to their own."""

    @view(name)
    def shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
        group = interests.get(services.store, int(args["interest"]))
        if group is None:
            return Reply(services.texts(lang, "press.gone"))
        facts = _facts(services, lang, group, args)
        rows: Rows = ()
        if facts["own"]:
            rows = ((press(services.texts(lang, "button.open_interest"), "mine", facts["own"]),),)
        return Reply(services.texts(lang, name, **facts), rows)


for _name in ("group.refused", "group.lapsed", "group.late", "group.recalled", "group.over"):
    _sent(_name)


@line("group.moved")
def moved(services: Services, lang: str, group: Interest, args: dict[str, Any]) -> Reply:
    """The lead closed the group's interest, or took that back: its members hear of it."""
    event = next(e for e in interests.events(services.store, group.id) if e.id == args["event"])
    row = partners.member(services.store, group.id, int(args["person"]))
    text = services.texts(
        lang,
        f"group.moved.{event.move}",
        who=services.texts(lang, "group.who", name=called(services, group.organisation)),
        about=subject_name(services, lang, group),
        words=without_numbers(words_of(services, lang, event)),
        own=partners.own_within(services.store, row.organisation, group.id) if row else 0,
    )
    return Reply(text)


@view("group.said")
def said(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """A step of one's own was taken: what it means, and what happens next."""
    group = interests.get(services.store, int(args["interest"]))
    if group is None:
        return Reply(services.texts(lang, "press.gone"))
    what = str(args["what"])
    facts = _facts(services, lang, group, args)
    rows: Rows = ()
    if facts["own"] and what == "leave":
        rows = ((press(services.texts(lang, "button.open_interest"), "mine", facts["own"]),),)
    if what in MOVES:
        return Reply(services.texts(lang, f"did.{what}", **facts), rows)
    return Reply(services.texts(lang, f"group.said.{what}", **facts), rows)
