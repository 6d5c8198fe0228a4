"""An incentive whose budget is spent is offered nowhere, and its page says why."""

from __future__ import annotations

from datetime import date

from django.test import Client

from hub import clock
from hub.page_text import main_text, markup
from mynapoint.hub.books.budgets import limit
from mynapoint.hub.payment_services.open_incentives import taking_applications
from mynapoint.programme.values import IncentiveId, Points

TODAY = date(2022, 7, 15)
CARD_UPTAKE = IncentiveId("card_uptake")
API = "/api/public/v1/payment-services"
TOLD = "「マイナンバーカードの新規取得など」は、予算に達したため、申込の受付を終えました。"


def test_an_incentive_without_money_takes_no_applications(register: None) -> None:
    assert CARD_UPTAKE in taking_applications(TODAY)

    limit("round2.card_uptake", Points(5_000), now=clock.START)
    assert CARD_UPTAKE in taking_applications(TODAY), "there is enough for one more person"
    limit("round2.card_uptake", Points(4_999), now=clock.START)

    assert CARD_UPTAKE not in taking_applications(TODAY)
    assert "health_insurance" in taking_applications(TODAY)


def test_search_and_pages_offer_nothing_that_has_no_money(register: None, client: Client) -> None:
    asked = {"incentive": "card_uptake", "on": "2022-07-15"}
    assert client.get(API, asked).json()["total"] > 0
    assert TOLD not in main_text(client.get("/payment-services/MP0000001/"))

    limit("round2.card_uptake", Points(4_999), now=clock.START)

    assert client.get(API, asked).json()["total"] == 0
    page = client.get("/payment-services/MP0000001/")
    assert TOLD in main_text(page)
    assert "/apply/MP0000001/card_uptake/" not in markup(page)
    assert "/apply/MP0000001/health_insurance/" in markup(page)
