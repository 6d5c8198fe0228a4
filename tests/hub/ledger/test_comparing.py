"""Expected against reported: late, early, missing, stopped; what can be told without knowing a purchase."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hub import clock
from hub.command_line import address, hub
from hub.people import CARD_UPTAKE, applies, awarded
from hub.sample_pay import NUMBER, REGISTER
from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.hub.applications.actions import prove_registration
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.ledger.actions import record_awards
from mynapoint.hub.ledger.comparing import Compared, compare, due_by
from mynapoint.hub.ledger.merges import take_links
from mynapoint.hub.ledger.models import AwardReport
from mynapoint.hub.ledger.refused_lines import refused_csv
from mynapoint.hub.ledger.reports import parse_report
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.models import PaymentService, ProviderKey
from mynapoint.programme.schedules import AfterUse, MonthClose, Threshold
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber

HEALTH = IncentiveId("health_insurance")
OLD, NEW = CertificateId("aa", "1"), CertificateId("aa", "2")
AUGUST_END = date(2022, 8, 31)
"""サンプルPay closes July at the end of August."""


@pytest.fixture
def _register(db: None) -> None:
    import_register(REGISTER)


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def reports(up_to: datetime, *lines: AwardLine, report_id: str = "r-1") -> bytes:
    total = Points(sum(line.points for line in lines))
    body = encode_lines([AwardReportHeader(report_id, ServiceNumber(NUMBER), up_to, len(lines), total), *lines])
    service = PaymentService.objects.get(number=NUMBER)
    key = ProviderKey(key_id="sample-pay-1", provider=service.provider)
    return record_awards(service=service, key=key, report=parse_report(body), body=body, now=up_to).body


def line(application: Application, points: int, posted_on: date, key: str = "l-1") -> AwardLine:
    incentive = IncentiveId(application.incentive)
    return AwardLine(key, str(application.pk), incentive, Points(points), posted_on)


def compared(day: date, incentive: IncentiveId = CARD_UPTAKE) -> Compared:
    (own,) = (one for one in compare(now=on(day)) if one.incentive == incentive)
    return own


@pytest.mark.usefixtures("_register")
def test_a_service_is_late_when_its_day_and_the_grace_are_past_and_nothing_was_reported_beyond_it() -> None:
    applies(OLD, clock.START)

    assert compared(AUGUST_END + timedelta(days=2)).late_since is None
    assert compared(AUGUST_END + timedelta(days=3)).late_since == AUGUST_END
    reports(on(AUGUST_END - timedelta(days=1)))
    assert compared(AUGUST_END + timedelta(days=3)).late_since == AUGUST_END
    reports(on(AUGUST_END + timedelta(days=1)), report_id="r-2")

    own = compared(AUGUST_END + timedelta(days=3))
    assert (own.late_since, own.is_off) == (None, False)
    assert compared(date(2022, 10, 4)).late_since == date(2022, 9, 30), "and so month after month"


@pytest.mark.usefixtures("_register")
def test_points_before_the_schedule_can_have_given_any_are_too_early() -> None:
    application = applies(OLD, clock.START)

    reports(on(AUGUST_END), line(application, 300, date(2022, 8, 30)), line(application, 300, AUGUST_END, "l-2"))

    assert compared(AUGUST_END).too_early == 1


@pytest.mark.usefixtures("_register")
def test_a_fixed_sum_that_was_instructed_and_never_reported_is_missing() -> None:
    application = applies(OLD, clock.START, HEALTH)
    prove_registration(
        resident=application.resident, incentive=HEALTH, proven_on=date(2022, 7, 1), source="register", now=clock.START
    )
    reports(clock.START + timedelta(days=2))
    assert compared(AUGUST_END, HEALTH).missing == 0

    reports(clock.START + timedelta(days=4), report_id="r-2")
    assert compared(AUGUST_END, HEALTH).missing == 1
    awarded(application, 7_500, clock.START + timedelta(days=5))

    assert compared(AUGUST_END, HEALTH).missing == 0


@pytest.mark.usefixtures("_register")
def test_points_of_a_stopped_application_are_named_until_they_are_clawed_back() -> None:
    applies(OLD, clock.START)
    later = applies(NEW, clock.START + timedelta(minutes=1))
    awarded(later, 2_000, clock.START)
    take_links([(1, Link(OLD, NEW))], source="test", now=clock.START)
    assert compared(clock.START.date()).on_stopped == 2_000

    awarded(later, -2_000, clock.START)

    assert compared(clock.START.date()).on_stopped == 0


@pytest.mark.parametrize(
    ("schedule", "day", "due"),
    [
        (MonthClose(1, "last"), date(2022, 8, 30), None),
        (MonthClose(1, "last"), date(2022, 8, 31), date(2022, 8, 31)),
        (MonthClose(1, "last"), date(2024, 1, 1), date(2023, 1, 31)),
        (Threshold(2, 10), date(2022, 9, 10), date(2022, 9, 10)),
        (AfterUse(0), date(2022, 7, 15), None),
        (AfterUse(0), date(2022, 7, 16), date(2022, 7, 16)),
        (AfterUse(72), date(2023, 6, 1), date(2023, 1, 4)),
    ],
)
def test_the_day_by_which_something_is_due_is_the_schedules_own(
    schedule: MonthClose | Threshold | AfterUse, day: date, due: date | None
) -> None:
    assert due_by(schedule, first=date(2022, 7, 15), last=date(2022, 12, 31), on=day) == due


@pytest.mark.usefixtures("_register")
def test_refused_lines_are_a_file_with_number_field_and_reason() -> None:
    application = applies(OLD, clock.START)
    reports(clock.START, line(application, 5_000, AUGUST_END), line(application, 1, AUGUST_END, '=1+1,"x'))

    rows = refused_csv(AwardReport.objects.get()).split("\r\n")

    assert rows[1].startswith('3,"\'=1+1,""x",points,over_cap,付与の上限を超えます。')
    assert len(rows) == 3


def test_the_commands_say_what_is_off_and_print_the_file(file_database: None, tmp_path: Path) -> None:
    application = applies(OLD, clock.START)
    reports(clock.START, line(application, 5_001, AUGUST_END))

    late = hub("compare-reports", state=tmp_path, database=address())
    refused = hub("refused-lines", NUMBER, "r-1", state=tmp_path, database=address())

    assert late.returncode == 1
    assert f"{NUMBER}\tcard_uptake\t1\t2022-07-15" in late.stdout
    assert "2,l-1,points,over_cap" in refused.stdout
    assert hub("refused-lines", NUMBER, "r-9", state=tmp_path, database=address()).returncode == 1
