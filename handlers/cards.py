"""The living card of an interest for each party, and the short lines that go with it, each in reply to the card."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from handlers import facts
from handlers.buttons import Button, Rows, press, short
from handlers.context import Reply, Services
from handlers.marks import mark
from handlers.pairings import next_best, target_name
from handlers.views import view
from knowledge.clock import DAY
from knowledge.records import cards, groups, interests, nudges, organisations, partners
from knowledge.records.erasure import BLANK
from knowledge.records.facts import FORMS
from knowledge.records.interests import Event, Interest
from knowledge.records.moves import AT_WORK, OFFICE, Move, allowed

TRAIL = 10
"""Events that a card shows."""
LATEST = 4
"""So many of them are the last ones, whatever they are."""
OLDER_WORDS = 100
"""Characters shown of the words that came with an event before the last."""
PARTNERS_OFFER = 60
"""Characters shown of what a member of a group offers."""
PARTIES = frozenset({"nudge", "reassign"})
"""Events whose note names a party."""
UNSPOKEN = PARTIES | groups.NAMING | groups.NUMBERING
"""Events whose note nobody said: it is part of what they are called."""
NUMBERS = re.compile(r"(?<!\d)(?!(?:19|20)\d\d([-./])\d\d?\1\d\d?(?!\d))\+?\d(?:[\s()（）.\-–—－]{0,3}\d){6,}")
"""What may be a telephone number; a date is none."""
WAITED = 3
"""Reminders to the office that who waits is told of."""
FOR_THE_LEAD = frozenset({"accept", "negotiate", "sign", "land"})
"""Moves whose news tells who registered what to do next; a group's members only hear that they were made."""
ALTERNATIVES = {"decline": 3, "waiting": 2}
"""How many other pairings are offered, by what happened."""


def subject_name(services: Services, lang: str, interest: Interest) -> str:
    """What an interest is about, in a few words."""
    return target_name(services, lang, interest.need or interest.county) or interest.county


def roles(services: Services, interest: Interest, person: int) -> list[str]:
    """What a person is to an interest: of its organisation (a group's lead), of a member's, of the office, or nothing."""
    office = services.role_at(person, interest.county)
    parties = {
        "organisation": organisations.is_member(services.store, interest.organisation, person),
        "member": partners.member(services.store, interest.id, person) is not None,
        office or "": office is not None,
    }
    return [role for role, is_one in parties.items() if is_one]


def moves_of(services: Services, interest: Interest, role: str) -> list[Move]:
    """The moves that the table allows the role now."""
    if interest.part_of:
        return []
    undo = interests.undoable(services.store, interest, role, services.now())
    return [move for move in allowed(interest.stage, role, undo=undo) if interest.turn in move.roles or not move.due]


def move_button(services: Services, lang: str, interest: Interest, role: str, move: Move) -> Button:
    """The button that makes a move, as long as nothing else has happened."""
    label = services.texts(lang, f"move.{called_at(interest.stage, move.id)}")
    return press(label, "own" if role == "organisation" else "off", interest.id, interest.version, move.id)


def without_numbers(text: str) -> str:
    """What partners may read of one another: their contacts are shown in another way, once both agree; a number is left out."""
    return NUMBERS.sub("…", text)


def trail(
    services: Services, lang: str, events: list[Event], *, partner: bool = False, own: bool = False
) -> list[dict[str, Any]]:
    """The events of an interest in words, oldest first, older words cut short to fit; ``gap``: some are left out before it.

    ``partner``: as a member of the group reads them. ``own``: as who registered does.
    """
    kept = _kept(events)
    return [
        {
            "at": event.at,
            "what": what(services, lang, event, own=own),
            "words": without_numbers(words) if partner and event.role not in OFFICE else words,
            "gap": place > 0 and place - 1 not in kept,
        }
        for place, event in enumerate(events)
        if place in kept
        for words in [_words(services, lang, event, whole=event is events[-1])]
    ]


