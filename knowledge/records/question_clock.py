"""The clock of questions: whoever's turn it is is reminded in working hours; who asked hears after a week what was done."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.clock import working
from knowledge.records import deadlines, deliveries, questions
from knowledge.records.deadlines import Deadline
from knowledge.records.moves import OFFICE
from knowledge.records.nudges import reminded
from knowledge.records.store import Store


def remind(store: Store, deadline: Deadline, city: Sequence[int], now: int) -> None:
    """A turn has lasted long."""
    question = questions.get(store, deadline.subject)
    if question is None or not question.open:
        return
    if (later := working(now)) > now:  # the bot was away when it fell due
        deadlines.put(store, deadline.kind, deadline.subject, later, deadline.version)
        return
    if deadline.detail == "again":
        questions.chase_on(store, question, now)
    first = deadline.detail == "1"
    if question.turn in OFFICE:
        office = reminded(store, question.county or "", question.turn, question.assigned, city, first=first)
        _note(store, question, question.turn if first else "city", now)
        asker = "" if first else "asker.question_waiting"
    else:
        office = [] if first else questions.told(store, question, city)
        _note(store, question, "asker", now)
        asker = "asker.question_nudge"
    for one in office:
        deliveries.put_once(store, one, "office.question_nudge", now, question=question.id)
    if asker:
        deliveries.put_once(store, question.person, asker, now, question=question.id)


def _note(store: Store, question: questions.Question, whom: str, now: int) -> None:
    questions.note(store, question, "nudge", whom, now)
