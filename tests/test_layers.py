"""The house has three floors, and imports go only downwards (bot → handlers → knowledge)."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("knowledge", "handlers", "bot")
TOO_HIGH = {
    "knowledge": {"handlers", "bot", "telegram"},
    "handlers": {"bot"},
    "bot": set[str](),
}
"""What each floor must not import."""

NOT_SHIPPED = ("tests", "evaluation", "scripts", "knowledge.training")
"""What the wheel does not hold, so that no floor may need it."""

COMPOSITION = "bot/application.py"


def imports(source: str, package: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that ``source``, a module of ``package``, imports, at whatever depth."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom():
                parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                origin = ".".join([*parents, *([node.module] if node.module else [])])
                yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)
            case ast.Call(func=ast.Name(id="__import__" | "import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield node.lineno, name
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield node.lineno, name
            case _:
                pass


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def violations(files: Mapping[str, str]) -> list[str]:
    """Every import that goes upwards or leaves the wheel; ``files``: path from the root → source."""
    found = []
    for path, source in files.items():
        floor = path.split("/")[0]
        package = ".".join(path.split("/")[:-1])
        training = within(package, "knowledge.training")
        wrong = {*TOO_HIGH[floor], *(one for one in NOT_SHIPPED if not (training and one == "knowledge.training"))}
        found += [
            f"{path}:{line}: imports {name}"
            for line, name in imports(source, package)
            if any(within(name, one) for one in wrong)
        ]
    return found


def builders(files: Mapping[str, str]) -> set[str]:
    """The files that name an ApplicationBuilder, or call ``builder()`` on something named Application."""
    return {
        path
        for path, source in files.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name | ast.Attribute)
        and ast.unparse(node).endswith(("ApplicationBuilder", "Application.builder"))
    }


@pytest.fixture(scope="module")
def house() -> dict[str, str]:
    return {
        file.relative_to(ROOT).as_posix(): file.read_text("utf-8")
        for floor in FLOORS
        for file in sorted((ROOT / floor).rglob("*.py"))
    }


def test_imports_go_only_downwards(house: Mapping[str, str]) -> None:
    assert {path.split("/")[0] for path in house} == set(FLOORS), "a floor is empty: the walk saw nothing of it"
    assert violations(house) == []


def test_the_application_is_put_together_in_one_place(house: Mapping[str, str]) -> None:
    assert builders(house) == {COMPOSITION}


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("knowledge/matching.py", "import telegram"),
        ("knowledge/matching.py", "from telegram.ext import Application"),
        ("knowledge/records/store.py", "def late():\n    import telegram.error"),
        ("knowledge/matching.py", "from handlers import texts"),
        ("knowledge/matching.py", "if TYPE_CHECKING:\n    from bot.settings import Settings"),
        ("knowledge/matching.py", "importlib.import_module('bot.settings')"),
        ("knowledge/matching.py", "__import__('telegram')"),
        ("knowledge/matching.py", "from knowledge import training"),
        ("knowledge/matching.py", "from . import training"),
        ("knowledge/reading/features.py", "from ..training import phrases"),
        ("knowledge/reading/features.py", "from .. import training"),
        ("handlers/start.py", "import bot"),
        ("handlers/admin/review.py", "from bot.delivery import wake"),
        ("handlers/start.py", "from tests.talk import Talk"),
        ("bot/cli.py", "import evaluation.score"),
        ("bot/cli.py", "import knowledge.training.train"),
    ],
)
def test_the_walk_finds(path: str, source: str) -> None:
    assert [one.split(":")[0] for one in violations({path: source})] == [path]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("knowledge/matching.py", "from knowledge.base import County\nimport botany, telegraph"),
        ("knowledge/reading/features.py", "from . import characters\nfrom .. import base"),
        ("knowledge/training/train.py", "from knowledge.training import phrases"),
        ("handlers/start.py", "from telegram import Update\nfrom knowledge import base\nfrom handlers.texts import say"),
        ("bot/cli.py", "import telegram, knowledge.base, handlers.start, bot.settings"),
    ],
)
def test_the_walk_lets_pass(path: str, source: str) -> None:
    assert violations({path: source}) == []


@pytest.mark.parametrize("source", ["Application.builder().build()", "ApplicationBuilder()", "ext.Application.builder"])
def test_the_walk_finds_builders(source: str) -> None:
    assert builders({"bot/running.py": source}) == {"bot/running.py"}
    assert builders({"bot/cli.py": "build_application(settings); query.builder()"}) == set()
