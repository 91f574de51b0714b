"""Texts handed to a person at the office: an offer that nothing fits yet, a question."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.records import deliveries
from knowledge.records.store import Row, Store


@dataclass(frozen=True, slots=True)
class Question:
    """A text for the office, and its answer once there is one."""

    id: int
    person: int
    kind: str
    text: str
    about: str | None
    created: int
    answered: int | None
    answer: str | None


def _question(row: Row) -> Question:
    return Question(*row)


SELECT = "SELECT id, person, kind, text, about, created, answered, answer FROM questions"


def get(store: Store, question: int) -> Question | None:
    """The question with this id."""
    row = store.one(f"{SELECT} WHERE id = ?", (question,))
    return _question(row) if row else None


def unanswered(store: Store) -> list[Question]:
    """What waits for an answer, oldest first."""
    return [_question(row) for row in store.all(f"{SELECT} WHERE answered IS NULL AND kind != 'wrong' ORDER BY id LIMIT 50")]


def reported(store: Store) -> list[Question]:
    """What people reported as wrong results, newest first."""
    return [_question(row) for row in store.all(f"{SELECT} WHERE kind = 'wrong' ORDER BY id DESC LIMIT 20")]


def put(
    store: Store, person: int, kind: str, text: str, *, about: str | None = None, office: list[int], cause: int, now: int
) -> int:
    """Keep a text and tell the office. The same ``cause`` or the same text still waiting changes nothing. Returns its id."""
    with store.transaction():
        known = store.value(
            "SELECT id FROM questions WHERE cause = ?"
            " OR (person = ? AND kind = ? AND text = ? AND about IS ? AND answered IS NULL) ORDER BY cause = ? DESC, id",
            (cause, person, kind, text, about, cause),
        )
        if known:
            return int(known)
        cursor = store.execute(
            "INSERT INTO questions (person, kind, text, about, created, cause) VALUES (?, ?, ?, ?, ?, ?)",
            (person, kind, text, about, now, cause),
        )
        question = cursor.lastrowid or 0
        for one in office:
            deliveries.put(store, one, "office.question", now, question=question)
    return question


def answer(store: Store, question: int, answerer: int, text: str, now: int) -> bool:
    """Keep the answer and tell the asker. False: somebody answered before."""
    with store.transaction():
        changed = store.execute(
            "UPDATE questions SET answered = ?, answer = ?, answerer = ? WHERE id = ? AND answered IS NULL",
            (now, text, answerer, question),
        ).rowcount
        if not changed:
            return False
        asker = int(store.value("SELECT person FROM questions WHERE id = ?", (question,)))
        deliveries.put(store, asker, "asker.answered", now, question=question)
        store.audit(now, answerer, "question.answer", f"question:{question}")
    return True
