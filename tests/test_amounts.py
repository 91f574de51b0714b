"""Numbers as people write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.amounts import MOST, NoAmount, amount

NUMBERS = {
    "300": 300, "1,200": 1200, "1，200": 1200, "12,345,678": 12_345_678, "３００": 300, "300人": 300, "约300人": 300,
    "大概 300 名": 300, "300多人": 300, "三百": 300, "三百五": 350, "三百零五": 305, "三百五十": 350, "两百多": 200,
    "一千二": 1200, "两千": 2000, "十": 10, "十五": 15, "二十": 20, "五": 5, "一万二": 12_000, "一万二千": 12_000,
    "3万": 30_000, "3 万元": 30_000, "1.2万元": 12_000, "1.2万": 12_000, "３．５万": 35_000, "三点五万": 35_000, "3万5": 35_000,
    "3万5千": 35_000, "3万5000": 35_000, "一万零五": 10_005, "一万零五百": 10_500, "1亿": 100_000_000,
    "一亿两千万": 120_000_000, "1.5亿元": 150_000_000, "12k": 12_000, "3w": 30_000, "3W元": 30_000, "¥3万": 30_000,
    "￥1,200": 1200, "RMB 12,000": 12_000, "12,000 yuan": 12_000, "3 thousand": 3000, "2 million yuan": 2_000_000,
    "about 40 people": 40, "人民币五万元整": 50_000, "叁万伍仟元整": 35_000, "貳百": 200, "1234.5元": 1234, "0": 0, "没有": 0,
    "无": 0, "零": 0, "none": 0, "20万块钱": 200_000, "二零二六": 2026, "共 80 人次": 80,
    "五十来人": 50, "一百三十人左右。": 130, "2.5 million": 2_500_000, "三万余元": 30_000,
}  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_read_as_it_was_meant(text: str) -> None:
    assert amount(text) == NUMBERS[text]


@pytest.mark.parametrize(
    "text",
    ["不知道", "不清楚", "还不清楚", "未知", "还没统计", "说不准", "unknown", "Don't know", "not sure", "n/a", "?", "？？"],
)
def test_what_nobody_knows_is_no_number(text: str) -> None:
    assert amount(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "none"), ("很多", "none"), ("三五成群", "two"), ("abc", "none"), ("一些物资", "none"), ("轮椅20台和米面", "none"),
        ("3-5万", "two"), ("300到500", "two"), ("三百至五百", "two"),
        ("五六", "two"),
        ("三五万", "two"), ("十五六", "two"), ("两三百", "two"), ("几十", "none"), ("十几个", "none"), ("300~500人", "two"),
        ("20、30", "two"), ("200 300", "two"),
        ("-5", "negative"), ("负三百", "negative"), ("2.5人", "fraction"), ("0.5", "fraction"), ("99999999999999", "large"),
        ("万", "none"), ("百", "none"), ("🙂", "none"), ("1.2.3", "none"),
    ],
)  # fmt: skip
def test_what_is_no_whole_number_says_why(text: str, why: str) -> None:
    with pytest.raises(NoAmount) as caught:
        amount(text)
    assert caught.value.why == why


def test_a_text_that_is_slow_to_take_apart_holds_nobody_up() -> None:
    begun = time.perf_counter()
    assert why_not("1" + "+" * 4000 + "一") == "none"
    assert time.perf_counter() - begun < 0.5


@given(st.integers(0, MOST))
def test_every_number_is_read_back(number: int) -> None:
    assert amount(str(number)) == number
    assert amount(f"{number:,}元") == number


def why_not(text: str) -> str:
    """Why a text is no number; empty where it is one."""
    try:
        found = amount(text)
    except NoAmount as error:
        return error.why
    return "" if found is None or 0 <= found <= MOST else "out of bounds"


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_says_why_not(text: str) -> None:
    assert why_not(text) in {"", "none", "two", "negative", "fraction", "large"}


@given(st.lists(st.sampled_from([*"0123456789,.-一二三五十百千万亿两零点多余元人约 kwm", "million"]), max_size=8))
def test_any_heap_of_figures_is_a_number_or_says_why_not(parts: list[str]) -> None:
    assert why_not("".join(parts)) in {"", "none", "two", "negative", "fraction", "large"}
