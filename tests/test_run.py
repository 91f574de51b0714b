"""`jiedui run` against a Bot API server on loopback: what it does, how it refuses, how it stops."""

from __future__ import annotations

import re
import socket
import sqlite3
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from knowledge.records.store import Store
from tests.botapi import BAD_GATEWAY, CONFLICT, TOKEN, UNAUTHORIZED, BotApi, Order
from tests.programs import Program, jiedui

BOSS, LI, WANG = 11, 21, 22


def run(folder: Path, api: BotApi, **settings: object) -> AbstractAsyncContextManager[Program]:
    """`jiedui run` in ``folder``, with a token that the server knows."""
    return jiedui(folder, "run", **{"token": TOKEN, "api_url": api.url, "owners": BOSS, **settings})


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def quiet(program: Program) -> None:
    """Nothing in the output but lines of the log, and no token anywhere."""
    assert "Traceback" not in program.err
    assert "Warning:" not in program.err
    assert TOKEN not in program.out + program.err
    assert TOKEN.partition(":")[2] not in program.out + program.err


async def test_polling_answers_and_stops_when_told_to(tmp_path: Path) -> None:
    async with BotApi() as api, run(tmp_path, api) as program:
        await program.says("running as @jiedui_test_bot")
        api.says(LI, "我们是泰安的养老服务机构")
        await api.hears(LI, "1. 巫溪 · 养老帮扶")
        api.presses(LI, "1")
        card = await api.hears(LI, "来源写明的短板")
        assert card.method == "editMessageText"
        assert card.parameters["parse_mode"] == "HTML"
        assert await program.stop(seconds=10) == 0
        assert not api.updates
        quiet(program)


async def test_both_ways_of_talking_to_telegram_go_through_the_proxy(tmp_path: Path) -> None:
    async with BotApi() as api:
        proxy = f"http://127.0.0.1:{api.port}"
        async with run(tmp_path, api, api_url="http://telegram.invalid/bot", proxy=proxy) as program:
            await program.says("running as")
            api.says(LI, "/start")
            await api.hears(LI, "结对")
            assert {call.method for call in api.calls} >= {"getMe", "getUpdates", "sendMessage"}
            assert all(call.whole_address.startswith("http://telegram.invalid/bot") for call in api.calls)
            await program.stop()
            quiet(program)


async def test_owners_who_never_pressed_start_are_named(tmp_path: Path) -> None:
    async with BotApi() as api:
        async with run(tmp_path, api, owners=f"{BOSS}, 12") as program:
            await program.says("running as")
            assert f"owner {BOSS} has not pressed /start" in program.err
            assert "owner 12 has not pressed /start" in program.err
            api.says(BOSS, "/start")
            await api.until(lambda: len(api.sent(BOSS)) == 2)
            await program.stop()
        async with run(tmp_path, api, owners=f"{BOSS}, 12") as program:
            await program.says("running as")
            assert f"owner {BOSS} " not in program.err
            assert "owner 12 has not pressed /start" in program.err


async def test_failing_requests_are_told_in_a_line_and_survived(tmp_path: Path) -> None:
    async with BotApi() as api, run(tmp_path, api) as program:
        await program.says("running as")
        api.order("getUpdates", BAD_GATEWAY)
        api.order("sendMessage", Order(drop="before"))
        api.says(LI, "/help")
        api.says(LI, "/help")
        await api.hears(LI, "/find")
        await program.stop()
        quiet(program)


# -- what cannot run ------------------------------------------------------------------------------------------------------


def damaged(database: Path) -> None:
    database.write_bytes(b"SQLite format 3\0" + b"rubbish " * 1000)


def of_the_terminal(database: Path) -> None:
    Store(database, channel="terminal").close()


def a_folder(database: Path) -> None:
    database.mkdir()


def nothing(database: Path) -> None:
    """No database yet."""


