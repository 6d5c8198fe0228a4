"""Ages as the law counts them, and the days of birth that an age condition comes to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.programme.ages import Birthdays, attained_on, birthdays

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("born_on", "age", "attained"),
    [
        (date(2005, 5, 2), 18, date(2023, 5, 1)),
        (date(2005, 4, 1), 18, date(2023, 3, 31)),
        (date(2004, 2, 29), 1, date(2005, 2, 28)),
        (date(2004, 2, 29), 4, date(2008, 2, 28)),
        (date(2004, 3, 1), 4, date(2008, 2, 29)),
        (date(2004, 1, 1), 0, date(2003, 12, 31)),
    ],
)
def test_an_age_is_reached_on_the_day_before_the_birthday(born_on: date, age: int, attained: date) -> None:
    assert attained_on(born_on, age) == attained


@pytest.mark.parametrize(
    ("age_from", "age_until", "on", "expected"),
    [
        (18, None, date(2023, 5, 1), Birthdays(None, date(2005, 5, 2))),
        (None, 0, date(2024, 3, 31), Birthdays(date(2023, 4, 2), date(2024, 3, 31))),
        (6, 11, date(2024, 3, 31), Birthdays(date(2012, 4, 2), date(2018, 4, 1))),
        (None, 17, date(2024, 2, 28), Birthdays(date(2006, 3, 1), date(2024, 2, 28))),
        (0, None, date(2024, 3, 31), Birthdays(None, date(2024, 3, 31))),
    ],
)
def test_ages_come_to_days_of_birth(age_from: int | None, age_until: int | None, on: date, expected: Birthdays) -> None:
    assert birthdays(age_from=age_from, age_until=age_until, on=on) == expected


@given(on=DAYS, age_from=st.integers(1, 99), more=st.integers(0, 20))
def test_the_days_of_birth_are_exactly_those_with_the_ages(on: date, age_from: int, more: int) -> None:
    born = birthdays(age_from=age_from, age_until=age_from + more, on=on)
    assert born.first is not None

    def has_the_age(born_on: date) -> bool:
        return attained_on(born_on, age_from) <= on < attained_on(born_on, age_from + more + 1)

    one = timedelta(days=1)
    assert has_the_age(born.first)
    assert has_the_age(born.last)
    assert not has_the_age(born.first - one)
    assert not has_the_age(born.last + one)
