"""Who announced what when, and what changed between two days: in order, with what went before, and nothing twice."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from mynapoint.programme.history import FigureAnnounced, FigureChange, GraceAnnounced, changes, history
from mynapoint.programme.history_words import change_words, event_words, key_of
from mynapoint.programme.rounds import ROUND_IDS, load_round

UPDATE_OF_NISHITOKYO, END_OF_2022 = date(2022, 1, 24), date(2022, 12, 31)


@pytest.mark.parametrize("round_id", ROUND_IDS)
def test_every_announcement_is_told_once_in_the_order_of_its_day(round_id: str) -> None:
    law = load_round(round_id)
    events = history(law)

    assert all(a.after.announced_on <= b.after.announced_on for a, b in pairwise(events))
    figures = [event for event in events if isinstance(event, FigureAnnounced)]
    decided = 0 if round_id == "mihon" else 1
    assert len({(e.parameter.key, e.after.announced_on) for e in figures}) == len(figures)
    assert len(figures) == sum(len(p.announcements) for p in law.parameters.values()) - decided
    assert {e.grace.id for e in events if isinstance(e, GraceAnnounced)} == set(law.graces)


def test_each_announcement_stands_beside_the_one_it_followed() -> None:
    law = load_round("round2")
    card = [event_words(law, e, "ja") for e in history(law) if key_of(e) == "card_requested_by"]

    assert card == [
        "施策1・2・3 マイナンバーカードの申請期限:2022年9月30日まで",
        "施策1・2・3 マイナンバーカードの申請期限:2022年9月30日まで(前と同じ)",
        "施策1・2・3 マイナンバーカードの申請期限:2022年9月30日まで → 2022年12月31日まで",
        "施策1・2・3 マイナンバーカードの申請期限:2022年12月31日まで → 2023年2月28日まで",
    ]


def test_what_was_left_open_and_planned_around_a_month_is_told_as_such() -> None:
    law = load_round("round2")
    start = [event_words(law, e, "en") for e in history(law) if key_of(e) == "direct_applications_from"]
    until = [event_words(law, e, "ja") for e in history(law) if key_of(e) == "applications_until"]

    assert start == [
        "Incentive 2, 3: Applications from: not yet announced (planned around June 2022)",
        "Incentive 2, 3: Applications from: not yet announced (planned around June 2022) (as before)",
        "Incentive 2, 3: Applications from: not yet announced (planned around June 2022) → from 30 June 2022",
    ]
    assert until[2:4] == [
        "施策1・2・3 申込の期限:2023年2月28日まで → 未定",
        "施策1・2・3 申込の期限:未定 → 2023年5月31日まで",
    ]


def test_exceptions_are_part_of_the_history_with_their_authority_and_reach() -> None:
    law = load_round("round2")
    told = {key_of(e): event_words(law, e, "en") for e in history(law) if isinstance(e, GraceAnnounced)}

    assert "exception: until 1 March 2023. For: " in told["online_2023_03_01"]
    assert "exception: no day named. For: " in told["counter_2023_02_28"]
    assert all("Ministry of Internal Affairs" in words for words in told.values())


def test_a_year_of_round_2_changed_three_figures_and_nothing_that_was_only_repeated() -> None:
    law = load_round("round2")
    figures = [c for c in changes(law, UPDATE_OF_NISHITOKYO, END_OF_2022) if isinstance(c, FigureChange)]

    assert [change_words(law, c, END_OF_2022, "ja") for c in figures] == [
        "施策1・2・3 マイナンバーカードの申請期限:2022年9月30日まで → 2023年2月28日まで(151日延長)",
        "施策2・3 申込の開始:未定(2022年6月頃の予定) → 2022年6月30日から",
        "施策1・2・3 申込の期限:2023年2月28日まで → 未定",
    ]


@pytest.mark.parametrize(
    ("earlier", "later", "changed"),
    [
        (date(2022, 9, 19), date(2022, 9, 20), ["card_requested_by"]),
        (date(2022, 9, 20), date(2022, 9, 21), []),
        (date(2022, 9, 20), date(2022, 9, 20), []),
        (date(2023, 9, 30), date(2023, 10, 1), ["applications_until", "account_registered_by"]),
        (date(2023, 2, 27), date(2023, 2, 28), ["applications_until", "online_2023_03_01", "counter_2023_02_28"]),
        (date(2022, 3, 31), date(2022, 4, 1), ["free_dial"]),
    ],
)
def test_a_change_is_told_between_the_two_days_it_lies_between(earlier: date, later: date, changed: list[str]) -> None:
    assert [key_of(change) for change in changes(load_round("round2"), earlier, later)] == changed


def test_a_last_day_that_passed_is_told_as_ended() -> None:
    law = load_round("round2")
    told = [change_words(law, c, date(2023, 10, 1), "en") for c in changes(law, date(2023, 9, 30), date(2023, 10, 1))]

    assert told[0] == "Incentive 1, 2, 3: Applications until: until 30 September 2023 (ended)"


def test_days_that_are_reversed_are_refused() -> None:
    with pytest.raises(ValueError, match="2022-01-24 is before 2022-12-31"):
        changes(load_round("round2"), END_OF_2022, UPDATE_OF_NISHITOKYO)
