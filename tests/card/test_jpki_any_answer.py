"""Whatever bytes a card answers: a typed error, an end, no PIN shown, and one PIN sent for one confirmation."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.card import apdu
from mynapoint.card.jpki import (
    BadAnswer,
    CardError,
    CommandUnknown,
    FileMissing,
    JpkiCard,
    LastTry,
    LengthRefused,
    MalformedPin,
    NotJpki,
    PinLocked,
    PinNotVerified,
    StatusRefused,
    WrongPin,
)
from mynapoint.card.transport import CardGone
from property_examples import examples

PIN = b"7391"
ADDRESSES = re.compile(r" at 0x[0-9a-f]+")
"""Of objects in memory, where any four digits come by chance."""
EXCHANGES_MAX = 300
"""A certificate read in the smallest parts allowed, each answered at the second asking."""


class Babbler:
    """A card that answers what it was told to, over and over, whatever is asked; None is a card pulled out."""

    def __init__(self, answers: list[bytes | None]) -> None:
        self._answers = cycle(answers)
        self.pins: list[bytes] = []
        self.exchanges = 0

    def transmit(self, command: bytes | bytearray) -> bytes:
        self.exchanges += 1
        assert self.exchanges <= EXCHANGES_MAX, "the client goes on for ever"
        if command[1] in apdu.CARRIES_PIN and len(command) > 4:
            self.pins.append(bytes(command[5:]))
        answer = next(self._answers)
        if answer is None:
            raise CardGone("pulled out")
        return answer

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass


class Obliging(Babbler):
    """A babbler that is a My Number Card until asked for what is babbled about: SELECT is always answered 9000."""

    def transmit(self, command: bytes | bytearray) -> bytes:
        if command[1] == apdu.SELECT:
            return b"\x90\x00"
        return super().transmit(command)


Use = Callable[[JpkiCard], object]
USES: dict[str, Use] = {
    "token_info": JpkiCard.token_info,
    "auth_certificate": JpkiCard.auth_certificate,
    "authority_certificates": JpkiCard.authority_certificates,
    "tries_left": JpkiCard.tries_left,
    "verify": lambda card: card.verify(bytearray(PIN)),
    "verify, last try": lambda card: card.verify(bytearray(PIN), use_last_try=True),
    "change_pin": lambda card: card.change_pin(bytearray(PIN)),
    "sign": lambda card: card.sign(b"message"),
}

STATUSES = """
9000 6100 6101 6120 61FF 6200 6300 63C0 63C1 63C2 63C3 63CF 6700 6881 6882 6982 6983 6984 6985 6986 6A80 6A82 6A86
6B00 6C00 6C01 6C20 6CFF 6D00 6E00 6F00 0000 FFFF
"""
statuses = st.sampled_from([bytes.fromhex(status) for status in STATUSES.split()])
answers = st.one_of(
    st.none(),
    st.binary(max_size=300),
    st.builds(bytes.__add__, st.binary(max_size=258), statuses),
    st.builds(lambda length: b"\x30\x82" + length + b"\x90\x00", st.binary(min_size=2, max_size=2)),
)


@given(st.lists(answers, min_size=1, max_size=8), st.sampled_from(sorted(USES)), st.sampled_from([Babbler, Obliging]))
@examples(300)
def test_any_answers_end_in_a_value_or_a_typed_error_that_shows_no_pin(
    said: list[bytes | None], use: str, kind: type[Babbler]
) -> None:
    wire = kind(said)
    card = JpkiCard(wire)
    try:
        USES[use](card)
    except (CardError, CardGone) as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert not any(form in ADDRESSES.sub("", shown) for form in pin_forms())

    assert len(wire.pins) <= 1, "one confirmation, one PIN"
    assert all(pin == PIN for pin in wire.pins)


@given(st.lists(answers, min_size=1, max_size=8), st.binary(max_size=20).filter(lambda pin: not is_pin(pin)))
@examples(100)
def test_what_is_no_pin_is_sent_to_no_card(said: list[bytes | None], pin: bytes) -> None:
    wire = Obliging(said)

    with pytest.raises(MalformedPin):
        JpkiCard(wire).verify(bytearray(pin), use_last_try=True)
    with pytest.raises(MalformedPin):
        JpkiCard(wire).change_pin(bytearray(pin))

    assert wire.exchanges == 0


@given(st.lists(answers, min_size=1, max_size=6))
@examples(100)
def test_no_card_gets_the_pin_at_its_last_try_without_consent(rest: list[bytes | None]) -> None:
    for first, error in ((b"\x63\xc1", LastTry), (b"\x63\xc0", PinLocked), (b"\x69\x83", PinLocked)):
        wire = Obliging([first, *rest])

        with pytest.raises(error):
            JpkiCard(wire).verify(bytearray(PIN))

        assert wire.pins == []


@pytest.mark.parametrize("use", ["verify", "verify, last try", "change_pin"])
@pytest.mark.parametrize("said", [[b"\x63\xc3", None], [b"\x63\xc3", b"\x6f\x00"], [b"\x63\xc3", b"\x6c\x04"], [b""]])
def test_nothing_that_carries_a_pin_is_sent_again_when_the_reader_fails(use: str, said: list[bytes | None]) -> None:
    wire = Obliging(said)

    with pytest.raises((CardError, CardGone)):
        USES[use](JpkiCard(wire))

    assert len(wire.pins) <= 1


@pytest.mark.parametrize("said", [[b"\x63\xc3", b"\x90\x00"], [b"\x63\xc3", b"\x63\xc2"], [None]])
def test_the_pins_buffer_is_zeros_after_use_whatever_happens(said: list[bytes | None]) -> None:
    for length in (4, 5):
        pin = bytearray(PIN.ljust(length, b"7"))
        card = JpkiCard(Obliging(said))
        with suppress(CardError, CardGone):
            card.verify(pin)
        assert pin == bytes(length)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("63C2", WrongPin),
        ("63C0", PinLocked),
        ("6983", PinLocked),
        ("6984", PinLocked),
        ("6700", LengthRefused),
        ("6982", PinNotVerified),
        ("6A82", FileMissing),
        ("6A86", CommandUnknown),
        ("6881", CommandUnknown),
        ("6D00", CommandUnknown),
    ],
)
def test_each_status_word_that_matters_is_an_error_of_its_own(status: str, error: type[CardError]) -> None:
    with pytest.raises(error):
        JpkiCard(Obliging([b"\x63\xc3", bytes.fromhex(status)])).verify(bytearray(PIN))


@pytest.mark.parametrize("status", ["6A82", "6A86", "6881", "6D00", "6E00"])
def test_whatever_another_card_says_to_select_it_is_no_my_number_card(status: str) -> None:
    with pytest.raises(NotJpki):
        JpkiCard(Babbler([bytes.fromhex(status)])).tries_left()


@pytest.mark.parametrize(
    "said",
    [
        [b"\x61\x10"],
        [b"x" * 200 + b"\x61\x64", b"y" * 100 + b"\x61\x64"],
        [b"\x30\x82\xff\xff\x90\x00"],
        [b"\x30\x82\x06\x00\x90\x00", b"\x90\x00"],
        [b"\x30\x82\x06\x00\x90\x00", b"." * 257 + b"\x90\x00"],
        [b"\x30\x82\x90\x00"],
    ],
)
def test_an_answer_without_sense_is_refused_and_not_asked_for_again_and_again(said: list[bytes | None]) -> None:
    with pytest.raises(BadAnswer):
        JpkiCard(Obliging(said)).auth_certificate()


def test_a_signature_of_another_length_is_none() -> None:
    with pytest.raises(BadAnswer, match="256"):
        JpkiCard(Obliging([b"s" * 255 + b"\x90\x00"])).sign(b"message")


@pytest.mark.parametrize("error", [StatusRefused, *StatusRefused.__subclasses__()])
def test_an_errors_text_has_instruction_and_status_and_no_data(error: type[StatusRefused]) -> None:
    shown = str(error(apdu.Command(0x00, apdu.VERIFY, 0x00, 0x80, PIN), 0x6F00))

    assert shown.startswith("instruction 20 was answered with status 6F00: ")
    assert not any(form in shown for form in pin_forms())


def test_the_client_writes_no_log_of_a_pin(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="mynapoint")  # which the hub's settings hold at another level

    JpkiCard(Obliging([b"\x63\xc3", b"\x90\x00"])).verify(bytearray(PIN))

    assert not any(form in caplog.text for form in pin_forms())


def pin_forms() -> list[str]:
    return [PIN.decode(), PIN.hex(), PIN.hex(" "), str(list(PIN)), ", ".join(map(str, PIN)), repr(PIN)]


def is_pin(pin: bytes) -> bool:
    return len(pin) == 4 and pin.isdigit()
