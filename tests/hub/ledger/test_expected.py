"""When the next award is expected, in words and days, for all three schedules."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from mynapoint.exchange.messages import Counts
from mynapoint.hub.ledger.expected import expected
from mynapoint.programme.schedules import AfterUse, AwardSchedule, MonthClose, Threshold
from mynapoint.programme.values import Yen

APPLIED = date(2022, 7, 15)
LAST = date(2023, 9, 30)


def lines(schedule: AwardSchedule, today: date, language: str = "ja", counts: Counts = Counts.TOP_UP) -> list[str]:
    with translation.override(language):
        found = expected(
            schedule, counts=counts, applied_on=APPLIED, today=today, earning_until=LAST, yen_left=Yen(8_000)
        )
        return [f"{one.use} → {one.on}" for one in found]


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2022, 7, 15), ["2022年7月中のチャージ分 → 2022-08-31"]),
        (date(2022, 7, 31), ["2022年7月中のチャージ分 → 2022-08-31"]),
        (date(2022, 8, 1), ["2022年7月中のチャージ分 → 2022-08-31", "2022年8月中のチャージ分 → 2022-09-30"]),
        (date(2022, 8, 31), ["2022年7月中のチャージ分 → 2022-08-31", "2022年8月中のチャージ分 → 2022-09-30"]),
        (date(2022, 9, 1), ["2022年8月中のチャージ分 → 2022-09-30", "2022年9月中のチャージ分 → 2022-10-31"]),
        (date(2023, 10, 1), ["2023年9月中のチャージ分 → 2023-10-31"]),
        (date(2023, 11, 1), []),
    ],
)
def test_month_close_names_each_month_that_waits(today: date, told: list[str]) -> None:
    assert lines(MonthClose(1, "last"), today) == told


def test_after_use_says_how_long_after() -> None:
    assert lines(AfterUse(3), APPLIED) == ["ご利用の3時間後 → None"]
    assert lines(AfterUse(3), date(2023, 10, 1)) == []


def test_a_threshold_says_what_is_missing_and_what_happens_if_it_stays_so() -> None:
    assert lines(Threshold(3, 15), APPLIED, counts=Counts.PURCHASE) == [
        "まだ付与されていない買い物の合計が2022年7月中に8,000円に達したとき → 2022-10-15",
        "2023年9月30日までに達しなかったとき → 2023-12-15",
    ]
    assert lines(Threshold(3, 15), date(2023, 10, 1)) == ["2023年9月30日までに達しなかったとき → 2023-12-15"]
    assert lines(Threshold(3, 15), date(2023, 12, 16)) == []


def test_the_same_in_english() -> None:
    assert lines(MonthClose(1, "last"), APPLIED, "en") == ["Top-ups in July 2022 → 2022-08-31"]
    assert lines(Threshold(3, 15), APPLIED, "en") == [
        "If top-ups not yet awarded reach 8,000 yen in July 2022 → 2022-10-15",
        "If they do not reach it by 30 September 2023 → 2023-12-15",
    ]
