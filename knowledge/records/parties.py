"""Parties of an interest: as what somebody may act on it, and who hears of it when somebody did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from knowledge.records import coordinators, deliveries, organisations, partners
from knowledge.records.moves import OFFICE
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


def told(store: Store, interest: Interest, role: str, office: Sequence[int], *, ends: bool = False) -> dict[int, str]:
    """Who is told of what ``role`` did, and by which line: the other side, and who registered when a colleague did it.

    The partners in a group hear of what the office does; of what passes between the lead and the office only when it
    ``ends``, or when that is undone.
    """
    partnered = [one.person for one in partners.members(store, interest.id)]
    if role in OFFICE:
        return dict.fromkeys([*partnered, interest.person], "asker.moved")
    lines = dict.fromkeys(partnered if ends else (), "group.moved") | {interest.person: "colleague.moved"}
    return lines | dict.fromkeys(handling(interest, office), "office.moved")


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
