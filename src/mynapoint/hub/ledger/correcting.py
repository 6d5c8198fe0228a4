"""What a confirmed mislink does to the ledger: entries reversed by new ones, and given to whoever the account is of."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Sum

from mynapoint.award.eligibility import points_max
from mynapoint.hub.applications.correction_models import Correction
from mynapoint.hub.applications.held import is_held
from mynapoint.hub.applications.models import Application, StandingApplication
from mynapoint.hub.audit.actions import HUB, record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity.lineage import lock_survivor
from mynapoint.hub.ledger.booking import Way, book_report
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry, RecordedTotal
from mynapoint.programme.values import Points, tokyo_day

_REVERSED, _GIVEN = "訂正:{}", "訂正:{}:付け替え"
"""Reports of the hub's own; a provider's ids are ASCII, so it can make up none of these."""


def room_of(application: Application) -> Points:
    """Return the points still open for an application's person and incentive."""
    total = _total(application)
    return Points(max(total.points_max - total.in_all, 0))


def reverse_entries(correction: Correction, *, now: datetime) -> None:
    """Reverse every entry of a mislinked application by a new one that names it; the person's cap is open again.

    The application stands no more and its reservation was released, so what comes back is free at once.
    """
    application = correction.application
    total = _total(application)
    entries = list(LedgerEntry.objects.filter(application=application).order_by("id"))
    if not entries:
        return
    points = sum(one.points for one in entries)
    report = _report(application, _REVERSED.format(correction.pk), now)
    LedgerEntry.objects.bulk_create(_entry(report, application, one, -one.points, now) for one in entries)
    total.put(total.in_all - points)
    total.save(update_fields=["recorded", "over_cap"])
    way = Way(application.round_id, application.incentive, is_award=False, is_gone=True)
    _book(report, way, points, application, now)


def give_back(*, now: datetime) -> int:
    """Give reversed points to whoever has since applied with the account they were credited to; return how many.

    Within that person's cap; what is beyond it stays reversed. Done once for each, by `mynapoint hub jobs`.
    """
    waiting = Application.objects.filter(account_freed_by__isnull=False)
    done = AwardReport.objects.filter(report_id__startswith="訂正:", report_id__endswith=":付け替え")
    known = set(done.values_list("payment_service", "report_id"))
    given = 0
    for application in waiting.select_related("account_freed_by").order_by("applied_at", "id"):
        freed = application.account_freed_by
        assert freed is not None, "only what was freed waits"
        correction = Correction.objects.filter(
            application=freed, steps__kind="approved", steps__outcome="mislink"
        ).latest("pk")
        if (application.payment_service_id, _GIVEN.format(correction.pk)) not in known:
            given += _give(application, correction, now=now)
    return given


@transaction.atomic
def _give(application: Application, correction: Correction, *, now: datetime) -> int:
    survivor = lock_survivor(application.resident_id)
    name = _GIVEN.format(correction.pk)
    reversal = AwardReport.objects.filter(
        payment_service=application.payment_service_id, report_id=_REVERSED.format(correction.pk)
    ).first()
    stands = StandingApplication.objects.filter(application=application).exists() and not is_held(application)
    is_done = AwardReport.objects.filter(payment_service=application.payment_service_id, report_id=name).exists()
    if reversal is None or is_done or not stands:
        return 0
    total = _total(application)
    points = -(LedgerEntry.objects.filter(report=reversal).aggregate(all=Sum("points"))["all"] or 0)
    left = given = max(min(points, total.points_max - total.in_all), 0)
    report, entries = _report(application, name, now), []
    for one in LedgerEntry.objects.filter(application=correction.application, points__gt=0).order_by("id"):
        if one.report_id != reversal.pk and left > 0:
            entries.append(_entry(report, application, one, min(one.points, left), now))
            left -= entries[-1].points
    LedgerEntry.objects.bulk_create(entries)
    total.put(total.in_all + given)
    total.save(update_fields=["recorded", "over_cap"])
    _book(report, Way(application.round_id, application.incentive, is_award=True), given, application, now)
    about = {"what": "given", "points": given, "left": points - given}
    record(Act.CORRECTION_STEP, who=HUB, subject=str(correction), now=now, resident=str(survivor), **about)
    return given


def _total(application: Application) -> RecordedTotal:
    survivor = lock_survivor(application.resident_id)
    total, _ = RecordedTotal.objects.select_for_update().get_or_create(
        resident=survivor, incentive=application.incentive, defaults={"points_max": points_max(application.law)}
    )
    return total


def _report(application: Application, name: str, now: datetime) -> AwardReport:
    service = application.payment_service
    latest = AwardReport.objects.filter(payment_service=service).aggregate(latest=Max("reported_up_to"))["latest"]
    return AwardReport.objects.create(
        payment_service=service,
        report_id=name,
        body_digest=hashlib.sha256(name.encode()).hexdigest(),
        reported_up_to=latest,
        answer=b"",
        received_at=now,
    )


def _entry(
    report: AwardReport, application: Application, origin: LedgerEntry, points: int, now: datetime
) -> LedgerEntry:
    return LedgerEntry(
        report=report,
        application=application,
        payment_service=report.payment_service,
        line_id=f"{report.report_id}:{origin.pk}",
        points=points,
        posted_on=tokyo_day(now),
        recorded_at=now,
        origin=origin,
    )


def _book(report: AwardReport, way: Way, points: int, application: Application, now: datetime) -> None:
    if points > 0:
        number = application.payment_service.number
        book_report(report, {way: points}, service_number=number, now=now)
