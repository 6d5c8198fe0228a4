"""Whether something is open at an instant, until when, and when it opens next: pure, over any plan of days.

A plan tells of a day in Tokyo when it is open: spans, none for a day of rest, None where nobody has stated it. Instants
are aware; a span is open from ``opens`` up to, and not at, ``closes``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import jpholiday

from mynapoint.programme.contacts import ContactLine, DayKind, MonthDay, YearEnd
from mynapoint.programme.values import TOKYO, tokyo_day

LOOK_AHEAD_DAYS = 100
"""How many days ahead the next opening is looked for."""
AROUND_NEW_YEAR = (MonthDay(12, 29), MonthDay(1, 3))
"""The days on which the state's offices rest (Act on Holidays of Administrative Organs, article 1): where a source says
nothing of the days around New Year, these are not known. Nothing is closed by this constant."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One opening within a day."""

    opens: time
    closes: time


Plan = Callable[[date], tuple[Span, ...] | None]


@dataclass(frozen=True, slots=True)
class Hours:
    """The same span on some kinds of day, from ``first_day`` to ``last_day`` (inclusive; None: no bound)."""

    kinds: frozenset[str]
    span: Span
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """Days of rest, first and last inclusive; stated from ``first_stated`` to ``last_stated`` (None: no bound)."""

    first_day: date
    last_day: date
    first_stated: date | None = None
    last_stated: date | None = None


@dataclass(frozen=True, slots=True)
class YearlyRest:
    """Days of rest in every year, such as 29 December to 3 January, as long as it is stated."""

    first: MonthDay
    last: MonthDay
    first_stated: date | None = None
    last_stated: date | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A plan made of dated rows: hours by kind of day, days of rest, and the period in which it is held at all.

    ``must_state_new_year``  the days around New Year are not known unless a rest speaks of them
    """

    hours: tuple[Hours, ...]
    rests: tuple[Rest | YearlyRest, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    must_state_new_year: bool = False

    def __call__(self, day: date) -> tuple[Span, ...] | None:
        """Return the day's spans, in order; None where nobody has stated them."""
        if not _within(day, self.first_day, self.last_day) or any(_rests(one, day) for one in self.rests):
            return ()
        kind = day_kind(day)
        spans = [one.span for one in self.hours if kind in one.kinds and _within(day, one.first_day, one.last_day)]
        if spans and self.must_state_new_year and _yearly(*AROUND_NEW_YEAR, day) and not self._speaks_of_new_year(day):
            return None
        return tuple(sorted(spans))

    def _speaks_of_new_year(self, day: date) -> bool:
        around = timedelta(days=6)  # from 29 December to 3 January, whichever of them the day is
        for rest in self.rests:
            if isinstance(rest, YearlyRest):
                if _within(day, rest.first_stated, rest.last_stated):
                    return True
            elif rest.first_day <= day + around and day - around <= rest.last_day:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands at an instant.

    ``is_open``  None where nobody has stated the hours of that day
    ``until``    when open: the instant it closes, lunch gaps and adjoining spans minded
    ``next``     when closed: the next instant it opens; None if none is known within LOOK_AHEAD_DAYS
    """

    is_open: bool | None
    until: datetime | None = None
    next: datetime | None = None


@lru_cache(maxsize=4096)
def day_kind(day: date) -> str:
    """Return the kind of a day: a national holiday is a holiday whatever its weekday, moved ones where they fell."""
    if jpholiday.is_holiday(day):
        return DayKind.HOLIDAY.value
    if day.weekday() < _SATURDAY:
        return DayKind.WEEKDAY.value
    return DayKind.SATURDAY.value if day.weekday() == _SATURDAY else DayKind.SUNDAY.value


def open_at(plan: Plan, now: datetime) -> bool | None:
    """Say whether it is open at an instant; None where nobody has stated that day's hours."""
    spans = plan(tokyo_day(now))
    return None if spans is None else _span_at(spans, now) is not None


def next_opening(plan: Plan, now: datetime) -> datetime | None:
    """Return the first instant after ``now`` at which it opens, having been closed; a span that adjoins another one
    does not open anything. None where none is within LOOK_AHEAD_DAYS, or a day before it is not known."""
    today = tokyo_day(now)
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        day = today + timedelta(days=ahead)
        spans = plan(day)
        if spans is None:
            return None
        for span in _joined(spans):
            opens = _instant(day, span.opens)
            if opens > now:
                return opens
    return None


def standing(plan: Plan, now: datetime) -> Standing:
    """Return whether it is open at an instant, until when, or when next."""
    day = tokyo_day(now)
    spans = plan(day)
    if spans is None:
        return Standing(None)
    span = _span_at(spans, now)
    if span is not None:
        return Standing(True, until=_instant(day, span.closes))
    return Standing(False, next=next_opening(plan, now))


def line_plan(line: ContactLine, known_on: date) -> Plan:
    """Return the plan of a telephone line as what had been announced by ``known_on`` says it.

    Not known: days past what the source vouches for, and those around New Year of which the source says nothing.
    """
    hours = line.hours_as_of(known_on)

    def plan(day: date) -> tuple[Span, ...] | None:
        if hours is None or hours.lapsed(day):
            return None
        if hours.rests_on(day):
            return ()
        if hours.closed is None and hours.year_end is not YearEnd.OPEN and _yearly(*AROUND_NEW_YEAR, day):
            return None
        opening = hours.on(DayKind(day_kind(day)))
        return () if opening is None else (Span(opening.opens, opening.closes),)

    return plan


def _span_at(spans: Iterable[Span], now: datetime) -> Span | None:
    at = now.astimezone(TOKYO).time()
    return next((span for span in _joined(spans) if span.opens <= at < span.closes), None)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, those that adjoin or overlap made one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.opens <= joined[-1].closes:
            joined[-1] = Span(joined[-1].opens, max(joined[-1].closes, span.closes))
        else:
            joined.append(span)
    return joined


def _rests(rest: Rest | YearlyRest, day: date) -> bool:
    if not _within(day, rest.first_stated, rest.last_stated):
        return False
    if isinstance(rest, Rest):
        return rest.first_day <= day <= rest.last_day
    return _yearly(rest.first, rest.last, day)


def _yearly(first: MonthDay, last: MonthDay, day: date) -> bool:
    today = MonthDay(day.month, day.day)
    return first <= today <= last if first <= last else today >= first or today <= last


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, TOKYO)