REFUSED = {
    "no token": (nothing, {"token": ""}, "JIEDUI_TOKEN is not set"),
    "bad setting": (nothing, {"pace": "fast"}, "JIEDUI_PACE takes messages a second"),
    "bad owners": (nothing, {"owners": "@boss"}, "JIEDUI_OWNERS takes Telegram user ids"),
    "webhook without secret": (nothing, {"webhook_url": "https://example.org"}, "needs JIEDUI_WEBHOOK_SECRET"),
    "damaged database": (damaged, {}, "is damaged or is no Jiedui database"),
    "database of the terminal": (of_the_terminal, {}, "was made for terminal"),
    "database is a folder": (a_folder, {}, "jiedui.db cannot be opened"),
    "no such folder": (nothing, {"db": "nowhere/jiedui.db"}, "nowhere/jiedui.db cannot be opened"),
    "nobody there": (nothing, {"api_url": "http://127.0.0.1:9/bot"}, "Telegram cannot be reached"),
    "no such proxy": (nothing, {"proxy": "socks5://127.0.0.1:9"}, "check the network and JIEDUI_PROXY"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cannot_run_says_why_in_one_line(tmp_path: Path, case: str) -> None:
    prepare, settings, words = REFUSED[case]
    prepare(tmp_path / "jiedui.db")
    async with jiedui(tmp_path, "run", **{"token": TOKEN, "api_url": "http://127.0.0.1:9/bot", **settings}) as program:
        assert await program.ends() == 1
        refused(program, words)


def refused(program: Program, words: str) -> None:
    """One line says why, beside the lines of the log."""
    quiet(program)
    lines = [line for line in program.err.splitlines() if not re.match(r"[-\d]+ [:,\d]+ (INFO|WARNING) ", line)]
    assert len(lines) == 1, program.err
    assert words in lines[0]
    assert program.out == ""


async def test_a_wrong_token_is_told_and_not_shown(tmp_path: Path) -> None:
    async with BotApi() as api:
        wrong = "123456789:AAH-another_token_than_the_server_knows"
        async with run(tmp_path, api, token=wrong) as program:
            assert await program.ends() == 1
            refused(program, "Telegram does not know this JIEDUI_TOKEN")
            assert "another_token" not in program.err


async def test_a_second_run_on_the_same_database_says_so(tmp_path: Path) -> None:
    async with BotApi() as api, run(tmp_path, api) as first:
        await first.says("running as")
        async with run(tmp_path, api) as second:
            assert await second.ends() == 1
            refused(second, "another jiedui is running on jiedui.db")


@pytest.mark.parametrize("made", [False, True])
async def test_a_locked_database_says_so(tmp_path: Path, made: bool) -> None:
    if made:
        Store(tmp_path / "jiedui.db", channel="telegram").close()
    async with BotApi() as api:
        with closing(sqlite3.connect(tmp_path / "jiedui.db")) as other:
            other.execute("BEGIN EXCLUSIVE")
            async with run(tmp_path, api) as program:
                assert await program.ends() == 1
                refused(program, "jiedui.db is in use by another program")


async def test_a_port_in_use_says_so(tmp_path: Path) -> None:
    async with BotApi() as api:
        webhook = {"webhook_url": "https://example.org", "webhook_secret": "s", "webhook_port": api.port}
        async with run(tmp_path, api, **webhook) as program:
            assert await program.ends() == 1
            refused(program, f"port {api.port} cannot be used")


@pytest.mark.parametrize("method", ["setWebhook", "getMe"])
async def test_what_telegram_refuses_is_told_in_its_words_without_the_token(tmp_path: Path, method: str) -> None:
    async with BotApi() as api:
        why = f"Bad Request: bad webhook: cannot resolve the host, token {TOKEN}"
        api.always = lambda called, _parameters: Order(code=400, description=why) if called == method else None
        webhook = {"webhook_url": "https://example.org", "webhook_secret": "secret", "webhook_port": free_port()}
        async with run(tmp_path, api, **webhook) as program:
            assert await program.ends() == 1
            refused(program, "Telegram refused: Bad webhook: cannot resolve the host, token [token]")


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (UNAUTHORIZED, "Telegram does not know this JIEDUI_TOKEN"),
        (CONFLICT, "another program is running with this token"),
    ],
)
async def test_a_bot_that_can_hear_nothing_any_more_ends_with_a_line(tmp_path: Path, order: Order, words: str) -> None:
    async with BotApi() as api, run(tmp_path, api) as program:
        await program.says("running as")
        api.always = lambda method, _parameters: order if method == "getUpdates" else None
        api.says(LI, "/start")
        assert await program.ends() == 1
        refused(program, words)


# -- webhook --------------------------------------------------------------------------------------------------------------


