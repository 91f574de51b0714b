"""Pairings as a person sees them: the compact list, and the card with its reasons, evidence and open questions."""

from __future__ import annotations

from typing import Any

from handlers.buttons import Button, Rows, press
from handlers.context import Reply, Services
from handlers.corrections import part_rows, place
from handlers.wishes import pack
from knowledge.base import County, Need
from knowledge.matching import Circumstances, Pairing, Reason, Recommendation, Wish, at_county
from knowledge.records import coordinators, interests, organisations
from knowledge.records.coverage import coverage
from knowledge.records.interests import Interest
from knowledge.records.organisations import Profile
from knowledge.understanding import Understanding

PAGE = 5
SHORT_REASONS = (
    "named",
    "partner",
    "trip",
    "national_key",
    "municipal_key",
    "near",
    "covered",
    "crowded",
    "need_covered",
    "nobody_yet",
)
"""The reasons worth a word in the list."""
WHY = (*SHORT_REASONS, "eastern", "brand", "confirmed")
"""The reasons that the card gives in a word; all of them stand as sentences behind it, in the whole card."""


def reason_text(services: Services, lang: str, reason: Reason, *, short: bool = False) -> str:
    """A reason in words, for the list (``short``) or the card."""
    base = services.base
    of = reason.of
    if reason.id in {"field", "near"}:
        of = base.fields[reason.of].name[lang]
    elif reason.id == "brand":
        of = base.tasks[reason.of].name[lang]
    elif reason.id == "partner":
        of = next(c.partner.city[lang] for c in base.counties.values() if c.partner and c.partner.city.zh == reason.of)
    elif reason.id == "eastern":
        of = base.eastern[reason.of][lang]
    return services.texts(lang, f"{'tag' if short else 'reason'}.{reason.id}", of=of)


def echo(services: Services, lang: str, u: Understanding) -> str:
    """What was understood, each part with the words that said it; empty when nothing was."""
    base = services.base
    fields = [(base.fields[found.id].name[lang], found.words) for found in u.fields]
    counties = [(base.counties[found.id].short[lang], found.words) for found in u.counties]
    kind = (base.kinds[u.kind.id].name[lang], u.kind.words) if u.kind else None
    origin = (place(services, lang, u.origin.province, u.origin.city) or u.origin.words, u.origin.words) if u.origin else None
    away = [base.counties[f.id].short[lang] for f in u.refused_counties] + [
        base.fields[f.id].name[lang] for f in u.refused_fields
    ]
    resources = [(services.texts(lang, f"resource.{found.id}"), found.words) for found in u.resources]
    if not (fields or counties or kind or origin or away):
        return ""
    return services.texts(
        lang, "find.echo", fields=fields, counties=counties, kind=kind, origin=origin, away=away, resources=resources
    )


def listing(services: Services, lang: str, wish: Wish, *, offset: int = 0, heard: str = "") -> Reply:
    """The ranked pairings as a compact list with numbered buttons, under what was understood."""
    found = services.ranking(wish)
    offset = offset if offset < len(found.pairings) else 0  # the page may have been there before the base was changed
    page = found.pairings[offset : offset + PAGE]
    items = [item(services, lang, pairing) for pairing in page]
    text = services.texts(
        lang,
        "find.list",
        heard=heard,
        offset=offset,
        items=items,
        suggested=[services.base.fields[one].name[lang] for one in found.fields] if found.suggested and wish.kind else [],
        open_ended=found.suggested and not wish.kind,
        urban=[services.base.counties[c].short[lang] for c in wish.counties if not services.base.counties[c].agricultural],
    )
    return Reply(text, _list_rows(services, lang, wish, found, page, offset))


def next_best(services: Services, lang: str, interest: Interest, count: int) -> Reply:
    """The next-best pairings for an interest that does not get on where it is: a few lines, and a button for each."""
    base = services.base
    known = organisations.get(services.store, interest.organisation)
    about = known.profile if known else Profile("")
    need = base.needs.get(interest.need or "")
    wish = Wish(
        fields=(need.field,) if need else about.fields,
        refused_counties=(interest.county,),
        kind=about.kind or "",
        province=about.province or "",
        city=about.city or "",
    )
    taken = {(one.county, one.need) for one in interests.of_member(services.store, interest.person) if one.open}
    found = services.ranking(wish).pairings
    best = [p for p in found if (p.county.id, p.need.id if p.need else None) not in taken][:count]
    code = pack(base, wish)
    text = services.texts(lang, "find.others", items=[item(services, lang, pairing) for pairing in best])
    numbers = tuple(press(str(i), "k", target(p.need, p.county), code) for i, p in enumerate(best, 1))
    return Reply(text, (numbers, (press(services.texts(lang, "button.more"), "l", 0, code),)))


def item(services: Services, lang: str, pairing: Pairing) -> dict[str, object]:
    """A pairing as a list shows it: where, what, and the few words that speak for it."""
    need = pairing.need
    return {
        "county": pairing.county.short[lang],
        "field": services.base.fields[need.field].name[lang] if need else "",
        "need": need.text[lang] if need else "",
        "inferred": bool(need and need.basis == "opportunity"),
        "tags": tags(services, lang, pairing, SHORT_REASONS),
    }


