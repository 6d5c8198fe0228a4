"""What the office does with notices of the service status: publish one, let one end."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from mynapoint.hub.audit.models import Act
from mynapoint.hub.municipalities.notices import StatusNotice
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty
from mynapoint.hub.words import PageWords


@transaction.atomic
def publish_notice(
    *, kind: str, words: PageWords, starts_at: datetime, ends_at: datetime | None, staff: OnDuty, now: datetime
) -> StatusNotice:
    """Publish a notice, shown from its first instant on."""
    notice = StatusNotice.objects.create(
        kind=kind,
        words=words,
        starts_at=starts_at,
        ends_at=ends_at,
        published_by=str(staff.account),
        published_at=now,
    )
    record_act(Act.STATUS_NOTICE_STEP, staff=staff, now=now, subject=f"notice:{notice.pk}", step="published", kind=kind)
    return notice


@transaction.atomic
def end_notice(*, notice: StatusNotice, staff: OnDuty, now: datetime) -> None:
    """Let a notice end now; one that had not begun is never shown. One that has ended stays as it is."""
    running = StatusNotice.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), pk=notice.pk)
    if running.update(ends_at=max(now, notice.starts_at), ended_by=str(staff.account)):
        record_act(Act.STATUS_NOTICE_STEP, staff=staff, now=now, subject=f"notice:{notice.pk}", step="ended")
