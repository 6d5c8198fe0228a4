"""Every border of both rounds: the last microsecond before, the first and the last instant of, the first after."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mynapoint.award.direct import registration_refusal
from mynapoint.award.eligibility import Applicant, refusals_at, use_refusals
from mynapoint.award.means import (
    Certificate,
    Channel,
    Days,
    Service,
    ServiceState,
    certificate_refusals,
    channel_refusals,
    service_refusals,
)
from mynapoint.award.premium import Enrolment, Kind, Transaction, eligible_uses
from mynapoint.award.refusals import Reason
from mynapoint.programme.incentives import Incentive
from mynapoint.programme.parameters import Unit
from mynapoint.programme.rounds import load_round
from mynapoint.programme.service_rules import parse_service_rule
from mynapoint.programme.values import IncentiveId, Points, Yen, tokyo_day

TABLE: dict[str, dict[str, list[list[Any]]]] = tomllib.loads(
    (Path(__file__).parent / "eligibility_borders.toml").read_text(encoding="utf-8")
)
CLOCKS = ("application", "card_request", "use", "registration")
MICROSECOND = timedelta(microseconds=1)
ROWS = [
    (round_id, clock, *row) for round_id in ("round1", "round2") for clock in TABLE[round_id] if clock != "moved"
    for row in TABLE[round_id][clock]
]  # fmt: skip
MOVED = [(round_id, *row) for round_id in ("round1", "round2") for row in TABLE[round_id]["moved"]]


def around(day: date) -> list[datetime]:
    """Return the four instants around a day in Tokyo, spelt out with Tokyo's offset and not by the code under test."""
    first, after = (datetime.fromisoformat(f"{one}T00:00:00+09:00") for one in (day, day + timedelta(days=1)))
    return [first - MICROSECOND, first, after - MICROSECOND, after]


def incentive(round_id: str, incentive_id: str) -> Incentive:
    return load_round(round_id).incentives[IncentiveId(incentive_id)]


def said(reasons: list[Reason]) -> str:
    """Return the codes, having written every sentence in both languages."""
    assert all(reason.sentence(language) for reason in reasons for language in ("ja", "en"))
    return " ".join(reason.refusal.code for reason in reasons)


def judged(round_id: str, clock: str, incentive_id: str, instant: datetime) -> str:
    """Return what is said when something happens at an instant, everything else being in order."""
    asked = incentive(round_id, incentive_id)
    if clock == "use":
        return said(
            use_refusals(asked, used_at=instant, effective_from=datetime.fromisoformat("2020-07-01T00:00+09:00"))
        )
    if clock == "registration":
        refusal = registration_refusal(asked, registered_on=tokyo_day(instant))
        return said([refusal] if refusal else [])
    if clock == "application":
        return said(refusals_at(asked, Applicant(card_requested_on=date(2019, 5, 1)), now=instant))
    grace = None if clock == "card_request" else load_round(round_id).graces[clock]
    applicant = Applicant(card_requested_on=tokyo_day(instant), grace=grace)
    in_time = asked.applications_until.final_day
    assert in_time is not None
    return said(refusals_at(asked, applicant, now=datetime.fromisoformat(f"{in_time}T12:00+09:00")))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(map(str, row[:4])))
def test_each_border_is_at_midnight_in_tokyo(row: tuple[Any, ...]) -> None:
    round_id, clock, incentive_id, _figure, day, *expected = row

    assert [judged(round_id, clock, incentive_id, instant) for instant in around(day)] == expected


def test_the_table_has_every_dated_figure_of_both_rounds() -> None:
    listed = {(round_id, incentive_id, figure, day) for round_id, _, incentive_id, figure, day, *_ in ROWS}

    for round_id in ("round1", "round2"):
        law = load_round(round_id)
        for id_, one in law.incentives.items():
            for part, parameter in one.parts().items():
                if parameter.unit in (Unit.FIRST_DAY, Unit.LAST_DAY):
                    assert (round_id, id_, part, parameter.final_day) in listed
            for grace in one.graces:
                assert any(row[:3] == (round_id, grace.id, id_) and grace.until in (None, row[4]) for row in ROWS)


