"""What can be done with identity: put a question, take its answer once, sign in with card or phone, sign out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from mynapoint.award.refusals import Refusal, Refused
from mynapoint.exchange import card_token
from mynapoint.hub.audit.actions import VISITOR, record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity import lineage
from mynapoint.hub.identity.certificates import AuthCertificate
from mynapoint.hub.identity.faults import CertificateFault, CertificateRefused
from mynapoint.hub.identity.models import Challenge, Credential, OidcSubject, ParkedAnswer, Purpose, Resident
from mynapoint.hub.identity.oidc_faults import OidcRefused
from mynapoint.hub.identity.verification import OpenIdSubject, Question, Route, Verified, verifier

CHALLENGE_LIFE = timedelta(minutes=5)
"""By the machine's clock: how long a card may take to answer, the PIN included."""

_AGENT_ERRORS = {
    "cancelled": Refusal.CARD_STEP_CANCELLED,
    "pin_locked": Refusal.PIN_LOCKED,
    "no_card": Refusal.CARD_NOT_READ,
    "card_error": Refusal.CARD_NOT_READ,
}
_ONLY_BY = {Purpose.LINK_PHONE: Route.CARD, Purpose.LINKED_PHONE: Route.PHONE, Purpose.UNLINK_PHONE: Route.CARD}
"""Steps that one route alone may answer: whoever holds a phone cannot let it in with itself."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A verified answer: this certificate's key, or this person with the phone, answered exactly this statement, once.

    ``signature``  the card's signature, or the phone's proof (``verification.Verified``)
    """

    who: AuthCertificate | OpenIdSubject
    statement: str
    origin: str
    nonce: str
    signature: bytes
    subject: str
    signed_at: datetime


def open_challenge(
    *, session: str, purpose: Purpose, statement: str, origin: str, continue_to: str, subject: str = ""
) -> Challenge:
    """Put a question to the card of whoever sits at this session; it lapses after CHALLENGE_LIFE."""
    nonce = secrets.token_urlsafe(48)
    assert "\n" not in statement, "browsers change line ends on the way to the agent"
    card_token.check_challenge(nonce=nonce, statement=statement)
    return Challenge.objects.create(
        nonce=nonce,
        purpose=purpose,
        statement=statement,
        origin=origin,
        session=session,
        subject=subject,
        continue_to=continue_to,
        created_at=timezone.now(),
    )


def park_answer(*, nonce: str, token: str = "", error: str = "", route: Route = Route.CARD) -> ParkedAnswer:
    """Keep an answer until the session it belongs to comes for it. Raises Refused.

    Only an open challenge's nonce is parked, and once: a stranger cannot fill the table.
    """
    known = Challenge.objects.filter(nonce=nonce, created_at__gt=timezone.now() - CHALLENGE_LIFE).exists()
    if not known or len(token.encode(errors="replace")) > card_token.TOKEN_BYTES_MAX:
        raise lapsed()
    try:
        with transaction.atomic():
            return ParkedAnswer.objects.create(
                id=secrets.token_urlsafe(32),
                nonce=nonce,
                token=token,
                route=route.value,
                error=error if error in _AGENT_ERRORS else ("card_error" if error else ""),
                created_at=timezone.now(),
            )
    except IntegrityError as refused:
        raise lapsed() from refused


def parked_challenge(*, parked_id: str, session: str) -> Challenge:
    """Return the challenge a parked answer is for, without taking either. Raises Refused.

    An answer that comes up in another session is removed: somebody was led to sign a stranger's question.
    """
    parked = ParkedAnswer.objects.filter(id=parked_id).first()
    challenge = parked and Challenge.objects.filter(nonce=parked.nonce, session=session).first()
    if not challenge:
        ParkedAnswer.objects.filter(id=parked_id).delete()
        raise lapsed()
    return challenge


def open_question(*, nonce: str, session: str) -> Challenge:
    """Return the open challenge of this session that a page was shown with, without taking it. Raises Refused."""
    since = timezone.now() - CHALLENGE_LIFE
    challenge = Challenge.objects.filter(nonce=nonce, session=session, created_at__gt=since).first()
    if challenge is None:
        raise lapsed()
    return challenge


def take_signature(*, parked_id: str, session: str, purpose: Purpose, now: datetime) -> Signature:
    """Take a parked answer and its challenge, once and for good, and check everything about it. Raises Refused.

    Origin, nonce and statement are the hub's own stored ones; nothing the sender says about them is believed.
    Certificates are judged at ``now``; the challenge's age by the machine's clock.
    """
    parked = ParkedAnswer.objects.filter(id=parked_id).first()
    if parked is None or not _taken(ParkedAnswer, pk=parked.pk):
        raise lapsed()
    challenge = Challenge.objects.filter(nonce=parked.nonce, session=session, purpose=purpose).first()
    if challenge is None or not _taken(Challenge, pk=challenge.pk):
        raise lapsed()
    if timezone.now() - challenge.created_at > CHALLENGE_LIFE:
        raise lapsed()
    if parked.error:
        raise Refused(_AGENT_ERRORS[parked.error])
    route = Route(parked.route)
    if not may_answer(purpose, route):
        raise lapsed()
    question = Question(challenge.origin, challenge.nonce, challenge.statement, challenge.created_at)
    return signature_over(question, subject=challenge.subject, answer=parked.token, route=route, now=now)


def signature_over(question: Question, *, subject: str, answer: str, route: Route, now: datetime) -> Signature:
    """Return whose answer is over exactly the hub's own stored question. Raises Refused, with that put on record.

    The caller takes the question, once, and judges its age.
    """
    verified = _verified(route, answer, question, now=now)
    return Signature(
        who=verified.who,
        statement=question.statement,
        origin=question.origin,
        nonce=question.nonce,
        signature=verified.proof,
        subject=subject,
        signed_at=now,
    )


