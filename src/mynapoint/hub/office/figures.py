"""Figures of the programme as of the end of a day: of rows that are only ever added, those up to that midnight.

So a past day's figures stay as they were, whatever comes later. What is not yet over may still grow, and so may, for
minutes, the day just over: a large report is recorded under the instant at which it came. Counted days are read as
their sums (hub/ledger/counted_days.py), the days since from their rows, so a page takes as long in a programme's last
month as in its first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate

from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.budgets import Moved, Standing, moved, standings
from mynapoint.hub.ledger.counted_days import Span, not_counted
from mynapoint.hub.ledger.day_models import DayCount, DayMoved
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.office.models import DayVisits
from mynapoint.hub.settlement.models import Claim, ClaimStep, State
from mynapoint.hub.support.models import Visit
from mynapoint.programme.prefectures import prefecture_of
from mynapoint.programme.values import TOKYO, IncentiveId, Points

Of = tuple[str, IncentiveId]
"""A round and one of its incentives."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What part of the programme figures are about; nothing named: all of it. Empty ``round_id``: every round."""

    round_id: str = ""
    incentive: str = ""
    service_number: str = ""


_Key = TypeVar("_Key")
_Cell = tuple[str, str, str]
ALL = Cut()


@dataclass(frozen=True, slots=True)
class Tally:
    """Applications made and points recorded, claw-backs taken off; so ``points`` of one day may be below zero."""

    applications: int = 0
    points: Points = Points(0)  # noqa: RUF009 - a whole number

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.applications + other.applications, Points(self.points + other.points))


NOTHING = Tally()
_PAID = (State.PAID, State.CLOSED)
_APPROVED = (State.APPROVED, State.RETURNED, *_PAID)


@dataclass(frozen=True, slots=True)
class CounterCount:
    """Of one municipality's support counters: visits that have ended, and applications made in them."""

    municipality: str
    visits: int
    applications: int


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """Of the support counters in one prefecture: visits that have ended, and applications made in them."""

    visits: int = 0
    applications: int = 0

    def __add__(self, other: PlaceCount) -> PlaceCount:
        return PlaceCount(self.visits + other.visits, self.applications + other.applications)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Points of claims, negative ones taken off: those not refused, of these the approved, of these the paid."""

    claimed: Points = Points(0)  # noqa: RUF009 - a whole number
    approved: Points = Points(0)  # noqa: RUF009 - a whole number
    paid: Points = Points(0)  # noqa: RUF009 - a whole number


@dataclass(frozen=True, slots=True)
class Cells:
    """What came, by round, incentive and service number: on each day on which anything came, and before these days."""

    days: Mapping[_Cell, Mapping[date, Tally]]
    before: Mapping[_Cell, Tally]

    def of(self, incentive: IncentiveId) -> Cells:
        """Return what came of one incentive."""
        return Cells(
            {cell: days for cell, days in self.days.items() if cell[1] == incentive},
            {cell: one for cell, one in self.before.items() if cell[1] == incentive},
        )

    def total(self, *, before: date = date.max) -> Tally:
        """Return everything, or what came before one of the days that are told apart."""
        found = (one for days in self.days.values() for on, one in days.items() if on < before)
        return sum(found, start=sum(self.before.values(), start=NOTHING))

    def by_day(self, *, first: date, last: date) -> Mapping[date, Tally]:
        """Return each day from ``first`` to ``last``, without gaps."""
        counts = {first + timedelta(days=nth): NOTHING for nth in range((last - first).days + 1)}
        for days in self.days.values():
            for on, one in days.items():
                if first <= on <= last:
                    counts[on] += one
        return counts

    def by_service(self) -> Mapping[str, Tally]:
        """Return each service's by its number, the most applications first."""
        return _most_first((number, one) for (_round, _incentive, number), one in self._sums())

    def by_incentive(self) -> Mapping[Of, Tally]:
        """Return each incentive's by round and id, the most applications first."""
        return _most_first(
            ((round_id, IncentiveId(incentive)), one) for (round_id, incentive, _number), one in self._sums()
        )

    def _sums(self) -> Iterator[tuple[_Cell, Tally]]:
        yield from self.before.items()
        yield from ((cell, sum(days.values(), start=NOTHING)) for cell, days in self.days.items())


