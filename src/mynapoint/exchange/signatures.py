"""Who said it: HTTP message signatures (RFC 9421, Ed25519) for requests, JWS for what is archived."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

TAG = "mynapoint"
LIFETIME = timedelta(minutes=2)
COVERED = ("@method", "@target-uri", "content-digest")
NONCE_CHARACTERS_MIN = 22
"""22 base64url characters: at least 128 bits."""
NONCE_CHARACTERS_MAX = 128


class BadSignature(ValueError):
    """A request or document that was not signed, as it stands, by the party it names. Say no more to a stranger."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A party's Ed25519 key under the name the other side knows it by."""

    key_id: str
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, key_id: str) -> SigningKey:
        """Make a new key."""
        return cls(key_id, Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, key_id: str, secret: bytes) -> SigningKey:
        """Read a key from its 32 secret bytes. Raises ValueError."""
        return cls(key_id, Ed25519PrivateKey.from_private_bytes(secret))

    def secret_bytes(self) -> bytes:
        """Return the 32 secret bytes, for a file that only its owner reads."""
        return self.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())

    def public_bytes(self) -> bytes:
        """Return the 32 public bytes, for the other party's register."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


@dataclass(frozen=True, slots=True)
class Signed:
    """A verified request: who signed it, and the nonce the receiver must now store as used (unique, for good)."""

    key_id: str
    nonce: str


PublicKeyOf = Callable[[str], bytes | None]
"""Looks up the 32 public bytes of a key id; None for one that is not known or no longer valid."""


def sign_request(
    key: SigningKey, *, method: str, url: str, body: bytes, at: datetime | None = None, nonce: str | None = None
) -> dict[str, str]:
    """Return the headers that sign a request: Content-Digest, Signature-Input and Signature.

    url        the whole target, scheme and query included, exactly as it is sent
    at, nonce  only to try what a receiver does with a request that is old or not of its own; else now, and a new one
    """
    at = at or _now()
    request = _Request(method.upper(), url, {})
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_Keys(private=key)).sign(
        request,
        key_id=key.key_id,
        expires=at + LIFETIME,
        created=at,
        nonce=nonce or secrets.token_urlsafe(24),
        label=TAG,
        tag=TAG,
        covered_component_ids=COVERED[:2],
        body=body,
    )
    return request.headers


def verify_request(
    *, method: str, url: str, headers: Mapping[str, str], body: bytes, public_key_of: PublicKeyOf
) -> Signed:
    """Check a request's signature, digest, age and coverage. Raises BadSignature.

    Replay is the caller's: insert ``(key_id, nonce)`` under a unique constraint in the act's own transaction.
    """
    signed = verify_headers(method=method, url=url, headers=headers, public_key_of=public_key_of)
    digests = [value for name, value in headers.items() if name.lower() == "content-digest"]
    if len(digests) != 1 or not has_digest(body, digests[0]):
        raise BadSignature("the digest is another body's")
    return signed


def verify_headers(*, method: str, url: str, headers: Mapping[str, str], public_key_of: PublicKeyOf) -> Signed:
    """Check all of a request but its body, so that nobody's is read who did not sign it. Raises BadSignature.

    ``has_digest`` must then be asked about the body: it says that this is the body whose digest was signed.
    """
    wanted = {"content-digest", "signature-input", "signature"}
    request = _Request(method.upper(), url, {k: v for k, v in headers.items() if k.lower() in wanted})
    verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=_Keys(public_key_of=public_key_of))
    try:
        verified = verifier.verify(request, max_age=LIFETIME, expect_tag=TAG, require_components=COVERED)
    except (HTTPMessageSignaturesException, InvalidSignature, ValueError) as error:
        raise BadSignature(str(error)) from error
    if len(verified) != 1:
        raise BadSignature("one signature is expected")
    nonce = str(verified[0].nonce or "")
    if not NONCE_CHARACTERS_MIN <= len(nonce) <= NONCE_CHARACTERS_MAX or "expires" not in verified[0].parameters:
        raise BadSignature("the signature needs a nonce of 128 bits and an expiry")
    return Signed(key_id=str(verified[0].parameters["keyid"]), nonce=nonce)


def has_digest(body: bytes, content_digest: str) -> bool:
    """Say whether a Content-Digest (RFC 9530) is one SHA-256, and this body's."""
    wanted = b"sha-256=:" + b64encode(hashlib.sha256(body).digest()) + b":"
    return hmac.compare_digest(wanted, content_digest.strip().encode(errors="replace"))


def sign_document(key: SigningKey, payload: bytes) -> str:
    """Return a payload as a compact JWS (EdDSA), for what is kept after the connection is gone."""
    return jws.serialize_compact(
        {"alg": "Ed25519", "kid": key.key_id}, payload, _okp(key.secret_bytes(), private=True), algorithms=["Ed25519"]
    )


def verify_document(text: str, public_key_of: PublicKeyOf) -> tuple[str, bytes]:
    """Return ``(key_id, payload)`` of a compact JWS. Raises BadSignature."""
    try:
        unverified = jws.extract_compact(text.encode())
        key_id = str(unverified.headers().get("kid", ""))
        public = public_key_of(key_id)
        if public is None:
            raise BadSignature(f"unknown key {key_id!r}")
        verified = jws.deserialize_compact(text, _okp(public, private=False), algorithms=["Ed25519"])
    except (JoseError, ValueError, UnicodeError) as error:
        raise BadSignature(str(error)) from error
    return key_id, bytes(verified.payload)


def _now() -> datetime:
    # Freshness on the wire is judged by the machines' own clocks, never by a programme day (decision 0004).
    return datetime.now(UTC)


def _okp(raw: bytes, *, private: bool) -> OKPKey:
    key = Ed25519PrivateKey.from_private_bytes(raw) if private else Ed25519PublicKey.from_public_bytes(raw)
    encoded = (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        if isinstance(key, Ed25519PrivateKey)
        else key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return OKPKey.import_key(encoded)


@dataclass(slots=True)
class _Request:
    """The three things of a request that are signed, in the shape the signature library reads."""

    method: str
    url: str
    headers: dict[str, str]


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, private: SigningKey | None = None, public_key_of: PublicKeyOf | None = None) -> None:
        self._private = private
        self._public_key_of = public_key_of

    def resolve_private_key(self, key_id: str) -> Any:
        assert self._private is not None
        assert self._private.key_id == key_id
        return self._private.private

    def resolve_public_key(self, key_id: str) -> Any:
        raw = self._public_key_of(key_id) if self._public_key_of else None
        if raw is None:
            raise InvalidSignature(f"unknown key {key_id!r}")
        return Ed25519PublicKey.from_public_bytes(raw)