async def test_a_webhook_takes_updates_only_with_its_secret(tmp_path: Path) -> None:
    port, secret = free_port(), "a-Secret_of-the-webhook"
    webhook = {"webhook_url": "https://example.org/bots/", "webhook_secret": secret, "webhook_port": port}
    async with BotApi() as api, run(tmp_path, api, **webhook) as program, httpx.AsyncClient(trust_env=False) as client:
        await program.says("by webhook")
        (told,) = [call.parameters for call in api.calls if call.method == "setWebhook"]
        assert told["url"] == "https://example.org/bots/telegram"
        assert told["secret_token"] == secret
        update = api.updates[api.says(LI, "我们是泰安的养老服务机构")]

        async def post(*given: str) -> int:
            headers = [("X-Telegram-Bot-Api-Secret-Token", one) for one in given]
            return (await client.post(f"http://127.0.0.1:{port}/telegram", json=update, headers=headers)).status_code

        assert await post() == 403
        assert await post("another-secret") == 403
        assert await post(secret) == 200
        assert await post(secret) == 200
        await api.hears(LI, "1. 巫溪")
        assert await program.stop() == 0
        assert len(api.sent(LI)) == 1  # the same update twice is answered once
        quiet(program)
        assert secret not in program.err


async def test_what_cannot_be_read_is_taken_once_and_what_is_no_update_is_refused_without_a_word_of_it_in_the_log(
    tmp_path: Path,
) -> None:
    """What Telegram is refused it brings again and again, and others wait meanwhile."""
    port, private = free_port(), "王老师13812345678"
    webhook = {"webhook_url": "https://example.org", "webhook_secret": "secret", "webhook_port": port}
    async with BotApi() as api, run(tmp_path, api, **webhook) as program, httpx.AsyncClient(trust_env=False) as client:
        await program.says("by webhook")
        good = api.updates[api.says(LI, "我们是泰安的养老服务机构")]
        headers = {"X-Telegram-Bot-Api-Secret-Token": "secret"}
        late: Any = {"update_id": 1, "message": {**good["message"], "text": private, "date": 10**30}}

        async def post(**what: Any) -> int:
            return (await client.post(f"http://127.0.0.1:{port}/telegram", headers=headers, **what)).status_code

        update: Any
        for update in ([private], {}, None, 1, {"update_id": "2"}, {"update_id": True}, {"update_id": 2**64}):
            assert await post(json=update) == 400
        for content in (b"", b"{", b"\xff\xfe", b"[" * 100_000, private.encode()):
            assert await post(content=content) == 400
        for update in ({"update_id": 2, "message": {"text": private}}, {"update_id": 3, "message": [private]}, late, late):
            assert await post(json=update) == 200
        assert await post(json=good) == 200
        await api.hears(LI, "1. 巫溪")
        assert await program.stop() == 0
        assert program.err.count("update 1 cannot be read: OverflowError") == 1
        assert private not in program.err
        assert "Traceback" not in program.err


# -- in the course of things ----------------------------------------------------------------------------------------------


async def test_a_database_locked_for_a_while_delays_and_loses_nothing(tmp_path: Path) -> None:
    Store(tmp_path / "jiedui.db", channel="telegram").close()
    async with BotApi() as api, run(tmp_path, api) as program:
        await program.says("running as")
        with closing(sqlite3.connect(tmp_path / "jiedui.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            api.says(LI, "我们是泰安的养老服务机构")
            await program.says("an update has to wait")
            other.execute("ROLLBACK")
        await api.hears(LI, "1. 巫溪")
        await program.stop()
        quiet(program)


async def test_an_update_that_cannot_be_read_holds_up_no_other(tmp_path: Path) -> None:
    async with BotApi() as api:
        async with run(tmp_path, api) as program:
            await program.says("running as")
            api.updates[1] = {"update_id": 1, "message": {"text": "a secret of somebody", "from": 7}}
            api.says(LI, "/help")
            await api.hears(LI, "/find")
            assert "update 1 cannot be read" in program.err
            assert "a secret" not in program.err
            await program.kill()
            quiet(program)
        async with run(tmp_path, api) as program:
            api.says(LI, "/start")
            await api.hears(LI, "结对")


async def test_a_stop_waits_for_nobody_who_cannot_be_reached(tmp_path: Path) -> None:
    async with BotApi() as api:
        async with run(tmp_path, api) as program:
            await program.says("running as")
            api.always = lambda method, _parameters: BAD_GATEWAY if method == "sendMessage" else None
            api.says(LI, "我们是泰安的养老服务机构")
            await program.says("is tried again", after=await program.says("is tried again"))
            assert await program.stop(seconds=10) == 0
            quiet(program)
        api.always = lambda _method, _parameters: None
        async with run(tmp_path, api) as program:  # what could not be sent is answered after the next start
            await api.hears(LI, "1. 巫溪")
