"""A kill at any moment: the conversation goes on at the right question, what was said counts once, and no reply is lost.

In process, the database is copied after every single commit of a conversation, as a kill at that moment would leave it; a new
application is started on each copy. With real processes, SIGKILL comes after lines and at random moments within one.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Container, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from bot.channels.chat import plain
from knowledge.base import KnowledgeBase
from knowledge.records import people
from knowledge.records.store import Store
from tests.botapi import TOKEN, BotApi
from tests.programs import Program, jiedui
from tests.talk import Person, Talk

Kept = list[list[tuple[object, ...]]]
Step = tuple[str, str, str]
"""Who, ``says`` or ``presses``, what."""

REGISTERING: tuple[Step, ...] = (
    ("li", "says", "我们是泰安的养老服务机构"),
    ("li", "presses", "1"),
    ("li", "presses", "登记意向"),
    ("li", "presses", "全部同意"),
    ("li", "says", "泰安市夕阳红养老服务中心"),
    ("li", "says", "王老师"),
    ("li", "presses", "上一步"),
    ("li", "says", "王医生"),
    ("li", "says", "13812345678"),
    ("li", "says", "十名护理员，每月来两天"),
    ("li", "presses", "单独"),
    ("li", "presses", "改内容"),
    ("li", "says", "十二名护理员，每月来两天"),
    ("li", "presses", "提交"),
)
ANSWERED: tuple[Step, ...] = (
    ("boss", "presses", "受理"),
    ("boss", "presses", "询问"),
    ("boss", "says", "你们有几位护理员？"),
    ("li", "presses", "回复"),
    ("li", "says", "六位，都有证。"),
    ("boss", "presses", "婉拒"),
    ("boss", "presses", "今年安排不下"),
)
TOLD: tuple[Step, ...] = (
    ("li", "says", "/notices"),
    ("li", "presses", "有通知告诉我"),
    ("boss", "says", "/broadcast"),
    ("boss", "says", "今年乡村行即将公布"),
    ("boss", "presses", "跳过"),
    ("boss", "presses", "其他"),
    ("boss", "presses", "确认"),
)
ASKED: tuple[Step, ...] = (
    ("li", "says", "/help"),
    ("li", "presses", "问工作人员"),
    ("li", "says", "我们只有五个人，能做什么？"),
    ("li", "presses", "发送"),
    ("boss", "presses", "我来接手"),
    ("boss", "presses", "回答"),
    ("boss", "says", "下周给您打电话。"),
    ("li", "presses", "接着问"),
    ("li", "says", "周几？"),
    ("li", "presses", "撤回"),
    ("li", "presses", "撤回"),
    ("li", "says", "/lang en"),
)
ASTRAY: tuple[Step, ...] = (
    ("li", "says", "/start need-wuxi-elderly-1"),
    ("li", "presses", "登记意向"),
    ("li", "says", "/start need-chengkou-elderly-1"),
    ("li", "presses", "登记意向"),
    ("li", "presses", "全部同意"),
    ("li", "says", "怎么联系工作人员？"),
    ("li", "presses", "先回答我这个问题"),
    ("li", "says", "/cancel"),
    ("li", "says", "/help"),
    ("li", "presses", "继续登记意向"),
    ("li", "says", "怎么联系工作人员？"),
    ("li", "presses", "就是这一步的回答"),
    ("li", "says", "取消"),
    ("li", "says", "帮忙" * 1800),
)
PRIVATE: tuple[Step, ...] = (
    ("li", "says", "/privacy"),
    ("li", "presses", "我的同意"),
    ("li", "presses", "保存我填的"),
    ("li", "presses", "境外"),
    ("li", "presses", "保存我填的"),
    ("li", "presses", "转给"),
    ("li", "says", "/start need-wuxi-elderly-1"),
    ("li", "presses", "登记意向"),
)

WHAT_COUNTS = (
    "SELECT id, lang, heard, started IS NULL FROM people",
    "SELECT id, name, kind FROM organisations",
    "SELECT organisation, person, role, name, phone FROM members",
    "SELECT person, form, subject, step, answers, mending, focus > 0, held FROM drafts",
    "SELECT id, person, county, need, task, offer, grouped, stage, version, turn, handler FROM interests",
    "SELECT id, interest, actor, role, move, before, after, reason, note FROM interest_events",
    "SELECT id, person, notice, view, json_remove(args, '$.repeated', '$.at'), state FROM deliveries",
    "SELECT kind, subject, version FROM deadlines",
    "SELECT person, purpose, version, given FROM consents",
    "SELECT id, person, kind, text, county, state, turn, version, assigned FROM questions",
    "SELECT id, question, actor, role, move, words FROM question_events",
    "SELECT id, author, zh, state FROM notices",
)
"""What has to be the same as in an unbroken conversation."""


def records(store: Store) -> Kept:
    """Everything that counts in a database, without the times and the numbers of updates and messages.

    An answer given again after a kill is one message more.
    """
    return [[tuple(row) for row in store.all(query)] for query in WHAT_COUNTS]


async def does(talk: Talk, step: Step) -> Person:
    """One step of a conversation."""
    name, how, what = step
    person = talk.person(name, owner=name == "boss")
    await (person.says(what) if how == "says" else person.presses(what))
    return person


@dataclass
class Kill:
    """A database as a kill would leave it, within step ``step`` (counted from 0)."""

    step: int
    folder: Path
    shown: dict[str, list[str]] = field(default_factory=dict)
    """What had been shown by then, by person: at least this."""


class Killer:
    """Copies the database after every commit of a talk."""

    def __init__(self, talk: Talk, folder: Path) -> None:
        self.talk, self.folder = talk, folder
        self.kills: list[Kill] = []
        self.step = -1
        self._changes = 0
        talk.store.connection.set_trace_callback(lambda _sql: self.look())

    def look(self) -> None:
        """Before every statement: when the one before has committed something new, copy the files."""
        if self.talk.store.connection.in_transaction or self.step < 0:
            return
        if self._changes == (now := self.talk.store.connection.total_changes):
            return
        self._changes = now
        folder = self.folder / f"kill-{len(self.kills)}"
        folder.mkdir()
        for name in ("chat.db", "chat.db-wal"):
            shutil.copyfile(self.talk.folder / name, folder / name)
        self.kills.append(Kill(self.step, folder, shown={n: self.shown(n) for n in ("li", "boss")}))

    def shown(self, name: str) -> list[str]:
        """What a person was shown so far."""
        number = self.talk.people.memory.people.get(name, 0)
        return [one.html for one in self.talk.screen.shown[number]]


@dataclass
class Whole:
    """An unbroken conversation: what counted and what was last shown after each step, and the kills to try."""

    kills: list[Kill]
    counted: list[Kept] = field(default_factory=list)
    last: list[str] = field(default_factory=list)


async def unbroken(conversation: tuple[Step, ...], folder: Path, base: KnowledgeBase) -> Whole:
    """Hold a conversation, and copy the database after every commit."""
    (folder / "whole").mkdir()
    async with Talk(folder / "whole", base) as talk:
        for name in ("boss", "li"):
            talk.person(name, owner=name == "boss")
        talk.store.flush()
        killer = Killer(talk, folder)
        whole = Whole(killer.kills)
        for number, step in enumerate(conversation):
            killer.step = number
            person = await does(talk, step)
            talk.store.flush()
            killer.look()
            whole.counted.append(records(talk.store))
            whole.last.append(person.last)
        killer.step = -1
    return whole


@pytest.mark.parametrize("conversation", [REGISTERING, REGISTERING[:5] + REGISTERING[7:] + ANSWERED, ASKED, ASTRAY, PRIVATE])
async def test_whatever_was_last_committed_the_conversation_goes_on(
    tmp_path: Path, base: KnowledgeBase, conversation: tuple[Step, ...]
) -> None:
    whole = await unbroken(conversation, tmp_path, base)
    assert len(whole.kills) >= 2 * len(conversation)
    for kill in whole.kills:
        async with Talk(kill.folder, base) as talk:
            received = talk.store.value("SELECT count(*) FROM inbox") > kill.step
            person = talk.person(conversation[kill.step][0])
            if not received:  # what was not received is said again, as Telegram delivers it again
                person = await does(talk, conversation[kill.step])
            name = conversation[kill.step][0]
            where = f"{kill.folder.name}, within {conversation[kill.step][1]} {conversation[kill.step][2][:20]}"
            shown = [*kill.shown[name], *(one.html for one in person.seen)]
            assert plain(shown[-1]) == whole.last[kill.step], where
            assert records(talk.store) == whole.counted[kill.step], where
            if kill.step + 1 < len(conversation):
                person = await does(talk, conversation[kill.step + 1])
                assert person.last == whole.last[kill.step + 1], where
                assert records(talk.store) == whole.counted[kill.step + 1], where


# -- real processes -------------------------------------------------------------------------------------------------------

LINES = (
    ("我们是泰安的养老服务机构", "1. 巫溪"),
    ("1", "来源写明的短板"),
    ("1", "第 1 步"),
    ("1", "第 2 步"),
    ("泰安市夕阳红养老服务中心", "第 3 步"),
    ("王老师", "第 4 步"),
    ("13812345678", "第 5 步"),
    ("十名护理员，每月来两天", "第 6 步"),
    (":press 1", "请核对"),
    (":press 1", "已登记，编号 1"),
)
"""What is typed into `jiedui chat`, and what then has to be shown."""


NEVER = -1.0


def received(database: Path) -> int:
    """How many lines of LINES a database has kept. Its first update is the owner's: the list of the office."""
    with closing(sqlite3.connect(database)) as found:
        return int(found.execute("SELECT count(*) FROM inbox").fetchone()[0]) - 1