def tags(services: Services, lang: str, pairing: Pairing, among: tuple[str, ...]) -> list[str]:
    """The reasons of these that a pairing has, in a word each; two that are told by the same word are told once."""
    found = (reason_text(services, lang, reason, short=True) for reason in pairing.reasons if reason.id in among)
    return list(dict.fromkeys(found))


def _list_rows(
    services: Services, lang: str, wish: Wish, found: Recommendation, page: tuple[Pairing, ...], offset: int
) -> Rows:
    code = pack(services.base, wish)
    numbers = tuple(press(str(i), "k", target(p.need, p.county), code) for i, p in enumerate(page, 1))
    more: list[Button] = []
    if offset:
        more.append(press(services.texts(lang, "button.earlier"), "l", max(0, offset - PAGE), code))
    if offset + PAGE < len(found.pairings):
        more.append(press(services.texts(lang, "button.more"), "l", offset + PAGE, code))
    return (numbers, tuple(more), *part_rows(services, lang, wish))


def target(need: Need | None, county: County) -> str:
    """What a card is about, as it travels in a button: a need, or a county as a whole."""
    return need.id if need else county.id


def find_target(services: Services, name: str) -> tuple[County, Need | None] | None:
    """The county and need that a button is about, or None when the base has it no longer."""
    need = services.base.needs.get(name)
    county = services.base.counties.get(need.county if need else name)
    return (county, need) if county else None


def target_name(services: Services, lang: str, name: str) -> str:
    """What a need or county is called in a few words; empty when the base has it no longer."""
    county, need = find_target(services, name) or (None, None)
    if county is None:
        return ""
    return f"{county.short[lang]} · {services.base.fields[need.field].name[lang]}" if need else county.short[lang]


def card(services: Services, lang: str, name: str, wish: Wish, *, whole: bool = False) -> Reply | None:
    """The card of a need (or of a county as a whole) for this wish, short enough for a phone. None: the base has it no longer.

    ``whole``: with every reason as a sentence, the clause of the plan, the precedent, and who helps already.
    """
    found = find_target(services, name)
    if found is None:
        return None
    county, need = found
    handled = bool(coordinators.at(services.store, county.id))

    def made(around: Circumstances) -> Reply:
        return _card(services, lang, at_county(services.base, county, need, wish, around), wish, whole=whole, handled=handled)

    return services.of_late((lang, name, wish, whole, handled), made)


def _card(services: Services, lang: str, pairing: Pairing, wish: Wish, *, whole: bool, handled: bool) -> Reply:
    """The card; ``handled``: somebody at the county answers."""
    base, county, need = services.base, pairing.county, pairing.need
    name = target(need, county)
    field = need.field if need else (wish.fields[0] if len(wish.fields) == 1 else "")
    precedent = next(base.precedents(field, county.id), None) if field else None
    engaged = coverage(services.store).at(need.id) if need else None
    about: dict[str, Any] = {
        "county": county,
        "need": need,
        "field": base.fields[field].name[lang] if field else "",
        "agricultural": county.agricultural,
    }
    tier = services.texts(lang, f"tier.{county.tier}")
    why = tags(services, lang, pairing, WHY)
    if all(reason.id != county.tier for reason in pairing.reasons):
        why.insert(0, tier)
    if engaged and engaged.open and not {reason.id for reason in pairing.reasons} & {"crowded", "need_covered"}:
        why.append(services.texts(lang, "tag.crowded", of=str(engaged.open)))
    open_ = [reason for reason in pairing.unknowns if not (handled and reason.id == "no_contact")]
    unknowns = [reason_text(services, lang, reason, short=True) for reason in open_]
    text = (
        services.texts(lang, "card", **about, why=why, unknowns=unknowns)
        if not whole
        else services.texts(
            lang,
            "card.whole",
            **about,
            tier=tier,
            reasons=[reason_text(services, lang, reason) for reason in pairing.reasons],
            unknowns=[reason_text(services, lang, reason) for reason in pairing.unknowns],
            task=base.tasks[pairing.task],
            precedent=precedent,
            engaged=engaged,
            aid=county.aid[:3],
            more_aid=max(0, len(county.aid) - 3),
        )
    )
    code = pack(base, wish)
    rows: list[tuple[Button, ...]] = []
    if county.agricultural:
        rows.append((press(services.texts(lang, "button.register"), "reg", name, wish.kind[:2]),))
    turned = press(services.texts(lang, "button.less" if whole else "button.whole"), "k" if whole else "w", name, code)
    rows.append((turned,))
    rows.append(
        (
            press(services.texts(lang, "button.county", county=county.short[lang]), "c", county.id, 0, code),
            press(services.texts(lang, "button.list"), "l", "", code),
        )
    )
    rows.append((press(services.texts(lang, "button.ask"), "ask", name),))
    return Reply(text, tuple(rows))
