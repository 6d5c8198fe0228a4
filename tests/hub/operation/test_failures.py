"""A database that is locked or away is answered 503 with when to come again; a missing token in our own words."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from hub.sample_pay import SamplePay
from hub.visitor import Visitor, text
from mynapoint.exchange.signatures import sign_request
from mynapoint.hub.applications import provider_door
from mynapoint.hub.audit.unknown_outcome import is_undone
from mynapoint.hub.problems import Problem, ProblemCode

ADDRESS = {"host": "localhost:8000"}


def locked() -> Any:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorname = "SQLITE_BUSY"
    return caused(OperationalError("database is locked"), cause)


def lost() -> Any:
    psycopg = pytest.importorskip("psycopg")
    return caused(OperationalError("server closed"), psycopg.OperationalError("server closed the connection"))


def caused(error: Any, cause: Exception) -> Any:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(("error", "undone"), [(locked, True), (lost, False)])
def test_people_are_told_to_come_again_and_whether_anything_was_recorded(
    aoki: Visitor, monkeypatch: pytest.MonkeyPatch, error: Any, undone: bool
) -> None:
    aoki.client.raise_request_exception = False

    def fails(*_: object, **__: object) -> None:
        raise error()

    monkeypatch.setattr(SessionStore, "load", fails)  # before any view

    response = aoki.client.get("/payment-services/", headers={"cookie": "session=abcdefgh12345678"})

    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert ("何も記録されていません" in text(response)) is undone
    assert ("マイページで手続きの状況をお確かめください" in text(response)) is not undone
    assert "Nothing was recorded" in text(response) or "nothing is recorded twice" in text(response)


@pytest.mark.parametrize(("error", "code"), [(locked, ProblemCode.BUSY), (lost, ProblemCode.OUTCOME_UNKNOWN)])
def test_a_provider_whose_view_failed_is_told_whether_anything_was_recorded(
    sample_pay: SamplePay, error: Any, code: ProblemCode
) -> None:
    @provider_door.door("GET")
    def fails(*_: object) -> HttpResponse:
        raise error()

    url = "http://localhost:8000/api/provider/v1/notices"
    signed = sign_request(sample_pay.key, method="GET", url=url, body=b"")

    with pytest.raises(Problem) as told:
        fails(RequestFactory(headers=ADDRESS | signed).get("/api/provider/v1/notices"))

    assert told.value.code is code


@pytest.mark.parametrize(
    ("error", "problem"), [(locked, "urn:mynapoint:problem:busy"), (lost, "urn:mynapoint:problem:outcome_unknown")]
)
def test_machines_are_told_in_problem_json(db: None, monkeypatch: pytest.MonkeyPatch, error: Any, problem: str) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error()

    client = Client(raise_request_exception=False, headers=ADDRESS)
    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", fails)

    response = client.get("/api/public/v1/payment-services")

    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert response.json()["type"] == problem
    assert int(response["Retry-After"]) > 0


def test_a_bug_is_still_a_bug(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", fails)

    response = Client(raise_request_exception=False, headers=ADDRESS).get("/payment-services/")

    assert response.status_code == 500
    assert "システムの不具合" in text(response)


def test_a_lost_connection_tells_nothing_and_a_lock_tells_that_nothing_was_kept() -> None:
    assert is_undone(locked())
    assert not is_undone(lost())
    assert not is_undone(InterfaceError("connection already closed"))


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "安全のため、送信された内容は受け付けていません"), ("en", "For your safety, what you sent was not taken")],
)
def test_a_form_without_its_token_is_answered_in_the_hubs_look_and_language(
    db: None, language: str, words: str
) -> None:
    browser = Client(enforce_csrf_checks=True, headers=ADDRESS | {"accept-language": language})

    response = browser.post("/sign-out/")

    assert response.status_code == 403
    assert words in text(response)
    assert "site-header" in text(response)
    assert "CSRF" not in text(response)
