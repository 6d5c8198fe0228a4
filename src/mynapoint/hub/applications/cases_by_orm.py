"""Reads what is known when a resident has signed, by the ORM: on any database, some ten small queries."""

from __future__ import annotations

import uuid

from mynapoint.exchange.messages import Counts
from mynapoint.hub.applications.cases import Case, Earlier, Kept, KnownCertificate, Opened, Put
from mynapoint.hub.applications.held import is_held
from mynapoint.hub.applications.models import Draft, KeptAnswer, StandingApplication
from mynapoint.hub.applications.recorded import points_recorded
from mynapoint.hub.identity.lineage import everyone, surviving
from mynapoint.hub.identity.models import Challenge, Credential, Purpose
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.reservations.actions import standing_reservation
from mynapoint.programme.values import IncentiveId, tokyo_day


def opened(*, key: str | None = None, nonce: str | None = None, draft: uuid.UUID | None = None) -> Opened:
    """Return what is known by an idempotency key and the nonce of an open question, or by a draft."""
    kept = KeptAnswer.objects.filter(pk=key).first() if key is not None else None
    if kept is not None:
        return Opened(Kept(kept.asked, kept.is_refusal, kept.answer))
    row = Challenge.objects.filter(nonce=nonce, purpose=Purpose.APPLY).first() if nonce is not None else None
    put = Put(row.statement, row.origin, row.session, row.subject, row.created_at) if row else None
    name = draft or (uuid.UUID(put.subject) if put else None)
    choice = Draft.objects.select_related("payment_service", "resident").filter(pk=name).first() if name else None
    return Opened(put=put, case=_case(choice) if choice else None)


def earlier_application(survivor: uuid.UUID, incentive: IncentiveId) -> Earlier | None:
    """Return what the law asks about the application that stands for a person and incentive."""
    standing = StandingApplication.objects.filter(resident=survivor, incentive=incentive)
    row = standing.select_related("application__payment_service").first()
    if row is None:
        return None
    application = row.application
    service = application.payment_service
    return Earlier(
        application=application.pk,
        round_id=application.round_id,
        applied_on=tokyo_day(application.applied_at),
        service=str(service.label),
        offer=service.offer(incentive),
        recorded=points_recorded(survivor, incentive),
        is_held=is_held(application),
    )


def _case(draft: Draft) -> Case:
    incentive = IncentiveId(draft.incentive)
    survivor = surviving(draft.resident)
    reservation = standing_reservation(draft.resident)
    service: PaymentService = draft.payment_service
    certificates = Credential.objects.filter(resident__in=everyone(draft.resident)).order_by("id")
    return Case(
        draft=draft.pk,
        session=draft.session,
        resident=draft.resident_id,
        survivor=survivor,
        incentive=incentive,
        round_id=draft.round_id,
        counts=Counts(draft.counts),
        service_number=service.number,
        offer=service.offer(incentive),
        effective=service.effective,
        schedule=service.schedule or {},
        earlier=earlier_application(survivor, incentive),
        reservation=reservation.pk if reservation else None,
        certificates=tuple(KnownCertificate.of(row) for row in certificates),
    )
