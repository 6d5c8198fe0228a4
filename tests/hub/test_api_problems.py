"""A machine is answered in problem+json with a code of the closed list, whatever went wrong."""

from __future__ import annotations

import gzip
import io
import json
import threading
from typing import Any

import httpx
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.client import RequestFactory
from django.urls import path

from hub.in_process import InProcessHub
from hub.sample_pay import NUMBER, SamplePay
from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardReportHeader
from mynapoint.exchange.signatures import SigningKey, sign_request
from mynapoint.hub import urls
from mynapoint.hub.applications import provider_door
from mynapoint.hub.problems import MEANINGS, Problem, ProblemCode
from mynapoint.programme.values import Points, ServiceNumber
from mynapoint.provider.reporting import NOTHING_YET

HOST = "http://localhost:8000"
NOTICES = "/api/provider/v1/notices"
REPORTS = "/api/provider/v1/award-reports"
EMPTY = encode_lines([AwardReportHeader("r-1", ServiceNumber(NUMBER), NOTHING_YET, 0, Points(0))])
OWN = f"{NOTICES}?service={NUMBER}"
LINES = {"Content-Type": "application/jsonl"}


def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a bug")


urlpatterns = [path("api/broken/", broken), *urls.urlpatterns]
"""As a URL configuration this module is the hub's own, with one view that has a bug."""


@pytest.fixture
def machine(db: None) -> Client:
    return Client(raise_request_exception=False, headers={"host": "localhost:8000"})


def ask(
    pay: SamplePay, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> httpx.Response:
    """Send what the provider signs; ``headers`` are put over the signed ones."""
    signed = sign_request(pay.key, method=method, url=HOST + target, body=body)
    with httpx.Client(transport=InProcessHub()) as client:
        return client.request(method, HOST + target, content=body or None, headers=signed | (headers or {}))


def code_of(response: Any) -> ProblemCode:
    """Return a problem's code, after everything else that every problem is."""
    told: dict[str, Any] = json.loads(response.content)
    code = ProblemCode(told["type"].removeprefix("urn:mynapoint:problem:"))
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.status_code == told["status"] == MEANINGS[code].status
    assert ("Retry-After" in response.headers) == MEANINGS[code].again
    assert told["title"]
    return code


@pytest.mark.urls("hub.test_api_problems")
@pytest.mark.parametrize(
    ("method", "address", "code"),
    [
        ("get", "/api/nothing-here", ProblemCode.UNKNOWN_ADDRESS),
        ("delete", NOTICES, ProblemCode.METHOD_NOT_ALLOWED),
        ("get", OWN, ProblemCode.NOT_SIGNED),
        ("get", "/api/broken/", ProblemCode.INTERNAL),
    ],
)
def test_every_no_is_a_problem_with_a_code(machine: Client, method: str, address: str, code: ProblemCode) -> None:
    assert code_of(getattr(machine, method)(address)) is code


@pytest.mark.parametrize(
    ("target", "fields"),
    [
        (NOTICES, ["service"]),
        (f"{NOTICES}?service=x", ["service"]),
        (f"{OWN}&another=1", ["another"]),
        (f"{OWN}&after=1&after=1", ["after"]),
        (f"{OWN}&after=01", ["after"]),
        (f"{OWN}&after=1.0", ["after"]),
        (f"{OWN}&after=-1", ["after"]),
        (f"{OWN}&after={2**53}", ["after"]),
        (f"{OWN}&after=%D9%A1", ["after"]),
        (f"{OWN}&limit=0&after=+1", ["after", "limit"]),
        (f"{OWN}&limit=1001", ["limit"]),
    ],
)
def test_a_query_is_exactly_what_is_published(sample_pay: SamplePay, target: str, fields: list[str]) -> None:
    answer = ask(sample_pay, "GET", target)

    assert code_of(answer) is ProblemCode.MALFORMED
    assert answer.json()["fields"] == fields


@pytest.mark.parametrize(
    ("method", "target", "headers", "code"),
    [
        ("GET", OWN, {"Accept": "application/json"}, ProblemCode.NOT_ACCEPTABLE),
        ("GET", OWN, {"Accept": "application/jsonl;q=0"}, ProblemCode.NOT_ACCEPTABLE),
        ("POST", REPORTS, {"Content-Type": "application/json"}, ProblemCode.UNSUPPORTED_MEDIA_TYPE),
        ("POST", REPORTS, {"Content-Type": "application/jsonl; charset=cp932"}, ProblemCode.UNSUPPORTED_MEDIA_TYPE),
        ("POST", REPORTS, {}, ProblemCode.UNSUPPORTED_MEDIA_TYPE),
        ("POST", REPORTS, LINES | {"Content-Encoding": "gzip"}, ProblemCode.UNSUPPORTED_ENCODING),
        ("POST", REPORTS, LINES | {"Content-Length": "99999999999"}, ProblemCode.BODY_TOO_LONG),
        ("POST", REPORTS, LINES | {"Content-Length": "many"}, ProblemCode.BAD_REQUEST),
        ("POST", REPORTS, LINES | {"Content-Length": "", "Transfer-Encoding": "chunked"}, ProblemCode.LENGTH_REQUIRED),
        ("POST", f"{REPORTS}?more=1", LINES, ProblemCode.MALFORMED),
    ],
)
def test_headers_that_are_not_agreed_are_told(
    sample_pay: SamplePay, method: str, target: str, headers: dict[str, str], code: ProblemCode
) -> None:
    assert code_of(ask(sample_pay, method, target, EMPTY if method == "POST" else b"", headers)) is code


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, application/jsonl;q=0.5", "application/jsonl"])
def test_what_takes_lines_gets_them(sample_pay: SamplePay, accept: str) -> None:
    assert ask(sample_pay, "GET", OWN, headers={"Accept": accept}).status_code == 200


def test_a_gzip_bomb_is_never_unpacked(sample_pay: SamplePay) -> None:
    bomb = gzip.compress(b"\n" * 50_000_000)

    assert code_of(ask(sample_pay, "POST", REPORTS, bomb, LINES | {"Content-Encoding": "gzip"})) is (
        ProblemCode.UNSUPPORTED_ENCODING
    )
    assert code_of(ask(sample_pay, "POST", REPORTS, bomb, LINES)) is ProblemCode.MALFORMED


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"\n" * provider_door.BODY_BYTES_MAX, 1),
        (EMPTY + b"\n" * 5_000_000, 50_002),
        (EMPTY + b"{}\n" * 50_001, 50_002),
        (EMPTY + b"[" * 8_000, 2),
        (EMPTY + b"[" * 9_000, 2),
        (b"{" + b'"a":' * 2_000 + b"1}", 1),
        (EMPTY + b"1" * 8_000, 2),
        (EMPTY[:-2] + b',"more":1}\n', 1),
        (EMPTY + b'{"type":"award_line"}\n' + b"\xff\n", 2),
    ],
    ids=[
        "line ends alone",
        "line ends",
        "lines",
        "nested",
        "long",
        "nested unclosed",
        "digits",
        "unknown member",
        "no UTF-8 after",
    ],
)
def test_a_body_beyond_its_limits_is_refused_by_its_line(sample_pay: SamplePay, body: bytes, line: int) -> None:
    answer = ask(sample_pay, "POST", REPORTS, body, LINES)

    assert code_of(answer) is ProblemCode.MALFORMED
    assert answer.json()["line"] == line


