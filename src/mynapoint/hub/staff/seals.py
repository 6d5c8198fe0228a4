"""What protects second factors at rest: a key beside the database, not in it."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_KEY_FILE = "staff.aesgcm"
_NONCE_BYTES = 12


def sealed(secret: str, *, account: int) -> bytes:
    """Return a second factor's secret sealed for one account: a copy of the database alone yields no codes."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key()).encrypt(nonce, secret.encode(), _for(account))


def opened(kept: bytes, *, account: int) -> str:
    """Return the secret. Raises InvalidTag for one that was changed or moved here from another account."""
    kept = bytes(kept)
    return AESGCM(_key()).decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], _for(account)).decode()


def _for(account: int) -> bytes:
    return f"mynapoint-staff-totp:v1:{account}".encode()


def _key() -> bytes:
    path = Path(settings.STATE) / "keys" / _KEY_FILE
    if not path.exists():
        _make(path)
    return bytes.fromhex(path.read_text())


def _make(path: Path) -> None:
    # Whole or not at all: another process may read it at the same time.
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".") as file:
        file.write(AESGCM.generate_key(256).hex())
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
