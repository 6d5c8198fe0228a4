"""Command and response bytes between a program and a smart card (ISO/IEC 7816-4, short form)."""

from __future__ import annotations

from dataclasses import dataclass, field

SELECT = 0xA4
READ_BINARY = 0xB0
VERIFY = 0x20
CHANGE_REFERENCE_DATA = 0x24
COMPUTE_DIGITAL_SIGNATURE = 0x2A
GET_CHALLENGE = 0x84
GET_RESPONSE = 0xC0

CARRIES_PIN = frozenset({VERIFY, CHANGE_REFERENCE_DATA, 0x2C})
"""Instructions whose data is a PIN: never shown, never sent twice."""

DATA_BYTES_MAX = 255
LE_BYTES_MAX = 256


class MalformedApdu(ValueError):
    """Bytes that are not a command or response in the short form; the message never repeats them."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``expected`` is Le: how many bytes the answer may have, 1 to 256; None for none.

    Its ``repr`` masks the data of instructions that carry a PIN, so no trace and no exception can show one.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes | bytearray = field(default=b"", repr=False)
    expected: int | None = None

    def encoded(self) -> bytearray:
        """Return the bytes for the card, in a buffer the caller can wipe."""
        assert len(self.data) <= DATA_BYTES_MAX, "the short form carries at most 255 bytes"
        encoded = bytearray((self.cla, self.ins, self.p1, self.p2))
        if self.data:
            encoded.append(len(self.data))
            encoded += self.data
        if self.expected is not None:
            assert 1 <= self.expected <= LE_BYTES_MAX, "Le is 1 to 256"
            encoded.append(self.expected % LE_BYTES_MAX)
        return encoded

    @classmethod
    def parse(cls, raw: bytes | bytearray) -> Command:
        """Read a command in any of the four short cases. Raises MalformedApdu."""
        if len(raw) < 4:
            raise MalformedApdu(f"a command has at least 4 bytes; got {len(raw)}")
        (cla, ins, p1, p2), body = raw[:4], raw[4:]
        if not body:
            return cls(cla, ins, p1, p2)
        if len(body) == 1:
            return cls(cla, ins, p1, p2, expected=body[0] or LE_BYTES_MAX)
        length, rest = body[0], body[1:]
        if length == 0 or len(rest) not in {length, length + 1}:
            raise MalformedApdu(f"Lc says {length} bytes; {len(rest)} follow")
        expected = (rest[length] or LE_BYTES_MAX) if len(rest) > length else None
        return cls(cla, ins, p1, p2, rest[:length], expected)

    def __repr__(self) -> str:
        shown = f"{len(self.data)} bytes masked" if self.ins in CARRIES_PIN else bytes(self.data).hex()
        return f"Command({self.cla:02X} {self.ins:02X} {self.p1:02X} {self.p2:02X} [{shown}] Le={self.expected})"


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: its data and the status word SW1SW2, such as 0x9000."""

    data: bytes
    status: int

    def encoded(self) -> bytes:
        """Return the bytes as the card sends them."""
        return self.data + self.status.to_bytes(2, "big")

    @classmethod
    def parse(cls, raw: bytes) -> Response:
        """Read an answer. Raises MalformedApdu when it is shorter than a status word."""
        if len(raw) < 2:
            raise MalformedApdu(f"an answer has at least 2 bytes; got {len(raw)}")
        return cls(bytes(raw[:-2]), int.from_bytes(raw[-2:], "big"))
