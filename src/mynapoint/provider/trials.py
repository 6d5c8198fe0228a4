"""trial.toml: what `mynapoint provider check` asks a test installation with; read once, refused with its key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from mynapoint.exchange.signatures import SigningKey
from mynapoint.programme.values import AccountId, IncentiveId, MalformedValue, ServiceNumber
from mynapoint.provider.config import ConfigError
from mynapoint.provider.conformance_line import Trial

_KNOWN = {
    "": {"service_number", "incentive", "unknown_account", "wrong_codes", "hub_key", "provider_keys", "account"}
    | {"closing_account"},
    "hub_key": {"id", "file"},
    "account": {"account_id", "security_codes"},
    "closing_account": {"account_id", "security_codes"},
}


def load_trial(path: Path, url: str) -> Trial:
    """Read a trial.toml (docs/providers.md shows one). Raises ConfigError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(path, "file", f"cannot be read: {error}") from error
    for part, known in _KNOWN.items():
        if unknown := sorted(set(_part(path, table, part)) - known):
            raise ConfigError(path, f"{part}.{unknown[0]}".lstrip("."), f"is not known; known: {sorted(known)}")
    key = _part(path, table, "hub_key")
    try:
        return Trial(
            url=url.rstrip("/"),
            hub_key=SigningKey.from_bytes(
                _text(path, key, "hub_key.id"),
                bytes.fromhex((path.parent / _text(path, key, "hub_key.file")).read_text("ascii").strip()),
            ),
            provider_keys={
                name: bytes.fromhex(str(value)) for name, value in _part(path, table, "provider_keys").items()
            },
            service_number=ServiceNumber(_text(path, table, "service_number")),
            incentive=IncentiveId(_text(path, table, "incentive")),
            account=_account(path, table, "account"),
            closing=_account(path, table, "closing_account"),
            wrong_codes=_codes(path, table, "wrong_codes"),
            unknown=AccountId(_text(path, table, "unknown_account")).text,
        )
    except (MalformedValue, ValueError, OSError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(path, "value", str(error)) from error


def _part(path: Path, table: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = table.get(name) if name else table
    if not isinstance(part, Mapping):
        raise ConfigError(path, name, "is missing; it must be a table")
    return part


def _text(path: Path, table: Mapping[str, object], name: str) -> str:
    value = table.get(name.rpartition(".")[2])
    if not isinstance(value, str) or not value:
        raise ConfigError(path, name, "is missing or not a text")
    return value


def _codes(path: Path, table: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = table.get(name.rpartition(".")[2])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ConfigError(path, name, 'must be a list of texts, such as ["482913"]')
    return tuple(value)


def _account(path: Path, table: Mapping[str, object], name: str) -> tuple[AccountId, tuple[str, ...]]:
    part = _part(path, table, name)
    return AccountId(_text(path, part, f"{name}.account_id")), _codes(path, part, f"{name}.security_codes")
