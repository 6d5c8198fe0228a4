"""付与時期, the award schedule: from when a use may be awarded (after hours, at month close, at a threshold)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from mynapoint.programme.values import tokyo_day, tokyo_midnight

Day = int | Literal["last"]
"""A day of a month that every month has: 1 to 28, or ``"last"``."""

HOURS_MAX = 8_784
MONTHS_MAX = 24
_INSTANT = timedelta(microseconds=1)


class MalformedSchedule(ValueError):
    """A ``[schedule]`` table that cannot be one: the key, and what to do."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key = key
        self.why = why


@dataclass(frozen=True, slots=True)
class AfterUse:
    """So many hours after each use (0 = at once).

    >>> AfterUse(hours=3).words("en")
    '3 hours after each use'
    >>> AfterUse(hours=720).words("en")
    '30 days after each use'
    """

    hours: int

    def matures_at(self, used_at: datetime) -> datetime:
        """Return the instant from which a use may be awarded."""
        return used_at + timedelta(hours=self.hours)

    def matured_before(self, as_of: datetime) -> datetime:
        """Return the instant such that exactly the uses before it have matured at ``as_of``."""
        return as_of - timedelta(hours=self.hours) + _INSTANT

    def words(self, language: str) -> str:
        """Say it in ``ja`` or ``en``."""
        if self.hours == 0:
            return "ご利用後すぐ" if language.startswith("ja") else "at once after each use"
        days, hours = divmod(self.hours, 24)
        number, ja, en = (days, "日", "day") if days > 1 and not hours else (self.hours, "時間", "hour")
        if language.startswith("ja"):
            return f"ご利用の{number}{ja}後"
        return f"{number} {en}{'s' if number > 1 else ''} after each use"

    def as_table(self) -> dict[str, str | int]:
        """Return the ``[schedule]`` table it was read from."""
        return {"kind": "after_use", "hours": self.hours}


@dataclass(frozen=True, slots=True)
class MonthClose:
    """All uses of a month together, on ``day`` of the month ``months`` later, from 00:00 in Tokyo.

    >>> MonthClose(months=1, day="last").opens_on(date(2022, 1, 31))
    datetime.date(2022, 2, 28)
    """

    months: int
    day: Day

    def opens_on(self, used_on: date) -> date:
        """Return the day on which the uses of ``used_on``'s month may be awarded."""
        return month_day(used_on, months=self.months, day=self.day)

    def matures_at(self, used_at: datetime) -> datetime:
        """Return the instant from which a use may be awarded; never before the use itself."""
        return max(used_at, tokyo_midnight(self.opens_on(tokyo_day(used_at))))

    def matured_before(self, as_of: datetime) -> datetime:
        """Return the instant such that exactly the uses before it have matured at ``as_of``."""
        today = tokyo_day(as_of)
        month = month_day(today, months=-self.months, day=1)
        closed = 1 if self.opens_on(month) <= today else 0
        return min(as_of + _INSTANT, tokyo_midnight(month_day(month, months=closed, day=1)))

    def words(self, language: str) -> str:
        """Say it in ``ja`` or ``en``."""
        if language.startswith("ja"):
            return f"毎月末で締めて、{'当月' if self.months == 0 else ''}{_when_ja(self.months, self.day)}に付与"
        return f"closed at each month's end, awarded on the {_day_en(self.day)} of {_month_en(self.months)}"

    def as_table(self) -> dict[str, str | int]:
        """Return the ``[schedule]`` table it was read from."""
        return {"kind": "month_close", "months": self.months, "day": self.day}


