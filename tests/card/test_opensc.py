"""OpenSC, which knows real My Number Cards, judges the emulated one behind the real PC/SC service."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from card.behind_pcscd import FIRST, SECOND, Done, Machine, machine, needed
from mynapoint.card.emulator.issue import untouched_state

pytestmark = pytest.mark.card

AUTH = ("--slot-index", "0")
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@pytest.fixture(scope="module")
def laid(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Path]]:
    """Return a machine on whose first reader 青木's card lies, and the folder with the card's state."""
    needed(pyscard=False)
    folder = Path(shutil.copytree(city, tmp_path_factory.mktemp("laid") / "city"))
    with machine() as made:
        made.start_pcscd()
        with made.card(folder, "aoki", FIRST):
            yield made, folder


@pytest.fixture
def card(laid: tuple[Machine, Path]) -> Machine:
    """Return the machine with the card untouched: each test has all its tries."""
    made, folder = laid
    untouched_state(folder / "aoki.state")
    return made


def der(city: Path, name: str) -> bytes:
    return (city / "cards" / "aoki" / f"{name}.der").read_bytes()


def pkcs11(card: Machine, *arguments: str | Path, pin: str = "1234") -> Done:
    return card.try_("pkcs11-tool", *AUTH, "--login", "--pin", pin, *arguments)


def test_it_is_taken_for_a_my_number_card(card: Machine) -> None:
    assert card.run("opensc-tool", "-n").strip() == "jpki"
    assert FIRST in card.run("opensc-tool", "-l")
    assert card.run("opensc-tool", "-a").strip() == "3b:e0:00:ff:81:31:fe:45:14"
    assert "Received (SW1=0x90, SW2=0x00)" in card.run("opensc-tool", "-s", "00A4040C0AD392F000260100000001")


def test_both_pins_have_all_their_tries(card: Machine) -> None:
    pins = card.run("pkcs15-tool", "--list-pins")

    assert pins.count("PIN [") == 2
    assert pins.index("User Authentication PIN") < pins.index("Tries left     : 3")
    assert pins.index("Digital Signature PIN") < pins.index("Tries left     : 5")


def test_four_certificates_and_two_keys_are_listed(card: Machine) -> None:
    certificates = card.run("pkcs15-tool", "--list-certificates")
    assert certificates.count("X.509 Certificate [") == 4
    keys = card.run("pkcs15-tool", "--list-keys")
    assert ("User Authentication Key" in keys, "Digital Signature Key" in keys) == (True, True)
    dump = card.run("pkcs15-tool", "--dump")
    assert [dump.count(f"{kind} [") for kind in ("PIN", "Private RSA Key", "X.509 Certificate")] == [2, 2, 4]


@pytest.mark.parametrize(("number", "name"), [(1, "auth"), (3, "auth-authority"), (4, "signature-authority")])
def test_a_certificate_is_read_byte_by_byte_as_it_was_issued(card: Machine, city: Path, number: int, name: str) -> None:
    # The tool numbers them 1 user authentication, 2 signature, 3 and 4 their authorities.
    pem = card.run("pkcs15-tool", "--read-certificate", str(number))

    assert x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER) == der(city, name)


def test_the_signature_certificate_is_read_with_its_password_only(card: Machine, city: Path) -> None:
    assert card.try_("pkcs15-tool", "--read-certificate", "2").returncode != 0

    password = ("--verify-pin", "--auth-id", "02", "--pin", "PASSWORD1")
    pem = card.run("pkcs15-tool", "--read-certificate", "2", *password)
    pem = pem[pem.index("-----BEGIN") :]
    assert x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER) == der(city, "signature")


def test_the_pin_is_verified(card: Machine) -> None:
    card.run("pkcs15-tool", "--verify-pin", "--auth-id", "01", "--pin", "1234")


def test_pkcs11_shows_two_tokens_and_their_objects(card: Machine) -> None:
    tokens = card.run("pkcs11-tool", "-L")
    assert "JPKI (User Authentication PIN)" in tokens
    assert "JPKI (Digital Signature PIN)" in tokens
    assert "SHA256-RSA-PKCS" in card.run("pkcs11-tool", "-M")
    assert "Certificate Object" in card.run("pkcs11-tool", "-O")
    logged_in = pkcs11(card, "-O")
    assert "Private Key Object; RSA" in logged_in.stdout, logged_in.stderr


def test_two_mechanisms_and_a_third_tool_make_one_signature_that_openssl_verifies(
    card: Machine, city: Path, tmp_path: Path
) -> None:
    message, hashed = tmp_path / "message", tmp_path / "hash"
    message.write_bytes(b"message")
    hashed.write_bytes(hashlib.sha256(b"message").digest())
    (tmp_path / "info").write_bytes(DIGEST_INFO + hashed.read_bytes())
    key = x509.load_der_x509_certificate(der(city, "auth")).public_key()
    (tmp_path / "key.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    for mechanism, source in (("SHA256-RSA-PKCS", message), ("RSA-PKCS", tmp_path / "info")):
        done = pkcs11(card, "--sign", "-m", mechanism, "--id", "01", "-i", source, "-o", tmp_path / mechanism)
        assert done.returncode == 0, done.stderr
    crypt = ("pkcs15-crypt", "--sign", "--sha-256", "--pkcs1", "--raw", "--key", "01", "--pin", "1234")
    card.run(*crypt, "-i", hashed, "-o", tmp_path / "crypt")

    signatures = {(tmp_path / name).read_bytes() for name in ("SHA256-RSA-PKCS", "RSA-PKCS", "crypt")}
    assert len(signatures) == 1
    verify = ("openssl", "dgst", "-sha256", "-verify", tmp_path / "key.pem", "-signature", tmp_path / "crypt")
    assert card.run(*verify, message) == "Verified OK\n"


def test_pkcs11s_own_test_finds_nothing_wrong(card: Machine) -> None:
    tested = pkcs11(card, "--test")

    assert "No errors" in tested.stdout, tested.stdout + tested.stderr


def test_wrong_pins_are_counted_down_to_locked_and_the_right_one_is_refused_then(card: Machine) -> None:
    for left in (2, 1, 0):
        assert "CKR_PIN_INCORRECT" in pkcs11(card, "-O", pin="4321").stderr
        assert f"Tries left     : {left}" in card.run("pkcs15-tool", "--list-pins")
        assert ("final user PIN try" in card.run("pkcs11-tool", "-L")) == (left == 1)

    assert "user PIN locked" in card.run("pkcs11-tool", "-L")
    refused = card.try_("pkcs15-tool", "--verify-pin", "--auth-id", "01", "--pin", "1234")
    assert "Reference data not usable" in refused.stdout + refused.stderr


def test_a_right_pin_gives_all_tries_back(card: Machine) -> None:
    pkcs11(card, "-O", pin="4321")

    assert pkcs11(card, "-O").returncode == 0
    assert "Tries left     : 3" in card.run("pkcs15-tool", "--list-pins")


@pytest.mark.parametrize("pin", ["123", "12345"])
def test_a_pin_of_another_length_is_not_sent_and_no_try_is_lost(card: Machine, pin: str) -> None:
    assert "CKR_PIN_LEN_RANGE" in pkcs11(card, "-O", pin=pin).stderr

    assert "Tries left     : 3" in card.run("pkcs15-tool", "--list-pins")


def test_ssh_lists_the_cards_keys(card: Machine, city: Path) -> None:
    (module,) = {str(path.resolve()) for path in Path("/usr/lib").glob("*/opensc-pkcs11.so")}

    listed = card.run("ssh-keygen", "-D", module)

    key = x509.load_der_x509_certificate(der(city, "auth")).public_key()
    ours = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    assert ours.split()[1] in listed


def test_a_card_that_says_6983_when_locked_is_called_locked_too(
    laid: tuple[Machine, Path], city: Path, tmp_path: Path
) -> None:
    made, _ = laid
    own = Path(shutil.copytree(city, tmp_path / "city"))
    with made.card(own, "ueno", SECOND, "--when-locked", "63C0,6983"):
        reader = ("--slot-index", "2")
        for _ in range(3):
            made.try_("pkcs11-tool", *reader, "--login", "--pin", "4321", "-O")

        refused = made.try_("pkcs11-tool", *reader, "--login", "--pin", "1234", "-O")
        assert "CKR_PIN_LOCKED" in refused.stderr, refused.stderr
