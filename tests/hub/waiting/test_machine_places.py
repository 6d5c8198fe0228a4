"""A kiosk that is not let in gets a place for its one application, good with the same idempotency key alone."""

from __future__ import annotations

import json
import secrets
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from hub import clock
from hub.sample_pay import SamplePay
from hub.visitor import Visitor, card_fields
from mynapoint.hub.applications import resident_door
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.waiting import gates as gates_module
from mynapoint.hub.waiting.gates import Kind, gates, threads_needed

MIDNIGHT = datetime(2023, 9, 30, 15, 0, tzinfo=UTC)


def post(body: dict[str, str], key: str, **headers: str) -> Any:
    named = {"idempotency-key": key, "host": "localhost:8000"} | headers
    return Client(headers=named).post(resident_door.PATH, json.dumps(body), content_type="application/json")


def test_an_application_turned_away_before_midnight_is_taken_after_it_with_the_same_key(
    aoki: Visitor, sample_pay: SamplePay, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LAST_DAY_GRACE_MINUTES = 30
    aoki.sign_in()
    aoki.reserve()
    clock.move_to(MIDNIGHT - timedelta(seconds=1))
    aoki.sign_in() if aoki.get("/sign-in/").status_code == 200 else None
    proved = aoki.give_account("SP00001234", "482913")
    signed = aoki.sign(card_fields(aoki.page(proved["Location"])))
    key = secrets.token_urlsafe(16)
    monkeypatch.setitem(gates_module.Gate.place.__wrapped__.__kwdefaults__, "patience_seconds", 0.01)  # type: ignore[attr-defined]
    with ExitStack() as crowd:
        for _ in range(gates()[Kind.IRREVOCABLE].at_once):
            crowd.enter_context(gates()[Kind.IRREVOCABLE].place())
        away = post(signed, key)
        kept = post(signed, key, **{"waiting-place": away["Waiting-Place"]})
    assert (away.status_code, kept.status_code) == (503, 503)
    assert int(away["Retry-After"]) > 0
    assert kept["Waiting-Place"] == away["Waiting-Place"], "the first arrival stays"
    clock.move_to(MIDNIGHT + timedelta(minutes=1))
    place = {"waiting-place": away["Waiting-Place"]}

    other = post(signed, secrets.token_urlsafe(16), **place)
    assert other.status_code == 422, "a place is not handed on"
    proved = aoki.give_account("SP00001234", "482913")
    signed = aoki.sign(card_fields(aoki.page(proved["Location"])))
    taken = post(signed, key, **place)

    assert taken.status_code == 201, taken.content
    details = AuditRecord.objects.get(act=Act.APPLIED).details
    assert datetime.fromisoformat(details["judged_as_of"]) == MIDNIGHT - timedelta(seconds=1)


def test_beyond_those_who_may_wait_a_machine_is_told_at_once_and_nothing_of_it_is_read(settings: Settings) -> None:
    gate = gates()[Kind.IRREVOCABLE]
    gate.inside, gate.waiting = gate.at_once, gate.waiting_most
    before = gate.turned_away

    def body() -> bytes:
        raise AssertionError("the body was read")

    try:
        said = resident_door.answer("POST", "application/json", "k" * 22, body)
    finally:
        gate.inside = gate.waiting = 0

    assert (said.status, json.loads(said.body)["type"]) == (503, "urn:mynapoint:problem:busy")
    assert int(said.headers["Retry-After"]) > 0
    assert gate.turned_away == before + 1


def test_a_process_has_threads_to_spare_for_those_it_turns_away() -> None:
    gates.cache_clear()

    inside_and_waiting = sum(one.at_once + one.waiting_most for one in gates().values())

    assert inside_and_waiting < threads_needed() <= 64
