"""The JPKI applet in software: bytes in, bytes out, with the files, PINs and status words of a real card."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed

from mynapoint.card import apdu
from mynapoint.card.apdu import Command, Response
from mynapoint.card.jpki import APPLET

OK = 0x9000
WRONG_LENGTH = 0x6700
CHANNEL_NOT_SUPPORTED = 0x6881
SECURE_MESSAGING_NOT_SUPPORTED = 0x6882
SECURE_MESSAGING_REFUSED = 0x69FC
WRONG_FILE_TYPE = 0x6981
PIN_NOT_VERIFIED = 0x6982
PIN_LOCKED = 0x6984
CONDITIONS_NOT_MET = 0x6985
NO_FILE_SELECTED = 0x6986
BAD_DATA = 0x6A80
FILE_NOT_FOUND = 0x6A82
BAD_P1_P2 = 0x6A86
REFERENCE_NOT_FOUND = 0x6A88
PAST_THE_END = 0x6B00
UNKNOWN_INSTRUCTION = 0x6D00
UNKNOWN_CLASS = 0x6E00

_TRIES = 0x63C0
_SHA256 = hashes.SHA256()
_PKCS1 = padding.PKCS1v15()
_PSS = padding.PSS(padding.MGF1(_SHA256), salt_length=_SHA256.digest_size)
_Sign = Callable[[RSAPrivateKey, bytes], bytes]
_SIGNATURES: Mapping[int, tuple[range, _Sign]] = {
    0x00: (range(1, 246), lambda key, data: key.sign(data, _PKCS1, NoDigestInfo())),
    0x01: (range(1, 256), lambda key, data: key.sign(hashlib.sha256(data).digest(), _PKCS1, NoDigestInfo())),
    0x02: (range(32, 33), lambda key, data: key.sign(data, _PKCS1, Prehashed(_SHA256))),
    0x03: (range(1, 256), lambda key, data: key.sign(data, _PKCS1, _SHA256)),
    0x04: (range(32, 33), lambda key, data: key.sign(data, _PSS, Prehashed(_SHA256))),
    0x05: (range(1, 256), lambda key, data: key.sign(data, _PSS, _SHA256)),
}
"""P1 of a signature → how many bytes it takes, and what it makes of them.

