"""How a card signs: today's RSA of 2048 bits, and P-384, which is announced for the next card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_SHA256, _SHA384, _PKCS1 = hashes.SHA256(), hashes.SHA384(), padding.PKCS1v15()
_ECDSA = ec.ECDSA(_SHA384)


class CardMethod(Protocol):
    """One algorithm with the kind of key that goes with it; ``name`` is that of JSON Web Algorithms."""

    @property
    def name(self) -> str: ...

    def fits(self, key: object) -> bool:
        """Say whether a public key is of the kind, size and strength that this method's cards have."""
        ...

    def verify(self, key: object, signature: bytes, message: bytes) -> bool:
        """Say whether a key that fits signed the message."""
        ...


@dataclass(frozen=True, slots=True)
class Rsa2048:
    """RSASSA-PKCS1-v1_5 with SHA-256: today's card. Longer keys up to 4096 bits pass, another exponent does not."""

    name: str = "RS256"

    def fits(self, key: object) -> bool:
        """Say whether it is RSA of 2048 to 4096 bits with exponent 65537."""
        return isinstance(key, rsa.RSAPublicKey) and 2048 <= key.key_size <= 4096 and key.public_numbers().e == 65537

    def verify(self, key: object, signature: bytes, message: bytes) -> bool:
        """Say whether a key that fits signed the message."""
        try:
            cast(rsa.RSAPublicKey, key).verify(signature, message, _PKCS1, _SHA256)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class P384:
    """ECDSA on P-384 with SHA-384; the signature is r and s, 48 bytes each, as JSON Web Signatures write it."""

    name: str = "ES384"

    def fits(self, key: object) -> bool:
        """Say whether it is a key on P-384."""
        return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1)

    def verify(self, key: object, signature: bytes, message: bytes) -> bool:
        """Say whether a key that fits signed the message."""
        assert isinstance(key, ec.EllipticCurvePublicKey)
        if len(signature) != 96:
            return False
        numbers = (int.from_bytes(half, "big") for half in (signature[:48], signature[48:]))
        try:
            key.verify(encode_dss_signature(*numbers), message, _ECDSA)
        except InvalidSignature:
            return False
        return True


METHODS: dict[str, CardMethod] = {method.name: method for method in (Rsa2048(), P384())}
"""Every method a token may name. Which of them is in force is the receiver's to say."""
