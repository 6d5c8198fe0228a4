"""The start page and each payment service's own page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from hub import clock
from hub.page_text import main_text, markup, text
from hub.visitor import Visitor
from mynapoint.hub.municipalities.models import TOWNS_SHOWN, Municipality
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.words import PageWords


def test_the_start_page_says_how_much_and_by_when_as_announced_today(register: None, client: Client) -> None:
    page = main_text(client.get("/"))

    assert "最大 20,000 ポイント" in page
    assert "2023年(令和5年)2月28日" in page  # the last announcement by 15 July 2022
    assert "2022年9月30日" in page  # card request
    assert "2023年(令和5年)9月30日" not in page  # announced later


def test_the_start_page_follows_the_announcements(register: None, client: Client) -> None:
    clock.move_to(datetime(2023, 4, 1, 1, 0, tzinfo=UTC))

    assert "2023年(令和5年)9月30日" in main_text(client.get("/"))


def test_the_start_page_leads_to_the_municipalities_there_are(register: None, client: Client) -> None:
    assert "お住まいの市区町村の案内" not in main_text(client.get("/"))
    words = PageWords("見本市", "Mihon City")
    for number in range(TOWNS_SHOWN):
        Municipality.objects.create(slug=f"town-{number}", name=words, site="https://city.example/", section=words)

    listed = markup(client.get("/"))
    Municipality.objects.create(slug="one-more", name=words, site="https://city.example/", section=words)
    asked = markup(client.get("/"))

    assert '<a href="/m/town-0/">見本市の案内</a>' in listed
    assert "/m/town-0/" not in asked
    assert '<a href="/help/#towns">お住まいの市区町村をさがす</a>' in asked


def test_after_the_end_the_start_page_says_so_with_dates(register: None, client: Client) -> None:
    clock.move_to(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))

    page = main_text(client.get("/"))

    assert "いま申し込める施策はありません" in page
    assert "申込は2023年(令和5年)9月30日に終わりました" in page


def test_a_signed_in_resident_is_led_on(aoki: Visitor, sample_pay: object) -> None:
    assert "ログアウト" not in text(aoki.client.get("/"))
    aoki.sign_in()

    page = aoki.client.get("/")

    assert 'href="/reservation/"' in markup(page)
    assert "ログアウト" in text(page)


def test_the_page_of_a_service_tells_everything_in_the_register(register: None, client: Client) -> None:
    page = main_text(client.get("/payment-services/MP0000012/"))

    for words in (
        "いずみプリペイド",
        "プリペイドカード",
        "事前登録が必要",
        "会員サイトでカードを登録してください",
        "カードの表の16桁の数字です",
        "有効期限(月と年)",
        "電話番号の下4桁",
        "申込をした日の翌日から",
        "500円",
        "ご利用の24時間後",
        "2022年(令和4年)7月16日に付きます",
        "カードの有効期限までです",
        "マルチコピー機・ATM",
        "2020年(令和2年)7月1日",
        "マイナポイント第1弾",
        "2021年(令和3年)12月31日",
        "MP0000012",
        "いずみカード株式会社",
        "2022年(令和4年)7月1日現在",
    ):
        assert words in page, words


def test_a_service_open_on_the_web_has_a_button_for_each_incentive(register: None, client: Client) -> None:
    page = markup(client.get("/payment-services/MP0000001/"))

    for incentive in ("card_uptake", "health_insurance", "public_funds_account"):
        assert f'href="/apply/MP0000001/{incentive}/"' in page


@pytest.mark.parametrize("number", ["MP0000008", "MP0000013", "MP0000014", "MP0000015"])
def test_a_service_not_open_on_the_web_has_no_button_but_says_why(register: None, client: Client, number: str) -> None:
    page = client.get(f"/payment-services/{number}/")

    assert "/apply/" not in markup(page)
    assert "このサイトからは申し込めません" in text(page) or "申込を受け付けていません" in text(page)


def test_a_service_page_promises_no_later_day_than_announced(register: None, client: Client) -> None:
    assert "2023年(令和5年)9月30日" not in main_text(client.get("/payment-services/MP0000001/"))
    clock.move_to(datetime(2023, 2, 1, 1, 0, tzinfo=UTC))  # the end has been left open
    assert "2023年(令和5年)9月30日" not in main_text(client.get("/payment-services/MP0000001/"))
    clock.move_to(datetime(2023, 4, 1, 1, 0, tzinfo=UTC))
    assert "2023年(令和5年)9月30日" in main_text(client.get("/payment-services/MP0000001/"))


def test_an_unknown_or_unapproved_number_is_not_found(register: None, client: Client) -> None:
    for number in ("MP9999999", "MP0000018"):
        response = client.get(f"/payment-services/{number}/")
        assert response.status_code == 404
        assert "ページが見つかりません" in text(response)


def test_a_suspended_service_keeps_its_page_and_says_what_that_means(register: None, client: Client) -> None:
    page = main_text(client.get("/payment-services/MP0000017/"))

    assert "受付停止中" in page
    assert "すでに申し込んだ方のポイントは、これまでどおり付与されます。" in page
    assert "/apply/" not in markup(client.get("/payment-services/MP0000017/"))


@pytest.mark.parametrize("path", ["/", "/payment-services/", "/payment-services/MP0000001/"])
def test_pages_are_in_english_too_without_a_word_of_japanese_in_the_frame(
    register: None, client: Client, path: str
) -> None:
    client.cookies["django_language"] = "en"

    page = client.get(path)

    seen = text(page)
    for japanese in ("日本語", "サンプルPay", "サンプルペイ"):  # the switch back, and the registered name
        seen = seen.replace(japanese, "")
    assert '<html lang="en">' in markup(page)
    assert not [letter for letter in seen if "\u3041" <= letter <= "\u9fff"], seen


def test_a_page_holds_no_inline_style_or_script(register: None, client: Client) -> None:
    for path in ("/", "/payment-services/", "/payment-services/MP0000001/"):
        page = markup(client.get(path))
        assert "<style" not in page
        assert " style=" not in page
        assert "<script" not in page


def test_machines_get_a_service_as_json(sample_pay: PaymentService, client: Client) -> None:
    answer = client.get("/payment-services/MP0000001/", {"format": "json"}).json()

    assert answer["schedule"] == {"kind": "month_close", "months": 1, "day": "last"}
    assert answer["open"] == {
        "channels": ["web", "phone_app", "own_app", "counter", "kiosk"],
        "incentives": ["card_uptake", "health_insurance", "public_funds_account"],
    }