@pytest.mark.parametrize(("round_id", "incentive_id", "clock", "day"), MOVED)
def test_a_day_that_was_moved_later_is_no_border_any_more(
    round_id: str, incentive_id: str, clock: str, day: date
) -> None:
    assert [judged(round_id, clock, incentive_id, instant) for instant in around(day)] == [""] * 4


@pytest.mark.parametrize(
    ("round_id", "row"), [(round_id, row) for round_id in ("round1", "round2") for row in TABLE[round_id]["use"]]
)
def test_the_award_counts_a_use_at_exactly_these_borders_too(round_id: str, row: list[Any]) -> None:
    incentive_id, _figure, day, *expected = row
    rule = parse_service_rule(
        {
            "service_number": "MP0000034",
            "incentive": incentive_id,
            "round": round_id,
            "effective": "at_once",
            "minimum_yen": 1,
            "rounding": "total",
            "schedule": {"kind": "after_use", "hours": 0},
        }
    )
    applied_at = datetime.fromisoformat("2020-07-01T00:00+09:00")
    enrolment = Enrolment("a-1", "SP00001234", Kind.TOP_UP, applied_at, Points(0))
    counted = [
        bool(eligible_uses(rule, enrolment, [Transaction("t-1", "SP00001234", Kind.TOP_UP, None, Yen(1000), instant)]))
        for instant in around(day)
    ]

    assert counted == [said == "" for said in expected]


SERVICE = Service(
    label="サンプルPay",
    state=ServiceState.REGISTERED,
    takes_part=[Days(date(2022, 7, 1), date(2023, 3, 31))],
    channels=[
        Channel("web", "ウェブ", Days(date(2022, 7, 1), date(2023, 2, 28))),
        Channel("shop", "店頭", Days(date(2022, 8, 1))),
    ],
)


@pytest.mark.parametrize(("_border", "day", "before", "first", "last", "after"), TABLE["service"]["takes_part"])
def test_a_service_takes_part_from_its_first_to_its_last_day(
    _border: str, day: date, before: str, first: str, last: str, after: str
) -> None:
    found = [said(list(service_refusals(SERVICE, on=tokyo_day(instant)))) for instant in around(day)]

    assert found == [before, first, last, after]


@pytest.mark.parametrize(
    ("channel", "row"), [(channel, row) for channel in ("web", "shop", "kiosk") for row in TABLE["service"][channel]]
)
def test_a_channel_is_open_from_its_first_to_its_last_day(channel: str, row: list[Any]) -> None:
    _border, day, *expected = row
    found = [said(list(channel_refusals(SERVICE, channel=channel, on=tokyo_day(at)))) for at in around(day)]

    assert found == expected


CERTIFICATE = Certificate(
    datetime.fromisoformat("2022-06-01T09:00:00+09:00"), datetime.fromisoformat("2027-06-20T23:59:59+09:00")
)


@pytest.mark.parametrize(("at", "before", "then", "after"), TABLE["certificate"]["validity"])
def test_a_certificate_is_valid_from_its_first_to_its_last_instant(at: str, before: str, then: str, after: str) -> None:
    instant = datetime.fromisoformat(at)
    found = [said(certificate_refusals(CERTIFICATE, now=instant + shift * MICROSECOND)) for shift in (-1, 0, 1)]

    assert found == [before, then, after]


@pytest.mark.parametrize(("incentive_id", "at", "before", "then", "after"), TABLE["certificate"]["renewal"])
def test_a_renewed_certificate_waits_as_long_as_the_incentive_asks(
    incentive_id: str, at: str, before: str, then: str, after: str
) -> None:
    renewed = Certificate(
        CERTIFICATE.valid_from, CERTIFICATE.valid_until, renewed_at=datetime.fromisoformat("2022-07-15T10:30+09:00")
    )
    asked, instant = incentive("round2", incentive_id), datetime.fromisoformat(at)
    found = [said(certificate_refusals(renewed, now=instant + n * MICROSECOND, incentive=asked)) for n in (-1, 0, 1)]

    assert found == [before, then, after]
