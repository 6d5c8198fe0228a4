"""Applying for machines: question, person and choice from what the hub itself keeps; the same key, the same answer."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.applications import applying, round_trips
from mynapoint.hub.applications.applying import AnsweredMeanwhile, Signer
from mynapoint.hub.applications.cases import Case, Kept, Opened, Put
from mynapoint.hub.applications.entries import ToKeep
from mynapoint.hub.applications.last_day import judged
from mynapoint.hub.applications.models import KeptAnswer
from mynapoint.hub.applications.receipts import Receipt, receipt
from mynapoint.hub.applications.statements import way_said
from mynapoint.hub.identity.actions import CHALLENGE_LIFE, Signature, lapsed, signature_over, signer
from mynapoint.hub.identity.models import Challenge, Resident
from mynapoint.hub.identity.verification import Question, Route
from mynapoint.hub.waiting.tickets import Ticket

_LOOKS_AGAIN = 3
"""How often a request looks for an answer kept meanwhile: twice is enough, unless answers could be removed."""


class OtherContent(Exception):
    """The key was used before, to ask something else."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a machine asks: ``token`` is the card's answer (exchange.card_token) to the open question ``nonce``.

    ``key``  made up by the machine, for this one application; 128 random bits or more
    """

    key: str
    nonce: str
    token: str

    @property
    def digest(self) -> str:
        """SHA-256 of what is asked, the key left out."""
        return hashlib.sha256(f"{self.nonce}\0{self.token}".encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Wording:
    """How a door says what happened; what it says is kept and said again."""

    applied: Callable[[Receipt], str]
    refused: Callable[[Refused], str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said; ``is_replay``: it was said before and nothing was done now."""

    body: str
    is_refusal: bool
    is_replay: bool = False


def apply_once(asked: Asked, *, wording: Wording, now: datetime, ticket: Ticket | None = None) -> Answer:
    """Record what a resident signed, or say why not; once for a key. Raises OtherContent.

    An answer is kept under its key in the transaction that takes the question: then it is said again byte for byte,
    for the programme's life. Where no question is taken, nothing is kept. The person is whoever's certificate signed.
    """
    for _ in range(_LOOKS_AGAIN):
        opened = applying.open_case(key=asked.key, nonce=asked.nonce)
        if opened.kept is not None:
            return _said_before(opened.kept, asked)
        try:
            return _answer(asked, opened, wording=wording, now=now, ticket=ticket)
        except AnsweredMeanwhile:
            continue
    raise AssertionError("an answer that was kept is gone")


def _answer(asked: Asked, opened: Opened, *, wording: Wording, now: datetime, ticket: Ticket | None) -> Answer:
    put = opened.put
    if put is None and KeptAnswer.objects.filter(pk=asked.key).exists():
        raise AnsweredMeanwhile  # the question was taken between the looks for the answer and for it
    if put is None or timezone.now() - put.put_at > CHALLENGE_LIFE:
        return Answer(wording.refused(lapsed()), is_refusal=True)
    try:
        signature, case, own = _who_signed_what(asked, put, opened.case, now=now)
        as_judged = judged(case.incentive, ticket, now=now, channel=way_said(put.statement))
        applying.judge(case, own, now=now, judged=as_judged)
        application = uuid.uuid4()
        body = wording.applied(receipt(case, application, now=now))
        keeps = ToKeep(asked.key, asked.digest, body)
        applying.apply_for(case, own, signature, now=now, application=application, keeps=keeps, judged=as_judged)
    except Refused as refused:
        body = wording.refused(refused)
        _keep_refusal(asked, body, now=now)
        return Answer(body, is_refusal=True)
    return Answer(body, is_refusal=False)


def _who_signed_what(asked: Asked, put: Put, case: Case | None, *, now: datetime) -> tuple[Signature, Case, Signer]:
    """Return what was signed and by which of the person's certificates. Raises Refused."""
    question = Question(put.origin, asked.nonce, put.statement, put.put_at)
    signature = signature_over(question, subject=put.subject, answer=asked.token, route=Route.CARD, now=now)
    if case is None or case.session != put.session:
        raise Refused(Refusal.DRAFT_REPLACED)
    who = signature.who
    for one in case.certificates:
        if (one.issuer_key_id, one.serial) == (getattr(who, "issuer_key_id", None), getattr(who, "serial", None)):
            return signature, case, Signer(one)
    resident = Resident.objects.get(pk=case.resident)
    return signature, case, applying.signer_of(signer(signature=signature, resident=resident, now=now), now=now)


def _keep_refusal(asked: Asked, body: str, *, now: datetime) -> None:
    """Take the question, and keep what is answered to it. Raises AnsweredMeanwhile where the key has an answer now."""
    kept = KeptAnswer(key=asked.key, asked=asked.digest, is_refusal=True, answer=body, answered_at=now)
    try:
        with transaction.atomic():
            taken, _ = Challenge.objects.filter(nonce=asked.nonce).delete()
            if taken:
                kept.save(force_insert=True)
    except IntegrityError as error:
        raise AnsweredMeanwhile from error
    if not taken and KeptAnswer.objects.filter(pk=asked.key).exists():
        raise AnsweredMeanwhile


def _said_before(kept: Kept, asked: Asked) -> Answer:
    if kept.asked != asked.digest:
        raise OtherContent
    if connection.vendor == "postgresql":
        round_trips.require_confirmed()
    return Answer(kept.answer, is_refusal=kept.is_refusal, is_replay=True)
