"""Signs certificates and lists as no library does any more, so that refusing them can be tested."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
_SHA1_WITH_RSA = bytes.fromhex("300d06092a864886f70d0101050500")


def signed_with_sha1(signed: x509.Certificate | x509.CertificateRevocationList, key: rsa.RSAPrivateKey) -> bytes:
    """Return the same certificate or list, saying sha1WithRSAEncryption and signed so, as DER."""
    body = signed.tbs_certificate_bytes if isinstance(signed, x509.Certificate) else signed.tbs_certlist_bytes
    assert body.count(_SHA256_WITH_RSA) == 1, "the signed part names its algorithm once"
    body = body.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    signature = key.sign(body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - to be refused
    return _assembled(body, _SHA1_WITH_RSA, signature)


def without_end(signed: x509.CertificateRevocationList, key: rsa.RSAPrivateKey) -> bytes:
    """Return the same list without its nextUpdate, as DER: RFC 5280 forbids it, ASN.1 allows it."""
    assert signed.next_update_utc is not None
    end = _element(0x17, signed.next_update_utc.strftime("%y%m%d%H%M%SZ").encode())
    body = signed.tbs_certlist_bytes
    assert body.startswith(b"\x30\x82"), "the list is long enough for two bytes of length"
    assert body.count(end) == 1, "the end stands there once"
    body = _element(0x30, body[4:].replace(end, b""))
    signature = key.sign(body, padding.PKCS1v15(), hashes.SHA256())
    return _assembled(body, _SHA256_WITH_RSA, signature)


def _assembled(body: bytes, algorithm: bytes, signature: bytes) -> bytes:
    return _element(0x30, body + algorithm + _element(0x03, b"\0" + signature))


def _element(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
