"""A machine is answered in problem+json with a code of the closed list, whatever went wrong."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from mynapoint.hub import urls
from mynapoint.hub.web import ProblemCode

NOTICES = "/api/provider/v1/notices"


@pytest.fixture
def machine(db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    def broken(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError("a bug")

    monkeypatch.setattr(urls, "urlpatterns", [path("api/broken/", broken), *urls.urlpatterns])
    return Client(raise_request_exception=False, headers={"host": "localhost:8000"})


@pytest.mark.urls("hub.test_api_problems")
@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("get", "/api/nothing-here", 404, ProblemCode.UNKNOWN_ADDRESS),
        ("delete", NOTICES, 405, ProblemCode.METHOD_NOT_ALLOWED),
        ("get", f"{NOTICES}?service=x", 422, ProblemCode.MALFORMED),
        ("get", f"{NOTICES}?service=MP0000001", 401, ProblemCode.NOT_SIGNED),
        ("post", "/api/provider/v1/award-reports", 401, ProblemCode.NOT_SIGNED),
        ("get", "/api/broken/", 500, ProblemCode.INTERNAL),
    ],
)
def test_every_no_is_a_problem_with_a_code(
    machine: Client, method: str, address: str, status: int, code: ProblemCode
) -> None:
    response = getattr(machine, method)(address)

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:mynapoint:problem:{code}"
    assert response.json()["status"] == status


def test_a_foreign_host_is_a_problem_too(machine: Client) -> None:
    response = machine.get(NOTICES, headers={"host": "evil.example"})

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_which_methods_an_address_takes_is_still_said(machine: Client) -> None:
    assert machine.delete(NOTICES)["Allow"] == "GET"


def test_people_still_read_pages(machine: Client) -> None:
    assert machine.get("/nothing-here/")["Content-Type"].startswith("text/html")


def __getattr__(name: str) -> object:
    # As a URL configuration this module is the hub's own, with one view that has a bug.
    if name == "urlpatterns":
        return urls.urlpatterns
    raise AttributeError(name)
