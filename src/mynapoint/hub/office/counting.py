"""Counting the days that are over: sums kept once, which the office's pages read in place of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Min, Sum

from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.models import Movement
from mynapoint.hub.ledger import counting
from mynapoint.hub.ledger.counted_days import Span, last_counted, settled
from mynapoint.hub.ledger.day_models import CountedDay
from mynapoint.hub.office.figures import ended_visits
from mynapoint.hub.office.models import DayVisits
from mynapoint.hub.support.models import Visit
from mynapoint.programme.values import tokyo_day

_ONE = timedelta(days=1)


def count_days(*, now: datetime) -> int:
    """Count every day that may be and is not counted yet, in order; return how many.

    Each day is a transaction of its own: broken off, it goes on where it was. Two at once count no day twice.
    """
    day, counted = _next(), 0
    while day is not None and day <= settled(now):
        try:
            _count(day, now)
        except IntegrityError:
            break  # somebody else counts it, and those after it
        day, counted = day + _ONE, counted + 1
    return counted


@transaction.atomic
def forget_days() -> int:
    """Take away what was counted, so that it is counted again; return how many days that was."""
    days = CountedDay.objects.count()
    CountedDay.objects.all().delete()
    DayVisits.objects.all().delete()
    counting.forget()
    return days


def unlike() -> Iterator[str]:
    """Yield which sums kept are not those of their rows: nothing, unless a row came days after its instant."""
    last = last_counted()
    if last is not None:
        yield from counting.unlike(last)
        rows = list(ended_visits(Span(None, last)))
        for what, found in (
            ("visits", {town: visits for town, visits, _ in rows}),
            ("applications", {town: applications for town, _, applications in rows}),
        ):
            kept = DayVisits.objects.order_by().values_list("municipality").annotate(Sum(what))
            yield from counting.differences(f"{what} at counters", dict(kept), found)


@transaction.atomic
def _count(day: date, now: datetime) -> None:
    CountedDay.objects.create(day=day, counted_at=now)  # whoever else counts it waits here, and is refused
    counting.count(day)
    ended = ended_visits(Span(day, day))
    DayVisits.objects.bulk_create(
        DayVisits(day=day, municipality=town, visits=visits, applications=applications)
        for town, visits, applications in ended
    )


def _next() -> date | None:
    """Return the day after the last that is counted, or the first on which anything came; None: nothing came yet."""
    last = last_counted()
    if last is not None:
        return last + _ONE
    firsts = [
        rows.aggregate(first=Min(instant))["first"]
        for rows, instant in (
            (Application.objects, "applied_at"),
            (Movement.objects, "made_at"),
            (Visit.objects, "ended_at"),
        )
    ]
    return min((tokyo_day(first) for first in firsts if first is not None), default=None)
