"""Every known announcement of every figure of both rounds, against a table made from the facts independently."""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mynapoint.cli import app
from mynapoint.programme.contacts import ContactHours, DayKind, YearEnd
from mynapoint.programme.explain import figure_words, hours_words
from mynapoint.programme.parameters import Announcement
from mynapoint.programme.rounds import Round, load_round

TABLE: dict[str, dict[str, list[list[Any]]]] = tomllib.loads(
    (Path(__file__).parent / "announcements.toml").read_text(encoding="utf-8")
)
ROUNDS = ("round1", "round2")
Row = tuple[str, date, object, str, str]


@pytest.mark.parametrize("round_id", ROUNDS)
def test_the_law_knows_these_announcements_and_no_others(round_id: str) -> None:
    rows = [tuple(row) for group in (round_id, "national") for row in TABLE[group]["announcements"]]

    assert sorted(map(repr, _announced(load_round(round_id)))) == sorted(map(repr, rows))


@pytest.mark.parametrize("round_id", ROUNDS)
def test_what_is_inferred_or_decided_says_from_what(round_id: str) -> None:
    unsure = [
        announcement
        for parameter in load_round(round_id).parameters.values()
        for announcement in parameter.announcements
        if announcement.confidence.value in ("inferred", "decision")
    ]

    assert unsure
    assert all(announcement.note is not None for announcement in unsure)


@pytest.mark.parametrize(
    ("figure", "day", "words"),
    [
        ("direct_applications_from", date(2022, 1, 24), "未定(2022年6月頃の予定)"),
        ("direct_applications_from", date(2022, 5, 16), "未定(2022年6月頃の予定)"),
        ("direct_applications_from", date(2022, 5, 17), "2022年6月30日から"),
        ("applications_until", date(2022, 12, 19), "2023年2月28日まで"),
        ("applications_until", date(2022, 12, 20), "未定"),
        ("applications_until", date(2023, 2, 28), "2023年5月31日まで"),
        ("people_planned", date(2022, 1, 24), "95,000,000人"),
        ("card_uptake_certificate_after", date(2023, 9, 30), "1時間後"),
        ("public_funds_account_certificate_after", date(2023, 9, 30), "3日後"),
    ],
)
def test_what_was_left_open_is_printed_as_such_until_it_was_announced(figure: str, day: date, words: str) -> None:
    assert figure_words(load_round("round2").parameters[figure], day, "ja") == words


@pytest.mark.parametrize("round_id", ROUNDS)
def test_the_telephone_hours_are_dated_schedules(round_id: str) -> None:
    hours = load_round(round_id).contact_lines["free_dial"].hours

    assert [_hours(one) for one in hours] == TABLE["hours"]["announcements"]


def test_the_later_city_s_rest_around_new_year_includes_both_its_days() -> None:
    line = load_round("round2").contact_lines["free_dial"]
    hours = line.hours_as_of(date(2026, 12, 1))
    assert hours is not None

    assert [hours.rests_on(day) for day in (date(2026, 12, 28), date(2026, 12, 29), date(2027, 1, 3))] == [
        False,
        True,
        True,
    ]
    assert not hours.rests_on(date(2027, 1, 4))
    assert "12月29日から1月3日まではお休みです" in hours_words(hours, date(2026, 12, 1), "ja")
    assert "Closed from 29 December to 3 January" in hours_words(hours, date(2026, 12, 1), "en")
    assert [other.final for other in line.alternatives] == ["0570-783-578", "050-3818-1250"]


def test_the_exceptions_are_on_the_register_with_authority_reason_and_reach() -> None:
    graces = load_round("round2").graces.values()
    found = [
        [grace.parameter.key, grace.announced_on, str(grace.until or ""), grace.source.id, *words]
        for grace, (*_, reach, authority, reason) in zip(graces, TABLE["grace"]["announcements"], strict=True)
        if reach in grace.reach.ja and reason in grace.reason.ja
        for words in [(reach, grace.authority.ja, reason)]
    ]

    assert found == TABLE["grace"]["announcements"]


@pytest.mark.parametrize(
    "command",
    [
        ["show", "round2", "--as-of", "2023-03-01"],
        ["history", "round2"],
        ["diff", "round2", "2023-02-27", "2023-03-01"],
    ],
)
def test_an_exception_is_printed_with_authority_reason_reach_and_day(command: list[str]) -> None:
    printed = CliRunner().invoke(app, ["programme", *command]).stdout
    printed = "".join(line.strip() for line in printed.splitlines())

    for part in ("特例:2023年3月1日まで", "特例:日の定めなし", "オンラインでカードを申請した方", "窓口に来て"):
        assert part in printed
    assert "理由:オンライン申請のサイトが混雑し、つながりにくくなったため(総務省)" in printed
    assert "理由:窓口が混雑したため(総務省)" in printed


def _announced(law: Round) -> list[Row]:
    return [
        (parameter.key, one.announced_on, _stated(one), one.source.id, one.confidence.value)
        for parameter in law.parameters.values()
        for one in parameter.announcements
    ]


def _stated(announcement: Announcement) -> object:
    if announcement.around:
        return f"around {announcement.around:%Y-%m}"
    if announcement.month_only and isinstance(announcement.value, date):
        return f"in {announcement.value:%Y-%m}"
    value = announcement.value
    return "open" if value is None else str(value) if isinstance(value, str) else value


def _hours(hours: ContactHours) -> list[object]:
    closes = [opening.closes.isoformat("minutes") for kind in DayKind if (opening := hours.on(kind))]
    assert {opening.opens for opening in hours.openings} == {time(9, 30)}
    assert closes[1:] == [closes[1]] * 3, "Saturdays, Sundays and holidays alike"
    year_end = hours.year_end.value
    if hours.year_end is YearEnd.CLOSED and hours.closed:
        year_end = " ".join(f"{one.month:02}-{one.day:02}" for one in hours.closed)
    return [hours.announced_on, closes[0], closes[1], year_end, str(hours.valid_until or ""), hours.source.id]
