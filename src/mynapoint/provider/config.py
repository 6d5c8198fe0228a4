"""provider.toml: where the hub is, which keys are used, where store and files are — read once, refused with its key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mynapoint.exchange.signatures import SigningKey
from mynapoint.programme.service_rules import ServiceFileError, ServiceRule, load_service_rule
from mynapoint.programme.values import MalformedValue, ServiceNumber
from mynapoint.provider.store import Store

TABLES = {
    "": {"service_number", "store", "services", "inbox", "credits", "not_due", "hub", "key", "account_api"},
    "hub": {"url", "keys"},
    "key": {"id", "file", "past"},
    "account_api": {"url", "accounts"},
}


class ConfigError(ValueError):
    """A provider.toml that cannot be used: which file, which key, and what to do."""

    def __init__(self, file: Path, key: str, why: str) -> None:
        super().__init__(f"{file}: {key}: {why}")
        self.key = key


@dataclass(frozen=True, slots=True)
class Config:
    """One provider's settings; paths in the file are relative to it.

    ``rules``        one service file for each premium incentive; a direct incentive needs none
    ``inbox``        where the provider's own system puts its transaction files
    ``credits``      where credit instructions are written (points_gateway.FileGateway)
    ``not_due``      what was awarded and is not paid for (not_due.read_not_due), for claims; None: nothing
    ``hub_keys``     the hub's public keys by key id
    ``own_keys``     this provider's public keys by key id, those of the past too: old proofs are checked with them
    ``account_api_url``, ``accounts``   for `serve`: the door's public address, and ``module:Class`` of the Accounts
    """

    service_number: ServiceNumber
    store: Store
    rules: tuple[ServiceRule, ...]
    inbox: Path
    credits: Path
    not_due: Path | None
    hub_url: str
    hub_keys: Mapping[str, bytes]
    key: SigningKey
    own_keys: Mapping[str, bytes]
    account_api_url: str | None
    accounts: str | None


def load_config(path: Path) -> Config:
    """Read a provider.toml and what it names. Raises ConfigError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(path, "file", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, "file", "cannot be read: it is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, "file", f"is not TOML: {error}") from error
    file = _File(path, table)
    number = file.service_number()
    key = file.signing_key()
    return Config(
        service_number=number,
        store=Store(file.path("store")),
        rules=file.rules(number),
        inbox=file.path("inbox"),
        credits=file.path("credits"),
        not_due=file.path("not_due") if "not_due" in table else None,
        hub_url=file.text("hub", "url"),
        hub_keys=file.keys("hub", "keys"),
        key=key,
        own_keys={**file.keys("key", "past", needed=False), key.key_id: key.public_bytes()},
        account_api_url=file.text("account_api", "url") if "account_api" in table else None,
        accounts=file.text("account_api", "accounts") if "account_api" in table else None,
    )


class _File:
    """Takes one setting after another out of a file, or says which is wrong."""

    def __init__(self, path: Path, table: Mapping[str, object]) -> None:
        self._path = path
        self._table = table
        for name, known in TABLES.items():
            part = self._part(name) if name in {"", "hub", "key"} or name in table else {}
            if unknown := sorted(set(part) - known):
                where = f"{name}.{unknown[0]}".lstrip(".")
                raise self.error(where, f"is not a setting; known here: {', '.join(sorted(known))}")

    def error(self, key: str, why: str) -> ConfigError:
        return ConfigError(self._path, key, why)

    def text(self, part: str, name: str) -> str:
        value = self._part(part).get(name)
        if not isinstance(value, str) or not value:
            raise self.error(f"{part}.{name}".lstrip("."), "is missing or not a text")
        return value

    def path(self, name: str) -> Path:
        return self._path.parent / self.text("", name)

    def service_number(self) -> ServiceNumber:
        try:
            return ServiceNumber(self.text("", "service_number"))
        except MalformedValue as error:
            raise self.error("service_number", str(error)) from error

    def keys(self, part: str, name: str, *, needed: bool = True) -> dict[str, bytes]:
        table = self._part(part).get(name, {})
        if not isinstance(table, Mapping) or (needed and not table):
            raise self.error(f"{part}.{name}", 'must be a table of key ids and public keys, such as hub-1 = "64 hex"')
        return {str(key_id): self._hex(f"{part}.{name}.{key_id}", value) for key_id, value in table.items()}

    def signing_key(self) -> SigningKey:
        path = self._path.parent / self.text("key", "file")
        try:
            secret = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise self.error("key.file", f"{path} cannot be read: {type(error).__name__}") from error
        return SigningKey.from_bytes(self.text("key", "id"), self._hex("key.file", secret))

    def rules(self, service_number: ServiceNumber) -> tuple[ServiceRule, ...]:
        names = self._table.get("services")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self.error("services", 'must be a list of service files, such as ["card_uptake.toml"]')
        try:
            rules = tuple(load_service_rule(self._path.parent / name) for name in names)
        except ServiceFileError as error:
            raise self.error("services", str(error)) from error
        if any(rule.service_number != service_number for rule in rules):
            raise self.error("services", f"every service file must be of {service_number}")
        if len({rule.incentive for rule in rules}) != len(rules):
            raise self.error("services", "two service files are of the same incentive; name one for each")
        return rules

    def _part(self, name: str) -> Mapping[str, object]:
        part = self._table if not name else self._table.get(name)
        if not isinstance(part, Mapping):
            raise self.error(name, "is missing; it must be a table")
        return part

    def _hex(self, key: str, value: object) -> bytes:
        try:
            raw = bytes.fromhex(value) if isinstance(value, str) else b""
        except ValueError:
            raw = b""
        if len(raw) != 32:
            raise self.error(key, "must be 64 hexadecimal characters (an Ed25519 key)")
        return raw
