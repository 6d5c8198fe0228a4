"""Opening hours: open at an instant exactly when it has opened and not closed since, holidays and rests minded."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.hub.municipalities.models import DAY_KINDS
from mynapoint.hub.municipalities.opening_hours import (
    Hours,
    Plan,
    Rest,
    Schedule,
    Span,
    Standing,
    YearlyRest,
    day_kind,
    line_plan,
    next_opening,
    open_at,
    standing,
)
from mynapoint.programme.contacts import MonthDay
from mynapoint.programme.rounds import load_round
from mynapoint.programme.values import TOKYO
from property_examples import examples

HOLIDAYS = {
    2020: "0101 0113 0211 0223 0224 0320 0429 0503 0504 0505 0506 0723 0724 0810 0921 0922 1103 1123",
    2021: "0101 0111 0211 0223 0320 0429 0503 0504 0505 0722 0723 0808 0809 0920 0923 1103 1123",
    2022: "0101 0110 0211 0223 0321 0429 0503 0504 0505 0718 0811 0919 0923 1010 1103 1123",
}
"""The national holidays by the Cabinet Office's list, those moved for the Olympic Games where they fell (23 and 24 July
and 10 August 2020; 22 and 23 July, 8 and 9 August 2021), frozen: what the library says must not change under us."""
MORNING, AFTERNOON = Span(time(8, 30), time(11, 30)), Span(time(13), time(16, 30))
WEEKDAYS = frozenset({"weekday"})
COUNTER = Schedule(
    hours=(Hours(WEEKDAYS, MORNING), Hours(WEEKDAYS, AFTERNOON)),
    rests=(YearlyRest(MonthDay(12, 29), MonthDay(1, 3)), Rest(date(2022, 7, 20), date(2022, 7, 20))),
)


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@pytest.mark.parametrize("year", sorted(HOLIDAYS))
def test_the_holidays_are_those_of_the_frozen_table(year: int) -> None:
    days = (date(year, 1, 1) + timedelta(n) for n in range(366))

    assert " ".join(f"{day:%m%d}" for day in days if day.year == year and day_kind(day) == "holiday") == HOLIDAYS[year]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2022-07-15T08:29:59", Standing(False, next=tokyo("2022-07-15T08:30"))),
        ("2022-07-15T08:30", Standing(True, until=tokyo("2022-07-15T11:30"))),
        ("2022-07-15T11:30", Standing(False, next=tokyo("2022-07-15T13:00"))),  # lunch
        ("2022-07-15T16:29:59", Standing(True, until=tokyo("2022-07-15T16:30"))),
        ("2022-07-15T16:30", Standing(False, next=tokyo("2022-07-19T08:30"))),  # a long weekend: 18 July is a holiday
        ("2022-07-19T20:00", Standing(False, next=tokyo("2022-07-21T08:30"))),  # closed on the 20th
        ("2022-12-28T17:00", Standing(False, next=tokyo("2023-01-04T08:30"))),  # over New Year
        ("2021-07-21T17:00", Standing(False, next=tokyo("2021-07-26T08:30"))),  # holidays moved for the Games
        ("2020-10-12T09:00", Standing(True, until=tokyo("2020-10-12T11:30"))),  # sports day was moved away from here
    ],
)
def test_a_counter_knows_whether_it_is_open_until_when_and_when_next(at: str, expected: Standing) -> None:
    assert standing(COUNTER, tokyo(at)) == expected


def test_hours_that_change_count_from_their_day_and_a_period_ends() -> None:
    changing = Schedule(
        hours=(
            Hours(WEEKDAYS, MORNING, last_day=date(2022, 7, 15)),
            Hours(frozenset({"saturday"}), AFTERNOON, first_day=date(2022, 7, 16)),
        ),
        last_day=date(2022, 7, 23),
    )

    assert standing(changing, tokyo("2022-07-15T12:00")) == Standing(False, next=tokyo("2022-07-16T13:00"))
    assert standing(changing, tokyo("2022-07-23T17:00")) == Standing(False)


def test_a_counter_that_says_nothing_of_new_year_is_not_said_to_be_open_then() -> None:
    silent = Schedule(hours=(Hours(WEEKDAYS, MORNING),), must_state_new_year=True)
    once = Schedule(hours=silent.hours, rests=(Rest(date(2022, 12, 29), date(2022, 12, 30)),), must_state_new_year=True)
    every_year = Schedule(hours=silent.hours, rests=COUNTER.rests, must_state_new_year=True)

    assert standing(silent, tokyo("2022-12-29T09:00")) == Standing(None)
    assert standing(silent, tokyo("2022-12-28T12:00")) == Standing(False)
    assert standing(once, tokyo("2022-12-28T12:00")) == Standing(False, next=tokyo("2023-01-03T08:30"))
    assert standing(every_year, tokyo("2022-12-28T12:00")) == Standing(False, next=tokyo("2023-01-04T08:30"))
    assert standing(silent, tokyo("2022-12-31T09:00")) == Standing(False)  # a Saturday, on which it is never open


def test_openings_that_adjoin_are_one() -> None:
    whole_day = Schedule(hours=(Hours(WEEKDAYS, Span(time(12), time(17))), Hours(WEEKDAYS, Span(time(9), time(12)))))

    assert standing(whole_day, tokyo("2022-07-15T11:59")) == Standing(True, until=tokyo("2022-07-15T17:00"))
    assert next_opening(whole_day, tokyo("2022-07-14T10:00")) == tokyo("2022-07-15T09:00")


@pytest.mark.parametrize(
    ("known_on", "at", "expected"),
    [
        ("2020-06-18", "2020-07-23T17:30", Standing(False, next=tokyo("2020-07-24T09:30"))),  # a moved holiday
        ("2020-06-18", "2020-10-12T17:30", Standing(True, until=tokyo("2020-10-12T20:00"))),  # it is a Monday like any
        ("2020-06-18", "2020-12-28T21:00", Standing(False)),  # nothing was said of New Year: the next is not known
        ("2020-06-18", "2020-12-30T10:00", Standing(None)),
        ("2022-01-24", "2022-03-31T19:59", Standing(True, until=tokyo("2022-03-31T20:00"))),
        ("2022-01-24", "2022-03-31T20:00", Standing(False)),  # stated until that day alone
        ("2022-01-24", "2022-04-01T10:00", Standing(None)),
        ("2026-11-22", "2026-12-28T21:00", Standing(False, next=tokyo("2027-01-04T09:30"))),
        ("2026-11-22", "2026-12-31T10:00", Standing(False, next=tokyo("2027-01-04T09:30"))),
        ("2020-06-17", "2020-06-17T10:00", Standing(None)),  # before anybody had announced anything
    ],
)
def test_a_line_is_open_as_its_source_says_and_unknown_where_it_says_nothing(
    known_on: str, at: str, expected: Standing
) -> None:
    line = load_round("round2").contact_lines["free_dial"]

    assert standing(line_plan(line, date.fromisoformat(known_on)), tokyo(at)) == expected


quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
days = st.dates(date(2020, 1, 1), date(2022, 12, 31))
spans = st.tuples(quarters, quarters).filter(lambda both: both[0] < both[1]).map(lambda both: Span(*both))
hours = st.builds(
    Hours, st.frozensets(st.sampled_from(DAY_KINDS), min_size=1), spans, st.none() | days, st.none() | days
)
rests = st.builds(lambda first, length: Rest(first, first + timedelta(length)), days, st.integers(0, 9))
year_ends = st.just(YearlyRest(MonthDay(12, 29), MonthDay(1, 3)))
schedules = st.builds(
    Schedule,
    st.lists(hours, max_size=4).map(tuple),
    st.lists(rests | year_ends, max_size=3).map(tuple),
    st.none() | days,
    st.none() | days,
)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2022, 12, 31), timezones=st.just(TOKYO))  # noqa: DTZ001


@given(schedules, instants)
@examples(150)
def test_until_the_next_opening_it_is_closed_and_at_it_open(plan: Plan, now: datetime) -> None:
    following = next_opening(plan, now)
    found = standing(plan, now)

    if following is not None:
        assert open_at(plan, following)
        assert not open_at(plan, following - timedelta(seconds=1))
    if found.is_open:
        assert found.until is not None
        assert now < found.until
        assert open_at(plan, found.until - timedelta(seconds=1))
        assert not open_at(plan, found.until)
        assert following is None or following > found.until
    else:
        assert found.next == following
        last = following or now + timedelta(days=10)
        between = (now + (last - now) * n / 12 for n in range(12))
        assert not any(open_at(plan, one) for one in between)


@given(schedules, instants)
@examples(50)
def test_nothing_is_open_on_a_day_of_rest_or_outside_its_period(plan: Schedule, now: datetime) -> None:
    day = now.date()
    rested = any(isinstance(one, Rest) and one.first_day <= day <= one.last_day for one in plan.rests)
    outside = (plan.first_day and day < plan.first_day) or (plan.last_day and day > plan.last_day)

    if rested or outside or ((day.month, day.day) in {(12, 31), (1, 1)} and YearlyRest in map(type, plan.rests)):
        assert not open_at(plan, now)
