"""The mark of an organisation that an administrator has verified, as cards and pages show it."""

from __future__ import annotations

from handlers.context import Services
from knowledge.records import organisations
from knowledge.records.organisations import Organisation


def mark(services: Services, lang: str, organisation: Organisation | int) -> str:
    """Verified when, and until when; empty for an organisation that is not."""
    found = organisations.get(services.store, organisation) if isinstance(organisation, int) else organisation
    if found is None or found.verified is None or found.verified_until is None or found.verified_until <= services.now():
        return ""
    return services.texts(lang, "org.mark", at=found.verified, until=found.verified_until - 1)


def note_words(services: Services, lang: str, organisation: Organisation) -> str:
    """On what ground it was verified; what was chosen by button is kept as ``=id``."""
    note = organisation.verified_note or ""
    return services.texts(lang, f"verify.note.{note[1:]}") if note.startswith("=") else note
