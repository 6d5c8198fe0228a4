"""Writes one application by the ORM, on any database: the portable twin of ``apply.sql``, row for row."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.entries import Entry
from mynapoint.hub.applications.held import frees_account, frees_person
from mynapoint.hub.applications.left import end, left_behind, room_left
from mynapoint.hub.applications.models import Application, Consent, Draft, KeptAnswer, StandingApplication
from mynapoint.hub.applications.notices import write_notice
from mynapoint.hub.applications.standing import instruct_if_due
from mynapoint.hub.audit.actions import record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity.lineage import lock_survivor
from mynapoint.hub.identity.models import Challenge
from mynapoint.hub.reservations.models import Reservation
from mynapoint.programme.values import IncentiveId, Points, tokyo_day


@transaction.atomic
def enter(entry: Entry) -> None:
    """Do as ``entering.enter``."""
    if entry.keeps is not None:
        KeptAnswer.objects.create(
            key=entry.keeps.key,
            asked=entry.keeps.asked,
            is_refusal=False,
            answer=entry.keeps.answer,
            answered_at=entry.applied_at,
        )
    if entry.takes:
        _require(Challenge.objects.filter(nonce=entry.nonce).delete()[0] == 1, "the question was taken")
    resident = lock_survivor(entry.resident)
    _require(resident.pk == entry.resident, "the resident was merged into another")
    reserved = Reservation.objects.filter(pk=entry.reservation, my_key_id_text__isnull=False)
    _require(reserved.exists(), "the reservation was revoked")
    draft = Draft.objects.filter(pk=entry.draft, resident=resident).first()
    if draft is None:
        raise IntegrityError("the draft is gone")
    room, details, freed_by = entry.room, entry.details, frees_person(draft)
    if (earlier := left_behind(draft, on=tokyo_day(entry.applied_at))) is not None:
        room, details = room_left(draft, earlier), {**entry.details, "replaces": str(earlier.application)}
        freed_by = end(earlier, now=entry.applied_at)
    application = _create(draft, entry, person_freed_by=freed_by)
    draft.delete()
    write_notice(application, NoticeKind.APPLICATION, room=room, points=Points(0), now=entry.applied_at)
    record(Act.APPLIED, who=str(resident), subject=str(application), now=entry.applied_at, **details)
    if entry.fixed_points:
        instruct_if_due(resident, IncentiveId(draft.incentive), now=entry.applied_at)


def _create(draft: Draft, entry: Entry, *, person_freed_by: Application | None) -> Application:
    application = Application.objects.create(
        id=entry.application,
        resident_id=draft.resident_id,
        reservation_id=entry.reservation,
        payment_service_id=draft.payment_service_id,
        incentive=draft.incentive,
        round_id=draft.round_id,
        counts=draft.counts,
        account_key=draft.account_key,
        account_reference=draft.account_reference,
        masked_account=draft.masked_account,
        masked_holder=draft.masked_holder,
        proof=draft.proof,
        person_freed_by=person_freed_by,
        account_freed_by=frees_account(draft),
        applied_at=entry.applied_at,
    )
    StandingApplication.objects.create(
        resident_id=draft.resident_id, incentive=draft.incentive, application=application
    )
    Consent.objects.create(
        application=application,
        statement=entry.statement,
        origin=entry.origin,
        nonce=entry.nonce,
        signature=entry.signature,
        credential_id=entry.certificate,
        oidc_subject_id=entry.subject,
        signed_at=entry.applied_at,
    )
    return application


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise IntegrityError(otherwise)
