"""The emulated applet answers, command by command, what a real one answers."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.card.emulator.applet import LockedAnswers
from mynapoint.card.emulator.cards import open_card
from mynapoint.card.transport import Transport
from property_examples import examples

SELECT_APPLET = "00A4040C0AD392F000260100000001"
AUTH_PIN, AUTH_KEY, TOKEN = "00A4020C020018", "00A4020C020017", "00A4020C020006"
SIGNATURE_PIN, SIGNATURE_CERTIFICATE = "00A4020C02001B", "00A4020C020001"
RIGHT, WRONG = "002000800431323334", "002000800434333231"
DIGEST_INFO = "3031300D060960864801650304020105000420" + "AB" * 32
SIGN = f"802A008033{DIGEST_INFO}00"


def say(card: Transport, *commands: str) -> str:
    """Send commands in order; return the last status word (and its data's length when there is any)."""
    answer = b""
    for command in commands:
        answer = card.transmit(bytes.fromhex(command))
    data, status = answer[:-2], answer[-2:].hex().upper()
    return f"{status}+{len(data)}" if data else status


@pytest.fixture
def card(own_city: Path) -> Transport:
    return open_card(own_city, "aoki")


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        ([SELECT_APPLET], "9000"),
        (["00A4040C0AD392F000260100000002"], "6A82"),
        (["00A40000023F00"], "6A82"),
        (["00A40000"], "6A86"),
        ([SELECT_APPLET, "00A40000"], "9000"),
        ([AUTH_PIN], "6A82"),
        ([SELECT_APPLET, "00A4020C029999"], "6A82"),
        ([SELECT_APPLET, "00B0000020"], "6986"),
        ([SELECT_APPLET, TOKEN, "00B0000020"], "9000+32"),
        ([SELECT_APPLET, TOKEN, "00B0000000"], "9000+160"),
        ([SELECT_APPLET, TOKEN, "00B0009010"], "9000+16"),
        ([SELECT_APPLET, TOKEN, "00B000A001"], "6B00"),
        ([SELECT_APPLET, "00B0860020"], "9000+32"),
        ([SELECT_APPLET, "00B08A0000"], "9000+256"),
        ([SELECT_APPLET, "00B09F0000"], "6A82"),
        ([SELECT_APPLET, "00B0A60020"], "6A86"),
        ([SELECT_APPLET, "00B0869F00"], "9000+1"),
        ([SELECT_APPLET, "00B086A000"], "6B00"),
        ([SELECT_APPLET, "00B0880000"], "9000+3"),
        ([SELECT_APPLET, TOKEN, "00B0009F00"], "9000+1"),
        ([SELECT_APPLET, TOKEN, "00B07FFF00"], "6B00"),
        ([SELECT_APPLET, TOKEN, "00B0000000000000"], "6700"),
        ([SELECT_APPLET, TOKEN, "00B00000"], "6700"),
        ([SELECT_APPLET, AUTH_KEY, "00B0000010"], "6981"),
        ([SELECT_APPLET, SIGNATURE_CERTIFICATE, "00B0000000"], "6982"),
        (
            [SELECT_APPLET, SIGNATURE_PIN, "002000800950415353574F524431", SIGNATURE_CERTIFICATE, "00B0000000"],
            "9000+256",
        ),
        ([SELECT_APPLET, AUTH_PIN, "00200080"], "63C3"),
        ([SELECT_APPLET, SIGNATURE_PIN, "00200080"], "63C5"),
        ([SELECT_APPLET, "00200098"], "63C3"),
        ([SELECT_APPLET, "00200080"], "6A88"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT], "9000"),
        ([SELECT_APPLET, AUTH_PIN, WRONG], "63C2"),
        ([SELECT_APPLET, AUTH_PIN, WRONG, WRONG], "63C1"),
        ([SELECT_APPLET, AUTH_PIN, WRONG, WRONG, WRONG], "63C0"),
        ([SELECT_APPLET, AUTH_PIN, WRONG, WRONG, WRONG, RIGHT], "6984"),
        ([SELECT_APPLET, AUTH_PIN, WRONG, WRONG, WRONG, "00200080"], "63C0"),
        ([SELECT_APPLET, AUTH_PIN, WRONG, RIGHT, "00200080"], "63C3"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, "00200080"], "63C3"),
        ([SELECT_APPLET, AUTH_PIN, "0020008011" + "31" * 17], "6700"),
        ([SELECT_APPLET, AUTH_KEY, SIGN], "6982"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, AUTH_KEY, SIGN], "9000+256"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, SIGN.replace("802A0080", "802A0097")], "9000+256"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, AUTH_KEY, SIGN.replace("802A0080", "802A0980")], "6A86"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, AUTH_KEY, "802A0080F6" + "00" * 246 + "00"], "6700"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, AUTH_KEY, "802A008000"], "6700"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, AUTH_KEY, SIGN[:-2]], "6700"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, AUTH_KEY, "802A02801F" + "AB" * 31 + "00"], "6700"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, AUTH_KEY, "802A048021" + "AB" * 33 + "00"], "6700"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, SIGN], "6985"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, "00A4020C02001A", SIGN], "6982"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, SELECT_APPLET, AUTH_KEY, SIGN], "6982"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, WRONG, AUTH_KEY, SIGN], "6982"),
        ([SELECT_APPLET, AUTH_PIN, "002401800432343638"], "6982"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, "002401800432343638", "002000800432343638"], "9000"),
        ([SELECT_APPLET, AUTH_PIN, RIGHT, "0024018003323436"], "6A80"),
        (["0084000008"], "9000+8"),
        (["01A4040C0AD392F000260100000001"], "6881"),
        (["04A4040C0AD392F000260100000001"], "6882"),
        (["02A4040C0AD392F000260100000001"], "6881"),
        (["41A4040C0AD392F000260100000001"], "6881"),
        ([SELECT_APPLET, "0420008000"], "69FC"),
        ([SELECT_APPLET, TOKEN, "0CB0000020"], "69FC"),
        (["10A40000"], "6E00"),
        ([SELECT_APPLET, "00F0000000"], "6D00"),
        (["00200080"], "6D00"),
        (["00A4"], "6700"),
        (["00A4040C0AD392"], "6700"),
    ],
)
def test_the_applet_answers_as_a_real_one(card: Transport, commands: list[str], answer: str) -> None:
    assert say(card, *commands) == answer


