"""The test authority has the real one's shape under its own name; a city is made once and its keys stay there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID, ObjectIdentifier

from mynapoint.card.emulator.issue import RESIDENTS, issue_city, revoke_card

CITY_DAY = date(2022, 7, 15)
NOON = datetime(2022, 7, 15, 3, 0, tzinfo=UTC)


def roots(folder: Path) -> dict[str, x509.Certificate]:
    return {path.stem: x509.load_pem_x509_certificate(path.read_bytes()) for path in (folder / "trust").glob("*.pem")}


def auth_certificate(folder: Path, name: str) -> x509.Certificate:
    return x509.load_der_x509_certificate((folder / "cards" / name / "auth.der").read_bytes())


def revocation_list(folder: Path, name: str) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl((folder / "trust" / f"{name}.crl").read_bytes())


def issuers(folder: Path, certificate: x509.Certificate) -> list[str]:
    found = []
    for name, root in roots(folder).items():
        try:
            certificate.verify_directly_issued_by(root)
        except InvalidSignature:
            continue
        found.append(name)
    return found


def test_no_name_could_be_taken_for_the_real_authoritys(city: Path) -> None:
    for root in roots(city).values():
        assert root.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "JPKI-EMU"


def test_two_generations_share_one_name_and_only_the_signature_tells_the_issuer(city: Path) -> None:
    assert len({root.subject for root in roots(city).values()}) == 1
    assert len({root.fingerprint(hashes.SHA256()) for root in roots(city).values()}) == 2

    assert [issuers(city, auth_certificate(city, name)) for name in RESIDENTS] == [["auth-2"], ["auth-1"], ["auth-1"]]


def test_a_root_has_the_real_ones_extensions(city: Path) -> None:
    for root in roots(city).values():
        kinds = {extension.oid: extension.critical for extension in root.extensions}
        assert kinds == {
            ExtensionOID.KEY_USAGE: True,
            ExtensionOID.BASIC_CONSTRAINTS: True,
            ExtensionOID.SUBJECT_ALTERNATIVE_NAME: False,
            ExtensionOID.CRL_DISTRIBUTION_POINTS: False,
            ExtensionOID.SUBJECT_KEY_IDENTIFIER: False,
        }


@pytest.mark.parametrize("name", sorted(RESIDENTS))
def test_a_user_authentication_certificate_has_the_real_ones_shape(city: Path, name: str) -> None:
    certificate = auth_certificate(city, name)

    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    key = certificate.public_key()
    assert policies.critical
    assert [p.policy_identifier for p in policies.value] == [ObjectIdentifier("1.2.392.200149.8.5.1.3.30")]
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.content_commitment
    assert list(purposes.value) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert isinstance(key, rsa.RSAPublicKey)
    assert (key.key_size, key.public_numbers().e) == (2048, 65537)


@pytest.mark.parametrize("name", sorted(RESIDENTS))
def test_a_certificate_says_nothing_about_its_holder(city: Path, name: str) -> None:
    subject = auth_certificate(city, name).subject

    number = subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert [attribute.oid for attribute in subject] == [NameOID.COUNTRY_NAME, NameOID.COMMON_NAME]
    assert len(number) == 23
    raw = (city / "cards" / name / "auth.der").read_bytes()
    assert RESIDENTS[name].label.encode() not in raw
    assert name.encode() not in raw.lower()


def test_aoki_and_ueno_are_in_order_and_ishidas_certificate_has_expired(city: Path) -> None:
    def valid(name: str) -> bool:
        certificate = auth_certificate(city, name)
        return certificate.not_valid_before_utc <= NOON <= certificate.not_valid_after_utc

    assert {name: valid(name) for name in RESIDENTS} == {"aoki": True, "ueno": True, "ishida": False}


def test_a_revocation_list_is_signed_for_its_day_and_carries_a_number(city: Path) -> None:
    for name, root in roots(city).items():
        listed = revocation_list(city, name)
        key = root.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        assert listed.is_signature_valid(key)
        assert listed.last_update_utc == datetime(2022, 7, 14, 15, 0, tzinfo=UTC)
        assert listed.next_update_utc == datetime(2022, 7, 15, 15, 0, tzinfo=UTC)
        assert listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 1


def test_issuing_again_changes_nothing(own_city: Path) -> None:
    def contents() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in own_city.rglob("*") if path.is_file()}

    before = contents()
    issue_city(own_city, on=CITY_DAY)

    assert contents() == before


def test_another_day_signs_the_lists_anew_and_leaves_the_cards(own_city: Path) -> None:
    before = auth_certificate(own_city, "aoki")

    issue_city(own_city, on=CITY_DAY + timedelta(days=31))

    listed = revocation_list(own_city, "auth-1")
    assert listed.last_update_utc == datetime(2022, 8, 14, 15, 0, tzinfo=UTC)
    assert listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 2
    assert auth_certificate(own_city, "aoki") == before


def test_a_revoked_card_is_on_its_issuers_list_and_stays_there(own_city: Path) -> None:
    revoke_card(own_city, "ueno", on=CITY_DAY)
    issue_city(own_city, on=CITY_DAY + timedelta(days=1))

    serial = auth_certificate(own_city, "ueno").serial_number
    entry = revocation_list(own_city, "auth-1").get_revoked_certificate_by_serial_number(serial)
    assert entry is not None
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name == "cessation_of_operation"
    assert revocation_list(own_city, "auth-2").get_revoked_certificate_by_serial_number(serial) is None


def test_keys_are_their_owners_only_and_no_two_are_alike(city: Path) -> None:
    keys = [*city.glob("cards/*/*.key"), *city.glob("authority/*.key")]

    assert len(keys) == 9
    assert {path.stat().st_mode & 0o077 for path in keys} == {0}
    assert len({path.read_bytes() for path in keys}) == len(keys)


def test_a_verifiers_folder_holds_no_key(city: Path) -> None:
    assert sorted(path.name for path in (city / "trust").iterdir()) == [
        "auth-1.crl",
        "auth-1.pem",
        "auth-2.crl",
        "auth-2.pem",
    ]
    assert not any(b"PRIVATE" in path.read_bytes() for path in (city / "trust").iterdir())
