"""What is typed into the calculator is answered and forgotten: no table, session, log, address or copy has it."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client import generate_latest

from hub.page_text import main_text, markup
from hub.visitor import Visitor
from mynapoint.hub.operation import metrics
from mynapoint.hub.operation.logs import JsonLines
from mynapoint.hub.payment_services import calculator

PAGE = "/payment-services/calculator/"
PLANTED = {"yen": "731317", "refunded": "715713", "elsewhere": "1037", "day": "2022-09-17"}
"""Figures that occur nowhere else: wherever they are found, they came from the calculator."""
SENT = {
    "service": "MP0000001",
    "lines": "1",
    "incentive": "card_uptake",
    "counts": "top_up",
    "applied_on": "2022-07-15",
    "points_elsewhere": PLANTED["elsewhere"],
    "line0-kind": "top_up",
    "line0-yen": PLANTED["yen"],
    "line0-on": PLANTED["day"],
    "line0-refunded_yen": PLANTED["refunded"],
}
ANSWER = "3,901 ポイント"
"""25 % of 731,317 less 715,713."""


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """Everything that any logger writes from DEBUG on, as the hub formats it and, for more, as it was said."""
    written, loggers = io.StringIO(), [logging.getLogger(name) for name in ("", "django.request", "mynapoint")]
    handlers = [logging.StreamHandler(written), logging.StreamHandler(written)]
    handlers[0].setFormatter(JsonLines())
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        for handler in handlers:
            one.addHandler(handler)
    yield written
    for one, level in zip(loggers, before, strict=True):
        one.setLevel(level)
        for handler in handlers:
            one.removeHandler(handler)


def traces(text: str) -> set[str]:
    grouped = {name: f"{int(figure):,}" for name, figure in PLANTED.items() if figure.isdigit()}
    figures = [*PLANTED.items(), *grouped.items()]
    return {name for name, figure in figures if re.search(rf"(?<![0-9A-Za-z]){figure}(?![0-9A-Za-z])", text)}


def kept() -> str:
    """Every row of every table, and what every session holds."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append(f"{table} {cursor.fetchall()!r}")
    return "\n".join([*found, *(repr(one.get_decoded()) for one in Session.objects.all())])


def test_an_answer_writes_nothing_into_the_database_and_says_nothing_to_a_log(
    register: None, client: Client, said: io.StringIO
) -> None:
    client.get(PAGE, {"service": "MP0000001"})
    with CaptureQueriesContext(connection) as asked:
        response = client.post(PAGE, SENT)

    assert ANSWER in main_text(response), "the calculator must have read what was planted"
    assert [one["sql"] for one in asked if not one["sql"].startswith("SELECT")] == []
    assert traces(" ".join(one["sql"] for one in asked)) == set()
    assert traces(kept()) == set()
    assert "payment_services:calculator" in said.getvalue(), "the log must have heard of the request"
    assert traces(re.sub(r"(?m)^.*django.db.backends.*$", "", said.getvalue())) == set()
    assert traces(generate_latest(metrics.registry).decode()) == set()


def test_somebody_signed_in_is_asked_no_more_and_leaves_no_more(aoki: Visitor, sample_pay: object) -> None:
    aoki.sign_in()

    response = aoki.client.post(PAGE, SENT)

    assert ANSWER in main_text(response)
    assert traces(kept()) == set()


def test_a_bug_in_the_calculator_tells_the_log_no_figure(
    register: None, client: Client, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ValueError(SENT)

    monkeypatch.setattr(calculator, "outcome", fail)
    client.raise_request_exception = False

    response = client.post(PAGE, SENT)

    lines = [line for line in said.getvalue().splitlines() if line.startswith("{") and "request_id" in line]
    assert response.status_code == 500
    assert any("calculator_views.py" in line for line in lines), "the log must tell where it failed"
    assert traces("\n".join(lines)) == set()


def test_no_copy_stays_in_a_cache_and_nothing_comes_by_an_address(register: None, client: Client) -> None:
    answers: list[Any] = [client.get(PAGE), client.get(PAGE, {"service": "MP0000001"}), client.post(PAGE, SENT)]
    by_address = client.get(PAGE, SENT)

    for response in [*answers, by_address]:
        assert response["Cache-Control"] == "no-store"
    form = markup(by_address).partition("<main")[2]
    assert traces(form) == set(), "an address is logged by whoever carries it, so nothing is read from there"
    page = markup(answers[2])
    assert '<form method="post" action="/payment-services/calculator/" novalidate autocomplete="off">' in page
    assert "保存も記録もしません" in page


def test_a_browser_without_cookies_is_answered(register: None) -> None:
    assert Client(enforce_csrf_checks=True).post(PAGE, SENT).status_code == 200
