"""Applying, whoever asks: one judgement of what was signed, one writing of it, one way to say why not."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, connection

from mynapoint.award.eligibility import points_max
from mynapoint.award.refusals import Reason, Refusal, Refused
from mynapoint.hub.applications import cases_by_orm, cases_by_query
from mynapoint.hub.applications.cases import Case, KnownCertificate, Opened
from mynapoint.hub.applications.entering import enter
from mynapoint.hub.applications.entries import Entry, ToKeep
from mynapoint.hub.applications.held import mislinked, with_account_of
from mynapoint.hub.applications.last_day import Judged
from mynapoint.hub.applications.models import Draft, KeptAnswer
from mynapoint.hub.applications.permission import budget_spent, reasons_against_case, reasons_against_certificate
from mynapoint.hub.books.triggers import BUDGET_SPENT
from mynapoint.hub.identity.actions import Signature, lapsed
from mynapoint.hub.identity.lineage import certificate_behind, surviving
from mynapoint.hub.identity.models import Challenge, Credential, OidcSubject, Resident
from mynapoint.hub.reservations.actions import standing_reservation
from mynapoint.programme.incentives import DirectRule
from mynapoint.programme.values import Points


@dataclass(frozen=True, slots=True)
class Signer:
    """By what a resident signed: a certificate seen before, or the phone.

    ``certificate``  the one the law judges: the signing one, or for a phone the person's newest; None: none is known
    ``subject``      the phone's subject; None: the certificate itself signed
    """

    certificate: KnownCertificate | None
    subject: int | None = None


class AnsweredMeanwhile(Exception):
    """The same key was answered while this was under way; the answer is kept under it."""


def open_case(*, key: str | None = None, nonce: str | None = None, draft: uuid.UUID | None = None) -> Opened:
    """Return what is known, by an idempotency key and the nonce of an open question, or by a draft."""
    if connection.vendor == "postgresql":
        return cases_by_query.opened(key=key, nonce=nonce, draft=draft)
    return cases_by_orm.opened(key=key, nonce=nonce, draft=draft)


def signer_of(credential: Credential | OidcSubject, *, now: datetime) -> Signer:
    """Return what is to be judged and kept of what signed."""
    behind = certificate_behind(credential, now=now)
    known = KnownCertificate.of(behind) if behind is not None else None
    return Signer(known, subject=credential.pk if isinstance(credential, OidcSubject) else None)


def judge(case: Case, signer: Signer, *, now: datetime, judged: Judged | None = None) -> None:
    """Raise Refused with every reason why what was signed is not applied for at ``now``.

    ``judged``  as of when days are judged, and by which way it came; the certificate always is judged as of now
    """
    if case.resident != case.survivor:
        raise Refused(Refusal.RECORDS_JOINED)
    judged = judged or Judged(now)
    if reasons := reasons_against_case(case, now=judged.as_of, channel=judged.channel):
        raise Refused(reasons)
    if signer.certificate is not None and (
        reasons := reasons_against_certificate(signer.certificate, incentive=case.incentive, now=now)
    ):
        raise Refused(reasons)


def apply_for(
    case: Case,
    signer: Signer,
    signature: Signature,
    *,
    now: datetime,
    application: uuid.UUID,
    keeps: ToKeep | None = None,
    judged: Judged | None = None,
) -> None:
    """Write what was judged, for good. Raises Refused, with nothing written.

    ``judged``  as of when days were judged; the audit record then holds both instants, and by what right
    ``keeps``  the answer to keep for a machine; its question is then taken here, in the same transaction
    """
    assert case.reservation is not None, "nobody applies without a reservation"
    assert signature.subject == str(case.draft), "the card signed the statement of another draft"
    rule = case.law.rule
    own = signer.certificate if signer.subject is None else None
    entry = Entry(
        application=application,
        draft=case.draft,
        resident=case.resident,
        reservation=case.reservation,
        statement=signature.statement,
        origin=signature.origin,
        nonce=signature.nonce,
        signature=signature.signature,
        certificate=own.id if own else None,
        subject=signer.subject,
        room=points_max(case.law),
        fixed_points=rule.points if isinstance(rule, DirectRule) else Points(0),
        details=_details(case, own) | (judged.details if judged else {}),
        applied_at=now,
        takes=keeps is not None,
        keeps=keeps,
    )
    try:
        enter(entry)
    except IntegrityError as error:
        raise (_why_not(case, entry, error, judged=judged or Judged(now)) or error) from error


def _details(case: Case, own: KnownCertificate | None) -> dict[str, str]:
    about = {"service": case.service_number, "incentive": str(case.incentive)}
    return about | ({"fingerprint": own.fingerprint} if own else {"route": "phone"})


def account_is_used(draft: Draft) -> bool:
    """Say whether the account of a draft serves somebody's application already."""
    return with_account_of(draft).exclude(pk__in=mislinked()).exists()


def _why_not(case: Case, entry: Entry, error: IntegrityError, *, judged: Judged) -> Exception | None:
    """Say what came in between, in the same order whichever constraint noticed it on whichever database.

    Returns None where nothing did: then the error is a bug.
    """
    if entry.keeps is not None and KeptAnswer.objects.filter(pk=entry.keeps.key).exists():
        return AnsweredMeanwhile()
    resident = Resident.objects.get(pk=case.resident)
    if surviving(resident) != case.resident:
        return Refused(Refusal.RECORDS_JOINED)
    reservation = standing_reservation(resident)
    today = replace(
        case,
        earlier=cases_by_orm.earlier_application(resident.pk, case.incentive),
        reservation=reservation.pk if reservation else None,
    )
    if reasons := reasons_against_case(today, now=judged.as_of, channel=judged.channel):
        return Refused(reasons)
    draft = Draft.objects.filter(pk=case.draft).first()
    if draft is None:
        return Refused(Refusal.DRAFT_REPLACED)
    if entry.takes and not Challenge.objects.filter(nonce=entry.nonce).exists():
        return lapsed()
    reasons = [budget_spent(case.round_id, case.incentive)] if BUDGET_SPENT in str(error) else []
    if not reasons and account_is_used(draft):
        reasons = [Reason(Refusal.ACCOUNT_ALREADY_USED)]
    return Refused(reasons) if reasons else None
