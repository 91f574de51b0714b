"""Publications: the city asks whether a completed case may become a precedent; the organisation agrees, refuses, takes it back.

What is agreed to is what was shown: the facts up to one of them, and the organisation's own words for what was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from knowledge.clock import DAY, in_shanghai
from knowledge.precedents import WORDS, Told
from knowledge.records import deliveries, facts, interests, organisations
from knowledge.records.interests import Interest
from knowledge.records.store import Store

AGAIN = 7 * DAY
"""How long after a question without an answer it can be asked again."""


class Publication(Struct, frozen=True):
    """Whether a case may be published: ``agreed`` is None until it is answered."""

    interest: int
    asked: int
    asked_by: int
    answered: int | None
    answered_by: int | None
    agreed: int | None
    upto: int


def get(store: Store, interest: int) -> Publication | None:
    """What was asked and answered about this interest."""
    row = store.one(
        "SELECT interest, asked, asked_by, answered, answered_by, agreed, upto FROM publications WHERE interest = ?",
        (interest,),
    )
    return Publication(*row) if row else None


def ask(store: Store, interest: Interest, *, actor: int, now: int) -> str:
    """Ask the organisation (the caller has checked that the actor is of the city).

    Returns ``asked``; or why not: ``early`` (it is not completed), ``project`` (that is not filled in), ``waiting``,
    ``refused``, ``agreed``.
    """
    with store.transaction():
        known = get(store, interest.id)
        if interest.stage != "completed":
            return "early"
        if known and known.answered is not None:
            return "agreed" if known.agreed else "refused"
        if known and now < known.asked + AGAIN:
            return "waiting"
        if "project" not in facts.of(store, interest.id):
            return "project"
        store.execute(
            "INSERT INTO publications (interest, asked, asked_by) VALUES (?, ?, ?)"
            " ON CONFLICT (interest) DO UPDATE SET asked = excluded.asked, asked_by = excluded.asked_by",
            (interest.id, now, actor),
        )
        event = interests.note(store, interest, "propose", None, now, actor=actor, role="city")
        deliveries.put(store, interest.person, "asker.publish", now, interest=interest.id, event=event)
    return "asked"


def answer(
    store: Store, interest: Interest, *, yes: bool, actor: int, office: Sequence[int], now: int, done: str = "", seen: int = 0
) -> bool:
    """The organisation (checked by the caller) agrees to publish the facts up to ``seen`` with these words, or does not.

    A no can come after a yes. False: it was not asked, or has said so already.
    """
    with store.transaction():
        known = get(store, interest.id)
        if known is None or interest.stage != "completed" or known.agreed == int(yes):
            return False
        if yes:
            facts.write(store, interest.id, {"done": done}, by=actor, role="organisation", now=now)
        store.execute(
            "UPDATE publications SET answered = ?, answered_by = ?, agreed = ?, upto = ? WHERE interest = ?",
            (now, actor, int(yes), seen if yes else 0, interest.id),
        )
        event = interests.note(store, interest, "publish" if yes else "unpublish", None, now, actor=actor, role="organisation")
        for one in dict.fromkeys([known.asked_by, *office]):
            if one in office and one != actor:
                deliveries.put(store, one, "office.publish", now, interest=interest.id, event=event)
    return True


def translate(store: Store, interest: int, words: Mapping[str, str], *, actor: int, now: int) -> None:
    """Keep what the office wrote in the other language."""
    with store.transaction():
        given = {f"{name}_other": words[name] for name in WORDS if name in words}
        facts.write(store, interest, given, by=actor, role="city", now=now)


def told(store: Store, interest: Interest, *, upto: int | None = None, done: str = "") -> Told | None:
    """The case as far as it may be told; None when the organisation does not agree, or too little is known.

    ``upto`` and ``done``: as it would be, with these, for the organisation to look at before it agrees.
    """
    known = get(store, interest.id)
    if upto is None:
        if known is None or not known.agreed:
            return None
        upto = known.upto
    then, now = facts.of(store, interest.id, upto), facts.of(store, interest.id)
    words = done or (now["done"].value if "done" in now else "")
    years = [in_shanghai(e.at).year for e in interests.events(store, interest.id) if e.move in {"sign", "complete"}]
    if "project" not in then or not words or not years:
        return None
    ours = organisations.get(store, interest.organisation)
    answered = known.answered if known and known.agreed else None
    return Told(
        number=interest.id,
        county=interest.county,
        need=interest.need,
        kind=(ours.profile.kind or "") if ours else "",
        said={"org": interest.name, "project": then["project"].value, "done": words},
        other={name: now[f"{name}_other"].value for name in WORDS if f"{name}_other" in now},
        figures={key: int(then[key].value) for key in facts.FIGURES if key in then},
        years=(min(years), max(years)),
        agreed=in_shanghai(answered).date().isoformat() if answered else "",
    )
