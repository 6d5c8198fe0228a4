"""What can be done with applications: prove an account, apply for good, prove a registration."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from mynapoint.award.refusals import Reason, Refusal, Refused
from mynapoint.exchange.messages import (
    AccountProof,
    AccountProofRefused,
    AccountProofRequest,
    Counts,
    ProofRefusal,
)
from mynapoint.hub.applications import account_proof, applying
from mynapoint.hub.applications.last_day import Judged
from mynapoint.hub.applications.models import Application, Draft, Registration
from mynapoint.hub.applications.permission import incentive_on, reasons_against
from mynapoint.hub.applications.secrets import account_key, hub_key, request_id
from mynapoint.hub.applications.standing import instruct_if_due
from mynapoint.hub.audit.actions import HUB, record
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.identity.actions import Signature
from mynapoint.hub.identity.lineage import everyone, lock_survivor, surviving
from mynapoint.hub.identity.models import Credential, OidcSubject, Resident
from mynapoint.hub.identity.signers import Signer
from mynapoint.hub.payment_services.models import PaymentService, ProviderKey
from mynapoint.programme.values import AccountId, IncentiveId, ServiceNumber

DRAFT_LIFE = timedelta(days=1)
"""Far beyond a session (settings.SESSION_COOKIE_AGE), outside which a draft is of no use."""

WRONG_AN_HOUR_MAX = 10
"""How often a person may be wrong about an account within an hour before nobody is asked for them."""

_PROOF_REFUSALS = {
    ProofRefusal.NOT_RECOGNISED: Refusal.ACCOUNT_NOT_RECOGNISED,
    ProofRefusal.PRIOR_REGISTRATION_MISSING: Refusal.PRIOR_REGISTRATION_MISSING,
    ProofRefusal.ACCOUNT_CLOSED: Refusal.ACCOUNT_NOT_ELIGIBLE,
    ProofRefusal.ACCOUNT_NOT_ELIGIBLE: Refusal.ACCOUNT_NOT_ELIGIBLE,
    ProofRefusal.ALREADY_LINKED: Refusal.ACCOUNT_ALREADY_USED,
    ProofRefusal.TOO_MANY_TRIES: Refusal.TOO_MANY_TRIES,
}


@dataclass(frozen=True, slots=True)
class Account:
    """What a resident types about their account; the codes live for one request and are in no repr.

    ``form_id``  made with the form: sending it twice is one request to the provider
    """

    account_id: AccountId
    security_codes: tuple[str, ...]
    counts: Counts
    form_id: str

    def __repr__(self) -> str:
        return f"Account({self.account_id!r})"


def prove_account(
    *,
    resident: Resident,
    session: str,
    service: PaymentService,
    incentive: IncentiveId,
    account: Account,
    now: datetime,
    judged: Judged | None = None,
    signer: Signer = Signer.HOLDER,
) -> Draft:
    """Ask the provider whether account and codes belong together; keep only its proof, in a draft. Raises Refused.

    ``judged``   as of when days are judged, for a person who came in time, and by which way they came (last_day.py)
    ``session``  the digest of the session that asks (identity.card_step.session_digest)
    ``signer``   who will sign, as declared
    Nothing is half kept: without an answer there is no draft, and the same form may be sent again.
    """
    judged = judged or Judged(now)
    _refuse(
        reasons_against(resident=resident, service=service, incentive=incentive, on=judged.day, channel=judged.channel)
    )
    _refuse_guessing(resident)
    told = _ask(resident=resident, service=service, incentive=incentive, account=account)
    if isinstance(told, AccountProofRefused):
        refusal = _PROOF_REFUSALS[told.reason]
        with transaction.atomic():
            details = {"incentive": incentive, "code": refusal.code}
            record(Act.ACCOUNT_NOT_PROVED, who=str(resident), subject=_of(service), now=now, **details)
        raise Refused(refusal, service=service.label)
    return _keep_draft(
        resident=resident,
        session=session,
        service=service,
        incentive=incentive,
        account=account,
        told=told,
        on=judged.day,
        now=now,
        signer=signer,
    )


def apply(
    *,
    draft: Draft,
    signature: Signature,
    credential: Credential | OidcSubject,
    now: datetime,
    judged: Judged | None = None,
) -> Application:
    """Record a resident's choice of payment service, for good, with the statement they signed. Raises Refused.

    Application, consent, notice and audit record are one transaction. Two at once: the database lets one through.
    """
    case = applying.open_case(draft=draft.pk).case
    if case is None:
        # The draft was taken since it was read: by this person's application at another place, or by a new choice.
        on = (judged or Judged(now)).day
        _refuse(reasons_against(resident=draft.resident, incentive=IncentiveId(draft.incentive), on=on))
        raise Refused(Refusal.DRAFT_REPLACED)
    own = surviving(credential.resident)
    assert surviving(draft.resident) == own, "a draft is applied for by its own resident only"
    if case.survivor != own:  # joined with another's records since the card signed
        raise Refused(Refusal.RECORDS_JOINED)
    signer = applying.signer_of(credential, now=now)
    applying.judge(case, signer, now=now, judged=judged)
    application = uuid.uuid4()
    applying.apply_for(case, signer, signature, now=now, application=application, judged=judged)
    return Application.objects.get(pk=application)


@transaction.atomic
def prove_registration(
    *, resident: Resident, incentive: IncentiveId, proven_on: date, source: str, now: datetime
) -> Registration:
    """Record that a registration is proven; if the resident has applied, its points are instructed now, once.

    ``source``  which register proved it. The same registration again changes nothing.
    """
    resident = lock_survivor(resident.pk)
    known = Registration.objects.filter(resident__in=everyone(resident), incentive=incentive).first()
    if known is not None:
        return known
    registration = Registration.objects.create(
        resident=resident, incentive=incentive, proven_on=proven_on, source=source
    )
    record(Act.REGISTRATION_PROVED, who=HUB, subject=str(resident), now=now, incentive=incentive, source=source)
    instruct_if_due(resident, incentive, now=now)
    return registration


def purge_drafts(*, now: datetime) -> int:
    """Remove drafts whose session has long ended; return how many."""
    removed, _ = Draft.objects.filter(created_at__lt=now - DRAFT_LIFE).delete()
    return removed


def provider_key(service: PaymentService, key_id: str) -> bytes | None:
    """Return the public key of a key id, if it is this service's provider's and valid by the machine's clock."""
    key = ProviderKey.objects.filter(provider=service.provider_id, key_id=key_id).first()
    return bytes.fromhex(key.public_key) if key and key.is_valid(timezone.now()) else None


