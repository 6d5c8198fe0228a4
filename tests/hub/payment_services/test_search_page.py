"""The search's page: its conditions with a way out of each, what would loosen it, what is chosen, and its weight."""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

import mynapoint.demo
import mynapoint.hub
from hub.page_text import main_text, markup, text
from hub.payment_services.conftest import REGISTER
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.models import ChannelKind, Kind, Prior, Timing
from property_examples import examples

SEARCH = "/payment-services/"
API = "/api/public/v1/payment-services"
REGISTERED = Path(mynapoint.demo.__file__).parent / "data" / "registered_services.toml"
STATIC = Path(mynapoint.hub.__file__).parent / "static"
WEIGHT_MAX = 60_000
EMPTY = st.just("")
questions = st.fixed_dictionaries(
    {
        "q": EMPTY | st.sampled_from(["ぺい", "CARD", "ｶｰﾄﾞ", "〇", "MP9", "いずみ"]),
        "kind": EMPTY | st.sampled_from(Kind.values),
        "timing": EMPTY | st.sampled_from(Timing.values),
        "counts": EMPTY | st.sampled_from(["top_up", "purchase"]),
        "channel": EMPTY | st.sampled_from(ChannelKind.values),
        "prior": EMPTY | st.sampled_from(Prior.values),
        "incentive": EMPTY | st.sampled_from(["card_uptake", "health_insurance"]),
        "round": EMPTY | st.sampled_from(["round1", "round2"]),
        "on": EMPTY | st.sampled_from(["2020-09-01", "2022-07-15", "2023-09-30", "2026-11-22"]),
        "sort": st.sampled_from(["", "-name", "number", "newest"]),
        "per_page": st.sampled_from(["", "50"]),
        "page": st.sampled_from(["", "1", "2"]),
    }
)


def numbers(page: str) -> list[str]:
    """The services of a page, in its order."""
    return re.findall(r'<h3><a href="/payment-services/(MP\d+)/">', page)


def links(page: str, words: str) -> list[str]:
    """The addresses of the links whose words hold some."""
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [html.unescape(address) for address, said in found if words in html.unescape(re.sub("<[^>]+>", "", said))]


@pytest.fixture(scope="module")
def both(database: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The register with the forty real services beside the invented ones, for a property's many examples."""
    with django_db_blocker.unblock(), transaction.atomic():
        import_register(REGISTER)
        import_register(REGISTERED)
        yield
        transaction.set_rollback(True)


@examples(40)
@given(asked=questions)
def test_page_and_machines_give_the_same_list_whatever_is_asked(both: None, asked: dict[str, str]) -> None:
    page, answer = Client().get(SEARCH, asked), Client().get(API, asked).json()

    past_the_last = not answer["payment_services"] and answer["total"]
    assert past_the_last or numbers(markup(page)) == [one["number"] for one in answer["payment_services"]]
    assert f"{answer['total']}件の決済サービス" in main_text(page)
    assert text(page).startswith(f"{answer['total']}件 - ")
    given_ = {name for name, value in asked.items() if value and name not in {"sort", "per_page", "page"}}
    assert markup(page).count("(この条件を外す)") == len(given_)
    for address in links(markup(page), "この検索結果を機械で読む"):
        again = parse_qs(urlsplit(address).query)
        assert again == {name: [value] for name, value in asked.items() if value}


def test_each_condition_is_shown_in_words_and_taken_off_by_its_link(register: None, client: Client) -> None:
    page = client.get(SEARCH, {"q": "ペイ", "kind": "qr", "on": "2022-07-15", "sort": "number", "page": "1"})

    assert "名前: ペイ" in main_text(page)
    assert "この日に申し込めるもの: 2022年(令和4年)7月15日" in main_text(page)
    (without_kind,) = links(markup(page), "種類:")
    assert parse_qs(urlsplit(without_kind).query) == {"q": ["ペイ"], "on": ["2022-07-15"], "sort": ["number"]}
    (all_off,) = links(markup(page), "条件をすべて外す")
    assert parse_qs(urlsplit(all_off).query) == {}


def test_nothing_found_leads_to_what_is_found_without_each_condition(register: None, client: Client) -> None:
    page = client.get(SEARCH, {"q": "ない名前", "kind": "qr"})

    (address,) = links(markup(page), "「名前」を外すと6件")
    assert "6件の決済サービス" in main_text(client.get(SEARCH + address))


def test_what_is_chosen_for_comparing_stays_from_search_to_search(register: None, client: Client) -> None:
    page = markup(client.get(SEARCH, {"kind": "debit", "s": ["MP0000001", "MP0000012", "MP0000018", "nonsense"]}))

    assert numbers(page) == ["MP0000011"]
    for number in ("MP0000001", "MP0000012"):  # in the search's form, and in the one for comparing
        assert page.count(f'<input type="hidden" name="s" value="{number}">') == 2
    inside = page.partition("<main")[2]
    assert "MP0000018" not in inside, "it is not in the public register"
    assert "nonsense" not in inside
    (without,) = links(page, "サンプルPay ✕")
    assert parse_qs(urlsplit(without).query) == {"kind": ["debit"], "s": ["MP0000012"]}


def test_a_chosen_service_among_the_results_is_ticked(register: None, client: Client) -> None:
    page = markup(client.get(SEARCH, {"q": "さんぷる", "s": "MP0000001"}))

    assert '<input type="checkbox" name="s" value="MP0000001" checked>' in page
    assert 'value="MP0000001" checked' not in markup(client.get(SEARCH, {"q": "さんぷる"}))


@pytest.mark.parametrize("asked", [{"per_page": "50"}, {"per_page": "100", "s": ["MP0000001"]}])
def test_a_first_visit_to_forty_services_weighs_sixty_kilobytes_at_most(
    both: None, client: Client, asked: dict[str, Any]
) -> None:
    response = client.get(SEARCH, asked)

    assert len(numbers(markup(response))) >= 40
    files = [STATIC / name for name in re.findall(r"/static/([\w.]+)", markup(response))]
    weights = {"page": len(gzip.compress(response.content))}
    weights |= {file.name: len(gzip.compress(file.read_bytes())) for file in set(files)}
    assert {"mynapoint.css", "search.css"} <= set(weights)
    assert sum(weights.values()) <= WEIGHT_MAX, weights
