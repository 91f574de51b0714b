"""A notice under all that can go wrong on the way, over HTTP: everybody ends in the right state, nobody has it twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from telegram import Update

from bot import delivery, outcomes
from bot.application import App, begin, build_application, end, settled
from bot.settings import Secret, Settings
from knowledge.base import KnowledgeBase
from knowledge.records.store import Store
from scripts.kills import FIRST, prepare
from tests.botapi import BAD_GATEWAY, FORBIDDEN, TOKEN, BotApi, Order

FAULTS: dict[str, tuple[tuple[Order, ...], set[str], set[int]]] = {
    "well": ((), {"sent"}, {1}),
    "slow": ((Order(late=0.02, back=0.02),), {"sent"}, {1}),
    "flood": ((Order(code=429, description="Too Many Requests: retry after 1", retry_after=1),), {"sent"}, {1}),
    "flood without a time": ((Order(code=429, description="Too Many Requests"),), {"sent"}, {1}),
    "blocked": ((FORBIDDEN,), {"blocked"}, {0}),
    "gone": ((Order(code=400, description="Bad Request: chat not found"),), {"gone"}, {0}),
    "no rights": ((Order(code=400, description="Bad Request: not enough rights to send text messages"),), {"failed"}, {0}),
    "bad gateway": ((BAD_GATEWAY,), {"unknown"}, {0}),
    "broken before": ((Order(drop="before"),), {"unknown"}, {0}),
    "broken after": ((Order(drop="after"),), {"unknown"}, {1}),
}
"""What happens to a copy the first time, how it may end, and how often it may have been accepted."""
RARE = 45
"""So many well ones for each of those that fail: fewer than one in five may fail before the notice is held."""


@asynccontextmanager
async def running(folder: Path, base: KnowledgeBase, api: BotApi, **settings: Any) -> AsyncIterator[tuple[App, Store]]:
    """The application on Telegram's channel, in this process."""
    chosen = Settings(**{"token": Secret(TOKEN), "api_url": api.url, "pace": 1000, **settings})
    with closing(Store(folder / "jiedui.db", channel="telegram")) as store:
        app = build_application(chosen, store, base=base)
        async with app:
            await app.start()
            try:
                await begin(app)
                yield app, store
            finally:
                await end(app)
                await app.stop()


def states(store: Store) -> dict[int, str]:
    return {row["person"]: row["state"] for row in store.all("SELECT person, state FROM deliveries WHERE notice IS NOT NULL")}


def got(api: BotApi) -> Counter[int]:
    return Counter(call.chat for call in api.calls if call.method == "sendMessage")


async def test_whatever_goes_wrong_everybody_ends_in_the_right_state_and_nobody_gets_it_twice(
    tmp_path: Path, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "PAUSE", 0.2)
    monkeypatch.setattr(outcomes, "MARGIN", 0)
    kinds = [kind for kind in FAULTS if kind != "well"] * 2 + ["well"] * RARE * 4
    Random(4).shuffle(kinds)
    prepare(tmp_path / "jiedui.db", len(kinds))
    kind_of = dict(enumerate(kinds, FIRST))
    tried: defaultdict[int, int] = defaultdict(int)

    def always(method: str, parameters: dict[str, Any]) -> Order | None:
        chat = int(parameters.get("chat_id", 0))
        if method != "sendMessage" or chat not in kind_of:
            return None
        orders = FAULTS[kind_of[chat]][0]
        tried[chat] += 1
        return orders[tried[chat] - 1] if tried[chat] <= len(orders) else None

    async with BotApi(always=always) as api, running(tmp_path, base, api) as (app, store):
        async with asyncio.timeout(60):
            while store.value("SELECT state FROM notices") == "sending":
                await settled(app)
                await asyncio.sleep(0.02)
        ended, accepted = states(store), got(api)
        assert store.value("SELECT state FROM notices") == "done"
    for person, kind in kind_of.items():
        _, may, times = FAULTS[kind]
        assert ended[person] in may, kind
        assert accepted[person] in times, kind


async def test_a_stop_waits_only_a_moment_and_what_had_no_answer_is_unknown_afterwards(
    tmp_path: Path, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "GRACE", 0.05)
    prepare(tmp_path / "jiedui.db", 60)
    come = asyncio.Event()

    def always(method: str, _: dict[str, Any]) -> Order | None:
        if method != "sendMessage":
            return None
        come.set()
        return Order(back=60)

    async with BotApi(always=always) as api:
        async with running(tmp_path, base, api, pace=25) as (_, store):
            await come.wait()
        accepted = got(api)
        api.always = lambda _method, _parameters: None
        async with running(tmp_path, base, api) as (app, store):
            unknown = {person for person, state in states(store).items() if state == "unknown"}
            async with asyncio.timeout(30):
                await settled(app)
            ended = states(store)
        assert set(accepted) <= unknown
        assert len(unknown) <= delivery.FEWEST
        assert Counter(ended.values()) == {"unknown": len(unknown), "sent": 60 - len(unknown)}
        assert max(got(api).values()) == 1


async def test_a_stop_does_not_wait_for_ever_for_a_database_that_cannot_be_written(
    tmp_path: Path, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "GRACE", 0.2)
    monkeypatch.setattr(delivery, "LOCKED", 0.1)
    prepare(tmp_path / "jiedui.db", 1)

    def always(method: str, _: dict[str, Any]) -> Order | None:
        return Order(back=0.1) if method == "sendMessage" else None

    async with BotApi(always=always) as api:
        with closing(sqlite3.connect(tmp_path / "jiedui.db", isolation_level=None)) as other:
            async with asyncio.timeout(15), running(tmp_path, base, api):
                await api.until(lambda: got(api))
                other.execute("BEGIN IMMEDIATE")
        async with running(tmp_path, base, api) as (app, store):
            await settled(app)
            assert Counter(states(store).values()) == {"unknown": 1}
        assert max(got(api).values()) == 1


async def test_a_reply_goes_at_once_while_a_notice_goes_out(tmp_path: Path, base: KnowledgeBase) -> None:
    """And the notice goes on behind it: both lanes in the same application."""
    prepare(tmp_path / "jiedui.db", 60)
    async with BotApi() as api, running(tmp_path, base, api, pace=25) as (app, store):
        await api.until(lambda: len(got(api)) >= 5)
        before = len(got(api))
        await app.update_queue.put(Update.de_json(written(7, "/help"), app.bot))
        await api.hears(7, "/find")
        assert len(got(api)) - before <= 10
        assert "pending" in states(store).values()


def written(person: int, text: str) -> dict[str, Any]:
    """A message to the bot, as Telegram brings it."""
    chat = {"id": person, "type": "private", "first_name": "li"}
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    who = {"id": person, "is_bot": False, "first_name": "li", "language_code": "zh"}
    body = {"message_id": 1, "date": 1, "chat": chat, "from": who, "text": text, "entities": entities}
    return {"update_id": 1, "message": body}