def _refuse_guessing(resident: Resident) -> None:
    """Refuse whoever has been wrong too often, at whichever services: a provider sees its own tries alone.

    By the person, whose card signed in, and by the machine's clock. Asks that are under way at once are not counted.
    """
    wrong = AuditRecord.objects.filter(
        who__in=[str(one) for one in everyone(resident)],
        act=Act.ACCOUNT_NOT_PROVED,
        details__code=Refusal.ACCOUNT_NOT_RECOGNISED.code,
        recorded_at__gt=timezone.now() - timedelta(hours=1),
    )
    if wrong.count() >= WRONG_AN_HOUR_MAX:
        raise Refused(Refusal.TRIES_USED_UP, tries_max=WRONG_AN_HOUR_MAX)


def _ask(
    *, resident: Resident, service: PaymentService, incentive: IncentiveId, account: Account
) -> AccountProof | AccountProofRefused:
    def ask(form_id: str) -> AccountProof | AccountProofRefused:
        return account_proof.ask(
            AccountProofRequest(
                request_id=request_id(str(resident.pk), form_id),
                service_number=ServiceNumber(service.number),
                incentive=incentive,
                account_id=account.account_id,
                security_codes=account.security_codes,
            ),
            api_url=service.provider.account_api_url,
            key=hub_key(),
            provider_key_of=lambda key_id: provider_key(service, key_id),
        )

    try:
        try:
            return ask(account.form_id)
        except account_proof.OtherContent:  # the form was sent before with other content; this is a new question
            return ask(secrets.token_urlsafe(16))
    except account_proof.ProviderBusy as error:
        raise Refused(Refusal.PROVIDER_BUSY, service=service.label) from error
    except (account_proof.ProviderUnavailable, account_proof.OtherContent) as error:
        raise Refused(Refusal.PROVIDER_UNAVAILABLE, service=service.label) from error


@transaction.atomic
def _keep_draft(
    *,
    resident: Resident,
    session: str,
    service: PaymentService,
    incentive: IncentiveId,
    account: Account,
    told: AccountProof,
    on: date,
    now: datetime,
    signer: Signer,
) -> Draft:
    # A draft never changes: a new choice is a new draft, so a signature can only be for the one that was shown.
    if lock_survivor(resident.pk) != resident:
        raise Refused(Refusal.RECORDS_JOINED)
    Draft.objects.filter(resident=resident, incentive=incentive).delete()
    draft = Draft.objects.create(
        resident=resident,
        session=session,
        payment_service=service,
        incentive=incentive,
        round_id=incentive_on(incentive, on).round.id,
        counts=account.counts.value,
        account_key=account_key(ServiceNumber(service.number), account.account_id),
        account_reference=told.account_reference,
        masked_account=account.account_id.masked,
        masked_holder=told.masked_holder,
        proof=told.proof,
        signer=signer.value,
        created_at=now,
    )
    if applying.account_is_used(draft):
        raise Refused(Refusal.ACCOUNT_ALREADY_USED)
    declared = {} if signer is Signer.HOLDER else {"signer": signer.value}
    record(Act.ACCOUNT_PROVED, who=str(resident), subject=_of(service), now=now, incentive=incentive, **declared)
    return draft


def _refuse(reasons: Sequence[Reason]) -> None:
    if reasons:
        raise Refused(reasons)


def _of(service: PaymentService) -> str:
    return f"service:{service.number}"
