"""People, what they wrote and what they asked, as rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.records import inbox, people
from knowledge.records.people import CONSENT_VERSION, PURPOSES, Person
from knowledge.records.store import Store
from tests.rowstore import NOW, elsewhere

# -- people ------------------------------------------------------------------------------------------------------------

LANGUAGES = [
    (None, None, None, "zh", "zh"),
    (None, None, None, "en", "en"),
    (None, None, "zh", "en", "zh"),
    (None, None, "zh-Hans", "en", "zh"),
    (None, None, "ZH-TW", "en", "zh"),
    (None, None, "de", "zh", "en"),
    (None, None, "", "zh", "zh"),
    (None, "zh", "en", "en", "zh"),
    (None, "en", "zh", "zh", "en"),
    ("en", "zh", "zh", "zh", "en"),
    ("zh", "en", "en", "en", "zh"),
]


@pytest.mark.parametrize(("lang", "heard", "client", "default", "answered"), LANGUAGES)
def test_the_choice_comes_before_what_was_written_and_that_before_the_client(
    lang: str | None, heard: str | None, client: str | None, default: str, answered: str
) -> None:
    assert Person(1, lang, heard, client, None, None).language(default) == answered


def test_before_consent_only_id_and_language_are_kept(store: Store) -> None:
    people.heard(store, 1, "zh")
    people.choose_language(store, 1, "en")
    people.started(store, 1, NOW)
    row = store.one("SELECT * FROM people WHERE id = 1")
    assert row is not None
    assert dict(row) == {
        "id": 1, "lang": "en", "heard": "zh", "client": "zh-hans", "started": NOW, "unreachable": None,
        "first_seen": NOW, "last_seen": NOW,
    }  # fmt: skip


def test_somebody_new_is_reached(store: Store) -> None:
    met = people.meet(store, 5, "en", NOW)
    assert met == people.get(store, 5) == Person(5, None, None, "en", None, None)


def test_somebody_seen_again_is_the_same_person(store: Store) -> None:
    people.meet(store, 1, "en", NOW + 60)
    people.meet(store, 1, None, NOW + 90)
    store.flush()
    assert store.value("SELECT count(*) FROM people WHERE id = 1") == 1
    row = store.one("SELECT client, first_seen, last_seen FROM people WHERE id = 1")
    assert row is not None
    assert tuple(row) == ("en", NOW, NOW + 90)
    assert people.get(store, 99) is None


def test_who_blocked_the_bot_is_reached_again_after_writing(store: Store) -> None:
    people.started(store, 1, NOW)
    people.unreachable(store, 1, NOW + 5)
    found = people.get(store, 1)
    assert found
    assert (found.started, found.unreachable) == (NOW, NOW + 5)
    people.started(store, 1, NOW + 9)
    found = people.get(store, 1)
    assert found
    assert (found.started, found.unreachable) == (NOW, None)


def test_the_last_answer_to_a_consent_counts_and_every_answer_is_kept(store: Store) -> None:
    people.consent(store, 1, PURPOSES[:3], given=True, now=NOW)
    assert people.agreed(store, 1) == {"keep", "abroad", "pass_on"}
    people.consent(store, 1, ("pass_on",), given=False, now=NOW + 1)
    assert people.agreed(store, 1) == {"keep", "abroad"}
    people.consent(store, 1, ("pass_on",), given=True, now=NOW + 2)
    assert people.agreed(store, 1) == {"keep", "abroad", "pass_on"}
    assert people.agreed(store, 2) == frozenset()
    assert store.value("SELECT count(*) FROM consents WHERE person = 1") == 5


def test_a_consent_to_an_earlier_wording_no_longer_counts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    people.consent(store, 1, ("keep",), given=True, now=NOW)
    monkeypatch.setattr(people, "CONSENT_VERSION", CONSENT_VERSION + 1)
    assert people.agreed(store, 1) == frozenset()
    people.consent(store, 1, ("keep",), given=True, now=NOW)
    assert people.agreed(store, 1) == {"keep"}


# -- the inbox ---------------------------------------------------------------------------------------------------------


def test_an_update_is_kept_until_it_is_answered_and_known_afterwards(store: Store, file: Path) -> None:
    assert inbox.receive(store, 8, '{"b"}', NOW)
    assert inbox.receive(store, 7, '{"a"}', NOW)
    assert not inbox.receive(store, 8, '{"b"}', NOW + 1)
    assert elsewhere(file, "SELECT count(*) FROM inbox") == [(2,)]
    assert inbox.waiting(store) == ['{"a"}', '{"b"}']
    inbox.answered(store, 7)
    store.flush()
    assert inbox.waiting(store) == ['{"b"}']
    assert elsewhere(file, "SELECT update_id, payload FROM inbox ORDER BY 1") == [(7, None), (8, '{"b"}')]
    assert not inbox.receive(store, 7, "{}", NOW + 2)


def test_a_repeated_update_loses_nothing_that_was_deferred(store: Store, file: Path) -> None:
    inbox.receive(store, 7, "{}", NOW)
    inbox.answered(store, 7)
    assert not inbox.receive(store, 7, "{}", NOW)
    store.flush()
    assert elsewhere(file, "SELECT payload FROM inbox") == [(None,)]


def test_what_an_update_brought_about_can_be_said_again_until_it_is_answered(store: Store) -> None:
    inbox.receive(store, 7, "{}", NOW)
    assert inbox.result(store, 7) is None
    inbox.note_result(store, 7, "interest.done", {"interest": 3, "名": "字"})
    assert inbox.result(store, 7) == ("interest.done", {"interest": 3, "名": "字"})
    assert inbox.result(store, 8) is None
    inbox.answered(store, 7)
    store.flush()
    assert inbox.result(store, 7) is None


@pytest.mark.parametrize(("age", "kept"), [(0, True), (inbox.REMEMBER, True), (inbox.REMEMBER + 1, False)])
def test_numbers_are_forgotten_when_they_can_no_longer_come_again(store: Store, age: int, kept: bool) -> None:
    inbox.receive(store, 7, "{}", NOW)
    inbox.receive(store, 8, "{}", NOW)
    inbox.answered(store, 7)
    store.flush()
    inbox.forget(store, NOW + age)
    assert inbox.receive(store, 7, "{}", NOW + age) is not kept
    assert not inbox.receive(store, 8, "{}", NOW + age)
