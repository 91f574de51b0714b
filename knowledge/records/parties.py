"""Parties of an interest: as what somebody may act on it, and who hears of it when somebody did."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from knowledge.records import coordinators, deliveries, organisations, partners, people
from knowledge.records.moves import OFFICE, SIDE
from knowledge.records.store import Store

if TYPE_CHECKING:
    from knowledge.records.interests import Interest


def is_party(store: Store, interest: Interest, actor: int, role: str) -> bool:
    """Whether the person is what the role says, to this interest. Who the city's office is, the settings say."""
    match role:
        case "organisation":
            return organisations.is_member(store, interest.organisation, actor)
        case "member":
            return partners.member(store, interest.id, actor) is not None
        case "county":
            return coordinators.is_one(store, actor, interest.county)
        case _:
            return True


def handling(interest: Interest, office: Sequence[int]) -> list[int]:
    """Of these people of the office the one who handles the interest, or all where none of them does."""
    return [one for one in office if one == interest.handler] or list(office)


def speaker(store: Store, interest: Interest, roles: Collection[str]) -> list[int]:
    """Who of these roles last did something about the interest: they hear of what follows, whoever else does."""
    found = store.value(
        "SELECT actor FROM interest_events WHERE interest = ? AND actor IS NOT NULL"
        " AND role IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT 1",
        (interest.id, json.dumps(sorted(roles))),
    )
    return [] if found is None else [found]


def side(store: Store, interest: Interest) -> list[int]:
    """Whom the organisation's mail goes to: who registered, and the colleague who last acted.

    Where the bot cannot write to them, a colleague to whom it can hears it as well.
    """
    acted = [one for one in speaker(store, interest, SIDE) if organisations.is_member(store, interest.organisation, one)]
    those = list(dict.fromkeys([interest.person, *acted]))
    others = [one.person for one in organisations.members(store, interest.organisation)]
    if any(_reached(store, one) for one in those):
        return those
    return [*those, *[one for one in others if _reached(store, one)][:1]]


def _reached(store: Store, person: int) -> bool:
    known = people.get(store, person)
    return known is not None and known.unreachable is None


def told(store: Store, interest: Interest, role: str, office: Sequence[int], *, ends: bool = False) -> dict[int, str]:
    """Who is told of what ``role`` did, and by which line: the other side, and who registered when a colleague did it.

    Of the other side that is who handles the case, and who last spoke for it: whoever asked hears the answer.

    The partners in a group hear of what the office does; of what passes between the lead and the office only when it
    ``ends``, or when that is undone.
    """
    partnered = [one.person for one in partners.members(store, interest.id)]
    if role in OFFICE:
        return dict.fromkeys([*partnered, *side(store, interest)], "asker.moved")
    lines = dict.fromkeys(partnered if ends else (), "group.moved") | {interest.person: "colleague.moved"}
    asked = [one for one in speaker(store, interest, OFFICE) if one in office]
    return lines | dict.fromkeys([*handling(interest, office), *asked], "office.moved")


def tell(
    store: Store,
    interest: Interest,
    role: str,
    office: Sequence[int],
    now: int,
    *,
    but: int,
    event: int,
    view: str = "",
    ends: bool = False,
) -> None:
    """Send those whom ``role`` has to tell a line about an event (or ``view``); ``but``: not to the one who caused it."""
    for one, line in told(store, interest, role, office, ends=ends).items():
        if one != but:
            deliveries.put(store, one, view or line, now, interest=interest.id, event=event)
