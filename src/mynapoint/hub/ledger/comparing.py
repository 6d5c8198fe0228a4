"""Expected against reported: which services are late, and which awards are early, missing or for stopped applications.

The hub knows each service's schedule and what it was told to award, but no use: what it can tell without one is here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Sum
from django.db.models.functions import TruncDate

from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.models import Application, Notice
from mynapoint.hub.ledger.counted_days import Span, not_counted
from mynapoint.hub.ledger.day_models import DayCount
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.ledger.releasing import last_award_on, reported_up_to
from mynapoint.hub.ledger.waiting_awards import waiting_awards
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.programme.rounds import load_round
from mynapoint.programme.schedules import AfterUse, AwardSchedule, MonthClose, Threshold, month_day, parse_schedule
from mynapoint.programme.values import TOKYO, IncentiveId, Points, tokyo_day, tokyo_midnight

Of = tuple[int, str, str]
"""A service's key, a round and one of its incentives."""

GRACE_DAYS = 3
"""Days a provider has to report what its schedule awards before it is late; our choice, no rule was found."""

_OF = ("payment_service", "round_id", "incentive")
_OF_APPLICATION = ("application__payment_service", "application__round_id", "application__incentive")


@dataclass(frozen=True, slots=True)
class Compared:
    """What is off at one service and incentive; nothing is where all is as expected.

    ``late_since``   the day whose awards should have been reported by now; None: it is not late
    ``too_early``    entries posted before the schedule can have awarded anything to their application; of counted
                     days by the schedule of the time
    ``missing``      fixed sums instructed on days well before the instant up to which was reported, never recorded
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

    Each kind of what may be off is asked once for all of them, and of counted days nothing is asked of their rows.
    """
    as_of = tokyo_day(now)
    known = _known(as_of)
    services = PaymentService.objects.in_bulk({service for service, *_ in known})
    up_to = reported_up_to(list(services))
    missing, stopped = _missing(up_to, as_of), _on_stopped()
    found = []
    for of, (first, applications, too_early) in sorted(known.items()):
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
                too_early=too_early,
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


def _is_premium(of: Of) -> bool:
    return load_round(of[1]).incentives[IncentiveId(of[2])].earning_period is not None


def _due(service: PaymentService, round_id: str, incentive: IncentiveId, first: date, *, now: datetime) -> date | None:
    last = load_round(round_id).incentives[incentive].earning_period
    end = last_award_on(service, round_id, incentive)
    if last is None or end is None:
        return None
    on = min(tokyo_day(now) - timedelta(days=GRACE_DAYS), end)
    return due_by(parse_schedule(service.schedule), first=first, last=min(last.ends_on, on), on=on)


def too_early(span: Span) -> Counter[Of]:
    """Return how many entries that came within a span of days were posted before the schedule of today gives any."""
    awards = LedgerEntry.objects.filter(span.of("recorded_at"), points__gt=0).order_by()
    days = awards.annotate(applied_on=TruncDate("application__applied_at", tzinfo=TOKYO))
    counted = list(days.values_list(*_OF_APPLICATION, "applied_on", "posted_on").annotate(Count("pk")))
    services = PaymentService.objects.in_bulk({service for service, *_ in counted})
    schedules = {pk: parse_schedule(service.schedule) for pk, service in services.items()}
    early: Counter[Of] = Counter()
    for service, round_id, incentive, applied_on, posted_on, count in counted:
        of = (service, round_id, incentive)
        if _is_premium(of) and posted_on < _earliest(schedules[service], applied_on):
            early[of] += count
    return early


def _known(as_of: date) -> dict[Of, tuple[date, int, int]]:
    """Return wherever anybody applied the first day of that, how many did, and what came too early."""
    kept = DayCount.objects.filter(day__lte=as_of).order_by().values_list(*_OF)
    sums = kept.annotate(Min("day"), Sum("applications"), Sum("early"))
    known = {(service, round_id, incentive): tuple(rest) for service, round_id, incentive, *rest in sums}
    rest = not_counted(as_of=as_of)
    made = Application.objects.filter(rest.of("applied_at")).order_by()
    for service, round_id, incentive, first, count in made.values_list(*_OF).annotate(Min("applied_at"), Count("pk")):
        of = (service, round_id, incentive)
        day, before, early = known.get(of, (None, 0, 0))
        known[of] = (day or tokyo_day(first), before + count, early)
    since = too_early(rest)
    return {of: (day, count, early + since[of]) for of, (day, count, early) in known.items()}


def _earliest(schedule: AwardSchedule, applied_on: date) -> date:
    if isinstance(schedule, MonthClose | Threshold):
        return max(applied_on, schedule.opens_on(applied_on))
    return applied_on + timedelta(days=schedule.hours // 24)


def _missing(up_to: Mapping[int, datetime], as_of: date) -> Counter[Of]:
    missing: Counter[Of] = Counter()
    for told, count in waiting_awards(as_of=as_of).items():
        reported = up_to.get(told.payment_service)
        if reported is not None and tokyo_midnight(told.on + timedelta(days=1 + GRACE_DAYS)) <= reported:
            missing[told.payment_service, told.round_id, told.incentive] += count
    return missing


def _on_stopped() -> dict[Of, int]:
    told = Notice.objects.filter(kind=NoticeKind.STOP.value).values("application")  # few; an index of their own
    stopped = LedgerEntry.objects.filter(application__in=told, application__standing__isnull=True)
    rows = stopped.values_list(*_OF_APPLICATION).annotate(Sum("points"))
    return {(service, round_id, incentive): points for service, round_id, incentive, points in rows}


def _months(first: date, last: date) -> Iterator[date]:
    month = month_day(first, months=0, day=1)
    while month <= last:
        yield month
        month = month_day(month, months=1, day=1)
