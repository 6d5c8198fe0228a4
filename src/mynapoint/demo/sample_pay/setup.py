"""Fills サンプルPay's folder of a demo city: its key, its settings, its service file, its three accounts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from mynapoint.demo.city import PEOPLE
from mynapoint.demo.sample_pay.connector import WALLET_FILE
from mynapoint.demo.sample_pay.wallet import Wallet
from mynapoint.exchange.signatures import SigningKey

KEY_ID = "sample-pay-1"
HUB_KEY_ID = "hub-1"
SERVICE_NUMBER = "MP0000001"
FOLDER = "sample_pay"
SERVICE_FILE = Path(__file__).parents[1] / "data" / "sample_pay.toml"
HOLDERS = {"aoki": "アオキ ハナコ", "ishida": "イシダ ミノル", "ueno": "ウエノ サクラ"}

_PROVIDER_TOML = """\
# Written anew by each start of the demo city.
service_number = "{service_number}"
store = "store.duckdb"
services = ["service.toml"]
inbox = "inbox"
credits = "credits"

[hub]
url = "{hub_url}"
keys = {{ {hub_key_id} = "{hub_key}" }}

[key]
id = "{key_id}"
file = "key.ed25519"

[account_api]
url = "{pay_url}/connector"
accounts = "mynapoint.demo.sample_pay.connector:accounts_in"
"""


def prepare(state: Path, hub_url: str, hub_public_key: bytes, *, pay_url: str = "http://localhost:8010") -> bytes:
    """Make サンプルPay's folder ready to serve and return its public key, for the hub's register. Idempotent.

    pay_url  where サンプルPay will be served; the hub asks ``{pay_url}/connector`` for account proofs
    """
    folder = state / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    key = _key(folder / "key.ed25519")
    shutil.copyfile(SERVICE_FILE, folder / "service.toml")
    text = _PROVIDER_TOML.format(
        service_number=SERVICE_NUMBER,
        hub_url=hub_url.rstrip("/"),
        hub_key_id=HUB_KEY_ID,
        hub_key=hub_public_key.hex(),
        key_id=KEY_ID,
        pay_url=pay_url.rstrip("/"),
    )
    (folder / "provider.toml").write_text(text, encoding="utf-8")
    wallet = Wallet(folder / WALLET_FILE)
    for person in PEOPLE:
        wallet.open_account(person.account_id, HOLDERS[person.card], person.security_code)
    return key.public_bytes()


def _key(path: Path) -> SigningKey:
    """Read the provider's key, or make one; its file is readable by its owner only."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(SigningKey.generate(KEY_ID).secret_bytes().hex() + "\n")
    return SigningKey.from_bytes(KEY_ID, bytes.fromhex(path.read_text().strip()))
