"""What the parties filled in, in words: on the card, in lines, in forms; and the buttons that fill it in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.buttons import Button, Rows, press
from handlers.context import Services
from knowledge.records import facts, publications
from knowledge.records.facts import CHECKLIST, FIGURES, Fact
from knowledge.records.interests import Interest

MONEY = frozenset({"amount", "money", "goods"})
"""Facts in yuan; the other figures count people."""
FORM_OF = {**dict.fromkeys(CHECKLIST, "checklist"), **dict.fromkeys((*FIGURES, *facts.PHOTO), "figures")}


def name(services: Services, lang: str, key: str) -> str:
    """What a fact is called."""
    return services.texts(lang, f"{FORM_OF[key]}.name.{key}")


def value(services: Services, lang: str, key: str, written: str) -> str:
    """A fact in words: figures with their unit, everything else as it was written."""
    if key in MONEY and written.isdigit():
        return services.texts(lang, "fact.yuan", n=int(written))
    if key in FIGURES and written.isdigit():
        return services.texts(lang, "fact.people", n=int(written))
    return services.texts(lang, f"figures.minors.{written}") if key == "minors" else written


def names(services: Services, lang: str, keys: str) -> str:
    """The names of facts, as an event keeps them: keys with commas."""
    shown = [name(services, lang, key) for key in keys.split(",") if key in FORM_OF and key != "minors"]
    return ("、" if lang == "zh" else ", ").join(shown)


def part(services: Services, lang: str, interest: Interest) -> str:
    """What the card says of them: what is filled in, by whom and when, and what is not yet; empty before they are due."""
    due = [key for key in (*CHECKLIST, *FIGURES) if interest.stage in facts.FORMS[FORM_OF[key]]]
    known = facts.of(services.store, interest.id)
    if not due and not known:
        return ""
    return services.texts(
        lang,
        "card.facts",
        items=[_item(services, lang, known[key]) for key in (*CHECKLIST, *FIGURES) if key in known],
        missing=[name(services, lang, key) for key in due if key not in known],
        photo="photo" in known,
    )


def _item(services: Services, lang: str, fact: Fact) -> dict[str, Any]:
    return {
        "name": name(services, lang, fact.key),
        "value": value(services, lang, fact.key, fact.value),
        "who": services.texts(lang, f"fact.by.{fact.role}"),
        "at": fact.at,
    }


def button(services: Services, lang: str, interest: int, form: str) -> Button:
    """The button that fills in one of the forms."""
    return press(services.texts(lang, f"button.{form}"), "fill", interest, form)


def offered(services: Services, lang: str, interest: Interest, move: str) -> Rows:
    """The button that goes with the news of a move: signed, there is a checklist; landed, there are figures."""
    form = {"sign": "checklist", "land": "figures"}.get(move, "")
    return ((button(services, lang, interest.id, form),),) if form and interest.stage in facts.FORMS[form] else ()


def publishing(services: Services, lang: str, interest: Interest, parties: Sequence[str]) -> tuple[Button, ...]:
    """The button that goes on with the publication of a completed case, for the city and for the organisation."""
    if interest.stage != "completed":
        return ()
    texts, known, shown = services.texts, publications.get(services.store, interest.id), []
    agreed = known is not None and bool(known.agreed)
    if "city" in parties:
        shown.append(press(texts(lang, "button.case_file" if agreed else "button.propose"), "prop", interest.id))
    if "organisation" in parties and agreed:
        shown.append(press(texts(lang, "button.unpublish"), "publ", interest.id, "no"))
    elif "organisation" in parties and known:
        shown.append(press(texts(lang, "button.publish"), "publ", interest.id))
    return tuple(shown)


def buttons(services: Services, lang: str, interest: Interest) -> tuple[Button, ...]:
    """The buttons of a party's card: what can be filled in at this stage, and the photo."""
    shown = [button(services, lang, interest.id, form) for form, stages in facts.FORMS.items() if interest.stage in stages]
    if "photo" in facts.of(services.store, interest.id):
        shown.append(press(services.texts(lang, "button.photo"), "photo", interest.id))
    return tuple(shown)