class _Dripping(io.BytesIO):
    """A body of which a part never comes; ``asked`` says whether anybody waited for it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = False
        self.ended = threading.Event()

    def read(self, *_: object) -> bytes:
        self.asked = True
        self.ended.wait(10)
        return b""


@pytest.mark.parametrize("known", [True, False])
def test_a_dripping_body_is_not_waited_for_and_a_strangers_is_not_even_read(
    sample_pay: SamplePay, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    monkeypatch.setattr(provider_door, "BODY_SECONDS_MAX", 0.2)
    drip, key = _Dripping(), sample_pay.key if known else SigningKey.generate("sample-pay-1")
    request = RequestFactory(headers={"host": "localhost:8000"}).post(REPORTS, EMPTY, content_type="application/jsonl")
    for name, value in sign_request(key, method="POST", url=HOST + REPORTS, body=EMPTY).items():
        request.META[f"HTTP_{name.upper().replace('-', '_')}"] = value
    request._stream = drip

    with pytest.raises(Problem) as refused:
        provider_door.signed_by(request, has_body=True)
    drip.ended.set()

    assert refused.value.code is (ProblemCode.TOO_SLOW if known else ProblemCode.NOT_SIGNED)
    assert drip.asked == known


def test_a_foreign_host_is_a_problem_too(machine: Client) -> None:
    assert code_of(machine.get(NOTICES, headers={"host": "evil.example"})) is ProblemCode.BAD_REQUEST


def test_which_methods_an_address_takes_is_still_said(machine: Client) -> None:
    assert machine.delete(NOTICES)["Allow"] == "GET"


def test_people_still_read_pages(machine: Client) -> None:
    assert machine.get("/nothing-here/")["Content-Type"].startswith("text/html")
