"""The recipients of a notice are frozen slice by slice: a kill, a change of mind, nobody among them all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from knowledge.records import audience, deliveries, mutes, notices, people, sending, slicing
from knowledge.records.audience import Audience, Reach, Scope
from knowledge.records.notices import Notice
from knowledge.records.store import Store
from knowledge.records.tick import tick
from tests.journeys import drafted, wants_notices
from tests.talk import Talk

NOW = 1_780_279_200
SCOPE = Scope("other", NOW, (1, 2), "en")
MANY = range(1, 24)


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five people are a slice."""
    monkeypatch.setattr(audience, "SLICE", 5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database with 23 people, of whom every fourth has not ticked notices."""
    opened = Store(tmp_path / "jiedui.db", channel="terminal")
    for person in MANY:
        people.meet(opened, person, "zh" if person % 3 else "en", NOW)
        people.started(opened, person, NOW)
        people.consent(opened, person, ("notices",), given=bool(person % 4), now=NOW)
    yield opened
    opened.close()


def confirmed(store: Store, scope: Scope = SCOPE, **changed: str | int) -> int:
    """A notice that was confirmed, of which nobody is frozen yet: there are several slices."""
    number = notices.draft(store, 0, NOW)
    notices.edit(store, number, zh="通知", topic="other", **changed)
    assert sending.confirm(store, got(store, number), got(store, number).version, scope, 1, NOW, by=1) == "done"
    return number


def got(store: Store, number: int) -> Notice:
    notice = notices.get(store, number)
    assert notice
    return notice


def frozen(store: Store, number: int) -> list[int]:
    return [row["person"] for row in store.all("SELECT person FROM deliveries WHERE notice = ? ORDER BY person", (number,))]


def test_nothing_goes_before_all_recipients_are_frozen(store: Store) -> None:
    number = confirmed(store)
    steps = 0
    for _ in slicing.walk(store, number, NOW):
        steps += 1
        assert frozen(store, number) == list(range(1, 1 + min(len(MANY), 5 * steps)))
        assert (deliveries.claim(store, NOW, 9) == []) is (steps < 5)
    assert steps == 5
    assert got(store, number).state == "sending"
    assert got(store, number).counts == {"pending": 9, "sending": 9, "left_out": 5}
    assert list(slicing.walk(store, number, NOW)) == []


@pytest.mark.parametrize("slices", range(5))
def test_a_kill_in_between_only_interrupts_it(store: Store, slices: int) -> None:
    number = confirmed(store, replace(SCOPE, owners=(7,)), audience=Audience(roles=("administrator", "visitor")).pack())
    for _, _ in zip(range(slices), slicing.walk(store, number, NOW), strict=False):
        pass
    store.connection.close()
    with_all = Store(store.path, channel="terminal")
    deliveries.recover(with_all, NOW + 9)
    while tick(with_all, [], NOW + 9):
        pass
    assert got(with_all, number).state == "sending"
    assert frozen(with_all, number) == list(MANY)
    assert with_all.value("SELECT count(*) FROM deadlines") == 0
    assert "owners" not in with_all.value("SELECT audience FROM notices")
    with_all.close()


def test_the_same_press_again_goes_on_where_it_stopped(store: Store) -> None:
    number = confirmed(store)
    notice = got(store, number)
    assert sending.confirm(store, notice, notice.version, SCOPE, 1, NOW, by=1) == "done"
    assert sending.confirm(store, notice, notice.version, SCOPE, 2, NOW, by=1) == "stale"
    assert len(list(slicing.walk(store, number, NOW))) == 5
    assert frozen(store, number) == list(MANY)


def test_whoever_else_serves_it_freezes_nobody_twice(store: Store) -> None:
    number = confirmed(store)
    for _ in slicing.walk(store, number, NOW):
        tick(store, [], NOW)
    assert frozen(store, number) == list(MANY)
    assert got(store, number).state == "sending"


@pytest.mark.parametrize(("change", "state"), [("unschedule", "draft"), ("stop", "stopped")])
def test_a_change_of_mind_in_between_holds(store: Store, change: str, state: str) -> None:
    number = confirmed(store)
    walk = slicing.walk(store, number, NOW)
    next(walk)
    next(walk)
    if change == "unschedule":
        assert sending.unschedule(store, number, NOW)
    else:
        assert sending.stop(store, number, "asked", NOW)
    assert len(list(walk)) == (3 if change == "unschedule" else 0)  # and it is forgotten in slices
    assert tick(store, [], NOW + 9) == 0
    assert got(store, number).state == state
    assert frozen(store, number) == ([] if state == "draft" else list(range(1, 11)))
    assert deliveries.claim(store, NOW + 9, 9) == []


def test_where_nobody_gets_it_among_them_all_it_is_a_draft_again(store: Store) -> None:
    for person in MANY:
        people.consent(store, person, ("notices",), given=False, now=NOW)
    number = confirmed(store)
    for _ in slicing.walk(store, number, NOW):
        pass
    assert (got(store, number).state, frozen(store, number)) == ("draft", [])


def test_it_waits_for_its_hour_also_where_that_comes_while_it_is_frozen(store: Store) -> None:
    number = confirmed(store, starts=NOW + 60, expires=NOW + 99)
    assert tick(store, [0], NOW + 61)
    while tick(store, [0], NOW + 61):
        pass
    assert got(store, number).state == "sending"
    assert frozen(store, number) == list(MANY)


def test_who_mutes_in_between_gets_nothing(store: Store) -> None:
    number = confirmed(store)
    for person in (2, 22):
        mutes.mute(store, person, "other", NOW)
    for _ in slicing.walk(store, number, NOW):
        pass
    rows = store.all("SELECT person, error FROM deliveries WHERE state = 'left_out' AND error != 'no_consent'")
    assert [(row["person"], row["error"]) for row in rows] == [(2, "muted_topic"), (22, "muted_topic")]


@pytest.mark.parametrize("kind", ["correction", "recall"])
def test_the_copies_of_a_change_are_frozen_in_slices_as_well(store: Store, kind: str) -> None:
    of = confirmed(store)
    for _ in slicing.walk(store, of, NOW):
        pass
    for one in deliveries.claim(store, NOW, 99):
        deliveries.outcome(store, one.id, "sent" if one.person % 2 else "unknown", NOW, message=one.person)
    sending.finish(store, NOW)
    number = notices.draft(store, 0, NOW, kind=kind, of=of)
    assert sending.confirm(store, got(store, number), 1, SCOPE, 2, NOW, by=1) == "done"
    assert len(list(slicing.walk(store, number, NOW))) == 3
    assert frozen(store, number) == [person for person in MANY if person % 2]
    assert got(store, number).state == "sending"


def test_a_recipient_frozen_twice_would_be_refused(store: Store) -> None:
    number = confirmed(store)
    list(slicing.walk(store, number, NOW))
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        audience.freeze(store, number, Audience(), SCOPE, NOW)


# -- counting ----------------------------------------------------------------------------------------------------------


def test_slices_hold_everybody_once(store: Store) -> None:
    found = list(audience.slices(store))
    assert len(found) == 5
    assert (found[0][0], found[-1][1]) == audience.EVERYBODY
    assert all(one[1] == other[0] for one, other in pairwise(found))


@given(size=st.integers(1, 30), silent=st.sampled_from([0, 14]), langs=st.sampled_from([(), ("zh",), ("zh", "en")]))
def test_the_slices_together_count_what_the_whole_counts(size: int, silent: int, langs: tuple[str, ...]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audience, "SLICE", size)
        store = Store(Path(":memory:"), channel="terminal")
        for person in MANY:
            people.meet(store, person, "zh" if person % 3 else "en", NOW - person * 86400)
            people.started(store, person, NOW)
            people.consent(store, person, ("notices",), given=bool(person % 4), now=NOW)
        spec, found = Audience(silent=silent, langs=langs), Reach({}, {})
        for among in audience.slices(store):
            found += audience.reach(store, spec, SCOPE, among)
        assert found == audience.reach(store, spec, SCOPE)
        assert list(found.langs) == sorted(found.langs, reverse=True)
        store.close()


@pytest.mark.usefixtures("calm")
async def test_an_audience_of_several_slices_is_counted_and_confirmed_in_the_chat(talk: Talk) -> None:
    boss = talk.person("boss", owner=True)
    readers = [talk.person(f"p{number}") for number in range(11)]
    await wants_notices(*readers)
    await drafted(boss, "今年乡村行即将公布")
    assert "<b>12</b> 人会收到" in boss.seen[-1].html
    await boss.presses("发给 12 人")
    await talk.settle()
    assert talk.store.value("SELECT count(*) FROM deliveries WHERE notice = 1 AND state = 'sent'") == 12
    assert all("今年乡村行即将公布" in reader.seen[-1].html for reader in readers)
