"""The service file: what it takes from the programme, when applications take effect, and files that are refused."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from mynapoint.programme.schedules import MonthClose
from mynapoint.programme.service_rules import (
    Effective,
    Rounding,
    ServiceFileError,
    load_service_rule,
    parse_service_rule,
)

FILE = """
service_number = "MP0000034"
incentive  = "card_uptake"
round      = "round2"
effective  = "next_day"
minimum_yen = 1
rounding   = "total"
[schedule]
kind = "month_close"
months = 1
day = "last"
"""
TABLE: dict[str, Any] = {
    "service_number": "MP0000034",
    "incentive": "card_uptake",
    "effective": "at_once",
    "minimum_yen": 1,
    "rounding": "total",
    "schedule": {"kind": "month_close", "months": 1, "day": "last"},
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_rate_cap_and_period_come_from_the_programme(tmp_path: Path) -> None:
    path = tmp_path / "service.toml"
    path.write_text(FILE, encoding="utf-8")

    found = load_service_rule(path)

    assert (found.premium_rate, found.points_max) == (25, 5_000)
    assert (found.earning_from, found.earning_until) == (date(2022, 1, 1), date(2023, 2, 28))
    assert found.effective is Effective.NEXT_DAY
    assert found.rounding is Rounding.TOTAL
    assert found.schedule == MonthClose(1, "last")


@pytest.mark.parametrize(
    ("round_id", "first", "last"),
    [
        ("round1", date(2020, 9, 1), date(2021, 12, 31)),
        ("round2", date(2022, 1, 1), date(2023, 2, 28)),
        (None, date(2020, 9, 1), date(2023, 2, 28)),
    ],
)
def test_without_a_round_both_rounds_are_one_period(round_id: str | None, first: date, last: date) -> None:
    found = parse_service_rule(TABLE | ({"round": round_id} if round_id else {}))

    assert (found.earning_from, found.earning_until) == (first, last)


def test_the_earning_period_is_whole_days_in_tokyo() -> None:
    found = parse_service_rule(TABLE | {"round": "round2"})

    assert found.earning_starts_at == at("2021-12-31T15:00:00Z")
    assert found.earning_ends_before == at("2023-02-28T15:00:00Z")


@pytest.mark.parametrize(
    ("effective", "applied_at", "starts_at"),
    [
        (Effective.AT_ONCE, "2022-07-15T10:00:00+09:00", "2022-07-15T10:00:00+09:00"),
        (Effective.NEXT_DAY, "2022-07-15T23:59:59+09:00", "2022-07-16T00:00:00+09:00"),
        (Effective.NEXT_DAY, "2022-07-15T15:00:00Z", "2022-07-17T00:00:00+09:00"),
        (Effective.NEXT_DAY_0800, "2022-12-31T23:30:00+09:00", "2023-01-01T08:00:00+09:00"),
    ],
)
def test_an_application_takes_effect_by_tokyos_day(effective: Effective, applied_at: str, starts_at: str) -> None:
    assert effective.starts_at(at(applied_at)) == at(starts_at)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"rounding": "each", "schedule": {"kind": "threshold", "months": 3, "day": 15}}, "rounding"),
        ({"incentive": "health_insurance"}, "incentive"),
        ({"incentive": "lottery"}, "incentive"),
        ({"incentive": "local_shopping"}, "incentive"),
        ({"round": "round3"}, "round"),
        ({"service_number": "MP34"}, "service_number"),
        ({"effective": "soon"}, "effective"),
        ({"minimum_yen": 0}, "minimum_yen"),
        ({"minimum_yen": "1"}, "minimum_yen"),
        ({"minimum_yen": True}, "minimum_yen"),
        ({"rounding": "half_up"}, "rounding"),
        ({"schedule": {"kind": "after_use", "hours": -1}}, "schedule.hours"),
        ({"premium_rate": 50}, "premium_rate"),
    ],
)
def test_a_file_that_cannot_be_judged_by_is_refused_with_its_key(change: dict[str, Any], key: str) -> None:
    with pytest.raises(ServiceFileError) as refused:
        parse_service_rule(TABLE | change, file="service.toml")

    assert refused.value.key == key
    assert str(refused.value).startswith(f"service.toml: {key}: ")


@pytest.mark.parametrize("key", sorted(TABLE))
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(ServiceFileError) as refused:
        parse_service_rule({name: value for name, value in TABLE.items() if name != key})

    assert refused.value.key == key


@pytest.mark.parametrize("content", [b"\xff", b"service_number ="])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "service.toml"
    path.write_bytes(content)

    with pytest.raises(ServiceFileError, match=r"service\.toml: file: "):
        load_service_rule(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServiceFileError, match="cannot be read"):
        load_service_rule(tmp_path / "none.toml")


def test_a_service_may_set_its_own_last_day_of_use() -> None:
    own = parse_service_rule(TABLE | {"round": "round2", "earning_until": date(2023, 3, 31)})

    assert parse_service_rule(TABLE | {"round": "round2"}).earning_until == date(2023, 2, 28)
    assert own.earning_until == date(2023, 3, 31)
    assert own.earning_ends_before == datetime.fromisoformat("2023-04-01T00:00:00+09:00")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2023-03-31", "must be a day such as 2023-03-31, without quotes"),
        (datetime.fromisoformat("2023-03-31T00:00:00"), "must be a day such as 2023-03-31"),
        (date(2021, 12, 31), "2021-12-31 is before earning starts on 2022-01-01"),
    ],
)
def test_a_last_day_of_use_that_is_none_is_refused(value: object, why: str) -> None:
    with pytest.raises(ServiceFileError, match=why) as error:
        parse_service_rule(TABLE | {"round": "round2", "earning_until": value})

    assert error.value.key == "earning_until"
