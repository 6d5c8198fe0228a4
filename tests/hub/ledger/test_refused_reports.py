"""What stays of a report refused as a whole: whose, when, why and its figures; and what a taken one declared."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from hub import clock
from hub.people import applies
from hub.sample_pay import NUMBER, SamplePay
from hub.staff.desk import at_work
from hub.visitor import text
from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry, RefusedReport
from mynapoint.hub.staff.models import Role
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber
from mynapoint.provider.hub_client import HubRefused

AREA, OFFICE = "/staff/provider/reports/", "/staff/providers/reports/"


def body(
    application: Application,
    *,
    report_id: str = "r-1",
    lines: int = 2,
    points: int = 1_000,
    number: str = NUMBER,
    up_to: datetime = clock.START,
) -> bytes:
    """Two lines of 400 and 600 points; what the header declares is told."""
    named = IncentiveId(application.incentive)
    header = AwardReportHeader(report_id, ServiceNumber(number), up_to, lines, Points(points))
    day = clock.START.date()
    rows = [AwardLine(f"{report_id}-{one}", str(application.pk), named, Points(one), day) for one in (400, 600)]
    return encode_lines([header, *rows])


@pytest.fixture
def application(sample_pay: SamplePay) -> Application:
    return applies(CertificateId("aa", "1"), clock.START)


def refused(pay: SamplePay, sent: bytes, report_id: str = "r-1") -> RefusedReport:
    with pytest.raises(HubRefused):
        pay.hub_client().send_report(report_id=report_id, body=sent)
    return RefusedReport.objects.latest("pk")


def rows(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def test_a_report_whose_totals_are_not_its_lines_leaves_both_figures_and_no_entry(
    application: Application, sample_pay: SamplePay
) -> None:
    by_points = refused(sample_pay, body(application, points=999))
    by_count = refused(sample_pay, body(application, lines=3))

    assert (by_points.code, by_points.line, by_points.field) == ("malformed", 1, "points_total")
    assert (by_count.code, by_count.line, by_count.field) == ("malformed", 1, "line_count")
    for one, declared in ((by_points, (2, 999)), (by_count, (3, 1_000))):
        assert (one.lines_declared, one.points_declared) == declared
        assert (one.lines_counted, one.points_counted) == (2, 1_000)
        assert (one.provider.slug, one.key_id, one.report_id) == ("sample-pay", sample_pay.key.key_id, "r-1")
    assert not LedgerEntry.objects.exists()
    assert not AwardReport.objects.exists()


def test_every_refusal_as_a_whole_is_kept_once_however_often_the_report_comes(
    application: Application, sample_pay: SamplePay
) -> None:
    good = body(application)
    sample_pay.hub_client().send_report(report_id="r-1", body=good)
    wrong = [
        body(application, up_to=clock.START - timedelta(days=1)),
        body(application, number="MP9999999"),
        body(application, report_id="r-9", up_to=clock.START + timedelta(days=9)),
        body(application, report_id="r-8").replace(b'"points":400', b'"points":4.5'),
        b"nothing",
    ]
    for sent in (*wrong, *wrong):
        refused(sample_pay, sent)

    kept = RefusedReport.objects.order_by("pk").values_list("code", "payment_service__number", "line", "field")
    assert list(kept) == [
        ("other_content", NUMBER, None, ""),
        ("unknown_service", None, None, ""),
        ("malformed", NUMBER, 1, "reported_up_to"),
        ("malformed", NUMBER, 2, "number"),
        ("malformed", None, 1, "line"),
    ]


def test_nothing_of_the_lines_is_kept_not_even_a_name_that_stands_for_a_field(
    application: Application, sample_pay: SamplePay
) -> None:
    told = refused(sample_pay, body(application).replace(b'"points":600', b'"points":600,"aoki hanako":1'))

    kept = " ".join(str(value) for value in RefusedReport.objects.values_list().get(pk=told.pk))
    assert told.line == 3
    assert "hanako" not in kept
    assert str(application.pk) not in kept


def test_what_a_report_declared_is_kept_and_shown_beside_what_was_counted(
    application: Application, sample_pay: SamplePay
) -> None:
    over = body(application).replace(b'"points":600', b'"points":9000').replace(b'_total":1000', b'_total":9400')
    sample_pay.hub_client().send_report(report_id="r-1", body=over)
    refused(sample_pay, body(application, report_id="r-2", points=77), "r-2")

    report = AwardReport.objects.get()
    assert (report.lines_declared, report.points_declared) == (2, 9_400)
    for role, address in ((Role.PROVIDER, AREA), (Role.OFFICE, OFFICE)):
        client = at_work(role, name=f"one-of-{role.value}").client
        page = text(client.get(address))
        assert page.index("9,400") < page.index("1行も記録しなかった報告") < page.index("77ポイント")
        taken, not_taken = rows(client, f"{address}reports.csv"), rows(client, f"{address}refused-reports.csv")
        assert [(one["points_declared"], one["points_recorded"], one["lines_refused"]) for one in taken] == [
            ("9400", "400", "1")
        ]
        assert [(one["code"], one["points_declared"], one["points_counted"]) for one in not_taken] == [
            ("malformed", "77", "1000")
        ]
    other = at_work(Role.PROVIDER, terminal="aoba 1", name="aoba-1", provider="aoba").client
    assert "r-2" not in text(other.get(AREA))
    assert rows(other, f"{AREA}refused-reports.csv") == rows(other, f"{AREA}reports.csv") == []


def test_the_database_refuses_to_change_or_remove_a_refused_report(
    application: Application, sample_pay: SamplePay
) -> None:
    told = RefusedReport.objects.filter(pk=refused(sample_pay, body(application, lines=7)).pk)

    for change in (lambda: told.update(code="other_content"), told.delete):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            change()
