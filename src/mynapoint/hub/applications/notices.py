"""The notice feed of one payment service: written in the act's own transaction, read by cursor."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import F

from mynapoint.exchange.messages import ApplicationNotice, Counts, NoticeKind, NoticesHeader
from mynapoint.hub.applications.models import Application, Notice, NoticeCounter
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber


def write_notice(application: Application, kind: NoticeKind, *, room: Points, points: Points, now: datetime) -> Notice:
    """Tell the provider of an application, inside the transaction that does what is told.

    The counter's row is taken first and kept until the commit, so a later cursor never becomes visible before an
    earlier one and a reader that has seen cursor n has seen everything before it.
    """
    assert connection.in_atomic_block, "a notice is written in the transaction that does what it tells"
    counter = NoticeCounter.objects.filter(payment_service=application.payment_service_id)
    if not counter.update(last=F("last") + 1):
        NoticeCounter.objects.get_or_create(payment_service_id=application.payment_service_id)
        counter.update(last=F("last") + 1)
    return Notice.objects.create(
        payment_service_id=application.payment_service_id,
        cursor=counter.get().last,
        kind=kind.value,
        application=application,
        room=room,
        points=points,
        created_at=now,
    )


def read_notices(service: PaymentService, *, after: int, limit: int) -> tuple[NoticesHeader, list[ApplicationNotice]]:
    """Return a service's notices with a cursor above ``after``, oldest first, at most ``limit``."""
    number = ServiceNumber(service.number)
    rows = (
        Notice.objects.filter(payment_service=service, cursor__gt=after)
        .select_related("application")
        .order_by("cursor")[:limit]
    )
    notices = [_message(row, number) for row in rows]
    return NoticesHeader(number, len(notices), notices[-1].cursor if notices else after), notices


def _message(row: Notice, number: ServiceNumber) -> ApplicationNotice:
    application = row.application
    return ApplicationNotice(
        cursor=row.cursor,
        kind=NoticeKind(row.kind),
        application_id=str(application.pk),
        service_number=number,
        incentive=IncentiveId(application.incentive),
        account_reference=application.account_reference,
        counts=Counts(application.counts),
        applied_at=application.applied_at,
        room=Points(row.room),
        points=Points(row.points),
        proof=application.proof,
    )
