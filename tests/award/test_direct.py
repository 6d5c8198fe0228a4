"""The direct incentives: a fixed sum when application and registration are both there, in either order."""

from __future__ import annotations

from datetime import date

import pytest

from mynapoint.award.direct import direct_points, due_on
from mynapoint.programme.rounds import CARD_UPTAKE, HEALTH_INSURANCE, PUBLIC_FUNDS_ACCOUNT, load_round
from mynapoint.programme.values import IncentiveId, Points

JULY_15 = date(2022, 7, 15)

CASES = [  # incentive, applied on, registered on, asked on, posted before, points to post; why
    ("health_insurance", date(2022, 7, 1), date(2022, 7, 5), JULY_15, 0, 7500, "applied, then registered"),
    ("health_insurance", date(2022, 7, 5), date(2022, 7, 1), JULY_15, 0, 7500, "registered, then applied"),
    ("health_insurance", date(2022, 7, 15), date(2022, 7, 15), JULY_15, 0, 7500, "both on the day"),
    ("health_insurance", date(2022, 7, 1), date(2021, 10, 20), JULY_15, 0, 7500, "registered long before the start"),
    ("health_insurance", date(2022, 7, 1), None, JULY_15, 0, 0, "no registration yet"),
    ("health_insurance", None, date(2022, 7, 1), JULY_15, 0, 0, "no application"),
    ("health_insurance", None, None, JULY_15, 0, 0, "neither"),
    ("health_insurance", date(2022, 7, 1), date(2022, 7, 16), JULY_15, 0, 0, "registration lies ahead"),
    ("health_insurance", date(2022, 7, 16), date(2022, 7, 1), JULY_15, 0, 0, "application lies ahead"),
    ("health_insurance", date(2022, 7, 1), date(2022, 7, 5), JULY_15, 7500, 0, "posted already"),
    ("public_funds_account", date(2022, 7, 1), date(2022, 7, 5), JULY_15, 0, 7500, "the account as well"),
    ("public_funds_account", date(2023, 9, 1), date(2023, 9, 30), date(2023, 10, 2), 0, 7500, "on its last day"),
    ("public_funds_account", date(2023, 9, 1), date(2023, 10, 1), date(2023, 10, 2), 0, 0, "account a day too late"),
    ("health_insurance", date(2023, 9, 1), date(2023, 10, 1), date(2023, 10, 2), 0, 7500, "no last day was found"),
]


@pytest.mark.parametrize(
    ("incentive_id", "applied_on", "registered_on", "on", "posted", "points", "_why"),
    CASES,
    ids=[f"{case[0]}: {case[-1]}" for case in CASES],
)
def test_the_fixed_sum_is_given_once_when_both_are_there(
    incentive_id: str,
    applied_on: date | None,
    registered_on: date | None,
    on: date,
    posted: int,
    points: int,
    _why: str,
) -> None:
    incentive = load_round("round2").incentives[IncentiveId(incentive_id)]
    given = direct_points(incentive, on=on, applied_on=applied_on, registered_on=registered_on, posted=Points(posted))

    assert given == points


def test_the_order_of_the_two_makes_no_difference() -> None:
    first, second = date(2022, 7, 1), date(2022, 7, 5)

    assert due_on(applied_on=first, registered_on=second) == due_on(applied_on=second, registered_on=first) == second


def test_a_premium_incentive_has_no_fixed_sum() -> None:
    law = load_round("round2").incentives

    assert {HEALTH_INSURANCE, PUBLIC_FUNDS_ACCOUNT} < set(law)
    with pytest.raises(TypeError, match="card_uptake is not a direct incentive"):
        direct_points(law[CARD_UPTAKE], on=JULY_15, applied_on=JULY_15, registered_on=JULY_15, posted=Points(0))
