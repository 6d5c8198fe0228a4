"""The national rounds and the municipal example: what they said on which day, and what is final."""

from __future__ import annotations

from datetime import date

import pytest

from mynapoint.programme.parameters import OnServiceLeft
from mynapoint.programme.rounds import (
    CARD_UPTAKE,
    HEALTH_INSURANCE,
    PUBLIC_FUNDS_ACCOUNT,
    ROUND_IDS,
    DirectRule,
    PremiumRule,
    UnknownRound,
    load_round,
)
from mynapoint.programme.sources import Confidence
from mynapoint.programme.statement_of_day import Evidence
from mynapoint.programme.values import IncentiveId, Points, Yen

TIMELINE = [  # round, figure, a day, what a page of that day could state (None: nothing announced; "open": left open)
    ("round1", "earning_until", date(2019, 12, 23), None),
    ("round1", "earning_until", date(2020, 6, 18), date(2021, 3, 31)),
    ("round1", "earning_until", date(2021, 8, 5), date(2021, 9, 30)),
    ("round1", "earning_until", date(2021, 8, 6), date(2021, 12, 31)),
    ("round1", "earning_until", date(2022, 1, 24), date(2021, 12, 31)),
    ("round1", "card_requested_by", date(2020, 6, 18), None),
    ("round1", "card_requested_by", date(2021, 3, 24), date(2021, 3, 31)),
    ("round1", "card_requested_by", date(2021, 3, 25), date(2021, 4, 30)),
    ("round2", "direct_applications_from", date(2022, 1, 24), "open"),
    ("round2", "direct_applications_from", date(2022, 5, 16), "open"),
    ("round2", "direct_applications_from", date(2022, 5, 17), date(2022, 6, 30)),
    ("round2", "card_requested_by", date(2022, 9, 19), date(2022, 9, 30)),
    ("round2", "card_requested_by", date(2022, 9, 20), date(2022, 12, 31)),
    ("round2", "card_requested_by", date(2022, 12, 20), date(2023, 2, 28)),
    ("round2", "applications_until", date(2022, 1, 24), date(2023, 2, 28)),
    ("round2", "applications_until", date(2022, 12, 20), "open"),
    ("round2", "applications_until", date(2023, 2, 28), date(2023, 5, 31)),
    ("round2", "applications_until", date(2023, 3, 31), date(2023, 9, 30)),
]


@pytest.mark.parametrize(("round_id", "key", "day", "stated"), TIMELINE)
def test_a_page_of_a_day_states_what_had_been_announced_by_then(
    round_id: str, key: str, day: date, stated: date | str | None
) -> None:
    announcement = load_round(round_id).parameters[key].as_of(day)

    if stated is None:
        assert announcement is None
    else:
        assert announcement is not None
        assert announcement.value == (None if stated == "open" else stated)


def test_awards_are_judged_by_the_last_announcement() -> None:
    round1 = load_round("round1").incentives[CARD_UPTAKE]
    round2 = load_round("round2").incentives

    assert round1.rule == PremiumRule(25, Points(5000))
    assert round1.earning_until is not None
    assert round1.earning_until.final == date(2021, 12, 31)
    assert round2[CARD_UPTAKE].rule == PremiumRule(25, Points(5000))
    assert round2[HEALTH_INSURANCE].rule == round2[PUBLIC_FUNDS_ACCOUNT].rule == DirectRule(Points(7500))
    assert round2[HEALTH_INSURANCE].applications_until.final == date(2023, 9, 30)
    assert round2[HEALTH_INSURANCE].earning_period is None


def test_the_end_of_earning_in_round_2_is_the_last_national_day_found_and_says_so() -> None:
    earning_until = load_round("round2").parameters["earning_until"]
    last = earning_until.announcements[-1]

    assert earning_until.final == date(2023, 2, 28)
    assert last.confidence is Confidence.INFERRED
    assert last.note is not None
    assert "2023年3月31日" in last.note.ja


def test_a_rule_of_our_own_is_marked_as_our_decision() -> None:
    incentive = load_round("round2").incentives[CARD_UPTAKE]

    assert incentive.rest_when_service_left is OnServiceLeft.REAPPLY
    assert incentive.on_service_left is not None
    assert incentive.on_service_left.announcements[-1].confidence is Confidence.DECISION
    assert incentive.on_service_left.as_of(date(2023, 9, 30)) is None


def test_a_municipal_programme_is_a_file_and_nothing_else() -> None:
    law = load_round("mihon")
    shopping = law.incentives[IncentiveId("local_shopping")]

    assert shopping.rule == PremiumRule(30, Points(3000))
    assert law.incentives[IncentiveId("newborn")].rule == DirectRule(Points(10000))
    assert shopping.rest_when_service_left is OnServiceLeft.ENDS


@pytest.mark.parametrize(
    ("rate", "points_max", "yen"), [(25, 5000, 20000), (30, 3000, 10000), (30, 1000, 3334), (100, 1, 1), (7, 0, 0)]
)
def test_the_yen_that_fill_a_cap_are_the_least_that_reach_it(rate: int, points_max: int, yen: int) -> None:
    rule = PremiumRule(rate, Points(points_max))

    assert rule.yen_to_fill == Yen(yen)
    assert yen * rate // 100 >= points_max
    assert yen == 0 or (yen - 1) * rate // 100 < points_max


@pytest.mark.parametrize(("rate", "points_max"), [(0, 5000), (-25, 5000), (25, -1)])
def test_a_rule_that_gives_nothing_or_takes_is_no_rule(rate: int, points_max: int) -> None:
    with pytest.raises(ValueError, match="is no rule"):
        PremiumRule(rate, Points(points_max))


def test_a_negative_fixed_sum_is_no_rule() -> None:
    with pytest.raises(ValueError, match="is no rule"):
        DirectRule(Points(-1))


def test_an_unknown_round_is_named_with_those_that_exist() -> None:
    with pytest.raises(UnknownRound, match="no round 'round3'; known: round1, round2, mihon"):
        load_round("round3")


@pytest.mark.parametrize("round_id", ROUND_IDS)
def test_every_figure_rule_and_exception_has_a_source_and_both_languages(round_id: str) -> None:
    law = load_round(round_id)
    evidence: list[Evidence] = [
        *(a for parameter in law.parameters.values() for a in parameter.announcements),
        *(v for statement in law.statements.values() for v in statement.versions),
        *(h for line in law.contact_lines.values() for h in line.hours),
        *law.graces.values(),
    ]

    for entry in evidence:
        assert entry.source.publisher
        assert entry.note is None or (entry.note.ja and entry.note.en)
        assert entry.confidence is not Confidence.INFERRED or entry.note is not None, "an inference says from what"


@pytest.mark.parametrize("round_id", ROUND_IDS)
def test_a_figure_dated_before_its_own_source_says_why(round_id: str) -> None:
    for parameter in load_round(round_id).parameters.values():
        for announcement in parameter.announcements:
            written = announcement.source.date
            if written is not None and written > announcement.announced_on:
                assert announcement.note is not None, (parameter.key, announcement.announced_on)


def test_counters_and_online_requests_of_the_last_day_have_their_exceptions() -> None:
    graces = load_round("round2").incentives[HEALTH_INSURANCE].graces

    assert [(grace.id, grace.until) for grace in graces] == [
        ("online_2023_03_01", date(2023, 3, 1)),
        ("counter_2023_02_28", None),
    ]
