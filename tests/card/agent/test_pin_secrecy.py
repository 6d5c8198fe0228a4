"""The PIN leaves the agent for the card and for nobody else: canaries are searched wherever bytes could stay."""

from __future__ import annotations

import base64
import logging
import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from card.agent.holder import Holder
from mynapoint.card.agent.readers import CardInReader, EmulatedReaders
from mynapoint.card.agent.signing import sign_token
from mynapoint.card.emulator.cards import open_card, reset_pin
from mynapoint.card.jpki import JpkiCard, WrongPin
from mynapoint.card.transport import CardGone, Transport
from mynapoint.exchange.card_token import BadCardToken

RIGHT, WRONG, TOO_LONG = "7391", "8264", "59317"
CANARIES = (RIGHT, WRONG, TOO_LONG)

_RANDOM = re.compile(rb"[0-9a-f]{32,}|[A-Za-z0-9+/_=-]{22,}")
"""Keys, hashes, tickets and tokens: long random runs in which four digits may stand by chance."""


def encodings(pin: str) -> dict[str, bytes]:
    """Return a PIN as it could be written down."""
    raw = pin.encode()
    return {
        "ASCII": raw,
        "hex": raw.hex().encode(),
        "spaced hex": raw.hex(" ").encode(),
        "base64": base64.b64encode(raw).rstrip(b"="),
        "UTF-16": pin.encode("utf-16-le"),
        "full width": pin.translate({0x30 + d: 0xFF10 + d for d in range(10)}).encode(),
        "list": ", ".join(str(code) for code in raw).encode(),
        "escaped": "".join(f"\\x{code:02x}" for code in raw).encode(),
    }


def found(where: str, content: bytes) -> Iterator[str]:
    """Yield each canary that stands in some bytes."""
    searched = _RANDOM.sub(b"", content)
    for pin in CANARIES:
        for name, needle in encodings(pin).items():
            if needle.lower() in searched.lower():
                yield f"{pin} as {name} in {where}"


@dataclass
class Torn:
    """Readers whose card is taken away after some commands: the errors nobody planned."""

    readers: EmulatedReaders
    emulated: bool = True
    errors: list[BaseException] = field(default_factory=list)

    def cards(self) -> Sequence[CardInReader]:
        return self.readers.cards()

    def connect(self, card_id: str) -> Transport:
        return TornTransport(self.readers.connect(card_id), self)

    def presence(self, card_id: str) -> str:
        return self.readers.presence(card_id)


class TornTransport:
    def __init__(self, transport: Transport, torn: Torn) -> None:
        self._transport = transport
        self._torn = torn

    def transmit(self, command: bytes | bytearray) -> bytes:
        if command[1] == 0x20 and len(command) > 5:
            error = CardGone("the card was taken away while it compared")
            self._torn.errors.append(error)
            raise error
        return self._transport.transmit(command)

    def reset(self) -> None:
        self._transport.reset()

    def close(self) -> None:
        self._transport.close()


def walk(holder: Holder) -> None:
    """Everything that can happen to a PIN on a page: wrong, of another shape, without a card chosen, right."""
    page = holder.arrives()
    page = holder.signs(page, pin=WRONG)
    page = holder.signs(page, pin=TOO_LONG)
    page = holder.signs(page, pin=RIGHT, card="nobody")
    page = holder.signs(page, pin=RIGHT)
    assert "token" in page.forms[0].hidden
    again = holder.arrives()
    holder.signs(again, pin=RIGHT, more="unknown field")
    holder.signs(again, pin=RIGHT, attempt="stale")


def test_the_pin_stands_in_no_answer_no_log_no_file_and_no_error(
    own_city: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="mynapoint")  # which the hub's settings hold at another level
    reset_pin(own_city, "aoki", bytearray(RIGHT.encode()))
    holder = Holder(EmulatedReaders(own_city))
    walk(holder)
    torn = Torn(EmulatedReaders(own_city))
    interrupted = Holder(torn)
    interrupted.signs(interrupted.arrives(), pin=RIGHT)
    assert torn.errors, "the card was taken away in the middle"

    hits = [
        hit for error in torn.errors for hit in found("an error", "".join(traceback.format_exception(error)).encode())
    ]
    for answer in holder.answers + interrupted.answers:
        hits += found(f"answer from {answer.url.path}", answer.content + repr(answer.headers.raw).encode())
        hits += found("an address", str(answer.url).encode())
    for path in own_city.rglob("*"):
        if path.is_file() and path.suffix in {".json", ".lock", ".new"}:
            hits += found(path.name, path.read_bytes())
    for record in caplog.records:
        if not record.name.startswith(("httpx", "httpcore", "asyncio")):
            hits += found("the log", (record.getMessage() + repr(record.__dict__)).encode())
    captured = capfd.readouterr()
    hits += found("standard output", (captured.out + captured.err).encode())

    assert hits == []


def test_the_search_finds_a_pin_in_each_encoding() -> None:
    for name, needle in encodings(RIGHT).items():
        assert list(found("a log", b"VERIFY " + needle + b" done")), name


@pytest.mark.parametrize("pin", [RIGHT, WRONG])
def test_the_callers_buffer_is_zeros_afterwards(own_city: Path, pin: str) -> None:
    reset_pin(own_city, "aoki", bytearray(RIGHT.encode()))
    buffer = bytearray(pin.encode())

    with suppress(WrongPin):
        sign_token(
            JpkiCard(open_card(own_city, "aoki")),
            buffer,
            origin="https://mynapoint.example",
            nonce="n" * 44,
            statement="ログインします。",
        )

    assert buffer == bytearray(4)


def test_a_challenge_no_card_should_sign_costs_no_try_and_keeps_no_pin(own_city: Path) -> None:
    buffer = bytearray(RIGHT.encode())

    with pytest.raises(BadCardToken):
        sign_token(
            JpkiCard(open_card(own_city, "aoki")),
            buffer,
            origin="https://mynapoint.example",
            nonce="short",
            statement="ログインします。",
        )

    assert buffer == bytearray(4)
    with JpkiCard(open_card(own_city, "aoki")) as card:
        assert card.tries_left() == 3
