"""The JPKI applet's client: certificate, tries left, PIN, signature, over any transport, with one error a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType

from mynapoint.card import apdu
from mynapoint.card.apdu import Command, Response
from mynapoint.card.transport import CardGone, Transport

APPLET = bytes.fromhex("D392F000260100000001")
AUTH_CERTIFICATE, AUTH_AUTHORITY = 0x000A, 0x000B
SIGNATURE_AUTHORITY = 0x0002
AUTH_KEY = 0x0017
AUTH_PIN = 0x0018
TOKEN_INFO = 0x0006
PIN_DIGITS = 4
TRIES_MAX = 3
SIGNATURE_BYTES = 256

_OK = 0x9000
_LOCKED = frozenset({0x63C0, 0x6983, 0x6984})
_CERTIFICATE_BYTES_MIN, _CERTIFICATE_BYTES_MAX = 260, 4096
_READS_MAX = 128
_SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class CardError(Exception):
    """Something the card said no to. No message of this family ever contains a PIN."""


class NotJpki(CardError):
    """The card in the reader has no JPKI applet: it is not a My Number Card."""


class MalformedPin(CardError):
    """A PIN that cannot be right: it was not sent to the card, no try was lost."""

    def __init__(self) -> None:
        super().__init__(f"the PIN has exactly {PIN_DIGITS} digits; it was not sent to the card")


class LastTry(CardError):
    """One try is left and nobody has confirmed using it: the PIN was not sent to the card."""

    def __init__(self) -> None:
        super().__init__("one try is left; it is used only when the holder confirms it")


class WrongPin(CardError):
    """The card compared the PIN and it was wrong. ``tries_left`` is 1 or more."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"wrong PIN; {tries_left} tries left")
        self.tries_left = tries_left


class PinLocked(CardError):
    """No try is left. Only a municipality's counter can reset the PIN."""

    def __init__(self) -> None:
        super().__init__("the PIN is locked; it can be reset at the municipality's counter")


class StatusRefused(CardError):
    """The card answered a command with an error. Shows instruction and status, never data."""

    meaning = "with no meaning here"

    def __init__(self, command: Command, status: int) -> None:
        super().__init__(f"instruction {command.ins:02X} was answered with status {status:04X}: {self.meaning}")
        self.status = status


class PinNotVerified(StatusRefused):
    """The card signs, or changes its PIN, only after the PIN was verified on this connection."""

    meaning = "the card asks for the PIN first"


class FileMissing(StatusRefused):
    """The applet is there, and lacks a file that every card has."""

    meaning = "the card has no such file"


class LengthRefused(StatusRefused):
    """The card takes another length than was sent."""

    meaning = "the card expects another length"


class CommandUnknown(StatusRefused):
    """Another generation of card: it does not know the command, its class, its channel or its parameters."""

    meaning = "the card does not know this command in this form"


class UnexpectedStatus(StatusRefused):
    """A status word with no meaning here."""


class BadAnswer(CardError):
    """The card says all is well and answers something else than was asked for."""


_REFUSALS: Mapping[int, type[StatusRefused]] = {
    0x6700: LengthRefused,
    0x6881: CommandUnknown,
    0x6882: CommandUnknown,
    0x6982: PinNotVerified,
    0x6A82: FileMissing,
    0x6A86: CommandUnknown,
    0x6D00: CommandUnknown,
    0x6E00: CommandUnknown,
}


