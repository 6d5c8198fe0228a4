"""The notice feed of one payment service: written with the act, numbered once that stands, read by cursor."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from mynapoint.exchange.messages import ApplicationNotice, Counts, NoticeKind, NoticesHeader
from mynapoint.hub.applications.models import Application, Notice, NoticeCounter
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber

NUMBERED_AT_ONCE = 5_000
"""Notices numbered for one page, at most: more than a page holds, and done within some hundred milliseconds."""


def write_notice(application: Application, kind: NoticeKind, *, room: Points, points: Points, now: datetime) -> Notice:
    """Tell the provider of an application, inside the transaction that does what is told.

    It gets its cursor later, when somebody reads: so writers of one service never wait for each other.
    """
    assert connection.in_atomic_block, "a notice is written in the transaction that does what it tells"
    return Notice.objects.create(
        payment_service_id=application.payment_service_id,
        kind=kind.value,
        application=application,
        room=room,
        points=points,
        created_at=now,
    )


def read_notices(service: PaymentService, *, after: int, limit: int) -> tuple[NoticesHeader, list[ApplicationNotice]]:
    """Return a service's notices with a cursor above ``after``, oldest first, at most ``limit``."""
    number_notices(service)
    number = ServiceNumber(service.number)
    rows = (
        Notice.objects.filter(payment_service=service, cursor__gt=after)
        .select_related("application")
        .order_by("cursor")[:limit]
    )
    notices = [_message(row, number) for row in rows]
    return NoticesHeader(number, len(notices), notices[-1].cursor if notices else after), notices


def number_notices(service: PaymentService) -> int:
    """Give the notices that stand and have no cursor yet the next ones, in order; return how many.

    Only what is committed is seen, and one at a time numbers a service: so a cursor becomes visible together with
    every cursor before it, whichever order transactions committed in (docs/decisions/0023-provider-door.md).
    """
    waiting = Notice.objects.filter(payment_service=service, cursor__isnull=True)
    if not waiting.exists():
        return 0
    NoticeCounter.objects.get_or_create(payment_service=service)
    with transaction.atomic():
        counter = NoticeCounter.objects.select_for_update().get(payment_service=service)
        with connection.cursor() as statement:
            statement.execute(_NUMBER, [counter.last, service.pk, NUMBERED_AT_ONCE])
            numbered = int(statement.rowcount)
        counter.last += numbered
        counter.save(update_fields=["last"])
    return numbered


_NUMBER = """
UPDATE applications_notice SET cursor = numbered.next
FROM (
    SELECT id, %s + row_number() OVER (ORDER BY id) AS next FROM applications_notice
    WHERE payment_service_id = %s AND cursor IS NULL ORDER BY id LIMIT %s
) AS numbered
WHERE applications_notice.id = numbered.id
"""
"""In order of ids: of two notices that one transaction wrote, or one after the other, the first comes first."""


def _message(row: Notice, number: ServiceNumber) -> ApplicationNotice:
    application = row.application
    assert row.cursor is not None, "a notice is read when it has its cursor"
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
