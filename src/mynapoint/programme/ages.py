"""Ages as the law counts them: a person reaches an age on the day before the birthday, so those born on the 1st do too.

Source: 年齢計算ニ関スル法律 (Act No. 50 of 1902) with Article 143 of the Civil Code: the day of birth counts, and
a year ends with the day before the same day of the next, or with the month where that has no such day (29 February).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Birthdays:
    """The days of birth an age condition comes to, both included; ``first`` is None where no age is too old."""

    first: date | None
    last: date

    def cover(self, born_on: date) -> bool:
        """Say whether a day of birth lies inside."""
        return (self.first is None or self.first <= born_on) and born_on <= self.last


def attained_on(born_on: date, age: int) -> date:
    """Return the day at whose end a person reaches an age in whole years."""
    try:
        return born_on.replace(year=born_on.year + age) - _DAY
    except ValueError:  # born on 29 February, and that year has none
        return date(born_on.year + age, 2, 28)


def birthdays(*, age_from: int | None, age_until: int | None, on: date) -> Birthdays:
    """Return the days of birth of those who, on a day, are at least ``age_from`` and at most ``age_until`` years old.

    None leaves a side open; nobody born after the day is among them.
    """
    last = on
    if age_from:
        last = _years_before(on + _DAY, age_from) + _DAY
        while attained_on(last, age_from) > on:
            last -= _DAY
    if age_until is None:
        return Birthdays(None, last)
    first = _years_before(on, age_until + 1)
    while attained_on(first, age_until + 1) <= on:
        first += _DAY
    return Birthdays(first, last)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February, and that year has none
        return date(day.year - years, 2, 28)