def day_end(day: date) -> datetime:
    """Return the instant at which a day in Tokyo is over; nothing from it on belongs to the day."""
    return Span(None, day).ends


def cells(*, as_of: date, cut: Cut = ALL, first: date | None = None) -> Cells:
    """Return everything up to the end of a day, counted once: all other figures of applications are sums of it.

    ``first``  the first day that is told apart; what came before it is one sum. None: every day is
    """
    days: dict[_Cell, dict[date, Tally]] = {}
    before: dict[_Cell, Tally] = {}
    for cell, day, count in (*_kept(as_of, cut, first), *_since(not_counted(as_of=as_of), cut)):
        if first is not None and day < first:
            before[cell] = before.get(cell, NOTHING) + count
        else:
            own = days.setdefault(cell, {})
            own[day] = own.get(day, NOTHING) + count
    return Cells(days, before)


def budgets(*, as_of: date) -> Sequence[Standing]:
    """Return how the budgets stand from which anything had moved, by name."""
    kept = DayMoved.objects.filter(day__lte=as_of).order_by().values_list("budget", "from_account", "to_account")
    counted = [Moved(*row) for row in kept.annotate(Sum("points"), Sum("appropriations"))]
    rest = moved(not_counted(as_of=as_of).of("made_at"))
    return [one for one in standings([*counted, *rest]) if any(one.balances.values())]


def by_claim(*, as_of: date, cut: Cut = ALL) -> Mapping[tuple[str, str], Claimed]:
    """Return what was claimed by service number and month such as ``2022-07``, the latest month first."""
    until = day_end(as_of)
    steps = ClaimStep.objects.filter(claim=OuterRef("pk"), made_at__lt=until).order_by("-number")
    made = Claim.objects.filter(_cut(cut), submitted_at__lt=until).annotate(then=Subquery(steps.values("state")[:1]))
    found: dict[tuple[str, str], Claimed] = {}
    names = ("payment_service__number", "month", "then")
    for number, month, then, points in made.order_by().values_list(*names).annotate(Sum("points")):
        if then != State.REFUSED:
            before = found.get((number, month), Claimed())
            found[number, month] = Claimed(
                Points(before.claimed + points),
                Points(before.approved + points * (then in _APPROVED)),
                Points(before.paid + points * (then in _PAID)),
            )
    by_number = dict(sorted(found.items()))
    return dict(sorted(by_number.items(), key=lambda one: one[0][1], reverse=True))


def by_counter(*, as_of: date) -> Sequence[CounterCount]:
    """Return the municipalities with visits at their counters, the most visits first."""
    kept = DayVisits.objects.filter(day__lte=as_of).order_by().values_list("municipality")
    counts: dict[str, PlaceCount] = {}
    for town, *numbers in (
        *kept.annotate(Sum("visits"), Sum("applications")),
        *ended_visits(not_counted(as_of=as_of)),
    ):
        counts[town] = counts.get(town, PlaceCount()) + PlaceCount(*numbers)
    found = (CounterCount(town, one.visits, one.applications) for town, one in counts.items())
    return sorted(found, key=lambda one: (-one.visits, one.municipality))


def ended_visits(span: Span) -> QuerySet[Visit, tuple[str, int, int]]:
    """Return municipality, visits and applications of the visits that ended within a span of days."""
    ended = Visit.objects.filter(span.of("ended_at")).order_by()
    return ended.values_list("municipality").annotate(Count("pk"), Sum("applications"))


