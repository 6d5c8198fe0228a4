"""The emulated card at a virtual reader's end of the wire: power, answer to reset, commands, coming back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mynapoint.card.emulator.cards import open_card
from mynapoint.card.emulator.vpcd import ATR, emulate

SELECT_APPLET = bytes.fromhex("00A4040C0AD392F000260100000001")
TRIES_LEFT = bytes.fromhex("00200098")
POWER_ON, GET_ATR = b"\1", b"\4"


class Reader:
    """What pcscd's driver does: listens, takes one card, sends it length and message."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(10)
        self.port: int = self._server.getsockname()[1]

    def take_card(self) -> socket.socket:
        card, _ = self._server.accept()
        card.settimeout(10)
        return card

    def close(self) -> None:
        self._server.close()


def send(card: socket.socket, message: bytes) -> None:
    card.sendall(len(message).to_bytes(2, "big"))
    card.sendall(message)


def ask(card: socket.socket, message: bytes) -> bytes:
    send(card, message)
    with card.makefile("rb") as answers:
        return answers.read(int.from_bytes(answers.read(2), "big"))


@pytest.fixture
def reader(own_city: Path) -> Iterator[Reader]:
    reader, stop = Reader(), threading.Event()
    card = open_card(own_city, "aoki")
    thread = threading.Thread(
        target=emulate, args=(card,), kwargs={"host": "127.0.0.1", "port": reader.port, "stop": stop}
    )
    thread.start()
    yield reader
    stop.set()
    thread.join(timeout=10)
    reader.close()
    assert not thread.is_alive()


def test_the_card_answers_power_and_commands(reader: Reader) -> None:
    with reader.take_card() as card:
        send(card, POWER_ON)

        assert ask(card, GET_ATR) == ATR
        assert ask(card, SELECT_APPLET) == b"\x90\x00"
        assert ask(card, TRIES_LEFT) == b"\x63\xc3"


def test_power_wakes_a_card_that_has_forgotten_what_was_selected(reader: Reader) -> None:
    with reader.take_card() as card:
        ask(card, SELECT_APPLET)
        send(card, POWER_ON)

        assert ask(card, TRIES_LEFT) == b"\x6d\x00"


def test_a_card_comes_back_when_the_reader_does(reader: Reader) -> None:
    reader.take_card().close()

    with reader.take_card() as card:
        assert ask(card, GET_ATR) == ATR


def test_a_card_leaves_even_while_the_reader_keeps_asking(own_city: Path) -> None:
    reader, stop = Reader(), threading.Event()
    arguments = {"host": "127.0.0.1", "port": reader.port, "stop": stop}
    thread = threading.Thread(target=emulate, args=(open_card(own_city, "aoki"),), kwargs=arguments)
    thread.start()
    with reader.take_card() as card:
        ask(card, GET_ATR)
        stop.set()
        send(card, GET_ATR)
        thread.join(timeout=10)

    reader.close()
    assert not thread.is_alive()
