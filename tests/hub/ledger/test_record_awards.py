"""Recording awards: once, under the cap, never below zero, each refused line with its reason; sent again, the same."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import httpx
import pytest
from django.db import DatabaseError, IntegrityError, transaction

from hub import clock
from hub.in_process import InProcessHub
from hub.sample_pay import NUMBER, SamplePay
from hub.visitor import Visitor, text
from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReceiptHeader, AwardReportHeader, LineRefusal, RefusedLine
from mynapoint.exchange.signatures import SigningKey, sign_request
from mynapoint.hub.applications.models import Application
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry, RecordedTotal
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber
from mynapoint.provider.hub_client import HubRefused, Receipt

URL = "http://localhost:8000/api/provider/v1/award-reports"
TYPE = {"Content-Type": "application/jsonl"}


@pytest.fixture
def application(aoki: Visitor, sample_pay: SamplePay) -> Application:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    return Application.objects.get()


def line(application: Application, points: int, line_id: str = "l-1", **more: object) -> AwardLine:
    fields = {"application_id": str(application.pk), "incentive": IncentiveId("card_uptake")} | more
    return AwardLine(line_id=line_id, points=Points(points), posted_on=date(2022, 8, 31), **fields)  # type: ignore[arg-type]


def body(*lines: AwardLine, report_id: str = "r-1", points: int | None = None, number: str = NUMBER) -> bytes:
    total = sum(one.points for one in lines) if points is None else points
    up_to = datetime(2022, 7, 15, 0, 0, tzinfo=UTC)
    header = AwardReportHeader(report_id, ServiceNumber(number), up_to, len(lines), Points(total))
    return encode_lines([header, *lines])


def send(pay: SamplePay, *lines: AwardLine, report_id: str = "r-1") -> Receipt:
    return pay.hub_client().send_report(report_id=report_id, body=body(*lines, report_id=report_id))


def post(content: bytes, key: SigningKey, headers: dict[str, str] | None = None) -> httpx.Response:
    signed = sign_request(key, method="POST", url=URL, body=content)
    with httpx.Client(transport=InProcessHub()) as client:
        return client.post(URL, content=content, headers=signed | TYPE | (headers or {}))


def test_points_are_recorded_and_my_page_shows_them(
    application: Application, sample_pay: SamplePay, aoki: Visitor
) -> None:
    receipt = send(sample_pay, line(application, 5_000))

    assert receipt.header == AwardReceiptHeader("r-1", 1, 0, 0, Points(5_000))
    assert RecordedTotal.objects.get().recorded == 5_000
    assert "5,000" in aoki.page("/my/")


def test_a_report_sent_again_is_answered_the_same_and_changes_nothing(
    application: Application, sample_pay: SamplePay
) -> None:
    report = body(line(application, 1_000), line(application, 9_999, "l-2"))

    first, second = post(report, sample_pay.key), post(report, sample_pay.key)

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert LedgerEntry.objects.count() == AwardReport.objects.count() == 1


def test_the_same_report_id_with_other_content_is_refused(application: Application, sample_pay: SamplePay) -> None:
    send(sample_pay, line(application, 1_000))

    with pytest.raises(HubRefused) as refused:
        send(sample_pay, line(application, 2_000, "l-2"))

    assert refused.value.status == 422
    assert RecordedTotal.objects.get().recorded == 1_000


def test_a_line_seen_twice_counts_once(application: Application, sample_pay: SamplePay) -> None:
    send(sample_pay, line(application, 1_000))

    receipt = send(sample_pay, line(application, 1_000), line(application, 500, "l-2"), report_id="r-2")

    assert receipt.header == AwardReceiptHeader("r-2", 1, 1, 0, Points(500))
    assert RecordedTotal.objects.get().recorded == 1_500


def test_a_line_seen_twice_in_one_report_counts_once(application: Application, sample_pay: SamplePay) -> None:
    receipt = send(sample_pay, line(application, 1_000), line(application, 1_000))

    assert (receipt.header.accepted, receipt.header.repeated) == (1, 1)
    assert RecordedTotal.objects.get().recorded == 1_000


def test_each_refused_line_has_its_reason_and_the_others_count(application: Application, sample_pay: SamplePay) -> None:
    receipt = send(
        sample_pay,
        line(application, 4_000, "first"),
        line(application, 1_001, "over"),
        line(application, -4_001, "below"),
        line(application, 1, "unknown", application_id=str(uuid.uuid4())),
        line(application, 1, "garbled", application_id="no-uuid"),
        line(application, 1, "other", incentive=IncentiveId("health_insurance")),
        line(application, 4_001, "first"),
        line(application, 1_000, "last"),
    )

    assert receipt.refused == (
        RefusedLine(3, "over", LineRefusal.OVER_CAP),
        RefusedLine(4, "below", LineRefusal.BELOW_ZERO),
        RefusedLine(5, "unknown", LineRefusal.UNKNOWN_APPLICATION),
        RefusedLine(6, "garbled", LineRefusal.UNKNOWN_APPLICATION),
        RefusedLine(7, "other", LineRefusal.OTHER_INCENTIVE),
        RefusedLine(8, "first", LineRefusal.CHANGED_CONTENT),
    )
    assert RecordedTotal.objects.get().recorded == 5_000


def test_the_cap_holds_over_reports_and_a_claw_back_makes_room(application: Application, sample_pay: SamplePay) -> None:
    send(sample_pay, line(application, 5_000), report_id="r-1")
    assert send(sample_pay, line(application, 1, "l-2"), report_id="r-2").header.refused == 1
    send(sample_pay, line(application, -2_000, "l-3"), report_id="r-3")

    send(sample_pay, line(application, 2_000, "l-4"), report_id="r-4")

    assert RecordedTotal.objects.get().recorded == 5_000
    assert sum(LedgerEntry.objects.values_list("points", flat=True)) == 5_000


@pytest.mark.parametrize("recorded", [5_001, -1])
def test_the_database_itself_keeps_every_total_within_the_cap(
    application: Application, sample_pay: SamplePay, recorded: int
) -> None:
    send(sample_pay, line(application, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        RecordedTotal.objects.update(recorded=recorded)


def test_the_ledger_cannot_be_changed_even_in_the_database(application: Application, sample_pay: SamplePay) -> None:
    send(sample_pay, line(application, 1))

    for table in (LedgerEntry, AwardReport):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            table.objects.update(**({"points": 2} if table is LedgerEntry else {"report_id": "x"}))
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            table._base_manager.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"", "line"),
        (b"{}", "type"),
        (body(points=1), "points_total"),
        (body().replace(b'"line_count":0', b'"line_count":1'), "line_count"),
        (body().replace(b'"points_total":0', b'"points_total":0,"amount_yen":20000'), "amount_yen"),
        (body().replace(b"2022-07-15", b"2022-07-17"), "reported_up_to"),
    ],
)
def test_a_malformed_report_is_refused_whole_with_line_and_field(
    sample_pay: SamplePay, content: bytes, field: str
) -> None:
    response = post(content, sample_pay.key)

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.json()["line"], response.json()["field"]) == (1, field)
    assert not AwardReport.objects.exists()


def test_a_line_with_a_purchase_in_it_is_refused(application: Application, sample_pay: SamplePay) -> None:
    content = body(line(application, 1)).replace(b'"points":1', b'"points":1,"amount_yen":4')

    assert post(content, sample_pay.key).json()["field"] == "amount_yen"


def test_only_the_registered_key_and_only_once(application: Application, sample_pay: SamplePay) -> None:
    content = body(line(application, 1))
    stranger = SigningKey.generate("sample-pay-1")
    unknown = SigningKey.generate("nobody-1")
    assert post(content, stranger).status_code == post(content, unknown).status_code == 401
    signed = sign_request(sample_pay.key, method="POST", url=URL, body=content) | TYPE
    with httpx.Client(transport=InProcessHub()) as client:
        assert client.post(URL, content=content + b"\n", headers=signed).status_code == 401
        assert client.post(URL, content=content, headers=TYPE).status_code == 401
        assert client.post(URL, content=content, headers=signed).status_code == 200
        assert client.post(URL, content=content, headers=signed).status_code == 401, "a replay"


def test_another_providers_service_does_not_exist_for_this_one(sample_pay: SamplePay) -> None:
    response = post(body(number="MP0000002"), sample_pay.key)

    assert response.status_code == 404
    assert response.json()["type"] == "urn:mynapoint:problem:unknown_service"


def test_a_line_for_an_application_at_another_service_is_refused(
    application: Application, sample_pay: SamplePay
) -> None:
    from mynapoint.hub.ledger.actions import record_awards
    from mynapoint.hub.ledger.reports import parse_report
    from mynapoint.hub.payment_services.models import PaymentService, ProviderKey

    other = PaymentService.objects.exclude(number=NUMBER).first()
    assert other is not None
    content = body(line(application, 1), number=other.number)

    answer = record_awards(
        service=other,
        key=ProviderKey.objects.get(),
        report=parse_report(content),
        body=content,
        now=datetime(2022, 7, 15, tzinfo=UTC),
    )

    assert b'"reason":"other_service"' in answer.body
    assert not LedgerEntry.objects.exists()


def test_my_page_says_what_is_still_to_earn_and_when(
    application: Application, sample_pay: SamplePay, aoki: Visitor
) -> None:
    send(sample_pay, line(application, 3_000))

    page = aoki.page("/my/")

    assert "残りの2,000ポイントは、チャージ合計8,000円分です。" in page
    assert "2022年7月中のチャージ分は、2022年8月31日の予定です" in page
    assert "2022年7月15日 09:00までの分の報告を受けています" in page
    assert "申し込みます。申し込んだ後は、決済サービスを変更できません。" in page
    assert "健康保険証としての利用登録" in page


def test_my_page_no_longer_expects_what_has_been_reported(
    application: Application, sample_pay: SamplePay, aoki: Visitor
) -> None:
    nine_o_clock = datetime(2022, 8, 31, 0, 0, tzinfo=UTC)
    clock.move_to(nine_o_clock)
    header = AwardReportHeader("r-1", ServiceNumber(NUMBER), nine_o_clock, 1, Points(2_500))
    sample_pay.hub_client().send_report(report_id="r-1", body=encode_lines([header, line(application, 2_500)]))

    page = aoki.page("/my/")

    assert "2022年7月中のチャージ分は、報告済みです" in page
    assert "2022年8月中のチャージ分は、2022年9月30日の予定です" in page
    assert "残りの2,500ポイントは、チャージ合計10,000円分です。" in page


def test_my_page_of_someone_else_shows_nothing_of_it(application: Application, ueno: Visitor) -> None:
    ueno.sign_in()

    page = text(ueno.get("/my/"))

    assert "****1234" not in page
    assert "申込は、まだありません" in page
