"""What can be done with the ledger: record an award report."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from mynapoint.award.eligibility import points_max
from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReceiptHeader, LineRefusal, NoticeKind, RefusedLine
from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.held import held
from mynapoint.hub.applications.models import Application, Notice, StandingApplication
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity.lineage import lock_survivors
from mynapoint.hub.ledger.booking import Way, book_report, released, ways
from mynapoint.hub.ledger.judged import Judged
from mynapoint.hub.ledger.models import AwardReport, DoubleApplication, LedgerEntry, RecordedTotal, save_totals
from mynapoint.hub.ledger.points import points_of
from mynapoint.hub.ledger.recording_by_set import LINES_MIN, Plain, take_plain, write_plain
from mynapoint.hub.ledger.reports import Report
from mynapoint.hub.payment_services.models import PaymentService, ProviderKey
from mynapoint.programme.values import Points

_CHUNK = 500
"""Ids in one query: SQLite takes a limited number of parameters."""
WAIT_SECONDS = 5
"""How long a report waits for another of its service on PostgreSQL; then its sender is to come again."""
_LOCK_NOT_AVAILABLE = "55P03"


_Id = TypeVar("_Id", str, uuid.UUID)


class OtherContent(Exception):
    """The report id was used before, for another report."""


class InFlight(Exception):
    """Another report of the service is being recorded, and took longer than this one could wait."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a report is answered: a receipt and each refused line with its reason; ``replayed``, as it was before."""

    body: bytes
    replayed: bool


@transaction.atomic
def record_awards(*, service: PaymentService, key: ProviderKey, report: Report, body: bytes, now: datetime) -> Answered:
    """Record the lines of a report that can be, and keep and return the answer in the same transaction.

    The same report again is answered the same, byte for byte, and changes nothing. Lines are judged in their order;
    a line refused for the cap leaves the cap to the lines after it. The database keeps every total in 0 … cap.
    Raises OtherContent, InFlight.
    """
    digest = hashlib.sha256(body).hexdigest()
    _wait_in_turn(service)
    known = kept_answer(service=service, report_id=report.header.report_id, body=body)
    if known is not None:
        return known
    is_large = connection.vendor == "postgresql" and len(report.lines) >= LINES_MIN
    plain = take_plain(service, report.lines) if is_large else None
    places = plain.rest if plain else range(len(report.lines))
    judged = _judge(service, [(place + 2, report.lines[place]) for place in places])
    over = [(place + 2, report.lines[place].line_id) for place in plain.over] if plain else []
    judged.refused += [RefusedLine(number, line_id, LineRefusal.OVER_CAP) for number, line_id in over]
    receipt = _receipt(report, judged, plain)
    answer = encode_lines([receipt, *sorted(judged.refused, key=lambda one: one.line)])
    _keep(service=service, report=report, digest=digest, judged=judged, plain=plain, answer=answer, now=now)
    record(
        Act.AWARDS_RECORDED,
        who=f"provider:{key.key_id}",
        subject=f"service:{service.number}",
        now=now,
        report=receipt.report_id,
        accepted=receipt.accepted,
        repeated=receipt.repeated,
        refused=receipt.refused,
        points=receipt.points_accepted,
    )
    return Answered(answer, replayed=False)


def kept_answer(*, service: PaymentService, report_id: str, body: bytes) -> Answered | None:
    """Return what a report was answered before, kept for the programme's life; None for a new one.

    Raises OtherContent where the id is that of another report.
    """
    known = AwardReport.objects.filter(payment_service=service, report_id=report_id).first()
    if known is None:
        return None
    if known.body_digest != hashlib.sha256(body).hexdigest():
        raise OtherContent
    return Answered(bytes(known.answer), replayed=True)


def _wait_in_turn(service: PaymentService) -> None:
    # One report of a service at a time. SQLite has one writer and waits of itself (settings: timeout).
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{int(WAIT_SECONDS * 1000)}ms"])
        PaymentService.objects.select_for_update(no_key=True).get(pk=service.pk)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
            raise InFlight from error
        raise


def _judge(service: PaymentService, numbered: Sequence[tuple[int, AwardLine]]) -> Judged:
    lines = [line for _, line in numbered]
    applications = _applications(lines)
    seen = _entries(service, lines)
    judged = _prepare([one for one in applications.values() if one.payment_service_id == service.pk])
    for number, line in numbered:
        content = (line.application_id, line.points, line.posted_on)
        if line.line_id in seen:
            if seen[line.line_id] == content:
                judged.repeated += 1
            else:
                judged.refused.append(RefusedLine(number, line.line_id, LineRefusal.CHANGED_CONTENT))
            continue
        application = applications.get(line.application_id)
        reason = _reason_against(service, line, application, judged)
        if reason is not None or application is None:
            judged.refused.append(RefusedLine(number, line.line_id, reason or LineRefusal.UNKNOWN_APPLICATION))
            continue
        judged.accept(application, line)
        seen[line.line_id] = content
    return judged


