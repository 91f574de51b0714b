"""Moments as people write them, in both languages, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.clock import in_shanghai
from knowledge.moments import NoMoment, read
from tests.talk import MONDAY

READ = {
    "明天9点": "06-02 09:00",
    "明天上午9点半": "06-02 09:30",
    "明早八点": "06-02 08:00",
    "今晚8点": "06-01 20:00",
    "后天15:00": "06-03 15:00",
    "今天下午3点": "06-01 15:00",
    "下周一9点": "06-08 09:00",
    "周五 9:00": "06-05 09:00",
    "11月30日 15:00": "11-30 15:00",
    "11月30日下午3点": "11-30 15:00",
    "十一月三十日十五点": "11-30 15:00",
    "2026-12-01 09:00": "12-01 09:00",
    "2026年12月1日9点": "12-01 09:00",
    "１２月１日　９：００": "12-01 09:00",
    "12月1日": "12-01 09:00",
    "3天后": "06-04 10:00",
    "2小时后": "06-01 12:00",
    "明天下午": "06-02 15:00",
    "今晚": "06-01 19:00",
    "明天中午": "06-02 12:00",
    "明天晚上12点": "06-03 00:00",
    "今晚12点半": "06-02 00:30",
    "今晚0点": "06-02 00:00",
    "今天夜里11点": "06-01 23:00",
    "明天深夜": "06-02 23:00",
    "明天夜里12点": "06-03 00:00",
    "明天凌晨12点": "06-02 00:00",
    "tomorrow afternoon": "06-02 15:00",
    "Friday noon": "06-05 12:00",
    "11:00": "06-01 11:00",
    "tomorrow 9:00": "06-02 09:00",
    "tomorrow at 9 pm": "06-02 21:00",
    "the day after tomorrow 9:00": "06-03 09:00",
    "next Monday 9:00": "06-08 09:00",
    "Friday 3pm": "06-05 15:00",
    "Nov 30 15:00": "11-30 15:00",
    "November 30th, 9:00": "11-30 09:00",
    "in 2 hours": "06-01 12:00",
}


@pytest.mark.parametrize("text", READ)
def test_a_moment_is_read_in_chongqings_time(text: str) -> None:
    found = read(text, MONDAY)
    assert isinstance(found, int), found
    assert in_shanghai(found).strftime("%m-%d %H:%M") == READ[text]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "unclear"), ("哈哈", "unclear"), ("昨天9点", "past"), ("明天25点", "unclear"), ("2026-13-01 9:00", "none"),
        ("2月30日 9:00", "none"), ("明天9点开会", "unclear"), ("9:00", "past"), ("今天9点", "past"), ("5月1日 9:00", "past"),
        ("2025-12-01 9:00", "past"), ("今晚1点", "unclear"), ("yesterday", "past"), ("4月31日", "none"),
        ("2027-08-01 9:00", "far"),
    ],
)  # fmt: skip
def test_what_is_no_moment_to_come_says_why(text: str, why: str) -> None:
    found = read(text, MONDAY)
    assert isinstance(found, NoMoment)
    assert found.why == why
    assert (found.at is None) == (why in {"unclear", "none"})


def test_a_day_long_gone_by_is_meant_of_next_year() -> None:
    december = MONDAY + 190 * 86400
    found = read("1月5日 9:00", december)
    assert isinstance(found, int)
    assert in_shanghai(found).strftime("%Y-%m-%d") == "2027-01-05"


def test_a_day_that_next_year_does_not_have_is_no_day() -> None:
    assert read("2月29日", MONDAY + 913 * 86400) == NoMoment("none")  # 30 November 2028


@given(st.text(alphabet="0123456789:月日点周下明后天年-/ amp三十半", max_size=20))
def test_whatever_is_read_lies_ahead(text: str) -> None:
    found = read(text, MONDAY)
    assert isinstance(found, NoMoment) or found > MONDAY
