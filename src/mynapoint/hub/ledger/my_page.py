"""What my page (マイページ) shows: reservation, applications, points recorded and to come, and what else is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Max, Q, When

from mynapoint.award.refusals import Reason
from mynapoint.exchange.messages import Counts
from mynapoint.hub.applications.left import replacement
from mynapoint.hub.applications.models import Application
from mynapoint.hub.applications.permission import incentive_on, may_choose_again, reasons_against
from mynapoint.hub.applications.standing import applications_of
from mynapoint.hub.identity.lineage import surviving
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.ledger.corrections import STOPPING, State, counting, stands
from mynapoint.hub.ledger.expected import Expected, expected
from mynapoint.hub.ledger.models import AwardReport, CaseState, DoubleApplication, LedgerEntry, RecordedTotal
from mynapoint.hub.ledger.points import points_of
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay, incentives_on
from mynapoint.hub.reservations.actions import reservations_of
from mynapoint.hub.reservations.models import Reservation
from mynapoint.programme.incentives import Incentive, PremiumRule
from mynapoint.programme.rounds import load_round
from mynapoint.programme.schedules import parse_schedule
from mynapoint.programme.values import IncentiveId, Points, Yen, tokyo_day


@dataclass(frozen=True, slots=True)
class ApplicationCard:
    """One application on my page.

    ``recorded``        points of this application
    ``room``            points still to earn: what the person's applications for the incentive leave of the cap
    ``yen_left``        yen of top-ups or purchases that fill the room; None for a fixed sum
    ``reported_up_to``  up to when the provider has reported; None before its first report
    ``case``            the open case about this and another application for the same incentive
    ``correction``      how the correction of it that counts stands; None: nobody ever asked for one
    ``may_be_replaced`` whether its service has left and another may be chosen today for ``room``
    ``replacement``     the application that stands in its place since its service left
    """

    application: Application
    incentive: IncentiveOnDay
    applied_on: date
    recorded: Points
    points_max: Points
    room: Points
    yen_left: Yen | None
    entries: Sequence[LedgerEntry]
    expected: Sequence[Expected]
    reported_up_to: datetime | None
    case: DoubleApplication | None
    correction: State | None
    is_about_death: bool
    may_be_replaced: bool
    replacement: Application | None

    @property
    def is_stopped(self) -> bool:
        """Whether another application stands in its place, or a correction holds it or has stopped it for good."""
        is_second = self.case is not None and self.case.later_id == self.application.pk
        return is_second or self.correction in STOPPING or self.replacement is not None


@dataclass(frozen=True, slots=True)
class Open:
    """One incentive not applied for: open to this resident, or not, with every reason."""

    incentive: IncentiveOnDay
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class MyPage:
    """Everything on my page of one person, whichever of their certificates did it.

    ``earlier_reservations``  those that another one stands for since a merge
    """

    reservation: Reservation | None
    earlier_reservations: Sequence[Reservation]
    cards: Sequence[ApplicationCard]
    others: Sequence[Open]


def my_page(resident: Resident, *, now: datetime) -> MyPage:
    """Return what a resident sees at an instant of the programme's clock."""
    today = tokyo_day(now)
    applications = applications_of(resident).select_related("payment_service", "consent")
    cards = [_card(application, resident, today=today) for application in applications]
    applied = {card.incentive.id for card in cards if card.correction is not State.MISLINK}
    others = [
        Open(one, reasons_against(resident=resident, incentive=one.id, on=today))
        for one in incentives_on(today)
        if one.id not in applied
    ]
    standing, *earlier = reservations_of(resident) or [None]
    return MyPage(standing, [one for one in earlier if one], cards, others)


def _card(application: Application, resident: Resident, *, today: date) -> ApplicationCard:
    applied_on = tokyo_day(application.applied_at)
    incentive = incentive_on(IncentiveId(application.incentive), applied_on)
    law = load_round(application.round_id).incentives[incentive.id]
    case = _case(application)
    about = counting(application)
    correction = stands(about).state if about else None
    instead = replacement(application)
    is_second = case is not None and case.later_id == application.pk
    is_stopped = is_second or correction in STOPPING or instead is not None
    points_max = law.rule.points_max if isinstance(law.rule, PremiumRule) else law.rule.points
    total = RecordedTotal.objects.filter(resident=surviving(resident), incentive=incentive.id).first()
    room = Points(0 if is_stopped else max(points_max - (total.in_all if total else 0), 0))
    yen_left = Yen(-(-room * 100 // law.rule.premium_rate)) if isinstance(law.rule, PremiumRule) else None
    may_be_replaced = not is_stopped and may_choose_again(resident, incentive.id, on=today)
    is_over = is_stopped or may_be_replaced
    when = [] if is_over else _expected(application, law, applied_on=applied_on, today=today, yen_left=yen_left)
    return ApplicationCard(
        application=application,
        incentive=incentive,
        applied_on=applied_on,
        recorded=Points(points_of([application.pk])[application.pk]),
        points_max=points_max,
        room=room,
        yen_left=yen_left,
        entries=list(LedgerEntry.objects.filter(application=application).order_by("posted_on", "id")),
        expected=when,
        reported_up_to=_reported_up_to(application.payment_service),
        case=case,
        correction=correction,
        is_about_death=about is not None and about.is_about_death,
        may_be_replaced=may_be_replaced,
        replacement=instead,
    )


def _case(application: Application) -> DoubleApplication | None:
    about = Q(earlier=application) | Q(later=application)
    cases = DoubleApplication.objects.filter(about, state=CaseState.OPEN).select_related(
        "earlier__payment_service", "later__payment_service"
    )
    return cases.order_by(Case(When(later=application, then=0), default=1), "id").first()


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
