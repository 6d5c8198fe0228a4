"""The applet's client: one error a reason, no try spent without the holder, no card left verified."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from mynapoint.card import apdu
from mynapoint.card.apdu import Command
from mynapoint.card.emulator.cards import open_card
from mynapoint.card.jpki import (
    CardError,
    JpkiCard,
    LastTry,
    MalformedPin,
    NotJpki,
    PinLocked,
    PinNotVerified,
    UnexpectedStatus,
    WrongPin,
)
from mynapoint.card.transport import CardGone, Transport

RIGHT, WRONG = b"1234", b"4321"


class Listener:
    """A transport that passes everything on and keeps what was said, as a wire tap would."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.heard: list[Command] = []

    def transmit(self, command: bytes | bytearray) -> bytes:
        self.heard.append(Command.parse(bytes(command)))
        return self._transport.transmit(command)

    def reset(self) -> None:
        self._transport.reset()

    def close(self) -> None:
        self._transport.close()

    @property
    def pins_sent(self) -> int:
        return sum(command.ins == apdu.VERIFY and bool(command.data) for command in self.heard)


class Stubborn:
    """A card that answers every PIN command with one status word, and every other with 9000."""

    def __init__(self, status: int) -> None:
        self._status = status

    def transmit(self, command: bytes | bytearray) -> bytes:
        return (self._status if command[1] in apdu.CARRIES_PIN else 0x9000).to_bytes(2, "big")

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def wire(own_city: Path) -> Listener:
    return Listener(open_card(own_city, "aoki"))


@pytest.fixture
def card(wire: Listener) -> Iterator[JpkiCard]:
    with JpkiCard(wire) as card:
        yield card


def test_the_certificate_is_read_whole_and_without_its_filler(card: JpkiCard, own_city: Path) -> None:
    assert card.auth_certificate() == (own_city / "cards" / "aoki" / "auth.der").read_bytes()


def test_the_token_says_what_it_is(card: JpkiCard) -> None:
    assert card.token_info() == "JPKIAPICCTOKEN2"


def test_a_signature_is_the_certificates_own(card: JpkiCard) -> None:
    card.verify(bytearray(RIGHT))

    signature = card.sign(b"message")

    key = x509.load_der_x509_certificate(card.auth_certificate()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())


def test_nothing_is_signed_before_the_pin(card: JpkiCard) -> None:
    with pytest.raises(PinNotVerified):
        card.sign(b"message")


def test_asking_for_the_tries_left_costs_none(card: JpkiCard) -> None:
    assert [card.tries_left() for _ in range(5)] == [3] * 5


def test_a_wrong_pin_says_how_many_tries_are_left_and_the_third_locks(card: JpkiCard) -> None:
    with pytest.raises(WrongPin) as first:
        card.verify(bytearray(WRONG))
    with pytest.raises(WrongPin) as second:
        card.verify(bytearray(WRONG))
    with pytest.raises(PinLocked):
        card.verify(bytearray(WRONG), use_last_try=True)

    assert (first.value.tries_left, second.value.tries_left, card.tries_left()) == (2, 1, 0)


def test_a_right_pin_restores_all_tries(card: JpkiCard) -> None:
    with pytest.raises(WrongPin):
        card.verify(bytearray(WRONG))

    card.verify(bytearray(RIGHT))

    assert card.tries_left() == 3


def test_a_locked_card_refuses_even_the_right_pin_and_is_not_sent_it(card: JpkiCard, wire: Listener) -> None:
    for _ in range(3):
        with suppress(WrongPin, PinLocked):
            card.verify(bytearray(WRONG), use_last_try=True)
    sent = wire.pins_sent

    with pytest.raises(PinLocked):
        card.verify(bytearray(RIGHT), use_last_try=True)

    assert wire.pins_sent == sent == 3


def test_the_last_try_is_used_only_when_the_holder_says_so(card: JpkiCard, wire: Listener) -> None:
    for _ in range(2):
        with pytest.raises(WrongPin):
            card.verify(bytearray(WRONG))

    with pytest.raises(LastTry):
        card.verify(bytearray(RIGHT))
    assert wire.pins_sent == 2

    card.verify(bytearray(RIGHT), use_last_try=True)
    assert card.tries_left() == 3


@pytest.mark.parametrize("pin", [b"", b"123", b"12345", b"12a4", b"1234567890123456", "１２３４".encode()])
def test_a_pin_of_another_shape_never_reaches_the_card(card: JpkiCard, wire: Listener, pin: bytes) -> None:
    with pytest.raises(MalformedPin):
        card.verify(bytearray(pin))

    assert wire.heard == []
    assert card.tries_left() == 3


def test_one_confirmation_sends_one_pin_at_most(card: JpkiCard, wire: Listener) -> None:
    with pytest.raises(WrongPin):
        card.verify(bytearray(WRONG))

    assert wire.pins_sent == 1


@pytest.mark.parametrize("status", [0x63C0, 0x6983, 0x6984])
def test_every_way_a_card_says_locked_is_locked(status: int) -> None:
    card = JpkiCard(Stubborn(status))

    assert card.tries_left() == 0
    with pytest.raises(PinLocked):
        card.verify(bytearray(RIGHT))


def test_a_status_with_no_meaning_here_is_shown_without_the_pin() -> None:
    with pytest.raises(UnexpectedStatus, match=r"instruction 20 was answered with status 6F00") as error:
        JpkiCard(Stubborn(0x6F00)).tries_left()

    assert "1234" not in str(error.value)


def test_a_pin_is_changed_after_the_old_one_was_verified(card: JpkiCard) -> None:
    with pytest.raises(PinNotVerified):
        card.change_pin(bytearray(b"2468"))

    card.verify(bytearray(RIGHT))
    card.change_pin(bytearray(b"2468"))

    card.verify(bytearray(b"2468"))
    with pytest.raises(WrongPin):
        card.verify(bytearray(RIGHT))


def test_the_card_is_let_go_unverified_whatever_happens(own_city: Path) -> None:
    transport = open_card(own_city, "aoki")
    with suppress(CardError), JpkiCard(transport) as card:
        card.verify(bytearray(RIGHT))
        raise CardError("something went wrong")

    with pytest.raises(CardGone):
        transport.transmit(b"\x00\xa4\x04\x0c")


class NoApplet(Stubborn):
    """Another kind of card: every SELECT is answered with “not found”."""

    def __init__(self) -> None:
        super().__init__(0x6A82)

    def transmit(self, command: bytes | bytearray) -> bytes:
        return b"\x6a\x82"


def test_another_card_is_told_from_a_my_number_card() -> None:
    with pytest.raises(NotJpki):
        JpkiCard(NoApplet()).tries_left()


class Chatty(Stubborn):
    """A reader that answers in two parts (61xx, GET RESPONSE) and wants the exact length (6Cxx)."""

    def __init__(self) -> None:
        super().__init__(0x63C3)
        self.answers = {
            apdu.SELECT: [b"\x90\x00"] * 2,
            apdu.READ_BINARY: [b"\x6c\x20", b"JPKIAPIC\x61\x18"],
            apdu.GET_RESPONSE: [b"CTOKEN2 " + b" " * 16 + b"\x90\x00"],
        }

    def transmit(self, command: bytes | bytearray) -> bytes:
        return self.answers[command[1]].pop(0)


def test_answers_in_parts_are_put_together() -> None:
    assert JpkiCard(Chatty()).token_info() == "JPKIAPICCTOKEN2"
