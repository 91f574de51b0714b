"""Time, from one place: everything that asks what time it is asks a Clock."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE, HOUR, DAY = 60, 3600, 86400


class Clock(Protocol):
    """Tells the time in whole seconds since 1970 (UTC)."""

    def now(self) -> int:
        """The present second."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """The present second."""
        return int(time.time())


class MovableClock:
    """The machine's clock and an offset that can be moved forward: the terminal's and the tests' clock."""

    def __init__(self, offset: int = 0, *, frozen_at: int | None = None) -> None:
        self.offset, self._frozen_at = offset, frozen_at

    def now(self) -> int:
        """The present second, as moved."""
        return (int(time.time()) if self._frozen_at is None else self._frozen_at) + self.offset

    def move(self, seconds: int) -> None:
        """Move forward (or, in a test, back)."""
        self.offset += seconds


SYSTEM_CLOCK = SystemClock()


def in_shanghai(second: int) -> datetime:
    """The second as people in Chongqing read it."""
    return datetime.fromtimestamp(second, SHANGHAI)


QUIET_FROM, QUIET_UNTIL, WEEK_BEGINS = 21, 8, 9
"""Hours in Chongqing: from when and until when nobody is disturbed, and when the week begins."""
SATURDAY = 5


def is_quiet(second: int) -> bool:
    """Whether people in Chongqing are not to be disturbed now."""
    return not QUIET_UNTIL <= in_shanghai(second).hour < QUIET_FROM


def working(second: int) -> int:
    """The first moment from ``second`` on at which people may be reminded: 8:00 after a night, Monday 9:00 after a weekend."""
    at = in_shanghai(second)
    morning = at.replace(hour=QUIET_UNTIL, minute=0, second=0)
    if at.weekday() < SATURDAY and at.hour >= QUIET_FROM:
        at = morning = morning + timedelta(days=1)
    if at.weekday() >= SATURDAY:
        monday = morning + timedelta(days=7 - at.weekday())
        return int(monday.replace(hour=WEEK_BEGINS).timestamp())
    return int(max(at, morning).timestamp())
