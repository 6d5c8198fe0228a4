"""A certificate authority in the shape of the card authority's (公的個人認証), under a name no production root has."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
    ObjectIdentifier,
)

from mynapoint.programme.values import tokyo_midnight

ORGANISATION = "JPKI-EMU"
"""What every name of this authority says; the real ones say JPKI, and J-LIS's test cards JPKI-TEST."""

AUTH_POLICY = ObjectIdentifier("1.2.392.200149.8.5.1.3.30")
"""The real policy of user-authentication certificates: verifiers run the real rule; roots keep the worlds apart."""

SIGNATURE_POLICY = ObjectIdentifier("1.2.392.200149.8.5.1.1.20")

ROOT_LIFE = timedelta(days=3652)
LIST_LIFE = timedelta(days=1)

_HOST = "jpki-emu.invalid"
_UNIT = "Emulated authority for tests and demonstrations"
_SHA256 = hashes.SHA256()

_AlternativeName = TypeVar("_AlternativeName", x509.SubjectAlternativeName, x509.IssuerAlternativeName)


@dataclass(frozen=True, slots=True)
class Authority:
    """One generation of one authority: its self-signed root and its key. Generations share one name."""

    root: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def key_identifier(self) -> x509.SubjectKeyIdentifier:
        """What its certificates and lists name it by; the name alone does not tell generations apart."""
        return self.root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value


def new_key() -> rsa.RSAPrivateKey:
    """Return a new RSA key of 2048 bits, the only size these cards have; about 90 ms."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def new_root(purpose: str, *, valid_from: date) -> Authority:
    """Make a root for ten years from the Tokyo day ``valid_from``.

    purpose  the unit in its name: ``JPKI for user authentication`` or ``JPKI for digital signature``
    """
    key = new_key()
    name = _name(("O", ORGANISATION), ("OU", purpose), ("OU", _UNIT))
    begins = tokyo_midnight(valid_from)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + ROOT_LIFE - timedelta(seconds=1))
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_alternative_name(x509.SubjectAlternativeName), critical=False)
        .add_extension(_list_location(name), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(builder.sign(key, _SHA256), key)


def auth_certificate(
    authority: Authority, public_key: rsa.RSAPublicKey, *, valid_from: date, valid_until: date, municipality_code: str
) -> x509.Certificate:
    """Issue a user-authentication certificate (利用者証明用), valid on both Tokyo days and those between.

    Its subject is a number of 23 characters: no name, no address, no birthday.
    """
    location = _name(("O", ORGANISATION), ("OU", "CRL for user authentication"), ("CN", municipality_code))
    builder = (
        _leaf(
            authority,
            public_key,
            valid_from=valid_from,
            valid_until=valid_until,
            municipality_code=municipality_code,
            policy=AUTH_POLICY,
        )
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(_list_location(location), critical=False)
    )
    return builder.sign(authority.key, _SHA256)


def signature_certificate(
    authority: Authority, public_key: rsa.RSAPublicKey, *, valid_from: date, valid_until: date, municipality_code: str
) -> x509.Certificate:
    """Issue a signature certificate (署名用), without the four personal attributes a real one has."""
    location = _name(("O", ORGANISATION), ("OU", "CRL for digital signature"), ("CN", municipality_code))
    builder = (
        _leaf(
            authority,
            public_key,
            valid_from=valid_from,
            valid_until=valid_until,
            municipality_code=municipality_code,
            policy=SIGNATURE_POLICY,
        )
        .add_extension(_key_usage(authority=False, content_commitment=True), critical=True)
        .add_extension(_list_location(location), critical=False)
    )
    return builder.sign(authority.key, _SHA256)


def revocation_list(
    authority: Authority,
    revoked: Mapping[int, tuple[datetime, x509.ReasonFlags]],
    *,
    on: date,
    number: int,
) -> x509.CertificateRevocationList:
    """Sign the list of revoked serials for 24 hours from the Tokyo day ``on``. ``number`` only ever grows."""
    begins = tokyo_midnight(on)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.root.subject)
        .last_update(begins)
        .next_update(begins + LIST_LIFE)
        .add_extension(_authority_key(authority), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for serial, (revoked_at, reason) in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revoked_at)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(reason), critical=False).build())
    return builder.sign(authority.key, _SHA256)


def _leaf(
    authority: Authority,
    public_key: rsa.RSAPublicKey,
    *,
    valid_from: date,
    valid_until: date,
    municipality_code: str,
    policy: ObjectIdentifier,
) -> x509.CertificateBuilder:
    letters = string.ascii_uppercase + string.digits
    number = "".join(secrets.choice(letters) for _ in range(14)) + municipality_code + "001A"
    statement = x509.PolicyInformation(policy, [f"http://{_HOST}/cps.html"])
    responder = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(f"http://{_HOST}/ocsp")
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_name(("CN", number)))
        .issuer_name(authority.root.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(tokyo_midnight(valid_from))
        .not_valid_after(tokyo_midnight(valid_until + timedelta(days=1)) - timedelta(seconds=1))
        .add_extension(x509.CertificatePolicies([statement]), critical=True)
        .add_extension(_alternative_name(x509.IssuerAlternativeName), critical=False)
        .add_extension(x509.AuthorityInformationAccess([responder]), critical=False)
        .add_extension(_authority_key(authority), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _authority_key(authority: Authority) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority.key_identifier)


def _name(*parts: tuple[str, str]) -> x509.Name:
    oids = {"O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME, "CN": NameOID.COMMON_NAME}
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")
    return x509.Name([country, *(x509.NameAttribute(oids[kind], text) for kind, text in parts)])


def _alternative_name(kind: type[_AlternativeName]) -> _AlternativeName:
    return kind([x509.DirectoryName(_name(("O", "模擬認証局")))])


def _list_location(name: x509.Name) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([x509.DirectoryName(name)], relative_name=None, reasons=None, crl_issuer=None)
    return x509.CRLDistributionPoints([point])


def _key_usage(*, authority: bool, content_commitment: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
