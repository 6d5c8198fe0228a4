"""Applying by machine: the same rules as the page, once for a key, answered the same byte for byte."""

from __future__ import annotations

import io
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema_rs
import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from hub import clock
from hub.sample_pay import NUMBER, SamplePay
from hub.visitor import Visitor, card_fields
from mynapoint.hub.api.document import document
from mynapoint.hub.applications import applying, resident_door
from mynapoint.hub.applications.cases import Opened
from mynapoint.hub.applications.models import Application, Consent, Draft, KeptAnswer, Notice, StandingApplication
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.identity.models import Challenge, Purpose
from mynapoint.hub.payment_services.actions import move
from mynapoint.hub.payment_services.life import Step

Signed = dict[str, str]
DOCUMENT = document()


@pytest.fixture
def reserved(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    aoki.reserve()
    return aoki


@pytest.fixture
def signed(reserved: Visitor) -> Signed:
    """What the card agent delivers for a proved choice: the question's nonce and the card's token."""
    return signed_by(reserved)


def signed_by(visitor: Visitor, account: str = "SP00001234", code: str = "482913") -> Signed:
    proved = visitor.give_account(account, code)
    return visitor.sign(card_fields(visitor.page(proved["Location"])))


def key() -> str:
    return secrets.token_urlsafe(16)


def post(body: Any, key: str, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"idempotency-key": key, "host": "localhost:8000"} | headers
    response = Client(headers=named).post(resident_door.PATH, content, content_type="application/json")
    assert_as_published(response)
    return response


def assert_as_published(response: Any) -> None:
    """Hold an answer to what the published document says of this status."""
    told = DOCUMENT["paths"][resident_door.PATH]["post"]["responses"][str(response.status_code)]
    if "$ref" in told:
        told = DOCUMENT["components"]["responses"][told["$ref"].rpartition("/")[2]]
    schema = told["content"][response["Content-Type"]]["schema"]
    jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(response.json())


def codes(response: Any) -> list[str]:
    assert response.status_code == 422, response.content
    assert response["Content-Type"] == "application/problem+json"
    return [reason["code"] for reason in response.json()["reasons"]]


def test_aoki_applies_by_machine_and_is_told_from_when_and_until_when(signed: Signed) -> None:
    response = post(signed, key())

    assert response.status_code == 201
    application = Application.objects.get()
    assert response.json() == {
        "application_id": str(application.pk),
        "applied_at": "2022-07-15T10:00:00.000+09:00",
        "effective_from": "2022-07-15T10:00:00.000+09:00",
        "expected_awards": [{"use": "in_month", "month": "2022-07", "expected_on": "2022-08-31"}],
    }
    assert Consent.objects.get().application == application
    assert StandingApplication.objects.get().application == application
    assert Notice.objects.get().application == application
    assert AuditRecord.objects.filter(act=Act.APPLIED, subject=str(application)).count() == 1
    assert not Draft.objects.exists()
    assert not Challenge.objects.filter(nonce=signed["nonce"]).exists()


def test_the_same_again_is_answered_the_same_byte_for_byte(signed: Signed) -> None:
    name = key()
    first = post(signed, name)
    clock.move_to(clock.START + timedelta(days=200))

    again = post(dict(reversed(signed.items())), f'"{name}"')

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Application.objects.count() == Notice.objects.count() == 1


def test_an_answer_that_came_while_nothing_was_found_yet_is_said_again(
    signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = key()
    first = post(signed, own)
    looks = iter([Opened()])  # looked for the answer before it was there, and for the question when it was taken
    sound = applying.open_case
    monkeypatch.setattr(applying, "open_case", lambda **known: next(looks, None) or sound(**known))

    again = post(signed, own)

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotent-Replayed"] == "true"


def test_another_body_under_a_used_key_is_refused(signed: Signed, ueno: Visitor) -> None:
    name = key()
    post(signed, name)

    response = post(signed | {"nonce": "n" * 64}, name)

    assert response.status_code == 422
    assert response.json()["type"] == "urn:mynapoint:problem:other_content"


def test_a_refusal_is_kept_with_the_question_it_took(reserved: Visitor, signed: Signed) -> None:
    clock.move_to(datetime(2023, 9, 30, 15, 0, tzinfo=UTC))  # midnight in Tokyo after the last day
    name = key()
    first = post(signed, name)
    clock.move_to(clock.START)

    again = post(signed, name)

    assert codes(first)[0] == "after_application_period"
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert not Application.objects.exists()
    assert Draft.objects.exists()
    assert codes(post(signed, key())) == ["challenge_expired"]


def test_another_persons_card_saves_nothing_and_is_put_on_record(reserved: Visitor, ueno: Visitor) -> None:
    ueno.sign_in()
    proved = reserved.give_account("SP00001234", "482913")
    fields = card_fields(reserved.page(proved["Location"]))
    reserved.card = "ueno"

    response = post(reserved.sign(fields), key())

    assert codes(response) == ["other_persons_card"]
    assert not Application.objects.exists()
    assert AuditRecord.objects.filter(act=Act.OTHER_PERSONS_CARD).count() == 1


def test_a_signature_over_another_statement_is_refused(reserved: Visitor) -> None:
    fields = card_fields(reserved.page(reserved.give_account("SP00001234", "482913")["Location"]))
    other = type(fields)(fields.nonce, fields.statement + "。", fields.return_url, fields.lang)

    assert codes(post(reserved.sign(other), key())) == ["card_signature_invalid"]


def test_a_question_of_another_purpose_or_too_old_is_refused_and_nothing_is_kept(reserved: Visitor) -> None:
    signed = signed_by(reserved)
    other = signed_by(reserved)
    Challenge.objects.filter(nonce=other["nonce"]).update(purpose=Purpose.RESERVE)
    assert codes(post(other, key())) == ["challenge_expired"]
    Challenge.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=6))

    assert codes(post(signed, key())) == ["challenge_expired"]
    assert not KeptAnswer.objects.exists()


