"""The command line as a person or a script uses it: text in, text out, an exit code."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from knowledge.base import PLAN
from knowledge.faults import Fault, FaultyBase
from knowledge.records.store import Store
from tests.programs import environment, jiedui

REGISTERING = ("我们是泰安的养老服务机构", "1", "1", "1", "泰安市夕阳红养老服务中心", "王老师")
"""As far as the question for the telephone."""


def command(*arguments: object) -> Result:
    """`jiedui ARGUMENTS`, in this process."""
    return CliRunner().invoke(main, [str(one) for one in arguments])


async def chat(folder: Path, typed: Sequence[str] | bytes, *options: str, **settings: object) -> str:
    """What `jiedui chat` prints when it is fed through a pipe."""
    async with jiedui(folder, "chat", *options, **settings) as program:
        program.feed(typed if isinstance(typed, bytes) else "".join(f"{line}\n" for line in typed).encode())
        assert (await program.end_of_input(), program.err) == (0, "")
        return program.out


def databases(folder: Path) -> list[str]:
    """The databases in a folder."""
    return sorted(file.name for file in folder.glob("*.db"))


# -- check ----------------------------------------------------------------------------------------------------------------


def test_check_finds_nothing_wrong_with_what_ships() -> None:
    done = command("check")
    assert (done.exit_code, done.output) == (0, "ok: 38 counties, 251 needs, 52 cases\n")


def test_check_names_file_line_and_key_of_every_fault(tmp_path: Path) -> None:
    plan = shutil.copytree(PLAN, tmp_path / "plan")
    wuxi, fields = plan / "counties" / "wuxi.yaml", plan / "fields.yaml"
    lines = wuxi.read_text("utf-8").splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines, 1) if line.startswith("  field: "))
    lines[place - 1] = "  field: fishing\n"
    wuxi.write_text("".join(lines), "utf-8")
    fields.write_text("fields: [\n", "utf-8")
    done = command("check", plan)
    assert done.exit_code == 1
    assert f"{fields}:" in done.output
    shutil.copy(PLAN / "fields.yaml", fields)
    done = command("check", plan)
    assert (done.exit_code, done.output) == (1, f"{wuxi}:{place}: needs.0.field: unknown field: fishing\n")


@pytest.mark.parametrize("arguments", [("run",), ("chat",), ("recommend", "养老")])
def test_nothing_starts_on_a_faulty_base(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    def load() -> None:
        raise FaultyBase([Fault("plan/fields.yaml", 3, "fields.0.name", "this key is missing")])

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JIEDUI_TOKEN", "123456789:AAH-made_up")
    monkeypatch.setattr("knowledge.cache.load", load)
    monkeypatch.setattr("bot.logs.set_up", lambda *_args, **_named: None)
    monkeypatch.setattr("bot.cli._end_with_the_pipe", lambda: None)
    done = command(*arguments)
    assert done.exit_code == 1
    assert done.stderr == "Error: the knowledge base has faults:\nplan/fields.yaml:3: fields.0.name: this key is missing\n"


# -- one answer -----------------------------------------------------------------------------------------------------------


def test_understand_shows_what_is_understood_and_the_words_that_said_it() -> None:
    done = command("understand", "我们是泰安的", "养老服务机构")
    understood = json.loads(done.stdout)
    assert understood["fields"] == ["elderly"]
    assert understood["spans"]["fields"]["elderly"].startswith("养老")
    assert understood["origin"] == "山东/泰安"


def test_recommend_gives_the_pairings_with_their_reasons() -> None:
    shown = command("recommend", "我们是泰安的养老服务机构").output
    first, second = shown.partition("\n1. ")[2].split("\n2. ")[:2]
    assert first.startswith("巫溪 · 养老帮扶\n")
    assert "+ 东西部协作中，这里与泰安结对" in first
    assert "+ 国家乡村振兴重点帮扶县" in first
    assert "? 未经区县确认" in first
    assert second.startswith("城口")
    assert "点数字" not in shown, "there is nothing to tap on the command line"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("We are an elderly care agency from Tai'an",), "1. Wuxi · Elderly care"),
        (("--lang", "en", "我们是泰安的养老服务机构"), "1. Wuxi · Elderly care"),
        (("--lang", "zh", "elderly care"), "1. 巫溪 · 养老帮扶"),
        (("今天天气真好",), "没看出想帮哪方面"),
        (("养老" * 20_000,), "养老帮扶"),
    ],
)
def test_recommend_answers_in_the_language_of_the_text_or_the_one_asked_for(arguments: tuple[str, ...], words: str) -> None:
    done = command("recommend", *arguments)
    assert done.exit_code == 0
    assert words in done.output


def test_what_looks_like_markup_or_a_template_is_text_like_any_other() -> None:
    done = command("recommend", "我们是泰安的养老服务机构 <b>{{ 7 * 7 }}</b> {% for %}")
    assert done.exit_code == 0
    assert "49" not in done.output


# -- chat -----------------------------------------------------------------------------------------------------------------


async def test_the_main_job_through_a_pipe(tmp_path: Path) -> None:
    shown = await chat(tmp_path, ("我们是泰安的养老服务机构", "1"), proxy="socks5://127.0.0.1:9")
    assert "› 我们是泰安的养老服务机构\n" in shown
    listed, card = shown.split("› 1\n")
    assert "1. 巫溪 · 养老帮扶 — 对口泰安 · 国家重点帮扶县" in listed
    assert "[1] 1  [2] 2" in listed
    assert "对口泰安" in card
    assert "[1] ✋ 登记意向" in card
    assert "<" not in shown
    assert not databases(tmp_path), "a pipe without a database uses one of its own"


async def test_the_main_job_through_a_pipe_in_english(tmp_path: Path) -> None:
    shown = await chat(tmp_path, ("We are an elderly care agency from Tai'an", "1"))
    listed, card = shown.split("› 1\n")
    assert "1. Wuxi · Elderly care — partner of Tai'an · national key county" in listed
    assert "partner of Tai'an · national key county" in card


async def test_the_chat_is_steered_by_lines_that_begin_with_a_colon(tmp_path: Path) -> None:
    filling_in = (":admin 老板", ":as 李", *REGISTERING, "2", ":say 13812345678", "十名护理员", ":press 1")
    afterwards = (":press 99", ":restart", ":press 1", ":clock +6d", ":clock soon", ":admin 老板", ":press 1", ":quit", "再见")
    shown = await chat(tmp_path, (*filling_in, *afterwards), db="kept.db")
    said = {line: rest for line, _, rest in (part.partition("\n") for part in shown.split("› ")[1:])}
    assert ":press 2 按第 2 个按钮" in said[":clock soon"]
    assert "第 4 步" in said["王老师"]
    assert "这不像电话号码" in said["2"], "where a number is asked for, a number is an answer"
    assert "第 5 步" in said[":say 13812345678"]
    assert "没有这个按钮" in said[":press 99"]
    assert "（已重新启动，数据库不变）" in said[":restart"]
    assert "已登记，编号 1" in shown.split("› :restart")[1]
    assert "— → 老板 —\n🔔 新意向" in shown
    assert "— → 老板 —\n↪ [" in said[":clock +6d"]
    assert "]\n⏰ #1" in said[":clock +6d"]
    assert "（现在以工作人员 老板 的身份说话）" in said[":admin 老板"]
    assert "— → 李 —" in shown.rpartition("› :press 1")[2]
    assert "再见" not in shown
    assert databases(tmp_path) == ["kept.db"]


@pytest.mark.parametrize("typed", [b"", b"\n\n  \n:quit\n/help"])
async def test_nothing_said_gets_no_answer(tmp_path: Path, typed: bytes) -> None:
    assert (await chat(tmp_path, typed)).replace("› :quit", "").strip() == ""


async def test_a_line_without_an_end_and_broken_utf_8_are_answered(tmp_path: Path) -> None:
    shown = await chat(tmp_path, b"\xff\xfe\x80\n\xe5\x85\n\x00\x01\r\n" + "城口缺什么".encode())
    assert shown.count("没看出想帮哪方面") == 3
    assert "城口" in shown.rpartition("› ")[2].partition("\n")[2]


async def test_what_only_looks_like_a_number_is_text_and_the_clock_does_not_leave_the_calendar(tmp_path: Path) -> None:
    nines = "9" * 5000
    shown = await chat(
        tmp_path, ("/help", "²", nines, ":press ²", f":press {nines}", f":clock +{nines}d", ":clock +99999d", "１")
    )
    said = [part.partition("\n")[2] for part in shown.split("› ")[1:]]
    assert "没有可以接着看的列表" in said[1], "read as the second item of a list"
    assert "没看出想帮哪方面" in said[2]
    assert all(":press 2 按第 2 个按钮" in answer for answer in said[3:7])
    assert "想做哪方面" in said[7], "a full-width number presses too"


def test_ctrl_c_at_the_keyboard_ends_the_chat_at_once(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "bot", "chat"]
    with subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, env=environment(tmp_path)) as process:
        os.close(theirs)
        shown = b""
        while "› ".encode() not in shown:
            shown += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT
    os.close(ours)
    assert b"Traceback" not in shown


def test_whoever_stops_reading_ends_the_chat_without_a_word(tmp_path: Path) -> None:
    line = f"yes /help | head -n 40 | {sys.executable} -m bot chat | head -n 2"
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=60, check=True
    )
    assert (done.stdout.decode(), done.stderr.decode()) == ("\n› /help\n", "")


@pytest.mark.parametrize(
    ("made", "options", "words"),
    [
        ("telegram", ("--db", "one.db"), "one.db was made for telegram and cannot be used for terminal"),
        ("", ("--db", "nowhere/one.db"), "nowhere/one.db cannot be opened"),
        ("rubbish", ("--db", "one.db"), "one.db is damaged or is no Jiedui database"),
    ],
)
async def test_a_chat_that_cannot_start_says_why_in_one_line(
    tmp_path: Path, made: str, options: tuple[str, ...], words: str
) -> None:
    if made == "telegram":
        Store(tmp_path / "one.db", channel="telegram").close()
    elif made:
        (tmp_path / "one.db").write_text(made * 1000)
    async with jiedui(tmp_path, "chat", *options) as program:
        assert await program.end_of_input() == 1
        assert program.err.count("\n") == 1
        assert words in program.err


# -- backup ---------------------------------------------------------------------------------------------------------------


async def test_a_database_is_copied_while_it_is_in_use(tmp_path: Path) -> None:
    async with jiedui(tmp_path, "chat", "--db", "one.db") as program:
        program.write(*REGISTERING)
        await program.says("第 4 步")
        done = command("backup", tmp_path / "copy.db", "--db", tmp_path / "one.db")
        assert (done.exit_code, done.output) == (0, f"ok: {tmp_path / 'copy.db'}\n")
        program.write(":say 13812345678")
        await program.says("第 5 步")
        async with jiedui(tmp_path, "chat", "--db", "one.db") as second:
            assert await second.ends() == 1
            assert second.err == "Error: another jiedui is running on one.db\n"
    with closing(Store(tmp_path / "copy.db", channel="terminal")) as copy:
        assert copy.value("SELECT json_extract(answers, '$.contact') FROM drafts") == "王老师"
        assert copy.value("SELECT step FROM drafts") == "phone"
        assert copy.value("PRAGMA integrity_check") == "ok"


def test_a_backup_overwrites_nothing_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    Store(tmp_path / "one.db", channel="terminal").close()
    (tmp_path / "old.db").write_text("precious")
    (tmp_path / "bad.db").write_text("rubbish " * 1000)
    for arguments, words in (
        (("old.db", "--db", "one.db"), "old.db exists already"),
        (("nowhere/new.db", "--db", "one.db"), "nowhere/new.db cannot be opened or written"),
        (("new.db", "--db", "bad.db"), "bad.db is damaged"),
    ):
        target, option, source = arguments
        done = command("backup", tmp_path / target, option, tmp_path / source)
        assert done.exit_code == 1
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
    assert (tmp_path / "old.db").read_text() == "precious"
    assert not (tmp_path / "new.db").exists()


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = command("backup", "copy.db")
    assert done.exit_code == 1
    assert done.stderr == "Error: there is no database at jiedui.db\n"