def _reason_against(
    service: PaymentService,
    line: AwardLine,
    application: Application | None,
    judged: Judged,
) -> LineRefusal | None:
    if application is None:
        return LineRefusal.UNKNOWN_APPLICATION
    if application.payment_service_id != service.pk:
        return LineRefusal.OTHER_SERVICE
    if application.incentive != line.incentive:
        return LineRefusal.OTHER_INCENTIVE
    total = judged.total(application)
    if line.points < 0:
        least = min(total.in_all, judged.own.get(application.pk, total.in_all))
        return LineRefusal.BELOW_ZERO if least + line.points < 0 else None
    if application.pk in judged.stopped or application.pk in judged.held:
        return LineRefusal.STOPPED
    return LineRefusal.OVER_CAP if line.points > judged.left(application) else None


def _applications(lines: Sequence[AwardLine]) -> dict[str, Application]:
    found: dict[str, Application] = {}
    for chunk in _chunks({line.application_id for line in lines}):
        ids = [key for key in map(_uuid, chunk) if key is not None]
        found |= {str(row.pk): row for row in Application.objects.filter(pk__in=ids)}
    return found


def _entries(service: PaymentService, lines: Sequence[AwardLine]) -> dict[str, tuple[str, int, object]]:
    seen: dict[str, tuple[str, int, object]] = {}
    for chunk in _chunks({line.line_id for line in lines}):
        for row in LedgerEntry.objects.filter(payment_service=service, line_id__in=chunk):
            seen[row.line_id] = (str(row.application_id), row.points, row.posted_on)
    return seen


def _prepare(applications: Sequence[Application]) -> Judged:
    # A few statements for each chunk, not for each line: on SQLite a report keeps every other writer waiting.
    by_resident: dict[uuid.UUID, list[Application]] = {}
    for one in applications:
        by_resident.setdefault(one.resident_id, []).append(one)
    judged = Judged()
    for residents in _chunks(set(by_resident)):
        today = {one: survivor.pk for one, survivor in lock_survivors(residents).items()}
        new = [
            RecordedTotal(resident_id=today[resident], incentive=one.incentive, points_max=points_max(one.law))
            for resident in residents
            for one in by_resident[resident]
        ]
        RecordedTotal.objects.bulk_create(new, ignore_conflicts=True)
        locked = RecordedTotal.objects.select_for_update().order_by("resident_id", "incentive")
        rows = locked.filter(resident_id__in=set(today.values()))
        judged.totals |= {(row.resident_id, row.incentive): row for row in rows}
        judged.survivors |= today
    for chunk in _chunks({one.pk for one in applications}):
        standing = StandingApplication.objects.filter(application__in=chunk).values_list("application_id", flat=True)
        judged.stopped |= (set(chunk) - set(standing)) | released(chunk)
        judged.held |= held(chunk)
        judged.own |= points_of(Correction.objects.filter(application__in=chunk).values_list("application", flat=True))
        told = Notice.objects.filter(application__in=chunk, application__person_freed_by__isnull=False)
        judged.rooms |= dict(told.filter(kind=NoticeKind.APPLICATION).values_list("application", "room"))
        judged.own |= points_of(judged.rooms)
        for case in DoubleApplication.objects.filter(Q(earlier__in=chunk) | Q(later__in=chunk)):
            judged.own |= points_of([case.earlier_id, case.later_id])
    return judged


def _keep(
    *,
    service: PaymentService,
    report: Report,
    digest: str,
    judged: Judged,
    plain: Plain | None,
    answer: bytes,
    now: datetime,
) -> None:
    kept = AwardReport.objects.create(
        payment_service=service,
        report_id=report.header.report_id,
        body_digest=digest,
        reported_up_to=report.header.reported_up_to,
        lines_declared=report.header.line_count,
        points_declared=report.header.points_total,
        answer=answer,
        received_at=now,
    )
    save_totals(judged.totals.values())
    entries = [
        LedgerEntry(
            report=kept,
            application=application,
            payment_service=service,
            line_id=line.line_id,
            points=line.points,
            posted_on=line.posted_on,
            recorded_at=now,
        )
        for application, line in judged.accepted
    ]
    LedgerEntry.objects.bulk_create(entries, batch_size=_CHUNK)
    sums = ways(((application, line.points) for application, line in judged.accepted), stopped=judged.stopped)
    if plain is not None:
        write_plain(kept, now=now)
        sums.update({Way(*about, is_award=True): points for about, points in plain.sums.items()})
    book_report(kept, sums, service_number=service.number, now=now)


def _receipt(report: Report, judged: Judged, plain: Plain | None) -> AwardReceiptHeader:
    points = sum(line.points for _, line in judged.accepted)
    return AwardReceiptHeader(
        report_id=report.header.report_id,
        accepted=len(judged.accepted) + (plain.accepted if plain else 0),
        repeated=judged.repeated + (plain.repeated if plain else 0),
        refused=len(judged.refused),
        points_accepted=Points(points + (sum(plain.sums.values()) if plain else 0)),
    )


def _chunks(ids: set[_Id]) -> Iterable[list[_Id]]:
    ordered = sorted(ids)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