00 signs the DigestInfo it is given and is what every program uses; 01 hashes and signs the bare hash; 02 and 03 add the
DigestInfo to a hash given or made; 04 and 05 are PSS. Established on one real card by one survey, but for PSS's salt,
which is assumed to be as long as the hash.
"""


class StoredPin(Protocol):
    """One PIN as the card keeps it: its tries survive power-off, and only a salted hash of it is kept."""

    tries_max: int
    tries_left: int

    def keep(self) -> None:
        """Write ``tries_left`` durably, before returning."""
        ...

    def matches(self, pin: bytes) -> bool:
        """Compare; takes no try by itself."""
        ...

    def replace(self, pin: bytes) -> None:
        """Keep another PIN with all its tries, durably."""
        ...


OpenPin = Callable[[int], AbstractContextManager[StoredPin]]
"""Opens the stored PIN of a PIN file, alone: no other connection to the same card reads or writes it meanwhile."""


@dataclass(frozen=True, slots=True)
class PinRule:
    """How long a PIN may be when it is changed, in bytes."""

    length_min: int
    length_max: int


@dataclass(frozen=True, slots=True)
class LockedAnswers:
    """How a card says that a PIN is locked: to a VERIFY without data, and to one with a PIN.

    Which pair a real card gives is not settled: 63C0 and 6984 is what JICSAP says; clients take 6983 too.
    """

    to_asking: int = _TRIES
    to_a_pin: int = PIN_LOCKED


@dataclass(frozen=True, slots=True)
class CardFiles:
    """What is on one card, by file identifier. ``read_after`` names the PIN file a transparent file asks for."""

    transparent: Mapping[int, bytes]
    read_after: Mapping[int, int]
    keys: Mapping[int, tuple[RSAPrivateKey, int]]
    pins: Mapping[int, PinRule]


class Applet:
    """One powered card: which file is selected, which PIN is verified. ``reset`` forgets both."""

    def __init__(self, files: CardFiles, open_pin: OpenPin, locked: LockedAnswers = LockedAnswers()) -> None:
        self._files = files
        self._locked = locked
        self._open_pin = open_pin
        self.reset()

    def reset(self) -> None:
        """Power off and on: nothing selected, no PIN verified; tries stay as they are."""
        self._selected = False
        self._file: int | None = None
        self._verified: set[int] = set()

    def answer(self, raw: bytes | bytearray) -> bytes:
        """Answer one command."""
        try:
            command = Command.parse(raw)
        except apdu.MalformedApdu:
            return Response(b"", WRONG_LENGTH).encoded()
        try:
            data = self._handler(command)(command)
        except _Refused as refused:
            return Response(b"", refused.status).encoded()
        return Response(data, OK).encoded()

    def _handler(self, command: Command) -> Callable[[Command], bytes]:
        _refuse_if(bool(command.cla & 0x43), CHANNEL_NOT_SUPPORTED)
        if command.cla & 0x0C:
            selecting = command.ins == apdu.SELECT
            raise _Refused(SECURE_MESSAGING_NOT_SUPPORTED if selecting else SECURE_MESSAGING_REFUSED)
        handlers = {
            (0x00, apdu.SELECT): self._select,
            (0x00, apdu.GET_CHALLENGE): self._challenge,
        }
        if self._selected:
            handlers |= {
                (0x00, apdu.READ_BINARY): self._read,
                (0x00, apdu.VERIFY): self._verify,
                (0x00, apdu.CHANGE_REFERENCE_DATA): self._change,
                (0x80, apdu.COMPUTE_DIGITAL_SIGNATURE): self._sign,
            }
        _refuse_if(command.cla not in {0x00, 0x80}, UNKNOWN_CLASS)
        handler = handlers.get((command.cla, command.ins))
        if handler is None:
            raise _Refused(UNKNOWN_INSTRUCTION)
        return handler

    def _select(self, command: Command) -> bytes:
        match command.p1:
            case 0x04:
                _refuse_if(command.data != APPLET, FILE_NOT_FOUND)
                self.reset()
                self._selected = True
            case 0x02:
                _refuse_if(len(command.data) != 2, WRONG_LENGTH)
                identifier = int.from_bytes(command.data, "big")
                _refuse_if(not (self._selected and self._has(identifier)), FILE_NOT_FOUND)
                self._file = identifier
            case 0x00:
                _refuse_if(bool(command.data), FILE_NOT_FOUND)
                _refuse_if(not self._selected, BAD_P1_P2)
            case _:
                raise _Refused(BAD_P1_P2)
        return b""

    def _read(self, command: Command) -> bytes:
        offset = command.p1 << 8 | command.p2
        if command.p1 & 0x80:
            _refuse_if(bool(command.p1 & 0x60), BAD_P1_P2)
            short, offset = command.p1 & 0x1F, command.p2
            _refuse_if(not self._has(short), FILE_NOT_FOUND)
            self._file = short
        if self._file is None:
            raise _Refused(NO_FILE_SELECTED)
        content = self._files.transparent.get(self._file)
        if content is None:
            raise _Refused(WRONG_FILE_TYPE)
        if command.expected is None:
            raise _Refused(WRONG_LENGTH)
        pin_file = self._files.read_after.get(self._file)
        _refuse_if(pin_file is not None and pin_file not in self._verified, PIN_NOT_VERIFIED)
        _refuse_if(offset >= len(content), PAST_THE_END)
        return content[offset : offset + command.expected]

    def _verify(self, command: Command) -> bytes:
        pin_file = self._pin_file(command, p1=0x00)
        with self._open_pin(pin_file) as pin:
            if not command.data:
                raise _Refused((_TRIES | pin.tries_left) if pin.tries_left else self._locked.to_asking)
            _refuse_if(len(command.data) > 16, WRONG_LENGTH)
            _refuse_if(pin.tries_left == 0, self._locked.to_a_pin)
            # The try is spent and kept before comparing: pulling the card between the two must not win one back.
            pin.tries_left -= 1
            pin.keep()
            self._verified.discard(pin_file)
            _refuse_if(not pin.matches(bytes(command.data)), _TRIES | pin.tries_left)
            pin.tries_left = pin.tries_max
            pin.keep()
        self._verified.add(pin_file)
        return b""

    def _change(self, command: Command) -> bytes:
        pin_file = self._pin_file(command, p1=0x01)
        _refuse_if(pin_file not in self._verified, PIN_NOT_VERIFIED)
        rule = self._files.pins[pin_file]
        _refuse_if(not rule.length_min <= len(command.data) <= rule.length_max, BAD_DATA)
        with self._open_pin(pin_file) as pin:
            pin.replace(bytes(command.data))
        return b""

    def _sign(self, command: Command) -> bytes:
        _refuse_if(command.p1 not in _SIGNATURES, BAD_P1_P2)
        lengths, sign = _SIGNATURES[command.p1]
        file = self._reference(command, p1=command.p1)
        if file not in self._files.keys:
            raise _Refused(CONDITIONS_NOT_MET)
        key, pin_file = self._files.keys[file]
        _refuse_if(pin_file not in self._verified, PIN_NOT_VERIFIED)
        _refuse_if(len(command.data) not in lengths, WRONG_LENGTH)
        _refuse_if(command.expected is None, WRONG_LENGTH)
        return sign(key, bytes(command.data))

    def _challenge(self, command: Command) -> bytes:
        if command.expected is None:
            raise _Refused(WRONG_LENGTH)
        return secrets.token_bytes(command.expected)

    def _pin_file(self, command: Command, *, p1: int) -> int:
        file = self._reference(command, p1=p1)
        _refuse_if(file not in self._files.pins, REFERENCE_NOT_FOUND)
        return file

    def _reference(self, command: Command, *, p1: int) -> int:
        """Return the file that P2 means: a short identifier, or the one that is selected."""
        _refuse_if(command.p1 != p1 or not command.p2 & 0x80, BAD_P1_P2)
        file = (command.p2 & 0x1F) or self._file
        if file is None or not self._has(file):
            raise _Refused(REFERENCE_NOT_FOUND)
        return file

    def _has(self, identifier: int) -> bool:
        files = self._files
        return any(identifier in part for part in (files.transparent, files.keys, files.pins))


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


def _refuse_if(condition: bool, status: int) -> None:
    if condition:
        raise _Refused(status)
