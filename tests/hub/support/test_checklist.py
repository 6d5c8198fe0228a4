"""Before starting: what is missing is said with what to do and where, in three languages, and nothing is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import mynapoint.demo
from hub import clock
from hub.sample_pay import SamplePay, fill_register
from hub.staff.desk import Desk, at_work
from hub.visitor import text
from mynapoint.hub.municipalities.actions import import_municipalities
from mynapoint.hub.payment_services.models import Channel, ChannelKind
from mynapoint.hub.support.checklist import sheet
from mynapoint.hub.support.checklist_pdf import written
from mynapoint.hub.support.checklist_words import Language
from mynapoint.hub.support.models import Visit

DATA = Path(mynapoint.demo.__file__).parent / "data"
ALL = {"certificate": "yes", "pin": "yes", "means": "yes", "registration": "yes"}
CHOICE = {"service": "MP0000001", "incentive": "card_uptake"}
PATH = "/staff/counter/checklist/"


@pytest.fixture
def helper(db: None) -> Desk:
    fill_register(SamplePay(url="http://127.0.0.1:9/connector"))
    import_municipalities(DATA / "municipalities")
    return at_work(municipality="hadano")


def page(helper: Desk, **answers: str) -> str:
    return text(helper.client.get(PATH, ALL | CHOICE | answers))


def open_at_counters() -> None:
    Channel.objects.filter(service__number="MP0000001", kind=ChannelKind.COUNTER).delete()
    web = Channel.objects.filter(service__number="MP0000001", kind=ChannelKind.WEB).get()
    Channel.objects.create(service=web.service, kind=ChannelKind.COUNTER, first_day=web.first_day)


def test_with_everything_at_hand_a_visit_begins_with_the_chosen_service(helper: Desk) -> None:
    open_at_counters()
    assert "× まだです" not in page(helper)
    assert "この端末で来訪を始める" in page(helper)

    helper.client.post(f"/staff/counter/{helper.terminal.pk}/begin/", CHOICE)

    visit = Visit.objects.get()
    assert (visit.service, visit.incentive) == ("MP0000001", "card_uptake")


@pytest.mark.parametrize(
    ("missing", "told"),
    [("pin", "再設定"), ("certificate", "更新"), ("means", "もう一度お越しください")],
)
def test_whatever_is_missing_is_told_with_what_to_do(helper: Desk, missing: str, told: str) -> None:
    open_at_counters()
    answer = page(helper, **{missing: "no"})

    assert told in answer
    assert "この端末で来訪を始める" not in answer


def test_where_to_have_a_pin_reset_is_the_municipalitys_own_counter(helper: Desk) -> None:
    clock.move_to(datetime(2020, 7, 15, 1, tzinfo=UTC))

    assert "戸籍住民課" in text(helper.client.get(PATH, {"pin": "no"}))


def test_a_service_that_takes_no_applications_at_counters_today_is_told_before_anybody_starts(helper: Desk) -> None:
    open_at_counters()
    Channel.objects.filter(kind=ChannelKind.COUNTER).update(first_day="2022-07-16")
    assert "× まだです" in page(helper)

    Channel.objects.filter(kind=ChannelKind.COUNTER).update(first_day="2022-07-15")

    assert "× まだです" not in page(helper)


def test_what_was_not_asked_is_neither_there_nor_missing(helper: Desk) -> None:
    answer = text(helper.client.get(PATH))

    assert "□ 確認していません" in answer
    assert "× まだです" not in answer
    assert "この端末で来訪を始める" not in answer


@pytest.mark.parametrize(
    ("language", "told"),
    [("ja", "暗証番号の再設定"), ("en", "have the PIN reset"), ("easy", "あんしょうばんごう")],
)
def test_the_sheet_is_printed_in_three_languages(helper: Desk, language: str, told: str) -> None:
    response = helper.client.get("/staff/counter/checklist.pdf", ALL | CHOICE | {"pin": "no", "lang": language})

    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store"
    assert response.content.startswith(b"%PDF-")
    on = date(2022, 7, 15)
    asked: dict[str, Any] = {
        "answers": {"pin": False},
        "service": None,
        "incentive": "",
        "municipality": "hadano",
        "on": on,
    }
    words = written(sheet(**asked, language=Language(language)))
    assert any(told in item["todo"] for item in words["items"])


def test_nothing_of_the_list_is_kept(helper: Desk) -> None:
    page(helper, pin="no")

    assert not Visit.objects.exists()