@asynccontextmanager
async def chat(database: Path) -> AsyncIterator[Program]:
    """`jiedui chat` through a pipe, as li, with an owner who is told of interests."""
    async with jiedui(database.parent, "chat", "--db", database.name) as program:
        program.write(":admin boss", ":as li")
        await program.says("以 li 的身份说话")
        yield program


async def typed(database: Path, kills: Mapping[int, float | None]) -> Kept:
    """Type LINES. ``kills`` says within which SIGKILL comes: after so many seconds, or with None once the answer is there."""
    shown, number = "", 0
    while True:
        async with chat(database) as program:
            if number:
                line, answer = LINES[number - 1]
                if received(database) < number:  # typed, but never read
                    program.write(line)
                if answer not in shown:
                    await program.says(answer)
            while number < len(LINES):
                line, answer = LINES[number]
                program.write(line)
                wait = kills.get(number, NEVER)
                await (asyncio.sleep(wait) if wait and wait != NEVER else program.says(answer))
                number += 1
                if wait != NEVER:
                    await program.kill()
                    shown = program.out
                    break
            else:
                await program.end_of_input()
                return kept(database, "terminal")


def kept(database: Path, channel: str) -> Kept:
    """What counts in a database."""
    with closing(Store(database, channel=channel)) as store:
        return records(store)