def _kept(events: list[Event]) -> set[int]:
    """The places of the events that a card shows: the last ones, and before them those that led to another stage."""
    last = range(len(events) - 1, -1, -1)
    steps = [place for place in last if events[place].before != events[place].after]
    wanted = [*last[:LATEST], *steps, *last]
    return set(list(dict.fromkeys(wanted))[:TRAIL])


def called_at(stage: str, move: str) -> str:
    """What a move is called at a stage: a no to what has been signed stops it."""
    return "stop" if move == "decline" and stage in AT_WORK else move


def stage_name(services: Services, lang: str, interest: Interest) -> str:
    """What the stage is called, with what had been signed before a no as stopped."""
    if interest.stage != "declined":
        return services.texts(lang, f"stage.{interest.stage}")
    last = next(e for e in reversed(interests.events(services.store, interest.id)) if e.after == "declined" != e.before)
    return services.texts(lang, "stage.stopped" if ends_work(last) else "stage.declined")


def ends_work(event: Event) -> bool:
    """Whether the event was a no to what had been signed: it is stopped, not turned away."""
    return called_at(event.before or "", event.move) == "stop"


def called(services: Services, organisation: int) -> str:
    """What an organisation is called now; empty where its name is erased."""
    found = organisations.get(services.store, organisation)
    return found.name if found and found.name != BLANK else ""


def what(services: Services, lang: str, event: Event, *, own: bool = False) -> str:
    """An event in a few words; ``own``: to who registered, who is "you" there."""
    of = event.note or ""
    if event.move in groups.NAMING:
        of = called(services, int(of)) if of.isdigit() else ""
    return services.texts(
        lang, f"event.{event.move}", whom=of if event.move in PARTIES else "", about=of, own=own, work=ends_work(event)
    )


def _words(services: Services, lang: str, event: Event, *, whole: bool) -> str:
    if event.move in UNSPOKEN:
        return ""
    if event.move in FORMS:
        return facts.names(services, lang, event.note or "")
    words = words_of(services, lang, event)
    return words if whole else short(words, OLDER_WORDS)


def words_of(services: Services, lang: str, event: Event) -> str:
    """The words that came with a move; a reason chosen by button is kept as ``=id`` and shown in the reader's language."""
    words = event.reason or event.note or ""
    keys = (f"{called}.words.{words[1:]}" for called in (called_at(event.before or "", event.move), event.move))
    key = next(filter(services.texts.known, keys), "") if words.startswith("=") else ""
    return services.texts(lang, key) if key else words


def card(services: Services, lang: str, interest: Interest, person: int) -> Reply:
    """How an interest stands, for this person, with the moves that are theirs now; nothing of it for somebody else."""
    parties = roles(services, interest, person)
    if not parties:
        was_in = partners.was_in(services.store, interest.id, person)
        return Reply(services.texts(lang, "group.gone" if was_in else "card.not_yours"))
    office, partner = parties[-1] in OFFICE, parties == ["member"]
    events = interests.events(services.store, interest.id)
    parties_alone = office or not (partner or any(e.move == "take_lead" for e in events))
    need = services.base.needs.get(interest.need or "")
    side = "office" if office else "asker"
    text = services.texts(
        lang,
        f"{side}.card",
        interest=replace(interest, offer=without_numbers(interest.offer)) if partner else interest,
        about=subject_name(services, lang, interest),
        need=need.text[lang] if need else "",
        task=services.base.tasks[interest.task].name[lang],
        stage=stage_name(services, lang, interest),
        turn=services.texts(lang, f"turn.{side}.{interest.turn}", role=parties[-1]),
        promised=nudges.promised(interest),
        trail=trail(services, lang, events, partner=not parties_alone, own=parties_alone and not office),
        facts=facts.part(services, lang, interest),
        mark=mark(services, lang, interest.organisation),
        new=len(events) == 1,
        mode=mode(services, lang, interest, member="member" in parties),
        together=together(services, interest, whole=office),
    )
    buttons = [
        move_button(services, lang, interest, role, move)
        for role in reversed(parties)
        for move in moves_of(services, interest, role)
    ]
    rows: list[tuple[Button, ...]] = [tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3)]
    if not partner:
        rows += [facts.buttons(services, lang, interest), facts.publishing(services, lang, interest, parties)]
    if office:
        contact = press(services.texts(lang, "button.contact"), "tel", interest.id)
        rows.append((contact, press(services.texts(lang, "button.org_page"), "org", interest.organisation)))
        if interest.part_of:
            rows.append((press(services.texts(lang, "button.group_card", number=interest.part_of), "case", interest.part_of),))
    elif interest.part_of:
        rows.append((press(services.texts(lang, "button.group_card", number=interest.part_of), "mine", interest.part_of),))
    elif interest.open:
        rows.append((press(services.texts(lang, "button.group"), "grp", interest.id),))
    elif interest.stage == "declined":
        rows.append((press(services.texts(lang, "button.alternatives"), "alt", interest.need or interest.county),))
    return Reply(text, tuple(rows))


