"""May this resident apply for this incentive, here, today? Every reason against, not just the first."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from mynapoint.award.eligibility import Applicant, EarlierApplication, refusals
from mynapoint.award.means import Certificate, Service, certificate_refusals
from mynapoint.award.refusals import Reason, Refusal
from mynapoint.hub.applications.cases import Case, KnownCertificate
from mynapoint.hub.applications.cases_by_orm import earlier_application
from mynapoint.hub.books.budgets import granted, spent
from mynapoint.hub.identity.lineage import surviving
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.payment_services.models import ChannelKind, PaymentService
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay, incentives_on
from mynapoint.hub.reservations.actions import standing_reservation
from mynapoint.programme.values import IncentiveId, tokyo_day


@lru_cache(maxsize=64)
def incentive_on(incentive: IncentiveId, on: date) -> IncentiveOnDay:
    """Return an incentive as it stands on a day in Tokyo. Raises KeyError when there is none of that name."""
    return {one.id: one for one in incentives_on(on)}[incentive]


def reasons_against(
    *, resident: Resident, incentive: IncentiveId, on: date, service: PaymentService | None = None
) -> list[Reason]:
    """Return every reason why the resident may not apply on a day; without a service, those of any service.

    That the budget is spent is said here, on pages; when an application is written the database itself decides.
    """
    reasons = _reasons(
        incentive,
        on,
        earlier=earlier_application(surviving(resident), incentive),
        offer=service.offer(incentive) if service else None,
        is_reserved=standing_reservation(resident) is not None,
    )
    round_id = incentive_on(incentive, on).round.id
    if (round_id, incentive) in spent() and all(one.refusal is not Refusal.ALREADY_APPLIED for one in reasons):
        reasons.append(budget_spent(round_id, incentive))
    return reasons


def budget_spent(round_id: str, incentive: IncentiveId) -> Reason:
    """Return that a budget is spent as a reason, with what it had in all."""
    return Reason(Refusal.BUDGET_SPENT, {"budget": granted(round_id, incentive) or 0})


def reasons_against_case(case: Case, *, now: datetime) -> list[Reason]:
    """Return every reason, but for the certificate's, why a signed choice may not be applied for at an instant."""
    return _reasons(
        case.incentive,
        tokyo_day(now),
        earlier=case.earlier,
        offer=case.offer,
        is_reserved=case.reservation is not None,
    )


def reasons_against_certificate(
    certificate: KnownCertificate, *, incentive: IncentiveId, now: datetime
) -> list[Reason]:
    """Return every reason why an application may not be signed with a certificate at an instant.

    That it is not revoked was found when it signed (identity.certificates). One that replaced another may have to
    wait, by the law of the incentive; it was renewed when its validity began.
    """
    renewed_at = certificate.valid_from if certificate.is_renewal else None
    standing = Certificate(certificate.valid_from, certificate.valid_until, renewed_at=renewed_at)
    return certificate_refusals(standing, now=now, incentive=incentive_on(incentive, tokyo_day(now)).incentive)


def _reasons(
    incentive: IncentiveId, on: date, *, earlier: EarlierApplication | None, offer: Service | None, is_reserved: bool
) -> list[Reason]:
    """Judge.

    The day the card was requested is in no certificate, and the latest day it can have been proves nothing against
    anybody, so that clock is not judged here (docs/decisions/0009-hub-records.md). An earlier
    application always stands in the way: whether a resident may choose again when their service has left
    (``on_service_left``) is not built yet. Then its service is named, and the one asked for is not judged.
    """
    reasons = refusals(
        incentive_on(incentive, on).incentive,
        Applicant(earlier=earlier),
        on=on,
        service=offer if earlier is None else None,
        channel=ChannelKind.WEB.value,
    )
    if not is_reserved:
        reasons.append(Reason(Refusal.NO_RESERVATION))
    return reasons
