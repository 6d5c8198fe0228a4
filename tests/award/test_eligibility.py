"""May this person apply on this day: three clocks in Tokyo, the cap through both rounds, every reason told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from mynapoint.award.eligibility import (
    Applicant,
    CarryOver,
    EarlierApplication,
    carry_over,
    refusals,
    refusals_at,
    room,
)
from mynapoint.award.refusals import Reason, Refusal
from mynapoint.programme.incentives import Incentive
from mynapoint.programme.rounds import CARD_UPTAKE, HEALTH_INSURANCE, load_round
from mynapoint.programme.values import TOKYO, IncentiveId, Points

AOKI = Applicant(card_requested_on=date(2022, 5, 10))
SAMPLE_PAY = "サンプルPay"


def incentive(round_id: str, incentive_id: str) -> Incentive:
    return load_round(round_id).incentives[IncentiveId(incentive_id)]


def codes(reasons: list[Reason]) -> list[str]:
    return [reason.refusal.code for reason in reasons]


@pytest.mark.parametrize(
    ("round_id", "incentive_id", "day", "expected"),
    [
        ("round1", "card_uptake", date(2020, 6, 30), "before_application_period"),
        ("round1", "card_uptake", date(2020, 7, 1), None),
        ("round1", "card_uptake", date(2021, 12, 31), None),
        ("round1", "card_uptake", date(2022, 1, 1), "after_application_period"),
        ("round2", "card_uptake", date(2021, 12, 31), "start_not_announced"),
        ("round2", "card_uptake", date(2022, 1, 1), None),
        ("round2", "health_insurance", date(2022, 1, 24), "start_not_announced"),
        ("round2", "health_insurance", date(2022, 5, 16), "start_not_announced"),
        ("round2", "health_insurance", date(2022, 5, 17), "before_application_period"),
        ("round2", "health_insurance", date(2022, 6, 29), "before_application_period"),
        ("round2", "health_insurance", date(2022, 6, 30), None),
        ("round2", "public_funds_account", date(2023, 9, 30), None),
        ("round2", "public_funds_account", date(2023, 10, 1), "after_application_period"),
    ],
)
def test_the_application_period_holds_its_first_and_its_last_day(
    round_id: str, incentive_id: str, day: date, expected: str | None
) -> None:
    applicant = Applicant(card_requested_on=date(2020, 5, 10))

    assert codes(refusals(incentive(round_id, incentive_id), applicant, on=day)) == ([expected] if expected else [])


MIDNIGHTS = [  # an instant, its day in Tokyo, may the health-insurance incentive be applied for?
    (datetime(2022, 6, 29, 14, 59, 59, 999999, tzinfo=UTC), date(2022, 6, 29), False),
    (datetime(2022, 6, 29, 15, 0, tzinfo=UTC), date(2022, 6, 30), True),
    (datetime(2022, 6, 30, 0, 0, tzinfo=TOKYO), date(2022, 6, 30), True),
    (datetime(2022, 6, 29, 23, 59, 59, tzinfo=TOKYO), date(2022, 6, 29), False),
    (datetime(2023, 9, 30, 14, 59, 59, 999999, tzinfo=UTC), date(2023, 9, 30), True),
    (datetime(2023, 9, 30, 15, 0, tzinfo=UTC), date(2023, 10, 1), False),
    (datetime(2023, 9, 30, 23, 59, 59, tzinfo=TOKYO), date(2023, 9, 30), True),
    (datetime(2023, 10, 1, 0, 0, tzinfo=TOKYO), date(2023, 10, 1), False),
    (datetime(2023, 9, 30, 10, 0, tzinfo=timezone(timedelta(hours=-8))), date(2023, 10, 1), False),
    (datetime(2022, 6, 30, 3, 0, tzinfo=timezone(timedelta(hours=14))), date(2022, 6, 29), False),
]


@pytest.mark.parametrize(("now", "tokyo_day", "may_apply"), MIDNIGHTS)
def test_the_day_changes_at_midnight_in_tokyo(now: datetime, tokyo_day: date, may_apply: bool) -> None:
    health_insurance = incentive("round2", "health_insurance")
    reasons = refusals_at(health_insurance, AOKI, now=now)

    assert (reasons == []) is may_apply
    assert reasons == refusals(health_insurance, AOKI, on=tokyo_day)


def test_an_instant_without_a_time_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        refusals_at(incentive("round2", "card_uptake"), AOKI, now=datetime(2022, 7, 15, 10))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("round_id", "requested_on", "on", "eligible"),
    [
        ("round1", date(2021, 4, 30), date(2021, 8, 1), True),
        ("round1", date(2021, 5, 1), date(2021, 8, 1), False),
        ("round2", date(2021, 5, 1), date(2022, 7, 15), True),
        ("round2", date(2023, 2, 28), date(2023, 5, 1), True),
        ("round2", date(2023, 3, 1), date(2023, 5, 1), False),
        ("round2", None, date(2023, 5, 1), True),
    ],
)
def test_the_card_had_to_be_requested_by_its_own_deadline(
    round_id: str, requested_on: date | None, on: date, eligible: bool
) -> None:
    reasons = refusals(incentive(round_id, "card_uptake"), Applicant(card_requested_on=requested_on), on=on)

    assert codes(reasons) == ([] if eligible else ["card_requested_too_late"])


@pytest.mark.parametrize(
    ("grace_id", "requested_on", "expected"),
    [
        ("online_2023_03_01", date(2023, 3, 1), []),
        ("online_2023_03_01", date(2023, 3, 2), ["card_requested_too_late", "grace_missed"]),
        ("counter_2023_02_28", date(2023, 3, 2), []),
        (None, date(2023, 3, 1), ["card_requested_too_late"]),
    ],
)
def test_an_exception_reaches_those_who_are_found_within_it(
    grace_id: str | None, requested_on: date, expected: list[str]
) -> None:
    law = load_round("round2")
    applicant = Applicant(card_requested_on=requested_on, grace=law.graces[grace_id] if grace_id else None)
    reasons = refusals(law.incentives[HEALTH_INSURANCE], applicant, on=date(2023, 5, 1))

    assert codes(reasons) == expected


def test_an_exception_of_another_round_reaches_nobody_here() -> None:
    grace = load_round("round2").graces["counter_2023_02_28"]
    applicant = Applicant(card_requested_on=date(2021, 5, 1), grace=grace)

    assert codes(refusals(incentive("round1", "card_uptake"), applicant, on=date(2021, 8, 1))) == [
        "card_requested_too_late"
    ]


def test_every_reason_is_told_not_just_the_first() -> None:
    applicant = Applicant(
        card_requested_on=date(2023, 3, 5),
        points_recorded=Points(5000),
        earlier=EarlierApplication(date(2021, 8, 1), SAMPLE_PAY, takes_part=True),
    )
    reasons = refusals(incentive("round2", "card_uptake"), applicant, on=date(2023, 10, 1))

    assert codes(reasons) == [
        "after_application_period",
        "card_requested_too_late",
        "cap_reached",
        "already_applied",
    ]


def test_reasons_are_sentences_with_their_figures_in_both_languages() -> None:
    applicant = Applicant(
        card_requested_on=date(2023, 3, 5),
        points_recorded=Points(5000),
        earlier=EarlierApplication(date(2021, 8, 1), SAMPLE_PAY, takes_part=True),
    )
    reasons = refusals(incentive("round2", "card_uptake"), applicant, on=date(2023, 10, 1))

    assert [reason.sentence("ja") for reason in reasons] == [
        "申込期間は2023年9月30日に終了しました。",
        "対象となるのは、2023年2月28日までにマイナンバーカードを申請した方です(このカードの申請日:2023年3月5日)。",
        "上限の5,000ポイントまで付与済みです。",
        "この施策には2021年8月1日に「サンプルPay」で申込済みです。申込は1人1回で、決済サービスの変更はできません。",
    ]
    assert [reason.sentence("en") for reason in reasons] == [
        "Applications closed on 30 September 2023.",
        "The card had to be requested by 28 February 2023; this one was requested on 5 March 2023.",
        "The cap of 5,000 points has been reached.",
        "You applied for this incentive on 1 August 2021 with サンプルPay. "
        "It is once per person and cannot be changed.",
    ]


def test_a_start_is_told_only_once_it_was_announced() -> None:
    health_insurance = incentive("round2", "health_insurance")
    [before] = refusals(health_insurance, AOKI, on=date(2022, 5, 16))
    [after] = refusals(health_insurance, AOKI, on=date(2022, 5, 17))

    assert before.figures == {}
    assert after.figures == {"starts_on": date(2022, 6, 30)}


def test_an_instant_in_a_reason_is_written_as_its_day_in_tokyo() -> None:
    applied_at = datetime(2022, 7, 14, 15, 0, tzinfo=UTC)
    reason = Reason(Refusal.ALREADY_APPLIED, {"applied_on": applied_at, "service": SAMPLE_PAY})

    assert "2022年7月15日" in reason.sentence("ja")
    assert "15 July 2022" in reason.sentence("en")


@pytest.mark.parametrize(("recorded", "left"), [(0, 5000), (3200, 1800), (4999, 1), (5000, 0), (5001, 0)])
def test_the_cap_runs_through_both_rounds(recorded: int, left: int) -> None:
    card_uptake = incentive("round2", "card_uptake")

    assert room(card_uptake, points_recorded=Points(recorded)) == left
    reasons = refusals(card_uptake, Applicant(points_recorded=Points(recorded)), on=date(2022, 7, 15))
    assert codes(reasons) == ([] if left else ["cap_reached"])


def test_whoever_filled_the_cap_of_one_incentive_may_take_the_others() -> None:
    """Points are counted per person and incentive: 5,000 for the card leave health insurance untouched."""
    law = load_round("round2").incentives

    assert room(law[CARD_UPTAKE], points_recorded=Points(5000)) == 0
    assert room(law[HEALTH_INSURANCE], points_recorded=Points(0)) == 7500


@pytest.mark.parametrize(
    ("round_id", "recorded", "takes_part", "expected"),
    [
        ("round2", 0, True, CarryOver.CONTINUES),
        ("round2", 3200, True, CarryOver.CONTINUES),
        ("round2", 3200, False, CarryOver.REAPPLY),
        ("round2", 5000, True, CarryOver.COMPLETE),
        ("round2", 5000, False, CarryOver.COMPLETE),
        ("round1", 3200, False, CarryOver.REAPPLY),
    ],
)
def test_an_earlier_application_carries_over(
    round_id: str, recorded: int, takes_part: bool, expected: CarryOver
) -> None:
    card_uptake = incentive(round_id, "card_uptake")

    assert carry_over(card_uptake, points_recorded=Points(recorded), takes_part=takes_part) is expected


def test_the_rest_ends_where_the_programme_file_names_no_rule() -> None:
    shopping = incentive("mihon", "local_shopping")

    assert carry_over(shopping, points_recorded=Points(0), takes_part=False) is CarryOver.ENDED


@pytest.mark.parametrize(
    ("round_id", "incentive_id", "on", "takes_part", "expected"),
    [
        ("round2", "card_uptake", date(2022, 7, 15), True, ["already_applied"]),
        ("round2", "card_uptake", date(2022, 7, 15), False, []),
        ("mihon", "local_shopping", date(2023, 7, 15), False, ["service_left"]),
    ],
)
def test_a_second_application_is_for_those_whose_service_left(
    round_id: str, incentive_id: str, on: date, takes_part: bool, expected: list[str]
) -> None:
    earlier = EarlierApplication(date(2020, 10, 1), SAMPLE_PAY, takes_part=takes_part)
    applicant = Applicant(points_recorded=Points(2000), earlier=earlier)
    reasons = refusals(incentive(round_id, incentive_id), applicant, on=on)

    assert codes(reasons) == expected
    assert all(SAMPLE_PAY in reason.sentence("ja") for reason in reasons)
