"""The search: names in every spelling, each filter, the day, and the same answer for people and machines."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from hub.page_text import main_text, markup
from mynapoint.hub.payment_services.names import fold
from mynapoint.hub.payment_services.search import Query, find

SEARCH = "/payment-services/"


def numbers(**query: Any) -> set[str]:
    return {one.number for one in find(Query(**query), per_page=100).services}


@pytest.mark.parametrize(
    "name",
    [
        "サンプルPay",
        "サンプルＰａｙ",
        "さんぷる",
        "サンプル ペイ",
        "sampuru pei",
        "SAMPLE",
        "sanpuru",
        "ﾌﾟﾙﾍﾟｲ",
        "MP0000001",
    ],
)
def test_a_name_is_found_in_every_spelling(register: None, name: str) -> None:
    assert "MP0000001" in numbers(name=name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("つばめ", "tsubame"),
        ("つばめ", "tubame"),
        ("チャージ", "chaaji"),
        ("ふじ", "fuji"),
        ("イチョウ", "ichou"),
        ("髙島", "高島"),
        ("みなとICカード", "ミナト・IC・カード"),
    ],
)
def test_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_name_of_signs_alone_finds_nothing_rather_than_everything(register: None) -> None:
    assert numbers(name="〇〇") == set()


def test_each_filter_narrows_the_result(register: None) -> None:
    assert numbers(kind="debit") == {"MP0000011"}
    assert numbers(timing="threshold") == {"MP0000004", "MP0000005", "MP0000009", "MP0000016"}
    assert numbers(channel="shop") == {"MP0000006", "MP0000007", "MP0000008"}
    assert numbers(prior="needed") == {"MP0000005", "MP0000007", "MP0000012"}
    assert numbers(prior="none") == numbers() - numbers(prior="needed")
    assert "MP0000008" not in numbers(incentive="health_insurance")
    assert numbers(kind="qr", channel="own_app", timing="month_close") == {"MP0000001", "MP0000015"}


def test_a_day_asks_for_services_open_on_it(register: None) -> None:
    assert "MP0000014" in numbers(on=date(2021, 3, 31))
    assert "MP0000014" not in numbers(on=date(2021, 4, 1))
    assert "MP0000005" in numbers(channel="kiosk", on=date(2022, 3, 31))
    assert "MP0000005" not in numbers(channel="kiosk", on=date(2022, 4, 1))
    assert numbers(on=date(2024, 1, 1)) == set()


def test_services_that_are_not_approved_are_not_found(register: None) -> None:
    assert numbers().isdisjoint({"MP0000017", "MP0000018"})


def test_the_page_lists_each_service_with_a_link_to_its_own(register: None, client: Client) -> None:
    response = client.get(SEARCH, {"q": "さんぷる"})

    assert "1件の決済サービス" in main_text(response)
    assert 'href="/payment-services/MP0000001/"' in markup(response)
    assert "申込受付中" in main_text(response)


def test_nothing_found_says_what_to_do(register: None, client: Client) -> None:
    assert "条件を減らして" in main_text(client.get(SEARCH, {"q": "ない名前"}))


def test_a_wrong_parameter_is_named_beside_its_field(register: None, client: Client) -> None:
    response = client.get(SEARCH, {"on": "tomorrow", "kind": "cash"})

    assert response.status_code == 400
    assert "「2022-07-15」のように" in main_text(response)
    assert "「cash」は選べません。一覧から選んでください。" in main_text(response)
    assert "<title>エラー:" in markup(response)
    assert 'aria-describedby="id_on_error"' in markup(response)


def test_machines_get_the_same_services_as_people(register: None, client: Client) -> None:
    asked = {"timing": "threshold", "on": "2022-07-15"}

    answer = client.get(SEARCH, {**asked, "format": "json"}).json()

    assert {one["number"] for one in answer["payment_services"]} == numbers(timing="threshold", on=date(2022, 7, 15))
    assert answer["count"] == len(answer["payment_services"])
    assert all(f"/{one['number']}/" in markup(client.get(SEARCH, asked)) for one in answer["payment_services"])


def test_machines_are_told_the_wrong_parameter(register: None, client: Client) -> None:
    response = client.get(SEARCH, {"on": "2022-02-30", "format": "json"})

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [reason["parameter"] for reason in response.json()["reasons"]] == ["on"]


def test_a_search_costs_a_fixed_number_of_queries(
    register: None, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(6):
        client.get(SEARCH)
