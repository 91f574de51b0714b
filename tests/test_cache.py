"""The copies that make the next start quick: a cache that cannot be used is no cache, and never stands in the way."""

from __future__ import annotations

import os
import pickle
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from bot.settings import Secret
from handlers.texts import Texts
from knowledge import cache
from knowledge.base import KnowledgeBase
from knowledge.faults import FaultyBase
from knowledge.records.migrations import migrations
from knowledge.records.store import Store
from knowledge.understanding import Reader


def copied(source: Path, text: str) -> str:
    """What comes of a copy of ``source`` for which ``text`` would be made."""
    return cache.copied("test", [source], bytes.decode, str.encode, lambda: text)


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


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one copy of the base that a first start has left."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache.load()
    (copy,) = (tmp_path / "jiedui").iterdir()
    return copy


def test_the_copy_of_the_base_says_what_the_files_say_and_reads_as_well(
    kept: Path, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("knowledge.loading.load")  # what is read now is the copy
    copy = cache.load()
    assert kept.exists()
    assert copy == base
    for text in ("我们是泰安的养老服务机构,不去城口", "wushan xian de laoren", "Teachers from Jinan for Pengshui"):
        assert Reader(copy).read(text) == Reader(base).read(text)


@pytest.mark.parametrize("damaged", [b"", b"1234", b"a copy that is cut off"], ids=["empty", "its sum alone", "cut off"])
def test_a_copy_that_is_cut_off_is_made_anew(kept: Path, damaged: bytes) -> None:
    whole = kept.read_bytes()
    kept.write_bytes(damaged)
    assert cache.load().counties["wuxi"].needs
    assert len(kept.read_bytes()) == len(whole)


@pytest.mark.parametrize("called", [os.mkdir, msgspec.convert, Secret, Store, Path], ids=lambda one: one.__name__)
def test_a_copy_that_somebody_put_there_runs_nothing(kept: Path, tmp_path: Path, called: Callable[..., object]) -> None:
    """Neither what Python brings nor a function of a library, nor a type of ours that has no place in the base."""

    class Wicked:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return called, (str(tmp_path / "run"),)

    whole = kept.read_bytes()
    content = pickle.dumps(Wicked())
    kept.write_bytes(zlib.crc32(content).to_bytes(4) + content)
    with pytest.raises(ValueError, match="has no place in a copy"):
        cache._unpacked(kept.read_bytes())
    assert cache.load().counties["wuxi"].needs
    assert not (tmp_path / "run").exists()
    assert len(kept.read_bytes()) == len(whole)


def test_a_new_database_is_the_same_whether_its_schema_was_kept_or_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    schemas = []
    for _ in range(2):
        with closing(Store(Path(":memory:"), channel="terminal")) as store:
            schemas.append([tuple(row) for row in store.all("SELECT type, name, sql FROM sqlite_master ORDER BY name")])
        monkeypatch.setattr(migrations, "apply", None)  # the second time they are not gone through
    assert schemas[0] == schemas[1]
    assert len(schemas[0]) > 30
