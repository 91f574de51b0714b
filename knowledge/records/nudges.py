"""The two-sided clock: whoever's turn it is is reminded by the table of paces; who waits hears what was done.

Reminders come in working hours only. Each leaves an event, so that the card of everybody shows that it was sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.clock import working
from knowledge.records import cards, coordinators, deadlines, deliveries, groups, interests, organisations, parties, partners
from knowledge.records.deadlines import Deadline
from knowledge.records.interests import Interest
from knowledge.records.moves import OFFICE, PACES, SIDE, pace_of
from knowledge.records.store import Store


def remind(store: Store, deadline: Deadline, city: Sequence[int], now: int) -> None:
    """A turn has lasted long."""
    interest = interests.get(store, deadline.subject)
    if interest is None or not interest.open:
        return
    if (later := working(now)) > now:  # the bot was away when it fell due
        deadlines.put(store, deadline.kind, deadline.subject, later, deadline.version)
        return
    if deadline.detail == "every":
        _question(store, interest, city, now)
        interests.set_clock(store, interest, now, only="every")
        return
    if deadline.detail == "again":
        interests.set_clock(store, interest, now, only="again")
    first = deadline.detail == "1"
    _note(store, interest, interest.turn if first or interest.turn == "organisation" else "city", now)
    if interest.turn == "organisation":
        _tell(store, interest, "asker.nudge", parties.side(store, interest), now)
    _tell(store, interest, "office.nudge", _nudged(store, interest, city, first=first), now)
    if interest.turn in OFFICE and now >= promised(interest):
        together = [one.person for one in partners.members(store, interest.id)]
        _tell(store, interest, "asker.waiting", list(dict.fromkeys([*parties.side(store, interest), *together])), now)


def _question(store: Store, interest: Interest, city: Sequence[int], now: int) -> None:
    """How is it going? To the organisation; the office hears that the last question had no answer."""
    _note(store, interest, "organisation", now)
    _tell(store, interest, "asker.quarterly", parties.side(store, interest), now)
    if interest.turn == "organisation" and now - interest.since >= 2 * PACES[interest.stage].every:
        _tell(store, interest, "office.nudge", _nudged(store, interest, city, first=False), now)


def _nudged(store: Store, interest: Interest, city: Sequence[int], *, first: bool) -> list[int]:
    """Who at the office is reminded; while the organisation is to move, it hears of it only when that goes on."""
    if interest.turn in OFFICE:
        return reminded(store, interest.county, interest.turn, interest.handler, city, first=first)
    everybody = list(dict.fromkeys([*coordinators.at(store, interest.county), *city]))
    return [] if first else _handling(interest.handler, everybody)


def reminded(store: Store, county: str, turn: str, handler: int | None, city: Sequence[int], *, first: bool) -> list[int]:
    """Of the office whose ``turn`` it is: first the one who handles it (or all where nobody does), then the city as well."""
    those = coordinators.at(store, county)
    if turn == "county" and those:
        return _handling(handler, those) if first else list(dict.fromkeys([*those, *city]))
    return _handling(handler, city) if first else list(city)


def _handling(handler: int | None, people: Sequence[int]) -> list[int]:
    """Of these people the one who handles the case, or all where none of them does."""
    return [one for one in people if one == handler] or list(people)


def _tell(store: Store, interest: Interest, view: str, people: Sequence[int], now: int) -> None:
    for person in people:
        deliveries.put_once(store, person, view, now, interest=interest.id)


def _note(store: Store, interest: Interest, whom: str, now: int) -> None:
    interests.note(store, interest, "nudge", whom, now)


def promised(interest: Interest) -> int:
    """By when the next step is promised; 0 once it is closed."""
    pace = pace_of(interest.stage, interest.turn)
    return working(interest.since + pace.promised) if pace and interest.open else 0


def settle(store: Store, deadline: Deadline, city: Sequence[int], now: int) -> None:
    """The last step can no longer be undone: the cards of the side that made it lose the button, a closed group is over."""
    interest = interests.get(store, deadline.subject)
    if interest is None:
        return
    if not interest.open:
        groups.settle(store, interest.id, now)
    step = next((e for e in reversed(interests.events(store, interest.id)) if e.before != e.after), None)
    theirs = step is not None and step.role in SIDE
    office = {*city, *coordinators.at(store, interest.county)}
    for person in cards.holders(store, interest.id):
        side = organisations.is_member(store, interest.organisation, person)
        if theirs == side or (not theirs and person in office):
            cards.put(store, interest.id, person, now, force=True)
