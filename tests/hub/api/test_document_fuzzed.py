"""Requests drawn from the published document, signed, singly and along its links: no bug, and always as it says."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, DeserializationContext, GenerationMode, Response, SerializationContext
from schemathesis.core import NotSet

from hub.in_process import InProcessHub
from hub.sample_pay import NUMBER, SamplePay
from hub.visitor import Visitor
from mynapoint.exchange.signatures import sign_request
from mynapoint.hub.api.document import document
from mynapoint.hub.problems import MEANINGS, ProblemCode
from property_examples import NIGHTLY

HOST = "http://localhost:8000"
REPORTS = "/api/provider/v1/award-reports"
OPERATIONS = [("/api/provider/v1/notices", "GET"), (REPORTS, "POST")]
MACHINES_MOST = 12
"""So many runs of a few steps, at most, until chance has followed a link to the same report again."""
DOCUMENT = document()
# Not by Schemathesis: it rewrites prefixItems into a form that it then finds no schema.
ANSWERS = {
    path: jsonschema_rs.Draft202012Validator(
        {
            **DOCUMENT["paths"][path][method.lower()]["responses"]["200"]["content"]["application/jsonl"]["schema"],
            "components": DOCUMENT["components"],
        }
    )
    for path, method in OPERATIONS
}
PROVIDER_DOOR = schemathesis.openapi.from_dict(DOCUMENT).include(tag="provider")


@schemathesis.serializer("application/jsonl")
def to_lines(_context: SerializationContext, value: Any) -> bytes:
    return _as_lines(value)


def _as_lines(value: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in (value if isinstance(value, list) else [value]))


@schemathesis.deserializer("application/jsonl")
def from_lines(_context: DeserializationContext, response: Response) -> Any:
    return [json.loads(line) for line in response.content.splitlines()]


def make_true(body: Any) -> None:
    """Let a drawn report say what its lines are, as no schema can ask: then it is taken."""
    header, *lines = body
    header |= {"service_number": NUMBER, "line_count": len(lines), "reported_up_to": "2022-07-15T00:00:00Z"}
    header["points_total"] = sum(line["points"] for line in lines)


def send(case: Case[Any], pay: SamplePay, *, true: bool = False) -> httpx.Response:
    """Send a case as the provider would: its own service, whatever else was drawn, and signed."""
    if true and case.method == "POST" and not isinstance(case.body, NotSet):
        make_true(case.body)
    query: dict[str, Any] = {**(case.query or {}), **({"service": NUMBER} if case.method == "GET" else {})}
    target = case.formatted_path + (f"?{urlencode(query, doseq=True)}" if query else "")
    body = b"" if case.method == "GET" or isinstance(case.body, NotSet) else _as_lines(case.body)
    headers = sign_request(pay.key, method=case.method, url=HOST + target, body=body)
    with httpx.Client(transport=InProcessHub()) as client:
        return client.request(
            case.method, HOST + target, content=body, headers=headers | {"Content-Type": "application/jsonl"}
        )


def judge(case: Case[Any], response: httpx.Response) -> None:
    """A success fits its schema; anything else is a problem of the closed list, and no bug."""
    assert response.status_code != 500, response.text
    if response.status_code == 200:
        ANSWERS[case.path].validate([json.loads(line) for line in response.content.splitlines()])
        return
    told = response.json()
    code = ProblemCode(told["type"].removeprefix("urn:mynapoint:problem:"))
    assert response.headers["Content-Type"] == "application/problem+json"
    assert MEANINGS[code].status == told["status"] == response.status_code
    assert str(response.status_code) in case.operation.definition.raw["responses"]


def limits(by_day: int) -> settings:
    nightly = settings.get_current_profile_name() == NIGHTLY
    return settings(
        max_examples=500 if nightly else by_day,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.explicit, Phase.generate],
    )


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_what_the_document_lets_one_send_is_answered_as_it_says_and_so_is_what_it_does_not(
    sample_pay: SamplePay, path: str, method: str, mode: GenerationMode
) -> None:
    operation = PROVIDER_DOOR[path][method]

    true = mode is GenerationMode.POSITIVE
    statuses = set()

    @limits(10)
    @given(operation.as_strategy(generation_mode=mode))
    def drawn(case: Case[Any]) -> None:
        response = send(case, sample_pay, true=true)
        statuses.add(response.status_code)
        judge(case, response)

    drawn()
    assert 200 in statuses or not true


def test_the_links_of_the_document_lead_where_they_say(aoki: Visitor, sample_pay: SamplePay) -> None:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()

    replayed: list[str | None] = []

    class Machine(PROVIDER_DOOR.as_state_machine()):  # type: ignore[misc]
        def call(self, case: Case[Any], **_: Any) -> Response:
            response = send(case, sample_pay, true=True)
            judge(case, response)
            replayed.append(response.headers.get("Idempotent-Replayed"))
            return Response.from_any(response)

        def validate_response(self, response: Response, case: Case[Any], **_: Any) -> None:
            """Judged where it was sent."""

    for _ in range(MACHINES_MOST):
        Machine.run(settings=settings(limits(10), stateful_step_count=5))
        if "true" in replayed:
            break

    assert "true" in replayed, "no link was followed to the same report again"


@pytest.mark.parametrize("path", [path for path, _ in OPERATIONS])
def test_any_bytes_as_a_body_are_refused_and_nothing_worse(sample_pay: SamplePay, path: str) -> None:
    @limits(20)
    @given(
        st.binary(max_size=300)
        | st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=10,
        ).map(lambda value: json.dumps(value).encode())
    )
    def drawn(body: bytes) -> None:
        headers = sign_request(sample_pay.key, method="POST", url=HOST + path, body=body)
        with httpx.Client(transport=InProcessHub()) as client:
            answer = client.post(HOST + path, content=body, headers=headers | {"Content-Type": "application/jsonl"})

        assert answer.status_code == (422 if path == REPORTS else 405), answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"

    drawn()
