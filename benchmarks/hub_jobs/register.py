"""The register of 1,000 services, and residents searching it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from random import Random
from urllib.parse import urlencode

SEARCHES = 150
_WORDS = ("ペイ", "サンプル", "カード", "pay", "さんぷる", "ポイント", "みらい", "a", "")
_KINDS = ("", "qr", "e_money", "credit")
_COMPARED = [f"MP000000{digit}" for digit in range(1, 8)]
_Request = tuple[str, str, str]
"""Method, target and body."""


def grow_to(count: int) -> int:
    """Copy the register's approved services until there are ``count``; return how many there are."""
    from django.db import connection

    from mynapoint.hub.payment_services.models import Channel, Participation, PaymentService

    originals = list(PaymentService.objects.filter(state="approved").prefetch_related("channels", "participations"))
    with connection.cursor() as cursor:  # the copies have no history, which the register asks for
        cursor.execute("SET session_replication_role = replica")
        missing = count - PaymentService.objects.count()
        for number in range(max(missing, 0)):
            one = originals[number % len(originals)]
            channels, participations = list(one.channels.all()), list(one.participations.all())
            copy = PaymentService.objects.get(pk=one.pk)
            copy.pk, copy.number, copy.name = None, f"MP9{number:06}", f"{copy.name}{number}"
            copy.save(force_insert=True)
            for row in (*channels, *participations):
                row.pk, row.service_id = None, copy.pk
            Channel.objects.bulk_create(channels)
            Participation.objects.bulk_create(participations)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE payment_services_paymentservice")
    return PaymentService.objects.count()


def searched(port: int) -> dict[str, list[float]]:
    """Return milliseconds of searches by all kinds of words and filters, as a page and as JSON, and of what follows.

    ``compare``      three services side by side      ``calculator``   a plan of two lines, one of them every week
    """
    asking: dict[str, Callable[[Random], _Request]] = {
        "page": lambda random: ("GET", f"/payment-services/?{_words(random)}", ""),
        "json": lambda random: ("GET", f"/api/public/v1/payment-services?{_words(random)}", ""),
        "compare": lambda random: ("GET", f"/payment-services/compare/?{_three(random)}", ""),
        "calculator": lambda random: ("POST", "/payment-services/calculator/", _plan(random)),
    }
    return {kind: _ask(port, ask) for kind, ask in asking.items()}


def _ask(port: int, ask: Callable[[Random], _Request]) -> list[float]:
    random, taken = Random(20220715), []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for number in range(SEARCHES + 10):
        method, target, body = ask(random)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        began = time.perf_counter()
        connection.request(method, target, body or None, headers)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{method} {target}: HTTP {response.status}")
        if number >= 10:  # the first ones warm up
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def _words(random: Random) -> str:
    asked = {"q": random.choice(_WORDS), "kind": random.choice(_KINDS), "page": random.choice(("1", "2"))}
    return urlencode({key: value for key, value in asked.items() if value})


def _three(random: Random) -> str:
    return urlencode({"s": random.sample(_COMPARED, 3)}, doseq=True)


def _plan(random: Random) -> str:
    plan = {"service": "MP0000001", "lines": "2", "incentive": "card_uptake", "counts": "top_up"}
    plan |= {"applied_on": "2022-07-15", "line0-kind": "top_up", "line1-kind": "top_up", "line1-every": "week"}
    days = {"line0-on": "2022-07-20", "line1-on": "2022-08-03"}
    return urlencode(plan | days | {f"line{place}-yen": random.randrange(100, 9_000) for place in range(2)})
