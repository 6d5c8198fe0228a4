"""The account API, asked over HTTP as the hub asks it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from httpx import Response

from mynapoint.exchange.codec import decode
from mynapoint.exchange.messages import AccountProof, AccountProofRefused, ProofRefusal
from mynapoint.exchange.signatures import SigningKey, verify_document
from mynapoint.programme.values import AccountId, IncentiveId, ServiceNumber
from mynapoint.provider.account_api import FAILURES_MAX, Door, Holder, codes_match, create_app, mask_name
from mynapoint.provider.store import Store
from provider.asgi import Client
from provider.fake_hub import NUMBER, FakeHub, read_proof

BASE = "https://pay.example/connector"
URL = f"{BASE}/v1/account-proofs"
AOKI = ("SP00001234", "482913")


class Books:
    """Two accounts; counts how often it is asked."""

    def __init__(self) -> None:
        self.codes = {"SP00001234": ("482913",), "SP00003456": ("617284",)}
        self.asked = 0

    def check(
        self, account_id: AccountId, security_codes: tuple[str, ...], incentive: IncentiveId
    ) -> Holder | ProofRefusal:
        self.asked += 1
        known = codes_match(self.codes.get(account_id.text), security_codes)
        return Holder(mask_name("アオキ ハナコ")) if known else ProofRefusal.NOT_RECOGNISED


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def door(tmp_path: Path, hub: FakeHub, books: Books) -> Door:
    return Door(
        store=Store(tmp_path / "store.duckdb"),
        accounts=books,
        service_number=NUMBER,
        key=SigningKey.generate("sample-pay-1"),
        hub_key_of={"hub-1": hub.key.public_bytes()}.get,
        url=BASE,
    )


@pytest.fixture
def client(door: Door) -> Iterator[Client]:
    with Client(create_app(door), "https://pay.example") as client:
        yield client


def ask(client: Client, hub: FakeHub, body: bytes, headers: dict[str, str] | None = None) -> Response:
    return client.post("/v1/account-proofs", content=body, headers=headers or hub.sign(URL, body))


def refusal(answer: Response) -> ProofRefusal:
    assert answer.status_code == 200, answer.text
    told = decode(answer.content, AccountProof, AccountProofRefused)
    assert isinstance(told, AccountProofRefused)
    return told.reason


def test_account_and_code_that_belong_together_are_proved(client: Client, hub: FakeHub, door: Door) -> None:
    answer = ask(client, hub, hub.proof_request(*AOKI))

    proof = read_proof(answer.content)
    key_id, payload = verify_document(proof.proof, {"sample-pay-1": door.key.public_bytes()}.get)
    signed = json.loads(payload)
    assert answer.headers["content-type"] == "application/jsonl"
    assert (proof.masked_holder, proof.masked_account) == ("ア*キ ハ*コ", "****1234")
    assert key_id == "sample-pay-1"
    assert signed.pop("issued_at")
    assert signed == {
        "request_id": "q-1",
        "service_number": "MP0000001",
        "incentive": "card_uptake",
        "account_reference": proof.account_reference,
    }


def test_the_reference_says_nothing_of_the_account_and_stays_the_same(client: Client, hub: FakeHub) -> None:
    first = read_proof(ask(client, hub, hub.proof_request(*AOKI)).content)
    again = read_proof(ask(client, hub, hub.proof_request(*AOKI, request_id="q-2")).content)
    other = read_proof(
        ask(client, hub, hub.proof_request(*AOKI, request_id="q-3", incentive=IncentiveId("health_insurance"))).content
    )

    assert len(first.account_reference) >= 32
    assert "1234" not in first.account_reference
    assert again.account_reference == first.account_reference
    assert other.account_reference != first.account_reference


@pytest.mark.parametrize(
    ("account_id", "code"), [("SP00001234", "482914"), ("SP99999999", "482913"), ("SP00001234", "")]
)
def test_a_wrong_code_and_an_unknown_account_are_answered_alike(
    client: Client, hub: FakeHub, account_id: str, code: str
) -> None:
    assert refusal(ask(client, hub, hub.proof_request(account_id, code))) is ProofRefusal.NOT_RECOGNISED


def test_the_same_request_gets_the_same_answer_and_the_accounts_are_asked_once(
    client: Client, hub: FakeHub, books: Books
) -> None:
    body = hub.proof_request(*AOKI)

    first, second = ask(client, hub, body), ask(client, hub, body)

    assert first.content == second.content
    assert books.asked == 1


def test_the_same_request_id_with_another_body_is_refused(client: Client, hub: FakeHub) -> None:
    ask(client, hub, hub.proof_request(*AOKI))

    answer = ask(client, hub, hub.proof_request("SP00003456", "617284"))

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "request_id" in answer.json()["title"]


def test_a_signed_request_counts_once_however_often_it_is_sent(client: Client, hub: FakeHub, books: Books) -> None:
    body = hub.proof_request(*AOKI)
    headers = hub.sign(URL, body)
    assert ask(client, hub, body, headers).status_code == 200

    assert ask(client, hub, body, headers).status_code == 401
    assert books.asked == 1


def test_only_the_hub_is_answered(client: Client, hub: FakeHub, books: Books) -> None:
    body = hub.proof_request(*AOKI)
    stranger = FakeHub()
    signed = hub.sign(URL, body)

    assert ask(client, hub, body, {"Content-Type": "application/jsonl"}).status_code == 401
    assert ask(client, hub, body, stranger.sign(URL, body)).status_code == 401
    assert ask(client, hub, body.replace(b"482913", b"482914"), signed).status_code == 401
    assert (
        ask(client, hub, body, hub.sign("https://other.example/connector/v1/account-proofs", body)).status_code == 401
    )
    assert books.asked == 0


def test_a_malformed_request_is_refused_by_its_field_without_repeating_the_code(client: Client, hub: FakeHub) -> None:
    body = hub.proof_request(*AOKI).replace(b'"security_codes":["482913"]', b'"security_codes":"482913"')

    answer = ask(client, hub, body)

    assert answer.status_code == 422
    assert "security_codes" in answer.text
    assert "482913" not in answer.text


def test_a_request_for_another_service_is_refused(client: Client, hub: FakeHub, door: Door, books: Books) -> None:
    with Client(create_app(replace(door, service_number=ServiceNumber("MP0000002"))), "https://pay.example") as other:
        answer = ask(other, hub, hub.proof_request(*AOKI))

    assert answer.status_code == 422
    assert books.asked == 0


def test_a_request_without_end_is_cut_off(client: Client, hub: FakeHub) -> None:
    body = b"x" * 100_000

    assert ask(client, hub, body).status_code == 413


def test_five_failures_close_an_account_for_an_hour_even_to_the_right_code(
    client: Client, hub: FakeHub, door: Door, books: Books
) -> None:
    for number in range(FAILURES_MAX):
        body = hub.proof_request(AOKI[0], f"00000{number}", request_id=f"wrong-{number}")
        assert refusal(ask(client, hub, body)) is ProofRefusal.NOT_RECOGNISED

    locked = ask(client, hub, hub.proof_request(*AOKI, request_id="right"))
    neighbour = ask(client, hub, hub.proof_request("SP00003456", "617284", request_id="neighbour"))

    assert refusal(locked) is ProofRefusal.TOO_MANY_TRIES
    assert books.asked == FAILURES_MAX + 1
    read_proof(neighbour.content)
    with door.store.step() as connection:
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1, seconds=1)
        connection.execute("UPDATE proof_requests SET asked_at = ?", (an_hour_ago,))
    read_proof(ask(client, hub, hub.proof_request(*AOKI, request_id="an hour later")).content)


def test_an_account_that_is_linked_for_an_incentive_is_not_proved_for_it_again(
    client: Client, hub: FakeHub, door: Door
) -> None:
    with door.store.step() as connection:
        row = ("a-1", "card_uptake", "reference", AOKI[0], "top_up", datetime.now(UTC), 5_000, "", datetime.now(UTC))
        connection.execute("INSERT INTO linked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    again = ask(client, hub, hub.proof_request(*AOKI))
    other = ask(client, hub, hub.proof_request(*AOKI, request_id="q-2", incentive=IncentiveId("health_insurance")))

    assert refusal(again) is ProofRefusal.ALREADY_LINKED
    read_proof(other.content)


def test_a_store_that_another_process_keeps_asks_for_patience(client: Client, hub: FakeHub, door: Door) -> None:
    code = (
        f"import duckdb, sys; c = duckdb.connect({str(door.store.path)!r}); print('held', flush=True); sys.stdin.read()"
    )
    impatient = replace(door, store=replace(door.store, wait_seconds=0))

    with (
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder,
        Client(create_app(impatient), "https://pay.example") as other,
    ):
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        answer = ask(other, hub, hub.proof_request(*AOKI))
        holder.communicate()

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    read_proof(ask(client, hub, hub.proof_request(*AOKI)).content)
