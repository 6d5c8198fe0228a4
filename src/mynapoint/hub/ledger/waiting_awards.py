"""Awards that providers were told to make and have not reported, by the day on which they were told."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.models import Notice
from mynapoint.hub.ledger.counted_days import Span, not_counted
from mynapoint.hub.ledger.day_models import DayWaiting
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.programme.values import TOKYO


class Told(NamedTuple):
    """Instructions to award of one day: to which service (its key), for which incentive of which round."""

    payment_service: int
    round_id: str
    incentive: str
    on: date


def waiting_awards(*, as_of: date) -> Counter[Told]:
    """Return how many wait at the end of a day; whose provider was told to stop waits for nothing until it resumes."""
    rest = not_counted(as_of=as_of)
    kept = DayWaiting.objects.filter(day__lte=as_of).values_list("payment_service", "round_id", "incentive", "told_on")
    waiting = Counter({Told(*row): more for *row, more in kept.annotate(Sum("waiting"))})
    if not rest.is_empty:
        waiting.update(more_waiting(rest))
    waiting.subtract(_tallied(_stopped(rest)))
    return +waiting


def more_waiting(span: Span) -> Counter[Told]:
    """Return how many more wait at the end of a span of days than at its beginning, whether or not one was stopped."""
    told = Notice.objects.filter(kind=NoticeKind.AWARD_INSTRUCTION.value)
    more = _tallied(told.filter(~_awarded(Q(recorded_at__lt=span.ends)), span.of("created_at")))
    if span.first is not None:
        before, since = Q(recorded_at__lt=span.begins), span.of("recorded_at")
        more.subtract(_tallied(told.filter(_awarded(since), ~_awarded(before), created_at__lt=span.begins)))
    return more


def _stopped(span: Span) -> QuerySet[Notice]:
    resumed = Notice.objects.filter(
        application=OuterRef("application"), kind=NoticeKind.RESUME.value, id__gt=OuterRef("id")
    )
    stops = Notice.objects.filter(application=OuterRef("application"), kind=NoticeKind.STOP.value)
    until = Q(created_at__lt=span.ends)
    told = Notice.objects.filter(until, kind=NoticeKind.AWARD_INSTRUCTION.value)
    return told.filter(
        Exists(stops.filter(until, ~Exists(resumed.filter(until)))), ~_awarded(Q(recorded_at__lt=span.ends))
    )


def _awarded(when: Q) -> Exists:
    return Exists(LedgerEntry.objects.filter(when, application=OuterRef("application"), points__gt=0))


def _tallied(notices: QuerySet[Notice]) -> Counter[Told]:
    days = notices.annotate(on=TruncDate("created_at", tzinfo=TOKYO)).order_by()
    names = ("application__payment_service", "application__round_id", "application__incentive", "on")
    return Counter({Told(*row): count for *row, count in days.values_list(*names).annotate(Count("pk"))})
