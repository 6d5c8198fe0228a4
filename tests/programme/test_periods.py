"""Whole Tokyo days, both ends included outside; half-open instants inside."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from mynapoint.programme.periods import Period
from mynapoint.programme.values import TOKYO

EARNING = Period(date(2020, 9, 1), date(2021, 12, 31))


@pytest.mark.parametrize(
    ("instant", "inside"),
    [
        (datetime(2020, 8, 31, 14, 59, 59, 999999, tzinfo=UTC), False),
        (datetime(2020, 8, 31, 15, 0, tzinfo=UTC), True),
        (datetime(2020, 9, 1, 0, 0, tzinfo=TOKYO), True),
        (datetime(2021, 12, 31, 23, 59, 59, 999999, tzinfo=TOKYO), True),
        (datetime(2021, 12, 31, 14, 59, 59, 999999, tzinfo=UTC), True),
        (datetime(2021, 12, 31, 15, 0, tzinfo=UTC), False),
        (datetime(2022, 1, 1, 0, 0, tzinfo=TOKYO), False),
        (datetime(2021, 12, 31, 5, 0, tzinfo=timezone(timedelta(hours=-10))), False),
    ],
)
def test_a_period_begins_and_ends_at_midnight_in_tokyo(instant: datetime, inside: bool) -> None:
    assert EARNING.contains(instant) is inside


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2020, 8, 31), False),
        (date(2020, 9, 1), True),
        (date(2021, 12, 31), True),
        (date(2022, 1, 1), False),
    ],
)
def test_a_period_covers_its_first_and_its_last_day(day: date, inside: bool) -> None:
    assert EARNING.covers(day) is inside


def test_a_period_of_one_day_is_a_whole_day() -> None:
    period = Period(date(2022, 7, 15), date(2022, 7, 15))

    assert period.ends_before - period.starts_at == timedelta(days=1)


def test_a_reversed_period_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end on 2022-07-14 before it starts"):
        Period(date(2022, 7, 15), date(2022, 7, 14))
