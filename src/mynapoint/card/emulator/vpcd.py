"""Puts an emulated card behind pcscd's virtual reader (vpcd), so that every PC/SC program can use it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from mynapoint.card.transport import Transport

ATR = bytes.fromhex("3BE000FF8131FE4514")
"""The contact card's answer to reset; programs recognise the card by its applet, never by this."""

_GET_ATR = 4
_RECONNECT_SECONDS = 0.2
_LOOK_UP_SECONDS = 0.5
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


def emulate(
    card: Transport, *, host: str, port: int, stop: threading.Event, connected: Callable[[], None] = lambda: None
) -> None:
    """Lay a card on the virtual reader at ``host:port``, and again whenever the reader comes back, until ``stop``.

    connected  called each time the reader has been reached
    """
    while not stop.is_set():
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=_LOOK_UP_SECONDS) as reader:
            connected()
            _serve(card, reader, stop)
        # The reader went away, such as when pcscd restarts: the card lies there still, without power.
        card.reset()
        stop.wait(_RECONNECT_SECONDS)


def _serve(card: Transport, reader: socket.socket, stop: threading.Event) -> None:
    """Answer commands until the reader closes the connection: each has two bytes of length before it."""
    while not stop.is_set() and (head := _receive(reader, 2, stop)) is not None:
        message = _receive(reader, int.from_bytes(head, "big"), stop)
        if message is None:
            return
        answer = _answer(card, message)
        if answer is not None:
            reader.sendall(len(answer).to_bytes(2, "big") + answer)


def _answer(card: Transport, message: bytes) -> bytes | None:
    if len(message) != 1:
        return card.transmit(message)
    if message[0] == _GET_ATR:
        return ATR
    # Power off (0), power on (1) and reset (2): each leaves the card as it wakes up.
    card.reset()
    return None


def _receive(reader: socket.socket, length: int, stop: threading.Event) -> bytes | None:
    """Return exactly so many bytes; None when the reader is gone or it is time to stop."""
    received = b""
    while len(received) < length:
        if _QUICKACK is not None:
            # The reader sends length and body apart; without this each command waits 40 ms for a delayed ACK.
            reader.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        try:
            part = reader.recv(length - len(received))
        except TimeoutError:
            if stop.is_set():
                return None
            continue
        if not part:
            return None
        received += part
    return received
