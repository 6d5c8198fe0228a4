"""The door of settlement: a provider claims for its own services, signed, and sees what became of it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from hub import clock
from hub.in_process import InProcessHub
from hub.people import applies, awarded
from hub.sample_pay import NUMBER, SamplePay
from hub.settlement.desk_of_claims import AFTER_ALL, has_account, message, office, seals, service
from mynapoint.exchange.codec import encode
from mynapoint.exchange.messages import SettlementClaim
from mynapoint.exchange.signatures import sign_request
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.settlement import actions, payments, sampling
from mynapoint.hub.settlement.models import Claim, Finding

HOST = "http://localhost:8000"
CLAIMS, STATEMENT = "/api/provider/v1/claims", f"/api/provider/v1/statement?service={NUMBER}"


@pytest.fixture
def pay(sample_pay: SamplePay) -> SamplePay:
    awarded(applies(CertificateId("aa", "1"), clock.START), 3_000, clock.START)
    clock.move_to(AFTER_ALL)
    return sample_pay


def sent(pay: SamplePay, method: str, path: str, body: bytes = b"") -> httpx.Response:
    headers = sign_request(pay.key, method=method, url=HOST + path, body=body)
    with httpx.Client(transport=InProcessHub()) as client:
        return client.request(
            method, HOST + path, content=body, headers=headers | {"Content-Type": "application/jsonl"}
        )


def claimed(pay: SamplePay, claim: SettlementClaim) -> httpx.Response:
    return sent(pay, "POST", CLAIMS, encode(claim))


def stated(pay: SamplePay) -> list[dict[str, Any]]:
    return [json.loads(line) for line in sent(pay, "GET", STATEMENT).content.splitlines()]


def test_a_claim_is_taken_once_and_the_statement_tells_what_became_of_it(pay: SamplePay) -> None:
    asked = message(3_000, "2022-07")

    first, again = claimed(pay, asked), claimed(pay, asked)

    assert (first.status_code, first.content) == (200, again.content)
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    header, claim = stated(pay)
    assert (header["recorded"], header["claimed"], header["paid"], claim["state"]) == (3_000, 3_000, 0, "submitted")
    assert (claim["claim_id"], claim["points"]) == (asked.claim_id, 3_000)


def test_the_lines_drawn_are_asked_for_until_they_were_looked_at_and_then_it_is_paid(pay: SamplePay) -> None:
    at = office()
    claimed(pay, message(3_000, "2022-07"))
    claim = Claim.objects.get()
    seals()
    (line,) = sampling.draw(claim, staff=at.first, now=AFTER_ALL).lines.all()
    *_, asked = stated(pay)
    assert (asked["type"], asked["line_id"]) == ("evidence_request", line.entry.line_id)
    sampling.find(line, Finding.IN_ORDER, staff=at.first, now=AFTER_ALL)

    actions.check(Claim.objects.get(), staff=at.first, now=AFTER_ALL)
    actions.approve(Claim.objects.get(), staff=at.second, now=AFTER_ALL)
    has_account(at, AFTER_ALL)
    payments.pay(service(), staff=at.first, now=AFTER_ALL)

    header, told = stated(pay)
    assert (header["paid"], header["carried"], told["state"]) == (3_000, 0, "paid")


def test_a_claim_of_too_much_is_refused_with_what_is_due(pay: SamplePay) -> None:
    answer = claimed(pay, message(3_001, "2022-07"))

    assert (answer.status_code, answer.json()["field"]) == (422, "points")
    assert "3000 points are due" in answer.json()["title"]
    assert not Claim.objects.exists()


def test_another_claim_under_the_same_name_is_refused(pay: SamplePay) -> None:
    claimed(pay, message(3_000, "2022-07", claim_id="c"))

    answer = claimed(pay, message(2_999, "2022-07", claim_id="c"))

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:mynapoint:problem:other_content")


@pytest.mark.parametrize("path", [CLAIMS, STATEMENT])
def test_nobody_claims_or_reads_unsigned(pay: SamplePay, path: str) -> None:
    with httpx.Client(transport=InProcessHub()) as client:
        method = "POST" if path == CLAIMS else "GET"
        body = encode(message(3_000, "2022-07")) if method == "POST" else b""
        answer = client.request(method, HOST + path, content=body, headers={"Content-Type": "application/jsonl"})

    assert answer.status_code == 401
    assert not Claim.objects.exists()
