"""The search: names in every spelling, each filter, the day, and the same answer for people and machines."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hub.page_text import main_text, markup
from hub.payment_services.test_import_register import change
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.names import fold
from mynapoint.hub.payment_services.openapi import PARAMETERS, SCHEMAS
from mynapoint.hub.payment_services.search import SORTS, Query, find

SEARCH = "/payment-services/"
API = "/api/public/v1/payment-services"


def numbers(**query: Any) -> set[str]:
    return {one.service.number for one in find(Query(**query), per_page=100).services}


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
        ("龍ヶ﨑", "竜ケ崎"),
        ("おおさか", "Ōsaka"),
        ("トウキョウ", "tokyo"),
        ("とうきょー", "tōkyō"),
        ("キヤノン", "キャノン"),
        ("ロッテ", "rotte"),
        ("まっちゃ", "matcha"),
        ("ファミペイ", "famipei"),
        ("しんばし", "shimbashi"),
        ("つづき", "tsuzuki"),
        ("ヴィザ", "ビザ"),
        ("ラ−メン〜", "ラーメン~"),
        ("ｾﾞﾝｶｸ", "ゼンカク"),
        ("みなとICカード", "ミナト・IC・カード"),
    ],
)
def test_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_name_of_signs_alone_finds_nothing_rather_than_everything(register: None) -> None:
    assert numbers(name="〇〇") == set()


def test_the_same_letter_three_times_is_no_spelling_of_it_once() -> None:
    assert fold("zzz") not in fold("チャージ")


def test_each_filter_narrows_the_result(register: None) -> None:
    assert numbers(kind="debit") == {"MP0000011"}
    assert numbers(timing="threshold") == {"MP0000004", "MP0000005", "MP0000009", "MP0000016"}
    assert numbers(channel="shop") == {"MP0000006", "MP0000007", "MP0000008"}
    assert numbers(prior="needed") == {"MP0000005", "MP0000007", "MP0000012"}
    assert numbers(prior="none") == numbers() - numbers(prior="needed")
    assert "MP0000008" not in numbers(incentive="health_insurance")
    assert numbers(kind="qr", channel="own_app", timing="month_close") == {"MP0000001", "MP0000015"}
    assert numbers(counts="top_up") | numbers(counts="purchase") == numbers()
    assert "MP0000003" in numbers(counts="top_up") & numbers(counts="purchase")
    assert "MP0000014" in numbers(round="round1", incentive="card_uptake")
    assert "MP0000014" not in numbers(round="round2")


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
    page = main_text(client.get(SEARCH, {"q": "ない名前", "kind": "qr"}))

    assert "次の条件を1つ外すと見つかります" in page
    assert "「名前」を外すと6件" in page
    assert "「種類」" not in page.partition("見つかります")[2]
    assert "条件を減らして" in main_text(client.get(SEARCH, {"q": "ない名前", "channel": "shop", "kind": "debit"}))


def test_a_wrong_parameter_is_named_beside_its_field(register: None, client: Client) -> None:
    response = client.get(SEARCH, {"on": "tomorrow", "kind": "cash"})

    assert response.status_code == 400
    assert "「2022-07-15」のように" in main_text(response)
    assert "「cash」は選べません。一覧から選んでください。" in main_text(response)
    assert "<title>エラー:" in markup(response)
    assert 'aria-describedby="id_on_error"' in markup(response)


def test_pages_together_hold_every_service_once_in_each_order(register: None) -> None:
    for sort in SORTS:
        pages = [find(Query(), sort=sort, page=page, per_page=5) for page in range(1, 5)]
        seen = [one.service.number for page in pages for one in page.services]

        assert pages[0].pages == 4
        assert len(seen) == len(set(seen)) == pages[0].total == len(numbers())


def test_services_stand_in_the_order_of_the_kana(register: None) -> None:
    kana = [one.service.kana for one in find(Query(), per_page=100).services]

    assert kana == sorted(kana)
    assert [one.service.kana for one in find(Query(), sort="-name", per_page=100).services] == kana[::-1]


def test_a_page_past_the_last_shows_the_last_and_links_keep_the_question(register: None, client: Client) -> None:
    response = client.get(SEARCH, {"timing": "month_close", "per_page": "", "page": "9"})

    assert "件の決済サービス" in main_text(response)
    assert 'class="results"' in markup(response)


def test_every_parameter_of_machines_is_a_field_of_the_page(register: None, client: Client) -> None:
    page = markup(client.get(SEARCH))

    for one in PARAMETERS:
        if one["name"] != "page":
            assert f'name="{one["name"]}"' in page, one


def test_machines_get_the_same_services_as_people(register: None, client: Client) -> None:
    asked = {"timing": "threshold", "on": "2022-07-15"}

    answer = client.get(API, asked).json()

    assert {one["number"] for one in answer["payment_services"]} == numbers(timing="threshold", on=date(2022, 7, 15))
    assert answer["count"] == len(answer["payment_services"]) == answer["total"]
    assert all(f"/{one['number']}/" in markup(client.get(SEARCH, asked)) for one in answer["payment_services"])
    assert client.get(SEARCH, {**asked, "format": "json"}).json() == answer


def test_machines_are_told_what_stands_in_the_way(register: None, client: Client) -> None:
    answer = client.get(API, {"q": "ない名前", "kind": "qr"}).json()

    assert (answer["total"], answer["relax"]) == (0, [{"parameter": "q", "total": 6}])


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("on=2022-02-30", ["on"]),
        ("kind=cash&page=0", ["kind", "page"]),
        ("color=red", ["color"]),
        ("kind=qr&kind=debit", ["kind"]),
        ("format=json", ["format"]),
        ("per_page=1000", ["per_page"]),
        ("sort=colour", ["sort"]),
    ],
)
def test_machines_are_told_every_wrong_parameter(register: None, client: Client, query: str, wrong: list[str]) -> None:
    response = client.get(f"{API}?{query}")

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [reason["parameter"] for reason in response.json()["reasons"]] == wrong
    assert response.json()["type"] == "urn:mynapoint:problem:bad_request"


def fits(value: object, schema: dict[str, Any]) -> bool:
    """Tell whether an answer has exactly the members that the document says, all the way down."""
    if "$ref" in schema:
        return fits(value, SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "oneOf" in schema:
        return any(fits(value, one) for one in schema["oneOf"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    if not any(isinstance(value, types[kind]) for kind in kinds) or value not in schema.get("enum", [value]):
        return False
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        named = set(schema["required"]) <= set(value) <= set(known)
        return named and all(fits(one, known[name]) for name, one in value.items())
    return not isinstance(value, list) or all(fits(one, schema.get("items", {"type": "object"})) for one in value)


def test_the_document_says_what_machines_get(register: None, client: Client) -> None:
    assert fits(client.get(API).json(), SCHEMAS["PaymentServicePage"])
    assert fits(client.get(API, {"q": "ない名前", "kind": "qr"}).json(), SCHEMAS["PaymentServicePage"])
    assert fits(client.get(f"{API}/MP0000012").json(), SCHEMAS["PaymentService"])
    unknown = client.get(f"{API}/MP9999999")
    assert unknown.status_code == 404
    assert fits(unknown.json(), SCHEMAS["SearchProblem"])


def test_a_search_costs_a_fixed_number_of_queries(
    register: None, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.get(SEARCH)
    with django_assert_max_num_queries(4):  # the register's history, budgets spent (two), and the service status
        client.get(SEARCH)
    with django_assert_max_num_queries(3):
        client.get(API)


def test_a_change_of_the_register_is_found_by_the_next_search(register_file: Path, db: None, client: Client) -> None:
    import_register(register_file)
    assert "チャージして使うQRコード決済です" in main_text(client.get(SEARCH, {"q": "さんぷる"}))
    change(register_file, "チャージして使うQRコード決済です", "新しい説明です")

    import_register(register_file)

    assert "新しい説明です" in main_text(client.get(SEARCH, {"q": "さんぷる"}))
    assert client.get(API, {"q": "さんぷる"}).json()["payment_services"][0]["summary"]["ja"] == "新しい説明です。"
