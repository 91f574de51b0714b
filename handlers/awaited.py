"""A text that may answer what the office asked: no form is open, and nothing else is to be read in it."""

from __future__ import annotations

import re

from handlers.buttons import Rows, press, short
from handlers.cards import reply_row, subject_name, words_of
from handlers.context import Context, Reply, Services
from handlers.typed import bare
from knowledge.records import interests
from knowledge.records.interests import Event, Interest
from knowledge.text import even
from knowledge.understanding import Understanding

OTHERWISE = frozenset({"contact_human", "help", "privacy", "my_interests", "cancel", "admin_broadcast", "register_interest"})
"""Intents of which a text is no answer."""
SURELY_OTHERWISE = frozenset({"help", "privacy", "my_interests"})
"""Those of which it is none even where it begins as an answer does."""
WISHING = ("想", "能", "可以", "愿", "帮", "提供", "打算", "送", "捐", "want", "can ", "would", "offer", "help", "provide")
"""Words by which a text that names a field is a wish of its own: what is asked for is often told with words of a field, too."""
PAUSE = re.compile(r"[\s,.!;:、。，！；：]")
"""What stands behind a word that answers."""


def answering(context: Context, u: Understanding) -> Reply | None:
    """The question that waits for the person's answer, with the way to give it. None: none waits, or the text is no answer."""
    if begins_as_one(context, u):
        other = u.intent in SURELY_OTHERWISE
    else:
        other = bool(u.intent in OTHERWISE or u.counties or u.kind or _wishes(u))
    if other:
        return None
    found = waiting(context.services, context.person.id)
    if found is None:
        return None
    interest, asked = found
    text = context.text(
        "find.answering",
        number=interest.id,
        about=subject_name(context.services, context.lang, interest),
        words=short(words_of(context.services, context.lang, asked), 200),
    )
    ways = (press(context.text("button.guided"), "g", ""), press(context.text("button.ask"), "ask", ""))
    return Reply(text, (*reply_row(context.services, context.lang, interest), ways))


def waiting(services: Services, person: int) -> tuple[Interest, Event] | None:
    """The interest, first of the person's open ones, at which the office asked something that has no answer yet."""
    for interest in interests.of_member(services.store, person):
        if not interest.open or interest.turn != "organisation":
            continue
        last = next((e for e in reversed(interests.events(services.store, interest.id)) if e.move in {"ask", "answer"}), None)
        if last is not None and last.move == "ask" and reply_row(services, services.default_lang, interest):
            return interest, last
    return None


def answer_row(services: Services, lang: str, person: int) -> Rows:
    """The way to answer the office, under whatever else was answered; nothing where no question waits."""
    found = waiting(services, person)
    if found is None:
        return ()
    interest, _ = found
    label = services.texts(lang, "button.answer_office", number=interest.id)
    return ((press(label, "own", interest.id, interest.version, "answer"),),)


def begins_as_one(context: Context, u: Understanding) -> bool:
    """Whether a text begins with a word that answers: 有的，五个人都有执业证; not 有二十位医生, which offers."""
    plain = even(u.text).text.strip().lower()
    words = context.base.turns.answer
    return any(plain.startswith(word) and PAUSE.match(plain + " ", len(word)) for word in (*words.zh, *words.en))


def _wishes(u: Understanding) -> bool:
    """Whether a text offers or asks for a field: with a word of wishing, or by naming it and nothing else."""
    plain = bare(u.text)
    return bool(u.fields) and (any(word in plain for word in WISHING) or any(bare(one.words) == plain for one in u.fields))
