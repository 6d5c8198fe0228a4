"""People without cards, for tests of what the hub keeps: certificates by number, and acts as if a card had signed."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

from hub import clock
from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReportHeader, Counts
from mynapoint.hub.applications import actions
from mynapoint.hub.applications.models import Application, Draft
from mynapoint.hub.identity.actions import Signature, sign_in, signer
from mynapoint.hub.identity.certificates import AuthCertificate
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.identity.models import Credential, Resident
from mynapoint.hub.ledger.actions import record_awards
from mynapoint.hub.ledger.reports import parse_report
from mynapoint.hub.payment_services.models import PaymentService, ProviderKey
from mynapoint.hub.reservations.actions import reserve, standing_reservation
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber

NUMBER = "MP0000001"
CARD_UPTAKE = IncentiveId("card_uptake")
_counter = itertools.count(1)


def certificate(name: CertificateId, since: datetime) -> AuthCertificate:
    fingerprint = f"{name.issuer_key_id}-{name.serial}"
    return AuthCertificate(
        name.issuer_key_id, name.serial, fingerprint, b"key", since - timedelta(days=1), since + timedelta(days=1800)
    )


def known_credential(name: str) -> Credential:
    """A new resident's certificate, put into the tables without a journey; ``name`` is its serial."""
    return Credential.objects.create(
        resident=Resident.objects.create(first_seen_at=clock.START),
        issuer_key_id="00",
        serial=name,
        fingerprint=name,
        public_key=b"key",
        valid_from=clock.START,
        valid_until=clock.START,
        first_seen_at=clock.START,
    )


def signature(name: CertificateId, now: datetime, subject: str = "") -> Signature:
    nonce = f"nonce-{next(_counter)}"
    return Signature(certificate(name, now), "文", "http://localhost:8000", nonce, b"signature", subject, now)


def signs_in(name: CertificateId, now: datetime) -> Resident:
    return sign_in(signature=signature(name, now), now=now)


def reserves(name: CertificateId, now: datetime) -> None:
    """Sign in and reserve, unless that is done. Raises Refused."""
    resident = signs_in(name, now)
    if standing_reservation(resident) is None:
        signed = signature(name, now)
        reserve(signature=signed, credential=signer(signature=signed, resident=resident, now=now), now=now)


def draft(resident: Resident, incentive: IncentiveId, now: datetime, number: str = NUMBER) -> Draft:
    """A proved choice of an account nobody else has."""
    account = f"account-{next(_counter)}"
    Draft.objects.filter(resident=resident, incentive=incentive).delete()
    return Draft.objects.create(
        resident=resident,
        payment_service=PaymentService.objects.get(number=number),
        incentive=incentive,
        round_id="round2",
        counts=Counts.TOP_UP.value,
        account_key=account,
        account_reference=account,
        masked_account="****1234",
        masked_holder="ア*キ",
        proof="proof",
        session="session",
        created_at=now,
    )


def applies(
    name: CertificateId, now: datetime, incentive: IncentiveId = CARD_UPTAKE, number: str = NUMBER
) -> Application:
    """Sign in, reserve and apply with a fresh account. Raises Refused."""
    reserves(name, now)
    resident = signs_in(name, now)
    mine = draft(resident, incentive, now, number)
    signed = signature(name, now, subject=str(mine.pk))
    own = signer(signature=signed, resident=resident, now=now)
    return actions.apply(draft=mine, signature=signed, credential=own, now=now)


def awarded(application: Application, points: int, now: datetime) -> bytes:
    """Report points for an application, as its provider would; return the hub's answer."""
    number = next(_counter)
    row = AwardLine(
        f"l-{number}", str(application.pk), IncentiveId(application.incentive), Points(points), date(2022, 7, 15)
    )
    service = application.payment_service
    header = AwardReportHeader(f"r-{number}", ServiceNumber(service.number), now, 1, Points(points))
    body = encode_lines([header, row])
    key = ProviderKey(key_id="sample-pay-1", provider=service.provider)
    return record_awards(service=service, key=key, report=parse_report(body), body=body, now=now).body


def link(old: CertificateId, new: CertificateId) -> Link:
    return Link(old, new)
