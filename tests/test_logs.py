"""Logs: the token is in none of them, whatever carries it there."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from telegram import Bot
from telegram.error import NetworkError
from telegram.ext import Application
from telegram.request import HTTPXRequest

from bot import logs
from bot.application import build_application
from bot.settings import Secret, Settings
from knowledge.base import KnowledgeBase
from knowledge.records.store import Store

TOKEN = "123456789:AAF-this_is_no_real_token_0123456789ab"
SECRET = "webhook-secret_5"


@contextmanager
def logging_to(out: io.StringIO, *secrets: str, level: int = logging.DEBUG) -> Iterator[None]:
    """The product's own set-up, written to ``out`` and undone afterwards."""
    root = logging.getLogger()
    before = (
        root.level,
        root.handlers[:],
        {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "telegram.ext", "telegram.ext.Application")},
    )
    stderr, sys.stderr = sys.stderr, out
    try:
        logs.set_up(secrets, level=level)
        yield
    finally:
        sys.stderr = stderr
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        for name, number in before[2].items():
            logging.getLogger(name).setLevel(number)


def logged(*secrets: str, message: str = "", args: tuple[object, ...] = (), error: BaseException | None = None) -> str:
    """What one record looks like."""
    out = io.StringIO()
    with logging_to(out, *secrets):
        logging.getLogger("anything").error(message, *args, exc_info=error)
    return out.getvalue()


def test_a_line_has_time_level_and_name() -> None:
    line = logged(message="notice %s is done", args=(7,))
    assert line.endswith(" ERROR anything: notice 7 is done\n")


@pytest.mark.parametrize("secrets", [(TOKEN,), ()], ids=["token told", "token not told"])
@pytest.mark.parametrize(
    ("message", "args"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/sendMessage", ()),
        ("calling %s", (f"https://api.telegram.org/bot{TOKEN}/getMe",)),
        ("calling %r", (httpx.URL(f"https://api.telegram.org/bot{TOKEN}/getMe"),)),
        ("%(a)s", ({"a": TOKEN},)),
        ("%s", ([{"token": TOKEN}],)),
        (f"https://example.org/?address=%2Fbot{TOKEN.replace(':', '%3A')}%2FgetMe", ()),
        (f"twice {TOKEN} and {TOKEN}", ()),
    ],
)
def test_the_token_is_taken_out_of_message_and_arguments(
    secrets: tuple[str, ...], message: str, args: tuple[object, ...]
) -> None:
    line = logged(*secrets, message=message, args=args)
    assert TOKEN not in line
    assert TOKEN.split(":")[1] not in line
    assert "[token]" in line


@pytest.mark.parametrize("secrets", [(TOKEN,), ()], ids=["token told", "token not told"])
def test_the_token_is_taken_out_of_a_traceback_with_its_causes(secrets: tuple[str, ...]) -> None:
    def connect() -> None:
        raise ConnectionError(f"https://api.telegram.org/bot{TOKEN}/getMe")

    def fail() -> None:
        try:
            connect()
        except ConnectionError as cause:
            raise RuntimeError(f"no answer for {TOKEN}") from cause

    with pytest.raises(RuntimeError) as caught:
        fail()
    assert TOKEN in "".join(traceback.format_exception(caught.value))
    line = logged(*secrets, message="it failed", error=caught.value)
    assert TOKEN not in line
    assert line.count("[token]") == 2
    assert "ConnectionError" in line
    assert "RuntimeError" in line


def test_any_other_secret_is_taken_out_too() -> None:
    assert SECRET not in logged(SECRET, message=f"header {SECRET}")


def test_an_empty_secret_does_no_harm() -> None:
    assert "all is well" in logged("", message="all is well")


def test_the_bot_and_the_application_do_not_tell_the_token(tmp_path: Path, base: KnowledgeBase) -> None:
    store = Store(tmp_path / "bot.db", channel="telegram")
    app = build_application(Settings(token=Secret(TOKEN)), store, base=base)
    store.close()
    assert TOKEN in repr(app.bot)
    for thing in (app, app.bot, app.updater):
        assert TOKEN not in logged(TOKEN, message="%r %s", args=(thing, thing))


async def test_a_failing_request_does_not_tell_the_token_at_any_level() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        assert TOKEN in str(request.url)
        raise httpx.ConnectError(f"cannot reach {request.url}")

    out = io.StringIO()
    with logging_to(out, TOKEN):
        request = HTTPXRequest(httpx_kwargs={"transport": httpx.MockTransport(refuse)})
        async with request:
            try:
                await Bot(TOKEN, request=request).get_me()
            except NetworkError:
                logging.getLogger("bot").exception("failed")
    assert "ConnectError" in out.getvalue()
    assert TOKEN not in out.getvalue()


async def test_httpx_does_not_write_addresses_at_all() -> None:
    out = io.StringIO()
    with logging_to(out):
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
        async with httpx.AsyncClient(transport=transport) as client:
            await client.get(f"https://api.telegram.org/bot{TOKEN}/getMe")
    assert out.getvalue() == ""


def test_every_handler_of_the_root_redacts() -> None:
    with logging_to(io.StringIO(), TOKEN):
        assert [type(handler.formatter) for handler in logging.getLogger().handlers] == [logs.Redactor]


def test_the_terminal_has_no_secret_to_tell(tmp_path: Path, base: KnowledgeBase) -> None:
    store = Store(tmp_path / "bot.db", channel="terminal")
    app = build_application(Settings(), store, base=base)
    store.close()
    assert isinstance(app, Application)
    assert app.bot.token == "1:terminal"
