"""The knowledge base, quickly: the files that were found without fault the last time are not parsed and checked again.

The copy is one JSON file in the user's cache folder, named by the hash of every file it was made from (the YAML and the code
that reads it). Any change makes another name, so a faulty base is never served; without a writable cache folder it is simply
read anew each time. Parsing YAML takes most of the start-up otherwise.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from knowledge import base as base_module
from knowledge.base import PLAN, KnowledgeBase

CODE = ("base.py", "lexicon.py", "loading.py", "text.py")


def load(path: Path = PLAN) -> KnowledgeBase:
    """The knowledge base at ``path``. Raises FaultyBase with every fault found."""
    copy = _folder() / f"base-{_fingerprint(path)}.json"
    try:
        return KnowledgeBase.model_validate_json(copy.read_bytes())
    except (OSError, ValueError):  # not there yet, or cut off
        from knowledge import loading

        base = loading.load(path)
        _keep(copy, base.model_dump_json())
        return base


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jiedui"


def _fingerprint(path: Path) -> str:
    digest = hashlib.sha256()
    code = Path(base_module.__file__).parent
    for file in [*(code / name for name in CODE), *sorted(path.glob("*.yaml")), *sorted(path.glob("counties/*.yaml"))]:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)} ".encode() + content)
    return digest.hexdigest()[:32]


def _keep(copy: Path, content: str) -> None:
    """Write the copy in one piece and drop older ones; a cache that cannot be written is no cache."""
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=copy.parent, delete=False, encoding="utf-8") as file:
            file.write(content)
        Path(file.name).replace(copy)
        for old in copy.parent.glob("base-*.json"):
            if old != copy:
                old.unlink()
    except OSError:
        return
