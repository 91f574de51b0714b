"""Copies of what was worked out from the files that ship with Jiedui, so that the next start is quick.

A copy is a file in the user's cache folder, named by the hash of every file it was made from (the YAML and the code that reads
it). Any change makes another name, so a faulty base is never served; without a writable cache folder everything is simply read
anew each time. Parsing and checking YAML takes most of the start-up otherwise, and then making the tables of the reader.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from msgspec import __version__ as msgspec_version

from knowledge import base as base_module
from knowledge.base import PLAN, KnowledgeBase

T = TypeVar("T")
OURS = ("knowledge.base", "knowledge.lexicon", "knowledge.likeness", "knowledge.reading.")
"""The modules whose types a copy of the base is made of."""
PLAIN = {("builtins", "list"), ("datetime", "date"), ("collections", "defaultdict"), ("re", "_compile")}
"""What else it holds."""


def load(path: Path = PLAN) -> KnowledgeBase:
    """The knowledge base at ``path``, its tables for reading made. Raises FaultyBase with every fault found."""

    def anew() -> KnowledgeBase:
        from knowledge import loading

        base = loading.load(path)
        _ = base.evidence, base.likeness
        return base

    code = Path(base_module.__file__).parent
    sources = [file for kind in ("*.py", "reading/*.py", "reading/*.txt") for file in sorted(code.glob(kind))]
    entries = [file for kind in ("*.yaml", "counties/*.yaml") for file in sorted(path.glob(kind))]
    return copied(f"base-{sys.hexversion:x}-{msgspec_version}", [*sources, *entries], _unpacked, _packed, anew)


def copied(
    name: str, files: Iterable[Path], read: Callable[[bytes], T], write: Callable[[T], bytes], make: Callable[[], T]
) -> T:
    """What ``read`` finds in the copy called ``name``, as long as ``files`` are as they were; else what ``make`` makes anew.

    ``read`` raises ValueError for a copy that is cut off.
    """
    try:
        copy = folder() / f"{name}-{_fingerprint(files)}"
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


def _keep(copy: Path, name: str, content: bytes) -> None:
    """Write the copy in one piece and drop older ones; a cache that cannot be written is no cache."""
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=copy.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(copy)
        for old in copy.parent.glob(f"{name}-*"):
            if old != copy:
                old.unlink()
    except OSError:
        return


class _Unpickler(pickle.Unpickler):
    """Makes objects of our own types only: whoever can write into the cache folder must not run anything by it."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in PLAIN or module.startswith(OURS):
            found = super().find_class(module, name)
            if (module, name) in PLAIN or (isinstance(found, type) and found.__module__ == module):
                return found
        raise ValueError(f"{module}.{name} has no place in a copy")


def _packed(base: KnowledgeBase) -> bytes:
    content = pickle.dumps((base, base.evidence, base.likeness), pickle.HIGHEST_PROTOCOL)
    return zlib.crc32(content).to_bytes(4) + content


def _unpacked(copy: bytes) -> KnowledgeBase:
    if zlib.crc32(copy[4:]).to_bytes(4) != copy[:4]:
        raise ValueError("a copy that is cut off")
    base: KnowledgeBase
    base, evidence, likeness = _Unpickler(io.BytesIO(copy[4:])).load()
    vars(base).update(evidence=evidence, likeness=likeness)  # what a Struct has worked out is no part of its own pickle
    return base
