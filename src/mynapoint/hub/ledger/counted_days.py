"""What was counted of days that are over, and which days are left to be read as they lie.

A row carries the instant at which it came, so what came on a day is all there once nothing that was begun on it is
still being written. A day is counted two days later (``SETTLED_DAYS``), once; figures are then sums of counted days
and of the rows since. Rows are found by day through indexes that follow the order in which they came (migration 0002).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q

from mynapoint.hub.ledger.day_models import CountedDay
from mynapoint.programme.values import tokyo_day, tokyo_midnight

SETTLED_DAYS = 2
"""Days after a day until it is counted: what came by its end is recorded by then, however large it was."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days in Tokyo from ``first`` to ``last``, none where that is earlier; ``first`` None: all up to it."""

    first: date | None
    last: date

    @property
    def is_empty(self) -> bool:
        """Whether it is no day at all."""
        return self.first is not None and self.first > self.last

    @property
    def begins(self) -> datetime | None:
        """The instant at which it begins; None: it has no beginning."""
        return None if self.first is None else tokyo_midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The instant at which it is over; what comes at it is no part of it."""
        return tokyo_midnight(self.last + timedelta(days=1))

    def of(self, instant: str) -> Q:
        """Return the condition that what a field says lies within it."""
        begins = {} if self.first is None else {f"{instant}__gte": self.begins}
        return Q(**begins, **{f"{instant}__lt": self.ends})


def last_counted(*, as_of: date = date.max) -> date | None:
    """Return the last day up to ``as_of`` that is counted, and every day before it; None: none is."""
    last: date | None = CountedDay.objects.filter(day__lte=as_of).aggregate(last=Max("day"))["last"]
    return last


def not_counted(*, as_of: date) -> Span:
    """Return the days up to the end of ``as_of`` that are not counted; empty where all are."""
    last = last_counted(as_of=as_of)
    return Span(None if last is None else last + timedelta(days=1), as_of)


def settled(now: datetime) -> date:
    """Return the latest day that may be counted."""
    return tokyo_day(now) - timedelta(days=SETTLED_DAYS)
