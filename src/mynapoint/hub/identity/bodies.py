"""The signed part of a certificate, read strictly but only as deep as is needed at every sign-in."""

from __future__ import annotations

from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1


@asn1.sequence
class Extension:
    """An extension as it stands in the certificate, its value in DER."""

    oid: x509.ObjectIdentifier
    critical: Annotated[bool, asn1.Default(False)]
    value: bytes


@asn1.sequence
class Body:
    """TBSCertificate (RFC 5280, 4.1) of version 3 with extensions; names are compared as the bytes they are."""

    version: Annotated[int, asn1.Explicit(0), asn1.Default(0)]
    serial: int
    algorithm: asn1.TLV
    issuer: asn1.TLV
    period: asn1.TLV
    subject: asn1.TLV
    key: asn1.TLV
    extensions: Annotated[list[Extension], asn1.Explicit(3)]


def signed_part(der: bytes) -> bytes:
    """Return what the issuer signed of a certificate that was loaded from ``der``: its first element, header and all.

    ``cryptography`` writes these bytes anew each time it is asked for them; they are the same.
    """
    start = _content_at(der, 0)
    after, length = _content_at(der, start), der[start + 1]
    if length & 0x80:
        length = int.from_bytes(der[start + 2 : after], "big")
    return der[start : after + length]


def read_body(signed: bytes) -> Body:
    """Return what stands in the signed part. Raises ValueError: also where an extension comes twice."""
    body = asn1.decode_der(Body, signed)
    if len({extension.oid for extension in body.extensions}) != len(body.extensions):
        raise ValueError("an extension stands there twice")
    return body


def _content_at(der: bytes, start: int) -> int:
    """Return where the content of the element at ``start`` begins: after one byte of tag and those of the length."""
    return start + 2 + (der[start + 1] & 0x7F if der[start + 1] & 0x80 else 0)
