"""Checking plain data against types: every fault at once, each with its key, in words for people who edit the files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct

from knowledge.checking import Unfit, Wrong, fit

GROUP = "must hold keys, each with a value"


def no_dots(text: str) -> bool:
    return "." not in text


def by_commas(data: object) -> object:
    return data.split(",") if isinstance(data, str) else data


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where something was found."""

    title: Annotated[str, Meta(min_length=1, max_length=8)]
    url: Annotated[str, Meta(pattern=r"^https?://\S+$", description="an address")] | None = None


class Need(Struct, frozen=True, forbid_unknown_fields=True):
    """Of every kind of value that the files hold, one."""

    id: str
    source: Source
    basis: Literal["gap", "chance"] = "gap"
    year: Annotated[int, Meta(ge=1990, le=2100)] = 2026
    count: int = 0
    sourced: bool = True
    confirmed: dt.date | None = None
    english: Annotated[str, Meta(description="without dots", extra={"holds": no_dots})] = ""
    words: Annotated[tuple[str, ...], Meta(extra={"before": by_commas})] = ()
    groups: Mapping[str, Source] | None = None


LEAST = {"id": "a", "source": {"title": "甲"}}


def faults(data: object, kind: type = Need) -> tuple[Wrong, ...]:
    """What is wrong with it."""
    with pytest.raises(Unfit) as told:
        fit(data, kind)
    return told.value.wrong


def test_plain_data_becomes_what_it_is_meant_to_be() -> None:
    source = {"title": " 人民网\n", "url": "https://example.org/"}
    more = {"confirmed": dt.date(2026, 6, 1), "words": ["甲 ", "乙"], "groups": {"one": source}}
    assert fit({**LEAST, **more}, Need) == Need(
        "a",
        Source("甲"),
        confirmed=dt.date(2026, 6, 1),
        words=("甲", "乙"),
        groups={"one": Source("人民网", "https://example.org/")},
    )
    assert fit({"one": source}, dict[str, Source]) == {"one": Source("人民网", "https://example.org/")}


@pytest.mark.parametrize(
    ("name", "data", "meant"),
    [
        ("year", "1990", 1990),
        ("year", 2100.0, 2100),
        ("count", "-3", -3),
        ("sourced", "false", False),
        ("confirmed", "2026-06-01", dt.date(2026, 6, 1)),
        ("confirmed", None, None),
        ("words", "甲, 乙", ("甲", "乙")),
        ("words", [], ()),
        ("english", " no dots ", "no dots"),
    ],
)
def test_what_stands_between_quotes_or_among_blanks_counts(name: str, data: object, meant: object) -> None:
    assert getattr(fit({**LEAST, name: data}, Need), name) == meant


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("id", None, "must be a text"),
        ("id", ["a"], "must be a text"),
        ("id", 2026, "must be a text: put it between quotes"),
        ("id", dt.date(2026, 6, 1), "must be a text: put it between quotes"),
        ("source", "甲", GROUP),
        ("source", None, GROUP),
        ("basis", "need", "must be one of: chance, gap"),
        ("basis", ["gap"], "must be one of: chance, gap"),
        ("year", 1989, "must be 1990 to 2100"),
        ("year", "2101", "must be 1990 to 2100"),
        ("year", "about 2026", "must be a whole number"),
        ("year", 2026.5, "must be a whole number"),
        ("year", True, "must be a whole number"),
        ("count", {}, "must be a whole number"),
        ("sourced", "perhaps", "must be true or false"),
        ("sourced", 2, "must be true or false"),
        ("confirmed", "soon", "must be a date, like 2026-12-31"),
        ("confirmed", dt.datetime(2026, 6, 1, tzinfo=dt.UTC), "must be a date, like 2026-12-31"),
        ("english", "a dot.", "not written as it must be: without dots"),
        ("words", {"zh": "甲"}, "must be a list"),
        ("groups", ["one"], GROUP),
        ("colour", "red", "this key is not known here"),
    ],
)
def test_a_fault_is_told_in_plain_words(name: str, data: object, message: str) -> None:
    assert faults({**LEAST, name: data}) == (Wrong((name,), message),)


@pytest.mark.parametrize(
    ("data", "key", "message"),
    [
        ({"title": " "}, "title", "must have at least 1 character"),
        ({"title": "九" * 9}, "title", "must have at most 8 characters"),
        ({"title": "甲", "url": "ftp://example.org"}, "url", "not written as it must be: an address"),
        ({}, "title", "this key is missing"),
        ({"title": "甲", 7: "x"}, "7", "this key is not known here"),
    ],
)
def test_a_fault_further_inside_is_told_with_the_way_to_it(data: dict[Any, object], key: str, message: str) -> None:
    assert faults({**LEAST, "groups": {"one": data}}) == (Wrong(("groups", "one", key), message),)


def test_every_fault_is_told_at_once() -> None:
    spoilt = {"source": {"title": "", "when": 1}, "year": "soon", "words": ["a", 1], "groups": {3: {"title": "甲"}}}
    wrong = faults(spoilt)
    assert set(wrong) == {
        Wrong(("id",), "this key is missing"),
        Wrong(("source", "title"), "must have at least 1 character"),
        Wrong(("source", "when"), "this key is not known here"),
        Wrong(("year",), "must be a whole number"),
        Wrong(("words", 1), "must be a text: put it between quotes"),
        Wrong(("groups", "3"), "must be a text: put it between quotes"),
    }
    assert len(wrong) == 6


def test_a_fault_says_itself_where_nobody_sorts_it() -> None:
    with pytest.raises(Unfit, match=r"^source\.title: this key is missing$"):
        fit({"id": "a", "source": {}}, Need)


@pytest.mark.parametrize("kind", [float, bytes, Annotated[int, Meta(ge=1)], int | str])
def test_a_type_that_is_not_known_is_a_mistake_of_ours(kind: type) -> None:
    with pytest.raises(TypeError, match="no file holds"):
        fit(1, kind)
