"""The copies that make the next start quick: a cache that cannot be used is no cache, and never stands in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.texts import Texts
from knowledge import cache
from knowledge.faults import FaultyBase


def copied(source: Path, text: str) -> str:
    """What comes of a copy of ``source`` for which ``text`` would be made."""
    return cache.copied("test", [source], bytes.decode, str, lambda: text)


def test_a_copy_is_read_as_long_as_its_source_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = tmp_path / "source"
    source.write_text("1", "utf-8")
    assert [copied(source, "first"), copied(source, "second")] == ["first", "first"]
    source.write_text("2", "utf-8")
    assert copied(source, "third") == "third"
    assert len(list((tmp_path / "cache" / "jiedui").iterdir())) == 1


def test_a_user_without_a_home_reads_everything_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    source = tmp_path / "source"
    source.write_text("1", "utf-8")
    assert [copied(source, "first"), copied(source, "second")] == ["first", "second"]
    assert Texts()("zh", "edited")


def test_a_cache_that_is_a_file_is_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert copied(tmp_path / "cache", "made") == "made"


def test_a_base_with_a_file_that_cannot_be_read_is_told_as_faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "plan" / "tasks.yaml").mkdir(parents=True)
    with pytest.raises(FaultyBase, match="cannot be read"):
        cache.load(tmp_path / "plan")
