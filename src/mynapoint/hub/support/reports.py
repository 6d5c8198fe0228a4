"""A month at a municipality's counters: visits, outcomes, waiting, handling, refusals; small counts are hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low

from mynapoint.hub import web
from mynapoint.hub.support.models import Ending, QueueTicket, Visit, VisitRefusal
from mynapoint.programme.values import TOKYO, tokyo_midnight

SMALL = 5
"""Counts are told in steps of this: in a small town four visits of an hour are four people somebody knows."""
HOURS = range(8, 20)

Cells = Mapping[str, int | None]
"""What is counted to how often, rounded down; None: fewer than SMALL."""


@dataclass(frozen=True, slots=True)
class Report:
    """The month from ``first`` on; ``visits`` is the sum of what ``endings`` shows, so it tells nothing beyond.

    Minutes are medians, None where too few were measured.
    """

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
    ended, begun = Counter(one.ending for one in visits), Counter(_hour(one.begun_at) for one in visits)
    endings = rounded({one.value: ended[one.value] for one in Ending})
    return Report(
        municipality=municipality,
        first=first,
        visits=sum(count or 0 for count in endings.values()) or None,
        applications=_rounded(sum(one.applications for one in visits)),
        endings=endings,
        refusals=rounded(Counter(codes)),
        hours=rounded({f"{hour:02}": begun[f"{hour:02}"] for hour in HOURS}),
        waiting_minutes=_minutes((one.drawn_at, one.called_at) for one in tickets if one.called_at),
        handling_minutes=_minutes((one.begun_at, one.ended_at) for one in visits if one.ended_at),
    )


def rounded(counts: Mapping[str, int]) -> Cells:
    """Round every count down to a multiple of SMALL; None: fewer than that, or none at all.

    Hiding small counts alone does not hide them: what is shown beside them and a total give some away.
    """
    return {name: _rounded(count) for name, count in counts.items()}


def as_csv(one: Report) -> str:
    """Return the report as CSV (RFC 4180, for ``utf-8-sig``): codes, and numbers as on the page; None is empty."""
    rows: list[tuple[str, str, int | None]] = [
        ("visits", "", one.visits),
        ("applications", "", one.applications),
        ("waiting_minutes_median", "", one.waiting_minutes),
        ("handling_minutes_median", "", one.handling_minutes),
        *(("ended_by", name, count) for name, count in one.endings.items()),
        *(("refused_for", name, count) for name, count in one.refusals.items()),
        *(("begun_in_hour", name, count) for name, count in one.hours.items()),
    ]
    about = (one.municipality, f"{one.first:%Y-%m}")
    return web.as_csv(("municipality", "month", "figure", "of", "count"), ([*about, *row] for row in rows))


def bars(cells: Cells, *, width: int = 720, height: int = 200) -> Sequence[Bar]:
    """Return the bars of a chart in a box of ``width`` × ``height``; a hidden count has none."""
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


def _hour(begun_at: datetime) -> str:
    return f"{begun_at.astimezone(TOKYO).hour:02}"


def _rounded(count: int) -> int | None:
    return count - count % SMALL or None


def _minutes(spans: Iterable[tuple[datetime, datetime]]) -> int | None:
    measured = [int((until - since).total_seconds()) // 60 for since, until in spans]
    return median_low(measured) if len(measured) >= SMALL else None
