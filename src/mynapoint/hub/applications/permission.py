"""May this resident apply for this incentive, here, today? Every reason against, not just the first."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from mynapoint.award.eligibility import NO_POINTS, Applicant, refusals
from mynapoint.award.means import Certificate, Service, certificate_refusals
from mynapoint.award.refusals import Reason, Refusal
from mynapoint.hub.applications.cases import Case, Earlier, KnownCertificate
from mynapoint.hub.applications.cases_by_orm import earlier_application
from mynapoint.hub.applications.left import may_be_replaced
from mynapoint.hub.applications.turns import has_turn
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
    *,
    resident: Resident,
    incentive: IncentiveId,
    on: date,
    service: PaymentService | None = None,
    channel: ChannelKind = ChannelKind.WEB,
) -> list[Reason]:
    """Return every reason why the resident may not apply on a day; without a service, those of any service.

    That the budget is spent is said here, on pages; when an application is written the database itself decides.
    """
    earlier = earlier_application(surviving(resident), incentive)
    reasons = _reasons(
        incentive,
        on,
        earlier=earlier,
        offer=service.offer(incentive) if service else None,
        is_reserved=standing_reservation(resident) is not None,
        channel=channel,
    )
    round_id = incentive_on(incentive, on).round.id
    has_reserved = earlier is not None and earlier.round_id == round_id
    has_applied = any(one.refusal is Refusal.ALREADY_APPLIED for one in reasons)
    is_spent = (round_id, incentive) in spent() and not has_turn(resident, round_id, incentive, on=on)
    if is_spent and not has_reserved and not has_applied:
        reasons.append(budget_spent(round_id, incentive))
    return reasons


def budget_spent(round_id: str, incentive: IncentiveId) -> Reason:
    """Return that a budget is spent as a reason, with what it had in all."""
    return Reason(Refusal.BUDGET_SPENT, {"budget": granted(round_id, incentive) or 0})


def may_choose_again(resident: Resident, incentive: IncentiveId, *, on: date) -> bool:
    """Say whether the service chosen has left and the resident may apply to another one on a day."""
    if all(one.id != incentive for one in incentives_on(on)):
        return False
    earlier = earlier_application(surviving(resident), incentive)
    if earlier is None or not may_be_replaced(earlier, incentive_on(incentive, on).incentive, on=on):
        return False
    return not reasons_against(resident=resident, incentive=incentive, on=on)


def reasons_against_case(case: Case, *, now: datetime, channel: ChannelKind = ChannelKind.WEB) -> list[Reason]:
    """Return every reason, but for the certificate's, why a signed choice may not be applied for at an instant."""
    return _reasons(
        case.incentive,
        tokyo_day(now),
        earlier=case.earlier,
        offer=case.offer,
        is_reserved=case.reservation is not None,
        channel=channel,
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
    incentive: IncentiveId,
    on: date,
    *,
    earlier: Earlier | None,
    offer: Service | None,
    is_reserved: bool,
    channel: ChannelKind,
) -> list[Reason]:
    """Judge.

    The day the card was requested is in no certificate, and the latest day it can have been proves nothing against
    anybody, so that clock is not judged here (docs/decisions/0009-hub-records.md). An earlier
    application stands in the way unless its service has left and the law lets another be chosen for the rest
    (``on_service_left``). Where it does, its service is named, and the one asked for is not judged.
    """
    law = incentive_on(incentive, on).incentive
    is_free = earlier is None or may_be_replaced(earlier, law, on=on)
    applicant = Applicant()
    if earlier is not None:
        before = earlier.on(on)
        applicant = Applicant(
            earlier=before, points_recorded=NO_POINTS if before.takes_part else earlier.recorded
        )  # while the service takes part, that one has applied is all there is to say
    reasons = refusals(
        law,
        applicant,
        on=on,
        service=offer if is_free else None,
        channel=channel.value,
    )
    if not is_reserved:
        reasons.append(Reason(Refusal.NO_RESERVATION))
    return reasons
