"""The waiting list as a resident meets it: told on every page the same minute, joined, seen on my page, left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub import clock, waiting_list
from hub.people import applies
from hub.sample_pay import SamplePay
from hub.visitor import APPLY, Visitor
from mynapoint.hub.applications.models import Application
from mynapoint.hub.books.budgets import limit
from mynapoint.hub.books.models import OpenPlace
from mynapoint.hub.books.waiting_list import go_through
from mynapoint.hub.identity.links import CertificateId
from mynapoint.programme.values import Points

BUDGET, CAP = "round2.card_uptake", 5_000
LIST = "/apply/waiting-list/card_uptake/"
SERVICE = "/payment-services/MP0000001/"


@pytest.fixture
def resident(aoki: Visitor, sample_pay: SamplePay) -> Iterator[Visitor]:
    """Aoki has reserved; somebody else has just taken the last points."""
    with waiting_list.stated():
        limit(BUDGET, Points(CAP), now=clock.START)
        aoki.sign_in()
        aoki.reserve()
        applies(CertificateId("aa", "1"), clock.START)
        yield aoki


def test_every_page_says_so_the_same_minute_and_leads_to_the_list(resident: Visitor) -> None:
    for path in ("/", "/payment-services/", SERVICE):
        page = resident.page(path)
        assert "予算に達したため、いまは申し込めません。" in page, path
        assert f'href="{LIST}"' in page, path
    refused = resident.get(APPLY)
    assert refused.status_code == 422
    assert f'href="{LIST}"' in refused.content.decode()

    limit(BUDGET, Points(2 * CAP), now=clock.START)

    for path in ("/", "/payment-services/", SERVICE):
        assert LIST not in resident.page(path), path
    assert "いま申し込めます" in resident.page(LIST)


def test_a_place_is_taken_seen_and_given_up(resident: Visitor) -> None:
    before = resident.page(LIST)
    assert "いま、お待ちの方はいません。" in before
    assert "電話やメールではお知らせしません。" in before
    assert "14日のあいだに" in before

    assert resident.post(LIST, {"do": "join"}).status_code == 302
    assert "予算が戻ると、次はあなたの順番です。" in resident.page(LIST)
    assert "予算が戻ると、次はあなたの順番です。" in resident.page("/my/")
    assert "waiting_list_places" in resident.get("/my/data.json").json()

    assert resident.post(LIST, {"do": "leave"}).status_code == 302
    assert not OpenPlace.objects.exists()
    assert 'id="waiting"' not in resident.page("/my/")


def test_whose_turn_has_come_applies_with_the_points_held(resident: Visitor) -> None:
    resident.post(LIST, {"do": "join"})
    limit(BUDGET, Points(2 * CAP), now=clock.START)
    go_through(now=clock.START)

    assert "2022年(令和4年)7月28日までに申し込んでください。" in resident.page("/my/")
    resident.apply()

    assert Application.objects.count() == 2
    assert not OpenPlace.objects.exists()


def test_in_english_too(resident: Visitor) -> None:
    resident.client.cookies["django_language"] = "en"

    assert "waiting list" in resident.page(LIST)
