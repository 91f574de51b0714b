"""What is forgotten by itself, and when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.clock import DAY
from knowledge.records import interests, people, questions, retention
from knowledge.records.interests import Registration
from knowledge.records.questions import Asked
from knowledge.records.store import Store
from tests.journeys import rows, to_step
from tests.talk import MONDAY, Talk

YEARS = 730 * DAY


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "retention.db", channel="terminal")
    for person in (1, 2):
        people.meet(opened, person, "zh", MONDAY)
    yield opened
    opened.close()


def register(store: Store, person: int, need: str, cause: int, at: int) -> int:
    wish = Registration("夕阳红", "王老师", "13812345678", "助浴", False, "wuxi", need, "pairing")
    return interests.register(store, person, wish, [], cause, at).interest.id


def withdraw(store: Store, interest: int, at: int) -> None:
    found = interests.get(store, interest)
    assert found is not None
    done = interests.move(
        store, interest, found.version, "withdraw", actor=found.person, role="organisation", office=[], words="x", now=at
    )
    assert done is not None
    assert done.outcome == "done"


def contact(store: Store) -> tuple[str, str | None]:
    row = store.all("SELECT name, phone FROM members")[0]
    return row["name"], row["phone"]


@pytest.mark.parametrize(("age", "kept"), [(YEARS - 1, True), (YEARS, True), (YEARS + 1, False)])
def test_the_contact_of_a_closed_case_goes_after_two_years(store: Store, age: int, kept: bool) -> None:
    withdraw(store, register(store, 1, "wuxi-elderly-1", 1, MONDAY), MONDAY + DAY)
    retention.run(store, MONDAY + DAY + age)
    assert contact(store) == (("王老师", "13812345678") if kept else ("", None))
    audited = [(row["actor"], row["action"], row["object"], row["detail"]) for row in store.all("SELECT * FROM audit")]
    assert audited == ([] if kept else [(None, "retention.contacts", "contacts", "n=1")])


def test_the_contact_stays_while_another_case_is_open(store: Store) -> None:
    withdraw(store, register(store, 1, "wuxi-elderly-1", 1, MONDAY), MONDAY)
    still_open = register(store, 1, "wuxi-medical-1", 2, MONDAY)
    retention.run(store, MONDAY + 3 * YEARS)
    assert contact(store)[0] == "王老师"
    withdraw(store, still_open, MONDAY + 3 * YEARS)
    retention.run(store, MONDAY + 4 * YEARS)
    assert contact(store)[0] == "王老师"
    retention.run(store, MONDAY + 4 * YEARS + 1)
    assert contact(store)[0] == ""


def test_a_second_run_notes_nothing(store: Store) -> None:
    withdraw(store, register(store, 1, "wuxi-elderly-1", 1, MONDAY), MONDAY)
    for hour in range(3):
        retention.run(store, MONDAY + 2 * YEARS + hour)
    assert store.value("SELECT count(*) FROM audit") == 1


@pytest.mark.parametrize(
    ("kind", "answered", "at", "kept"),
    [
        ("question", MONDAY, MONDAY + YEARS, True),
        ("question", MONDAY, MONDAY + YEARS + 1, False),
        ("question", None, MONDAY + 9 * YEARS, True),
        ("offer", MONDAY, MONDAY + YEARS + 1, False),
        ("wrong", None, MONDAY + YEARS, True),
        ("wrong", None, MONDAY + YEARS + 1, False),
    ],
)
def test_the_texts_of_answered_questions_go_after_two_years(
    store: Store, kind: str, answered: int | None, at: int, kept: bool
) -> None:
    if kind == "wrong":
        number = questions.report(store, 1, "住宿？", "words", cause=1, now=MONDAY)
    else:
        number = questions.put(store, Asked(1, kind, "住宿？"), [], cause=1, now=MONDAY - DAY)
    if answered:
        questions.move(store, number, 1, "answer", actor=9, role="city", city=[], words="村委会", now=answered)
    retention.run(store, at)
    assert store.value("SELECT text FROM questions") == ("住宿？" if kept else "")
    words = [row["words"] for row in store.all("SELECT words FROM question_events WHERE move = 'answer'")]
    assert words == ((["村委会"] if kept else [""]) if answered else [])


async def test_a_form_left_open_for_30_days_is_forgotten_by_the_tick(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "offer")
    await talk.move_clock(29 * DAY)
    assert len(rows(talk, "drafts")) == 1
    await talk.move_clock(2 * DAY)
    assert rows(talk, "drafts") == []
    assert [(row["actor"], row["action"], row["detail"]) for row in rows(talk, "audit")] == [(None, "retention.drafts", "n=1")]
    assert "没有正在填的登记" in await li.says("/cancel")
