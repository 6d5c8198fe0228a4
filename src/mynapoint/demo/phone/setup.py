"""What hub and played phone agree on in the demo: the hub's client key on file, addresses, and the phone of a city."""

from __future__ import annotations

import os
from pathlib import Path

from joserfc.jwk import ECKey
from starlette.applications import Starlette

from mynapoint.demo.phone.app import create_app
from mynapoint.demo.phone.provider import ENDPOINTS, REALM, Client, PhoneProvider

CLIENT_ID = "mynapoint"
ADDRESS_VARIABLE = "MYNAPOINT_DEMO_PHONE"
_KEY = Path("keys") / "openid-client.pem"


def prepare(state: Path) -> None:
    """Make the key with which the hub proves itself to the phone's provider; one that is there is left as it is."""
    path = state / _KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(ECKey.generate_key("P-256").as_pem(private=True))


def hub_environment(state: Path, phone: str) -> dict[str, str]:
    """Return the hub's settings for a phone at this address."""
    return {
        ADDRESS_VARIABLE: phone,
        "MYNAPOINT_OPENID_ISSUER": phone + REALM,
        "MYNAPOINT_OPENID_AUTHORIZE": f"{phone}{ENDPOINTS}/auth",
        "MYNAPOINT_OPENID_TOKEN": f"{phone}{ENDPOINTS}/token",
        "MYNAPOINT_OPENID_KEYS": f"{phone}{ENDPOINTS}/certs",
        "MYNAPOINT_OPENID_CLIENT_ID": CLIENT_ID,
        "MYNAPOINT_OPENID_CLIENT_KEY": str(state / _KEY),
    }


def create_demo_app() -> Starlette:
    """Return the phone of the city that the environment names; its folder is prepared."""
    state = Path(os.environ["MYNAPOINT_DEMO_STATE"])
    own = ECKey.import_key((state / _KEY).read_text())
    returns = tuple(f"{origin}/phone/return/" for origin in os.environ["MYNAPOINT_ORIGINS"].split(","))
    client = Client(CLIENT_ID, returns, ECKey.import_key(own.as_dict(private=False)))
    return create_app(PhoneProvider(os.environ[ADDRESS_VARIABLE], client))
