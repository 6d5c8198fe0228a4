"""What carries command bytes to a card and back: a PC/SC reader, or an emulated card in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from mynapoint.card.apdu import CARRIES_PIN, Command, MalformedApdu


class CardGone(Exception):
    """The card or its reader is no longer there; nothing more can be said to it."""


class Transport(Protocol):
    """One connection to one card. Commands go one at a time, in order, and nothing is ever sent twice by itself."""

    def transmit(self, command: bytes | bytearray) -> bytes:
        """Send one command, return the answer with its status word. Raises CardGone."""
        ...

    def reset(self) -> None:
        """Reset the card, so that no PIN stays verified for whoever comes next. Raises CardGone."""
        ...

    def close(self) -> None:
        """Reset the card and let it go; may be called again."""
        ...


class TracedTransport:
    """A transport that tells every command and answer, so a strange card can be understood; a PIN never.

    tell  gets one line a command and one an answer
    """

    def __init__(self, transport: Transport, tell: Callable[[str], None]) -> None:
        self._transport = transport
        self._tell = tell

    def transmit(self, command: bytes | bytearray) -> bytes:
        self._tell(f"> {_shown(command)}")
        answer = self._transport.transmit(command)
        self._tell(f"< {answer[:-2].hex()} {answer[-2:].hex().upper()}".replace("<  ", "< "))
        return answer

    def reset(self) -> None:
        self._tell("> reset")
        self._transport.reset()

    def close(self) -> None:
        self._transport.close()


def _shown(command: bytes | bytearray) -> str:
    """Return a command for people; of one that carries a PIN, or cannot be read, the first four bytes at most."""
    try:
        parsed = Command.parse(command)
    except MalformedApdu:
        return f"{command[:4].hex().upper()} [{len(command)} bytes that are no command]"
    if parsed.ins in CARRIES_PIN:
        return f"{command[:4].hex().upper()} [{len(parsed.data)} bytes masked]"
    return bytes(command).hex().upper()