async def test_a_chat_killed_within_lines_and_after_them_registers_exactly_one_interest(tmp_path: Path) -> None:
    random = Random(1)
    even, odd = range(0, len(LINES), 2), range(1, len(LINES), 2)
    whole, within, after = await asyncio.gather(
        typed(tmp_path / "whole.db", {}),
        typed(tmp_path / "within.db", {number: random.uniform(0.001, 0.06) for number in even}),
        typed(tmp_path / "after.db", dict.fromkeys(odd)),
    )
    assert within == whole
    assert after == whole


BOSS, LI = 11, 21
SENT = (
    ("says", "我们是泰安的养老服务机构", "1. 巫溪"),
    ("presses", "1", "来源写明的短板"),
    ("presses", "登记意向", "第 1 步"),
    ("presses", "全部同意", "第 2 步"),
    ("says", "泰安市夕阳红养老服务中心", "第 3 步"),
    ("says", "王老师", "第 4 步"),
    ("says", "13812345678", "第 5 步"),
    ("says", "十名护理员，每月来两天", "第 6 步"),
    ("presses", "单独", "请核对"),
    ("presses", "提交", "已登记，编号 1"),
)
"""What li sends to `jiedui run`, and what then has to reach li."""


def run(database: Path, api: BotApi) -> AbstractAsyncContextManager[Program]:
    """`jiedui run` on a database."""
    collects = {"operator": "测试单位", "privacy_contact": "a@example.org"}
    return jiedui(database.parent, "run", token=TOKEN, api_url=api.url, owners=BOSS, db=database, **collects)


async def sent(database: Path, kills: Container[int], random: Random) -> Kept:
    """Send SENT. Within the updates of ``kills``, SIGKILL comes a moment after they were fetched, or before that."""
    async with BotApi() as api:
        number = 0
        while True:
            async with run(database, api) as program:
                await program.says("running as")
                if number:
                    await api.hears(LI, SENT[number - 1][2])
                while number < len(SENT):
                    how, what, answer = SENT[number]
                    update = api.says(LI, what) if how == "says" else api.presses(LI, what)
                    number += 1
                    if number - 1 in kills:
                        if random.random() < 0.8:
                            await api.fetched(update)
                        await asyncio.sleep(random.uniform(0, 0.06))
                        await program.kill()
                        break
                    await api.hears(LI, answer)
                else:
                    await api.hears(BOSS, "新意向")
                    await program.stop()
                    assert all("可能重复" in call.text for call in api.sent(BOSS)[1:])
                    return kept(database, "telegram")


async def test_a_run_killed_within_updates_registers_exactly_one_interest_and_answers_everything(tmp_path: Path) -> None:
    databases = [tmp_path / f"{name}.db" for name in ("whole", "even", "odd")]
    for database in databases:
        with closing(Store(database, channel="telegram")) as store:  # only an owner who has opened the chat can be told
            people.meet(store, BOSS, "zh", 1)
            people.started(store, BOSS, 1)
    kills: list[Container[int]] = [(), range(0, len(SENT), 2), range(1, len(SENT), 2)]
    whole, even, odd = await asyncio.gather(*(sent(*pair, Random(2)) for pair in zip(databases, kills, strict=True)))
    assert even == whole
    assert odd == whole
