"""The key of an authority or its responder, with the one algorithm by which its signatures are believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ObjectIdentifier, SignatureAlgorithmOID

_SHA256, _PKCS1, _ECDSA = hashes.SHA256(), padding.PKCS1v15(), ec.ECDSA(hashes.SHA384())
_RSA_DER = bytes.fromhex("06092a864886f70d01010b0500")
_P384_DER = bytes.fromhex("06082a8648ce3d040303")


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """An RSA key of at least 2048 bits, or one on P-384.

    ``algorithm``      SHA-256 with RSA, or ECDSA with SHA-384; no other signature of this key counts
    ``algorithm_der``  the same as the contents of an AlgorithmIdentifier
    """

    public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
    algorithm: ObjectIdentifier
    algorithm_der: bytes
    _scheme: tuple[Any, ...]

    @classmethod
    def of(cls, key: object) -> IssuerKey:
        """Take a public key. Raises ValueError when no authority of ours has such a key."""
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
            return cls(key, SignatureAlgorithmOID.RSA_WITH_SHA256, _RSA_DER, (_PKCS1, _SHA256))
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1):
            return cls(key, SignatureAlgorithmOID.ECDSA_WITH_SHA384, _P384_DER, (_ECDSA,))
        raise ValueError("its key is neither RSA of 2048 bits or more nor on P-384")

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Say whether this key signed the message by its algorithm."""
        try:
            self.public.verify(signature, message, *self._scheme)
        except InvalidSignature:
            return False
        return True
