"""A real browser at the agent: from the site and back, by keyboard, without script, and without axe complaints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from card.agent.holder import NONCE, STATEMENT
from card.agent.running import Running
from card.agent.site import Site, open_site
from hub.chromium import MARKS, chromium, complaints, overflow
from mynapoint.exchange import card_token

pytestmark = MARKS


@pytest.fixture
def site(running: Running) -> Iterator[Site]:
    with open_site(running.origin) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
    yield context.new_page()
    context.close()


def come_from(site: Site, page: Page) -> None:
    page.goto(site.origin)
    page.get_by_role("button", name="カードでログイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("内容を確かめて、カードで署名してください")


def test_by_keyboard_alone_and_back_with_nothing_left_behind(site: Site, page: Page) -> None:
    come_from(site, page)
    expect(page.get_by_text(site.origin, exact=True)).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="English")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="青木さんのカード")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("1234")
    page.keyboard.press("Enter")
    expect(page.get_by_text("戻りました")).to_be_visible()

    (fields,) = site.received
    token = card_token.decode(fields["token"][0])
    card_token.verify_signature(token, origin=site.origin, nonce=NONCE, statement=STATEMENT)
    assert site.origins == [site.agent], "the site sees that the agent sent it"
    assert "1234" not in {value for values in fields.values() for value in values}
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("この画面の有効時間が過ぎました")
    assert STATEMENT.splitlines()[0] not in page.content()


def test_without_javascript_a_button_delivers(site: Site, browser: Browser) -> None:
    context = browser.new_context(locale="ja-JP", java_script_enabled=False)
    page = context.new_page()
    come_from(site, page)
    page.get_by_role("radio", name="上野さんのカード").check()
    page.get_by_label("利用者証明用電子証明書の暗証番号").fill("1234")
    page.get_by_role("button", name="署名して戻る").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("署名しました")

    page.get_by_role("button", name="サイトに戻る").click()

    expect(page.get_by_text("戻りました")).to_be_visible()
    assert "token" in site.received[0]
    context.close()


def test_every_page_passes_axe_down_to_the_locked_card(site: Site, page: Page) -> None:
    def check(what: str) -> None:
        assert not complaints(page), what
        assert overflow(page) <= 0, what

    come_from(site, page)
    check("the first page")
    page.get_by_role("link", name="English").click()
    check("the first page in English")
    page.get_by_role("link", name="日本語").click()
    page.get_by_role("radio", name="青木さんのカード").check()
    for number, wrong in enumerate(("9999", "9998", "9997")):
        page.get_by_label("利用者証明用電子証明書の暗証番号").fill(wrong)
        if number == 2:
            page.get_by_role("checkbox").check()
        page.get_by_role("button", name="署名して戻る").click()
        expect(page.get_by_role("alert")).to_be_visible()
        check(f"after wrong PIN {number + 1}")
    expect(page.get_by_role("heading", level=1)).to_have_text("暗証番号がロックされています")

    page.get_by_role("button", name="サイトに戻る").click()

    expect(page.get_by_text("戻りました")).to_be_visible()
    assert site.received == [{"nonce": [NONCE], "error": ["pin_locked"]}]
    page.goto(f"{site.agent}/v1/confirm/lapsed")
    check("a page that has lapsed")
    page.goto(f"{site.agent}/?lang=en")
    check("the agent's own page in English")


def test_the_page_fits_a_narrow_screen_and_four_times_the_size(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 256})
    come_from(site, page)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
