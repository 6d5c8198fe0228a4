"""Is this a valid user-authentication certificate today, whoever holds it? Each “no” is its own fault."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning

from mynapoint.award.means import Certificate, certificate_refusals
from mynapoint.exchange.card_methods import METHODS
from mynapoint.hub.identity.bodies import read_body, signed_part
from mynapoint.hub.identity.faults import CertificateFault, CertificateRefused
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.identity.profiles import CardProfile, decides
from mynapoint.hub.identity.trust import Root, TrustStore

UNREADABLE = (
    ValueError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    CryptographyDeprecationWarning,
)
"""What ``cryptography`` raises when bytes are not what they should be; the last, where warnings are errors."""


class AuthCertificate(NamedTuple):
    """A user-authentication certificate that passed every check; no name is taken from it."""

    issuer_key_id: str
    serial: str
    fingerprint: str
    public_key: bytes
    valid_from: datetime
    valid_until: datetime


class IssuedCertificate(NamedTuple):
    """A certificate that a configured root issued for user authentication, and that is within its period.

    Whether it is revoked, and whether its key signed anything, is not known yet.
    """

    certificate: x509.Certificate
    serial: int
    key: CertificatePublicKeyTypes
    root: Root
    kept: AuthCertificate

    def refused(self, fault: CertificateFault) -> CertificateRefused:
        """Return the refusal of this certificate for a fault."""
        known = CertificateId(self.kept.issuer_key_id, self.kept.serial)
        return CertificateRefused(fault, fingerprint=self.kept.fingerprint, certificate=known)


def check_certificate(
    der: bytes, *, algorithm: str, profile: CardProfile, trust: TrustStore, now: datetime
) -> IssuedCertificate:
    """Return a certificate in which nothing is wrong at ``now`` that its issuer need not be asked about.

    ``algorithm``  that of the token; the key must be of its kind
    Raises         CertificateRefused

    One that differs from a good one in nothing but its holder's own is in order if its period and its signature are;
    every other is read, and so is each that is refused.
    """
    issued = _by_mould(der, algorithm=algorithm, profile=profile, trust=trust, now=now)
    return issued or _by_reading(der, algorithm=algorithm, profile=profile, trust=trust, now=now)


def _by_mould(
    der: bytes, *, algorithm: str, profile: CardProfile, trust: TrustStore, now: datetime
) -> IssuedCertificate | None:
    """Return a certificate in which nothing is wrong, by comparing; None: not known to be so."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        mould = profile.moulds.fitting(der) if algorithm == "RS256" else None
        if mould is None or trust.roots.get(mould.root.key_id) is not mould.root:
            return None
        since, until, key = certificate.not_valid_before_utc, certificate.not_valid_after_utc, certificate.public_key()
    except (UnsupportedAlgorithm, *UNREADABLE):
        return None
    root, serial = mould.root, int.from_bytes(der[15 : mould.serial_until], "big", signed=True)
    if serial <= 0 or not (since <= now <= until and root.valid_from <= now <= root.valid_until):
        return None
    if not root.key.signed(der[-256:], der[4 : mould.signed_until]):
        return None
    spki = der[mould.key_at : mould.key_until]
    kept = AuthCertificate(root.key_id.hex(), f"{serial:x}", hashlib.sha256(der).hexdigest(), spki, since, until)
    return IssuedCertificate(certificate, serial, key, root, kept)


def _by_reading(
    der: bytes, *, algorithm: str, profile: CardProfile, trust: TrustStore, now: datetime
) -> IssuedCertificate:
    """Judge in the order of docs/decisions/0019-validation.md: what it is, its period, what it is for, who issued it.

    Raises CertificateRefused. Nothing named in the certificate is ever fetched.
    """
    fingerprint = hashlib.sha256(der).hexdigest()

    def refused(fault: CertificateFault) -> CertificateRefused:
        return CertificateRefused(fault, fingerprint=fingerprint)

    try:
        certificate = x509.load_der_x509_certificate(der)
        signed = signed_part(der)
        body = read_body(signed)
        if (serial := certificate.serial_number) <= 0:
            raise ValueError("RFC 5280 has positive serials only")
        period = Certificate(certificate.not_valid_before_utc, certificate.not_valid_after_utc)
        judged = profile.judge(certificate, body)
        key = certificate.public_key()
    except UnsupportedAlgorithm as error:
        raise refused(CertificateFault.KEY) from error
    except UNREADABLE as error:
        raise refused(CertificateFault.MALFORMED) from error
    if algorithm not in profile.algorithms or not METHODS[algorithm].fits(key):
        raise refused(CertificateFault.KEY)
    if reasons := certificate_refusals(period, now=now):  # what to say of a period is the law's
        fault = CertificateFault.EXPIRED if now > period.valid_until else CertificateFault.NOT_YET_VALID
        raise CertificateRefused(fault, fingerprint=fingerprint, reasons=reasons)
    if judged.fault is not None:
        raise refused(judged.fault)
    root = trust.issuer_of(certificate, signed=signed, body=body, key_id=judged.issuer_key_id)
    if isinstance(root, CertificateFault):
        raise refused(root)
    if not root.valid_from <= now <= root.valid_until:
        raise refused(CertificateFault.ISSUER_PERIOD)
    if algorithm == "RS256" and judged.issuer_key_id is not None:
        profile.moulds.learn(der, body, root=root, decides=decides)
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    kept = AuthCertificate(root.key_id.hex(), f"{serial:x}", fingerprint, spki, period.valid_from, period.valid_until)
    return IssuedCertificate(certificate, serial, key, root, kept)
