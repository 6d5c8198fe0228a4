"""Open data: what is published of applications and points, so that no number about few people can be worked out.

Method (docs/decisions/0036-office.md). Each cell, one incentive at one service, is counted from the beginning to the
end of each week, and rounded down: applications to a multiple of ``STEP``, points to one of what ``STEP`` people can
get at most. A cell below one step is no row at all. Sums are sums of the published numbers, never of the true ones.
So every published number depends on one cell alone, and whatever it is, ``STEP`` true numbers fit it, week by week and
edition by edition. Where a budget is limited its services are one cell: that it is spent is public, and says the sum.

By prefecture visits to support counters are published, counted and rounded alike, and never applications: these would
be the applications of the other table, cut another way, so that the sums of both could pin single cells down. A visit
may end without any application, and an application needs no visit: no number of one table bounds one of the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mynapoint.hub.office.figures import NOTHING, Tally
from mynapoint.programme.values import tokyo_day

STEP = 20
"""People. Whatever is published, so many numbers of people fit it; promised are 10."""
EVERY_SERVICE = ""
"""In place of a service's number: all services together."""
_DAYS_UNTIL_SETTLED = 2
"""Days after a Sunday until its week is published: reports that came by its end are recorded by then."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is counted together, and whether its services are.

    ``incentives``  ids, joined by ``+`` where incentives share a limited budget
    ``points_max``  the most points one application of it can get
    """

    round_id: str
    incentives: str
    service_number: str
    points_max: int


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """At least so many applications and points from the beginning to the end of a Sunday, and less than a step more."""

    through: date
    round_id: str
    incentives: str
    service_number: str
    applications: int
    points: int


@dataclass(frozen=True, slots=True, order=True)
class VisitRow:
    """At least so many visits to the support counters in a prefecture to the end of a Sunday, less than a step more.

    ``prefecture``  its code of JIS X 0401; ``ALL_PREFECTURES`` the sum of the rows
    """

    through: date
    prefecture: str
    visits: int


ALL_PREFECTURES = ""


def due(now: datetime) -> date:
    """Return the Sunday of the latest edition that is due: the calendar is fixed and says nothing about numbers."""
    settled = tokyo_day(now) - timedelta(days=_DAYS_UNTIL_SETTLED)
    return settled - timedelta(days=(settled.weekday() + 1) % 7)


def rows(cells: Mapping[Cell, Mapping[date, Tally]], *, through: date) -> Sequence[Row]:
    """Return the rows of the edition of a Sunday, in order, given what came on each day.

    A row depends on its own cell up to its own week and on nothing else; each sum over services follows its rows.
    """
    by_cell = [row for cell, days in cells.items() for row in _weeks(cell, days, through)]
    sums: dict[tuple[date, str, str], tuple[int, int]] = {}
    for row in by_cell:
        if row.service_number != EVERY_SERVICE:
            of = (row.through, row.round_id, row.incentives)
            applications, points = sums.get(of, (0, 0))
            sums[of] = (applications + row.applications, points + row.points)
    in_all = [Row(*of, EVERY_SERVICE, applications, points) for of, (applications, points) in sums.items()]
    return sorted([*by_cell, *in_all])


def visit_rows(counts: Mapping[str, Mapping[date, int]], *, through: date) -> Sequence[VisitRow]:
    """Return the rows of visits of the edition of a Sunday, in order, given those of each prefecture and day."""
    by_prefecture = [
        VisitRow(sunday, prefecture, visits)
        for prefecture, days in counts.items()
        for sunday, so_far in _sundays({day: Tally(applications=count) for day, count in days.items()}, through)
        if (visits := _down(so_far.applications, STEP))
    ]
    sums: dict[date, int] = {}
    for row in by_prefecture:
        sums[row.through] = sums.get(row.through, 0) + row.visits
    return sorted([*by_prefecture, *(VisitRow(sunday, ALL_PREFECTURES, visits) for sunday, visits in sums.items())])


def _weeks(cell: Cell, days: Mapping[date, Tally], through: date) -> Iterator[Row]:
    for sunday, so_far in _sundays(days, through):
        applications = _down(so_far.applications, STEP)
        if applications:
            points = _down(so_far.points, STEP * cell.points_max)
            yield Row(sunday, cell.round_id, cell.incentives, cell.service_number, applications, points)


def _sundays(days: Mapping[date, Tally], through: date) -> Iterator[tuple[date, Tally]]:
    """Yield what came up to the end of each Sunday, from the first with anything to ``through``."""
    if not days:
        return
    so_far = NOTHING
    first = min(days)
    sunday = first + timedelta(days=6 - first.weekday())
    while sunday <= through:
        for nth in range(7):
            so_far += days.get(sunday - timedelta(days=nth), NOTHING)
        yield sunday, so_far
        sunday += _WEEK


def _down(number: int, step: int) -> int:
    return max(0, number) // step * step
