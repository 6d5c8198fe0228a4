"""Verifies a card's token through a platform provider (PF事業者), for whoever may not ask the authority itself.

The shape is that of a published sample API, not of a standard: another provider needs another ``_message`` and reading.
"""

from __future__ import annotations

import base64
import json
import uuid
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from mynapoint.exchange.card_token import CardToken, signed_bytes
from mynapoint.hub.identity.bounded_http import Answer, Limits, NoAnswer, post
from mynapoint.hub.identity.certificates import IssuedCertificate
from mynapoint.hub.identity.circuits import Circuit
from mynapoint.hub.identity.faults import CertificateFault
from mynapoint.hub.identity.known_certificates import KnownCertificates
from mynapoint.hub.identity.local_verifier import read_answer, require_signature
from mynapoint.hub.identity.trust import trust_store
from mynapoint.hub.identity.verification import Question, Verified

LIMITS = Limits(connect_seconds=2.0, total_seconds=5.0, answer_bytes=16 * 1024)

_REFUSALS = {
    401: CertificateFault.NOT_CONFIRMED,
    404: CertificateFault.NOT_ON_RECORD,
    410: CertificateFault.SIGNATURE_CERTIFICATE_REVOKED,
}
_ALGORITHMS = ["RSA-OAEP-256", "A256GCM"]


class PlatformProvider:
    """The back end of a hub that is no certified verifier: the provider says whether the certificate stands.

    What needs no permission is judged here first, under the roots in the trust folder: a token that proves nothing
    never leaves this machine. Where the provider cannot be asked nobody is let in, whatever the environment.
    """

    def __init__(self) -> None:
        self._circuit = Circuit("the platform provider")
        self._known = KnownCertificates()

    def verify(self, answer: str, question: Question, *, now: datetime) -> Verified:
        """Return whose card signed exactly this question, confirmed by the provider. Raises Refused."""
        token, issued = read_answer(answer, known=self._known, trust=trust_store(), now=now)
        require_signature(token, issued, question)
        told = self._ask(token, issued, question)
        if told.status in _REFUSALS:
            self._circuit.answered()
            raise issued.refused(_REFUSALS[told.status])
        if told.status != 200 or not _names_applicant(told.body):
            self._circuit.failed(f"HTTP {told.status}, not what was agreed")
            raise issued.refused(CertificateFault.REVOCATION_UNKNOWN)
        self._circuit.answered()
        return Verified(issued.kept, token.signature)

    def _ask(self, token: CardToken, issued: IssuedCertificate, question: Question) -> Answer:
        if not self._circuit.lets_through():
            raise issued.refused(CertificateFault.REVOCATION_UNKNOWN)
        url = settings.PLATFORM_PROVIDER["url"].rstrip("/") + "/verify/login"
        try:
            return post(url, _message(token, question), headers={"Content-Type": "application/json"}, limits=LIMITS)
        except NoAnswer as error:
            self._circuit.failed(str(error))
            raise issued.refused(CertificateFault.REVOCATION_UNKNOWN) from error


def _message(token: CardToken, question: Question) -> bytes:
    signed = signed_bytes(origin=question.origin, nonce=question.nonce, statement=question.statement)
    info = {
        "transactionId": str(uuid.uuid4()),
        "recipient": settings.PLATFORM_PROVIDER["recipient"],
        "sender": settings.PLATFORM_PROVIDER["sender"],
        "ts": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }
    return json.dumps(
        {
            "requestInfo": info,
            "encryptedCertificateForUser": _encrypted(token.certificate),
            "nonceData": base64.b64encode(signed).decode(),
            "nonceSign": base64.b64encode(token.signature).decode(),
        }
    ).encode()


def _encrypted(certificate: bytes) -> str:
    """Return the certificate for the provider's eyes alone, as compact JWE."""
    header = {"alg": _ALGORITHMS[0], "enc": _ALGORITHMS[1]}
    return jwe.encrypt_compact(header, certificate, _key(settings.PLATFORM_PROVIDER["key"]), algorithms=_ALGORITHMS)


@lru_cache(maxsize=2)
def _key(path: str) -> RSAKey:
    """Read the provider's public key (PEM). Raises ImproperlyConfigured."""
    try:
        key = RSAKey.import_key(Path(path).read_bytes())
    except (OSError, ValueError, JoseError) as error:
        raise ImproperlyConfigured(
            f"MYNAPOINT_PLATFORM_KEY: {path} is not an RSA public key in PEM: {error}"
        ) from error
    if not isinstance(key.raw_value, rsa.RSAPublicKey) or key.raw_value.key_size < 2048:
        raise ImproperlyConfigured(f"MYNAPOINT_PLATFORM_KEY: {path} must be a public key of 2048 bits or more")
    return key


def _names_applicant(body: bytes) -> bool:
    """Say whether a 200 is what was agreed; the provider's own id of the person is not kept."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and isinstance(told.get("applicantId"), str) and told["applicantId"] != ""
