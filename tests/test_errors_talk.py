"""When something of ours fails: an apology with the number that the log has too, and nothing done twice or by halves."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from bot import ordering
from handlers import browse, errors
from knowledge.records import people
from tests.journeys import rows, to_step
from tests.talk import Scripted, Talk

GROUP = {"id": -100123, "type": "supergroup", "title": "工作群"}
DOWN = (502, {"ok": False, "error_code": 502, "description": "Bad Gateway"})
BLOCKED = (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})


def breaks(*_: Any, **__: Any) -> None:
    """Something that nobody thought of."""
    raise RuntimeError("the roof has come down")


def numbers(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The numbers of the errors in the log."""
    return re.findall(r"error ([0-9a-f]{6}) while answering: RuntimeError", caplog.text)


async def test_an_error_reaches_the_person_with_the_number_that_the_log_has(
    either: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    li = either.person("li")
    monkeypatch.setattr(browse, "plan_page", breaks)
    said = await li.says("/plan")
    (number,) = numbers(caplog)
    told = (
        f"对不起，刚才出了点问题（编号 {number}）"
        if either.client == "zh"
        else f"Sorry, something went wrong (number {number})"
    )
    assert said.startswith(told)
    monkeypatch.undo()
    assert await li.says("/plan"), "and the talk goes on"


async def test_a_press_that_fails_is_answered_and_apologised_for_once(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(browse, "plan_page", breaks)
    said = await talk.person("li").presses_data("v1:plan")
    (number,) = numbers(caplog)
    assert said.startswith(f"对不起，刚才出了点问题（编号 {number}）")
    assert said.endswith("\n没有办成，请再试一次。")


async def test_an_error_before_anybody_is_known_is_told_once_and_goes_no_further(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(people, "meet", breaks)
    said = await talk.person("li").says("/help")
    (number,) = numbers(caplog)
    assert number in said
    assert [name for name, _ in Scripted.calls] == ["getMe", "sendMessage"]


async def test_an_error_where_the_records_are_broken_is_told_too(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def malformed(*_: Any) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    for name in ("meet", "get"):
        monkeypatch.setattr(people, name, malformed)
    assert "对不起" in await talk.person("li").says("/help")


async def test_who_blocks_the_bot_before_the_answer_comes_is_noted_and_not_an_error(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    li = talk.person("li")
    await li.says("/help")
    Scripted.script["sendMessage"] = [BLOCKED]
    assert await li.says("/help") == ""
    assert rows(talk, "people")[0]["unreachable"] is not None
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert await li.says("/help")
    assert rows(talk, "people")[0]["unreachable"] is None


@pytest.mark.parametrize("date", [10**30, 10**14, "soon"])
async def test_a_message_with_an_impossible_date_holds_up_nothing(talk: Talk, date: object) -> None:
    li = talk.person("li")
    assert await li.says("你好", date=date) == ""
    assert await li.says("/help")
    assert [row["payload"] for row in rows(talk, "inbox")] == [None, None]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again without a pause."""
    monkeypatch.setattr(ordering, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(errors, "LOCKED", 0.0)


@pytest.mark.usefixtures("calm", "at_once")
@pytest.mark.parametrize("why", ["database is locked", "database or disk is full"])
async def test_a_database_that_cannot_be_written_just_now_loses_no_answer(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    li = talk.person("li")
    await to_step(li, "organisation")
    meet: Callable[..., Any] = people.meet
    calls = []

    def busy(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 1:
            raise sqlite3.OperationalError(why)
        return meet(*given)

    monkeypatch.setattr(people, "meet", busy)
    before = len(li.seen)
    assert "联系人怎么称呼？" in await li.says("泰安市夕阳红养老服务中心")
    assert (len(li.seen) - before, len(calls)) == (1, 2)


@pytest.mark.usefixtures("calm", "at_once")
@pytest.mark.parametrize("step", ["", "organisation"])
async def test_what_is_said_in_a_group_is_not_taken_for_private_when_the_group_cannot_be_reached(talk: Talk, step: str) -> None:
    li = talk.person("li")
    if step:
        await to_step(li, step)
    before, drafts = len(li.seen), rows(talk, "drafts")
    for text in ("/help@jiedui_bot", "@jiedui_bot 泰安市夕阳红养老服务中心"):
        Scripted.script["sendMessage"] = [DOWN]
        await li.says(text, chat=GROUP)
    assert len(li.seen) == before
    assert len(talk.screen.shown[-100123]) == 2, "it is answered when the group can be reached again"
    assert rows(talk, "drafts") == drafts
