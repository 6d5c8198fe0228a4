"""The hub's own secrets for applications: the key it signs with, and the key that makes account numbers unreadable."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import tempfile
import unicodedata
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from mynapoint.exchange.signatures import SigningKey
from mynapoint.programme.values import AccountId, ServiceNumber

HUB_KEY_ID = "hub-1"
"""The first key; made on first use. Further ones are announced with the instant from which they sign."""

_KEY_FILE = re.compile(r"(hub-[0-9]+)\.ed25519")


class KeyRefused(ValueError):
    """A change of the hub's keys that would leave requests unsigned or refused; what is so, and what to do."""


@dataclass(frozen=True, slots=True)
class HubKey:
    """One of the hub's keys and from when it signs; it is published before that, so that providers know it in time."""

    key: SigningKey
    signs_from: datetime

    def as_jwk(self) -> dict[str, str]:
        """Return the public half as a JSON Web Key (RFC 8037), with ``signs_from`` and the half in hexadecimal."""
        public = self.key.public_bytes()
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "alg": "Ed25519",
            "use": "sig",
            "kid": self.key.key_id,
            "x": urlsafe_b64encode(public).rstrip(b"=").decode(),
            "hex": public.hex(),
            "signs_from": self.signs_from.isoformat(),
        }


def hub_key() -> SigningKey:
    """Return the key that the hub signs its requests with now, by the machine's clock."""
    now = datetime.now(UTC)
    return max((one for one in published_keys() if one.signs_from <= now), key=lambda one: one.signs_from).key


def published_keys() -> list[HubKey]:
    """Return every key of the hub, the oldest first: the one that signs, announced ones, and those not yet retired."""
    folder = _folder()
    keys = [_read_key(path) for path in folder.glob("hub-*.ed25519") if _KEY_FILE.fullmatch(path.name)]
    if not keys:
        _secret(folder / f"{HUB_KEY_ID}.ed25519")
        keys = [_read_key(folder / f"{HUB_KEY_ID}.ed25519")]
    return sorted(keys, key=lambda one: one.signs_from)


def announce_key(*, signs_from: datetime, now: datetime) -> HubKey:
    """Make the next key and publish it; it signs from an instant on. Raises KeyRefused for an instant that has passed.

    Where several machines serve one hub, copy the file to each before that instant.
    """
    if signs_from <= now:
        raise KeyRefused("a key is announced before it signs: providers that do not know it yet refuse it")
    numbers = [int(one.key.key_id.removeprefix("hub-")) for one in published_keys()]
    path = _folder() / f"hub-{max(numbers) + 1}.ed25519"
    _write(path, f"{secrets.token_hex(32)}\n{signs_from.astimezone(UTC).isoformat()}\n")
    return _read_key(path)


def retire_key(key_id: str) -> None:
    """Remove a key that signs no more, secret and all. Raises KeyRefused for one that signs or is to sign."""
    known = {one.key.key_id: one for one in published_keys()}
    if key_id not in known:
        raise KeyRefused(f"{key_id} is no key of this hub; known: {', '.join(known)}")
    signing = known[hub_key().key_id]
    if known[key_id].signs_from >= signing.signs_from:
        raise KeyRefused(f"{key_id} signs, or is to sign; only a key before {signing.key.key_id} can be retired")
    (_folder() / f"{key_id}.ed25519").unlink()


def make_keys() -> None:
    """Make both keys if they are not there yet. Back them up with the database: without ``account.key`` one account
    used twice is found by the provider's reference only.
    """
    hub_key()
    _account_secret()


def account_key(service: ServiceNumber, account: AccountId) -> str:
    """Return the HMAC by which one account used twice is found; nobody can read the number back from it.

    The number is compared without spaces and hyphens and in NFKC: people copy it from cards in many ways. Letters
    keep their case, because some services' numbers differ by it; such doubles are found by the account reference.
    """
    text = unicodedata.normalize("NFKC", account.text).replace(" ", "").replace("-", "")
    return _mac("account", service.text, text)


def request_id(resident: str, form_id: str) -> str:
    """Return the id of an account proof: the same form sent twice is one request, and nobody can send another's."""
    return _mac("account-proof", resident, form_id)[:32]


def _mac(purpose: str, *parts: str) -> str:
    return hmac.new(_account_secret(), "\0".join((purpose, *parts)).encode(), hashlib.sha256).hexdigest()


def _account_secret() -> bytes:
    return _secret(_folder() / "account.key")


def _folder() -> Path:
    return Path(settings.STATE) / "keys"


def _read_key(path: Path) -> HubKey:
    # Read each time: another process may have announced or retired a key.
    secret, _, signs_from = path.read_text().strip().partition("\n")
    since = datetime.fromisoformat(signs_from) if signs_from else datetime(1970, 1, 1, tzinfo=UTC)
    return HubKey(SigningKey.from_bytes(path.stem, bytes.fromhex(secret)), since)


def _write(path: Path, text: str) -> None:
    # Whole or not at all: another process reads the folder at any time.
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".", delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(file.name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(file.name)


@lru_cache(maxsize=8)
def _secret(path: Path) -> bytes:
    if not path.exists():
        _write(path, secrets.token_hex(32) + "\n")
    secret = bytes.fromhex(path.read_text().strip())
    assert len(secret) == 32, f"{path} must hold 64 hex characters"
    return secret
