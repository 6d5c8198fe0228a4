"""Auditing the books: silent where all is well, exact about what is off, whoever put it there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F

from hub import clock
from hub.command_line import address, hub
from hub.conftest import as_owner
from hub.people import applies, awarded
from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.budgets import limit
from mynapoint.hub.books.models import Budget, BudgetBlock, Movement
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry, RecordedTotal
from mynapoint.programme.values import Points

BUDGET = "round2.card_uptake"


@pytest.fixture
def application(file_database: None) -> Application:
    """Applied for within a limit, awarded 1,500 in two reports, of which 300 were clawed back."""
    limit(BUDGET, Points(20_000), now=clock.START)
    made = applies(CertificateId("aa", "1"), clock.START)
    applies(CertificateId("aa", "2"), clock.START)
    for points in (1_000, 500, -300):
        awarded(made, points, clock.START + timedelta(minutes=1))
    return made


def forged(application: Application, **other: object) -> None:
    """A movement put in past the hub."""
    own = {"budget": Budget.objects.get(name=BUDGET), "kind": "recorded", "from_account": "reserved"}
    own |= {"to_account": "awarded", "points": 1, "made_at": clock.START, "voucher": "report:1"}
    Movement.objects.create(**own | other)


def entry(application: Application, **other: object) -> None:
    """An entry put in past the hub."""
    own = {"report_id": AwardReport.objects.order_by("id")[0].pk, "application_id": application.pk}
    own |= {"payment_service_id": application.payment_service_id, "line_id": "forged", "points": 5_000}
    LedgerEntry.objects.create(**own | {"posted_on": date(2022, 7, 1), "recorded_at": clock.START} | other)


FORGERIES: dict[str, tuple[Callable[[Application], object], set[str]]] = {
    "a total is raised": (
        lambda _: RecordedTotal.objects.update(recorded=F("recorded") + 1),
        {"a running total is the sum of its entries"},
    ),
    "an entry is put in": (
        entry,
        {
            "a running total is the sum of its entries",
            "a report is booked as its lines",
            "no application is awarded more than was reserved for it",
        },
    ),
    "a movement of a report is put in": (forged, {"a report is booked as its lines"}),
    "a movement of no report is put in": (
        lambda one: forged(one, voucher="report:99"),
        {"a report is booked as its lines"},
    ),
    "more is released than was reserved": (
        lambda one: forged(one, kind="released", from_account="reserved", to_account="funds", points=9_000),
        {"an account holds no less than nothing"},
    ),
    "more lapses than was awarded": (
        lambda one: forged(one, kind="expired", from_account="awarded", to_account="funds", points=9_000),
        {"no more is claimed and paid than was awarded"},
    ),
    "a block is filled": (
        lambda _: BudgetBlock.objects.filter(number=0).update(points_left=F("points_left") + 1),
        {"what is left of a budget is its balance"},
    ),
    "points are reserved past the limit": (
        lambda one: forged(one, kind="reserved", from_account="funds", to_account="reserved"),
        {"a limited budget is reserved from alone"},
    ),
    "a movement names no budget": (
        lambda one: forged(
            one, budget=Budget(pk=99), voucher="", kind="reserved", from_account="funds", to_account="reserved"
        ),
        {"a movement is of a known budget"},
    ),
}


def test_nothing_is_off_in_books_that_only_the_hub_wrote(application: Application) -> None:
    assert audit_books() == []


@pytest.mark.parametrize("name", FORGERIES)
def test_what_was_put_in_past_the_hub_is_found_and_named(application: Application, name: str) -> None:
    forge, expected = FORGERIES[name]
    forge(application)

    assert {one.what for one in audit_books()} == expected


def test_an_application_without_its_reservation_is_named(application: Application) -> None:
    with as_owner(), connection.cursor() as cursor:
        table = " ON books_movement" if connection.vendor == "postgresql" else ""
        name = "no_change" if connection.vendor == "postgresql" else "no_delete"
        cursor.execute(f"DROP TRIGGER books_movement_{name}{table}")
        own = str(application.pk) if connection.vendor == "postgresql" else application.pk.hex
        cursor.execute("DELETE FROM books_movement WHERE application = %s", [own])

        off = {one.what: one for one in audit_books()}

    assert own in off["every application has its reservation"].place
    assert "no application is awarded more than was reserved for it" in off


@pytest.mark.parametrize("wrong", ["application_id", "report_id", "payment_service_id", "origin_id"])
def test_an_entry_that_is_not_of_its_services_application_and_report_is_named(
    application: Application, wrong: str
) -> None:
    elsewhere = {"application_id": uuid.uuid4(), "report_id": 999, "payment_service_id": 999, "origin_id": 999}
    named = {"an entry is of its service's application and report", "the origin of an entry is there"}
    with as_owner(), connection.cursor() as cursor:
        table = " ON ledger_ledgerentry" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER entry_of_application_insert{table}")
        entry(application, **{wrong: elsewhere[wrong]})

        off = [one for one in audit_books() if one.what in named]

    assert off[0].expected != off[0].found
    assert [one.place for one in off] == [f"entry {LedgerEntry.objects.latest('pk').pk}"]


def test_the_command_says_that_all_is_well_or_what_is_off(application: Application, tmp_path: Path) -> None:
    well = hub("audit-books", state=tmp_path, database=address())
    assert (well.returncode, well.stdout.split()[0]) == (0, str(Movement.objects.count())), well.stderr
    listed = hub("budgets", state=tmp_path, database=address())
    assert f"{BUDGET}\t20000\t10000\t8800\t1200\t0\t0" in listed.stdout
    RecordedTotal.objects.update(recorded=1)

    off = hub("audit-books", state=tmp_path, database=address())

    assert off.returncode == 1
    assert "a running total is the sum of its entries: resident" in off.stderr
    assert off.stderr.strip().endswith("expected 1200, found 1")
