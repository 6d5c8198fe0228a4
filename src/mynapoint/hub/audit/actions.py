"""What can be done with the audit record: add to it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from mynapoint.hub.audit.models import Act, AuditRecord

VISITOR = "visitor"
HUB = "hub"


def record(act: Act, *, who: str, now: datetime, subject: str = "", **details: str | int) -> AuditRecord:
    """Write one act, inside the act's own transaction: both are kept or neither is.

    details  codes, counts and pseudonyms; never a name, a PIN, a certificate or an account in clear
    """
    assert connection.in_atomic_block, "an audit record is written in the act's own transaction"
    return AuditRecord.objects.create(act=act, who=who, subject=subject, details=details, done_at=now)
