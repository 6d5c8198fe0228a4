"""Asking the card authority's OCSP responder about one certificate, and what its answer proves (RFC 6960)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from mynapoint.hub.identity.bodies import read_body
from mynapoint.hub.identity.issuer_keys import IssuerKey
from mynapoint.hub.identity.trust import Root

ANSWER_BYTES_MAX = 16 * 1024
AGE_MAX = timedelta(minutes=10)
"""How old an answer may be: a certificate revoked now is refused ten minutes later at the latest."""
CLOCK_SKEW = timedelta(minutes=1)
"""How much the responder's clock may be ahead of ours."""

_NONCE_BYTES = 32
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion)


class Learned(StrEnum):
    """What an answer tells about a certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    NOT_ON_RECORD = "not_on_record"
    """The responder itself does not know the certificate: it is refused."""
    NOTHING = "nothing"
    """The answer proves nothing; we know as much as before we asked."""


class Inquiry:
    """One question to a responder, with a nonce of its own: an answer to an earlier one proves nothing."""

    def __init__(self, certificate: x509.Certificate, root: Root, *, revoked: Collection[int] = ()) -> None:
        """Ask about a certificate of a root; ``revoked`` is that root's list, for the responder's own certificate."""
        self._root = root
        self._revoked = revoked
        self._nonce = secrets.token_bytes(_NONCE_BYTES)
        # A name for the certificate, not a proof: SHA-1 is what every responder must know (RFC 6960, 4.3).
        builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, root.certificate, hashes.SHA1())  # noqa: S303
        self._request = builder.add_extension(x509.OCSPNonce(self._nonce), critical=False).build()

    @property
    def request(self) -> bytes:
        """The question in DER."""
        return self._request.public_bytes(Encoding.DER)

    def learn(self, body: bytes, *, now: datetime) -> Learned:
        """Return what a responder's answer proves at ``now``; anything not in order proves nothing."""
        try:
            answer = ocsp.load_der_ocsp_response(body)
            if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                return Learned.NOTHING
            if not self._is_ours(answer) or not _is_of_now(answer, now) or not self._is_signed(answer, now):
                return Learned.NOTHING
            status = answer.certificate_status
        except _UNREADABLE:
            return Learned.NOTHING
        return _STATUS[status]

    def _is_ours(self, answer: ocsp.OCSPResponse) -> bool:
        nonces = [one.value.nonce for one in answer.extensions if isinstance(one.value, x509.OCSPNonce)]
        asked = self._request
        return (
            nonces == [self._nonce]
            and not any(one.critical for one in answer.extensions)
            and answer.serial_number == asked.serial_number
            and answer.hash_algorithm.name == asked.hash_algorithm.name
            and answer.issuer_key_hash == asked.issuer_key_hash
            and answer.issuer_name_hash == asked.issuer_name_hash
        )

    def _is_signed(self, answer: ocsp.OCSPResponse, now: datetime) -> bool:
        """Say whether the root signed the answer, or a responder to whom this very root delegated answering."""
        message, keys = answer.tbs_response_bytes, [self._root.key]
        keys += [IssuerKey.of(one.public_key()) for one in answer.certificates[:3] if self._delegates(one, now)]
        return any(
            answer.signature_algorithm_oid == key.algorithm and key.signed(answer.signature, message) for key in keys
        )

    def _delegates(self, certificate: x509.Certificate, now: datetime) -> bool:
        """Say whether the root made a certificate for answering, in force at ``now``; nobody asks about it in turn."""
        purposes = [one.value for one in certificate.extensions if isinstance(one.value, x509.ExtendedKeyUsage)]
        within = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
        if not within or not purposes or ExtendedKeyUsageOID.OCSP_SIGNING not in purposes[0]:
            return False
        signed = certificate.tbs_certificate_bytes
        body, key = read_body(signed), self._root.key
        return (
            certificate.signature_algorithm_oid == key.algorithm
            and body.algorithm.data == key.algorithm_der
            and body.issuer.data == self._root.name
            and certificate.serial_number not in self._revoked
            and key.signed(certificate.signature, signed)
        )


def _is_of_now(answer: ocsp.OCSPResponse, now: datetime) -> bool:
    ends = answer.next_update_utc
    begins = answer.this_update_utc
    return now - AGE_MAX <= begins <= now + CLOCK_SKEW and (ends is None or now <= ends)


_STATUS = {
    ocsp.OCSPCertStatus.GOOD: Learned.GOOD,
    ocsp.OCSPCertStatus.REVOKED: Learned.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: Learned.NOT_ON_RECORD,
}
