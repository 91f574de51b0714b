"""The command line: ``jiedui run | chat | check | understand | recommend | backup``.

Every mistake that an operator can make ends in one clear line and an exit code other than 0.
"""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sqlite3
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, NoReturn

import click

from bot import heap
from bot.cli_words import explain
from knowledge import cache
from knowledge.base import PLAN, KnowledgeBase
from knowledge.clock import SYSTEM_CLOCK, in_shanghai
from knowledge.faults import FaultyBase

if TYPE_CHECKING:
    from bot.jsonlines import Answer


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Jiedui (结对): pairs social organisations with the Chongqing counties that need what they can do."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def fail(message: str) -> NoReturn:
    """End with one line."""
    raise click.ClickException(message)


@main.command()
@click.argument("path", type=click.Path(path_type=Path, file_okay=False), default=PLAN)
def check(path: Path) -> None:
    """Lint the knowledge base at PATH (the one that ships by default); names file, line and key of every fault."""
    from knowledge.loading import load

    try:
        base = load(path, today=_now().date())
    except FaultyBase as error:
        click.echo(str(error))
        raise SystemExit(1) from None
    click.echo(f"ok: {len(base.counties)} counties, {len(base.needs)} needs, {len(base.cases)} cases")


@main.command()
@click.option(
    "--db", type=click.Path(path_type=Path, dir_okay=False), help="The database; a pipe without one uses a fresh one."
)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="The language of the person's client.")
def chat(db: Path | None, lang: str | None) -> None:
    """Talk to Jiedui in the terminal, without a token and without a network. :help lists what steers the chat."""
    import logging

    from bot import lock, logs
    from bot.channels.chat import Chat, Screen, converse
    from bot.settings import BadSettings
    from bot.settings import load as load_settings
    from knowledge.records.store import StoreFault, fault

    logs.set_up(level=logging.WARNING)
    _end_with_the_pipe()
    piped = not sys.stdin.isatty()
    try:
        settings = load_settings()
    except BadSettings as error:
        fail(str(error))
    chosen = db or (settings.db if "JIEDUI_DB" in os.environ or not piped else None)
    if chosen == Path("jiedui.db"):
        chosen = Path("jiedui-chat.db")
    with tempfile.TemporaryDirectory(prefix="jiedui-") as folder:
        database = chosen or Path(folder) / "chat.db"
        try:
            with lock.hold(database):
                at_terminal = sys.stdout.isatty()
                screen = Screen(sys.stdout, bold=at_terminal, width=get_terminal_size().columns if at_terminal else 0)
                talk = Chat(settings, database, screen, client=lang or settings.lang)
                asyncio.run(converse(talk, sys.stdin, echo=piped, screen=screen))
        except FaultyBase as error:
            fail(f"the knowledge base has faults:\n{error}")
        except lock.AlreadyRunning as error:
            fail(f"another jiedui is running on {error}")
        except StoreFault as error:
            fail(explain(error))
        except sqlite3.DatabaseError as error:
            fail(explain(fault(error, database)))
        except OSError as error:
            fail(f"{database} cannot be opened: {error.strerror}")


def _end_with_the_pipe() -> None:
    """Where whoever reads the output goes away, end as other programs do; not for `run`, whose connections may break."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


@main.command()
@click.argument("text", nargs=-1)
@click.option("--json", "lines", is_flag=True, help='Read {"id", "text"} a line from standard input, answer a line each.')
def understand(text: tuple[str, ...], lines: bool) -> None:
    """Show what is understood of TEXT."""
    import json

    from bot import jsonlines
    from knowledge.understanding import Reader, as_json

    base = _base()
    if lines:
        _answer_lines(jsonlines.understanding(base))
    else:
        read = Reader(base).read(_joined(text))
        click.echo(json.dumps(as_json(read), ensure_ascii=False, indent=1))


@main.command()
@click.argument("text", nargs=-1)
@click.option(
    "--json", "lines", is_flag=True, help='Read {"id", "text", "state"} a line from standard input, answer a line each.'
)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="The language of the answer; by default that of TEXT.")
def recommend(text: tuple[str, ...], lines: bool, lang: str | None) -> None:
    """Show the pairings for TEXT, with their reasons."""
    from bot import jsonlines

    base = _base()
    if lines:
        _answer_lines(jsonlines.recommendation(base, _now().year))
    else:
        from bot.answers import recommendation

        click.echo(recommendation(base, _joined(text), lang))


def _now() -> datetime:
    """The present moment in Chongqing."""
    return in_shanghai(SYSTEM_CLOCK.now())


def _joined(text: tuple[str, ...]) -> str:
    """The words of the command line as one text."""
    if not text:
        raise click.UsageError("say something: TEXT is missing")
    return " ".join(text)


def _answer_lines(answer: Answer) -> None:
    """From standard input to standard output, a line at a time."""
    from bot.jsonlines import answer_lines

    _end_with_the_pipe()
    heap.go_on()
    for line in answer_lines(sys.stdin.buffer, answer):
        click.echo(line)


@main.command()
def run() -> None:
    """Run on Telegram: by polling, or by webhook when JIEDUI_WEBHOOK_URL is set."""
    from bot.running import Trouble, run_telegram

    try:
        run_telegram()
    except Trouble as error:
        fail(str(error))


@main.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--db", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="The database; JIEDUI_DB by default.")
def backup(target: Path, db: Path | None) -> None:
    """Copy a running database safely to TARGET."""
    from bot.settings import BadSettings
    from bot.settings import load as load_settings
    from knowledge.records.store import StoreFault
    from knowledge.records.store import backup as copy

    try:
        source = db or load_settings().db
        if not source.exists():
            fail(f"there is no database at {source}")
        copy(source, target)
    except BadSettings as error:
        fail(str(error))
    except StoreFault as error:
        fail(explain(error))
    click.echo(f"ok: {target}")


def _base() -> KnowledgeBase:
    try:
        return cache.load()
    except FaultyBase as error:
        raise click.ClickException(f"the knowledge base has faults:\n{error}") from None
