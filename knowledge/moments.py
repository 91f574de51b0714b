"""Moments as people write them: 明天9点, 11月30日 15:00, 2026-12-01 09:00, tomorrow 9:00. Always Chongqing's time."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from knowledge.clock import SHANGHAI, in_shanghai

MORNING = time(9)
"""The hour of a day without one."""
FAR = timedelta(days=180)
"""A day of this year that lies so far back is meant to be next year's."""
AHEAD = timedelta(days=366)
"""Further ahead than this, a slip is likelier."""
NUMERALS = {one: value for value, one in enumerate("〇一二三四五六七八九十")} | {"零": 0, "两": 2, "廿": 20}
WEEKDAYS = {one: at for at, one in enumerate("一二三四五六")} | {"日": 6, "天": 6}
DAYS_EN = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS_EN = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
RELATIVE = {"前天": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "yesterday": -1,
            "今天": 0, "今日": 0, "今晚": 0, "明天": 1, "明日": 1, "明早": 1, "明晚": 1, "后天": 2, "大后天": 3,
            "today": 0, "tonight": 0, "tomorrow": 1, "day after tomorrow": 2}  # fmt: skip
AFTERNOON = ("下午", "晚上", "夜里", "深夜", "傍晚", "中午", "pm", "tonight", "evening", "afternoon", "noon")
NIGHT = ("晚上", "夜里", "深夜", "tonight", "evening")
"""With twelve o'clock the day ends; one to four are not said of an evening."""
PARTS = {"下午": time(15), "afternoon": time(15), "中午": time(12), "noon": time(12), "傍晚": time(18), "晚上": time(19),
         "夜里": time(21), "深夜": time(23), "evening": time(19)}  # fmt: skip
"""The hour of a part of the day that is named without one."""

RELATIVE_DAY = re.compile("|".join(sorted(RELATIVE, key=len, reverse=True)))
LATER = re.compile(
    r"(?:in\s*)?(\d+)\s*(?:个)?(分钟|小时|天|周|星期|min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?)\s*(?:之?后|以后|later)?"
)
UNITS = {"分": timedelta(minutes=1), "小": timedelta(hours=1), "天": timedelta(days=1), "周": timedelta(weeks=1),
         "星": timedelta(weeks=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1),
         "w": timedelta(weeks=1)}  # fmt: skip
FULL_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
SHORT_DATE = re.compile(r"(\d{1,2})\s*(?:月|[-/])\s*(\d{1,2})\s*[日号]?")
MONTHS = "|".join(MONTHS_EN)
EN_DATE = re.compile(
    rf"(?:({MONTHS})[a-z]*\.?\s+(\d{{1,2}})|(\d{{1,2}})\s+({MONTHS})[a-z]*\.?)(?:st|nd|rd|th)?(?:,?\s+(\d{{4}}))?"
)
WEEKDAY = re.compile(r"(下个?|这个?|本)?\s*(?:周|星期|礼拜)\s*([一二三四五六日天])")
EN_WEEKDAY = re.compile(rf"(next\s+|this\s+)?\b({'|'.join(DAYS_EN)})[a-z]*\b")
CLOCK = re.compile(r"(\d{1,2})\s*(?::\s*(\d{2})|[点时]\s*(?:(\d{1,2})\s*分?|(半)|(一刻)|(三刻)|整)?|\s*(?=[ap]m))")
FILLING = re.compile(
    r"上午|下午|早上|早晨|晚上|夜里|深夜|中午|傍晚|凌晨|[早晚]|evening|afternoon|morning|noon|am|pm|at|on|the|(?:周|星期)[一二三四五六日天]"
    r"|[\s,，。.、的在于钟整t]"
)
"""What may stand beside day and hour."""


class NoMoment(Struct, frozen=True):
    """Why a text is no moment to come: ``unclear``, ``none`` (no such day), ``past`` or ``far``.

    ``at``: the moment that was understood.
    """

    why: str
    at: int | None = None


