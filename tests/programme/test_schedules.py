"""Award schedules: months and days at Tokyo midnight, what has matured, and tables that are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.programme.schedules import (
    AfterUse,
    AwardSchedule,
    MalformedSchedule,
    MonthClose,
    Threshold,
    month_day,
    parse_schedule,
)

days_of_month = st.integers(1, 28) | st.just("last")
month_closes = st.builds(MonthClose, st.integers(0, 24), days_of_month)
instants = st.builds(
    lambda seconds, more: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=more),
    st.integers(0, 5 * 366 * 86_400),
    st.integers(-1, 1),
) | st.builds(
    lambda day, more: datetime(2020, 1, 1, 15, tzinfo=UTC) + timedelta(days=day, microseconds=more),
    st.integers(0, 5 * 366),
    st.integers(-1, 1),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("anchor", "months", "day", "expected"),
    [
        (date(2020, 11, 30), 3, "last", date(2021, 2, 28)),
        (date(2023, 11, 30), 3, "last", date(2024, 2, 29)),
        (date(2020, 11, 30), 3, 15, date(2021, 2, 15)),
        (date(2021, 12, 31), 1, "last", date(2022, 1, 31)),
        (date(2021, 12, 1), 13, 28, date(2023, 1, 28)),
        (date(2022, 3, 31), 0, "last", date(2022, 3, 31)),
        (date(2022, 3, 31), -1, "last", date(2022, 2, 28)),
        (date(2022, 1, 31), -13, 1, date(2020, 12, 1)),
    ],
)
def test_months_are_counted_from_the_month_not_from_the_day(
    anchor: date, months: int, day: Any, expected: date
) -> None:
    assert month_day(anchor, months=months, day=day) == expected


def test_the_month_of_a_use_is_tokyos() -> None:
    schedule = MonthClose(1, "last")

    assert schedule.matures_at(at("2022-07-31T14:59:59Z")) == at("2022-08-31T00:00:00+09:00")
    assert schedule.matures_at(at("2022-07-31T15:00:00Z")) == at("2022-09-30T00:00:00+09:00")


def test_no_use_matures_before_it_happens() -> None:
    used_at = at("2022-07-16T10:00:00+09:00")

    assert MonthClose(0, 1).matures_at(used_at) == used_at
    assert Threshold(0, 1).matures_at(used_at) == used_at


def test_a_sum_never_reached_waits_until_earning_has_ended() -> None:
    end = date(2023, 2, 28)

    assert Threshold(0, 1).matures_unreached_at(end) == at("2023-03-01T00:00:00+09:00")
    assert Threshold(3, 15).matures_unreached_at(end) == at("2023-05-15T00:00:00+09:00")


@given(month_closes | st.builds(AfterUse, st.integers(0, 2_000)), instants, instants)
def test_what_has_matured_is_exactly_what_happened_before_one_instant(
    schedule: MonthClose | AfterUse, used_at: datetime, as_of: datetime
) -> None:
    assert (schedule.matures_at(used_at) <= as_of) == (used_at < schedule.matured_before(as_of))


@given(st.builds(Threshold, st.integers(0, 24), days_of_month), instants, instants)
def test_a_sum_has_matured_exactly_when_it_was_reached_before_one_instant(
    schedule: Threshold, reached_at: datetime, as_of: datetime
) -> None:
    assert (schedule.matures_at(reached_at) <= as_of) == (reached_at < schedule.matured_before(as_of))


@given(
    month_closes | st.builds(AfterUse, st.integers(0, 8_784)) | st.builds(Threshold, st.integers(0, 24), days_of_month)
)
def test_a_schedule_is_read_back_from_its_table(schedule: AwardSchedule) -> None:
    assert parse_schedule(schedule.as_table()) == schedule


@pytest.mark.parametrize(
    ("schedule", "ja", "en"),
    [
        (AfterUse(0), "ご利用後すぐ", "at once after each use"),
        (AfterUse(1), "ご利用の1時間後", "1 hour after each use"),
        (
            MonthClose(1, "last"),
            "毎月末で締めて、翌月末日に付与",
            "closed at each month's end, awarded on the last day of the next month",
        ),
        (
            MonthClose(0, 22),
            "毎月末で締めて、当月22日に付与",
            "closed at each month's end, awarded on the 22nd of the same month",
        ),
        (
            MonthClose(1, 28),
            "毎月末で締めて、翌月28日に付与",
            "closed at each month's end, awarded on the 28th of the next month",
        ),
        (
            Threshold(3, 15),
            "合計が上限分に達した月の3か月後の15日(達しないときは、対象期間の最終月の3か月後の15日)",
            "on the 15th of the month 3 months later, counted from the month in which the total reaches the cap "
            "(if never: from the last month)",
        ),
    ],
)
def test_a_schedule_is_said_in_words(schedule: AwardSchedule, ja: str, en: str) -> None:
    assert schedule.words("ja") == ja
    assert schedule.words("en") == en


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("month_close", "schedule"),
        ({}, "schedule.kind"),
        ({"kind": "weekly"}, "schedule.kind"),
        ({"kind": ["after_use"]}, "schedule.kind"),
        ({"kind": "after_use"}, "schedule.hours"),
        ({"kind": "after_use", "hours": -1}, "schedule.hours"),
        ({"kind": "after_use", "hours": True}, "schedule.hours"),
        ({"kind": "after_use", "hours": 1.5}, "schedule.hours"),
        ({"kind": "after_use", "hours": 3, "day": 1}, "schedule.day"),
        ({"kind": "month_close", "months": 1}, "schedule.day"),
        ({"kind": "month_close", "months": 1, "day": 29}, "schedule.day"),
        ({"kind": "month_close", "months": 1, "day": 0}, "schedule.day"),
        ({"kind": "month_close", "months": 1, "day": "first"}, "schedule.day"),
        ({"kind": "threshold", "months": 25, "day": 1}, "schedule.months"),
        ({"kind": "threshold", "months": 1, "day": 1, "hours": 2}, "schedule.hours"),
    ],
)
def test_a_table_that_is_no_schedule_is_refused_with_its_key(table: object, key: str) -> None:
    with pytest.raises(MalformedSchedule) as refused:
        parse_schedule(table)

    assert refused.value.key == key