def test_a_reset_card_has_forgotten_the_pin_but_not_the_tries(card: Transport) -> None:
    say(card, SELECT_APPLET, AUTH_PIN, WRONG)
    say(card, SELECT_APPLET, "00200098")
    card.reset()

    assert say(card, "00200098") == "6D00"
    assert say(card, SELECT_APPLET, "00200098") == "63C2"
    assert say(card, SELECT_APPLET, AUTH_KEY, SIGN) == "6982"


def test_each_established_p1_signs_as_it_says(card: Transport, own_city: Path) -> None:
    key = x509.load_der_x509_certificate((own_city / "cards" / "aoki" / "auth.der").read_bytes()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    digest = hashlib.sha256(b"message").digest()
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
    say(card, SELECT_APPLET, AUTH_PIN, RIGHT)

    def signed(p1: int, data: bytes) -> bytes:
        command = bytes((0x80, 0x2A, p1, 0x97, len(data))) + data + b"\0"
        return card.transmit(command)[:-2]

    for p1, data in ((0x00, prefix + digest), (0x02, digest), (0x03, b"message")):
        key.verify(signed(p1, data), b"message", padding.PKCS1v15(), hashes.SHA256())
    assert key.recover_data_from_signature(signed(0x01, b"message"), padding.PKCS1v15(), None) == digest
    for p1, data in ((0x04, digest), (0x05, b"message")):
        key.verify(signed(p1, data), b"message", pss, hashes.SHA256())


def test_a_locked_pin_answers_as_the_card_was_told_to(own_city: Path) -> None:
    card = open_card(own_city, "aoki", locked=LockedAnswers(to_asking=0x6984, to_a_pin=0x6983))
    say(card, SELECT_APPLET, AUTH_PIN, WRONG, WRONG)

    assert [say(card, command) for command in (WRONG, RIGHT, "00200080")] == ["63C0", "6983", "6984"]


def test_no_bytes_make_the_card_fail_or_sign_without_its_pin(own_city: Path) -> None:
    card = open_card(own_city, "aoki")
    say(card, SELECT_APPLET)
    starts = ["00A4", "00B0", "0020", "0024", "802A", "0084", ""]
    pieces = st.tuples(st.sampled_from(starts).map(bytes.fromhex), st.binary(max_size=24)).map(b"".join)

    @given(st.lists(pieces, min_size=1, max_size=5))
    @examples(100)
    def say_anything(commands: list[bytes]) -> None:
        for command in commands:
            answer = card.transmit(command)
            assert 2 <= len(answer) <= 258
            assert command[:2] != bytes.fromhex("802A") or answer[-2:] != b"\x90\x00"

    say_anything()