def by_prefecture(*, as_of: date) -> Mapping[str, PlaceCount]:
    """Return the counters' by their prefecture's code; under ``""`` those of no municipality, or one without a code."""
    codes = prefectures_of_towns()
    counts: dict[str, PlaceCount] = {}
    for one in by_counter(as_of=as_of):
        code = codes.get(one.municipality, "")
        counts[code] = counts.get(code, PlaceCount()) + PlaceCount(one.visits, one.applications)
    return counts


def visits_by_prefecture_and_day(*, as_of: date) -> Mapping[str, Mapping[date, int]]:
    """Return the ended visits by prefecture and the day they ended on; those of no prefecture are left out."""
    codes = prefectures_of_towns()
    counts: dict[str, dict[date, int]] = {}
    kept = DayVisits.objects.filter(day__lte=as_of).values_list("municipality", "day", "visits")
    ended = Visit.objects.filter(not_counted(as_of=as_of).of("ended_at"))
    for town, on, visits in (*kept, *_daily(ended, "ended_at", Count("pk"), "municipality")):
        if code := codes.get(town):
            days = counts.setdefault(code, {})
            days[on] = days.get(on, 0) + visits
    return counts


def prefectures_of_towns() -> Mapping[str, str]:
    """Return each municipality's prefecture by its slug, by the register of today."""
    towns = Municipality.objects.exclude(code="").values_list("slug", "code")
    return {slug: prefecture_of(code) for slug, code in towns}


def _kept(as_of: date, cut: Cut, first: date | None) -> Iterator[tuple[_Cell, date, Tally]]:
    kept = DayCount.objects.filter(_cut(cut), day__lte=as_of).order_by()
    names = ("round_id", "incentive", "payment_service__number")
    if first is not None:
        together = kept.filter(day__lt=first).values_list(*names).annotate(Sum("applications"), Sum("points"))
        for round_id, incentive, number, applications, points in together:
            yield (round_id, incentive, number), date.min, Tally(applications, Points(points))
    apart = kept if first is None else kept.filter(day__gte=first)
    for round_id, incentive, number, day, applications, points in apart.values_list(
        *names, "day", "applications", "points"
    ):
        yield (round_id, incentive, number), day, Tally(applications, Points(points))


def _since(rest: Span, cut: Cut) -> Iterator[tuple[_Cell, date, Tally]]:
    made = Application.objects.filter(_cut(cut), rest.of("applied_at"))
    names = ("round_id", "incentive", "payment_service__number")
    for round_id, incentive, number, day, applications in _daily(made, "applied_at", Count("pk"), *names):
        yield (round_id, incentive, number), day, Tally(applications=applications)
    recorded = LedgerEntry.objects.filter(_cut(cut, "application__"), rest.of("recorded_at"))
    names = ("application__round_id", "application__incentive", "payment_service__number")
    for round_id, incentive, number, day, points in _daily(recorded, "recorded_at", Sum("points"), *names):
        yield (round_id, incentive, number), day, Tally(points=Points(points))


def _cut(cut: Cut, way: str = "") -> Q:
    wanted = {
        f"{way}round_id": cut.round_id,
        f"{way}incentive": cut.incentive,
        "payment_service__number": cut.service_number,
    }
    return Q(**{name: value for name, value in wanted.items() if value})


def _daily(rows: QuerySet, instant: str, count: Count | Sum, *names: str) -> Sequence[tuple]:  # type: ignore[type-arg]
    days = rows.order_by().annotate(on=TruncDate(instant, tzinfo=TOKYO)).values_list(*names, "on")
    return list(days.annotate(count))


def _most_first(parts: Iterable[tuple[_Key, Tally]]) -> dict[_Key, Tally]:
    counts: dict[_Key, Tally] = {}
    for key, one in parts:
        counts[key] = counts.get(key, NOTHING) + one
    return dict(sorted(counts.items(), key=lambda one: (-one[1].applications, -one[1].points, str(one[0]))))
