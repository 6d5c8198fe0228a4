"""Entries: the database keeps none but of its service's own application and report, whoever puts it there."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from hub import clock
from hub.people import applies, awarded
from hub.sample_pay import REGISTER
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.payment_services.actions import import_register

ELSEWHERE = "MP0000002"
NOWHERE = {"application_id": uuid.UUID(int=1), "report_id": 999, "origin_id": 999, "payment_service_id": 999}


@pytest.fixture
def entries(db: None) -> list[dict[str, Any]]:
    """What is kept of an entry of one service and of one of another, without their keys."""
    import_register(REGISTER)
    for serial, number in (("1", "MP0000001"), ("2", ELSEWHERE)):
        made = applies(CertificateId("aa", serial), clock.START, number=number)
        awarded(made, 100, clock.START + timedelta(minutes=1))
    columns = [one.attname for one in LedgerEntry._meta.concrete_fields if not one.primary_key]
    return list(LedgerEntry.objects.order_by("id").values(*columns))


def refused(*entries: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="entry_of_application_insert"), transaction.atomic():
        LedgerEntry.objects.bulk_create(
            LedgerEntry(**entry | {"line_id": f"new-{number}"}) for number, entry in enumerate(entries)
        )


@pytest.mark.parametrize("what", NOWHERE)
def test_an_entry_of_what_is_not_there_is_refused_with_all_that_come_with_it(
    entries: list[dict[str, Any]], what: str
) -> None:
    refused(entries[0], entries[0] | {what: NOWHERE[what]})

    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize("what", ["application_id", "report_id", "payment_service_id"])
def test_an_entry_of_another_services_application_or_report_is_refused(
    entries: list[dict[str, Any]], what: str
) -> None:
    refused(entries[0], entries[0] | {what: entries[1][what]})


def test_an_entry_that_names_its_origin_is_kept(entries: list[dict[str, Any]]) -> None:
    origin = LedgerEntry.objects.order_by("id")[0]

    LedgerEntry.objects.create(**entries[0] | {"line_id": "new", "points": -100, "origin_id": origin.pk})

    assert LedgerEntry.objects.filter(origin=origin).count() == 1
