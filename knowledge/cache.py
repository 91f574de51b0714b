"""Copies of what was worked out from the files that ship with Jiedui, so that the next start is quick.

A copy is a file in the user's cache folder, named by the hash of every file it was made from (the YAML and the code that reads
it). Any change makes another name, so a faulty base is never served; without a writable cache folder everything is simply read
anew each time. Parsing and checking YAML takes most of the start-up otherwise.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from knowledge import base as base_module
from knowledge.base import PLAN, KnowledgeBase

T = TypeVar("T")
CODE = ("base.py", "lexicon.py", "loading.py", "text.py")


def load(path: Path = PLAN) -> KnowledgeBase:
    """The knowledge base at ``path``. Raises FaultyBase with every fault found."""

    def anew() -> KnowledgeBase:
        from knowledge import loading

        return loading.load(path)

    code = Path(base_module.__file__).parent
    files = [*(code / name for name in CODE), *sorted(path.glob("*.yaml")), *sorted(path.glob("counties/*.yaml"))]
    return copied("base", files, KnowledgeBase.model_validate_json, KnowledgeBase.model_dump_json, anew)


def copied(name: str, files: Iterable[Path], read: Callable[[bytes], T], write: Callable[[T], str], make: Callable[[], T]) -> T:
    """What ``read`` finds in the copy called ``name``, as long as ``files`` are as they were; else what ``make`` makes anew.

    ``read`` raises ValueError for a copy that is cut off.
    """
    try:
        copy = folder() / f"{name}-{_fingerprint(files)}.json"
    except OSError:  # a file that cannot be read, which ``make`` tells of; a user without a home
        return make()
    try:
        return read(copy.read_bytes())
    except (OSError, ValueError):  # not there yet, or cut off
        made = make()
        _keep(copy, name, write(made))
        return made


def folder() -> Path:
    """Where copies are kept; it need not exist. Raises OSError where the user has no home."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jiedui"
    except RuntimeError as error:
        raise FileNotFoundError(str(error)) from error


def _fingerprint(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)} ".encode() + content)
    return digest.hexdigest()[:32]


def _keep(copy: Path, name: str, content: str) -> None:
    """Write the copy in one piece and drop older ones; a cache that cannot be written is no cache."""
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=copy.parent, delete=False, encoding="utf-8") as file:
            file.write(content)
        Path(file.name).replace(copy)
        for old in copy.parent.glob(f"{name}-*.json"):
            if old != copy:
                old.unlink()
    except OSError:
        return
