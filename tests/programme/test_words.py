"""Days in words: Japan's era, Western years, English."""

from __future__ import annotations

from datetime import date

import pytest

from mynapoint.programme.words import Words, date_in, english_date, era_date, japanese_date, month_in


@pytest.mark.parametrize(
    ("day", "era"),
    [
        (date(2022, 1, 24), "令和4年1月24日"),
        (date(2020, 6, 18), "令和2年6月18日"),
        (date(2019, 12, 31), "令和元年12月31日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "1989年1月7日"),
    ],
)
def test_an_era_begins_on_its_first_day_with_the_year_gannen(day: date, era: str) -> None:
    assert era_date(day) == era


def test_a_day_is_written_in_each_language() -> None:
    day = date(2022, 7, 15)

    assert japanese_date(day) == "2022年7月15日"
    assert english_date(day) == "15 July 2022"
    assert [date_in(day, "ja"), date_in(day, "ja-JP", era=True), date_in(day, "en", era=True)] == [
        "2022年7月15日",
        "令和4年7月15日",
        "15 July 2022",
    ]


def test_a_month_is_written_in_each_language() -> None:
    day = date(2022, 6, 1)

    assert [month_in(day, "ja"), month_in(day, "ja", era=True), month_in(day, "en")] == [
        "2022年6月",
        "令和4年6月",
        "June 2022",
    ]


@pytest.mark.parametrize(("language", "text"), [("ja", "予約"), ("ja-JP", "予約"), ("en", "reservation")])
def test_words_are_chosen_by_language(language: str, text: str) -> None:
    assert Words("予約", "reservation").in_language(language) == text
