"""Closing an incentive: the room that nobody earned goes back to the budget, once every provider has reported all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max

from mynapoint.hub.applications.models import Application
from mynapoint.hub.audit.actions import HUB, record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.books.models import Kind, Movement
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.programme.periods import Period
from mynapoint.programme.rounds import ROUND_IDS, load_round
from mynapoint.programme.schedules import AfterUse, parse_schedule
from mynapoint.programme.values import IncentiveId, Points, tokyo_day, tokyo_midnight

_RELEASE = """
INSERT INTO books_movement (
    budget_id, kind, from_account, to_account, points, application, service_number, voucher, made_at
)
SELECT budget_id, 'released', 'reserved', source, points_left, application, '', %s, %s FROM (
    SELECT moved.budget_id, moved.from_account AS source, moved.application,
           moved.points - coalesce((SELECT sum(entry.points) FROM ledger_ledgerentry AS entry
                                     WHERE entry.application_id = moved.application), 0) AS points_left
      FROM books_movement AS moved
      JOIN applications_application AS one ON one.id = moved.application
     WHERE moved.kind = 'reserved' AND one.round_id = %s AND one.incentive = %s
       AND NOT EXISTS (SELECT 1 FROM books_movement AS gone
                        WHERE gone.application = moved.application AND gone.kind = 'released')
) AS open_room WHERE points_left > 0
"""


class NotOver(Exception):
    """Something may still be awarded; says where and until when."""


@transaction.atomic
def release_room(round_id: str, incentive: IncentiveId, *, who: str = HUB, now: datetime) -> Points:
    """Release what was reserved for an incentive and not awarded; return how many points. Raises NotOver.

    Afterwards a line that awards it is refused as for a stopped application, and what is clawed back is free at once.
    Done again it releases nothing. Reports wait meanwhile: each of them locks its service first.
    """
    services = PaymentService.objects.select_for_update(no_key=True).order_by("pk")
    applied = Application.objects.filter(round_id=round_id, incentive=incentive).values("payment_service")
    for service in services.filter(pk__in=applied):
        _refuse_early(service, round_id, incentive, now=now)
    voucher = f"closing:{round_id}.{incentive}"
    before = Movement.objects.aggregate(last=Max("pk"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [voucher, connection.ops.adapt_datetimefield_value(now), round_id, incentive])
        rows = int(cursor.rowcount)
    movements = Movement.objects.filter(kind=Kind.RELEASED, voucher=voucher, pk__gt=before)
    points = Points(sum(movements.values_list("points", flat=True)))
    record(Act.ROOM_RELEASED, who=who, subject=voucher, now=now, applications=rows, points=points)
    return points


def reported_up_to(services: Collection[int]) -> dict[int, datetime]:
    """Return up to when each of some services has reported; one that never did is left out."""
    rows = AwardReport.objects.filter(payment_service__in=services).values_list("payment_service")
    return dict(rows.annotate(Max("reported_up_to")))


def last_award_on(service: PaymentService, round_id: str, incentive: IncentiveId) -> date | None:
    """Return the last day on which the schedule of a service awards an incentive; None: it has no such day.

    A fixed sum is awarded when it is instructed, so its last day is the last one of registrations.
    """
    law = load_round(round_id).incentives[incentive]
    if law.earning_period is None:
        return law.registered_by.final_day if law.registered_by else None
    ends_on = max(period.ends_on for period in _earning_periods(incentive))
    schedule = parse_schedule(service.schedule)
    if isinstance(schedule, AfterUse):
        return tokyo_day(schedule.matures_at(tokyo_midnight(ends_on + timedelta(days=1))))
    return schedule.opens_on(ends_on)


def _earning_periods(incentive: IncentiveId) -> Iterator[Period]:
    """An application earns through every round that its incentive runs through."""
    for round_id in ROUND_IDS:
        law = load_round(round_id).incentives.get(incentive)
        if law is not None and law.earning_period is not None:
            yield law.earning_period


def _refuse_early(service: PaymentService, round_id: str, incentive: IncentiveId, *, now: datetime) -> None:
    last = last_award_on(service, round_id, incentive)
    up_to = reported_up_to([service.pk]).get(service.pk)
    if last is None:
        raise NotOver(f"{round_id} {incentive}: the last day of registrations is not known yet")
    if tokyo_day(now) <= last or up_to is None or tokyo_day(up_to) <= last:
        has = f"has reported up to {tokyo_day(up_to)}" if up_to else "has reported nothing"
        raise NotOver(f"{service.number} awards until {last} and {has}; release when it has reported beyond that day")
