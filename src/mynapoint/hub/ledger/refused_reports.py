"""Award reports refused as a whole: a small record of each, so that provider and office see what was not taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime

from mynapoint.exchange.codec import MalformedMessage
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.hub import web
from mynapoint.hub.ledger.models import RefusedReport
from mynapoint.hub.ledger.reports import TotalsDiffer
from mynapoint.hub.payment_services.csv_sheet import neutral
from mynapoint.hub.payment_services.models import PaymentService, ProviderKey
from mynapoint.hub.problems import ProblemCode

COLUMNS = (
    *("received_at", "service", "report", "key", "code", "line", "field"),
    *("lines_declared", "points_declared", "lines_counted", "points_counted"),
)
_FIELDS = {one.name for kind in (AwardReportHeader, AwardLine) for one in fields(kind)} | {
    *("type", "version", "line", "number"),
}


@dataclass(slots=True)
class Reading:
    """How far a report was understood before it was refused: what it says of itself, and whose service it is for."""

    key: ProviderKey
    body: bytes
    header: AwardReportHeader | None = field(default=None)
    service: PaymentService | None = field(default=None)


def keep_refusal(read: Reading, code: ProblemCode, *, error: MalformedMessage | None = None, now: datetime) -> None:
    """Keep that a report was refused as a whole, once for each reason."""
    counted = error if isinstance(error, TotalsDiffer) else None
    refused = RefusedReport(
        provider_id=read.key.provider_id,
        payment_service=read.service,
        key_id=read.key.key_id,
        report_id=read.header.report_id if read.header else "",
        body_digest=hashlib.sha256(read.body).hexdigest(),
        code=code.value,
        line=error.line if error else None,
        field=error.field if error and error.field in _FIELDS else "",
        lines_declared=read.header.line_count if read.header else None,
        points_declared=read.header.points_total if read.header else None,
        lines_counted=counted.lines if counted else None,
        points_counted=counted.points if counted else None,
        received_at=now,
    )
    RefusedReport.objects.bulk_create([refused], ignore_conflicts=True)


def refused_reports_csv(refused: Iterable[RefusedReport]) -> str:
    """Return refused reports as CSV with a head line; an empty cell is what was not read."""
    return web.as_csv(COLUMNS, map(_row, refused))


def _row(one: RefusedReport) -> tuple[object, ...]:
    service = one.payment_service.number if one.payment_service else ""
    told = (one.received_at.isoformat(), service, neutral(one.report_id), neutral(one.key_id))
    figures = (one.lines_declared, one.points_declared, one.lines_counted, one.points_counted)
    return (*told, one.code, one.line, one.field, *figures)
