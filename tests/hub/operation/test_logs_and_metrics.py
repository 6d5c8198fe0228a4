"""Of a whole journey routes, codes and durations are logged and counted, and nothing of anybody."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.db import IntegrityError
from prometheus_client import generate_latest

from hub.sample_pay import SamplePay
from hub.visitor import APPLY, Visitor, card_fields
from mynapoint.exchange.messages import ProofRefusal
from mynapoint.hub.applications import actions
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.models import Challenge, Credential, ParkedAnswer
from mynapoint.hub.operation import metrics
from mynapoint.hub.operation.logs import JsonLines
from mynapoint.hub.reservations.models import Reservation

CANARY = "kanaria7788"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that any logger writes from DEBUG on, in the hub's format."""
    written, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    django = logging.getLogger("django.request")
    levels = {one: one.level for one in (root, django, logging.getLogger("mynapoint"))}
    for one in levels:
        one.setLevel(logging.DEBUG)
    root.addHandler(handler)
    django.addHandler(handler)
    yield written
    root.removeHandler(handler)
    django.removeHandler(handler)
    for one, level in levels.items():
        one.setLevel(level)


def counted() -> str:
    return generate_latest(metrics.registry).decode()


def test_a_whole_journey_leaves_no_personal_data_in_log_lines_and_metrics(
    aoki: Visitor, sample_pay: SamplePay, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    aoki.client.raise_request_exception = False
    seen: set[str] = {"482913", "SP00001234", "1234", "アオキ", "ア*キ ハ*コ", CANARY, "tests/"}
    aoki.sign_in()
    aoki.reserve()
    aoki.get(f"/{CANARY}/", q=CANARY)
    aoki.get("/payment-services/", q=CANARY)
    aoki.client.get(f"/apply/{CANARY}/card_uptake/", headers={"user-agent": CANARY, "referer": f"http://{CANARY}/"})
    aoki.client.get("/", headers={"host": f"{CANARY}.example"})
    aoki.client.get(f"/apply/signed/?answer={CANARY}")
    aoki.give_account(CANARY, CANARY)
    sample_pay.says = ProofRefusal.NOT_RECOGNISED
    aoki.give_account("SP00001234", "999999")
    sample_pay.says = None
    sample_pay.status = 500
    aoki.give_account("SP00001234", "482913")
    sample_pay.status = None
    _bug_while_proving(aoki, monkeypatch)
    proved = aoki.give_account("SP00001234", "482913")
    fields = card_fields(aoki.page(proved["Location"]))
    seen |= {fields.nonce, fields.statement, *aoki.sign(fields).values()}
    seen |= {str(one.pk) for one in ParkedAnswer.objects.all()} | {one.nonce for one in Challenge.objects.all()}
    aoki.card_step(proved["Location"])
    seen |= {str(Reservation.objects.get().my_key_id_text), str(Application.objects.get().pk)}
    for one in Credential.objects.all():
        seen |= {one.serial, one.fingerprint, str(one.resident_id)}
    seen |= {morsel.value for morsel in aoki.client.cookies.values() if len(morsel.value) > 4}

    told, text = [json.loads(line) for line in lines.getvalue().splitlines()], lines.getvalue()

    found = {one for one in seen - {"tests/"} if re.search(rf"(?<![0-9A-Za-z]){re.escape(one)}", text)}
    assert not found
    assert not {one for one in seen if len(one) > 4 and one in counted()}
    answered = [one for one in told if one["message"] == "answered"]
    assert {"applications:apply", "applications:signed", "identity:sign_in", "none"} <= {o["route"] for o in answered}
    assert all(one["request_id"] and one["duration_ms"] >= 0 and one["status"] for one in answered)


def _bug_while_proving(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two exceptions, one because of the other, carry a canary in their words and in their frames."""

    def fails(**given: object) -> None:
        typed = given
        try:
            raise IntegrityError(f"DETAIL: Key (account)=({CANARY}) already exists: {typed}")
        except IntegrityError as error:
            raise RuntimeError(CANARY) from error

    with monkeypatch.context() as patch:
        patch.setattr(actions, "prove_account", fails)
        assert visitor.give_account("SP00001234", "482913").status_code == 500


def test_a_bug_is_traced_to_its_places_in_the_code(
    aoki: Visitor, sample_pay: SamplePay, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    aoki.client.raise_request_exception = False
    aoki.sign_in()
    aoki.reserve()

    _bug_while_proving(aoki, monkeypatch)

    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    errors = [one["error"] for one in told if "error" in one and one["level"] == "error"]
    assert [one["type"] for one in errors[-1]] == ["builtins.RuntimeError", "django.db.utils.IntegrityError"]
    assert any("applications/views.py:" in frame for frame in errors[-1][0]["frames"])


def test_requests_refusals_applications_gates_and_circuits_are_counted(aoki: Visitor, sample_pay: SamplePay) -> None:
    before = value(counted(), 'mynapoint_applications_total{door="page"}')
    aoki.sign_in()
    aoki.reserve()
    sample_pay.says = ProofRefusal.NOT_RECOGNISED
    aoki.give_account("SP00001234", "999999")
    sample_pay.says = None
    aoki.apply()
    aoki.client.get("/apply/signed/?answer=0")
    aoki.get(APPLY)

    text = counted()

    assert value(text, 'mynapoint_applications_total{door="page"}') == before + 1
    assert 'mynapoint_request_seconds_bucket{le="0.1",method="GET",route="applications:confirm",status="200"}' in text
    for code in ("account_not_recognised", "already_applied"):
        assert value(text, f'mynapoint_refusals_total{{code="{code}"}}') >= 1
    assert 'mynapoint_turned_away{kind="irrevocable"}' in text
    assert re.search(r'mynapoint_circuit_open\{circuit="the account API at [^"]+"\} 0\.0', text)


def test_the_pages_do_not_serve_the_metrics(db: None, aoki: Visitor) -> None:
    assert aoki.get("/metrics").status_code == 404


def test_labels_are_of_closed_lists(aoki: Visitor) -> None:
    for path in ("/a", "/b", f"/m/{CANARY}/", f"/payment-services/{CANARY}/"):
        aoki.get(path)
    aoki.client.generic("BREW", "/")

    assert CANARY not in counted()
    assert "BREW" not in counted()
    assert APPLY not in counted()


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0
