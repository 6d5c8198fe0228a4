"""Which application stands for a person: found, put there when it is made, and moved when two residents are merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.held import is_held, mislinked
from mynapoint.hub.applications.models import Application, Notice, Registration, StandingApplication
from mynapoint.hub.applications.notices import write_notice
from mynapoint.hub.identity.lineage import everyone, surviving
from mynapoint.hub.identity.models import Resident
from mynapoint.programme.rounds import DirectRule
from mynapoint.programme.values import IncentiveId, Points


@dataclass(frozen=True, slots=True)
class Double:
    """Two applications of one person for one incentive, found by a merge: the earlier stands, the later is stopped."""

    earlier: Application
    later: Application


def applications_of(resident: Resident) -> QuerySet[Application]:
    """Return every application of a person, whichever of their certificates signed it, the first one first."""
    return Application.objects.filter(resident__in=everyone(resident)).order_by("applied_at", "id")


def standing_application(resident: Resident, incentive: IncentiveId) -> Application | None:
    """Return the application that stands for a person and incentive."""
    standing = StandingApplication.objects.filter(resident=surviving(resident), incentive=incentive)
    row = standing.select_related("application__payment_service").first()
    return row.application if row else None


def move_standing(absorbed: Resident, *, into: Resident, now: datetime) -> list[Double]:
    """Let what stands for one resident stand for another from now on; return where both had applied.

    Both residents are locked, and ``absorbed`` is merged right after. Where both had applied the earlier one stands;
    the provider of the later one is told to stop.
    """
    doubles = []
    theirs = StandingApplication.objects.filter(resident=absorbed).select_related("application")
    for row in theirs.order_by("incentive"):
        ours = StandingApplication.objects.filter(resident=into, incentive=row.incentive)
        standing = ours.select_related("application").first()
        if standing is None:
            row.resident = into
            row.save(update_fields=["resident"])
            continue
        pair = [standing.application, row.application]
        earlier, later = sorted(pair, key=lambda one: (one.applied_at, one.pk))
        row.delete()
        standing.application = earlier
        standing.save(update_fields=["application"])
        write_notice(later, NoticeKind.STOP, room=Points(0), points=Points(0), now=now)
        doubles.append(Double(earlier, later))
    return doubles


def instruct_if_due(resident: Resident, incentive: IncentiveId, *, now: datetime) -> None:
    """Have the fixed sum of a registration awarded, once: when the person has applied and it is proven.

    Not where the person applied twice: the other application may have been awarded it, which is for a case to decide.
    Not while a correction of it is open; and not where a confirmed mislink had the sum awarded to this very account.
    """
    application = standing_application(resident, incentive)
    rule = application.law.rule if application else None
    if application is None or not isinstance(rule, DirectRule):
        return
    if not Registration.objects.filter(resident__in=everyone(resident), incentive=incentive).exists():
        return
    if applications_of(resident).filter(incentive=incentive).exclude(pk__in=mislinked()).count() > 1:
        return
    before = Notice.objects.filter(application=application.account_freed_by_id, kind=NoticeKind.AWARD_INSTRUCTION.value)
    if is_held(application) or before.exists():
        return
    if not Notice.objects.filter(application=application, kind=NoticeKind.AWARD_INSTRUCTION.value).exists():
        write_notice(application, NoticeKind.AWARD_INSTRUCTION, room=rule.points, points=rule.points, now=now)
