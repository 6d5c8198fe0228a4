"""May this resident apply for this incentive, here, today? Every reason against, not just the first."""

from __future__ import annotations

from datetime import date, datetime

from mynapoint.award.eligibility import Applicant, EarlierApplication, refusals
from mynapoint.award.means import Certificate, certificate_refusals
from mynapoint.award.refusals import Reason, Refusal
from mynapoint.hub.applications.standing import standing_application
from mynapoint.hub.identity.models import Credential, Resident
from mynapoint.hub.payment_services.models import ChannelKind, PaymentService
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay, incentives_on
from mynapoint.hub.reservations.actions import standing_reservation
from mynapoint.programme.values import IncentiveId, tokyo_day


def incentive_on(incentive: IncentiveId, on: date) -> IncentiveOnDay:
    """Return an incentive as it stands on a day in Tokyo. Raises KeyError when there is none of that name."""
    return {one.id: one for one in incentives_on(on)}[incentive]


def reasons_against(
    *, resident: Resident, incentive: IncentiveId, on: date, service: PaymentService | None = None
) -> list[Reason]:
    """Return every reason why the resident may not apply on a day; without a service, those of any service.

    The day the card was requested is in no certificate, and the latest day it can have been proves nothing against
    anybody, so that clock is not judged here (docs/decisions/0009-hub-records.md). An earlier
    application always stands in the way: whether a resident may choose again when their service has left
    (``on_service_left``) is not built yet.
    """
    mine = standing_application(resident, incentive)
    earlier = None
    if mine:
        earlier = EarlierApplication(
            applied_on=tokyo_day(mine.applied_at), service=str(mine.payment_service.label), takes_part=True
        )
    reasons = refusals(
        incentive_on(incentive, on).incentive,
        Applicant(earlier=earlier),
        on=on,
        service=service.offer(incentive) if service and not mine else None,
        channel=ChannelKind.WEB.value,
    )
    if standing_reservation(resident) is None:
        reasons.append(Reason(Refusal.NO_RESERVATION))
    return reasons


def reasons_against_certificate(credential: Credential, *, incentive: IncentiveId, now: datetime) -> list[Reason]:
    """Return every reason why an application may not be signed with a certificate at an instant.

    That it is not revoked was found when it signed (identity.certificates). One that replaced another may have to
    wait, by the law of the incentive; it was renewed when its validity began.
    """
    renewed_at = credential.valid_from if credential.predecessor_id else None
    standing = Certificate(credential.valid_from, credential.valid_until, renewed_at=renewed_at)
    return certificate_refusals(standing, now=now, incentive=incentive_on(incentive, tokyo_day(now)).incentive)
