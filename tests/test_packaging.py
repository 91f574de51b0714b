"""What is packaged and how it is set up: the wheel, the locks, the declared dependencies, the README's commands."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGES = ("knowledge", "handlers", "bot")
TRAINING = ROOT / "knowledge" / "training"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = {"run": ["build"], "dev": ["build", "dev"], "train": ["build", "train"]}
"""Each lock with the dependency groups that it holds beside the project's own dependencies."""

NO_IMPORT = {"tzdata"}
"""A dependency that nothing imports by name: zoneinfo reads it where the system has no time zones."""


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """What ``command`` prints; where it fails, so does the test, with its words."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60)
    assert done.returncode == 0, f"{command[0]} exited {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-qq", "--no-index", "--no-deps", "--no-build-isolation", "-w", folder, ROOT)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder, far from the checkout, in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "pip", "install", "-qq", "--no-index", "--no-deps", "--no-compile", "--target", folder, wheel)
    return folder


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and not file.is_relative_to(TRAINING)
    }
    assert held == wanted
    assert {"knowledge/plan/lexicon.yaml", "knowledge/plan/counties/wuxi.yaml", "handlers/texts/zh.yaml", "bot/cli.py"} <= held


def test_an_installed_wheel_finds_its_knowledge_and_texts(elsewhere: Path, tmp_path: Path) -> None:
    look = f"""
import sys
sys.path.insert(0, {str(elsewhere)!r})
import bot, handlers, knowledge
from pathlib import Path
from knowledge.loading import load
folder = Path({str(elsewhere)!r})
for package in (bot, handlers, knowledge):
    assert Path(package.__file__).is_relative_to(folder), package.__file__
for language in ("zh", "en"):
    assert (Path(handlers.__file__).parent / "texts" / f"{{language}}.yaml").is_file(), language
print(len(load().counties))
"""
    assert run(sys.executable, "-I", "-X", "utf8", "-c", look, cwd=tmp_path) == "38\n"


def test_an_installed_command_answers(elsewhere: Path, tmp_path: Path) -> None:
    env = {"PYTHONPATH": str(elsewhere), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONUTF8": "1"}
    run(elsewhere / "bin" / "jiedui", "check", cwd=tmp_path, env=env)
    assert "巫溪" in run(elsewhere / "bin" / "jiedui", "recommend", "我们是泰安的养老服务机构", cwd=tmp_path, env=env)


def pins(lock: str) -> dict[str, str]:
    """Name → version of everything in a lock; fails where a line is not a pinned requirement with its hashes."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")
    found = {}
    for entry in re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines():
        name, version, rest = re.fullmatch(r"([a-z0-9-]+)==([^ ;]+)( .*)", entry).groups()  # type: ignore[union-attr]
        assert re.fullmatch(r"( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+", rest), f"{lock}: {name} has no hashes"
        found[name] = version
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_place(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")
    assert not re.search(r"/|@|^\s*-(?!-hash=)", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_answers_pyproject(lock: str) -> None:
    pinned = pins(lock)
    groups = PROJECT["dependency-groups"]
    for line in [*PROJECT["project"]["dependencies"], *(line for group in LOCKS[lock] for line in groups[group])]:
        wanted = Requirement(line)
        version = pinned.get(canonicalize_name(wanted.name))
        assert version, f"{wanted.name} is missing in {lock}: make lock"
        assert wanted.specifier.contains(version), f"{wanted} but {lock} holds {version}: make lock"


@pytest.mark.parametrize("lock", ["dev", "train"])
def test_locks_agree_so_that_one_venv_serves_all(lock: str) -> None:
    run_pins, others = pins("run"), pins(lock)
    assert {name: others.get(name) for name in run_pins} == run_pins


def imported(folder: Path, besides: Path | None = None) -> set[str]:
    """The top-level modules imported anywhere in ``folder``, without the standard library and our own packages."""
    names = set()
    for file in folder.rglob("*.py"):
        if besides and file.is_relative_to(besides):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - set(PACKAGES)


def test_the_dependencies_are_those_that_the_code_imports() -> None:
    homes = packages_distributions()
    used = {
        canonicalize_name(homes[module][0]) for package in PACKAGES for module in imported(ROOT / package, besides=TRAINING)
    }
    declared = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    assert used == declared - NO_IMPORT


def shown_commands() -> set[str]:
    """The ``make …`` commands that the README shows in code."""
    readme = (ROOT / "README.md").read_text("utf-8")
    code = re.findall(r"^```.*?^```|^ {4}[^\n]*|`[^`\n]+`", readme, re.MULTILINE | re.DOTALL)
    return {target for piece in code for target in re.findall(r"\bmake ([a-z]+)\b", piece)}


def offered_commands() -> set[str]:
    """The commands that ``make help`` lists."""
    return set(re.findall(r"^([a-z]+):.* ## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_the_readme_shows_every_command_and_no_other() -> None:
    assert shown_commands() == offered_commands() - {"help"}


def test_the_readme_lists_each_dependency_and_no_other() -> None:
    section = (ROOT / "README.md").read_text("utf-8").partition("\n## Dependencies\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| *([A-Za-z][^|]*?) *\|", section, re.MULTILINE)
    listed = {canonicalize_name(name) for cell in cells[1:] for name in re.sub(r"\(.*?\)", "", cell).replace(",", " ").split()}
    assert listed == {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}


def test_ci_runs_the_test_command() -> None:
    assert (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1] == "exec make test"
    assert "test" in offered_commands()
