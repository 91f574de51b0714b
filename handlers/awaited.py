"""A text that may answer what the office asked: no form is open, and nothing else is to be read in it."""

from __future__ import annotations

from handlers.buttons import press, short
from handlers.cards import reply_row, subject_name, words_of
from handlers.context import Context, Reply
from handlers.typed import bare
from knowledge.records import interests
from knowledge.understanding import Understanding

OTHERWISE = frozenset({"contact_human", "help", "privacy", "my_interests", "cancel", "admin_broadcast", "register_interest"})
"""Intents of which a text is no answer."""
WISHING = ("想", "能", "可以", "愿", "帮", "提供", "打算", "送", "捐", "want", "can ", "would", "offer", "help", "provide")
"""Words by which a text that names a field is a wish of its own: what is asked for is often told with words of a field, too."""


def answering(context: Context, u: Understanding) -> Reply | None:
    """The question that waits for the person's answer, with the way to give it. None: none waits, or the text is no answer."""
    if u.counties or u.kind or u.intent in OTHERWISE or _wishes(u):
        return None
    for interest in interests.of_member(context.store, context.person.id):
        if not interest.open or interest.turn != "organisation":
            continue
        last = next((e for e in reversed(interests.events(context.store, interest.id)) if e.move in {"ask", "answer"}), None)
        row = reply_row(context.services, context.lang, interest)
        if last is None or last.move != "ask" or not row:
            continue
        text = context.text(
            "find.answering",
            number=interest.id,
            about=subject_name(context.services, context.lang, interest),
            words=short(words_of(context.services, context.lang, last), 200),
        )
        other = (press(context.text("button.guided"), "g", ""), press(context.text("button.ask"), "ask", ""))
        return Reply(text, (*row, other))
    return None


def _wishes(u: Understanding) -> bool:
    """Whether a text offers or asks for a field: with a word of wishing, or by naming it and nothing else."""
    plain = bare(u.text)
    return bool(u.fields) and (any(word in plain for word in WISHING) or any(bare(one.words) == plain for one in u.fields))
