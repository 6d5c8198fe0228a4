"""Emulated cards in a folder: open one as if it lay on a reader, look at it, and the counter's PIN reset."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mynapoint.card import jpki
from mynapoint.card.emulator.applet import Applet, CardFiles, LockedAnswers, PinRule
from mynapoint.card.transport import CardGone, Transport

SIGNATURE_CERTIFICATE, SIGNATURE_AUTHORITY = 0x0001, 0x0002
AUTH_AUTHORITY = 0x000B
PRESENCE = 0x0008
SIGNATURE_KEY, SIGNATURE_PIN = 0x001A, 0x001B

AUTH_TRIES_MAX = jpki.TRIES_MAX
SIGNATURE_TRIES_MAX = 5

_FILLER = b"\xff"
_CERTIFICATE_FILE_BYTES = 2560
_SCRYPT_COST = 2**14


def card_names(folder: Path) -> list[str]:
    """Return the names of the cards in a city's folder, in alphabetical order."""
    return sorted(path.parent.name for path in (folder / "cards").glob("*/state.json"))


def cards_on_reader(folder: Path) -> list[str]:
    """Return the names of the cards that lie on their readers: all that nobody took away."""
    return [name for name in card_names(folder) if not _away(folder, name).exists()]


def take_away(folder: Path, name: str) -> None:
    """Take a card from its reader; PIN and tries stay as they are. Raises CardGone when there is no such card."""
    _away(folder, name).touch()


def lay_down(folder: Path, name: str) -> None:
    """Lay a card on its reader again. Raises CardGone when there is no such card."""
    _away(folder, name).unlink(missing_ok=True)


def card_label(folder: Path, name: str) -> str:
    """Return the name printed on the card's face, such as 「青木」: for the holder to pick the right one."""
    label: str = json.loads((folder / "cards" / name / "card.json").read_text())["label"]
    return label


def open_card(folder: Path, name: str, *, state: Path | None = None, locked: LockedAnswers | None = None) -> Transport:
    """Put an emulated card on a reader of its own in this process.

    state   the file of its tries and PINs, if not the card's own
    locked  how it says that its PIN is locked, if not as most cards are thought to
    Raises  CardGone when there is no such card
    """
    card = folder / "cards" / name
    if name not in card_names(folder):
        raise CardGone(f"there is no emulated card {name!r} in {folder}; there are: {', '.join(card_names(folder))}")
    return EmulatedCard(card, state or card / "state.json", locked or LockedAnswers())


def reset_pin(folder: Path, name: str, new_pin: bytearray) -> None:
    """Set a new authentication PIN with all its tries: what a municipality's counter does (暗証番号の再設定).

    No command of the card does this, here as on a real one. Raises jpki.MalformedPin, CardGone.
    """
    jpki.check_shape(new_pin)
    if name not in card_names(folder):
        raise CardGone(f"there is no emulated card {name!r} in {folder}")
    with _open_pin(folder / "cards" / name / "state.json", jpki.AUTH_PIN) as pin:
        pin.replace(bytes(new_pin))


def fresh_state(path: Path, *, auth_pin: bytes, signature_password: bytes) -> None:
    """Write the state of an untouched card: both PINs with all their tries."""
    members = {
        _member(jpki.AUTH_PIN): _pin_members(auth_pin, AUTH_TRIES_MAX),
        _member(SIGNATURE_PIN): _pin_members(signature_password, SIGNATURE_TRIES_MAX),
    }
    _write_durably(path, members)


class EmulatedCard:
    """An emulated card on its reader: a Transport. Each connection is powered by itself; the tries are shared."""

    def __init__(self, card: Path, state: Path, locked: LockedAnswers) -> None:
        self._applet: Applet | None = Applet(_files(card), lambda pin_file: _open_pin(state, pin_file), locked)

    def transmit(self, command: bytes | bytearray) -> bytes:
        return self._powered().answer(command)

    def reset(self) -> None:
        self._powered().reset()

    def close(self) -> None:
        self._applet = None

    def _powered(self) -> Applet:
        if self._applet is None:
            raise CardGone("the card has been let go")
        return self._applet


class _KeptPin:
    """One PIN of a state file; ``keep`` rewrites the whole file durably."""

    def __init__(self, path: Path, members: dict[str, Any], member: str) -> None:
        self._path = path
        self._members = members
        self._pin = members[member]
        self.tries_max: int = self._pin["tries_max"]
        self.tries_left: int = self._pin["tries_left"]

    def keep(self) -> None:
        self._pin["tries_left"] = self.tries_left
        _write_durably(self._path, self._members)

    def matches(self, pin: bytes) -> bool:
        kept = bytes.fromhex(self._pin["hash"])
        return hmac.compare_digest(_hash(pin, bytes.fromhex(self._pin["salt"])), kept)

    def replace(self, pin: bytes) -> None:
        self._pin.update(_pin_members(pin, self.tries_max))
        self.tries_left = self.tries_max
        self.keep()


def _away(folder: Path, name: str) -> Path:
    if name not in card_names(folder):
        raise CardGone(f"there is no emulated card {name!r} in {folder}")
    return folder / "cards" / name / "away"


@contextmanager
def _open_pin(path: Path, pin_file: int) -> Iterator[_KeptPin]:
    # One lock for the state, in a file of its own: the state itself is replaced by rename.
    with (path.parent / (path.name + ".lock")).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield _KeptPin(path, json.loads(path.read_text()), _member(pin_file))


def _files(card: Path) -> CardFiles:
    def certificate_file(name: str) -> bytes:
        return (card / name).read_bytes().ljust(_CERTIFICATE_FILE_BYTES, _FILLER)

    return CardFiles(
        transparent={
            jpki.AUTH_CERTIFICATE: certificate_file("auth.der"),
            AUTH_AUTHORITY: certificate_file("auth-authority.der"),
            SIGNATURE_CERTIFICATE: certificate_file("signature.der"),
            SIGNATURE_AUTHORITY: certificate_file("signature-authority.der"),
            jpki.TOKEN_INFO: b"JPKIAPICCTOKEN2".ljust(32) + bytes(128),
            PRESENCE: bytes.fromhex("8F8F00"),
        },
        read_after={SIGNATURE_CERTIFICATE: SIGNATURE_PIN},
        keys={
            jpki.AUTH_KEY: (_key(card / "auth.key"), jpki.AUTH_PIN),
            SIGNATURE_KEY: (_key(card / "signature.key"), SIGNATURE_PIN),
        },
        pins={jpki.AUTH_PIN: PinRule(4, 4), SIGNATURE_PIN: PinRule(6, 16)},
    )


def _key(path: Path) -> RSAPrivateKey:
    # Our own file, made minutes ago: checking its primes again would cost 100 ms for each look at a card.
    key = load_pem_private_key(path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, RSAPrivateKey), "emulated cards hold RSA keys"
    return key


def _member(pin_file: int) -> str:
    return f"{pin_file:04X}"


def _pin_members(pin: bytes, tries_max: int) -> dict[str, Any]:
    salt = secrets.token_bytes(16)
    return {"tries_max": tries_max, "tries_left": tries_max, "salt": salt.hex(), "hash": _hash(pin, salt).hex()}


def _hash(pin: bytes, salt: bytes) -> bytes:
    # Keeps the PIN out of the file; 10,000 PINs are searched in minutes all the same, so the file stays private.
    return hashlib.scrypt(pin, salt=salt, n=_SCRYPT_COST, r=8, p=1, maxmem=64 * 1024 * 1024, dklen=32)


def _write_durably(path: Path, members: dict[str, Any]) -> None:
    temporary = path.with_name(path.name + ".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(members, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