@dataclass(frozen=True, slots=True)
class Threshold:
    """Nothing until the uses together first fill the room; then everything, ``months`` after that month, on ``day``.

    Never reached: everything, ``months`` after the month in which earning ends, on ``day``.
    """

    months: int
    day: Day

    def opens_on(self, reached_on: date) -> date:
        """Return the day on which everything may be awarded when the sum was reached on ``reached_on``."""
        return month_day(reached_on, months=self.months, day=self.day)

    def matures_at(self, reached_at: datetime) -> datetime:
        """Return the instant from which everything may be awarded; never before the sum is reached."""
        return max(reached_at, tokyo_midnight(self.opens_on(tokyo_day(reached_at))))

    def matures_unreached_at(self, earning_until: date) -> datetime:
        """Return the instant from which a sum that was never reached is awarded; never before earning has ended."""
        ended_at = tokyo_midnight(earning_until + timedelta(days=1))
        return max(ended_at, tokyo_midnight(self.opens_on(earning_until)))

    def matured_before(self, as_of: datetime) -> datetime:
        """Return the instant such that a sum reached before it, and no other, has matured at ``as_of``."""
        return MonthClose(self.months, self.day).matured_before(as_of)

    def words(self, language: str) -> str:
        """Say it in ``ja`` or ``en``."""
        if language.startswith("ja"):
            when = _when_ja(self.months, self.day)
            return f"合計が上限分に達した月の{when}(達しないときは、対象期間の最終月の{when})"
        when = f"on the {_day_en(self.day)} of {_month_en(self.months)}"
        return f"{when}, counted from the month in which the total reaches the cap (if never: from the last month)"

    def as_table(self) -> dict[str, str | int]:
        """Return the ``[schedule]`` table it was read from."""
        return {"kind": "threshold", "months": self.months, "day": self.day}


AwardSchedule = AfterUse | MonthClose | Threshold


def parse_schedule(table: object) -> AwardSchedule:
    """Read a ``[schedule]`` table. Raises MalformedSchedule with the key at fault.

    >>> parse_schedule({"kind": "month_close", "months": 1, "day": "last"})
    MonthClose(months=1, day='last')
    """
    if not isinstance(table, Mapping):
        raise MalformedSchedule("schedule", "must be a table with kind and its figures")
    kind = table.get("kind")
    keys = {"after_use": {"hours"}, "month_close": {"months", "day"}, "threshold": {"months", "day"}}
    if not isinstance(kind, str) or kind not in keys:
        raise MalformedSchedule("schedule.kind", f"must be one of {', '.join(keys)}; got {kind!r}")
    if unknown := sorted(set(table) - keys[kind] - {"kind"}):
        raise MalformedSchedule(f"schedule.{unknown[0]}", f"is not a key of {kind}; it takes {_names(keys[kind])}")
    if kind == "after_use":
        return AfterUse(_whole(table, "hours", HOURS_MAX))
    months, day = _whole(table, "months", MONTHS_MAX), _day(table)
    return MonthClose(months, day) if kind == "month_close" else Threshold(months, day)


def month_day(anchor: date, *, months: int, day: Day) -> date:
    """Return ``day`` of the month ``months`` after the month of ``anchor``, clamped to that month's last day.

    >>> month_day(date(2020, 11, 30), months=3, day="last")
    datetime.date(2021, 2, 28)
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, last if day == "last" else min(day, last))


def _whole(table: Mapping[str, object], key: str, most: int) -> int:
    value = table.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise MalformedSchedule(f"schedule.{key}", f"must be a whole number from 0 to {most}; got {value!r}")
    return value


def _day(table: Mapping[str, object]) -> Day:
    value = table.get("day")
    if value == "last":
        return "last"
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 28:
        raise MalformedSchedule("schedule.day", f'must be 1 to 28 or "last"; got {value!r}')
    return value


def _names(keys: set[str]) -> str:
    return " and ".join(sorted(keys, reverse=True))


def _when_ja(months: int, day: Day) -> str:
    month = {0: "", 1: "翌月", 2: "翌々月"}.get(months, f"{months}か月後の")
    return month + ("末日" if day == "last" else f"{day}日")


def _month_en(months: int) -> str:
    return {0: "the same month", 1: "the next month"}.get(months, f"the month {months} months later")


def _day_en(day: Day) -> str:
    if day == "last":
        return "last day"
    suffix = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"
