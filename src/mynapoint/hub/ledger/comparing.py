"""Expected against reported: which services are late, and which awards are early, missing or for stopped applications.

The hub knows each service's schedule and what it was told to award, but no use: what it can tell without one is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncDate

from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.models import Application, Notice
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.ledger.releasing import last_award_on, reported_up_to
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.programme.rounds import load_round
from mynapoint.programme.schedules import AfterUse, AwardSchedule, MonthClose, Threshold, month_day, parse_schedule
from mynapoint.programme.values import TOKYO, IncentiveId, Points, tokyo_day, tokyo_midnight

GRACE_DAYS = 3
"""Days a provider has to report what its schedule awards before it is late; our choice, no rule was found."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What is off at one service and incentive; nothing is where all is as expected.

    ``late_since``   the day whose awards should have been reported by now; None: it is not late
    ``too_early``    entries posted before the schedule can have awarded anything to their application
    ``missing``      fixed sums instructed before the day up to which was reported, and never recorded
    ``on_stopped``   points recorded for applications that are stopped, not clawed back yet
    """

    service_number: str
    incentive: IncentiveId
    applications: int
    reported_up_to: datetime | None
    late_since: date | None
    too_early: int
    missing: int
    on_stopped: Points

    @property
    def is_off(self) -> bool:
        """Whether somebody should look at it."""
        return bool(self.late_since or self.too_early or self.missing or self.on_stopped)


def compare(*, now: datetime) -> list[Compared]:
    """Return for every service and incentive that was applied for how reports agree with what is expected."""
    rows = list(Application.objects.values_list("payment_service", "round_id", "incentive").annotate(Min("applied_at")))
    services = PaymentService.objects.in_bulk({service for service, *_ in rows})
    up_to = reported_up_to(list(services))
    return [
        _compared(services[service], round_id, IncentiveId(incentive), first, up_to.get(service), now=now)
        for service, round_id, incentive, first in sorted(rows)
    ]


def due_by(schedule: AwardSchedule, *, first: date, last: date, on: date) -> date | None:
    """Return the latest day up to ``on`` on which a schedule awards uses of ``first`` … ``last``; None: none yet."""
    if isinstance(schedule, AfterUse):
        due = min(on, tokyo_day(schedule.matures_at(tokyo_midnight(last + timedelta(days=1)))))
        return due if due > first + timedelta(hours=schedule.hours) else None
    days = [day for month in _months(first, last) if (day := schedule.opens_on(month)) <= on]
    return max(days, default=None)


def _compared(
    service: PaymentService,
    round_id: str,
    incentive: IncentiveId,
    first: datetime,
    up_to: datetime | None,
    *,
    now: datetime,
) -> Compared:
    own = Application.objects.filter(payment_service=service, round_id=round_id, incentive=incentive)
    entries = LedgerEntry.objects.filter(application__in=own)
    is_premium = load_round(round_id).incentives[incentive].earning_period is not None
    due = _due(service, round_id, incentive, first, now=now) if is_premium else None
    reported = up_to is not None and due is not None and up_to > tokyo_midnight(due)
    stopped = entries.filter(application__standing__isnull=True)
    return Compared(
        service_number=service.number,
        incentive=incentive,
        applications=own.count(),
        reported_up_to=up_to,
        late_since=None if due is None or reported else due,
        too_early=_too_early(service, own) if is_premium else 0,
        missing=_missing(own, up_to) if up_to else 0,
        on_stopped=Points(stopped.aggregate(all=Sum("points"))["all"] or 0),
    )


def _due(
    service: PaymentService, round_id: str, incentive: IncentiveId, first: datetime, *, now: datetime
) -> date | None:
    last = load_round(round_id).incentives[incentive].earning_period
    end = last_award_on(service, round_id, incentive)
    if last is None or end is None:
        return None
    on = min(tokyo_day(now) - timedelta(days=GRACE_DAYS), end)
    return due_by(parse_schedule(service.schedule), first=tokyo_day(first), last=min(last.ends_on, on), on=on)


def _too_early(service: PaymentService, own: QuerySet[Application]) -> int:
    schedule = parse_schedule(service.schedule)
    awards = LedgerEntry.objects.filter(application__in=own, points__gt=0)
    days = awards.annotate(applied_on=TruncDate("application__applied_at", tzinfo=TOKYO))
    counted = days.values_list("applied_on", "posted_on").annotate(Count("pk"))
    return sum(count for applied_on, posted_on, count in counted if posted_on < _earliest(schedule, applied_on))


def _earliest(schedule: AwardSchedule, applied_on: date) -> date:
    if isinstance(schedule, MonthClose | Threshold):
        return max(applied_on, schedule.opens_on(applied_on))
    return applied_on + timedelta(days=schedule.hours // 24)


def _missing(own: QuerySet[Application], up_to: datetime) -> int:
    recorded = LedgerEntry.objects.filter(application=OuterRef("application"), points__gt=0)
    told = Notice.objects.filter(
        application__in=own,
        kind=NoticeKind.AWARD_INSTRUCTION.value,
        created_at__lt=up_to - timedelta(days=GRACE_DAYS),
        application__standing__isnull=False,
    )
    return told.filter(~Exists(recorded)).count()


def _months(first: date, last: date) -> Iterator[date]:
    month = month_day(first, months=0, day=1)
    while month <= last:
        yield month
        month = month_day(month, months=1, day=1)
