"""The search over 1,000 services: as few queries as over ten, whatever is asked, and quick."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mynapoint.hub.payment_services.history_rows import RegisterChange
from mynapoint.hub.payment_services.models import Channel, ChannelKind, Kind, Participation, PaymentService
from mynapoint.hub.payment_services.names import search_key, sort_key

THOUSAND = 1_000
PROMISED_MS = 50
QUERIES_MAX = 8
"""Has the history grown? Asked once, and once more where nothing was found; is a budget spent? asked in two queries for
the day asked for and in two for what is open; and the service status, asked by a page."""
KANA = "アカサタナハマヤラワ"
ASKED: list[dict[str, str]] = [
    {},
    {"q": "カサ"},
    {"q": "pei", "sort": "-name"},
    {"kind": "qr", "timing": "month_close"},
    {"on": "2022-07-15", "channel": "web"},
    {"incentive": "card_uptake", "round": "round2", "on": "2022-07-15"},
    {"counts": "top_up", "prior": "none", "page": "7"},
    {"q": "ない名前", "kind": "qr", "channel": "web", "timing": "month_close"},
    {"per_page": "100", "sort": "newest"},
]


@pytest.fixture
def thousand(register: None) -> Iterator[None]:
    """The register with 1,000 services, as rows of the tables.

    The collector leaves out what is there by now: a test process holds far more than a hub, and would search it all.
    """
    numbers = [f"MP5{place:06}" for place in range(THOUSAND - PaymentService.objects.count())]
    model = PaymentService.objects.get(number="MP0000001")
    _approve(numbers)
    rows = PaymentService.objects.bulk_create([_service(model, place, number) for place, number in enumerate(numbers)])
    kinds = [kind for kind in ChannelKind.values if kind != "shop"]
    Channel.objects.bulk_create(
        [Channel(service=row, kind=kind, first_day=date(2020, 7, 1)) for row in rows for kind in kinds]
    )
    Participation.objects.bulk_create(
        [
            Participation(service=row, incentive="card_uptake", round_id=round_id, joined_on=date(2020, 7, 1))
            for row in rows
            for round_id in ("round1", "round2")
        ]
    )
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def _approve(numbers: list[str]) -> None:
    steps = [("enter", "", "draft"), ("submit", "draft", "submitted"), ("approve", "submitted", "approved")]
    for revision, (step, before, after) in enumerate(steps, start=1):
        RegisterChange.objects.bulk_create(
            [
                RegisterChange(
                    subject=number,
                    revision=revision,
                    step=step,
                    state_before=before,
                    state_after=after,
                    made_by="office-2" if step == "approve" else "office-1",
                    reason="試験",
                    made_at=datetime(2022, 7, 1, tzinfo=UTC),
                )
                for number in numbers
            ]
        )


def _service(model: PaymentService, place: int, number: str) -> PaymentService:
    columns = {field.attname: getattr(model, field.attname) for field in PaymentService._meta.concrete_fields}
    kana = KANA[place % 10] + KANA[place // 10 % 10] + KANA[place // 100] + "ペイ"
    columns |= {
        "id": None,
        "number": number,
        "name": kana,
        "kana": kana,
        "name_en": number,
        "kind": Kind.values[place % len(Kind.values)],
        "search_key": search_key(number, kana),
        "sort_key": sort_key(kana),
        "as_of": date(2022, 7, 1 + place % 15),
    }
    return PaymentService(**columns)


@pytest.mark.parametrize("path", ["/payment-services/", "/api/public/v1/payment-services"])
def test_a_search_of_a_thousand_costs_a_few_queries_and_little_time(
    thousand: None, client: Client, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    worked: list[float] = []
    waited: list[float] = []
    for asked in ASKED:
        client.get(path, asked)  # templates, laws, the list and each service's card are made once
    for asked in ASKED * 5:
        with CaptureQueriesContext(connection) as made:
            begun, started = perf_counter(), process_time()
            assert client.get(path, asked).status_code == 200
            worked.append((process_time() - started) * 1000)
            waited.append((perf_counter() - begun) * 1000)
        assert len(made) <= QUERIES_MAX, [one["sql"] for one in made]
    with capsys.disabled():
        figures = f"processor {_p95(worked):.0f} ms, clock {_p95(waited):.0f} ms"
        sys.stdout.write(f"\n{path} on {connection.vendor}: p95 {figures} of {len(worked)} searches\n")
    assert _p95(worked) < 2 * PROMISED_MS, "twice what is promised, of the processor's time on any machine"


def test_comparing_and_computing_take_little_time_too(
    thousand: None, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = {"service": "MP0000001", "lines": "2", "incentive": "card_uptake", "counts": "top_up"}
    plan |= {"applied_on": "2022-07-15", "line0-kind": "top_up", "line1-kind": "top_up", "line1-every": "week"}
    plan |= {"line0-on": "2022-07-20", "line1-on": "2022-08-03", "line0-yen": "8000", "line1-yen": "300"}
    three = {"s": ["MP0000001", "MP0000012", "MP0000004"]}
    pages: dict[str, Callable[[], Any]] = {
        "compare": lambda: client.get("/payment-services/compare/", three),
        "calculator": lambda: client.post("/payment-services/calculator/", plan),
    }
    for name, ask in pages.items():
        ask()
        worked = []
        for _ in range(20):
            started = process_time()
            assert ask().status_code == 200
            worked.append((process_time() - started) * 1000)
        with capsys.disabled():
            sys.stdout.write(f"\n{name} on {connection.vendor}: p95 processor {_p95(worked):.0f} ms of {len(worked)}\n")
        assert _p95(worked) < 2 * PROMISED_MS, "twice what is promised, of the processor's time on any machine"


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[18]
