"""The account API as a server of its own: a provider.toml and the provider's own accounts become an application."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from starlette.applications import Starlette

from mynapoint.provider.account_api import Accounts, Door, create_app
from mynapoint.provider.config import Config, ConfigError, load_config

CONFIG_VARIABLE = "MYNAPOINT_PROVIDER_CONFIG"


def served_app() -> Starlette:
    """Return the account API of the provider.toml that MYNAPOINT_PROVIDER_CONFIG names. Raises ConfigError."""
    path = Path(os.environ[CONFIG_VARIABLE])
    return create_app(door_of(load_config(path), path))


def door_of(config: Config, path: Path) -> Door:
    """Return the door that a provider.toml describes. Raises ConfigError."""
    if config.account_api_url is None or config.accounts is None:
        raise ConfigError(path, "account_api", "is missing; it must be a table with url and accounts")
    return Door(
        store=config.store,
        accounts=_accounts(config.accounts, path),
        service_number=config.service_number,
        key=config.key,
        hub_key_of=config.hub_keys.get,
        url=config.account_api_url,
    )


def _accounts(dotted: str, path: Path) -> Accounts:
    """Call ``module:name`` with the folder of provider.toml; it returns the provider's own Accounts."""
    module, colon, name = dotted.partition(":")
    try:
        make = getattr(importlib.import_module(module), name) if colon else None
    except (ImportError, AttributeError) as error:
        raise ConfigError(path, "account_api.accounts", f"{dotted} cannot be imported: {error}") from error
    if not callable(make):
        raise ConfigError(path, "account_api.accounts", "must be module:name of a class or function taking the folder")
    accounts: Accounts = make(path.absolute().parent)
    return accounts
