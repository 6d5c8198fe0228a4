"""When a resident may expect the next award, from the service's own schedule; days, not promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mynapoint.exchange.messages import Counts
from mynapoint.hub.words import PageWords
from mynapoint.programme.schedules import AfterUse, AwardSchedule, MonthClose, Threshold, month_day
from mynapoint.programme.values import Yen
from mynapoint.programme.words import english_date, japanese_date, month_in


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of my page: which use, and the day its points come; without a day, the words say when."""

    use: PageWords
    on: date | None = None


def expected(
    schedule: AwardSchedule, *, counts: Counts, applied_on: date, today: date, earning_until: date, yen_left: Yen
) -> list[Expected]:
    """Return what is to be expected on a day in Tokyo, soonest first; nothing once all use has been awarded.

    ``yen_left``  what fills the room; the hub does not know how much of it has been used already
    """
    use = _USE[counts]
    if isinstance(schedule, AfterUse):
        words = PageWords(schedule.words("ja"), schedule.words("en"))
        return [Expected(words)] if today <= earning_until else []
    if isinstance(schedule, MonthClose):
        months = _months(schedule, first=applied_on, last=min(today, earning_until))
        return [
            Expected(PageWords(f"{month_in(one, 'ja')}中の{use.ja}分", f"{use.en} in {month_in(one, 'en')}"), day)
            for one in months
            if (day := schedule.opens_on(one)) >= today
        ]
    return _threshold(schedule, use, today=today, earning_until=earning_until, yen_left=yen_left)


_USE = {Counts.TOP_UP: PageWords("チャージ", "Top-ups"), Counts.PURCHASE: PageWords("買い物", "Purchases")}


def _months(schedule: MonthClose, *, first: date, last: date) -> list[date]:
    earliest = max(month_day(first, months=0, day=1), month_day(last, months=-schedule.months, day=1))
    months = []
    while earliest <= last:
        months.append(earliest)
        earliest = month_day(earliest, months=1, day=1)
    return months


def _threshold(
    schedule: Threshold, use: PageWords, *, today: date, earning_until: date, yen_left: Yen
) -> list[Expected]:
    lines = []
    if today <= earning_until:
        reached = PageWords(
            f"まだ付与されていない{use.ja}の合計が{month_in(today, 'ja')}中に{yen_left:,}円に達したとき",
            f"If {use.en.lower()} not yet awarded reach {yen_left:,} yen in {month_in(today, 'en')}",
        )
        lines.append(Expected(reached, schedule.opens_on(today)))
    unreached = PageWords(
        f"{japanese_date(earning_until)}までに達しなかったとき",
        f"If they do not reach it by {english_date(earning_until)}",
    )
    day = schedule.opens_on(earning_until)
    return [*lines, Expected(unreached, day)] if day >= today else lines
