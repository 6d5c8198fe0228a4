"""A report while another is being recorded, after a crash, and long after: one answer, or an honest “come again”."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.db import connection, transaction

from hub import clock
from hub.at_once import all_at_once
from hub.in_process import InProcessHub
from hub.ledger.test_reports_at_once import applied, line, report
from hub.sample_pay import NUMBER
from mynapoint.exchange.signatures import SigningKey, sign_request
from mynapoint.hub.applications.models import Application
from mynapoint.hub.ledger import actions
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry
from mynapoint.hub.payment_services.actions import register_provider_key
from mynapoint.hub.payment_services.models import PaymentService

URL = "http://localhost:8000/api/provider/v1/award-reports"
KEY = SigningKey.generate("sample-pay-1")


@pytest.fixture
def application(file_database: None) -> Application:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    register_provider_key(provider="sample-pay", key_id=KEY.key_id, public_key=KEY.public_bytes(), valid_from=hour_ago)
    return applied("aoki")


def post(body: bytes) -> httpx.Response:
    headers = sign_request(KEY, method="POST", url=URL, body=body) | {"Content-Type": "application/jsonl"}
    with httpx.Client(transport=InProcessHub()) as client:
        return client.post(URL, content=body, headers=headers)


@contextmanager
def being_recorded() -> Iterator[None]:
    """Hold what a report of the service holds while it is recorded, in a transaction of another thread."""
    held, end = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            PaymentService.objects.select_for_update(no_key=True).get(number=NUMBER)
            held.set()
            end.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(20)
    yield
    end.set()
    thread.join()


def test_the_same_report_at_once_is_answered_alike_and_all_but_one_are_told_as_repeats(
    application: Application,
) -> None:
    body = report("r-1", line(application, 1_000, "l-1"))

    answers = [one for one in all_at_once(*(lambda: post(body) for _ in range(4))) if isinstance(one, httpx.Response)]

    assert [one.status_code for one in answers] == [200] * 4, [one.text for one in answers]
    assert len({one.content for one in answers}) == 1
    assert sorted(one.headers.get("Idempotent-Replayed", "") for one in answers) == ["", "true", "true", "true"]
    assert AwardReport.objects.count() == LedgerEntry.objects.count() == 1


def test_a_report_that_would_wait_too_long_is_to_come_again_and_then_counts_once(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "WAIT_SECONDS", 0.2)
    body = report("r-1", line(application, 1_000, "l-1"))
    in_flight = "in_flight" if connection.vendor == "postgresql" else "busy"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 200")

    with being_recorded():
        answer = post(body)

    assert answer.json()["type"] == f"urn:mynapoint:problem:{in_flight}"
    assert (answer.status_code, answer.headers["Retry-After"]) == (409 if in_flight == "in_flight" else 503, "2")
    assert not AwardReport.objects.exists()
    assert post(body).status_code == 200
    assert LedgerEntry.objects.count() == 1


def test_a_report_that_fell_half_way_left_nothing_and_is_recorded_when_it_comes_again(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        pass

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    body = report("r-1", line(application, 1_000, "l-1"))
    with monkeypatch.context() as broken:
        broken.setattr(actions, "record", cut)
        with pytest.raises(PowerCut):
            post(body)
    assert not AwardReport.objects.exists()
    assert not LedgerEntry.objects.exists()

    answer = post(body)

    assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (200, False)


def test_a_report_is_answered_the_same_years_later_though_its_application_stands_no_more(
    application: Application,
) -> None:
    body = report("r-1", line(application, 1_000, "l-1"))
    first = post(body)
    application.standing.delete()
    clock.move_to(clock.START + timedelta(days=1_500))

    again = post(body)

    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert post(report("r-1", line(application, 999, "l-1"))).json()["type"].endswith(":other_content")
