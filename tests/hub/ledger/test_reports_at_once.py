"""Award reports posted at the same time, on a database file with the shipped settings: every point counted once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hub import clock
from hub.at_once import all_at_once
from hub.people import known_credential
from hub.sample_pay import NUMBER
from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.exchange.signatures import SigningKey
from mynapoint.hub.applications.models import Application, StandingApplication
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.ledger.actions import OtherContent, record_awards
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry, RecordedTotal
from mynapoint.hub.ledger.reports import parse_report
from mynapoint.hub.payment_services.actions import register_provider_key
from mynapoint.hub.payment_services.models import PaymentService, ProviderKey
from mynapoint.hub.reservations.models import Reservation
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber

AT_ONCE = 6


@pytest.fixture
def application(file_database: None) -> Application:
    register_provider_key(
        provider="sample-pay",
        key_id="sample-pay-1",
        public_key=SigningKey.generate("sample-pay-1").public_bytes(),
        valid_from=datetime.now(UTC) - timedelta(hours=1),
    )
    return applied("aoki")


def applied(name: str) -> Application:
    """Put one application into the tables, without its journey."""
    credential = known_credential(name)
    person = credential.resident
    reservation = Reservation.objects.create(
        resident=person,
        my_key_id_text=f"{name:A<8.8}".upper(),
        reserved_at=clock.START,
        credential=credential,
        signature=b"",
        signed_at=clock.START,
    )
    application = Application.objects.create(
        resident=person,
        reservation=reservation,
        payment_service=PaymentService.objects.get(number=NUMBER),
        incentive="card_uptake",
        round_id="round2",
        counts="top_up",
        account_key=name,
        account_reference=name,
        applied_at=clock.START,
    )
    StandingApplication.objects.create(resident=person, incentive="card_uptake", application=application)
    return application


def report(report_id: str, *lines: AwardLine) -> bytes:
    total = Points(sum(line.points for line in lines))
    header = AwardReportHeader(report_id, ServiceNumber(NUMBER), clock.START, len(lines), total)
    return encode_lines([header, *lines])


def line(application: Application, points: int, line_id: str) -> AwardLine:
    return AwardLine(line_id, str(application.pk), IncentiveId("card_uptake"), Points(points), date(2022, 7, 15))


def recorded(body: bytes) -> bytes:
    return record_awards(
        service=PaymentService.objects.get(number=NUMBER),
        key=ProviderKey.objects.get(),
        report=parse_report(body),
        body=body,
        now=clock.START,
    ).body


def test_one_report_sent_several_times_at_once_counts_once_and_is_answered_alike(application: Application) -> None:
    body = report("r-1", line(application, 1_000, "l-1"))

    answers = all_at_once(*(lambda: recorded(body) for _ in range(AT_ONCE)))

    assert len(set(map(bytes, answers))) == 1, answers  # type: ignore[arg-type]
    assert RecordedTotal.objects.get().recorded == 1_000
    assert AwardReport.objects.count() == LedgerEntry.objects.count() == 1
    assert AuditRecord.objects.filter(act=Act.AWARDS_RECORDED).count() == 1


def test_one_line_in_several_reports_at_once_counts_once(application: Application) -> None:
    bodies = [report(f"r-{number}", line(application, 1_000, "l-1")) for number in range(AT_ONCE)]

    answers = all_at_once(*(lambda body=body: recorded(body) for body in bodies))

    assert sorted(b'"accepted":1' in answer for answer in answers) == [False] * (AT_ONCE - 1) + [True]  # type: ignore[operator]
    assert RecordedTotal.objects.get().recorded == 1_000
    assert LedgerEntry.objects.count() == 1


def test_reports_racing_for_the_last_points_never_pass_the_cap(application: Application) -> None:
    bodies = [report(f"r-{number}", line(application, 2_000, f"l-{number}")) for number in range(AT_ONCE)]

    answers = all_at_once(*(lambda body=body: recorded(body) for body in bodies))

    assert sum(b'"reason":"over_cap"' in answer for answer in answers) == AT_ONCE - 2  # type: ignore[operator]
    assert RecordedTotal.objects.get().recorded == 4_000
    assert sum(LedgerEntry.objects.values_list("points", flat=True)) == 4_000


def test_two_contents_under_one_report_id_at_once_leave_exactly_one(application: Application) -> None:
    bodies = [report("r-1", line(application, 100 + number, f"l-{number}")) for number in range(AT_ONCE)]

    answers = all_at_once(*(lambda body=body: recorded(body) for body in bodies))

    assert sum(isinstance(answer, OtherContent) for answer in answers) == AT_ONCE - 1
    assert RecordedTotal.objects.get().recorded == LedgerEntry.objects.get().points
