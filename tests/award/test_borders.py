"""Every reason for “no” at its border: the last instant that is fine and the first that is not, in Tokyo."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mynapoint.award.eligibility import Applicant, EarlierApplication, refusals_at
from mynapoint.award.refusals import Reason, Refusal
from mynapoint.programme.rounds import load_round
from mynapoint.programme.values import TOKYO, IncentiveId, Points, tokyo_midnight

MICROSECOND = timedelta(microseconds=1)
SPRING_2023 = date(2023, 5, 1)
MIHON_DAY = date(2023, 7, 15)
ANYBODY = Applicant()


@dataclass(frozen=True)
class Asked:
    """Who asks for what, and when."""

    round_id: str
    incentive_id: str
    at: datetime
    applicant: Applicant = ANYBODY
    points_promised: int | None = None


@dataclass(frozen=True)
class Border:
    """One border of one reason: asked on the side that is fine, and on the side that is not.

    ``beside``  reasons that are told together with it
    """

    name: str
    refusal: Refusal
    fine: Asked
    refused: Asked
    figures: dict[str, object] = field(default_factory=dict)
    beside: tuple[Refusal, ...] = ()


def first_day(name: str, refusal: Refusal, round_id: str, incentive_id: str, day: date, **figures: object) -> Border:
    """Return the border at which a first day begins: 00:00 in Tokyo is fine, a microsecond before is not."""
    midnight = tokyo_midnight(day)
    return Border(
        name,
        refusal,
        Asked(round_id, incentive_id, midnight),
        Asked(round_id, incentive_id, midnight - MICROSECOND),
        figures,
    )


def last_day(name: str, round_id: str, incentive_id: str, day: date) -> Border:
    """Return the border at which a last day ends: a microsecond before 24:00 in Tokyo is fine, 24:00 is not."""
    midnight = tokyo_midnight(day + timedelta(days=1))
    return Border(
        name,
        Refusal.AFTER_APPLICATION_PERIOD,
        Asked(round_id, incentive_id, midnight - MICROSECOND),
        Asked(round_id, incentive_id, midnight),
        {"ended_on": day},
    )


def people(
    name: str, refusal: Refusal, where: tuple[str, str, date], fine: Applicant, refused: Applicant, **figures: object
) -> Border:
    """Return the border between two people who ask at the same instant: noon of a day in Tokyo."""
    round_id, incentive_id, day = where
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=TOKYO)
    return Border(
        name, refusal, Asked(round_id, incentive_id, noon, fine), Asked(round_id, incentive_id, noon, refused), figures
    )


def budget(name: str, fine: int, refused: int, applicant: Applicant, incentive_id: str, points: int) -> Border:
    """Return the border at which a budget has no room left for one person."""
    noon = datetime(2023, 7, 15, 12, tzinfo=TOKYO)
    return Border(
        name,
        Refusal.BUDGET_SPENT,
        Asked("mihon", incentive_id, noon, applicant, fine),
        Asked("mihon", incentive_id, noon, applicant, refused),
        {"budget": points},
    )


GRACES = load_round("round2").graces
ONLINE, COUNTER = GRACES["online_2023_03_01"], GRACES["counter_2023_02_28"]
CARD2, HEALTH2 = ("round2", "card_uptake", SPRING_2023), ("round2", "health_insurance", SPRING_2023)
SHOPPING, NEWBORN = ("mihon", "local_shopping", MIHON_DAY), ("mihon", "newborn", date(2024, 1, 15))
STAYS = EarlierApplication(date(2021, 8, 1), "サンプルPay", takes_part=True)
LEFT = EarlierApplication(date(2023, 5, 1), "サンプルPay", takes_part=False)
TOO_LATE = Refusal.CARD_REQUESTED_TOO_LATE
USES = {"USE_BEFORE_EARNING", "USE_AFTER_EARNING", "USE_BEFORE_APPLICATION"}
"""Borders of uses, not of applications: test_eligibility_borders.py and test_means.py."""

BORDERS = [
    first_day(
        "round 1 opens",
        Refusal.BEFORE_APPLICATION_PERIOD,
        "round1",
        "card_uptake",
        date(2020, 7, 1),
        starts_on=date(2020, 7, 1),
    ),
    last_day("round 1 closes", "round1", "card_uptake", date(2021, 12, 31)),
    first_day(
        "round 2 opens, as announced that day", Refusal.START_NOT_ANNOUNCED, "round2", "card_uptake", date(2022, 1, 1)
    ),
    last_day("round 2 closes: card", "round2", "card_uptake", date(2023, 9, 30)),
    first_day(
        "health insurance opens",
        Refusal.BEFORE_APPLICATION_PERIOD,
        "round2",
        "health_insurance",
        date(2022, 6, 30),
        starts_on=date(2022, 6, 30),
    ),
    last_day("health insurance closes", "round2", "health_insurance", date(2023, 9, 30)),
    first_day(
        "account opens",
        Refusal.BEFORE_APPLICATION_PERIOD,
        "round2",
        "public_funds_account",
        date(2022, 6, 30),
        starts_on=date(2022, 6, 30),
    ),
    last_day("account closes", "round2", "public_funds_account", date(2023, 9, 30)),
    first_day(
        "Mihon opens",
        Refusal.BEFORE_APPLICATION_PERIOD,
        "mihon",
        "local_shopping",
        date(2023, 5, 1),
        starts_on=date(2023, 5, 1),
    ),
    last_day("Mihon closes", "mihon", "newborn", date(2024, 2, 29)),
    people(
        "card of round 1",
        TOO_LATE,
        ("round1", "card_uptake", date(2021, 8, 1)),
        Applicant(card_requested_on=date(2021, 4, 30)),
        Applicant(card_requested_on=date(2021, 5, 1)),
        requested_by=date(2021, 4, 30),
        requested_on=date(2021, 5, 1),
    ),
    people(
        "card of round 2",
        TOO_LATE,
        CARD2,
        Applicant(card_requested_on=date(2023, 2, 28)),
        Applicant(card_requested_on=date(2023, 3, 1)),
        requested_by=date(2023, 2, 28),
        requested_on=date(2023, 3, 1),
    ),
    replace(
        people(
            "card online, by exception",
            Refusal.GRACE_MISSED,
            HEALTH2,
            Applicant(card_requested_on=date(2023, 3, 1), grace=ONLINE),
            Applicant(card_requested_on=date(2023, 3, 2), grace=ONLINE),
            until=date(2023, 3, 1),
            requested_on=date(2023, 3, 2),
        ),
        beside=(TOO_LATE,),
    ),
    people(
        "card at the counter, by exception",
        TOO_LATE,
        HEALTH2,
        Applicant(card_requested_on=date(2023, 3, 2), grace=COUNTER),
        Applicant(card_requested_on=date(2023, 3, 2)),
        requested_by=date(2023, 2, 28),
        requested_on=date(2023, 3, 2),
    ),
    people(
        "cap of the card",
        Refusal.CAP_REACHED,
        CARD2,
        Applicant(points_recorded=Points(4999)),
        Applicant(points_recorded=Points(5000)),
        points_max=5000,
    ),
    people(
        "sum of health insurance",
        Refusal.CAP_REACHED,
        HEALTH2,
        Applicant(points_recorded=Points(7499)),
        Applicant(points_recorded=Points(7500)),
        points_max=7500,
    ),
    people(
        "a second application",
        Refusal.ALREADY_APPLIED,
        CARD2,
        Applicant(),
        Applicant(earlier=STAYS),
        applied_on=date(2021, 8, 1),
        service="サンプルPay",
    ),
    people(
        "the service left",
        Refusal.SERVICE_LEFT,
        SHOPPING,
        Applicant(),
        Applicant(earlier=LEFT),
        applied_on=date(2023, 5, 1),
        service="サンプルPay",
    ),
    people(
        "the area", Refusal.NOT_IN_AREA, SHOPPING, Applicant(municipality="999016"), Applicant(municipality="132292")
    ),
    people(
        "18 years",
        Refusal.TOO_YOUNG,
        SHOPPING,
        Applicant(born_on=date(2005, 5, 2)),
        Applicant(born_on=date(2005, 5, 3)),
        born_until=date(2005, 5, 2),
        born_on=date(2005, 5, 3),
    ),
    people(
        "under one year",
        Refusal.TOO_OLD,
        NEWBORN,
        Applicant(born_on=date(2023, 4, 2)),
        Applicant(born_on=date(2023, 4, 1)),
        born_from=date(2023, 4, 2),
        born_on=date(2023, 4, 1),
    ),
    budget("budget", 30_000_000 - 3_000, 30_000_000 - 2_999, Applicant(), "local_shopping", 30_000_000),
    budget(
        "budget for who has a part already",
        30_000_000 - 1_000,
        30_000_000 - 999,
        Applicant(points_recorded=Points(2_000)),
        "local_shopping",
        30_000_000,
    ),
]


@pytest.mark.parametrize("border", BORDERS, ids=lambda border: border.name)
def test_a_reason_holds_on_its_side_of_the_border_only(border: Border) -> None:
    assert reasons(border.fine) == []

    *beside, reason = reasons(border.refused)

    assert tuple(one.refusal for one in beside) == border.beside
    assert reason.refusal is border.refusal
    expected = dict(reason.figures) if border.refusal is Refusal.NOT_IN_AREA else border.figures
    assert reason.figures == expected


@pytest.mark.parametrize("border", BORDERS, ids=lambda border: border.name)
def test_each_reason_is_a_sentence_in_both_languages(border: Border) -> None:
    *_beside, reason = reasons(border.refused)

    assert reason.sentence("ja").endswith(("。", "。)"))
    assert reason.sentence("en").endswith(".")
    assert "{" not in reason.sentence("ja") + reason.sentence("en")


def test_every_reason_that_eligibility_can_give_has_a_border() -> None:
    import ast
    from pathlib import Path

    import mynapoint.award.eligibility as eligibility

    given = {
        node.attr
        for node in ast.walk(ast.parse(Path(eligibility.__file__).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Refusal"
    }

    assert given == {border.refusal.name for border in BORDERS} | USES


def test_a_start_announced_later_the_same_day_is_known_from_its_midnight_on() -> None:
    announced = tokyo_midnight(date(2022, 5, 17))
    before = reasons(Asked("round2", "health_insurance", announced - MICROSECOND))
    after = reasons(Asked("round2", "health_insurance", announced))

    assert [r.refusal for r in (*before, *after)] == [Refusal.START_NOT_ANNOUNCED, Refusal.BEFORE_APPLICATION_PERIOD]


@pytest.mark.parametrize(
    "applicant", [Applicant(), Applicant(municipality="999016"), Applicant(born_on=date(1980, 1, 1))]
)
def test_what_was_not_asked_stands_in_nobodys_way(applicant: Applicant) -> None:
    assert reasons(Asked("mihon", "local_shopping", datetime(2023, 7, 15, 3, tzinfo=UTC), applicant)) == []


def test_the_sentences_of_a_municipal_no_say_for_whom_it_is() -> None:
    applicant = Applicant(municipality="132292", born_on=date(2006, 1, 1))
    told = reasons(Asked("mihon", "local_shopping", datetime(2023, 7, 15, 3, tzinfo=UTC), applicant, 30_000_000))

    assert [reason.sentence("ja") for reason in told] == [
        "対象は、みほん市にお住まいの方です。お住まいの市区町村の制度をご確認ください。",
        "対象は、2005年5月2日までに生まれた方です(生年月日:2006年1月1日)。",
        "申込が予算の30,000,000ポイントに達したため、受付を終了しました。",
    ]
    assert [reason.sentence("en") for reason in told] == [
        "This is for residents of Mihon City. Please see what your own municipality offers.",
        "This is for people born by 2 May 2005; your day of birth is 1 January 2006.",
        "Applications have closed, as they have reached the budget of 30,000,000 points.",
    ]


def reasons(asked: Asked) -> list[Reason]:
    incentive = load_round(asked.round_id).incentives[IncentiveId(asked.incentive_id)]
    promised = None if asked.points_promised is None else Points(asked.points_promised)
    return refusals_at(incentive, asked.applicant, now=asked.at, points_promised=promised)
