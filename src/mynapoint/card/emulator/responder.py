"""The authority's OCSP responder: a certificate of its own, delegated by the root, and one answer to one request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from mynapoint.card.emulator.authority import (
    ORGANISATION,
    Authority,
    SigningKey,
    authority_key,
    hash_for,
    key_usage,
    new_key,
)

ANSWER_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Responder:
    """Who signs answers: its certificate, usually not the root's, and its key."""

    certificate: x509.Certificate
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Status:
    """What the responder says of one certificate. ``revoked_at`` and ``reason`` only when it is revoked."""

    status: ocsp.OCSPCertStatus
    revoked_at: datetime | None = None
    reason: x509.ReasonFlags | None = None


GOOD = Status(ocsp.OCSPCertStatus.GOOD)
UNKNOWN = Status(ocsp.OCSPCertStatus.UNKNOWN)


def revoked(at: datetime, reason: x509.ReasonFlags) -> Status:
    """Return that a certificate was revoked at an instant, and why."""
    return Status(ocsp.OCSPCertStatus.REVOKED, at, reason)


def new_responder(
    authority: Authority,
    *,
    valid_from: datetime,
    valid_until: datetime,
    purpose: ObjectIdentifier = ExtendedKeyUsageOID.OCSP_SIGNING,
    key: SigningKey | None = None,
) -> Responder:
    """Delegate answering: a certificate for OCSP signing alone, never itself asked about (id-pkix-ocsp-nocheck)."""
    key = key or new_key()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, "OCSP responder"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_until)
        .add_extension(key_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
        .add_extension(authority_key(authority), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Responder(builder.sign(authority.key, hash_for(authority.key)), key)


def answer(
    responder: Responder,
    request: ocsp.OCSPRequest,
    status: Status,
    *,
    this_update: datetime,
    next_update: datetime | None,
    nonce: bytes | None,
    serial: int | None = None,
    issuer_key_hash: bytes | None = None,
) -> ocsp.OCSPResponse:
    """Sign an answer to a request for one certificate.

    nonce                     what to send back; ``nonce_of(request)`` is the honest one
    serial, issuer_key_hash   answer for another certificate than was asked; None for the one asked
    """
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        request.issuer_name_hash,
        issuer_key_hash or request.issuer_key_hash,
        request.serial_number if serial is None else serial,
        request.hash_algorithm,
        status.status,
        this_update,
        next_update,
        status.revoked_at,
        status.reason,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    builder = builder.certificates([responder.certificate])
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.sign(responder.key, hash_for(responder.key))


def nonce_of(request: ocsp.OCSPRequest) -> bytes | None:
    """Return the nonce of a request; None when it has none."""
    try:
        return request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return None
