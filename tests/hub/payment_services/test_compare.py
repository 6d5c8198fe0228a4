"""Up to three services side by side: a real table, its differences marked, and a clear no to a fourth."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from hub.page_text import main_text, markup, text

COMPARE = "/payment-services/compare/"
THREE = ["MP0000001", "MP0000012", "MP0000004"]


def rows(page: str) -> dict[str, list[str]]:
    """Each row's header, without the mark, and its cells' texts."""
    found = {}
    for row in re.findall(r"<tr role=\"row\"[^>]*>(<th scope=\"row\".*?)</tr>", page, re.DOTALL):
        cells = [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        header, *rest = [" ".join(cell) for cell in cells]
        found[header] = rest
    return found


def test_three_services_stand_side_by_side_in_the_order_chosen(register: None, client: Client) -> None:
    page = markup(client.get(COMPARE, {"s": THREE}))

    heads = re.findall(r'<th scope="col"[^>]*><a href="/payment-services/(MP\d+)/">', page)
    assert heads == THREE
    assert rows(page)["種類 ちがう"] == ["QRコード決済", "プリペイドカード", "電子マネー"]
    assert rows(page)["ポイントの対象"] == ["チャージ"] * 3
    assert rows(page)["1回の最低額 ちがう"] == ["1円", "500円", "1円"]
    assert "2022年(令和4年)8月31日に付きます" in rows(page)["ポイントが付く時期 ちがう"][0]


def test_a_row_says_that_services_differ_where_they_do_and_only_there(register: None, client: Client) -> None:
    page = client.get(COMPARE, {"s": THREE})

    told = {header: cells for header, cells in rows(markup(page)).items() if header != "次にすること"}
    for header, cells in told.items():
        assert header.endswith("ちがう") == (len(set(cells)) > 1), header
    assert f"ちがうところは{sum(header.endswith('ちがう') for header in told)}か所あります" in main_text(page)
    assert "ちがう" not in " ".join(rows(markup(client.get(COMPARE, {"s": "MP0000001"}))))


def test_a_fourth_is_refused_and_one_chooses_which_to_keep(register: None, client: Client) -> None:
    response = client.get(COMPARE, {"s": [*THREE, "MP0000005"]})

    assert response.status_code == 400
    assert "くらべられるのは3つまでです" in main_text(response)
    assert "いま4件選ばれています。" in main_text(response)
    assert markup(response).count('type="checkbox" name="s"') == 4
    assert "<table" not in markup(response)


@pytest.mark.parametrize(
    ("chosen", "status", "told"),
    [
        ({}, 200, "検索の結果で「くらべる」に印を付けると"),
        ({"s": "MP0000001"}, 200, "いま1つだけ選ばれています。"),
        ({"s": ["MP0000001", "MP0000001", ""]}, 200, "いま1つだけ選ばれています。"),
        ({"s": ["MP0000001", "MP9999999"]}, 400, "登録サービス番号「MP9999999」の決済サービスは、登録簿にありません。"),
        ({"s": "MP0000018"}, 400, "登録サービス番号「MP0000018」の決済サービスは、登録簿にありません。"),
        ({"s": "<b>"}, 400, "登録サービス番号「<b>」の決済サービスは、登録簿にありません。"),
    ],
)
def test_other_numbers_of_services_are_told_what_to_do(
    register: None, client: Client, chosen: dict[str, Any], status: int, told: str
) -> None:
    response = client.get(COMPARE, chosen)

    assert response.status_code == status
    assert told in main_text(response)


def test_a_service_that_takes_no_more_applications_says_so_beside_the_others(register: None, client: Client) -> None:
    page = markup(client.get(COMPARE, {"s": ["MP0000001", "MP0000017"]}))

    assert rows(page)["申込の受付 ちがう"] == ["申込受付中", "受付停止中"]


def test_nothing_is_promised_past_what_was_announced(register: None, client: Client) -> None:
    page = main_text(client.get(COMPARE, {"s": THREE}))

    assert "2023年(令和5年)2月28日" in page
    assert "2023年(令和5年)9月30日" not in page


def test_the_comparison_is_in_english_too(register: None, client: Client) -> None:
    client.cookies["django_language"] = "en"

    for chosen in (THREE, [*THREE, "MP0000005"], ["MP9999999"]):
        page = client.get(COMPARE, {"s": chosen})
        seen = main_text(page)
        assert not [letter for letter in seen if "\u3041" <= letter <= "\u9fff"], seen
    assert "Compare payment services" in text(page)