def mode(services: Services, lang: str, interest: Interest, *, member: bool) -> str:
    """Alone or together, and with whom: a group's partners are named to one another and to the office."""
    return services.texts(
        lang,
        "group.mode",
        part_of=interest.part_of,
        grouped=interest.grouped,
        members=[one.name for one in partners.members(services.store, interest.id)],
        asked=len(partners.of(services.store, interest.id, "asked")),
        member=member,
    )


def together(services: Services, interest: Interest, *, whole: bool) -> list[dict[str, str]]:
    """What each member of the group offers, in its own words; ``whole``: with the numbers in them."""
    members = partners.members(services.store, interest.id)
    offers = [(one.name, one.offer if whole else without_numbers(one.offer)) for one in members if one.offer]
    return [{"name": name, "offer": short(offer, PARTNERS_OFFER)} for name, offer in offers]


def _of(services: Services, args: dict[str, Any]) -> Interest | None:
    return interests.get(services.store, int(args["interest"]))


@view(cards.VIEW)
def card_view(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """The card, as the courier shows it."""
    interest = _of(services, args)
    return card(services, lang, interest, int(args["person"])) if interest else Reply(services.texts(lang, "press.gone"))


@view("card.below")
def below(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """What is left of a card when another message has taken its place."""
    interest = _of(services, args)
    if interest is None:
        return Reply(services.texts(lang, "press.gone"))
    return Reply(services.texts(lang, "card.below", number=interest.id, about=subject_name(services, lang, interest)))


Line = Callable[[Services, str, Interest, dict[str, Any]], Reply]


def line(name: str) -> Callable[[Line], Line]:
    """Make a function known as the view ``name`` of a line about an interest: in reply to the card, for its parties alone."""

    def known(function: Line) -> Line:
        @view(name)
        def shown(services: Services, lang: str, args: dict[str, Any]) -> Reply:
            interest, person = _of(services, args), int(args["person"])
            if interest is None:
                return Reply(services.texts(lang, "press.gone"))
            if not roles(services, interest, person):
                return Reply(services.texts(lang, "card.not_yours"))
            reply = function(services, lang, interest, args)
            at = cards.get(services.store, interest.id, person)
            return Reply(reply.text, reply.rows, reply_to=at.message if at else 0)

        return function

    return known


def _event(services: Services, interest: Interest, args: dict[str, Any]) -> Event:
    """The event that a line tells of."""
    return next(e for e in interests.events(services.store, interest.id) if e.id == args["event"])


@line("asker.moved")
def asker_moved(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """The office made a move; with a no come the next-best pairings."""
    event = _event(services, interest, args)
    other = ALTERNATIVES.get(event.move, 0)
    found = next_best(services, lang, interest, other) if other else Reply("")
    text = services.texts(
        lang,
        f"asker.moved.{event.move}",
        about=subject_name(services, lang, interest),
        words=words_of(services, lang, event),
        others=found.text,
        work=ends_work(event),
    )
    if "organisation" not in roles(services, interest, int(args["person"])):  # a partner: the lead goes on with it
        if event.move in FOR_THE_LEAD:
            about = subject_name(services, lang, interest)
            text = services.texts(lang, "group.news", about=about, what=what(services, lang, event))
        return Reply(text + "\n" + services.texts(lang, "group.fyi", lead=interest.name), found.rows)
    answer = reply_row(services, lang, interest) if event.move == "ask" else ()
    return Reply(text, (*found.rows, *answer, *facts.offered(services, lang, interest, event.move)))


def reply_row(services: Services, lang: str, interest: Interest) -> Rows:
    """The buttons by which the organisation answers what the office wrote, or says that it was seen."""
    moves = [move for move in moves_of(services, interest, "organisation") if move.id in {"answer", "seen"}]
    row = tuple(move_button(services, lang, interest, "organisation", move) for move in moves)
    return (row,) if row else ()


@line("office.moved")
def office_moved(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """The organisation made a move."""
    event = _event(services, interest, args)
    text = services.texts(lang, f"office.moved.{event.move}", words=words_of(services, lang, event))
    return Reply(text, facts.offered(services, lang, interest, event.move))


@line("colleague.moved")
def colleague_moved(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """A colleague made a move, told to the one who registered."""
    event = _event(services, interest, args)
    text = services.texts(
        lang,
        "colleague.moved",
        what=what(services, lang, event, own=True),
        words=words_of(services, lang, event),
        number=interest.id,
    )
    return Reply(text)


@line("moves.done")
def done(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """A move of one's own was made."""
    last = interests.events(services.store, interest.id)[-1]
    move = called_at(last.before or "", last.move) if last.move == args["move"] else args["move"]
    return Reply(services.texts(lang, f"did.{move}"))


def _days(services: Services, interest: Interest) -> int:
    return max(1, round((services.now() - interest.since) / DAY))


@line("asker.waiting")
def still_waiting(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
    """The promised time is past: what was done, and what else can be done."""
    nudges = [e for e in interests.events(services.store, interest.id) if e.move == "nudge" and e.at >= interest.since]
    unanswered = interest.stage == "submitted"
    member = "organisation" not in roles(services, interest, int(args["person"]))
    found = next_best(services, lang, interest, ALTERNATIVES["waiting"]) if unanswered else Reply("")
    text = services.texts(
        lang,
        "asker.waiting",
        about=subject_name(services, lang, interest),
        days=_days(services, interest),
        nudges=[{"at": e.at, "what": what(services, lang, e)} for e in nudges[-WAITED:]],
        unanswered=unanswered,
        member=member,
        others=found.text,
    )
    if member:
        text += "\n" + services.texts(lang, "group.fyi", lead=interest.name)
    return Reply(text, (*found.rows, (press(services.texts(lang, "button.ask"), "ask", interest.need or interest.county),)))


def _reminder(name: str, role: str, *ways: str) -> None:
    """A line that reminds a party of its turn, with the moves that are now its own; ``ways``: only these, and the figures."""

    @line(name)
    def shown(services: Services, lang: str, interest: Interest, args: dict[str, Any]) -> Reply:
        mine = role or services.role_at(int(args["person"]), interest.county) or "organisation"
        moves = {move.id: move for move in moves_of(services, interest, mine)}
        buttons = [move_button(services, lang, interest, mine, moves[one]) for one in ways or moves if one in moves]
        if ways:
            buttons.insert(1, facts.button(services, lang, interest.id, "figures"))
        text = services.texts(
            lang,
            name,
            number=interest.id,
            name=interest.name,
            about=subject_name(services, lang, interest),
            days=_days(services, interest),
            turn=interest.turn,
        )
        return Reply(text, tuple(tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3)))


_reminder("asker.nudge", "organisation")
_reminder("asker.quarterly", "organisation", "going", "stuck", "answer")
_reminder("office.nudge", "")
