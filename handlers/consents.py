"""The consents that come before anything is kept of a person: one step, the same in every form that needs it."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.context import Context, Services
from handlers.forms import Answers, Step
from knowledge.records import erasure, people
from knowledge.records.drafts import Draft
from knowledge.records.store import Store

CONSENTS = ("keep", "abroad", "pass_on")


def agreed(store: Store, person: int) -> bool:
    """Whether the person has given all of them, in their present wording."""
    return set(CONSENTS) <= people.agreed(store, person)


def asks(answers: Answers) -> bool:
    """Consent is asked for unless it was given before."""
    return answers.get("agreed") != "yes"


def asks_contact(answers: Answers) -> bool:
    """Contacts are asked for only where an operator answers for them."""
    return answers.get("collects") != "no"


STEP = Step("consent", ticks=CONSENTS, when=asks)


def options(services: Services, lang: str) -> Mapping[str, str]:
    """What each consent is called."""
    return {one: services.texts(lang, f"consent.{one}") for one in CONSENTS}


def beginning(context: Context) -> dict[str, str]:
    """The answers that a form begins with: what need not, or must not, be asked of this person."""
    given = {"agreed": "yes"} if agreed(context.store, context.person.id) else {}
    return given if context.services.collects else {**given, "collects": "no"}


def took(context: Context, before: Draft, after: Draft) -> None:
    """The consents are kept at the moment they are complete."""
    if before.step == "consent" and after.step != "consent" and "consent" in after.answers:
        people.consent(context.store, after.person, CONSENTS, given=True, now=context.now)


def refuse(context: Context, draft: Draft) -> None:
    """Who thought better of it takes back what was agreed to, with all that follows; otherwise nothing at all is kept."""
    for one in CONSENTS:
        if people.holds(context.store, draft.person, one):
            erasure.withdraw_consent(context.store, draft.person, one, context.now)
