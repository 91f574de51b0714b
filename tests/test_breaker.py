"""When a notice is held by itself, as a table; and what an outage does to a notice and its readers, as a talk."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import NetworkError, TimedOut

from bot import breaker, outcomes
from bot.breaker import MOST_BAD, RECENT, remember
from bot.outcomes import Outcome
from tests.journeys import rows
from tests.talk import Person, Scripted, Talk

NAMED = {
    "s": Outcome("sent"),
    "f": Outcome("failed"),
    "u": Outcome("unknown", 5),
    "o": Outcome("failed", odd=True),
    "b": Outcome("blocked"),
    "g": Outcome("gone"),
}


def after(letters: str, recent: str = "") -> tuple[str, str]:
    return remember(recent, [NAMED[one] for one in letters])


@pytest.mark.parametrize(
    ("letters", "why"),
    [
        ("", ""),
        ("s" * 500, ""),
        ("oo", ""),
        ("ooo", "refused"),
        ("oosooso", ""),
        ("obogo", "refused"),  # blocked and gone do not count, so these are in a row
        ("ofofo", ""),
        ("u" * MOST_BAD, ""),
        ("u" * (MOST_BAD + 1), "failing"),
        ("uf" * 5 + "s" * 39 + "u", "failing"),
        ("uf" * 5 + "s" * 40 + "u", ""),
        ("b" * 500 + "g" * 500, ""),
        ("ssssu" * 100, ""),
        ("sssu" * 100, "failing"),
    ],
)
def test_what_holds_a_notice(letters: str, why: str) -> None:
    assert after(letters)[1] == why


@given(st.text("sfuobg", max_size=200), st.integers(0, 200))
def test_it_makes_no_difference_where_a_batch_ends(letters: str, cut: int) -> None:
    recent, why = after(letters[:cut])
    assert after(letters) == ((recent, why) if why else after(letters[cut:], recent))
    assert len(recent) <= RECENT


# -- as a talk -------------------------------------------------------------------------------------------------------------


async def audience(talk: Talk, count: int) -> tuple[Person, list[Person]]:
    """An administrator with a notice to send, and its readers, who have all opened the chat and ticked notices."""
    boss = talk.person("boss", owner=True)
    readers = [talk.person(f"p{n}") for n in range(count)]
    with talk.store.transaction():
        for one in readers:
            known = "INSERT OR IGNORE INTO people (id, client, started, first_seen, last_seen) VALUES (?, 'zh', 1, 1, 1)"
            talk.store.execute(known, (one.id,))
            talk.store.execute(
                "INSERT INTO consents (person, purpose, version, given, at) VALUES (?, 'notices', 1, 1, 1)", (one.id,)
            )
    return boss, readers


async def sent(talk: Talk, boss: Person, text: str = "今年乡村行即将公布") -> None:
    """The notice goes out, as far as it does."""
    number = talk.store.execute(
        "INSERT INTO notices (author, zh, topic, state, created, began) VALUES (?, ?, 'other', 'sending', 1, 1)",
        (boss.id, text),
    ).lastrowid
    with talk.store.transaction():
        for row in talk.store.all("SELECT person FROM consents WHERE purpose = 'notices'"):
            talk.store.execute(
                "INSERT INTO deliveries (person, notice, view, due, updated) VALUES (?, ?, 'notice', 1, 1)",
                (row["person"], number),
            )
    talk.services.wake()
    await talk.settle()


def counts(talk: Talk) -> dict[str, int]:
    return {
        row["state"]: row["n"]
        for row in talk.store.all("SELECT state, count(*) AS n FROM deliveries WHERE notice IS NOT NULL GROUP BY state")
    }


def refused(why: str) -> tuple[int, dict[str, Any]]:
    return 400, {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"}


async def test_three_refusals_that_nobody_explains_hold_the_notice(talk: Talk) -> None:
    boss, readers = await audience(talk, 60)
    for one in readers[20:]:
        Scripted.refuses[one.id] = refused("something new")
    await sent(talk, boss)
    (notice,) = rows(talk, "notices")
    assert (notice["state"], notice["why"], notice["recent"]) == ("paused", "refused", "")
    assert counts(talk)["pending"] > 20
    assert counts(talk)["sent"] == 20
    assert not any(row["unreachable"] for row in rows(talk, "people"))


@pytest.mark.parametrize(
    "broken",
    [TimedOut(), NetworkError("reset"), (502, {"ok": False, "error_code": 502, "description": "Bad Gateway"})],
    ids=str,
)
async def test_where_too_many_may_not_have_arrived_it_pauses_and_goes_on_when_told_to(talk: Talk, broken: Any) -> None:
    boss, readers = await audience(talk, 80)
    for one in readers:
        Scripted.refuses[one.id] = broken
    await sent(talk, boss)
    (notice,) = rows(talk, "notices")
    assert (notice["state"], notice["why"]) == ("paused", "failing")
    assert MOST_BAD < counts(talk)["unknown"] <= MOST_BAD + 20
    assert not any(row["unreachable"] for row in rows(talk, "people"))
    unknown = counts(talk)["unknown"]
    Scripted.refuses.clear()
    talk.store.execute("UPDATE notices SET state = 'sending', why = NULL")
    talk.services.wake()
    await talk.settle()
    assert counts(talk) == {"sent": 80 - unknown, "unknown": unknown}


async def test_people_who_are_gone_or_have_blocked_hold_nothing(talk: Talk) -> None:
    boss, readers = await audience(talk, 60)
    for place, one in enumerate(readers):
        blocked = 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
        Scripted.refuses[one.id] = blocked if place % 2 else refused("chat not found")
    await sent(talk, boss)
    assert counts(talk) == {"blocked": 30, "gone": 30}
    assert rows(talk, "notices")[0]["state"] == "done"


@pytest.mark.parametrize("page", [403, 404, 400], ids=str)
async def test_an_outage_unsubscribes_nobody_and_afterwards_everybody_gets_it(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """No way to Telegram, then a proxy that answers in its own words, then all is well."""
    monkeypatch.setattr(outcomes, "PAUSE", 0.01)
    boss, readers = await audience(talk, 30)
    down = NetworkError("down")
    down.__cause__ = httpx.ConnectError("no way")
    for one in readers:
        Scripted.refuses[one.id] = down
    await sent(talk, boss)
    for one in readers:
        Scripted.refuses[one.id] = page, b"<html>ask your administrator</html>"
    await talk.leap(120)
    assert counts(talk) == {"pending": 30}
    assert not any(row["unreachable"] for row in rows(talk, "people"))
    Scripted.refuses.clear()
    await talk.leap(1200)
    assert counts(talk) == {"sent": 30}
    assert all(len(one.seen) == 1 for one in readers)


def test_the_letters_are_those_of_the_states_that_count() -> None:
    assert breaker.LETTERS.keys() == {"sent", "failed", "unknown"}
