"""Why machines are refused is counted, by a closed list: a key that is tried, a replay, a card's bad signature."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from hub.in_process import InProcessHub
from hub.sample_pay import NUMBER, SamplePay
from hub.visitor import Visitor, card_fields
from mynapoint.exchange.signatures import SigningKey, sign_request
from mynapoint.hub.applications import resident_door
from mynapoint.hub.operation import metrics
from mynapoint.hub.payment_services.models import ProviderKey

HOST, REPORTS = "http://localhost:8000", "/api/provider/v1/award-reports"
NOTICES = f"/api/provider/v1/notices?service={NUMBER}&after=0"


def counted(name: str, code: str) -> float:
    return metrics.registry.get_sample_value(f"mynapoint_{name}_total", {"code": code}) or 0.0


def send(signed: dict[str, str], method: str = "GET", target: str = NOTICES, body: bytes = b"") -> None:
    with httpx.Client(transport=InProcessHub()) as client:
        assert client.request(method, HOST + target, content=body or None, headers=signed).status_code == 401


@pytest.mark.parametrize("why", ["unknown_key", "key_not_in_force", "bad_signature", "other_body", "replayed"])
def test_why_a_provider_was_refused_is_counted_and_not_told(sample_pay: SamplePay, why: str) -> None:
    before, all_before = counted("problems", why), counted("problems", "not_signed")
    key = {
        "unknown_key": SigningKey.generate("nobody-1"),
        "bad_signature": SigningKey.generate("sample-pay-1"),
    }.get(why, sample_pay.key)
    if why == "key_not_in_force":
        ProviderKey.objects.update(valid_until=timezone.now() - timedelta(days=1))
    if why == "other_body":
        signed = sign_request(key, method="POST", url=HOST + REPORTS, body=b"a")
        send(signed | {"Content-Type": "application/jsonl"}, "POST", REPORTS, b"b")
    else:
        signed = sign_request(key, method="GET", url=HOST + NOTICES, body=b"")
        if why == "replayed":
            with httpx.Client(transport=InProcessHub()) as client:
                assert client.get(HOST + NOTICES, headers=signed).status_code == 200
        send(signed)

    assert (counted("problems", why), counted("problems", "not_signed")) == (before + 1, all_before)


def test_a_cards_bad_signature_is_counted_at_the_machines_door_once_for_a_key(
    aoki: Visitor, sample_pay: SamplePay
) -> None:
    aoki.sign_in()
    aoki.reserve()
    signed = aoki.sign(card_fields(aoki.page(aoki.give_account("SP00001234", "482913")["Location"])))
    token = json.loads(signed["token"])
    token["signature"] = token["signature"][::-1]
    before = counted("refusals", "card_signature_invalid") + counted("refusals", "card_answer_unreadable")
    client = Client(headers={"host": "localhost:8000", "idempotency-key": secrets.token_urlsafe(16)})
    body = json.dumps(signed | {"token": json.dumps(token)})

    told = [client.post(resident_door.PATH, body, content_type="application/json") for _ in range(2)]

    assert [one.status_code for one in told] == [422, 422]
    after = counted("refusals", "card_signature_invalid") + counted("refusals", "card_answer_unreadable")
    assert after == before + 1, "what is said again is no further try"
