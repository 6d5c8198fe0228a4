"""Machines without cards, for tests of what is kept: a proved choice, and an ask as if a card had signed it."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from hub import clock
from hub.people import known_credential
from hub.sample_pay import NUMBER
from mynapoint.award.refusals import Refused
from mynapoint.exchange.messages import Counts
from mynapoint.hub.applications import once
from mynapoint.hub.applications.models import Draft
from mynapoint.hub.applications.once import Answer, Asked, Wording
from mynapoint.hub.applications.receipts import Receipt
from mynapoint.hub.identity.actions import Signature
from mynapoint.hub.identity.certificates import AuthCertificate
from mynapoint.hub.identity.models import Challenge, Credential, Purpose
from mynapoint.hub.identity.verification import Question, Verified
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.reservations.actions import reserve

_counter = itertools.count(1)
ORIGIN = "http://localhost:8000"


@dataclass(frozen=True, slots=True)
class Choice:
    """A proved choice whose statement is put to the card."""

    credential: Credential
    draft: Draft
    nonce: str


class AnyCard:
    """A back end that believes whoever names a certificate's serial: these tests are about what comes after."""

    def verify(self, answer: str, question: Question, *, now: datetime) -> Verified:
        """Return who that is."""
        return Verified(AuthCertificate("00", answer, answer, b"key", now, now), b"signature")


CARDS = {"card": "hub.applications.machines.AnyCard"}


def person(name: str) -> Credential:
    """A resident with a certificate and a reservation."""
    credential = known_credential(name)
    reserve(signature=signature(credential, secrets.token_hex(16)), credential=credential, now=clock.START)
    return credential


def signature(credential: Credential, nonce: str, subject: str = "") -> Signature:
    who = AuthCertificate("00", credential.serial, credential.fingerprint, b"key", clock.START, clock.START)
    return Signature(who, "文", ORIGIN, nonce, b"signature", subject, clock.START)


def proved_choice(
    name: str, *, account: str = "", incentive: str = "card_uptake", credential: Credential | None = None
) -> Choice:
    """A draft with an open question about it; an account of one's own where none is named."""
    account = account or f"account-{next(_counter)}"
    credential = credential or person(name)
    draft = Draft.objects.create(
        resident=credential.resident,
        payment_service=PaymentService.objects.get(number=NUMBER),
        incentive=incentive,
        round_id="round2",
        counts=Counts.TOP_UP.value,
        account_key=account,
        account_reference=f"reference-{account}-{next(_counter)}",
        masked_account="****1234",
        masked_holder="ア*キ",
        proof="proof",
        session="session",
        created_at=clock.START,
    )
    nonce = secrets.token_urlsafe(48)
    Challenge.objects.create(
        nonce=nonce,
        purpose=Purpose.APPLY,
        statement="文",
        origin=ORIGIN,
        session="session",
        subject=str(draft.pk),
        continue_to="/apply/signed/",
        created_at=timezone.now(),
    )
    return Choice(credential, draft, nonce)


def said(answer: Answer) -> str:
    """What happened: ``applied``, or the first reason's code."""
    return answer.body.partition(" ")[0]


def asks(choice: Choice, *, key: str = "", say: Callable[[Answer], str] = said) -> Callable[[], str]:
    """Return the act of asking for a choice, as if its person's card had signed."""

    def ask() -> str:
        asked = Asked(key or secrets.token_urlsafe(16), choice.nonce, choice.credential.serial)
        return say(once.apply_once(asked, wording=WORDING, now=clock.START))

    return ask


def _applied(receipt: Receipt) -> str:
    return f"applied {receipt.application}"


def _refused(refused: Refused) -> str:
    return refused.refusal.code


WORDING = Wording(_applied, _refused)
