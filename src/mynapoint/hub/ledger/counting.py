"""Counting a day that is over: what is kept of it says what its rows say, once for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Model, Sum

from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.budgets import moved
from mynapoint.hub.ledger.comparing import Of, too_early
from mynapoint.hub.ledger.counted_days import Span
from mynapoint.hub.ledger.day_models import DayCount, DayMoved, DayWaiting
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.ledger.waiting_awards import more_waiting


def count(day: date) -> None:
    """Keep the sums of a day. Those of a day that is counted already are refused by the database."""
    span = Span(day, day)
    made, points, early = applications(span), entries(span), too_early(span)
    DayCount.objects.bulk_create(
        DayCount(
            day=day,
            payment_service_id=of[0],
            round_id=of[1],
            incentive=of[2],
            applications=made[of],
            points=points[of],
            early=early[of],
        )
        for of in sorted({*made, *points})
    )
    DayWaiting.objects.bulk_create(
        DayWaiting(
            day=day,
            told_on=told.on,
            payment_service_id=told.payment_service,
            round_id=told.round_id,
            incentive=told.incentive,
            waiting=more,
        )
        for told, more in sorted(more_waiting(span).items())
        if more
    )
    DayMoved.objects.bulk_create(
        DayMoved(
            day=day,
            budget_id=one.budget,
            from_account=one.from_account,
            to_account=one.to_account,
            points=one.points,
            appropriations=one.appropriations,
        )
        for one in moved(span.of("made_at"))
    )


def forget() -> None:
    """Take away what was counted of every day."""
    for kept in (DayCount, DayWaiting, DayMoved):
        kept.objects.all().delete()


def unlike(last: date) -> Iterator[str]:
    """Yield which sums of the days counted up to ``last`` are not those of their rows.

    Entries that came too early are left out: they were judged by the schedule of their day, which may have changed.
    """
    span, of = Span(None, last), ("payment_service", "round_id", "incentive")
    between, rows = ("budget", "from_account", "to_account"), moved(span.of("made_at"))
    points = {(one.budget, one.from_account, one.to_account): one.points for one in rows}
    times = {(one.budget, one.from_account, one.to_account): one.appropriations for one in rows}
    yield from differences("applications", _sums(DayCount, "applications", *of), applications(span))
    yield from differences("points", _sums(DayCount, "points", *of), entries(span))
    yield from differences("awards waiting", _sums(DayWaiting, "waiting", *of, "told_on"), more_waiting(span))
    yield from differences("points moved", _sums(DayMoved, "points", *between), points)
    yield from differences("appropriations", _sums(DayMoved, "appropriations", *between), times)


def differences(what: str, kept: Mapping[Any, int], rows: Mapping[Any, int]) -> Iterator[str]:
    """Yield for which key two tallies differ, and how: a key that one of them lacks is nothing there."""
    for key in sorted({*kept, *rows}):
        if kept.get(key, 0) != rows.get(key, 0):
            yield f"{what} of {key}: kept {kept.get(key, 0)}, found {rows.get(key, 0)}"


def applications(span: Span) -> Counter[Of]:
    """Return how many applications were made within a span of days."""
    made = Application.objects.filter(span.of("applied_at")).order_by()
    counts = made.values_list("payment_service", "round_id", "incentive").annotate(Count("pk"))
    return Counter({(service, round_id, incentive): number for service, round_id, incentive, number in counts})


def entries(span: Span) -> Counter[Of]:
    """Return the points of the entries made within a span of days."""
    made = LedgerEntry.objects.filter(span.of("recorded_at")).order_by()
    sums = made.values_list("payment_service", "application__round_id", "application__incentive")
    of_each = sums.annotate(Sum("points"))
    return Counter({(service, round_id, incentive): number for service, round_id, incentive, number in of_each})


def _sums(kept: type[Model], number: str, *by: str) -> dict[tuple[object, ...], int]:
    rows = kept._default_manager.order_by().values_list(*by).annotate(Sum(number))
    return {tuple(key): found for *key, found in rows}
