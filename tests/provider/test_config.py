"""provider.toml: read once, and refused with the key that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mynapoint.demo.sample_pay.setup import prepare
from mynapoint.exchange.signatures import SigningKey
from mynapoint.provider.config import Config, ConfigError, load_config
from mynapoint.provider.serving import door_of

HUB = SigningKey.generate("hub-1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    prepare(tmp_path, "http://localhost:8000", HUB.public_bytes())
    return tmp_path / "sample_pay" / "provider.toml"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_prepared_file_is_read_with_paths_relative_to_it(path: Path) -> None:
    config = load_config(path)

    assert isinstance(config, Config)
    assert config.store.path == path.parent / "store.duckdb"
    assert config.hub_keys == {"hub-1": HUB.public_bytes()}
    assert config.own_keys == {"sample-pay-1": config.key.public_bytes()}
    assert [rule.incentive for rule in config.rules] == ["card_uptake"]


def test_the_accounts_it_names_are_served(path: Path) -> None:
    door = door_of(load_config(path), path)

    assert door.url == "http://localhost:8010/connector"
    assert door.accounts.check.__self__.wallet.path == path.parent / "wallet.sqlite3"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('service_number = "MP0000001"', 'service_number = "MP1"', "service_number"),
        ('store = "store.duckdb"', "", "store: is missing"),
        ('inbox = "inbox"', 'inbox = "inbox"\nmemo = "x"', "memo: is not a setting"),
        ('url = "http://localhost:8000"', 'uri = "x"', "hub.uri"),
        ('services = ["service.toml"]', 'services = ["none.toml"]', "services"),
        ('services = ["service.toml"]', 'services = ["service.toml", "service.toml"]', "same incentive"),
        ('file = "key.ed25519"', 'file = "none"', "key.file"),
        ("keys = { hub-1 = ", "keys = { hub-1 = 1, hub-2 = ", "hub.keys.hub-1"),
        ("[hub]", "[hub", "is not TOML"),
    ],
)
def test_what_is_wrong_is_told_by_its_key(path: Path, old: str, new: str, told: str) -> None:
    change(path, old, new)

    with pytest.raises(ConfigError, match=told.replace("[", r"\[")) as error:
        load_config(path)

    assert str(path) in str(error.value)


def test_an_error_never_shows_the_secret_key(path: Path) -> None:
    secret = (path.parent / "key.ed25519").read_text().strip()
    (path.parent / "key.ed25519").write_text(secret[:-1])

    with pytest.raises(ConfigError) as error:
        load_config(path)

    assert secret[:16] not in str(error.value)


@pytest.mark.parametrize("accounts", ["no_such_module:Accounts", "json:nothing", "json", "json:decoder"])
def test_accounts_that_cannot_be_had_are_told(path: Path, accounts: str) -> None:
    change(path, "mynapoint.demo.sample_pay.connector:accounts_in", accounts)

    with pytest.raises(ConfigError, match=r"account_api\.accounts"):
        door_of(load_config(path), path)
