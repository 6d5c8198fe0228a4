"""Expected against reported: which services are late, and which awards are early, missing or for stopped applications.

The hub knows each service's schedule and what it was told to award, but no use: what it can tell without one is here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Sum
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

_Of = tuple[int, str, str]
"""A service's key, a round and one of its incentives."""
_OF = ("payment_service", "round_id", "incentive")
_OF_APPLICATION = ("application__payment_service", "application__round_id", "application__incentive")


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
    """Return for every service and incentive that was applied for how reports agree with what is expected.

    Each kind of what may be off is asked once for all of them: a nation's entries are read a few times in all.
    """
    made = Application.objects.values_list(*_OF).annotate(Min("applied_at"), Count("pk"))
    known = {(service, round_id, incentive): rest for service, round_id, incentive, *rest in made}
    services = PaymentService.objects.in_bulk({service for service, *_ in known})
    up_to = reported_up_to(list(services))
    early, missing, stopped = _too_early(services), _missing(up_to), _on_stopped()
    found = []
    for of, (first, applications) in sorted(known.items()):
        service, round_id, incentive = services[of[0]], of[1], IncentiveId(of[2])
        reported = up_to.get(service.pk)
        due = _due(service, round_id, incentive, first, now=now) if _is_premium(of) else None
        is_reported = reported is not None and due is not None and reported > tokyo_midnight(due)
        found.append(
            Compared(
                service_number=service.number,
                incentive=incentive,
                applications=applications,
                reported_up_to=reported,
                late_since=None if due is None or is_reported else due,
                too_early=early[of],
                missing=missing[of],
                on_stopped=Points(stopped.get(of, 0)),
            )
        )
    return found


def due_by(schedule: AwardSchedule, *, first: date, last: date, on: date) -> date | None:
    """Return the latest day up to ``on`` on which a schedule awards uses of ``first`` … ``last``; None: none yet."""
    if isinstance(schedule, AfterUse):
        due = min(on, tokyo_day(schedule.matures_at(tokyo_midnight(last + timedelta(days=1)))))
        return due if due > first + timedelta(hours=schedule.hours) else None
    days = [day for month in _months(first, last) if (day := schedule.opens_on(month)) <= on]
    return max(days, default=None)


def _is_premium(of: _Of) -> bool:
    return load_round(of[1]).incentives[IncentiveId(of[2])].earning_period is not None


def _due(
    service: PaymentService, round_id: str, incentive: IncentiveId, first: datetime, *, now: datetime
) -> date | None:
    last = load_round(round_id).incentives[incentive].earning_period
    end = last_award_on(service, round_id, incentive)
    if last is None or end is None:
        return None
    on = min(tokyo_day(now) - timedelta(days=GRACE_DAYS), end)
    return due_by(parse_schedule(service.schedule), first=tokyo_day(first), last=min(last.ends_on, on), on=on)


def _too_early(services: Mapping[int, PaymentService]) -> Counter[_Of]:
    schedules = {pk: parse_schedule(service.schedule) for pk, service in services.items()}
    awards = LedgerEntry.objects.filter(points__gt=0)
    days = awards.annotate(applied_on=TruncDate("application__applied_at", tzinfo=TOKYO))
    early: Counter[_Of] = Counter()
    counted = days.values_list(*_OF_APPLICATION, "applied_on", "posted_on").annotate(Count("pk"))
    for service, round_id, incentive, applied_on, posted_on, count in counted:
        of = (service, round_id, incentive)
        if _is_premium(of) and posted_on < _earliest(schedules[service], applied_on):
            early[of] += count
    return early


def _earliest(schedule: AwardSchedule, applied_on: date) -> date:
    if isinstance(schedule, MonthClose | Threshold):
        return max(applied_on, schedule.opens_on(applied_on))
    return applied_on + timedelta(days=schedule.hours // 24)


def _missing(up_to: Mapping[int, datetime]) -> Counter[_Of]:
    recorded = LedgerEntry.objects.filter(application=OuterRef("application"), points__gt=0)
    told = Notice.objects.filter(kind=NoticeKind.AWARD_INSTRUCTION.value, application__standing__isnull=False)
    grace = timedelta(days=GRACE_DAYS)
    rows = told.filter(~Exists(recorded)).values_list(*_OF_APPLICATION, "created_at")
    return Counter(
        (service, round_id, incentive)
        for service, round_id, incentive, created_at in rows.iterator()
        if service in up_to and created_at < up_to[service] - grace
    )


def _on_stopped() -> dict[_Of, int]:
    stopped = LedgerEntry.objects.filter(application__standing__isnull=True)
    rows = stopped.values_list(*_OF_APPLICATION).annotate(Sum("points"))
    return {(service, round_id, incentive): points for service, round_id, incentive, points in rows}


def _months(first: date, last: date) -> Iterator[date]:
    month = month_day(first, months=0, day=1)
    while month <= last:
        yield month
        month = month_day(month, months=1, day=1)
