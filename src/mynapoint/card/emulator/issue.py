"""Makes an invented city in a folder: roots, revocation lists and three residents' cards, once; keys stay there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from mynapoint.card.emulator import authority as shape
from mynapoint.card.emulator.authority import Authority, SigningKey
from mynapoint.card.emulator.cards import fresh_state
from mynapoint.programme.values import tokyo_midnight

PIN = "1234"
"""The authentication PIN of every new card of the city."""

SIGNATURE_PASSWORD = "PASSWORD1"  # noqa: S105 - printed on the invented cards
"""The signature password of every new card of the city."""

MUNICIPALITY_CODE = "13999"
"""A code no municipality has."""

_AUTH, _SIGNATURE = "JPKI for user authentication", "JPKI for digital signature"
_OLDER, _NEWER = "auth-1", "auth-2"


@dataclass(frozen=True, slots=True)
class Resident:
    """One card of the city: whose, from which generation, and its days of validity counted from the city's day."""

    label: str
    issuer: str
    valid_from_days: int
    valid_until_days: int


RESIDENTS: Mapping[str, Resident] = {
    "aoki": Resident("青木", _NEWER, -400, 1400),
    "ueno": Resident("上野", _OLDER, -1200, 600),
    "ishida": Resident("石田", _OLDER, -1850, -24),
}
"""青木 and 上野 are in order, under two generations of the authority; 石田's certificate has just expired."""


def issue_city(folder: Path, *, on: date) -> None:
    """Make the city's authority and cards as of the Tokyo day ``on``; about a second, the first time.

    folder  gets ``trust/`` (roots as PEM, revocation lists as DER: all a verifier needs), ``cards/NAME/`` and
            ``authority/`` (keys, readable by their owner only)
    on      the day the cards are good on. A city that exists keeps its cards, PINs and tries; only its
            revocation lists are signed anew when they do not cover ``on``
    """
    if not (folder / "authority" / "register.json").exists():
        _found(folder, on)
    register = _register(folder)
    if date.fromisoformat(register["lists_signed_on"]) != on:
        _sign_lists(folder, register, on)


def untouched_state(path: Path) -> None:
    """Write the state of a card as the city hands it out: its first PINs, all tries left."""
    fresh_state(path, auth_pin=PIN.encode(), signature_password=SIGNATURE_PASSWORD.encode())


def revoke_card(
    folder: Path, name: str, *, on: date, reason: x509.ReasonFlags = x509.ReasonFlags.cessation_of_operation
) -> None:
    """Put a card's user-authentication certificate on the revocation list, signed anew for the day ``on``."""
    certificate = x509.load_der_x509_certificate((folder / "cards" / name / "auth.der").read_bytes())
    register = _register(folder)
    register["revoked"][RESIDENTS[name].issuer][str(certificate.serial_number)] = [on.isoformat(), reason.name]
    _sign_lists(folder, register, on)


def load_authority(folder: Path, name: str) -> Authority:
    """Return one of the city's authorities, ``auth-1``, ``auth-2`` or ``signature-1``, to issue more with."""
    directory = folder / "authority"
    root = x509.load_pem_x509_certificate((directory / f"{name}.pem").read_bytes())
    key = load_pem_private_key((directory / f"{name}.key").read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey), "the city's authorities hold RSA keys"
    return Authority(root, key)


def _found(folder: Path, on: date) -> None:
    for directory in (folder / "trust", folder / "authority", folder / "cards"):
        directory.mkdir(parents=True, exist_ok=True)
    (folder / "authority").chmod(0o700)
    authorities = {
        _OLDER: shape.new_root(_AUTH, valid_from=on - timedelta(days=2400)),
        _NEWER: shape.new_root(_AUTH, valid_from=on - timedelta(days=1000)),
        "signature-1": shape.new_root(_SIGNATURE, valid_from=on - timedelta(days=2400)),
    }
    for name, authority in authorities.items():
        _write(folder / "authority" / f"{name}.key", _pem(authority.key))
        root = authority.root.public_bytes(Encoding.PEM)
        (folder / "authority" / f"{name}.pem").write_bytes(root)
        if name != "signature-1":
            (folder / "trust" / f"{name}.pem").write_bytes(root)
    for name, resident in RESIDENTS.items():
        _issue_card(folder / "cards" / name, resident, authorities, on)
    register = {"lists_signed_on": "", "list_number": 0, "revoked": {_OLDER: {}, _NEWER: {}}}
    _sign_lists(folder, register, on)


def _issue_card(card: Path, resident: Resident, authorities: Mapping[str, Authority], on: date) -> None:
    card.mkdir(parents=True, exist_ok=True)
    card.chmod(0o700)
    days = {
        "valid_from": on + timedelta(days=resident.valid_from_days),
        "valid_until": on + timedelta(days=resident.valid_until_days),
    }
    kinds = {
        "auth": (shape.AUTH_PROFILE, authorities[resident.issuer]),
        "signature": (shape.SIGNATURE_PROFILE, authorities["signature-1"]),
    }
    for kind, (profile, authority) in kinds.items():
        key = shape.new_key()
        certificate = shape.issue_certificate(
            authority, key.public_key(), profile, municipality_code=MUNICIPALITY_CODE, **days
        )
        _write(card / f"{kind}.key", _pem(key))
        (card / f"{kind}.der").write_bytes(certificate.public_bytes(Encoding.DER))
        (card / f"{kind}-authority.der").write_bytes(authority.root.public_bytes(Encoding.DER))
    (card / "card.json").write_text(json.dumps({"label": resident.label}, ensure_ascii=False))
    untouched_state(card / "state.json")


def _sign_lists(folder: Path, register: dict[str, Any], on: date) -> None:
    register["list_number"] += 1
    register["lists_signed_on"] = on.isoformat()
    for name, entries in register["revoked"].items():
        revoked: dict[int, tuple[datetime, x509.ReasonFlags]] = {
            int(serial): (tokyo_midnight(date.fromisoformat(day)), x509.ReasonFlags[reason])
            for serial, (day, reason) in entries.items()
        }
        signed = shape.revocation_list(load_authority(folder, name), revoked, on=on, number=register["list_number"])
        path = folder / "trust" / f"{name}.crl"
        temporary = path.with_suffix(".new")
        temporary.write_bytes(signed.public_bytes(Encoding.DER))
        temporary.replace(path)
    # Last: a city whose making was interrupted has no register, and is made again.
    _write(folder / "authority" / "register.json", json.dumps(register).encode())


def _register(folder: Path) -> dict[str, Any]:
    register: dict[str, Any] = json.loads((folder / "authority" / "register.json").read_text())
    return register


def _pem(key: SigningKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600)
    temporary.write_bytes(content)
    temporary.replace(path)