def sign_in(*, signature: Signature, now: datetime) -> Resident:
    """Return the resident who answered, under the pseudonym by which they go today. Raises Refused.

    A certificate never seen before is asked about: one that replaced another is the same resident; one of which
    nothing is known, or nothing yet, is a new resident under a random pseudonym (``lineage.enter``).
    """
    certificate = signature.who
    if isinstance(certificate, OpenIdSubject):
        return _sign_in_by_phone(certificate, now=now)
    credential = lineage.find(certificate)
    if credential is None or credential.links_asked_at is None:
        answered = lineage.ask(certificate, now=now)  # not within a transaction: somebody else's machine may be slow
        if credential is None:
            credential = lineage.enter(certificate, answered=answered, now=now)
        elif answered:
            Credential.objects.filter(pk=credential.pk).update(links_asked_at=now)
        lineage.look_again(certificate)
    with transaction.atomic():
        resident = lineage.lock_survivor(credential.resident_id)
        record(Act.SIGNED_IN, who=str(resident), now=now, fingerprint=certificate.fingerprint)
    return resident


@transaction.atomic
def sign_out(*, resident: Resident, now: datetime) -> None:
    """Record that a resident left."""
    record(Act.SIGNED_OUT, who=str(resident), now=now)


def signer(*, signature: Signature, resident: Resident, now: datetime) -> Credential | OidcSubject:
    """Return what signed, if it is the resident's own: a certificate, also one renewed meanwhile, or a linked phone.

    Raises Refused(OTHER_PERSONS_CARD or OTHER_PERSONS_PHONE) and puts that on record; the caller ends the session.
    """
    certificate = signature.who
    if isinstance(certificate, OpenIdSubject):
        return _own_phone(certificate, resident=resident, now=now)
    credential = lineage.find(certificate)
    if credential is None and lineage.ask(certificate, now=now) and lineage.follows(certificate, resident):
        credential = lineage.enter(certificate, answered=True, now=now)
        lineage.look_again(certificate)
    if credential is not None and lineage.surviving(credential.resident) == lineage.surviving(resident):
        return credential
    with transaction.atomic():
        record(Act.OTHER_PERSONS_CARD, who=str(resident), now=now, fingerprint=certificate.fingerprint)
    raise Refused(Refusal.OTHER_PERSONS_CARD)


def kept_as(credential: Credential | OidcSubject) -> dict[str, Credential | OidcSubject]:
    """Return the column of a signed statement in which its signer is kept."""
    return {"credential" if isinstance(credential, Credential) else "oidc_subject": credential}


def may_answer(purpose: Purpose, route: Route) -> bool:
    """Say whether a step of this purpose may be answered this way."""
    return _ONLY_BY.get(purpose, route) is route


def purge() -> int:
    """Remove challenges and parked answers that nobody can take any more; return how many."""
    lapsed = timezone.now() - CHALLENGE_LIFE
    answers, _ = ParkedAnswer.objects.filter(created_at__lt=lapsed).delete()
    challenges, _ = Challenge.objects.filter(created_at__lt=lapsed).delete()
    return answers + challenges


def lapsed() -> Refused:
    """Return the refusal of a step that lapsed or was taken already."""
    return Refused(Refusal.CHALLENGE_EXPIRED, minutes=int(CHALLENGE_LIFE.total_seconds() // 60))


def _taken(kind: type[Challenge] | type[ParkedAnswer], *, pk: str | int) -> bool:
    # One DELETE decides who took it, however many come at once.
    count, _ = kind._default_manager.filter(pk=pk).delete()
    return count == 1


def _sign_in_by_phone(who: OpenIdSubject, *, now: datetime) -> Resident:
    kept = lineage.find_subject(who)
    refused = not settings.PHONE_ALONE if kept is None else kept.unlinked_at is not None
    if refused:
        raise Refused(Refusal.PHONE_NOT_LINKED)
    with transaction.atomic():
        resident = lineage.enter_subject(issuer=who.issuer, subject=who.subject, now=now)
        record(Act.SIGNED_IN, who=str(resident), now=now, route=Route.PHONE.value)
    return resident


def _own_phone(who: OpenIdSubject, *, resident: Resident, now: datetime) -> OidcSubject:
    kept = lineage.find_subject(who)
    own = kept is not None and lineage.surviving(kept.resident) == lineage.surviving(resident)
    if kept is not None and own and kept.unlinked_at is None:
        return kept
    if own:
        raise Refused(Refusal.PHONE_NOT_LINKED)
    with transaction.atomic():
        record(Act.OTHER_PERSONS_PHONE, who=str(resident), now=now)
    raise Refused(Refusal.OTHER_PERSONS_PHONE)


def _verified(route: Route, answer: str, question: Question, *, now: datetime) -> Verified:
    try:
        return verifier(route).verify(answer, question, now=now)
    except OidcRefused as refused:
        with transaction.atomic():
            details = {"code": refused.refusal.code, "why": refused.fault.value}
            record(Act.PHONE_REFUSED, who=VISITOR, now=now, **details)
        raise
    except CertificateRefused as refused:
        if refused.fault is CertificateFault.REVOKED and refused.certificate is not None:
            lineage.note_revocation(certificate=refused.certificate, now=now)
        details = {"fingerprint": refused.fingerprint, "code": refused.refusal.code, "why": refused.fault.value}
        with transaction.atomic():
            record(Act.CERTIFICATE_REFUSED, who=VISITOR, now=now, **details)
        raise
