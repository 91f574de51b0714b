"""Links that let one account in: single use, 72 hours, kept as a hash; taking and deciding are two steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.clock import DAY, HOUR
from knowledge.records import erasure, export, invitations, people, retention
from knowledge.records.store import Store
from tests.talk import MONDAY

FIRST, NEW, OTHER = 1, 2, 3


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "invitations.db", channel="terminal")
    for person in (FIRST, NEW, OTHER):
        people.meet(opened, person, "zh", MONDAY)
    yield opened
    opened.close()


def made(store: Store, subject: str = "7") -> tuple[str, invitations.Invitation]:
    token = invitations.make(store, "colleague", subject, FIRST, MONDAY)
    found = invitations.find(store, token, "colleague")
    assert found is not None
    return token, found


def taken(store: Store, person: int = NEW) -> invitations.Invitation:
    _, found = made(store)
    assert invitations.take(store, found.id, person, "小李", "13812345678", MONDAY + 1)
    return found


def test_a_token_has_128_bits_fits_a_deep_link_and_is_kept_nowhere(store: Store) -> None:
    tokens = {invitations.make(store, "colleague", "7", FIRST, MONDAY) for _ in range(50)}
    assert len(tokens) == 50
    assert all(invitations.TOKEN.fullmatch(token) and len(f"start=join-{token}") <= 64 for token in tokens)
    assert invitations.BYTES * 8 == 128
    dump = "\n".join(store.connection.iterdump())
    assert not any(token in dump for token in tokens)


@pytest.mark.parametrize("wrong", ["", "x" * 22, "' OR 1=1 --", "中" * 22, "x" * 4000])
def test_a_wrong_token_finds_nothing(store: Store, wrong: str) -> None:
    made(store)
    assert invitations.find(store, wrong, "colleague") is None


def test_a_link_serves_its_own_purpose_alone(store: Store) -> None:
    token, _ = made(store)
    assert invitations.find(store, token, "coordinator") is None


@pytest.mark.parametrize(("after", "usable"), [(0, True), (72 * HOUR - 1, True), (72 * HOUR, False), (30 * DAY, False)])
def test_a_link_holds_for_72_hours(store: Store, after: int, usable: bool) -> None:
    _, found = made(store)
    assert found.usable(MONDAY + after) is usable
    assert bool(invitations.usable(store, "colleague", "7", MONDAY + after)) is usable
    assert invitations.take(store, found.id, NEW, "小李", None, MONDAY + after) is usable


def test_of_two_accounts_one_takes_it(store: Store) -> None:
    token, found = made(store)
    assert invitations.take(store, found.id, NEW, "小李", None, MONDAY)
    assert not invitations.take(store, found.id, OTHER, "小王", None, MONDAY)
    again = invitations.find(store, token, "colleague")
    assert again is not None
    assert (again.taken_by, again.name, again.waiting, again.usable(MONDAY)) == (NEW, "小李", True, False)


def test_it_is_decided_once_and_the_contact_is_forgotten_there(store: Store) -> None:
    found = taken(store)
    assert [one.id for one in invitations.waiting(store, "colleague", "7")] == [found.id]
    assert [one.id for one in invitations.waiting(store, "colleague")] == [found.id]
    before = invitations.decide(store, found.id, FIRST, MONDAY + 2, accepted=True)
    assert before is not None
    assert (before.taken_by, before.name, before.phone) == (NEW, "小李", "13812345678")
    assert invitations.decide(store, found.id, FIRST, MONDAY + 3, accepted=False) is None
    after = invitations.get(store, found.id)
    assert after is not None
    assert (after.accepted, after.name, after.phone, after.waiting) == (True, None, None, False)
    assert invitations.waiting(store, "colleague") == []


def test_a_link_that_nobody_took_has_nothing_to_decide(store: Store) -> None:
    _, found = made(store)
    assert invitations.decide(store, found.id, FIRST, MONDAY, accepted=True) is None


def test_a_decision_may_come_after_the_link_has_expired(store: Store) -> None:
    found = taken(store)
    assert invitations.decide(store, found.id, FIRST, MONDAY + 10 * DAY, accepted=True)


def test_links_can_be_withdrawn_those_taken_stay(store: Store) -> None:
    found = taken(store)
    _, unused = made(store)
    _, elsewhere = made(store, "8")
    assert invitations.withdraw(store, "colleague", "7", FIRST, MONDAY + 5) == 1
    assert not invitations.take(store, unused.id, OTHER, "小王", None, MONDAY + 6)
    assert [one.id for one in invitations.waiting(store, "colleague")] == [found.id]
    assert invitations.take(store, elsewhere.id, OTHER, "小王", None, MONDAY + 6)


def test_it_is_exported_to_both_and_the_contact_to_its_owner_alone(store: Store) -> None:
    taken(store)
    (theirs,) = export.of_person(store, NEW)["invitations"]
    (ours,) = export.of_person(store, FIRST)["invitations"]
    assert (theirs["contact"], theirs["phone"]) == ("小李", "13812345678")
    assert "contact" not in ours
    assert "phone" not in ours


def test_an_erased_account_is_in_no_invitation(store: Store) -> None:
    found = taken(store)
    erasure.erase(store, NEW, lambda _: [], MONDAY + 2)
    after = invitations.get(store, found.id)
    assert after is not None
    assert (after.taken_by, after.name, after.phone) == (None, None, None)
    assert not after.usable(MONDAY + 2)
    assert invitations.waiting(store, "colleague") == []


def test_without_consent_to_keep_the_contact_goes(store: Store) -> None:
    found = taken(store)
    erasure.withdraw_consent(store, NEW, "keep", MONDAY + 2)
    after = invitations.get(store, found.id)
    assert after is not None
    assert (after.taken_by, after.name, after.phone) == (NEW, None, None)


def test_old_invitations_are_forgotten(store: Store) -> None:
    found = taken(store)
    retention.run(store, MONDAY + 60 * DAY)
    assert invitations.get(store, found.id) is not None, "who waits hears a no before"
    invitations.decide(store, found.id, None, found.expires, accepted=False)
    retention.run(store, found.expires + 30 * DAY)
    assert invitations.get(store, found.id) is not None
    retention.run(store, found.expires + 30 * DAY + 1)
    assert invitations.get(store, found.id) is None
