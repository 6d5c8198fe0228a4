"""A month at a municipality's counters: visits, outcomes, waiting, handling, refusals; small cells are hidden."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low

from mynapoint.hub.support.models import Ending, QueueTicket, Visit, VisitRefusal
from mynapoint.programme.values import TOKYO, tokyo_midnight

SMALL = 5
"""Fewer than this are hidden: in a small town four visits of an hour are four people somebody knows."""
HOURS = range(8, 20)

Cells = Mapping[str, int | None]
"""What is counted to how often; None: hidden, because it is small or would give a small one away."""


@dataclass(frozen=True, slots=True)
class Report:
    """The month from ``first`` on. Minutes are medians, None where too few were measured."""

    municipality: str
    first: date
    visits: int | None
    applications: int | None
    endings: Cells
    refusals: Cells
    hours: Cells
    waiting_minutes: int | None
    handling_minutes: int | None


def report(municipality: str, first: date) -> Report:
    """Count a month by days in Tokyo; visits still open are left out."""
    since, until = tokyo_midnight(first), tokyo_midnight(_next_month(first))
    visits = list(
        Visit.objects.filter(municipality=municipality, begun_at__gte=since, begun_at__lt=until, ended_at__isnull=False)
    )
    tickets = QueueTicket.objects.filter(municipality=municipality, drawn_at__gte=since, drawn_at__lt=until)
    codes = VisitRefusal.objects.filter(visit__in=[one.pk for one in visits]).values_list("code", flat=True)
    applications = sum(one.applications for one in visits)
    hours = Counter(f"{one.begun_at.astimezone(TOKYO).hour:02}" for one in visits)
    return Report(
        municipality=municipality,
        first=first,
        visits=_shown(len(visits)),
        applications=_shown(applications),
        endings=hidden(Counter({one.value: 0 for one in Ending}) + Counter(one.ending for one in visits)),
        refusals=hidden(Counter(codes)),
        hours=hidden({f"{hour:02}": hours[f"{hour:02}"] for hour in HOURS}),
        waiting_minutes=_minutes((one.drawn_at, one.called_at) for one in tickets if one.called_at),
        handling_minutes=_minutes((one.begun_at, one.ended_at) for one in visits if one.ended_at),
    )


def hidden(counts: Mapping[str, int]) -> Cells:
    """Hide small cells, and where that hides one alone, the next smallest, too: a total would give it away."""
    small = {name for name, count in counts.items() if 0 < count < SMALL}
    if len(small) == 1:
        rest = sorted((count, name) for name, count in counts.items() if count >= SMALL)
        small |= {name for _, name in rest[:1]}
    return {name: None if name in small else count for name, count in counts.items()}


def as_csv(one: Report) -> str:
    """Return the report as CSV (RFC 4180, for ``utf-8-sig``): codes and numbers alone; hidden cells are empty."""
    out = io.StringIO()
    write = csv.writer(out).writerow
    write(["municipality", "month", "figure", "of", "count"])
    rows: list[tuple[str, str, int | None]] = [
        ("visits", "", one.visits),
        ("applications", "", one.applications),
        ("waiting_minutes_median", "", one.waiting_minutes),
        ("handling_minutes_median", "", one.handling_minutes),
        *(("ended_by", name, count) for name, count in one.endings.items()),
        *(("refused_for", name, count) for name, count in one.refusals.items()),
        *(("begun_in_hour", name, count) for name, count in one.hours.items()),
    ]
    for figure, of, count in rows:
        write([one.municipality, f"{one.first:%Y-%m}", figure, of, "" if count is None else count])
    return out.getvalue()


def bars(cells: Cells, *, width: int = 720, height: int = 200) -> Sequence[Bar]:
    """Return the bars of a chart in a box of ``width`` × ``height``; a hidden cell has none."""
    most = max((count for count in cells.values() if count), default=1)
    step = width / max(1, len(cells))
    return [
        Bar(
            name,
            count,
            round(place * step + step * 0.15),
            round(step * 0.7),
            round(height * (count or 0) / most),
            height,
        )
        for place, (name, count) in enumerate(cells.items())
    ]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it begins, how wide and high it is, in a box ``of`` so high."""

    name: str
    count: int | None
    x: int
    width: int
    height: int
    of: int

    @property
    def y(self) -> int:
        """Where its top is, from above."""
        return self.of - self.height

    @property
    def middle(self) -> int:
        """Where its label stands."""
        return self.x + self.width // 2


def _next_month(first: date) -> date:
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def _shown(count: int) -> int | None:
    return None if 0 < count < SMALL else count


def _minutes(spans: Iterable[tuple[datetime, datetime]]) -> int | None:
    measured = [int((until - since).total_seconds()) // 60 for since, until in spans]
    return median_low(measured) if len(measured) >= SMALL else None
