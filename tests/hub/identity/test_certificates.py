"""Which certificates may sign: every wrong one refused for its own reason, and the honest twin accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import NameOID

from hub import clock
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.identity.certificates import AUTHENTICATION_POLICY, check_certificate
from mynapoint.hub.identity.trust import RevocationList, TrustStore

NOW = clock.START
DAY = timedelta(days=1)
SIGNATURE_POLICY = x509.ObjectIdentifier("1.2.392.200149.8.5.1.1.20")
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


@cache
def rsa_key(name: str, size: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


@dataclass(frozen=True)
class Leaf:
    """A user-authentication certificate in the real shape, and one way in which it may be wrong."""

    issuer: str = "root"
    policy: x509.ObjectIdentifier | None = AUTHENTICATION_POLICY
    digital_signature: bool = True
    content_commitment: bool = False
    eku: x509.ObjectIdentifier | None = Eku.CLIENT_AUTH
    ca: bool | None = None
    extra: x509.UnrecognizedExtension | None = None
    key: str = "rsa2048"
    valid_from: datetime = NOW - DAY
    valid_until: datetime = NOW + DAY

    def certificate(self) -> x509.Certificate:
        key = ec.generate_private_key(ec.SECP384R1()) if self.key == "p384" else rsa_key("leaf", int(self.key[3:]))
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "14ALNUM")]))
            .issuer_name(NAME)
            .public_key(key.public_key())
            .serial_number(4711)
            .not_valid_before(self.valid_from)
            .not_valid_after(self.valid_until)
            .add_extension(key_usage(self.digital_signature, self.content_commitment), critical=True)
        )
        if self.policy:
            builder = builder.add_extension(
                x509.CertificatePolicies([x509.PolicyInformation(self.policy, None)]), critical=True
            )
        if self.eku:
            builder = builder.add_extension(x509.ExtendedKeyUsage([self.eku]), critical=False)
        if self.ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(ca=self.ca, path_length=None), critical=True)
        if self.extra:
            builder = builder.add_extension(self.extra, critical=True)
        return builder.sign(rsa_key(self.issuer), hashes.SHA256())


NAME = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "JPKI-EMU")])


def key_usage(digital_signature: bool, content_commitment: bool, ca: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(digital_signature, content_commitment, False, False, False, ca, ca, False, False)


@cache
def root(name: str) -> x509.Certificate:
    key = rsa_key(name)
    return (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage(False, False, ca=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def trust(revoked: dict[int, datetime] | None = None) -> TrustStore:
    roots = {b"1": root("older"), b"2": root("root")}
    listed = RevocationList(NOW - DAY, NOW + DAY, revoked or {})
    return TrustStore(roots, {b"1": listed, b"2": listed})


def refusal(leaf: Leaf, store: TrustStore | None = None) -> tuple[Refusal, dict[str, object]]:
    with pytest.raises(Refused) as refused:
        check_certificate(leaf.certificate(), trust=store or trust(), now=NOW, environment="production")
    return refused.value.refusal, dict(refused.value.reasons[0].figures)


@pytest.mark.parametrize("leaf", [Leaf(), Leaf(eku=None), Leaf(ca=False), Leaf(issuer="older")])
def test_a_certificate_in_order_is_accepted_under_the_root_whose_key_signed_it(leaf: Leaf) -> None:
    checked = check_certificate(leaf.certificate(), trust=trust(), now=NOW, environment="production")

    assert checked.serial == f"{4711:x}"
    assert checked.issuer_key_id == (b"1" if leaf.issuer == "older" else b"2").hex()


@pytest.mark.parametrize(
    ("leaf", "why"),
    [
        (Leaf(policy=SIGNATURE_POLICY), "its policy is not user authentication"),
        (Leaf(policy=None), "its policy is not user authentication"),
        (Leaf(digital_signature=False), "its key usage is not authentication"),
        (Leaf(content_commitment=True), "its key usage is not authentication"),
        (Leaf(eku=Eku.SERVER_AUTH), "its extended key usage is not client authentication"),
        (Leaf(ca=True), "it is a certificate authority"),
        (Leaf(extra=UNKNOWN), "it has an unknown critical extension"),
        (Leaf(key="rsa1024"), "its key is not RSA of 2048 bits"),
        (Leaf(key="p384"), "its key is not RSA of 2048 bits"),
        (Leaf(issuer="a stranger with the same name"), "no configured root signed it"),
    ],
)
def test_a_certificate_that_is_not_for_signing_in_is_not_accepted(leaf: Leaf, why: str) -> None:
    assert refusal(leaf) == (Refusal.CERTIFICATE_NOT_ACCEPTED, {"why": why})


def test_a_period_is_told_with_its_day_in_tokyo() -> None:
    late = datetime(2022, 7, 14, 15, 30, tzinfo=UTC)  # 00:30 on the 15th in Tokyo
    assert refusal(Leaf(valid_until=late)) == (Refusal.CERTIFICATE_EXPIRED, {"expired_on": NOW.date()})
    soon = NOW + timedelta(hours=1)
    assert refusal(Leaf(valid_from=soon)) == (Refusal.CERTIFICATE_NOT_YET_VALID, {"valid_from": NOW.date()})


def test_the_last_second_of_a_period_belongs_to_it() -> None:
    leaf = Leaf(valid_until=NOW)
    check_certificate(leaf.certificate(), trust=trust(), now=NOW, environment="production")

    assert refusal(replace(leaf, valid_until=NOW - timedelta(seconds=1)))[0] is Refusal.CERTIFICATE_EXPIRED


def test_a_revoked_certificate_is_refused_whatever_the_environment() -> None:
    store = trust({4711: NOW - DAY})

    assert refusal(Leaf(), store)[0] is Refusal.CERTIFICATE_REVOKED
    with pytest.raises(Refused):
        check_certificate(Leaf().certificate(), trust=store, now=NOW, environment="emulated")
