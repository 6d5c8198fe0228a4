"""Every order of two writers' statements on PostgreSQL, through the code as it is: cap and uniqueness hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import Sum

from hub import clock
from hub.applications.test_races import draft, refusals, resident, signature
from hub.command_line import address
from hub.ledger.test_reports_at_once import application, applied, line, recorded, report  # noqa: F401 - a fixture
from hub.steps import led, orders
from mynapoint.award.refusals import Refusal
from mynapoint.hub.applications import actions
from mynapoint.hub.applications.models import Application, Consent, Notice
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry, RecordedTotal

ONLY_ON = "postgresql"
"""SQLite has one writer: there is one order, one after the other."""
CAP = 5_000
POINTS = 3_000
"""Twice is more than the cap."""

REPORT_STEPS = re.compile(
    r'FROM "payment_services_paymentservice" .* FOR|FROM "ledger_recordedtotal" .* FOR|UPDATE "?ledger_recorded'
)
EVERY_STATEMENT = re.compile("")


@pytest.fixture
def watcher(file_database: None, database: str) -> Iterator[psycopg.Connection]:
    """A third connection, which sees who waits for whom."""
    assert database == ONLY_ON
    with psycopg.connect(address().replace("hub@", "postgres@"), autocommit=True) as connection:
        yield connection


def points_of(one: Application) -> int:
    return int(LedgerEntry.objects.filter(application=one).aggregate(sum=Sum("points"))["sum"] or 0)


@pytest.mark.usefixtures("application")
def test_in_every_order_two_reports_of_one_person_stay_within_the_cap(watcher: psycopg.Connection) -> None:
    seen = set()
    for number, order in enumerate(orders(4, 4)):
        person = applied(f"person{number}")
        bodies = [report(f"r-{number}-{one}", line(person, POINTS, f"l-{number}-{one}")) for one in "ab"]

        writers = led(order, [partial(recorded, body) for body in bodies], REPORT_STEPS, watcher)

        answers = [bytes(writer.outcome) for writer in writers]  # type: ignore[call-overload]
        assert sorted(b"over_cap" in answer for answer in answers) == [False, True], (order, answers)
        assert RecordedTotal.objects.get(resident=person.resident).recorded == points_of(person) == POINTS, order
        seen.add(tuple(writer.steps for writer in writers))
    assert seen == {(4, 4)}, "every writer went through its four steps in every order"


def test_the_same_orders_break_the_cap_of_a_writer_that_looks_first_and_writes_then(
    application: Application,  # noqa: F811
    watcher: psycopg.Connection,
) -> None:
    """The control: the orders are real ones."""
    recorded(report("r-0", line(application, 1, "l-0")))
    kept = AwardReport.objects.get()

    @transaction.atomic
    def naive(person: Application, line_id: str) -> None:
        if points_of(person) + POINTS <= CAP:
            LedgerEntry.objects.create(
                report=kept,
                application=person,
                payment_service=person.payment_service,
                line_id=line_id,
                points=POINTS,
                posted_on=clock.START.date(),
                recorded_at=clock.START,
            )

    over = 0
    for number, order in enumerate(orders(3, 3)):
        person = applied(f"person{number}")
        acts = [lambda person=person, name=f"n-{number}-{one}": naive(person, name) for one in "ab"]
        led(order, acts, re.compile("ledger_ledgerentry"), watcher)
        over += points_of(person) > CAP

    assert over == 18, "all of the twenty but the two in which one ends before the other begins"


def test_in_every_order_one_account_chosen_by_two_people_serves_one(watcher: psycopg.Connection) -> None:
    for number, order in enumerate(orders(*steps_of_applying(watcher)), start=1):
        people = [resident(f"{number}-{one}") for one in "ab"]
        drafts = [draft(person, f"account-{number}") for person in people]
        acts = [
            lambda person=person, mine=mine: actions.apply(
                draft=mine, signature=signature(str(mine.pk), str(mine.pk)), credential=person, now=clock.START
            )
            for person, mine in zip(people, drafts, strict=True)
        ]

        writers = led(order, acts, EVERY_STATEMENT, watcher)

        assert refusals([writer.outcome for writer in writers]) == [Refusal.ACCOUNT_ALREADY_USED], order
        assert Application.objects.count() == Consent.objects.count() == number + 1, order
        assert Notice.objects.count() == number + 1, order


def steps_of_applying(watcher: psycopg.Connection) -> tuple[int, int]:
    """Return how many steps a writer takes who applies alone."""
    person = resident("alone")
    mine = draft(person, "alone")
    (writer,) = led(
        [],
        [
            lambda: actions.apply(
                draft=mine, signature=signature(str(mine.pk), "alone"), credential=person, now=clock.START
            )
        ],
        EVERY_STATEMENT,
        watcher,
    )
    assert isinstance(writer.outcome, Application), writer.outcome
    assert connection.vendor == "postgresql"
    return writer.steps, writer.steps
