"""What my page (マイページ) shows: reservation, applications, points recorded and to come, and what else is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from mynapoint.award.refusals import Reason
from mynapoint.exchange.messages import Counts
from mynapoint.hub.applications.models import Application
from mynapoint.hub.applications.permission import incentive_on, reasons_against
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.ledger.expected import Expected, expected
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry, RecordedTotal
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay, incentives_on
from mynapoint.hub.reservations.models import Reservation
from mynapoint.programme.incentives import Incentive, PremiumRule
from mynapoint.programme.rounds import load_round
from mynapoint.programme.schedules import parse_schedule
from mynapoint.programme.values import IncentiveId, Points, Yen, tokyo_day


@dataclass(frozen=True, slots=True)
class ApplicationCard:
    """One application on my page.

    ``yen_left``        yen of top-ups or purchases that fill the room; None for a fixed sum
    ``reported_up_to``  up to when the provider has reported; None before its first report
    """

    application: Application
    incentive: IncentiveOnDay
    applied_on: date
    recorded: Points
    points_max: Points
    yen_left: Yen | None
    entries: Sequence[LedgerEntry]
    expected: Sequence[Expected]
    reported_up_to: datetime | None

    @property
    def room(self) -> Points:
        """Points still to earn."""
        return Points(self.points_max - self.recorded)


@dataclass(frozen=True, slots=True)
class Open:
    """One incentive not applied for: open to this resident, or not, with every reason."""

    incentive: IncentiveOnDay
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class MyPage:
    """Everything on my page of one resident."""

    reservation: Reservation | None
    cards: Sequence[ApplicationCard]
    others: Sequence[Open]


def my_page(resident: Resident, *, now: datetime) -> MyPage:
    """Return what a resident sees at an instant of the programme's clock."""
    today = tokyo_day(now)
    applications = (
        Application.objects.filter(resident=resident)
        .select_related("payment_service", "consent")
        .order_by("applied_at")
    )
    cards = [_card(application, today=today) for application in applications]
    applied = {card.incentive.id for card in cards}
    others = [
        Open(one, reasons_against(resident=resident, incentive=one.id, on=today))
        for one in incentives_on(today)
        if one.id not in applied
    ]
    return MyPage(Reservation.objects.filter(resident=resident).first(), cards, others)


def _card(application: Application, *, today: date) -> ApplicationCard:
    applied_on = tokyo_day(application.applied_at)
    incentive = incentive_on(IncentiveId(application.incentive), applied_on)
    law = load_round(application.round_id).incentives[incentive.id]
    total = RecordedTotal.objects.filter(resident=application.resident_id, incentive=incentive.id).first()
    recorded = Points(total.recorded if total else 0)
    points_max = law.rule.points_max if isinstance(law.rule, PremiumRule) else law.rule.points
    room = points_max - recorded
    yen_left = Yen(-(-room * 100 // law.rule.premium_rate)) if isinstance(law.rule, PremiumRule) else None
    return ApplicationCard(
        application=application,
        incentive=incentive,
        applied_on=applied_on,
        recorded=recorded,
        points_max=points_max,
        yen_left=yen_left,
        entries=list(LedgerEntry.objects.filter(application=application).order_by("posted_on", "id")),
        expected=_expected(application, law, applied_on=applied_on, today=today, yen_left=yen_left),
        reported_up_to=_reported_up_to(application.payment_service),
    )


def _expected(
    application: Application, law: Incentive, *, applied_on: date, today: date, yen_left: Yen | None
) -> list[Expected]:
    earning = law.earning_period
    if not yen_left or earning is None:
        return []
    return expected(
        parse_schedule(application.payment_service.schedule),
        counts=Counts(application.counts),
        applied_on=applied_on,
        today=today,
        earning_until=earning.ends_on,
        yen_left=yen_left,
    )


def _reported_up_to(service: PaymentService) -> datetime | None:
    latest = AwardReport.objects.filter(payment_service=service).aggregate(latest=Max("reported_up_to"))["latest"]
    return latest if isinstance(latest, datetime) else None
