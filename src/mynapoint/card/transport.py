"""What carries command bytes to a card and back: a PC/SC reader, or an emulated card in this process."""

from __future__ import annotations

from typing import Protocol


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
