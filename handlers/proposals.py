"""Proposing partners: those who would go together in a county, by how well they complement one another; nobody is named."""

from __future__ import annotations

from typing import Any

from handlers.buttons import press
from handlers.cards import subject_name
from handlers.context import Reply, Services
from handlers.views import view
from knowledge.matching import Reason
from knowledge.partnering import Match, Party, complement, propose
from knowledge.records import deliveries, interests, joining, organisations, partners
from knowledge.records.interests import Interest
from knowledge.records.moves import GATHERING

TOLD = 3
"""How many organisations hear of a newcomer."""


def party(services: Services, interest: Interest) -> Party:
    """What an organisation with an interest says of itself: in its profile, and as read from its offer."""
    known = organisations.get(services.store, interest.organisation)
    profile = known.profile if known else None
    said = services.reader.read(interest.offer)
    need = services.base.needs.get(interest.need or "")
    kind = (profile and profile.kind) or (said.kind.id if said.kind else "")
    fields = [*([need.field] if need else []), *(profile.fields if profile else ()), *(one.id for one in said.fields)]
    return Party(
        interest.id,
        interest.county,
        interest.need,
        kind,
        tuple(dict.fromkeys(fields)),
        frozenset(one.id for one in said.resources),
        len(partners.members(services.store, interest.id)),
    )


def reasons(services: Services, lang: str, found: tuple[Reason, ...]) -> list[str]:
    """Why two organisations complement one another, in words."""
    return [services.texts(lang, f"group.why.{one.id}", of=_of(services, lang, one)) for one in found if one.id != "kind"]


def _of(services: Services, lang: str, reason: Reason) -> str:
    match reason.id:
        case "brings" | "lacks":
            return services.texts(lang, f"resource.{reason.of}")
        case "field":
            return services.base.fields[reason.of].name[lang]
        case _:
            return reason.of


def proposals(services: Services, interest: Interest, count: int) -> list[Match]:
    """The partners that complement this interest best, of those who would join a group here."""
    if not interest.open or interest.stage not in GATHERING:
        return []
    others = joining.candidates(services.store, interest)
    return propose(party(services, interest), [party(services, one) for one in others], count) if others else []


@view("group.proposed")
def proposed(services: Services, lang: str, args: dict[str, Any]) -> Reply:
    """Somebody new would join a group, and complements what one offers oneself."""
    ours, theirs = (interests.get(services.store, int(args[one])) for one in ("ours", "theirs"))
    if ours is None or theirs is None or not ours.open or not theirs.open:
        return Reply(services.texts(lang, "group.answered"))
    other = party(services, theirs)
    text = services.texts(
        lang,
        "group.proposed",
        about=subject_name(services, lang, ours),
        number=ours.id,
        kind=services.base.kinds[other.kind].name[lang] if other.kind else "",
        reasons=reasons(services, lang, complement(party(services, ours), other).reasons),
    )
    return Reply(text, ((press(services.texts(lang, "button.group"), "grp", ours.id),),))


def tell_of_newcomer(services: Services, interest: Interest) -> None:
    """Those who would go together with this new one hear of it, in the caller's transaction; nobody is named."""
    for match in proposals(services, interest, TOLD):
        theirs = interests.get(services.store, match.party.id)
        if theirs:
            deliveries.put_once(
                services.store, theirs.person, "group.proposed", services.now(), ours=theirs.id, theirs=interest.id
            )
