"""The reference definition's borders, one account at a time, and its doctests."""

from __future__ import annotations

import doctest
from datetime import datetime

import pytest

from award.both_engines import PASMO, enrolment, rule, use
from mynapoint.award import premium
from mynapoint.programme import schedules
from mynapoint.programme.values import Points

APRIL = datetime.fromisoformat("2023-04-30T00:00:00+09:00")


def test_the_examples_in_the_docstrings_hold() -> None:
    for module in (premium, schedules):
        result = doctest.testmod(module)
        assert result.attempted > 0
        assert result.failed == 0


def test_uses_come_oldest_first_with_their_refunds_taken_off() -> None:
    rows = [
        use("t2", 3_000, "2022-08-01T10:00:00+09:00"),
        use("r1", 400, "2022-09-01T10:00:00+09:00", refunds="t1"),
        use("t1", 1_000, "2022-07-16T10:00:00+09:00"),
    ]

    found = premium.eligible_uses(rule(), enrolment(), rows)

    assert [one.net_yen for one in found] == [600, 3_000]


def test_a_threshold_opens_for_all_uses_at_once_even_those_after_it_was_reached() -> None:
    rows = [
        use("t1", 20_000, "2022-07-16T10:00:00+09:00"),
        use("t2", 1_000, "2022-09-01T10:00:00+09:00"),
    ]
    by = rule(schedule=PASMO)
    uses = premium.eligible_uses(by, enrolment(), rows)

    before = premium.matured_uses(by, uses, Points(5_000), datetime.fromisoformat("2022-10-14T23:59:59+09:00"))
    after = premium.matured_uses(by, uses, Points(5_000), datetime.fromisoformat("2022-10-15T00:00:00+09:00"))

    assert before == []
    assert after == uses


def test_a_sum_that_is_not_reached_waits_for_the_end_of_earning_even_when_its_day_comes_first() -> None:
    by = rule(schedule={"kind": "threshold", "months": 0, "day": 10})
    rows = [use("t1", 4_000, "2023-02-01T10:00:00+09:00")]

    def due(as_of: str) -> Points:
        return premium.points_due(by, enrolment(), rows, datetime.fromisoformat(as_of))

    assert due("2023-02-20T00:00:00+09:00") == 0
    assert due("2023-03-01T00:00:00+09:00") == 1_000


@pytest.mark.parametrize("order", [1, -1])
def test_of_rows_with_one_id_the_same_stands_in_any_order(order: int) -> None:
    rows = [
        use("t1", 8_000, "2022-07-16T10:00:00+09:00"),
        use("t1", 4_000, "2022-07-16T10:00:00+09:00"),
        use("t1", 1, "2022-07-17T10:00:00+09:00"),
    ]

    assert premium.first_of_each_id(rows[::order]) == [rows[1]]


def test_no_line_is_written_where_nothing_is_to_be_posted() -> None:
    rows = [use("t1", 20_000, "2022-07-16T10:00:00+09:00")]
    applied = enrolment()

    assert premium.awards(rule(), APRIL, [applied], rows, {}) == {applied.application_id: 5_000}
    assert premium.awards(rule(), APRIL, [applied], rows, {applied.application_id: Points(5_000)}) == {}
