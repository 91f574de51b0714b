"""One person's updates in order, different people side by side; who is slow or floods delays nobody else."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from telegram.error import NetworkError, TimedOut

from bot import ordering
from bot.delivery import Courier
from bot.ordering import BOUND, InboxQueue
from knowledge.base import KnowledgeBase
from knowledge.records import questions
from knowledge.records.questions import Asked
from tests.journeys import drafted, wants_notices
from tests.talk import Person, Scripted, Talk

TOO_MANY = (
    429,
    {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 0", "parameters": {"retry_after": 0}},
)
BAD_GATEWAY = (502, {"ok": False, "error_code": 502, "description": "Bad Gateway"})
FLOOD = "慢一点"


class Line:
    """The line to Telegram: what goes to the people in ``slow`` gets through only after ``go``."""

    def __init__(self) -> None:
        self.slow: set[int] = set()
        self.go = asyncio.Event()
        self.started: list[int] = []
        """The chats of the messages that were begun, in order."""
        self._moved = asyncio.Event()

    async def carry(self, chat: int) -> None:
        """Hold a message when it is to somebody slow."""
        self.started.append(chat)
        self._moved.set()
        if chat in self.slow:
            await self.go.wait()

    async def until(self, ready: Callable[[], object]) -> None:
        """Wait until something is true of what was begun or shown."""
        async with asyncio.timeout(10):
            while not ready():
                self._moved.clear()
                await self._moved.wait()
                await asyncio.sleep(0)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """The line of the in-process channel."""
    held = Line()
    answer = Scripted.do_request

    async def do_request(self: Scripted, url: str, method: str, request_data: Any = None, **timeouts: Any) -> tuple[int, bytes]:
        if request_data and "text" in request_data.parameters and "chat_id" in request_data.parameters:
            await held.carry(request_data.parameters["chat_id"])
        return await answer(self, url, method, request_data, **timeouts)

    monkeypatch.setattr(Scripted, "do_request", do_request)
    yield held
    held.go.set()


async def writes(person: Person, *texts: str) -> None:
    """Somebody writes, one after the other, and does not wait for an answer."""
    for text in texts:
        await person.talk.put(person.talk.as_(person).people.says(text))


def waiting(talk: Talk) -> int:
    """How many updates are kept because they are not answered."""
    talk.store.flush()
    return int(talk.store.value("SELECT count(*) FROM inbox WHERE payload IS NOT NULL"))


async def test_one_persons_updates_are_answered_one_after_the_other(talk: Talk, line: Line) -> None:
    li = talk.person("li")
    line.slow = {li.id}
    await writes(li, "城口缺什么", "巫溪缺什么", "彭水缺什么")
    await line.until(lambda: line.started)
    assert line.started == [li.id], "the second is begun before the first is through"
    line.go.set()
    await talk.settle()
    for shown, county in zip(li.seen, ("城口", "巫溪", "彭水"), strict=True):
        assert county in shown.html.partition("\n")[0]


async def test_somebody_who_is_slow_to_reach_delays_nobody_else(talk: Talk, line: Line) -> None:
    li, wang, zhao = (talk.person(name) for name in ("li", "wang", "zhao"))
    line.slow = {li.id}
    await writes(li, "我们是泰安的养老服务机构")
    await line.until(lambda: line.started)
    await writes(wang, "城口缺什么")
    await writes(zhao, "/help")
    await line.until(lambda: wang.seen and zhao.seen)
    assert not li.seen
    line.go.set()
    await talk.settle()
    assert "1. 巫溪" in li.last


async def test_somebody_who_floods_delays_nobody_and_is_told_once(talk: Talk, line: Line) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    line.slow = {li.id}
    await writes(li, *(f"/help {n}" for n in range(100)))
    await writes(wang, "城口缺什么")
    await line.until(lambda: wang.seen)
    assert not li.seen
    line.go.set()
    await talk.settle()
    told = [shown for shown in li.seen if FLOOD in shown.html]
    assert len(told) == 1
    assert len(li.seen) == BOUND + 1 + len(told)
    assert not waiting(talk)
    assert "城口" in await li.says("城口缺什么"), "afterwards everything is read again"


async def test_nothing_is_lost_below_the_bound(talk: Talk, line: Line) -> None:
    li = talk.person("li")
    line.slow = {li.id}
    counties = [county.short["zh"] for county in talk.base.counties.values() if county.agricultural][: BOUND + 1]
    await writes(li, *(f"{county}缺什么" for county in counties))
    line.go.set()
    await talk.settle()
    heads = [shown.html.partition("\n")[0] for shown in li.seen]
    assert len(heads) == len(counties)
    assert all(county in head for county, head in zip(counties, heads, strict=True))


async def test_mail_to_somebody_slow_delays_no_mail_to_others(talk: Talk, line: Line) -> None:
    boss, li, wang = talk.person("boss", owner=True), talk.person("li"), talk.person("wang")
    await wants_notices(li, wang)
    await drafted(boss, "今年乡村行即将公布")
    line.slow = {li.id}
    update = talk.as_(boss).people.presses(next(b for b in talk.people.keyboard() if "确认" in b["label"]))
    await talk.put(update)
    await line.until(lambda: "乡村行" in wang.last and li.id in line.started[-3:])
    assert "乡村行" not in li.last
    line.go.set()
    await talk.settle()
    assert "乡村行" in li.last


@pytest.mark.parametrize("moment", ["before", "while sending"])
async def test_mail_waits_for_a_database_that_another_program_holds(
    talk: Talk, line: Line, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    waits, free = asyncio.Event(), asyncio.Event()

    async def wait_for_database(self: Courier, error: sqlite3.OperationalError) -> None:
        waits.set()
        await free.wait()

    monkeypatch.setattr(Courier, "_wait_for_database", wait_for_database)
    boss = talk.person("boss", owner=True)
    question = questions.put(talk.store, Asked(boss.id, "question", "几点上班?"), [boss.id], cause=1, now=talk.services.now())
    talk.store.execute("PRAGMA busy_timeout = 1")
    line.slow = {boss.id} if moment == "while sending" else set()
    with closing(sqlite3.connect(talk.folder / "chat.db", isolation_level=None)) as other:
        if moment == "before":
            other.execute("BEGIN IMMEDIATE")
        talk.services.wake()
        if moment == "while sending":
            await line.until(lambda: line.started)
            other.execute("BEGIN IMMEDIATE")
            line.go.set()
        await waits.wait()
        other.execute("ROLLBACK")
    free.set()
    await talk.settle()
    assert [f"第 {question} 号" in shown.html for shown in boss.seen] == [True]
    assert talk.store.value("SELECT state FROM deliveries") == "sent"


# -- answers that could not be sent -----------------------------------------------------------------------------------------


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(ordering, "PAUSES", (0.0, 0.0, 0.0, 0.0))


@pytest.mark.parametrize("failure", [NetworkError("down"), TimedOut(), BAD_GATEWAY, TOO_MANY], ids=str)
async def test_an_answer_that_could_not_be_sent_is_given_again(talk: Talk, no_pauses: None, failure: Any) -> None:
    li = talk.person("li")
    Scripted.script["sendMessage"] = [failure, failure]
    assert "1. 巫溪" in await li.says("我们是泰安的养老服务机构")
    assert len(li.seen) == 1
    assert not waiting(talk)


async def test_where_every_second_message_fails_everything_still_counts_once(talk: Talk, no_pauses: None) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")

    def failing() -> None:
        Scripted.script["sendMessage"] = [NetworkError("down")]
        Scripted.script["editMessageText"] = [NetworkError("down")]

    for how, what, answer in (
        (li.says, "我们是泰安的养老服务机构", "1. 巫溪"),
        (li.presses, "1", "来源写明的短板"),
        (li.presses, "登记意向", "第 1 步"),
        (li.presses, "全部同意", "第 2 步"),
        (li.says, "泰安市夕阳红养老服务中心", "第 3 步"),
        (li.says, "王老师", "第 4 步"),
        (li.says, "13812345678", "第 5 步"),
        (li.says, "十名护理员，每月来两天", "第 6 步"),
        (li.presses, "单独", "请核对"),
        (li.presses, "提交", "已登记，编号 1"),
    ):
        failing()
        assert answer in await how(what)
    assert talk.store.value("SELECT count(*) FROM interests") == 1
    assert talk.store.value("SELECT count(*) FROM consents WHERE given") == 3
    assert "新意向" in boss.last


async def test_an_album_and_a_split_paste_are_answered_again_as_one(talk: Talk, no_pauses: None) -> None:
    li = talk.person("li")
    for parts in (
        [{"text": "我们做养老服务。" * 450}, {"text": "还做教育。"}],
        [{"text": "", "photo": [], "media_group_id": "7"}, {"text": "", "photo": [], "media_group_id": "7"}],
    ):
        before = len(li.seen)
        Scripted.script["sendMessage"] = [NetworkError("down")]
        for part in parts:
            await talk.put(talk.as_(li).people.says(**part))
        await talk.settle()
        assert len(li.seen) == before + 1


async def test_what_can_never_be_sent_is_given_up_and_the_next_is_answered(
    talk: Talk, no_pauses: None, caplog: pytest.LogCaptureFixture
) -> None:
    li = talk.person("li")
    Scripted.script["sendMessage"] = [BAD_GATEWAY] * (len(ordering.PAUSES) + 1)
    assert await li.says("/help") == ""
    assert "could not be answered" in caplog.text
    assert not waiting(talk)
    assert "/find" in await li.says("/help")


async def test_what_could_not_be_sent_before_a_stop_is_answered_after_the_next_start(talk: Talk, line: Line) -> None:
    li = talk.person("li")
    Scripted.script["sendMessage"] = [NetworkError("down")]
    await writes(li, "我们是泰安的养老服务机构")
    await line.until(lambda: line.started)
    await talk.restart()
    assert "1. 巫溪" in li.last
    assert len(li.seen) == 1


async def test_a_repeated_update_is_answered_once(talk: Talk, base: KnowledgeBase) -> None:
    li = talk.person("li")
    update = talk.as_(li).people.says("城口缺什么")
    await talk.put(update)
    await talk.put(update)
    await talk.settle()
    await talk.put(update)
    await talk.settle()
    assert len(li.seen) == 1


async def test_updates_that_come_together_are_kept_with_one_commit_each_once_and_one_that_cannot_be_read_holds_up_none(
    talk: Talk,
) -> None:
    commits = list[str]()
    talk.store.connection.set_trace_callback(lambda sql: commits.append(sql) if sql.startswith("COMMIT") else None)
    queue: InboxQueue = talk.chat.app.bot_data["inbox"]
    person = {"id": 77, "is_bot": False, "first_name": "李"}
    message = {"message_id": 1, "date": 1, "chat": {"id": 77, "type": "private"}, "from": person, "text": "/help"}
    good = [{"update_id": number, "message": message} for number in (501, 502, 501)]
    await queue.arrive([good[0], {"update_id": 503, "message": 7}, *good[1:]], talk.chat.app.bot)
    assert len(commits) == 1
    talk.store.connection.set_trace_callback(None)
    kept = talk.store.all("SELECT update_id FROM inbox WHERE update_id > 500 ORDER BY update_id")
    assert [row["update_id"] for row in kept] == [501, 502, 503]
    await talk.settle()
    talk.store.flush()
    assert talk.store.value("SELECT count(*) FROM inbox WHERE payload IS NOT NULL") == 0
