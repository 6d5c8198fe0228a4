"""A provider tries messages: every example fits the published schema, faults are told, and nothing is recorded."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hub.sample_pay import REGISTER
from hub.staff.desk import at_work
from hub.visitor import text
from mynapoint.exchange.codec import type_name
from mynapoint.exchange.messages import Message
from mynapoint.exchange.schemas import schemas
from mynapoint.exchange.signatures import SigningKey, sign_request
from mynapoint.hub.applications.models import UsedNonce
from mynapoint.hub.audit.models import AuditRecord
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.hub.payment_services.actions import import_register, register_provider_key
from mynapoint.hub.providers_area.trial import try_body
from mynapoint.hub.providers_area.trial_views import _SHOWN
from mynapoint.hub.staff.models import Role

PAGE = "/staff/provider/trial/"
DOOR = "http://localhost:8000/api/provider/v1/award-reports"
EXAMPLES = {one.name: one.text for one in _SHOWN}
FINE = "このまま受け付けられる形です"


@pytest.fixture
def provider(db: None) -> Client:
    import_register(REGISTER)
    return at_work(Role.PROVIDER).client


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_fits_the_published_schema_and_is_taken_by_the_trial(name: str) -> None:
    published = {type_name(kind): schemas()[kind.__name__] for kind in Message.__args__}
    for line in EXAMPLES[name].splitlines():
        message = json.loads(line)
        jsonschema_rs.Draft202012Validator(published[message["type"]]).validate(message)

    assert not try_body(EXAMPLES[name].encode()).faults


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("points_total", 5_001), "points_total is 5001, but the lines add up to 5000"),
        (("line_count", 2), "line_count is 2, but 1 lines follow"),
        (("report_id", ""), "report_id"),
        (("unknown", 1), "unknown is unknown"),
        (("type", "secret"), "type must be"),
    ],
)
def test_what_the_door_would_refuse_is_told_with_line_and_field(change: tuple[str, Any], told: str) -> None:
    head, *rows = EXAMPLES["report"].splitlines()
    changed = json.dumps(json.loads(head) | {change[0]: change[1]})

    faults = try_body("\n".join([changed, *rows]).encode()).faults

    assert f"{faults[0].field} {faults[0].why}".startswith(told)
    assert faults[0].line == 1


def test_what_is_tried_is_not_recorded(provider: Client) -> None:
    acts = AuditRecord.objects.count()

    assert FINE in text(provider.post(PAGE, {"text": EXAMPLES["report"]}))
    wrong = text(provider.post(PAGE, {"text": EXAMPLES["report"].replace('"points":5000', '"points":1')}))

    assert "points_total" in wrong
    assert not AwardReport.objects.exists()
    assert AuditRecord.objects.count() == acts


def test_a_signature_is_judged_by_the_providers_own_keys_and_no_nonce_is_used_up(provider: Client) -> None:
    own, strange = SigningKey.generate("pay-key"), SigningKey.generate("aoba-key")
    for key, name in ((own, "sample-pay"), (strange, "aoba")):
        register_provider_key(
            provider=name, key_id=key.key_id, public_key=key.public_bytes(), valid_from=timezone.now()
        )
    body = EXAMPLES["report"].encode()

    def tried(key: SigningKey, sent: bytes, url: str = DOOR) -> str:
        headers = "\n".join(f"{k}: {v}" for k, v in sign_request(key, method="POST", url=DOOR, body=body).items())
        file = SimpleUploadedFile("report.jsonl", sent)
        return text(provider.post(PAGE, {"file": file, "headers": headers, "address": url}))

    assert "署名は、登録された鍵のものです" in tried(own, body)
    assert "署名は、登録された鍵のものです" in tried(own, body), "tried again it is as good"
    assert "署名は受け付けられません" in tried(strange, body), "another provider's key"
    assert "署名は受け付けられません" in tried(own, body + b"\n"), "another body"
    assert "署名は受け付けられません" in tried(own, body, DOOR + "x")
    assert not UsedNonce.objects.exists()


@pytest.mark.parametrize("given", ["", "\n\n", "{", "[]", "null", '{"type": {}}', "\x00", "[" * 3000])
def test_nonsense_is_answered_on_the_page(provider: Client, given: str) -> None:
    answer = provider.post(PAGE, {"text": given, "headers": "nonsense"})

    assert answer.status_code in {200, 422}
    assert FINE not in text(answer)
