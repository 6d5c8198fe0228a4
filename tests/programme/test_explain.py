"""The rules in words: from the figures of the day, in both languages."""

from __future__ import annotations

from datetime import date, time

import pytest

from mynapoint.programme.contacts import DayKind
from mynapoint.programme.explain import announcement_words, figure_words, hours_words, rule_words
from mynapoint.programme.rounds import CARD_UPTAKE, HEALTH_INSURANCE, load_round

WORDS = [  # round, figure, day, era?, ja, en
    ("round1", "earning_until", date(2020, 6, 18), False, "2021年3月31日まで", "until 31 March 2021"),
    ("round1", "earning_until", date(2022, 1, 24), True, "令和3年12月31日まで(終了)", "until 31 December 2021 (ended)"),
    ("round1", "earning_until", date(2021, 12, 31), False, "2021年12月31日まで", "until 31 December 2021"),
    ("round1", "earning_until", date(2022, 1, 1), False, "2021年12月31日まで(終了)", "until 31 December 2021 (ended)"),
    ("round1", "earning_until", date(2020, 1, 1), False, "2021年3月まで", "until March 2021"),
    ("round1", "applications_from", date(2020, 6, 18), False, "2020年7月から", "from July 2020"),
    ("round1", "applications_from", date(2020, 7, 1), True, "令和2年7月1日から", "from 1 July 2020"),
    ("round2", "direct_applications_from", date(2022, 1, 24), True, "未定(令和4年6月頃の予定)",
     "not yet announced (planned around June 2022)"),
    ("round2", "applications_until", date(2022, 12, 31), False, "未定", "not yet announced"),
    ("round2", "premium_rate", date(2022, 1, 24), False, "25%", "25 %"),
    ("round2", "health_insurance_points", date(2022, 1, 24), False, "7,500ポイント", "7,500 points"),
    ("round2", "yen_to_fill", date(2022, 1, 24), False, "20,000円", "20,000 yen"),
    ("round2", "pin_tries", date(2022, 1, 24), False, "3回", "3"),
    ("round2", "free_dial_menu", date(2022, 1, 24), False, "5番", "5"),
    ("round2", "free_dial_number", date(2022, 1, 24), False, "0120-95-0178", "0120-95-0178"),
]  # fmt: skip


@pytest.mark.parametrize(("round_id", "key", "day", "era", "ja", "en"), WORDS)
def test_a_figure_is_worded_as_known_on_the_day(
    round_id: str, key: str, day: date, era: bool, ja: str, en: str
) -> None:
    parameter = load_round(round_id).parameters[key]

    assert figure_words(parameter, day, "ja", era=era) == ja
    assert figure_words(parameter, day, "en", era=era) == en


def test_a_figure_has_no_words_before_it_was_announced() -> None:
    assert figure_words(load_round("round2").parameters["pin_tries"], date(2022, 1, 23), "ja") is None


def test_our_decision_is_worded_as_what_people_may_do() -> None:
    parameter = load_round("round2").parameters["on_service_left"]
    words = announcement_words(parameter.unit, parameter.announcements[-1], "ja")

    assert words == "残りの分は、別の決済サービスに申し込めます"


def test_the_rule_in_words_computes_the_yen_that_fill_the_cap() -> None:
    incentive = load_round("round1").incentives[CARD_UPTAKE]

    assert rule_words(incentive, date(2020, 6, 18), "ja") == (
        "チャージまたは買い物の額の25%が、1人あたり5,000ポイントまで付与されます(20,000円で上限)。"
    )
    assert rule_words(incentive, date(2020, 6, 18), "en") == (
        "25 % of the amount topped up or spent is given, up to 5,000 points per person; 20,000 yen reach the cap."
    )


def test_the_rule_of_a_fixed_sum_in_words() -> None:
    incentive = load_round("round2").incentives[HEALTH_INSURANCE]

    assert rule_words(incentive, date(2022, 1, 24), "ja") == "条件を満たす方が申し込むと、7,500ポイントが付与されます。"


def test_a_rule_has_no_words_before_its_figures() -> None:
    round2 = load_round("round2").incentives

    assert rule_words(round2[CARD_UPTAKE], date(2021, 12, 31), "ja") is None
    assert rule_words(round2[HEALTH_INSURANCE], date(2021, 12, 31), "en") is None


def test_the_lines_hours_are_worded_by_kind_of_day() -> None:
    line = load_round("round2").contact_lines["free_dial"]
    hours = line.hours_as_of(date(2020, 6, 18))

    assert hours is not None
    assert hours_words(hours, date(2020, 6, 18), "en") == [
        "Weekdays 09:30 to 20:00",
        "Saturdays, Sundays and public holidays 09:30 to 17:30",
    ]
    sunday = hours.on(DayKind.SUNDAY)
    assert sunday is not None
    assert (sunday.opens, sunday.closes) == (time(9, 30), time(17, 30))


def test_hours_that_have_lapsed_are_not_stated_as_in_force() -> None:
    line = load_round("round2").contact_lines["free_dial"]
    hours = line.hours_as_of(date(2022, 4, 1))

    assert hours is not None
    assert not hours.lapsed(date(2022, 3, 31))
    assert hours.lapsed(date(2022, 4, 1))
    assert hours_words(hours, date(2022, 4, 1), "ja", era=True) == [
        "未確認(最後に公表された受付時間は令和4年3月31日まで)"
    ]


def test_there_are_no_hours_before_the_first_announcement() -> None:
    assert load_round("round1").contact_lines["free_dial"].hours_as_of(date(2020, 6, 17)) is None