class JpkiCard:
    """One My Number Card, for as long as a ``with`` block; the card is reset when the block ends.

    The applet is selected at the first use. Nothing here repeats a command that carries a PIN, or sends one of
    another length than four digits, or uses the last try unless told that the holder confirmed it.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._selected = False

    def __enter__(self) -> JpkiCard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def token_info(self) -> str:
        """Return the token's name: ``JPKIAPICCTOKEN2`` for a card; phones say otherwise."""
        self._select_file(TOKEN_INFO)
        return self._read(0, 32).decode("ascii", "replace").strip(" \0")

    def auth_certificate(self) -> bytes:
        """Return the user-authentication certificate (利用者証明用) as DER, without the filler after it."""
        return self._certificate(AUTH_CERTIFICATE)

    def authority_certificates(self) -> tuple[bytes, bytes]:
        """Return the roots that the card carries, as DER: of user authentication, and of signatures (署名用).

        They say whose card it is; nobody trusts a card for having them. The signature certificate itself is not
        read: it holds name, address, birthday and sex, and asks for the signature password.
        """
        return self._certificate(AUTH_AUTHORITY), self._certificate(SIGNATURE_AUTHORITY)

    def tries_left(self) -> int:
        """Return how many tries the authentication PIN has left, 0 when locked; asking costs none."""
        self._select_file(AUTH_PIN)
        command = Command(0x00, apdu.VERIFY, 0x00, 0x80)
        return _tries(command, self._send(command).status)

    def verify(self, pin: bytearray, *, use_last_try: bool = False) -> None:
        """Let the card compare the PIN, once; the PIN's buffer is zeros afterwards, whatever happens.

        pin           four ASCII digits
        use_last_try  the holder has confirmed that this may be the try that locks the card
        Raises        MalformedPin and LastTry before anything is sent; WrongPin, PinLocked by the card
        """
        try:
            check_shape(pin)
            tries_left = self.tries_left()
            if tries_left == 0:
                raise PinLocked
            if tries_left == 1 and not use_last_try:
                raise LastTry
            command = Command(0x00, apdu.VERIFY, 0x00, 0x80, pin)
            status = self._send(command).status
            if status != _OK:
                left = _tries(command, status)
                raise WrongPin(left) if left else PinLocked
        finally:
            wipe(pin)

    def change_pin(self, new_pin: bytearray) -> None:
        """Replace the PIN that was just verified; the new one's buffer is zeros afterwards, whatever happens.

        Raises MalformedPin, PinNotVerified.
        """
        try:
            check_shape(new_pin)
            self._select_file(AUTH_PIN)
            self._require(Command(0x00, apdu.CHANGE_REFERENCE_DATA, 0x01, 0x80, new_pin))
        finally:
            wipe(new_pin)

    def sign(self, message: bytes) -> bytes:
        """Return the RSASSA-PKCS1-v1_5 signature with SHA-256 over a message. Raises PinNotVerified."""
        self._select_file(AUTH_KEY)
        digest_info = _SHA256_DIGEST_INFO + hashlib.sha256(message).digest()
        command = Command(0x80, apdu.COMPUTE_DIGITAL_SIGNATURE, 0x00, 0x80, digest_info, apdu.LE_BYTES_MAX)
        signature = self._require(command).data
        if len(signature) != SIGNATURE_BYTES:
            raise BadAnswer(f"a signature has {SIGNATURE_BYTES} bytes; the card gave {len(signature)}")
        return signature

    def close(self) -> None:
        """Reset the card, so the PIN is verified for nobody, and let it go."""
        self._selected = False
        self._transport.close()

    def _certificate(self, file: int) -> bytes:
        self._select_file(file)
        certificate = self._read(0, 4)
        if certificate[:2] != b"\x30\x82" or len(certificate) != 4:
            raise BadAnswer("the certificate file does not begin like a certificate")
        total = 4 + int.from_bytes(certificate[2:], "big")
        if not _CERTIFICATE_BYTES_MIN <= total <= _CERTIFICATE_BYTES_MAX:
            raise BadAnswer(f"the certificate says it has {total} bytes, which none has")
        for _ in range(_READS_MAX):
            part = self._read(len(certificate), min(apdu.LE_BYTES_MAX, total - len(certificate)))
            certificate += part
            if len(certificate) == total:
                return certificate
            if not part:
                break
        raise BadAnswer("the certificate ends before its own length")

    def _select_file(self, identifier: int) -> None:
        if not self._selected:
            command = Command(0x00, apdu.SELECT, 0x04, 0x0C, APPLET)
            try:
                self._require(command)
            except (FileMissing, CommandUnknown) as error:
                raise NotJpki("this card has no JPKI applet; it is not a My Number Card") from error
            self._selected = True
        self._require(Command(0x00, apdu.SELECT, 0x02, 0x0C, identifier.to_bytes(2, "big")))

    def _read(self, offset: int, length: int) -> bytes:
        return self._require(Command(0x00, apdu.READ_BINARY, offset >> 8, offset & 0xFF, expected=length)).data

    def _require(self, command: Command) -> Response:
        response = self._send(command)
        if response.status != _OK:
            raise _REFUSALS.get(response.status, UnexpectedStatus)(command, response.status)
        if command.expected is not None and len(response.data) > command.expected:
            raise BadAnswer(f"instruction {command.ins:02X} was answered with more bytes than it asked for")
        return response

    def _send(self, command: Command) -> Response:
        """Exchange one command. Its answer may come in parts (61xx), or at a second asking of exact length (6Cxx)."""
        response = self._exchange(command)
        if response.status >> 8 == 0x6C and command.ins not in apdu.CARRIES_PIN:
            exact = (response.status & 0xFF) or apdu.LE_BYTES_MAX
            response = self._exchange(replace(command, expected=exact))
        data = response.data
        while response.status >> 8 == 0x61:
            more = (response.status & 0xFF) or apdu.LE_BYTES_MAX
            response = self._exchange(Command(0x00, apdu.GET_RESPONSE, 0x00, 0x00, expected=more))
            # Without this a card could go on for ever: each part must bring something, and none asks for over 256.
            if not response.data or len(data) + len(response.data) > apdu.LE_BYTES_MAX:
                raise BadAnswer(f"instruction {command.ins:02X} was answered in parts that do not add up")
            data += response.data
        return Response(data, response.status)

    def _exchange(self, command: Command) -> Response:
        encoded = command.encoded()
        try:
            return Response.parse(self._transport.transmit(encoded))
        except apdu.MalformedApdu as error:
            raise CardGone(str(error)) from error
        finally:
            wipe(encoded)


def wipe(secret: bytearray) -> None:
    """Overwrite a buffer with zeros: as much as Python allows (copies made by the interpreter are out of reach)."""
    secret[:] = bytes(len(secret))


def check_shape(pin: bytearray) -> None:
    """Raise MalformedPin unless a PIN is four ASCII digits."""
    if len(pin) != PIN_DIGITS or not all(0x30 <= digit <= 0x39 for digit in pin):
        raise MalformedPin


def _tries(command: Command, status: int) -> int:
    if status in _LOCKED:
        return 0
    if status & 0xFFF0 == 0x63C0:
        return status & 0x0F
    raise _REFUSALS.get(status, UnexpectedStatus)(command, status)
