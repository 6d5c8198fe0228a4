"""The register of 1,000 services, and residents searching it."""

from __future__ import annotations

import http.client
import time
from random import Random
from urllib.parse import urlencode

SEARCHES = 150
_WORDS = ("ペイ", "サンプル", "カード", "pay", "さんぷる", "ポイント", "みらい", "a", "")
_KINDS = ("", "qr", "e_money", "credit")


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
    """Return milliseconds of searches by all kinds of words and filters, as a page and as JSON."""
    doors = {"page": "/payment-services/", "json": "/api/public/v1/payment-services"}
    return {kind: _ask(port, path) for kind, path in doors.items()}


def _ask(port: int, path: str) -> list[float]:
    random, taken = Random(20220715), []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for number in range(SEARCHES + 10):
        asked = {"q": random.choice(_WORDS), "kind": random.choice(_KINDS), "page": random.choice(("1", "2"))}
        began = time.perf_counter()
        connection.request("GET", f"{path}?{urlencode({k: v for k, v in asked.items() if v})}")
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: HTTP {response.status}")
        if number >= 10:  # the first ones warm up
            taken.append((time.perf_counter() - began) * 1000)
    return taken
