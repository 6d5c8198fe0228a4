"""Traces tell where the time of a request goes, and nothing of anybody; without a collector there are none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hub.identity.far_side import listening, ok
from hub.sample_pay import SamplePay
from hub.visitor import Visitor, card_fields
from mynapoint.exchange.messages import ProofRefusal
from mynapoint.hub import spans
from mynapoint.hub.applications.models import Application
from mynapoint.hub.applications.resident_door import PATH
from mynapoint.hub.identity.bounded_http import Limits, NoAnswer, post
from mynapoint.hub.identity.models import Challenge, Credential, ParkedAnswer
from mynapoint.hub.operation import traces
from mynapoint.hub.operation.observing import observed
from mynapoint.hub.reservations.models import Reservation
from mynapoint.hub.spans import Told, span

CANARY = "kanaria7788"


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    """Every span that ends, kept here instead of sent."""
    exporter = InMemorySpanExporter()
    provider = traces.keep_with(SimpleSpanProcessor(exporter))
    yield exporter
    spans.begin(None)
    provider.shutdown()


def by_name(kept: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {one.name: one for one in kept.get_finished_spans()}


def test_a_whole_journey_leaves_no_personal_data_in_spans(
    aoki: Visitor, sample_pay: SamplePay, kept: InMemorySpanExporter
) -> None:
    aoki.client.raise_request_exception = False
    seen: set[str] = {"482913", "SP00001234", "999999", "アオキ", "ア*キ ハ*コ", CANARY}
    aoki.sign_in()
    aoki.reserve()
    aoki.get(f"/{CANARY}/", q=CANARY)
    aoki.client.get(
        "/", headers={"user-agent": CANARY, "traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "baggage": CANARY}
    )
    aoki.client.get(f"/apply/signed/?answer={CANARY}")
    aoki.client.generic(CANARY, "/")
    sample_pay.says = ProofRefusal.NOT_RECOGNISED
    aoki.give_account("SP00001234", "999999")
    sample_pay.says = None
    proved = aoki.give_account("SP00001234", "482913")
    fields = card_fields(aoki.page(proved["Location"]))
    seen |= {fields.nonce, fields.statement, *(one for one in aoki.sign(fields).values() if len(one) > 4)}
    seen |= {str(one.pk) for one in ParkedAnswer.objects.all()} | {one.nonce for one in Challenge.objects.all()}
    aoki.card_step(proved["Location"])
    seen |= {str(Reservation.objects.get().my_key_id_text), str(Application.objects.get().pk)}
    for one in Credential.objects.all():
        seen |= {one.serial, one.fingerprint, str(one.resident_id)}
    seen |= {morsel.value for morsel in aoki.client.cookies.values() if len(morsel.value) > 4}

    text = "\n".join(one.to_json() for one in kept.get_finished_spans())

    assert not {one for one in seen if one in text}
    assert "a" * 32 not in text
    assert {"GET identity:sign_in", "POST applications:apply", "ask for an account proof"} <= set(by_name(kept))
    assert {key for one in kept.get_finished_spans() for key in one.attributes or {}} <= {str(one) for one in Told}


def test_a_request_is_the_root_and_its_statements_and_questions_are_below_it(
    aoki: Visitor, sample_pay: SamplePay, kept: InMemorySpanExporter
) -> None:
    aoki.sign_in()
    aoki.reserve()
    kept.clear()

    aoki.give_account("SP00001234", "482913")

    told = by_name(kept)
    request, asked = told["POST applications:apply"], told["ask for an account proof"]
    assert request.parent is None
    assert asked.parent is not None
    assert asked.parent.span_id == request.context.span_id
    assert dict(asked.attributes or {}) == {"http.response.status_code": 200}
    below = {one.name for one in told.values() if one.context.trace_id == request.context.trace_id}
    assert {"SELECT django_session", "INSERT applications_draft", "ask for an account proof"} <= below
    assert "GET applications:apply" not in below
    assert (request.attributes or {})["http.response.status_code"] == 302


def test_the_door_for_machines_is_traced_too(db: None, kept: InMemorySpanExporter) -> None:
    def door(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("422 Unprocessable Entity", [])
        return [b""]

    observed(door, route="resident_applications")({"REQUEST_METHOD": "POST", "PATH_INFO": PATH}, lambda *_: print)

    (only,) = kept.get_finished_spans()
    assert only.name == "POST resident_applications"
    assert (only.attributes or {})["http.response.status_code"] == 422


def test_a_statement_that_fails_tells_its_class_and_no_word(db: None, kept: InMemorySpanExporter) -> None:
    with pytest.raises(DatabaseError), traces.request():
        connection.cursor().execute(f"SELECT '{CANARY}' FROM nowhere WHERE name = %s", [CANARY])

    first = kept.get_finished_spans()[0]
    assert first.name == "SELECT"
    assert set(first.attributes or {}) == {"error.type"}
    assert not first.events
    assert first.status.description is None
    assert CANARY not in first.to_json()


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ('SELECT "x" FROM "applications_draft" WHERE "id" = %s', "SELECT applications_draft"),
        ('INSERT INTO "identity_resident" ("id") VALUES (%s)', "INSERT identity_resident"),
        (f"SELECT 'FROM \"{CANARY}\"'", "SELECT"),
        (f'{CANARY} FROM "applications_draft"', "statement"),
    ],
)
def test_a_statement_is_named_by_verb_and_one_of_our_tables(sql: str, name: str) -> None:
    assert traces.statement_name(sql) == name


def test_a_machine_that_was_asked_is_named_by_its_host_alone(kept: InMemorySpanExporter) -> None:
    limits = Limits(connect_seconds=1, total_seconds=3, answer_bytes=1000)
    with listening(lambda body: ok(b"yes")) as side:
        post(f"{side.url}/{CANARY}", CANARY.encode(), headers={"X": CANARY}, limits=limits)
    with pytest.raises(NoAnswer):
        post(side.url, b"", headers={}, limits=limits)

    answered, failed = kept.get_finished_spans()
    assert answered.name == failed.name == "ask another machine"
    assert dict(answered.attributes or {}) == {
        "server.address": "127.0.0.1",
        "http.request.method": "POST",
        "http.response.status_code": 200,
    }
    assert (failed.attributes or {})["error.type"] == "NoAnswer"
    assert CANARY not in answered.to_json()


def test_spans_go_to_the_collector_and_one_that_is_gone_holds_nobody_up(db: None, aoki: Visitor) -> None:
    with listening(lambda body: ok(b"")) as collector:
        provider = traces.keep_with(SimpleSpanProcessor(OTLPSpanExporter(endpoint=collector.url, timeout=1)))
        try:
            aoki.get("/healthz")
            collector.stopped = True
        finally:
            spans.begin(None)
            provider.shutdown()

    sent = b"".join(collector.bodies)
    assert b"mynapoint-hub" in sent
    assert b"GET healthz" in sent


def test_without_a_collector_nothing_is_recorded_and_opentelemetry_is_not_even_loaded() -> None:
    assert settings.TRACES == ""
    assert span("one") is span("two")

    code = "from mynapoint.hub.spans import span; span('one').__enter__(); import sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "mynapoint.hub.spans" in loaded
    assert "opentelemetry" not in loaded
