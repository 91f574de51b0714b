"""The commands for other programs: one JSON object a line in, one out, whatever comes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.jsonlines import answer_lines, recommendation, understanding
from knowledge.base import KnowledgeBase


@pytest.fixture(scope="module")
def read(base: KnowledgeBase) -> Any:
    return understanding(base)


@pytest.fixture(scope="module")
def rank(base: KnowledgeBase) -> Any:
    return recommendation(base, 2026)


def answers(answer: Any, *lines: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer_lines(lines, answer)]


def test_a_text_is_understood_as_ids_with_the_words_that_said_it(read: Any) -> None:
    [got] = answers(read, json.dumps({"id": "a", "text": "我们是泰安的养老服务机构"}).encode())
    assert got["id"] == "a"
    assert (got["fields"], got["origin"], got["org_kind"]) == (["elderly"], "山东/泰安", "service")
    assert (got["county"], got["intent"], got["resources"]) == ([], "find_counties", [])
    assert got["spans"]["origin"] == "泰安"


def test_the_order_of_the_lines_is_kept_and_bad_ones_are_answered(read: Any) -> None:
    lines = [
        b'{"id": 1, "text": "hello", "more": [1]}',
        b"{not json",
        b'{"id": 2}',
        b'{"id": 3, "text": 5}',
        b"[1, 2]",
        b'{"id": 4, "text": "\xff"}',
        b"   ",
        b'{"id": 5, "text": ""}',
    ]
    got = answers(read, *lines)
    assert [one["id"] for one in got] == [1, None, 2, 3, None, None, 5]
    assert ["error" in one for one in got] == [False, True, True, True, True, True, False]
    assert got[-1]["intent"] == "out_of_scope"


def test_a_lone_surrogate_is_answered_in_valid_utf_8(read: Any) -> None:
    [line] = answer_lines([b'{"id": "\\ud800", "text": "\\ud800 \\udc00"}'], read)
    assert json.loads(line.encode("utf-8"))["intent"] == "out_of_scope"


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_bytes_whatever_are_fatal(read: Any, line: bytes) -> None:
    for answered in answer_lines([line.replace(b"\n", b" ")], read):
        assert "id" in json.loads(answered)


@pytest.mark.parametrize(
    ("text", "state", "first", "never"),
    [
        ("我们是泰安的养老服务机构", {"covered": [], "trip": None, "named": []}, "wuxi", "yuzhong"),
        ("别推城口,去年去过,做茶叶", {"covered": [], "trip": None, "named": []}, None, "chengkou"),
        ("我们想做教育", {"named": ["shizhu"]}, "shizhu", "yuzhong"),
        ("卖脐橙的商会", {"trip": {"region": ["fengjie"], "theme": ["consumption"]}}, "fengjie", "yuzhong"),
        ("做健康的基金会", {"covered": ["wuxi", "chengkou", "youyang"]}, "pengshui", "yuzhong"),
        ("no state at all: we train doctors", None, None, "yuzhong"),
    ],
)
def test_counties_are_ranked_by_the_state_given(
    rank: Any, text: str, state: dict[str, Any] | None, first: str | None, never: str
) -> None:
    asked = {"id": "r", "text": text} | ({"state": state} if state is not None else {})
    [got] = answers(rank, json.dumps(asked).encode())
    assert len(got["ranked"]) >= 5
    assert never not in got["ranked"]
    assert first is None or got["ranked"][0] == first
    assert [pairing["county"] for pairing in got["pairings"]] == got["ranked"]
    assert got["tasks"]
    assert all(pairing["task"] and isinstance(pairing["reasons"], list) for pairing in got["pairings"])


@pytest.mark.parametrize(
    "state",
    [
        "x",
        [],
        {"covered": "wuxi"},
        {"trip": 5},
        {"named": {"a": 1}},
        {"trip": {"region": "x"}},
        {"trip": {"theme": 5}},
        {"covered": 0},
    ],
)
def test_a_state_of_another_form_is_answered_and_not_fatal(rank: Any, state: Any) -> None:
    [got] = answers(rank, json.dumps({"id": "r", "text": "教育", "state": state}).encode())
    assert got["id"] == "r"
    assert ("error" in got) == (state != [])


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "NaN", "-Infinity", "1e400"])
def test_a_number_that_json_does_not_have_is_answered_and_not_fatal(read: Any, number: str) -> None:
    [got] = answers(read, f'{{"id": {number}, "text": "教育"}}'.encode())
    assert got["error"].startswith("not JSON: no such number")


def test_a_mark_of_utf_8_before_the_first_line_is_no_fault(read: Any) -> None:
    [got] = answers(read, '{"id": 1, "text": "教育"}'.encode("utf-8-sig"))
    assert (got["id"], got["fields"]) == (1, ["education"])


def test_the_named_counties_of_the_state_take_the_place_of_the_text(rank: Any) -> None:
    asked = {"id": "r", "text": "想去云阳和奉节做教育", "state": {"named": ["wushan"]}}
    [got] = answers(rank, json.dumps(asked).encode())
    assert got["ranked"][0] == "wushan"


def test_named_counties_that_nobody_knows_leave_those_of_the_text(rank: Any) -> None:
    [got] = answers(rank, json.dumps({"id": "r", "text": "想去云阳做教育", "state": {"named": ["云阳", 5]}}).encode())
    assert got["ranked"][0] == "yunyang"


def test_no_sign_within_an_answer_ends_its_line(read: Any) -> None:
    [line] = answer_lines([json.dumps({"id": "\u2028", "text": "养\u2028老\x85"}).encode()], read)
    assert len(line.splitlines()) == 1
    assert json.loads(line)["id"] == "\u2028"
