"""Audiences: every condition and their combinations against a plain reading of the same rows; list, numbers and rows agree."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.clock import DAY
from knowledge.records import audience, mutes, notices, sending
from knowledge.records.audience import KINDS, ROLES, Audience, Scope, unpack
from knowledge.records.store import Store

NOW = 1_780_279_200
OWNER = 7
FIELDS, KIND, COUNTIES, STAGES = ("elderly", "health"), ("service", "charity"), ("wuxi", "chengkou"), ("submitted", "signed")
NEEDS = {f"{county}-{field}-1": (county, field) for county in COUNTIES for field in FIELDS}
SCOPE = Scope("trip", NOW, (OWNER,))


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Two hundred people of every sort."""
    opened = Store(Path(":memory:"), channel="terminal")
    dice = random.Random(5)
    with opened.transaction():
        for need, (county, field) in NEEDS.items():
            opened.execute("INSERT INTO needs VALUES (?, ?, ?)", (need, county, field))
        for person in range(1, 201):
            opened.execute(
                "INSERT INTO people (id, lang, heard, client, started, unreachable, first_seen, last_seen)"
                " VALUES (?, ?, ?, ?, ?, ?, 1, ?)",
                (
                    person,
                    dice.choice([None, "zh", "en"]),
                    dice.choice([None, "zh", "en"]),
                    dice.choice([None, "", "zh-hans", "de"]),
                    dice.choice([1, 1, 1, None]),
                    dice.choice([None, None, None, 5]),
                    NOW - dice.randrange(200) * DAY,
                ),
            )
            for _ in range(dice.randrange(3)):
                opened.execute(
                    "INSERT INTO consents (person, purpose, version, given, at) VALUES (?, 'notices', 1, ?, 1)",
                    (person, dice.choice([0, 1, 1])),
                )
            if dice.random() < 0.1:
                opened.execute("INSERT INTO mutes VALUES (?, '', ?, 1)", (person, NOW + dice.choice([-1, 1]) * DAY))
            if dice.random() < 0.1:
                opened.execute("INSERT INTO mutes VALUES (?, ?, NULL, 1)", (person, dice.choice(["trip", "policy"])))
            if dice.random() < 0.1:
                opened.execute(
                    "INSERT INTO coordinators (county, person, since, until, appointed_by) VALUES (?, ?, 1, ?, 7)",
                    (dice.choice(COUNTIES), person, dice.choice([None, 5])),
                )
            if dice.random() < 0.5:
                organisation(opened, dice, person)
    yield opened
    opened.close()


def organisation(store: Store, dice: random.Random, person: int) -> None:
    """The person has an organisation, and perhaps interests."""
    city = dice.choice([None, "泰安", "济南"])
    number = store.execute(
        "INSERT INTO organisations (name, kind, province, city, fields, created) VALUES ('x', ?, ?, ?, ?, 1)",
        (dice.choice([None, *KIND]), "山东" if city else None, city, dice.choice(["[]", '["health"]'])),
    ).lastrowid
    store.execute("INSERT INTO members VALUES (?, ?, 'first_contact', 'x', NULL, 1)", (number, person))
    for need in dice.sample(sorted(NEEDS), dice.randrange(3)):
        store.execute(
            "INSERT INTO interests (organisation, person, county, need, task, offer, stage, turn, since, created, updated,"
            " cause) VALUES (?, ?, ?, ?, 'pairing', 'x', ?, 'city', 1, 1, 1, ?)",
            (number, person, NEEDS[need][0], need, dice.choice(STAGES), dice.randrange(10**12)),
        )


def language(row: Any) -> str:
    if row["lang"] or row["heard"]:
        return str(row["lang"] or row["heard"])
    return "zh" if not row["client"] or row["client"].startswith("zh") else "en"


