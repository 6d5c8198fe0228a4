"""The corpus's certificates: the good ones, and one for each thing that can be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from mynapoint.card.emulator.authority import AUTH_PROFILE, SIGNATURE_PROFILE, Authority, key_usage, revocation_list
from mynapoint.card.emulator.corpus.cases import CertificateCase, Fault
from mynapoint.card.emulator.corpus.der import signed_with_sha1
from mynapoint.card.emulator.corpus.world import World

REASONS = (
    x509.ReasonFlags.unspecified,
    x509.ReasonFlags.key_compromise,
    x509.ReasonFlags.ca_compromise,
    x509.ReasonFlags.affiliation_changed,
    x509.ReasonFlags.superseded,
    x509.ReasonFlags.cessation_of_operation,
    x509.ReasonFlags.certificate_hold,
)
"""Every reason the card authority uses; a hold is never lifted, so it refuses like the others."""

_TEST_SIGNATURE_POLICY = ObjectIdentifier("1.2.392.200149.8.5.1.0.20")
"""What J-LIS's test hierarchy calls a signature certificate: production's has a 1 before the last number."""

_ANY_POLICY = ObjectIdentifier("2.5.29.32.0")
_NOBODY_KNOWS = ObjectIdentifier("1.2.392.200149.8.5.9.99")
_BASIC_LEAF = (x509.BasicConstraints(ca=False, path_length=None), True)
_BASIC_AUTHORITY = (x509.BasicConstraints(ca=True, path_length=None), True)

Named = Iterator[tuple[str, x509.Certificate | bytes, set[Fault]]]


def certificate_cases(world: World, revoked: Mapping[x509.ReasonFlags, x509.Certificate]) -> list[CertificateCase]:
    """Make every case; ``revoked`` are those that the list in force has, by reason."""
    named = [
        *_good(world),
        *_of_another_kind(world),
        *_of_another_strength(world),
        *_of_another_issuer(world),
        *_of_another_time(world),
        *_not_a_certificate(world),
        *((f"revoked, {reason.name}", certificate, {Fault.REVOKED}) for reason, certificate in revoked.items()),
    ]
    return [CertificateCase(name, _der(certificate), frozenset(faults)) for name, certificate, faults in named]


def _good(world: World) -> Named:
    yield "good", world.certificate(), set()
    yield "good, of the older generation", world.certificate(issuer=world.older), set()
    yield "good, on its first day", world.certificate(valid_from_days=0), set()
    yield "good, on its last day", world.certificate(valid_until_days=0), set()
    without = replace(AUTH_PROFILE, purposes=None)
    yield "good, without extended key usage", world.certificate(profile=without), set()
    client_and_mail = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION)
    several = replace(AUTH_PROFILE, purposes=client_and_mail)
    yield "good, with another purpose beside clientAuth", world.certificate(profile=several), set()
    says_leaf = replace(AUTH_PROFILE, more=(_BASIC_LEAF,))
    yield "good, saying that it is no authority", world.certificate(profile=says_leaf), set()
    noted = replace(AUTH_PROFILE, more=((x509.UnrecognizedExtension(_NOBODY_KNOWS, b"\x05\x00"), False),))
    yield "good, with an unknown extension that is not critical", world.certificate(profile=noted), set()


def _of_another_kind(world: World) -> Named:
    signing = world.certificate(issuer=world.signature, profile=SIGNATURE_PROFILE)
    yield "signature certificate", signing, {Fault.POLICY, Fault.KEY_USAGE, Fault.ISSUER}
    policies = {
        "the signature certificate's policy": SIGNATURE_PROFILE.policy,
        "the test hierarchy's signature policy": _TEST_SIGNATURE_POLICY,
        "any policy": _ANY_POLICY,
        "no policy": None,
    }
    for name, policy in policies.items():
        yield name, world.certificate(profile=replace(AUTH_PROFILE, policy=policy)), {Fault.POLICY}
    usages = {
        "no key usage": None,
        "key usage with nonRepudiation": key_usage(content_commitment=True),
        "key usage nonRepudiation alone": key_usage(digital_signature=False, content_commitment=True),
        "key usage of an authority": key_usage(authority=True),
        "key usage of an authority beside digitalSignature": key_usage(authority=True, digital_signature=True),
    }
    for name, usage in usages.items():
        yield name, world.certificate(profile=replace(AUTH_PROFILE, usage=usage)), {Fault.KEY_USAGE}
    purposes = {
        "extended key usage serverAuth": ExtendedKeyUsageOID.SERVER_AUTH,
        "extended key usage OCSPSigning": ExtendedKeyUsageOID.OCSP_SIGNING,
    }
    for name, purpose in purposes.items():
        yield name, world.certificate(profile=replace(AUTH_PROFILE, purposes=(purpose,))), {Fault.PURPOSE}
    authority = replace(AUTH_PROFILE, more=(_BASIC_AUTHORITY,))
    yield "an authority as a resident", world.certificate(profile=authority), {Fault.AUTHORITY}
    critical = replace(AUTH_PROFILE, more=((x509.UnrecognizedExtension(_NOBODY_KNOWS, b"\x05\x00"), True),))
    yield "an unknown critical extension", world.certificate(profile=critical), {Fault.CRITICAL_EXTENSION}


def _of_another_strength(world: World) -> Named:
    weak: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = {
        "RSA of 1024 bits": rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505 - to be refused
        "RSA with exponent 3": rsa.generate_private_key(public_exponent=3, key_size=2048),
        "P-256": ec.generate_private_key(ec.SECP256R1()),
    }
    for name, key in weak.items():
        yield name, world.certificate(key=key.public_key()), {Fault.KEY}
    yield "signed with SHA-1", signed_with_sha1(world.certificate(), _rsa(world.newer)), {Fault.ALGORITHM}


def _of_another_issuer(world: World) -> Named:
    yield "an issuer of the same name", world.certificate(issuer=world.impostor), {Fault.ISSUER}
    # The root of one, the key of another: name and key identifier are the trusted root's, the signature is not.
    forged = world.certificate(issuer=Authority(world.newer.root, world.impostor.key))
    yield "an issuer of the same name and key identifier", forged, {Fault.ISSUER}
    crossed = world.certificate(issuer=Authority(world.newer.root, world.older.key))
    yield "one generation's signature under another's key identifier", crossed, {Fault.ISSUER}
    resident = Authority(world.certificate(), world.holder)
    yield "issued by a resident", world.certificate(issuer=resident), {Fault.ISSUER}
    yield "issued under the signature root", world.certificate(issuer=world.signature), {Fault.ISSUER}
    good = _der(world.certificate())
    yield "tampered in its signature", good[:-1] + bytes((good[-1] ^ 1,)), {Fault.ISSUER}
    subject = good.index(b"13999001A")
    yield "tampered in its number", good[:subject] + b"13998" + good[subject + 5 :], {Fault.ISSUER}
    old = world.certificate(issuer=world.expired)
    yield "issued under a root that has expired", old, {Fault.ISSUER_PERIOD}


def _of_another_time(world: World) -> Named:
    yield "expired yesterday", world.certificate(valid_until_days=-1), {Fault.EXPIRED}
    yield "expired years ago", world.certificate(valid_from_days=-2300, valid_until_days=-500), {Fault.EXPIRED}
    yield "valid from tomorrow", world.certificate(valid_from_days=1), {Fault.NOT_YET_VALID}


def _not_a_certificate(world: World) -> Named:
    good = _der(world.certificate())
    yield "empty", b"", {Fault.MALFORMED}
    yield "cut short", good[:-7], {Fault.MALFORMED}
    yield "with the card's filler behind it", good + b"\xff" * 16, {Fault.MALFORMED}
    yield "two certificates", good + good, {Fault.MALFORMED}
    yield "in PEM", world.certificate().public_bytes(Encoding.PEM), {Fault.MALFORMED}
    listed = revocation_list(world.newer, {}, on=world.on, number=1).public_bytes(Encoding.DER)
    yield "a revocation list", listed, {Fault.MALFORMED}
    yield "no DER at all", b"\xff" * 1500, {Fault.MALFORMED}


def _der(certificate: x509.Certificate | bytes) -> bytes:
    return certificate if isinstance(certificate, bytes) else certificate.public_bytes(Encoding.DER)


def _rsa(authority: Authority) -> rsa.RSAPrivateKey:
    assert isinstance(authority.key, rsa.RSAPrivateKey), "today's authorities hold RSA keys"
    return authority.key
