"""What a report says when nothing was posted: up to when the provider has looked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub import clock
from hub.sample_pay import NUMBER, SamplePay
from hub.visitor import Visitor
from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardReceiptHeader, AwardReportHeader
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry
from mynapoint.programme.values import Points, ServiceNumber


def report(report_id: str, up_to: datetime) -> bytes:
    return encode_lines([AwardReportHeader(report_id, ServiceNumber(NUMBER), up_to, 0, Points(0))])


@pytest.fixture
def applied(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    return aoki


def test_a_report_without_lines_is_taken_and_my_page_says_up_to_when(applied: Visitor, sample_pay: SamplePay) -> None:
    assert "報告は、まだありません" in applied.page("/my/")
    body = report("r-1", datetime(2022, 7, 14, 15, 0, tzinfo=UTC))

    first = sample_pay.hub_client().send_report(report_id="r-1", body=body)
    again = sample_pay.hub_client().send_report(report_id="r-1", body=body)

    assert first == again
    assert first.header == AwardReceiptHeader("r-1", 0, 0, 0, Points(0))
    assert "2022年7月15日 00:00までの分の報告を受けています" in applied.page("/my/")
    assert AwardReport.objects.count() == 1
    assert not LedgerEntry.objects.exists()


def test_a_report_that_looks_back_does_not_turn_my_page_back(applied: Visitor, sample_pay: SamplePay) -> None:
    for report_id, up_to in [("r-1", clock.START), ("r-2", datetime(2022, 7, 1, tzinfo=UTC))]:
        sample_pay.hub_client().send_report(report_id=report_id, body=report(report_id, up_to))

    assert "2022年7月15日 10:00までの分の報告を受けています" in applied.page("/my/")