def fits(store: Store, row: Any, spec: Audience, county: str | None) -> bool:
    """Whether the audience names this person, read slowly."""
    person = row["id"]
    groups = store.all("SELECT o.* FROM organisations o JOIN members m ON m.organisation = o.id WHERE m.person = ?", (person,))
    wishes = store.all("SELECT * FROM interests WHERE person = ?", (person,))
    here = [one for one in wishes if county in {None, one["county"]}]  # of the others nobody learns anything
    posts = {
        one["county"] for one in store.all("SELECT county FROM coordinators WHERE person = ? AND until IS NULL", (person,))
    }
    roles = {"organisation"} if groups else set()
    roles |= {"coordinator"} if posts else set()
    roles |= {"administrator"} if person == OWNER else set()
    origins = {one["province"] for one in groups} | {f"{one['province']}/{one['city']}" for one in groups if one["city"]}
    fields = {NEEDS[one["need"]][1] for one in here} | {"health" for one in groups if "health" in one["fields"]}
    return bool(
        row["started"]
        and (not spec.langs or language(row) in spec.langs)
        and (not spec.silent or row["last_seen"] < NOW - spec.silent * DAY)
        and (not spec.roles or (roles or {"visitor"}) & set(spec.roles))
        and (not spec.kinds or {one["kind"] for one in groups} & set(spec.kinds))
        and (not spec.origins or origins & set(spec.origins))
        and (not spec.fields or fields & set(spec.fields))
        and (
            not (spec.counties or spec.stages)
            or any(
                (not spec.counties or one["county"] in spec.counties) and (not spec.stages or one["stage"] in spec.stages)
                for one in here
            )
        )
        and (county is None or county in posts or any(one["county"] == county for one in wishes))
    )


def why(store: Store, row: Any) -> str | None:
    """Why the person is left out, read slowly."""
    given = store.value("SELECT given FROM consents WHERE person = ? ORDER BY id DESC LIMIT 1", (row["id"],))
    muted = {one["topic"]: one["until"] for one in store.all("SELECT * FROM mutes WHERE person = ?", (row["id"],))}
    if not given:
        return "no_consent"
    if row["unreachable"]:
        return "blocked"
    if muted.get("", 0) > NOW:
        return "muted_until"
    return "muted_topic" if "trip" in muted else None


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(values)).map(lambda chosen: tuple(sorted(chosen)))


SPECS = st.builds(
    Audience, some(*FIELDS), some(*KIND), some("山东", "山东/泰安", "广东"), some(*COUNTIES), some(*STAGES), some(*ROLES),
    some("zh", "en"), st.sampled_from([0, 14, 90]),
)  # fmt: skip


@given(SPECS, st.sampled_from([None, "wuxi"]))
def test_list_numbers_and_rows_are_those_of_the_conditions(store: Store, spec: Audience, county: str | None) -> None:
    scope = Scope("trip", NOW, (OWNER,), county=county)
    named = {row["id"]: why(store, row) for row in store.all("SELECT * FROM people") if fits(store, row, spec, county)}
    expected = sorted(person for person, reason in named.items() if reason is None)
    assert audience.people(store, spec, scope) == expected
    reach = audience.reach(store, spec, scope)
    assert reach.total == len(expected)
    assert sum(reach.left_out.values()) == len(named) - len(expected)
    notice = notices.draft(store, 0, NOW)
    notices.edit(store, notice, zh="x", topic="trip", audience=spec.pack())
    draft = notices.get(store, notice)
    assert draft
    assert draft.audience == spec
    outcome = sending.confirm(store, draft, draft.version, scope, notice + 10**6, NOW, by=1)
    assert outcome == ("done" if expected else "nobody")
    frozen = store.all("SELECT person, state, error FROM deliveries WHERE notice = ?", (notice,))
    assert {row["person"]: row["error"] for row in frozen} == (named if expected else {})
    assert all((row["state"] == "pending") == (row["error"] is None) for row in frozen)


@given(SPECS)
def test_what_is_kept_of_an_audience_is_the_audience(spec: Audience) -> None:
    assert unpack(spec.pack()) == spec


@given(SPECS, st.sampled_from([kind for kind in KINDS if kind != "silent"]))
def test_a_second_tap_takes_back_the_first(spec: Audience, kind: str) -> None:
    assert spec.toggled(kind, "new").toggled(kind, "new") == spec


def test_whoever_leaves_is_left_out_of_what_waits(store: Store) -> None:
    notice = notices.draft(store, 0, NOW)
    notices.edit(store, notice, zh="x", topic="trip", starts=NOW + DAY)
    draft = notices.get(store, notice)
    assert draft
    assert sending.confirm(store, draft, draft.version, SCOPE, 5, NOW, by=1) == "done"
    first, second = audience.people(store, Audience(), SCOPE)[:2]
    mutes.mute(store, first, "policy", NOW)
    mutes.mute(store, second, "trip", NOW)
    held = {
        row["person"]: (row["state"], row["error"])
        for row in store.all("SELECT person, state, error FROM deliveries WHERE notice = ?", (notice,))
    }
    assert held[first] == ("pending", None)
    assert held[second] == ("left_out", "muted_topic")
