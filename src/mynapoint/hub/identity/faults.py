"""Why a certificate does not show who is there: the closed list, and the refusal that names one of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from mynapoint.award.refusals import Reason, Refusal, Refused
from mynapoint.hub.identity.links import CertificateId


class CertificateFault(StrEnum):
    """What is wrong. Kept in the audit record; a code never changes its meaning. The resident reads ``refusal``."""

    MALFORMED = "malformed"
    """It is not one certificate in DER and nothing else."""
    KEY = "key"
    """Its key is of a kind, size or exponent that cards do not have, or not the one the token's algorithm needs."""
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    POLICY = "policy"
    """Its policy is not that of user authentication: such as that of the signature certificate."""
    KEY_USAGE = "key_usage"
    AUTHORITY = "authority"
    """It is a certificate authority's own."""
    PURPOSE = "purpose"
    """Its extended key usage is there and lacks clientAuth."""
    CRITICAL_EXTENSION = "critical_extension"
    """It has a critical extension nobody knows."""
    ALGORITHM = "algorithm"
    """It was signed by a method that proves nothing, such as SHA-1, or that its issuer does not use."""
    ISSUER = "issuer"
    """No configured root signed it, whatever name and key identifier it carries."""
    ISSUER_PERIOD = "issuer_period"
    """The root that signed it is outside its own period."""
    REVOKED = "revoked"
    NOT_ON_RECORD = "not_on_record"
    """The authority says that it does not know the certificate."""
    REVOCATION_UNKNOWN = "revocation_unknown"
    """Nobody could say whether it is revoked, and what is known here is too old."""
    NOT_CONFIRMED = "not_confirmed"
    """The platform provider did not confirm it: certificate or signature is bad, or it is revoked."""
    SIGNATURE_CERTIFICATE_REVOKED = "signature_certificate_revoked"
    """The platform provider says so of the same card's signature certificate."""

    @property
    def refusal(self) -> Refusal:
        """What the resident is told, with what to do."""
        return _TOLD[self]


_KIND = Refusal.CERTIFICATE_OF_ANOTHER_KIND
_TOLD = {
    CertificateFault.MALFORMED: Refusal.CERTIFICATE_UNREADABLE,
    CertificateFault.KEY: Refusal.CERTIFICATE_METHOD_UNKNOWN,
    CertificateFault.NOT_YET_VALID: Refusal.CERTIFICATE_NOT_YET_VALID,
    CertificateFault.EXPIRED: Refusal.CERTIFICATE_EXPIRED,
    CertificateFault.POLICY: _KIND,
    CertificateFault.KEY_USAGE: _KIND,
    CertificateFault.AUTHORITY: _KIND,
    CertificateFault.PURPOSE: _KIND,
    CertificateFault.CRITICAL_EXTENSION: _KIND,
    CertificateFault.ALGORITHM: Refusal.CERTIFICATE_METHOD_UNKNOWN,
    CertificateFault.ISSUER: Refusal.CERTIFICATE_NOT_ACCEPTED,
    CertificateFault.ISSUER_PERIOD: Refusal.CERTIFICATE_ISSUER_OVER,
    CertificateFault.REVOKED: Refusal.CERTIFICATE_REVOKED,
    CertificateFault.NOT_ON_RECORD: Refusal.CERTIFICATE_NOT_ON_RECORD,
    CertificateFault.REVOCATION_UNKNOWN: Refusal.REVOCATION_UNKNOWN,
    CertificateFault.NOT_CONFIRMED: Refusal.CERTIFICATE_NOT_CONFIRMED,
    CertificateFault.SIGNATURE_CERTIFICATE_REVOKED: Refusal.SIGNATURE_CERTIFICATE_REVOKED,
}


class CertificateRefused(Refused):
    """A certificate that does not show who is there.

    ``fingerprint``  SHA-256 of what the card sent, in hex: the only thing of it that a log may hold
    ``certificate``  its issuer's key and serial, once a configured root is known to have signed it
    """

    def __init__(
        self,
        fault: CertificateFault,
        *,
        fingerprint: str,
        certificate: CertificateId | None = None,
        reasons: Sequence[Reason] = (),
    ) -> None:
        super().__init__(reasons or [Reason(fault.refusal)])
        self.fault = fault
        self.fingerprint = fingerprint
        self.certificate = certificate
