"""Search, service, comparison and calculator in a browser: axe, keyboard, narrow, large text, colours, no script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from hub.chromium import MARKS, NARROW, faults

SEARCH, COMPARE, CALCULATOR = "/payment-services/", "/payment-services/compare/", "/payment-services/calculator/"
STATES = (
    f"{SEARCH}?q=&kind=qr&on=2022-07-15&s=MP0000001&s=MP0000012",
    f"{SEARCH}?q=zzzz&kind=qr",
    f"{SEARCH}?on=never&kind=gold",
    f"{SEARCH}MP0000012/",
    f"{SEARCH}MP0000017/",
    f"{COMPARE}?s=MP0000001&s=MP0000012&s=MP0000004",
    f"{COMPARE}?s=MP0000001&s=MP0000012&s=MP0000004&s=MP0000005",
    f"{COMPARE}?s=MP9999999",
    CALCULATOR,
    f"{CALCULATOR}?service=MP0000001",
)
JUDGES = {
    "payment_services:compare",
    "payment_services:calculator",
}
pytestmark = MARKS


@pytest.fixture
def site(browser: Browser, file_database: None) -> Iterator[str]:
    server = LiveServer("localhost")
    yield str(server.url)
    server.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
    yield context.new_page()
    context.close()


def plan(page: Page, site: str, *, on: str) -> None:
    page.goto(f"{site}{CALCULATOR}?service=MP0000001")
    first = page.get_by_role("group", name="予定1")
    first.get_by_label("1回の金額(円)").fill("8000")
    first.get_by_label("使う日").fill(on)
    page.get_by_role("button", name="計算する").click()


def test_every_state_is_clean_in_light_and_dark_narrow_and_with_large_text(site: str, page: Page) -> None:
    page.context.set_default_timeout(10_000)
    found = {}
    for path in STATES:
        page.goto(site + path)
        found[path] = faults(page)
    for on in ("2022-07-20", "2022-07-14"):
        plan(page, site, on=on)
        found[f"calculated for {on}"] = faults(page)

    assert not any(found.values()), "\n".join(f"{path}: {report}" for path, report in found.items() if report)


def test_one_searches_compares_and_computes_by_keyboard_alone(site: str, page: Page) -> None:
    page.goto(f"{site}{SEARCH}?q=sanpuru")
    keyboard = page.keyboard
    reach(page, "サンプルPay", role="checkbox")
    keyboard.press("Space")
    reach(page, "選んだものを残して、ほかもさがす")
    keyboard.press("Enter")
    expect(page.get_by_role("list", name="くらべるために選んだもの:")).to_contain_text("サンプルPay")
    reach(page, "いずみプリペイド", role="checkbox")
    keyboard.press("Space")
    reach(page, "選んだものをくらべる")
    keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="サンプルPay")).to_be_visible()
    expect(page.get_by_role("row", name="1回の最低額")).to_contain_text("500円")
    reach(page, "くわしく見る・申し込む: サンプルPay")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("サンプルPay")
    reach(page, "使う予定から、もらえるポイントと付く日を計算する")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("いくら、いつもらえますか")
    reach(page, "1回の金額(円)", role="textbox")
    keyboard.type("８，０００")
    page.get_by_role("group", name="予定1").get_by_label("使う日").fill("2022-07-20")
    keyboard.press("Enter")

    expect(page.get_by_role("heading", name="計算の結果")).to_be_focused()
    expect(page.get_by_role("row", name="2022年(令和4年)8月31日")).to_contain_text("2,000")


def reach(page: Page, name: str, *, role: str = "") -> None:
    """Press Tab until something of that name has the focus, as somebody without a mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(_HAS, [name, role]):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", name
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


_HAS = """([name, role]) => {
    const one = document.activeElement;
    const kinds = {checkbox: "[type=checkbox]", textbox: "input", "": "a, button, summary"};
    if (!one.matches(kinds[role])) return false;
    const said = one.labels?.length ? one.labels[0].textContent : one.textContent;
    return said.replace(/\\s+/g, " ").includes(name);
}"""


def test_an_error_has_the_focus_and_leads_to_its_field(site: str, page: Page) -> None:
    plan(page, site, on="2022-07-14")

    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    field = page.get_by_role("group", name="予定1").get_by_label("使う日")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("過ぎた日は計算できません。2022年7月15日以降の予定を入れてください。")


def test_all_works_without_script_and_in_a_narrow_window_rows_name_their_services(site: str, browser: Browser) -> None:
    context = browser.new_context(locale="ja-JP", java_script_enabled=False, viewport={"width": NARROW, "height": 640})
    page = context.new_page()
    page.goto(f"{site}{SEARCH}?kind=qr&on=2022-07-15")
    page.get_by_role("link", name="種類: QRコード決済").click()
    page.get_by_label("くらべる: サンプルPay").check()
    page.get_by_label("くらべる: つばめIC").check()
    page.get_by_role("button", name="選んだものをくらべる").click()
    row = page.get_by_role("row", name="ポイントが付く時期")
    expect(row.get_by_role("cell")).to_have_count(2)
    expect(row.get_by_role("rowheader")).to_be_visible()
    assert "s=MP0000001" in page.url
    plan(page, site, on="2022-07-20")

    expect(page.get_by_role("heading", name="計算の結果")).to_be_visible()
    assert "8000" not in page.url
    context.close()
