"""A counter's or a department's dated rows put together into its schedule, for opening_hours to be asked about."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from mynapoint.hub.municipalities.models import ClosedDays, Counter, Department, YearlyRest
from mynapoint.hub.municipalities.opening_hours import Hours, Rest, Schedule, Span
from mynapoint.hub.municipalities.opening_hours import YearlyRest as YearlySpan
from mynapoint.programme.contacts import MonthDay


def schedule_of(counter: Counter) -> Schedule | None:
    """Return a counter's schedule as all its rows tell it, those that begin later too; None where it states no hours.

    A row that took this one's place goes on with the schedule if it is at the same place.
    """
    hours = tuple(hours for row in _statements(counter) for hours in _hours(row))
    if not hours:
        return None
    return Schedule(
        hours=hours,
        rests=tuple(_rests(counter)),
        first_day=counter.first_day,
        last_day=counter.last_day,
        must_state_new_year=True,
    )


def schedule_of_department(department: Department) -> Schedule | None:
    """Return a department's schedule: weekdays, and the days on which the whole municipality rests; None: no hours."""
    if department.opens is None or department.closes is None:
        return None
    span = Span(department.opens, department.closes)
    hours = Hours(frozenset({"weekday"}), span, department.valid_from, department.valid_until)
    rests = tuple(_rests_at(Q(counter=None), department.municipality_id))
    return Schedule(hours=(hours,), rests=rests, must_state_new_year=True)


def _statements(counter: Counter) -> Iterator[Counter]:
    """Yield a counter's row and those that follow it at the same place."""
    row: Counter | None = counter
    while row is not None:
        yield row
        following = row.followed_by.order_by("valid_from").first()
        row = following if following is not None and following.place == counter.place else None


def _hours(row: Counter) -> Iterator[Hours]:
    for one in row.hours.all():
        yield Hours(
            kinds=frozenset(one.days),
            span=Span(one.opens, one.closes),
            first_day=max(one.valid_from, row.valid_from),
            last_day=min((day for day in (one.valid_until, row.valid_until) if day), default=None),
        )


def _rests(counter: Counter) -> Iterator[Rest | YearlySpan]:
    rows = [row.pk for row in _statements(counter)]
    yield from _rests_at(Q(counter=None) | Q(counter__in=rows), counter.municipality_id)


def _rests_at(here: Q, municipality: int) -> Iterator[Rest | YearlySpan]:
    for one in ClosedDays.objects.filter(here, municipality=municipality):
        yield Rest(one.first_day, one.last_day, one.valid_from, one.valid_until)
    for rest in YearlyRest.objects.filter(here, municipality=municipality):
        yield YearlySpan(_month_day(rest.first), _month_day(rest.last), rest.valid_from, rest.valid_until)


def _month_day(text: str) -> MonthDay:
    month, day = text.split("-")
    return MonthDay(int(month), int(day))
