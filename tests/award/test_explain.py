"""An explanation says what the award does: every use and refund with its reason, and what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given

from award.both_engines import PASMO, enrolment, rule, use
from award.test_properties import applications, as_ofs, rules, uses
from mynapoint.award import premium
from mynapoint.award.explain import Reason, RefundState, explain_premium
from mynapoint.award.premium import Enrolment, Transaction
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.programme.values import tokyo_day
from property_examples import examples


@examples(100)
@given(rules, as_ofs, applications(), uses())
def test_an_explanation_never_says_other_than_the_award(
    by: ServiceRule, as_of: datetime, applied: list[Enrolment], rows: list[Transaction]
) -> None:
    one = applied[0]
    account = premium.first_of_each_id([row for row in rows if row.account_id == one.account_id])

    told = explain_premium(by, one, account, as_of)

    assert told.due == premium.points_due(by, one, account, as_of)
    due = int(told.due)
    for change in told.next:
        before = premium.points_due(by, one, account, change.at - timedelta(microseconds=1))
        assert (before, premium.points_due(by, one, account, change.at)) == (due, due + change.points)
        due += change.points
    assert due == premium.points_due(by, one, account, datetime.fromisoformat("2199-12-31T00:00:00+09:00"))
    counted = premium.eligible_uses(by, one, account)
    at = sorted((use.occurred_at, use.net_yen) for use in told.uses if use.reason is None)
    assert at == sorted((use.occurred_at, use.net_yen) for use in counted)
    matured = sum(use.net_yen or 0 for use in told.uses if use.matures_at and use.matures_at <= as_of)
    assert matured == told.matured_yen


def test_each_use_that_does_not_count_has_its_reason() -> None:
    rows = [
        use("t-1", 500, "2022-07-20T10:00:00+09:00"),
        use("t-2", 20, "2022-07-20T10:00:00+09:00"),
        use("t-3", 500, "2022-07-20T10:00:00+09:00", kind="purchase"),
        use("t-4", 500, "2022-07-15T09:59:59+09:00"),
        use("t-5", 500, "2020-08-31T23:59:59+09:00"),
        use("t-6", 500, "2023-03-01T00:00:00+09:00"),
    ]

    told = explain_premium(
        rule(minimum_yen=100), enrolment(), rows, datetime.fromisoformat("2022-09-01T00:00:00+09:00")
    )

    assert {one.transaction_id: one.reason for one in told.uses} == {
        "t-1": None,
        "t-2": Reason.BELOW_MINIMUM,
        "t-3": Reason.OTHER_KIND,
        "t-4": Reason.BEFORE_APPLYING,
        "t-5": Reason.BEFORE_PERIOD,
        "t-6": Reason.AFTER_PERIOD,
    }


def test_each_refund_says_what_it_does() -> None:
    rows = [
        use("t-1", 500, "2022-07-20T10:00:00+09:00"),
        use("t-2", 500, "2022-07-20T10:00:00+09:00", kind="purchase"),
        use("r-1", 100, "2022-07-21T10:00:00+09:00", refunds="t-1"),
        use("r-2", 100, "2022-07-21T10:00:00+09:00", refunds="t-2"),
        use("r-3", 100, "2022-07-21T10:00:00+09:00", refunds="r-1"),
        use("r-4", 100, "2022-07-21T10:00:00+09:00", refunds="t-9"),
    ]

    told = explain_premium(rule(), enrolment(), rows, datetime.fromisoformat("2022-09-01T00:00:00+09:00"))

    assert [one.state for one in told.refunds] == [
        RefundState.COUNTS,
        RefundState.ORIGINAL_DOES_NOT_COUNT,
        RefundState.NAMES_A_REFUND,
        RefundState.ORIGINAL_NOT_HERE,
    ]
    assert told.net_yen == 400


def test_a_threshold_says_when_everything_comes_as_things_stand() -> None:
    as_of = datetime.fromisoformat("2022-08-01T00:00:00+09:00")
    one = use("t-1", 19_000, "2022-07-20T10:00:00+09:00")
    two = use("t-2", 1_000, "2022-07-25T10:00:00+09:00")

    unreached = explain_premium(rule(schedule=PASMO), enrolment(), [one], as_of)
    reached = explain_premium(rule(schedule=PASMO), enrolment(), [one, two], as_of)

    assert [(str(tokyo_day(change.at)), change.points) for change in unreached.next] == [("2023-05-15", 4_750)]
    assert [(str(tokyo_day(change.at)), change.points) for change in reached.next] == [("2022-10-15", 5_000)]
