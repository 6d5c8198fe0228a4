"""A resident's own data: all that is held about them, nothing about anybody else, in forms other programs read."""

from __future__ import annotations

import csv
import io
import json

import pytest

from hub import clock, people
from hub.sample_pay import SamplePay
from hub.visitor import Visitor
from mynapoint.hub.applications.models import Application
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.words import PageWords


@pytest.fixture
def applied(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    people.awarded(Application.objects.get(), 2_000, clock.now())
    people.awarded(Application.objects.get(), -500, clock.now())
    return aoki


def test_everything_ever_signed_is_on_my_page(applied: Visitor) -> None:
    page = applied.page("/my/")

    assert "署名・同意の記録" in page
    assert page.count("カードで署名</td>") == 2
    assert page.count('<p class="statement">') >= 2


def test_the_json_holds_points_statements_and_signatures(applied: Visitor) -> None:
    answer = applied.get("/my/data.json")
    data = json.loads(answer.content)

    assert answer["Content-Disposition"] == 'attachment; filename="mynapoint-2022-07-15.json"'
    assert answer["Cache-Control"] == "no-store"
    assert [one["points"] for one in data["applications"][0]["points"]] == [2_000, -500]
    assert [one["step"] for one in data["signed_statements"]] == ["予約", "申込"]
    assert all(len(one["signature"]) == 512 for one in data["signed_statements"])
    assert len(data["certificates"]) == 1
    assert {"signed_in", "reserved", "applied"} <= {one["act"] for one in data["acts"]}


def test_nobody_else_is_in_it(applied: Visitor, ueno: Visitor) -> None:
    ueno.sign_in()

    own = applied.get("/my/data.json").content.decode()
    others = Resident.objects.exclude(pk__in=json.loads(own)["resident_pseudonyms"])

    assert others.count() == 1
    assert str(others.get().pk) not in own
    assert json.loads(ueno.get("/my/data.json").content)["applications"] == []


def test_the_sheet_has_a_row_for_each_event_and_no_formula(applied: Visitor) -> None:
    PaymentService.objects.update(name=PageWords("=HYPERLINK()", "=HYPERLINK()"))

    sheet = applied.get("/my/data.csv").content

    assert sheet.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"))))
    assert [row[1] for row in rows] == ["できごと", "予約", "申込", "ポイントの付与", "ポイントの付与"]
    assert [row[4] for row in rows[3:]] == ["2000", "-500"]
    assert not [cell for row in rows[1:] for cell in row if cell.startswith("=")]


def test_a_stranger_gets_no_data(aoki: Visitor, sample_pay: SamplePay) -> None:
    assert aoki.get("/my/data.json").status_code == 302
    assert aoki.get("/my/data.csv").status_code == 302
