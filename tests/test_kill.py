"""A kill at any moment: the conversation goes on at the right question, what was said counts once, and no reply is lost.

In process, the database is copied after every single commit of a conversation, as a kill at that moment would leave it; a new
application is started on each copy. With real processes, SIGKILL comes after lines and at random moments within one.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.channels.chat import plain
from handlers.texts import Texts
from knowledge.base import KnowledgeBase
from knowledge.records.store import Store
from knowledge.understanding import Reader
from tests.talk import Person, Talk

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
    ("li", "says", "十名护理员,每月来两天"),
    ("li", "presses", "单独"),
    ("li", "presses", "改内容"),
    ("li", "says", "十二名护理员,每月来两天"),
    ("li", "presses", "提交"),
)
ANSWERED: tuple[Step, ...] = (
    ("boss", "presses", "受理"),
    ("boss", "presses", "询问"),
    ("boss", "says", "你们有几位护理员?"),
    ("li", "presses", "回复"),
    ("li", "says", "六位,都有证。"),
    ("boss", "presses", "婉拒"),
    ("boss", "presses", "今年安排不下"),
)
TOLD: tuple[Step, ...] = (
    ("boss", "says", "/broadcast"),
    ("boss", "says", "今年乡村行即将公布"),
    ("boss", "presses", "确认发送"),
)
ASKED: tuple[Step, ...] = (
    ("li", "says", "/help"),
    ("li", "presses", "问工作人员"),
    ("li", "says", "我们只有五个人,能做什么?"),
    ("boss", "presses", "回答"),
    ("boss", "says", "下周给您打电话。"),
    ("li", "says", "/lang en"),
)
ASTRAY: tuple[Step, ...] = (
    ("li", "says", "/start need-wuxi-elderly-1"),
    ("li", "presses", "登记意向"),
    ("li", "says", "/start need-chengkou-elderly-1"),
    ("li", "presses", "登记意向"),
    ("li", "presses", "全部同意"),
    ("li", "says", "怎么联系工作人员?"),
    ("li", "presses", "先回答我这个问题"),
    ("li", "says", "/cancel"),
    ("li", "says", "/help"),
    ("li", "presses", "继续登记意向"),
    ("li", "says", "怎么联系工作人员?"),
    ("li", "presses", "就是这一步的回答"),
    ("li", "says", "取消"),
    ("li", "says", "帮忙" * 1800),
)

WHAT_COUNTS = (
    "SELECT id, lang, heard, started IS NULL, muted FROM people",
    "SELECT id, name, kind FROM organisations",
    "SELECT organisation, person, role, name, phone FROM members",
    "SELECT person, form, subject, step, answers, mending, focus > 0, held FROM drafts",
    "SELECT id, person, county, need, task, offer, grouped, stage, version, turn, handler FROM interests",
    "SELECT id, interest, actor, role, move, before, after, reason, note FROM interest_events",
    "SELECT id, person, notice, view, json_remove(args, '$.repeated'), state FROM deliveries",
    "SELECT due, kind, subject, version FROM deadlines",
    "SELECT person, purpose, version, given FROM consents",
    "SELECT id, person, kind, text, answer, answerer FROM questions",
    "SELECT id, author, html, state FROM notices",
)
"""What has to be the same as in an unbroken conversation."""


def records(store: Store) -> list[list[tuple[object, ...]]]:
    """Everything that counts in a database, without the times and numbers of updates."""
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


@pytest.fixture(autouse=True)
def one_reader(monkeypatch: pytest.MonkeyPatch, base: KnowledgeBase) -> None:
    """Hundreds of applications are built here: they share what does not change."""
    reader, texts = Reader(base, lexicon=base.lexicon), Texts()
    monkeypatch.setattr("bot.application.Reader", lambda *_args, **_named: reader)
    monkeypatch.setattr("bot.application.Texts", lambda: texts)


@dataclass
class Whole:
    """An unbroken conversation: what counted and what was last shown after each step, and the kills to try."""

    kills: list[Kill]
    counted: list[list[list[tuple[object, ...]]]] = field(default_factory=list)
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


@pytest.mark.parametrize("conversation", [REGISTERING, REGISTERING[:5] + REGISTERING[7:] + ANSWERED, ASKED, ASTRAY])
async def test_whatever_was_last_committed_the_conversation_goes_on(
    tmp_path: Path, base: KnowledgeBase, conversation: tuple[Step, ...]
) -> None:
    whole = await unbroken(conversation, tmp_path, base)
    assert len(whole.kills) >= 3 * len(conversation)
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