def test_a_draft_of_another_session_is_not_applied_for(reserved: Visitor, signed: Signed) -> None:
    Draft.objects.update(session="another")

    assert codes(post(signed, key())) == ["draft_replaced"]


def test_a_draft_that_was_replaced_is_not_applied_for(reserved: Visitor, signed: Signed) -> None:
    reserved.give_account("SP00003456", "617284")

    assert codes(post(signed, key())) == ["draft_replaced"]


def test_one_account_serves_one_person_by_machine_too(reserved: Visitor, ueno: Visitor, signed: Signed) -> None:
    ueno.sign_in()
    ueno.reserve()
    mine = Draft.objects.get()
    theirs = signed_by(ueno, "SP00003456", "617284")
    Draft.objects.exclude(pk=mine.pk).update(account_key=mine.account_key)

    assert post(signed, key()).status_code == 201
    assert codes(post(theirs, key())) == ["account_already_used"]


def test_a_suspended_service_takes_no_application(signed: Signed) -> None:
    move(number=NUMBER, step=Step.SUSPEND, by="office-1", reason="試験", now=clock.START)

    assert "service_suspended" in codes(post(signed, key()))


@pytest.mark.parametrize("name", ["", "short", "a" * 21, "a" * 129, "with space in the key..."])
def test_a_key_that_is_missing_or_too_short_is_refused(db: None, name: str) -> None:
    response = post({"nonce": "n", "token": "t"}, name)

    assert response.status_code == 400
    assert response.json()["type"] == "urn:mynapoint:problem:bad_request"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"\xff", 400),
        (b"[" * 9000, 400),
        (b'{"nonce": "a", "nonce": "b", "token": "t"}', 400),
        (b" " * 20_000, 413),
        ([], 422),
        ({"nonce": "n"}, 422),
        ({"nonce": "n", "token": None}, 422),
        ({"nonce": "n\0", "token": "t"}, 422),
        ({"nonce": "n", "token": "t", "points": 1}, 422),
    ],
)
def test_a_body_that_is_not_as_agreed_is_refused(db: None, body: Any, status: int) -> None:
    response = post(body, key())

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


def test_a_token_that_is_no_text_is_only_unreadable(reserved: Visitor, signed: Signed) -> None:
    assert codes(post(signed | {"token": "\ud800"}, key())) == ["card_answer_unreadable"]


def test_only_json_by_post_is_taken(db: None) -> None:
    client = Client(headers={"idempotency-key": key(), "host": "localhost:8000"})

    assert client.get(resident_door.PATH).status_code == 405
    assert client.get(resident_door.PATH)["Allow"] == "POST"
    assert client.post(resident_door.PATH, b"{}", content_type="text/plain").status_code == 415


def test_before_django_it_is_answered_the_same(signed: Signed) -> None:
    name, body, said = key(), json.dumps(signed).encode(), []
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json; charset=utf-8",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_IDEMPOTENCY_KEY": name,
        "wsgi.input": io.BytesIO(body),
    }

    (content,) = resident_door.wsgi(environ, lambda status, headers: said.append((status, dict(headers))))  # type: ignore[arg-type]

    again = post(signed, name)
    [(status, headers)] = said
    assert (status, headers["Content-Length"]) == ("201 Created", str(len(content)))
    assert (again.status_code, again.content) == (201, content)
    assert again["Idempotent-Replayed"] == "true"


def test_a_kept_answer_cannot_be_changed_or_removed(signed: Signed) -> None:
    post(signed, key())

    for change in (lambda: KeptAnswer.objects.update(answer="x"), lambda: KeptAnswer.objects.all().delete()):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            change()
