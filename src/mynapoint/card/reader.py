"""Cards on PC/SC readers, by the reader's name; the only file that imports pyscard."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from types import ModuleType
from typing import Any

from mynapoint.card.transport import CardGone
from mynapoint.card.trouble import CardLost, ReaderUnavailable, Trouble

__all__ = [
    "CardLost",
    "PcscTransport",
    "ReaderUnavailable",
    "card_presence",
    "reader_names",
    "readers_with_card",
    "wait_for_card",
]

BUSY_SECONDS_MAX = 10.0
"""How long another program may keep the card before this one gives up."""

_ARRIVAL = "\\\\?PnP?\\Notification"
_LOOK_SECONDS = 0.5
_RESETS_MAX = 5
_STATUS_BYTES = 2
_COUNT_SHIFT = 16
"""The service counts, in the upper half of a reader's state, how often a card came or left (pcsclite.h, WinSCard)."""
_TAKE_A_TURN = """
import sys
from smartcard.scard import *
_, context = SCardEstablishContext(SCARD_SCOPE_USER)
result, card, _ = SCardConnect(context, sys.argv[1], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
if result == SCARD_S_SUCCESS:
    SCardBeginTransaction(card)
    SCardEndTransaction(card, SCARD_LEAVE_CARD)
    SCardDisconnect(card, SCARD_LEAVE_CARD)
"""
_TROUBLES = {
    Trouble.NO_SERVICE: ("E_NO_SERVICE", "E_SERVICE_STOPPED", "E_INVALID_HANDLE", "F_COMM_ERROR"),
    Trouble.NO_READER: ("E_NO_READERS_AVAILABLE",),
    Trouble.NO_CARD: ("E_NO_SMARTCARD",),
    Trouble.READER_GONE: ("E_UNKNOWN_READER", "E_READER_UNAVAILABLE"),
    Trouble.CARD_REMOVED: ("W_REMOVED_CARD", "E_NOT_TRANSACTED"),
    Trouble.CARD_RESET: ("W_RESET_CARD",),
    Trouble.CARD_BUSY: ("E_SHARING_VIOLATION",),
    Trouble.CARD_MUTE: ("W_UNRESPONSIVE_CARD", "W_UNPOWERED_CARD", "E_PROTO_MISMATCH"),
}


def reader_names() -> list[str]:
    """Return the names of all connected readers, in the service's order. Raises ReaderUnavailable."""
    with _Context() as context:
        return context.reader_names()


def readers_with_card() -> list[str]:
    """Return the names of the readers on which a card lies now, in the service's order.

    Raises ReaderUnavailable, also when no reader is connected.
    """
    with _Context() as context:
        names = context.reader_names()
        if not names:
            raise ReaderUnavailable(Trouble.NO_READER)
        return [name for name, state in context.states(names) if state & context.scard.SCARD_STATE_PRESENT]


def card_presence(name: str) -> str:
    """Name the stay of the card on a reader: another text once it has left and come back; empty: no card lies there.

    Asking disturbs nobody who is using the card. Raises ReaderUnavailable.
    """
    with _Context() as context:
        for _, state in context.states([name]):
            if state & context.scard.SCARD_STATE_PRESENT:
                return f"{name} {state >> _COUNT_SHIFT}"
    return ""


def wait_for_card(seconds: float) -> list[str]:
    """Wait until a card lies on any reader, one connected meanwhile too; return those readers' names.

    Returns at once when a card lies there already, and an empty list when none came. Raises ReaderUnavailable.
    """
    ends = time.monotonic() + seconds
    with _Context() as context:
        while True:
            names = context.reader_names()
            seen = context.states(names)
            present = [name for name, state in seen if state & context.scard.SCARD_STATE_PRESENT]
            left = ends - time.monotonic()
            if present or left <= 0:
                return present
            # In short steps: while it waits, the service's library lets no Ctrl-C through.
            context.await_change([*seen, (_ARRIVAL, 0)], min(left, _LOOK_SECONDS))


