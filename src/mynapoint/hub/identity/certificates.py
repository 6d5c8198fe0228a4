"""Is this a valid user-authentication certificate today? Each “no” is its own refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from mynapoint.award.means import Certificate, certificate_refusals
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.identity.trust import TrustStore

AUTHENTICATION_POLICY = x509.ObjectIdentifier("1.2.392.200149.8.5.1.3.30")
"""利用者証明用電子証明書; the signature certificate's policy is another, and is refused."""

_CRITICAL_EXTENSIONS_KNOWN = {
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.CERTIFICATE_POLICIES,
}


@dataclass(frozen=True, slots=True)
class AuthCertificate:
    """A user-authentication certificate that passed every check; no name is taken from it."""

    issuer_key_id: str
    serial: str
    fingerprint: str
    public_key: bytes
    valid_from: datetime
    valid_until: datetime


def fingerprint_of(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the certificate, in hex: the only thing of it that a log may hold."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def check_certificate(
    certificate: x509.Certificate, *, trust: TrustStore, now: datetime, environment: str
) -> AuthCertificate:
    """Return what the hub keeps of a certificate, if it is valid at ``now``. Raises Refused.

    The order is that of the checks below: purpose and shape, then who issued it, then its period, then revocation.
    So a stranger's certificate never learns more than “not accepted”, and a resident reads what to do.
    In production, unknown or outdated revocation knowledge refuses; an emulated city ages with the demo's clock,
    so there only a listed certificate is refused.
    """
    _check_profile(certificate)
    issuer = trust.issuer_of(certificate)
    if issuer is None:
        raise _not_accepted("no configured root signed it")
    _check_standing(certificate, now=now)
    root = trust.roots[issuer]
    if not root.not_valid_before_utc <= now <= root.not_valid_after_utc:
        raise _not_accepted("its root is outside its own period")
    _check_revocation(certificate, issuer, trust=trust, now=now, environment=environment)
    return AuthCertificate(
        issuer_key_id=issuer.hex(),
        serial=f"{certificate.serial_number:x}",
        fingerprint=fingerprint_of(certificate),
        public_key=certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
    )


def _check_profile(certificate: x509.Certificate) -> None:
    try:
        extensions = certificate.extensions
        by_type: Mapping[type[object], object] = {type(extension.value): extension.value for extension in extensions}
        key = certificate.public_key()
    except ValueError as error:
        raise _not_accepted("it cannot be read") from error
    policies = by_type.get(x509.CertificatePolicies)
    if not isinstance(policies, x509.CertificatePolicies) or AUTHENTICATION_POLICY not in {
        policy.policy_identifier for policy in policies
    }:
        raise _not_accepted("its policy is not user authentication")
    usage = by_type.get(x509.KeyUsage)
    if not isinstance(usage, x509.KeyUsage) or not usage.digital_signature or usage.content_commitment:
        raise _not_accepted("its key usage is not authentication")
    purposes = by_type.get(x509.ExtendedKeyUsage)
    if isinstance(purposes, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        raise _not_accepted("its extended key usage is not client authentication")
    constraints = by_type.get(x509.BasicConstraints)
    if isinstance(constraints, x509.BasicConstraints) and constraints.ca:
        raise _not_accepted("it is a certificate authority")
    if any(extension.critical and extension.oid not in _CRITICAL_EXTENSIONS_KNOWN for extension in extensions):
        raise _not_accepted("it has an unknown critical extension")
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048 or key.public_numbers().e != 65537:
        raise _not_accepted("its key is not RSA of 2048 bits")


def _check_standing(certificate: x509.Certificate, *, now: datetime, revoked: bool | None = False) -> None:
    # What speaks against a certificate, and how that is told, is the law's.
    standing = Certificate(certificate.not_valid_before_utc, certificate.not_valid_after_utc, revoked=revoked)
    if reasons := certificate_refusals(standing, now=now):
        raise Refused(reasons)


def _check_revocation(
    certificate: x509.Certificate, issuer: bytes, *, trust: TrustStore, now: datetime, environment: str
) -> None:
    known = trust.revocation_lists.get(issuer)
    revoked: bool | None = known is not None and certificate.serial_number in known.revoked
    if not revoked and environment == "production" and (known is None or known.next_update < now):
        revoked = None
    _check_standing(certificate, now=now, revoked=revoked)


def _not_accepted(why: str) -> Refused:
    return Refused(Refusal.CERTIFICATE_NOT_ACCEPTED, why=why)
