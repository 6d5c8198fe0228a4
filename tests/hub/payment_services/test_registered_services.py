"""The sample of real services: forty, as public pages told of them, with what is not known left open."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

import mynapoint.demo
from hub.page_text import main_text, markup
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.search import Query, find

REGISTERED = Path(mynapoint.demo.__file__).parent / "data" / "registered_services.toml"


@pytest.fixture
def registered(register: None) -> None:
    """The city's register with the real services beside the invented ones."""
    import_register(REGISTERED)


def test_there_are_forty_each_with_its_sources_and_only_a_known_number_is_official(registered: None) -> None:
    real = PaymentService.objects.exclude(number__lt="MP0000019")

    assert real.count() == 40
    assert all(one.sources for one in real)
    assert [one.name for one in real if not one.number_is_sample] == ["majica"]


def test_nobody_can_apply_to_one_and_no_day_is_claimed(registered: None, client: Client) -> None:
    for one in PaymentService.objects.exclude(number__lt="MP0000019"):
        assert not any(row.first_day for row in one.channels.all())
        assert not any(row.joined_on for row in one.participations.all())
        page = client.get(f"/payment-services/{one.number}/")
        assert "記載なし" in main_text(page)
        assert "/apply/" not in markup(page)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("すいか", "Suica"),
        ("ｓｕｉｃａ", "Suica"),
        ("rakuten pei", "楽天ペイ"),
        ("ぺいぺい", "PayPay(チャージ)"),
        ("エーユー", "au PAY"),
        ("yucho", "ゆうちょPay"),
        ("ふぁみぺい", "FamiPay"),
        ("MP0000034", "majica"),
        ("わおん", "WAON"),
    ],
)
def test_a_real_service_is_found_by_every_way_of_writing_it(registered: None, name: str, found: str) -> None:
    assert found in {one.service.name for one in find(Query(name=name), per_page=100).services}


def test_the_page_of_a_service_says_where_the_entry_is_from_and_what_it_does_not_state(
    registered: None, client: Client
) -> None:
    page = main_text(client.get("/payment-services/MP0000034/"))

    assert "マイナポイント 公式サービスページ MP0000034(公式ページ)" in page
    assert "majicaアプリの会員登録が必要です" in page
    assert "受付期間は記載なし" in page
    assert "公表された番号は確かめられていません" not in page
    assert "公表された番号は確かめられていません" in main_text(client.get("/payment-services/MP9000001/"))
