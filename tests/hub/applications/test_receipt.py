"""The receipt as a PDF: tagged and titled for a screen reader, whole, the resident's own, and never half made."""

from __future__ import annotations

import pytest

from hub.sample_pay import SamplePay
from hub.visitor import Visitor, text
from mynapoint.hub import printing
from mynapoint.hub.applications.models import Application
from mynapoint.hub.applications.receipt_document import ReceiptDocument, receipt_pdf
from mynapoint.hub.printing import CannotBeSet

DOCUMENT = ReceiptDocument(
    language="ja",
    title="申込の控え",
    columns=("項目", "内容"),
    facts=(("決済サービス", '#panic("いけない") *Pay* [x'),),
    next_heading="次にすること",
    next_steps=("チャージしてください。",),
    statement_heading="署名した内容",
    statement="「#サンプルPay」_に_申し込みます。$",
    signed="署名した日時:2022年7月15日 10:00",
    note="控えです。",
)


@pytest.fixture
def applied(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    return aoki


def path() -> str:
    return f"/apply/receipt/{Application.objects.get().pk}/pdf/"


def test_a_resident_takes_the_receipt_home_as_a_tagged_pdf(applied: Visitor) -> None:
    answer = applied.get(path())

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="mynapoint-2022-07-15.pdf"'
    assert answer["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")
    assert b"pdfuaid:part" in answer.content
    assert b"/Lang" in answer.content


def test_nobody_elses_receipt_is_handed_out(applied: Visitor, ueno: Visitor) -> None:
    ueno.sign_in()

    assert ueno.get(path()).status_code == 404


def test_where_no_pdf_can_be_made_a_page_says_what_else_helps(
    applied: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "_families", frozenset)

    answer = applied.get(path())

    assert answer.status_code == 503
    assert "ブラウザーで印刷する" in text(answer)


def test_what_a_service_is_called_is_never_taken_for_a_program() -> None:
    assert receipt_pdf(DOCUMENT).startswith(b"%PDF-")


def test_without_a_japanese_font_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "_families", lambda: frozenset({"DejaVu Sans"}))

    with pytest.raises(CannotBeSet, match="font"):
        receipt_pdf(DOCUMENT)