class PcscTransport:
    """The card on one reader, for this program alone until it is closed: one transaction, ended with a card reset."""

    def __init__(self, reader: str, *, busy_seconds_max: float = BUSY_SECONDS_MAX) -> None:
        """Open the card on the reader of this name, once no other program uses it.

        Raises CardLost, which is a CardGone; ReaderUnavailable.
        """
        self._reader = reader
        self._context = _Context()
        self._card: Any = None
        try:
            self._await_turn(busy_seconds_max)
            self._connect()
            self._begin()
        except CardLost:
            self._let_go(begun=False)
            raise

    def transmit(self, command: bytes | bytearray) -> bytes:
        card = self._required_card()
        values = list(command)
        try:
            result, answer = self._context.scard.SCardTransmit(card, self._protocol, values)
        finally:
            # It may have carried a PIN.
            values[:] = [0] * len(values)
        self._require(result)
        if len(answer) < _STATUS_BYTES:
            # Some readers report a card pulled out while it worked as success, and an answer of nothing.
            raise CardLost(Trouble.CARD_REMOVED, self._reader)
        return bytes(answer)

    def reset(self) -> None:
        scard = self._context.scard
        # The transaction goes on: nobody else speaks to the card before or after its reset.
        result, _ = scard.SCardReconnect(
            self._required_card(), scard.SCARD_SHARE_SHARED, self._protocols, scard.SCARD_RESET_CARD
        )
        self._require(result)

    def close(self) -> None:
        self._let_go(begun=True)

    def _let_go(self, *, begun: bool) -> None:
        scard = self._context.scard
        if self._card is not None:
            # Both reset the card: left verified, it would sign for the next program without a PIN. Where our turn
            # never came the card is left alone: another program is using it.
            disposition = scard.SCARD_RESET_CARD if begun else scard.SCARD_LEAVE_CARD
            if begun:
                scard.SCardEndTransaction(self._card, disposition)
            scard.SCardDisconnect(self._card, disposition)
            self._card = None
        self._context.release()

    def _connect(self) -> None:
        scard = self._context.scard
        result, card, protocol = scard.SCardConnect(
            self._context.handle, self._reader, scard.SCARD_SHARE_SHARED, self._protocols
        )
        self._require(result)
        self._card = card
        self._protocol = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1

    def _await_turn(self, seconds: float) -> None:
        """Return once no other program keeps the card. Raises CardLost.

        The service's library waits for ever for a card that another program keeps, and pyscard stops every thread
        meanwhile. So where somebody is connected, a process of its own waits first, and can be ended.
        """
        in_use = self._context.scard.SCARD_STATE_INUSE
        if not any(state & in_use for _, state in self._context.states([self._reader])):
            return
        try:
            subprocess.run([sys.executable, "-c", _TAKE_A_TURN, self._reader], timeout=seconds, check=False)  # noqa: S603 - our own words
        except subprocess.TimeoutExpired:
            raise CardLost(Trouble.CARD_BUSY, self._reader) from None

    def _begin(self) -> None:
        scard = self._context.scard
        result = scard.SCardBeginTransaction(self._card)
        for _ in range(_RESETS_MAX):
            if result != scard.SCARD_W_RESET_CARD:
                break
            # Another program ended, resetting the card as it should, between our connecting and our turn.
            scard.SCardReconnect(self._card, scard.SCARD_SHARE_SHARED, self._protocols, scard.SCARD_LEAVE_CARD)
            result = scard.SCardBeginTransaction(self._card)
        self._require(result)

    @property
    def _protocols(self) -> int:
        protocols: int = self._context.scard.SCARD_PROTOCOL_T0 | self._context.scard.SCARD_PROTOCOL_T1
        return protocols

    def _required_card(self) -> Any:
        if self._card is None:
            raise CardGone("the card has been let go")
        return self._card

    def _require(self, result: int) -> None:
        scard = self._context.scard
        if result != scard.SCARD_S_SUCCESS:
            raise CardLost(_trouble(scard, result), self._reader, _detail(scard, result))


class _Context:
    """One conversation with the PC/SC service."""

    def __init__(self) -> None:
        self.scard: Any = _pyscard()
        self.handle: Any = None
        result, handle = self.scard.SCardEstablishContext(self.scard.SCARD_SCOPE_USER)
        if result != self.scard.SCARD_S_SUCCESS:
            raise ReaderUnavailable(Trouble.NO_SERVICE, _detail(self.scard, result))
        self.handle = handle

    def __enter__(self) -> _Context:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def reader_names(self) -> list[str]:
        """Return the connected readers' names; none is an empty list."""
        result, names = self.scard.SCardListReaders(self.handle, [])
        if result == self.scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        self._require(result)
        return list(names)

    def states(self, names: list[str]) -> list[tuple[str, int]]:
        """Return each reader's state now."""
        if not names:
            return []
        unknown = [(name, self.scard.SCARD_STATE_UNAWARE) for name in names]
        result, states = self.scard.SCardGetStatusChange(self.handle, 0, unknown)
        if result == self.scard.SCARD_E_UNKNOWN_READER:
            return []  # one was disconnected since they were listed
        self._require(result)
        return [(name, state) for name, state, _ in states]

    def await_change(self, seen: list[tuple[str, int]], seconds: float) -> None:
        """Return when a reader's state is no longer what was seen, or a reader came, or the time is up."""
        result, _ = self.scard.SCardGetStatusChange(self.handle, int(seconds * 1000), seen)
        if result not in {self.scard.SCARD_E_TIMEOUT, self.scard.SCARD_E_UNKNOWN_READER}:
            self._require(result)

    def release(self) -> None:
        """End the conversation; may be called again."""
        if self.handle is not None:
            self.scard.SCardReleaseContext(self.handle)
            self.handle = None

    def _require(self, result: int) -> None:
        if result != self.scard.SCARD_S_SUCCESS:
            raise ReaderUnavailable(_trouble(self.scard, result), _detail(self.scard, result))


def _trouble(scard: Any, result: int) -> Trouble:
    for trouble, names in _TROUBLES.items():
        if any(getattr(scard, f"SCARD_{name}", None) == result for name in names):
            return trouble
    return Trouble.OTHER


def _detail(scard: Any, result: int) -> str:
    return str(scard.SCardGetErrorMessage(result)).rstrip(".")


def _pyscard() -> ModuleType:
    try:
        return importlib.import_module("smartcard.scard")
    except ImportError:
        raise ReaderUnavailable(Trouble.NO_PYSCARD) from None
