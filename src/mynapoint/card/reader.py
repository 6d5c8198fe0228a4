"""Cards on PC/SC readers, by the reader's name; the only file that imports pyscard."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from mynapoint.card.transport import CardGone


class ReaderUnavailable(Exception):
    """No reader can be used at all: what is missing, and what to do."""


def readers_with_card() -> list[str]:
    """Return the names of the readers on which a card lies now, in the service's order. Raises ReaderUnavailable."""
    with _Context() as context:
        scard = context.scard
        result, names = scard.SCardListReaders(context.handle, [])
        if result == scard.SCARD_E_NO_READERS_AVAILABLE or not names:
            raise ReaderUnavailable("no card reader is connected; connect one and try again")
        context.require(result)
        unknown = [(name, scard.SCARD_STATE_UNAWARE) for name in names]
        result, states = scard.SCardGetStatusChange(context.handle, 0, unknown)
        context.require(result)
        return [name for name, state, _ in states if state & scard.SCARD_STATE_PRESENT]


class PcscTransport:
    """The card on one reader, for this program alone until it is closed: one transaction, ended with a card reset."""

    def __init__(self, reader: str) -> None:
        """Open the card on the reader of this name. Raises CardGone, ReaderUnavailable."""
        self._context = _Context()
        self._card: Any = None
        scard = self._context.scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        try:
            result, card, protocol = scard.SCardConnect(
                self._context.handle, reader, scard.SCARD_SHARE_SHARED, protocols
            )
            self._require(result, reader)
            self._card = card
            self._protocol = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
            self._require(scard.SCardBeginTransaction(card), reader)
        except CardGone:
            self.close()
            raise

    def transmit(self, command: bytes | bytearray) -> bytes:
        if self._card is None:
            raise CardGone("the card has been let go")
        result, answer = self._context.scard.SCardTransmit(self._card, self._protocol, list(command))
        self._require(result, "the reader")
        return bytes(answer)

    def reset(self) -> None:
        if self._card is None:
            raise CardGone("the card has been let go")
        scard = self._context.scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        # The transaction goes on: nobody else speaks to the card before or after its reset.
        result, _ = scard.SCardReconnect(self._card, scard.SCARD_SHARE_SHARED, protocols, scard.SCARD_RESET_CARD)
        self._require(result, "the reader")

    def close(self) -> None:
        scard = self._context.scard
        if self._card is not None:
            # Both reset the card: left verified, it would sign for the next program without a PIN.
            scard.SCardEndTransaction(self._card, scard.SCARD_RESET_CARD)
            scard.SCardDisconnect(self._card, scard.SCARD_RESET_CARD)
            self._card = None
        self._context.release()

    def _require(self, result: int, reader: str) -> None:
        if result != self._context.scard.SCARD_S_SUCCESS:
            raise CardGone(f"{reader}: {self._context.scard.SCardGetErrorMessage(result)}")


class _Context:
    """One conversation with the PC/SC service."""

    def __init__(self) -> None:
        self.scard: Any = _pyscard()
        result, self.handle = self.scard.SCardEstablishContext(self.scard.SCARD_SCOPE_USER)
        if result != self.scard.SCARD_S_SUCCESS:
            reason = self.scard.SCardGetErrorMessage(result)
            raise ReaderUnavailable(f"the PC/SC service does not answer ({reason}); on Linux start pcscd")

    def __enter__(self) -> _Context:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def require(self, result: int) -> None:
        """Raise ReaderUnavailable unless a call succeeded."""
        if result != self.scard.SCARD_S_SUCCESS:
            raise ReaderUnavailable(self.scard.SCardGetErrorMessage(result))

    def release(self) -> None:
        """End the conversation; may be called again."""
        if self.handle is not None:
            self.scard.SCardReleaseContext(self.handle)
            self.handle = None


def _pyscard() -> ModuleType:
    try:
        return importlib.import_module("smartcard.scard")
    except ImportError:
        raise ReaderUnavailable(
            "card readers need pyscard, which is not installed: pip install 'mynapoint[pcsc]' "
            "(on Debian first: apt-get install libpcsclite-dev gcc pcscd)"
        ) from None
