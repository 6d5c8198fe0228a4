"""The published OpenAPI document: valid, true of what the hub does, and readable as a page."""

from __future__ import annotations

import json
from typing import Any

import httpx
import jsonschema_rs
import pytest
from django.urls import URLResolver, get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from hub.in_process import InProcessHub
from hub.sample_pay import SamplePay
from hub.visitor import Visitor
from mynapoint.exchange.signatures import sign_request
from mynapoint.hub import web
from mynapoint.hub.api.document import document
from mynapoint.hub.api.examples import EXAMPLES
from mynapoint.hub.applications import resident_door
from mynapoint.hub.municipalities.notices import StatusNotice
from mynapoint.hub.problems import MEANINGS, PROBLEM_JSON, ProblemCode
from mynapoint.hub.words import PageWords

HOST = "http://localhost:8000"


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return document()


@pytest.fixture
def line(sample_pay: SamplePay) -> httpx.Client:
    return httpx.Client(transport=InProcessHub(), base_url=HOST)


def signed(pay: SamplePay, method: str, path: str, body: bytes = b"") -> dict[str, str]:
    headers = sign_request(pay.key, method=method, url=HOST + path, body=body)
    return headers | ({"Content-Type": "application/jsonl"} if body else {})


def as_lines(value: list[Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in value)


def schema_at(published: dict[str, Any], *path: str) -> jsonschema_rs.Draft202012Validator:
    found: Any = published
    for name in path:
        found = found[name]
    return jsonschema_rs.Draft202012Validator({**found["schema"], "components": published["components"]})


def content(path: str, method: str, *more: str) -> tuple[str, ...]:
    return ("paths", path, method, *more, "content", "application/jsonl")


def test_the_document_is_openapi_3_1(published: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(published).validate()


def test_every_example_fits_its_schema(published: dict[str, Any]) -> None:
    found = 0
    for item in (*published["paths"].values(), *published["webhooks"].values()):
        for told in item.values():
            for part in (told.get("requestBody"), *told["responses"].values()):
                for body in (part or {}).get("content", {}).values():
                    validator = jsonschema_rs.Draft202012Validator(
                        {**body["schema"], "components": published["components"]}
                    )
                    for example in body.get("examples", {}).values():
                        validator.validate(example["value"])
                        found += 1
    assert found == len(EXAMPLES)


def test_the_example_report_is_really_taken_and_answered_as_the_document_says(
    published: dict[str, Any], line: httpx.Client, sample_pay: SamplePay
) -> None:
    path = "/api/provider/v1/award-reports"
    body = as_lines(EXAMPLES["report"])

    first, again = (line.post(path, content=body, headers=signed(sample_pay, "POST", path, body)) for _ in range(2))

    assert first.status_code == again.status_code == 200
    told = [json.loads(one) for one in first.content.splitlines()]
    assert told == EXAMPLES["receipt"]
    schema_at(published, *content(path, "post", "responses", "200")).validate(told)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_page_of_notices_is_what_the_document_says(
    published: dict[str, Any], line: httpx.Client, sample_pay: SamplePay, aoki: Visitor
) -> None:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    path = "/api/provider/v1/notices?service=MP0000001"

    told = [json.loads(one) for one in line.get(path, headers=signed(sample_pay, "GET", path)).content.splitlines()]

    assert [one["type"] for one in told] == ["notices_header", "application_notice"]
    schema_at(published, *content("/api/provider/v1/notices", "get", "responses", "200")).validate(told)


def test_every_code_of_the_closed_list_is_in_the_document_with_its_status(published: dict[str, Any]) -> None:
    told = published["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]

    assert told == [f"urn:mynapoint:problem:{code}" for code in ProblemCode]
    assert set(MEANINGS) == set(ProblemCode)
    for meaning in MEANINGS.values():
        assert PROBLEM_JSON in published["components"]["responses"][f"Problem{meaning.status}"]["content"]


def test_every_address_of_the_provider_door_is_in_the_document(published: dict[str, Any]) -> None:
    (door,) = (one for one in get_resolver().url_patterns if isinstance(one, URLResolver) and one.namespace == "api")
    addresses = {f"/api/{one.pattern}" for one in door.url_patterns} - {"/api/", "/api/openapi.json"}

    assert addresses == {one for one in published["paths"] if "/provider/" in one}


def test_the_residents_door_is_in_the_document_and_takes_what_it_describes(published: dict[str, Any]) -> None:
    told = published["paths"][resident_door.PATH]["post"]
    asked = published["components"]["schemas"]["ApplicationAsked"]

    assert set(asked["properties"]) == set(resident_door._MEMBERS)
    assert {int(status) for status in told["responses"]} == {201, 422, *resident_door.STATUSES}


def test_the_service_status_is_what_the_document_says(published: dict[str, Any], line: httpx.Client) -> None:
    words = PageWords("混み合っています。", "Crowded.")
    kind = StatusNotice.Kind.CONGESTION
    StatusNotice.objects.create(
        kind=kind, words=words, starts_at=web.now(), published_by="staff:1", published_at=web.now()
    )
    path = ("paths", "/api/public/v1/status", "get", "responses", "200", "content", "application/json")

    told = line.get("/api/public/v1/status").json()

    schema_at(published, *path).validate(told)
    assert told["notices"][0]["words"]["en"] == "Crowded."


def test_the_document_is_served_as_it_is_made(published: dict[str, Any], line: httpx.Client) -> None:
    answer = line.get("/api/openapi.json")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == json.loads(json.dumps(published))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_people_read_it_as_a_page_without_script(line: httpx.Client, language: str) -> None:
    page = line.get("/api/", headers={"Accept-Language": language})

    assert page.status_code == 200
    assert "<script" not in page.text
    assert ("システム連携" in page.text) == (language == "ja")
    for word in (
        "/api/provider/v1/award-reports",
        "AwardReportHeader",
        "other_content",
        "Idempotent-Replayed",
        "MP0000001",
    ):
        assert word.lower() in page.text.lower(), word
