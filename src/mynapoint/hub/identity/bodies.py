"""The signed part of a certificate, read strictly but only as deep as is needed at every sign-in."""

from __future__ import annotations

from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1

from mynapoint.hub.identity.profiles import RawExtension


@asn1.sequence
class _Extension:
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
    extensions: Annotated[list[_Extension], asn1.Explicit(3)]


def read_body(signed: bytes) -> Body:
    """Return what stands in the signed part. Raises ValueError: also where an extension comes twice."""
    body = asn1.decode_der(Body, signed)
    if len({extension.oid for extension in body.extensions}) != len(body.extensions):
        raise ValueError("an extension stands there twice")
    return body


def raw_extensions(body: Body) -> list[RawExtension]:
    """Return a body's extensions, their values in DER."""
    return [RawExtension(one.oid, one.critical, one.value) for one in body.extensions]
