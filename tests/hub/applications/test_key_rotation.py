"""A key is changed while requests come and go: not one honest request is refused, and the old key ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from django.db import connection
from pytest_django import Settings

from hub.in_process import InProcessHub
from hub.sample_pay import NUMBER, SamplePay
from hub.visitor import Visitor
from mynapoint.exchange.signatures import SigningKey, sign_request, verify_request
from mynapoint.hub.applications import secrets
from mynapoint.hub.applications.models import Application
from mynapoint.hub.applications.secrets import KeyRefused, announce_key, hub_key, published_keys, retire_key
from mynapoint.hub.payment_services.actions import register_provider_key
from mynapoint.hub.payment_services.keys import LastKey, provider_keys, retire_provider_key
from mynapoint.hub.payment_services.models import ProviderKey

URL = f"http://localhost:8000/api/provider/v1/notices?service={NUMBER}"
OLD, NEW = SigningKey.generate("sample-pay-1"), SigningKey.generate("sample-pay-2")


def utc() -> datetime:
    return datetime.now(UTC)


def status(key: SigningKey) -> int:
    with httpx.Client(transport=InProcessHub()) as client:
        return client.get(URL, headers=sign_request(key, method="GET", url=URL, body=b"")).status_code


def register(key: SigningKey, valid_from: datetime) -> None:
    register_provider_key(
        provider="sample-pay", key_id=key.key_id, public_key=key.public_bytes(), valid_from=valid_from
    )


@pytest.mark.usefixtures("file_database")
def test_a_provider_changes_its_key_under_load_and_not_one_request_is_refused() -> None:
    register(OLD, utc() - timedelta(hours=1))
    answers: list[int] = []
    key, done = [OLD], threading.Event()

    def load() -> None:
        while not done.is_set():
            answers.append(status(key[0]))
        connection.close()

    senders = [threading.Thread(target=load) for _ in range(3)]
    for sender in senders:
        sender.start()
    register(NEW, utc() - timedelta(seconds=1))
    _wait_for(lambda: len(answers) > 6)
    key[0] = NEW
    many = len(answers)
    _wait_for(lambda: len(answers) > many + 6)
    retire_provider_key(key_id=OLD.key_id, until=utc(), now=utc())
    many = len(answers)
    _wait_for(lambda: len(answers) > many + 6)
    done.set()
    for sender in senders:
        sender.join()

    assert set(answers) == {200}, answers
    assert (status(OLD), status(NEW)) == (401, 200)
    assert [(one.key_id, one.state) for one in provider_keys(now=utc())] == [
        ("sample-pay-1", "retired"),
        ("sample-pay-2", "valid"),
    ]


def test_a_key_is_neither_valid_before_its_first_instant_nor_retired_when_it_is_the_last(sample_pay: SamplePay) -> None:
    register(NEW, utc() + timedelta(hours=1))

    assert status(NEW) == 401
    with pytest.raises(LastKey, match="register the next one first"):
        retire_provider_key(key_id="sample-pay-1", until=utc(), now=utc())
    assert status(sample_pay.key) == 200
    retire_provider_key(key_id="sample-pay-1", until=utc(), now=utc(), even_the_last=True)
    assert status(sample_pay.key) == 401
    retire_provider_key(key_id="sample-pay-1", until=utc() + timedelta(days=9), now=utc(), even_the_last=True)
    assert status(sample_pay.key) == 401, "what has ended does not begin again"
    assert ProviderKey.objects.count() == 2


@pytest.fixture
def own_keys(tmp_path: Path, settings: Settings) -> None:
    settings.STATE = tmp_path / "own"


@pytest.mark.usefixtures("own_keys")
def test_the_hubs_next_key_is_published_before_it_signs_and_the_first_is_retired_after(
    aoki: Visitor, sample_pay: SamplePay, monkeypatch: pytest.MonkeyPatch
) -> None:
    aoki.sign_in()
    aoki.reserve()
    assert hub_key().key_id == "hub-1"
    announced = announce_key(signs_from=utc() + timedelta(days=30), now=utc())

    assert announced.key.key_id == "hub-2"
    assert hub_key().key_id == "hub-1"
    with httpx.Client(transport=InProcessHub()) as client:
        told = client.get("http://localhost:8000/.well-known/jwks.json").json()["keys"]
    assert [one["kid"] for one in told] == ["hub-1", "hub-2"]
    assert told[1]["hex"] == announced.key.public_bytes().hex()
    with pytest.raises(KeyRefused, match="signs"):
        retire_key("hub-1")

    month_later = type(
        "Later", (datetime,), {"now": classmethod(lambda _, zone: datetime.now(zone) + timedelta(days=31))}
    )
    monkeypatch.setattr(secrets, "datetime", month_later)
    assert hub_key().key_id == "hub-2"
    sample_pay.hub_keys = {one["kid"]: bytes.fromhex(one["hex"]) for one in told}
    assert aoki.apply().status_code == 200
    assert Application.objects.count() == 1
    retire_key("hub-1")
    assert [one.key.key_id for one in published_keys()] == ["hub-2"]


@pytest.mark.usefixtures("own_keys")
def test_a_key_cannot_be_announced_for_an_instant_that_has_passed() -> None:
    with pytest.raises(KeyRefused, match="announced before it signs"):
        announce_key(signs_from=utc(), now=utc())


@pytest.mark.usefixtures("own_keys")
def test_a_request_is_signed_with_the_key_that_is_published(db: None) -> None:
    public = {one.key.key_id: one.key.public_bytes() for one in published_keys()}
    headers = sign_request(hub_key(), method="POST", url=URL, body=b"x")

    verify_request(method="POST", url=URL, headers=headers, body=b"x", public_key_of=public.get)


def _wait_for(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)
