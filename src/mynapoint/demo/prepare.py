"""Fills a city's state folder: clock, cards, keys, the hub's database with its register, municipal pages, staff."""

from __future__ import annotations

import os
from pathlib import Path

from mynapoint.card.emulator.issue import issue_city
from mynapoint.demo.city import OPENS_AT
from mynapoint.demo.clock import FILE_NAME, DemoClock
from mynapoint.demo.phone.setup import prepare as prepare_phone
from mynapoint.demo.sample_pay.setup import HUB_KEY_ID, KEY_ID, SERVICE_NUMBER
from mynapoint.demo.sample_pay.setup import prepare as prepare_sample_pay
from mynapoint.exchange.signatures import SigningKey
from mynapoint.programme.values import tokyo_day

DATA = Path(__file__).parent / "data"
PROVIDER = "sample-pay"


def prepare(state: Path, *, hub: str, pay: str) -> None:
    """Make everything the servers need; what is there already is left as it is.

    hub, pay  the addresses at which hub and サンプルPay will be served
    """
    DemoClock(state / FILE_NAME).start(OPENS_AT)
    prepare_phone(state)
    issue_city(state, on=tokyo_day(OPENS_AT))
    hub_key = _hub_key(state / "keys" / f"{HUB_KEY_ID}.ed25519")
    provider_key = prepare_sample_pay(state, hub, hub_key.public_bytes(), pay_url=pay)
    _fill_hub(pay, provider_key)


def _hub_key(path: Path) -> SigningKey:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(SigningKey.generate(HUB_KEY_ID).secret_bytes().hex() + "\n")
    return SigningKey.from_bytes(HUB_KEY_ID, bytes.fromhex(path.read_text().strip()))


def _fill_hub(pay: str, provider_key: bytes) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from mynapoint.demo.staff import hire
    from mynapoint.hub.municipalities.actions import import_municipalities
    from mynapoint.hub.payment_services.actions import import_register, register_provider_key

    call_command("migrate", verbosity=0, interactive=False)
    import_register(
        DATA / "payment_services.toml",
        account_api_urls={PROVIDER: f"{pay}/connector"},
        links={SERVICE_NUMBER: f"{pay}/"},
    )
    import_register(DATA / "registered_services.toml")
    register_provider_key(provider=PROVIDER, key_id=KEY_ID, public_key=provider_key, valid_from=OPENS_AT)
    import_municipalities(DATA / "municipalities", leave_edited=True)
    hire()


if __name__ == "__main__":
    prepare(
        Path(os.environ["MYNAPOINT_DEMO_STATE"]),
        hub=os.environ["MYNAPOINT_DEMO_HUB"],
        pay=os.environ["MYNAPOINT_DEMO_SAMPLE_PAY"],
    )
