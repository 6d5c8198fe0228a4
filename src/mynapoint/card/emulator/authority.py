"""A certificate authority in the shape of the card authority's (公的個人認証), under a name no production root has."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
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


SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
"""RSA of 2048 bits on today's cards; P-384 is announced for the next ones."""

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Authority:
    """One generation of one authority: its self-signed root and its key. Generations share one name."""

    root: x509.Certificate
    key: SigningKey

    @property
    def key_identifier(self) -> x509.SubjectKeyIdentifier:
        """What its certificates and lists name it by; the name alone does not tell generations apart."""
        return self.root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value


@dataclass(frozen=True, slots=True)
class Profile:
    """What tells one kind of certificate from another; None leaves the extension out.

    list_unit  the unit in the name of the revocation list it points to
    more       further extensions with whether each is critical
    """

    policy: ObjectIdentifier | None
    usage: x509.KeyUsage | None
    purposes: tuple[ObjectIdentifier, ...] | None
    list_unit: str
    more: tuple[tuple[x509.ExtensionType, bool], ...] = ()


def key_usage(
    *, authority: bool = False, content_commitment: bool = False, digital_signature: bool | None = None
) -> x509.KeyUsage:
    """Return what a key may do: sign certificates and lists (``authority``), or prove its holder's presence."""
    return x509.KeyUsage(
        digital_signature=(not authority) if digital_signature is None else digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


AUTH_PROFILE = Profile(AUTH_POLICY, key_usage(), (ExtendedKeyUsageOID.CLIENT_AUTH,), "CRL for user authentication")
"""利用者証明用: shows who is there, signs nothing that binds."""

SIGNATURE_PROFILE = Profile(SIGNATURE_POLICY, key_usage(content_commitment=True), None, "CRL for digital signature")
"""署名用, without the four personal attributes a real one has."""


def new_key() -> rsa.RSAPrivateKey:
    """Return a new RSA key of 2048 bits, the only size these cards have; about 90 ms."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def new_root(purpose: str, *, valid_from: date, key: SigningKey | None = None) -> Authority:
    """Make a root for ten years from the Tokyo day ``valid_from``.

    purpose  the unit in its name: ``JPKI for user authentication`` or ``JPKI for digital signature``
    key      its key; a new RSA key when none is given
    """
    key = key or new_key()
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
        .add_extension(key_usage(authority=True), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_alternative_name(x509.SubjectAlternativeName), critical=False)
        .add_extension(_list_location(name), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(builder.sign(key, hash_for(key)), key)


def issue_certificate(
    authority: Authority,
    public_key: PublicKey,
    profile: Profile,
    *,
    valid_from: date,
    valid_until: date,
    municipality_code: str,
) -> x509.Certificate:
    """Issue a certificate of a profile, valid on both Tokyo days and those between.

    Its subject is a number of 23 characters: no name, no address, no birthday.
    """
    letters = string.ascii_uppercase + string.digits
    number = "".join(secrets.choice(letters) for _ in range(14)) + municipality_code + "001A"
    location = _name(("O", ORGANISATION), ("OU", profile.list_unit), ("CN", municipality_code))
    responder = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(f"http://{_HOST}/ocsp")
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(("CN", number)))
        .issuer_name(authority.root.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(tokyo_midnight(valid_from))
        .not_valid_after(tokyo_midnight(valid_until + timedelta(days=1)) - timedelta(seconds=1))
        .add_extension(_alternative_name(x509.IssuerAlternativeName), critical=False)
        .add_extension(x509.AuthorityInformationAccess([responder]), critical=False)
        .add_extension(authority_key(authority), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(_list_location(location), critical=False)
    )
    for extension, critical in _extensions(profile):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(authority.key, hash_for(authority.key))


def hash_for(key: SigningKey) -> hashes.SHA256 | hashes.SHA384:
    """Return the hash that goes with a key: SHA-256 with RSA, SHA-384 with P-384."""
    return hashes.SHA384() if isinstance(key, ec.EllipticCurvePrivateKey) else _SHA256


def authority_key(authority: Authority) -> x509.AuthorityKeyIdentifier:
    """Return the extension that says which generation signed."""
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority.key_identifier)


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
        .add_extension(authority_key(authority), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for serial, (revoked_at, reason) in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revoked_at)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(reason), critical=False).build())
    return builder.sign(authority.key, hash_for(authority.key))


def _extensions(profile: Profile) -> Iterator[tuple[x509.ExtensionType, bool]]:
    if profile.policy is not None:
        yield x509.CertificatePolicies([x509.PolicyInformation(profile.policy, [f"http://{_HOST}/cps.html"])]), True
    if profile.usage is not None:
        yield profile.usage, True
    if profile.purposes is not None:
        yield x509.ExtendedKeyUsage(profile.purposes), False
    yield from profile.more


def _name(*parts: tuple[str, str]) -> x509.Name:
    oids = {"O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME, "CN": NameOID.COMMON_NAME}
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")
    return x509.Name([country, *(x509.NameAttribute(oids[kind], text) for kind, text in parts)])


def _alternative_name(kind: type[_AlternativeName]) -> _AlternativeName:
    return kind([x509.DirectoryName(_name(("O", "模擬認証局")))])


def _list_location(name: x509.Name) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([x509.DirectoryName(name)], relative_name=None, reasons=None, crl_issuer=None)
    return x509.CRLDistributionPoints([point])
