"""One answer without a conversation: what ``jiedui recommend`` prints."""

from __future__ import annotations

from pathlib import Path

from bot.channels.chat import plain
from handlers.context import Services
from handlers.pairings import PAGE, echo, item, reason_text
from handlers.texts import LANGS, Texts
from handlers.wishes import from_understanding
from knowledge.base import KnowledgeBase
from knowledge.clock import SYSTEM_CLOCK
from knowledge.matching import Pairing, recommend
from knowledge.records.store import Store
from knowledge.understanding import Reader


def recommendation(base: KnowledgeBase, text: str, lang: str | None) -> str:
    """What was understood of a text and the pairings for it, as plain text, in ``lang`` or the language of the text."""
    reader, texts = Reader(base), Texts()
    understood = reader.read(text)
    lang = lang or understood.lang or "zh"
    store = Store(Path(":memory:"), channel="terminal")
    services = Services(
        base=base,
        reader=reader,
        store=store,
        texts=texts,
        clock=SYSTEM_CLOCK,
        owners=set(),
        default_lang=lang,
        operator=dict.fromkeys(LANGS, ""),
        privacy_contact=dict.fromkeys(LANGS, ""),
        collects=False,
        wake=lambda: None,
    )
    try:
        heard = echo(services, lang, understood)
        if not heard and understood.intent == "out_of_scope":
            return texts(lang, "recommend.nothing")
        wish = from_understanding(understood)
        found = recommend(base, wish, services.around())
        items = [_item(services, lang, pairing) for pairing in found.pairings[:PAGE]]
        suggested = [base.fields[one].name[lang] for one in found.fields] if found.suggested else []
        return plain(texts(lang, "recommend", heard=heard, items=items, suggested=suggested))
    finally:
        store.close()


def _item(services: Services, lang: str, pairing: Pairing) -> dict[str, object]:
    """A pairing as the list shows it, with every reason and every open question."""
    return item(services, lang, pairing) | {
        "reasons": [reason_text(services, lang, reason) for reason in pairing.reasons],
        "unknowns": [reason_text(services, lang, reason) for reason in pairing.unknowns],
    }
