"""The public pages in a real browser: axe, keyboard, 320 pixels, without script, and nothing blocked by the CSP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

import mynapoint.demo
from hub.chromium import MARKS, NARROW, complaints, overflow
from mynapoint.hub.municipalities.actions import import_municipalities

DATA = Path(mynapoint.demo.__file__).parent / "data"
PATHS = (
    "/",
    "/payment-services/",
    "/payment-services/?q=zzzz",
    "/payment-services/?on=never",
    "/payment-services/MP0000001/",
    "/payment-services/MP0000005/",
    "/payment-services/MP0000014/",
    "/m/nishitokyo/?as_of=2022-01-24",
    "/m/hadano/?as_of=2020-06-18",
    "/m/hadano/",
    "/m/hadano/?as_of=2026-11-22",
    "/m/hadano/?as_of=never",
    "/m/hadano/inquiry/",
    "/m/hadano/survey/",
    "/not-here/",
)
JUDGES = {
    "payment_services:search",
    "payment_services:detail",
    "municipalities:page",
    "municipalities:inquiry",
    "municipalities:survey",
}
pytestmark = MARKS


@pytest.fixture
def site(browser: Browser, file_database: None) -> Iterator[str]:
    """The hub's address, served from a database of its own: append-only tables cannot be emptied after a test."""
    import_municipalities(DATA / "municipalities")
    server = LiveServer("localhost")
    yield str(server.url)
    server.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_on_any_public_page(site: str, page: Page) -> None:
    found = {}
    for path in PATHS:
        page.goto(site + path)
        found[path] = complaints(page)

    assert not any(found.values()), "\n".join(f"{path}: {report}" for path, report in found.items() if report)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_page_scrolls_sideways_at_320_pixels(site: str, page: Page, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page.set_viewport_size({"width": NARROW, "height": 640})
    too_wide = {}
    for path in PATHS:
        page.goto(site + path)
        too_wide[path] = overflow(page)

    assert not any(too_wide.values()), too_wide


def test_the_policy_blocks_nothing_that_the_pages_use(site: str, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Policy" in message.text else None)
    for path in PATHS:
        page.goto(site + path)

    assert said == []


def test_a_service_is_found_and_opened_by_keyboard_alone(site: str, page: Page) -> None:
    page.goto(site)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("本文へ移動")
    page.get_by_role("link", name="決済サービスをさがす").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("名前").focus()
    page.keyboard.type("sanpuru")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1件の決済サービス")).to_be_visible()
    page.get_by_role("link", name="サンプルPay").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("サンプルPay")


def test_the_focus_is_always_seen(site: str, page: Page) -> None:
    page.goto(f"{site}/payment-services/")
    for _ in range(12):
        page.keyboard.press("Tab")
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert ring == "4px", page.evaluate("document.activeElement.outerHTML")


def test_language_survey_and_search_work_without_script(site: str, browser: Browser) -> None:
    context = browser.new_context(locale="ja-JP", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/m/hadano/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("“Mynapoint” with your My Number Card")
    page.get_by_role("group", name="Was it useful?").get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Send answers").click()

    expect(page.get_by_role("status")).to_have_text("Thank you for your answers.")
    context.close()
