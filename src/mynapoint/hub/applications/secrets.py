"""The hub's own secrets for applications: the key it signs with, and the key that makes account numbers unreadable."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from mynapoint.exchange.signatures import SigningKey
from mynapoint.programme.values import AccountId, ServiceNumber

HUB_KEY_ID = "hub-1"


def hub_key() -> SigningKey:
    """Return the key the hub signs its requests with; made on first use, 64 hex characters, its owner's alone."""
    return SigningKey.from_bytes(HUB_KEY_ID, _secret(Path(settings.STATE) / "keys" / f"{HUB_KEY_ID}.ed25519"))


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
    return _secret(Path(settings.STATE) / "keys" / "account.key")


@lru_cache(maxsize=8)
def _secret(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    secret = bytes.fromhex(path.read_text().strip())
    assert len(secret) == 32, f"{path} must hold 64 hex characters"
    return secret