def read(text: str, now: int, *, without_hour: time = MORNING) -> int | NoMoment:
    """The moment that a text names, in seconds, at least a minute from now; or why it is none."""
    plain = _plain(text)
    here = in_shanghai(now)
    if later := LATER.fullmatch(plain):
        return _checked(here + int(later[1]) * UNITS[later[2][0]], here)
    try:
        day, rest, roll = _day(plain, here.date())
    except ValueError:
        return NoMoment("none")
    hour = _hour(rest)
    if isinstance(hour, NoMoment) or (hour is None and day is None):
        return NoMoment("unclear")
    if hour is None:
        without_hour = next((at for part, at in PARTS.items() if part in rest), without_hour)
    left = CLOCK.sub("", rest) if hour else rest
    if FILLING.sub("", left):
        return NoMoment("unclear")
    try:
        at = datetime.combine(day or here.date(), without_hour if hour is None else hour, SHANGHAI)
        if hour is not None and hour.hour == 0 and any(word in rest for word in NIGHT):
            at += timedelta(days=1)
    except (ValueError, OverflowError):
        return NoMoment("unclear")
    if roll and here - at > FAR:
        try:
            at = at.replace(year=at.year + 1)
        except ValueError:  # 29 February
            return NoMoment("none")
    return _checked(at, here)


def _plain(text: str) -> str:
    """Half-width, lower case, Chinese numerals as digits before a unit."""
    plain = unicodedata.normalize("NFKC", text).strip().lower().replace("：", ":")
    return re.sub(r"[〇零一二三四五六七八九十两廿]+(?=\s*(?:点|时|月|日|号|分|天|小时|周后|个))", _digits, plain)


def _digits(found: re.Match[str]) -> str:
    words = found[0]
    if "十" not in words:
        return "".join(str(NUMERALS[one]) for one in words)
    tens, _, ones = words.partition("十")
    return str((NUMERALS[tens] if tens else 1) * 10 + (NUMERALS[ones] if ones else 0))


def _day(plain: str, today: date) -> tuple[date | None, str, bool]:
    """The day that a text names, what is left of the text, and whether its year was only supposed. ValueError: no such day."""
    if found := FULL_DATE.search(plain):
        return date(int(found[1]), int(found[2]), int(found[3])), _without(plain, found), False
    if found := EN_DATE.search(plain):
        month = MONTHS_EN.index(found[1] or found[4]) + 1
        year = int(found[5] or today.year)
        return date(year, month, int(found[2] or found[3])), _without(plain, found), not found[5]
    if found := SHORT_DATE.search(plain):
        return date(today.year, int(found[1]), int(found[2])), _without(plain, found), True
    if found := RELATIVE_DAY.search(plain):
        day = today + timedelta(days=RELATIVE[found[0]])
        kept = "晚上" if found[0] in {"昨晚", "今晚", "明晚", "tonight"} else ""
        return day, kept + _without(plain, found), False
    if found := WEEKDAY.search(plain):
        return _weekday(today, WEEKDAYS[found[2]], next_week=(found[1] or "").startswith("下")), _without(plain, found), False
    if found := EN_WEEKDAY.search(plain):
        wanted = DAYS_EN.index(found[2])
        return _weekday(today, wanted, next_week=(found[1] or "").startswith("next")), _without(plain, found), False
    return None, plain, False


def _weekday(today: date, wanted: int, *, next_week: bool) -> date:
    """The next such day; of the week to come, if that was said."""
    monday = today - timedelta(days=today.weekday())
    if next_week:
        return monday + timedelta(days=7 + wanted)
    return today + timedelta(days=(wanted - today.weekday()) % 7)


def _without(plain: str, found: re.Match[str]) -> str:
    return f"{plain[: found.start()]} {plain[found.end() :]}"


def _hour(rest: str) -> time | NoMoment | None:
    """The hour that a text names; None where it names none."""
    found = CLOCK.search(rest)
    if found is None:
        return None
    hour = int(found[1])
    minute = int(found[2] or found[3] or (30 if found[4] else 15 if found[5] else 45 if found[6] else 0))
    night = any(word in rest for word in NIGHT)
    if night and 0 < hour < 5:
        return NoMoment("unclear")
    if any(word in rest for word in AFTERNOON) and 0 < hour < 12 and not ("中午" in rest and hour >= 10):
        hour += 12
    elif hour == 12 and (night or "凌晨" in rest or "am" in rest):
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else NoMoment("unclear")


def _checked(at: datetime, here: datetime) -> int | NoMoment:
    second = int(at.replace(second=0, microsecond=0).timestamp())
    if at - here > AHEAD:
        return NoMoment("far", second)
    return second if second > here.timestamp() else NoMoment("past", second)
