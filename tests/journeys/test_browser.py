"""The journey as a person makes it, in headless Chromium, with the keyboard alone; every page looked at by axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from hub.chromium import MARKS, chromium, complaints, overflow
from journeys.conftest import RunningCity
from mynapoint.card.emulator.cards import reset_pin
from mynapoint.demo.city import PEOPLE, PIN

pytestmark = MARKS

AOKI, ISHIDA, UENO = PEOPLE
TABS_MAX = 120
FOCUSED = "(() => { const e = document.activeElement; return e.innerText || e.value || e.name || ''; })()"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1100, "height": 900})
    page = context.new_page()
    yield page
    context.close()


def test_the_whole_journey_needs_a_keyboard_only(running_city: RunningCity, page: Page, pictures: Path) -> None:
    city = running_city.city
    look = _Look(page, pictures)
    page.goto(f"{city.hub}/demo/")
    look("01-demo")
    _press(page, "決済サービスをさがす")
    look("02-search")
    _press(page, "サンプルPay")
    look("03-service")
    _press(page, "この決済サービスに申し込む")
    look("04-sign-in")
    _press(page, "カードでログイン")
    look("05-agent")
    _choose_first_card(page)
    _type_pin(page, "0000")
    assert "あと2回" in page.inner_text("body")
    look("06-wrong-pin")
    _type_pin(page, PIN)
    page.wait_for_url(f"{city.hub}/**")
    look("07-reservation-first")
    _press(page, "予約へ進む")
    _press(page, "カードで予約する")
    _choose_first_card(page)
    _type_pin(page, PIN)
    page.wait_for_url(f"{city.hub}/**")
    look("08-reserved")
    page.goto(f"{city.hub}/apply/MP0000001/card_uptake/")
    look("09-apply")
    _fill(page, "account_id", AOKI.account_id)
    _fill(page, "code_1", AOKI.security_code)
    _press(page, "確認画面へ進む")
    look("10-confirm")
    assert "ア*キ ハ*コ" in page.inner_text("body")
    _press(page, "カードで署名して申し込む")
    statement = page.inner_text(".statement")
    assert "サンプルPay" in statement
    assert "変更" in statement
    _choose_first_card(page)
    _type_pin(page, PIN)
    page.wait_for_url(f"{city.hub}/**")
    look("11-receipt")
    assert statement in page.inner_text("body"), "the receipt repeats what was signed, word for word"
    _spend_and_award(page, city.pay, look)
    page.goto(f"{city.hub}/my/")
    look("15-my-page")
    assert page.get_attribute("#recorded-card_uptake", "value") == "5000"


def test_the_third_wrong_pin_locks_the_card(running_city: RunningCity, page: Page, pictures: Path) -> None:
    city = running_city.city
    look = _Look(page, pictures)
    page.goto(f"{city.hub}/sign-in/")
    _press(page, "カードでログイン")
    page.check(f"#card-{UENO.card}")
    for left in ("あと2回", "あと1回"):
        _type_pin(page, "0000")
        assert left in page.inner_text("body")
    page.check(f"#last-{UENO.card}")
    _type_pin(page, "0000")
    look("20-locked")
    assert "ロック" in page.inner_text("h1")
    _press(page, "戻る")
    page.wait_for_url(f"{city.hub}/**")
    look("21-locked-at-hub")
    assert "窓口で再設定" in page.inner_text("body")
    reset_pin(city.state, UENO.card, bytearray(PIN.encode()))


def test_an_expired_certificate_is_explained(running_city: RunningCity, page: Page, pictures: Path) -> None:
    page.goto(f"{running_city.city.hub}/sign-in/")
    _press(page, "カードでログイン")
    page.check(f"#card-{ISHIDA.card}")
    _type_pin(page, PIN)
    page.wait_for_url(f"{running_city.city.hub}/**")
    _Look(page, pictures)("22-expired")
    assert "有効期限が切れています" in page.inner_text("main")


def test_the_demo_speaks_english_too(running_city: RunningCity, browser: Browser, pictures: Path) -> None:
    context = browser.new_context(locale="en-GB", timezone_id="Asia/Tokyo", viewport={"width": 360, "height": 780})
    page = context.new_page()
    for number, path in enumerate(("demo/", "", "payment-services/", "sign-in/", "m/hadano/?as_of=2020-06-18"), 30):
        page.goto(f"{running_city.city.hub}/{path}")
        _Look(page, pictures)(f"{number}-english")
        assert page.get_attribute("html", "lang") == "en"
        heading = page.inner_text("h1")
        assert heading.replace("’", "").isascii() or path.startswith("m/"), heading
    context.close()


def _spend_and_award(page: Page, pay: str, look: _Look) -> None:
    page.goto(f"{pay}/")
    look("12-sample-pay")
    _press(page, "青木さんとして開く")
    _press(page, "チャージする")
    look("13-top-up")
    _press(page, "20,000円をチャージ")
    assert "20,000円をチャージしました" in page.inner_text("main")
    page.goto(f"{pay}/operator")
    _press(page, "時計を進めて付与処理を実行")
    page.wait_for_selector("#points_posted")
    look("14-operator")
    assert page.get_attribute("#points_posted", "value") == "5000"


class _Look:
    """Takes a picture of the page and lets axe and the window's width judge it."""

    def __init__(self, page: Page, pictures: Path) -> None:
        self._page = page
        self._pictures = pictures

    def __call__(self, name: str) -> None:
        self._page.screenshot(path=str(self._pictures / f"{name}.png"), full_page=True)
        assert not complaints(self._page), name
        assert overflow(self._page) <= 0, f"{name} is wider than its window"


def _press(page: Page, text: str) -> None:
    """Move with Tab until the focused element says ``text``, then press Enter."""
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        if text in str(page.evaluate(FOCUSED)):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"{page.url}: no key reaches {text!r}")


def _fill(page: Page, name: str, text: str) -> None:
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || ''") == name:
            page.keyboard.type(text)
            return
    raise AssertionError(f"{page.url}: no key reaches the field {name!r}")


def _choose_first_card(page: Page) -> None:
    """Move with Tab to the choice of cards and take the first, 青木's, with the space bar."""
    page.wait_for_selector("#pin")
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || ''") == "card":
            page.keyboard.press("Space")
            return
    raise AssertionError(f"{page.url}: no key reaches the cards")


def _type_pin(page: Page, pin: str) -> None:
    """Reach the PIN field by keyboard, type, press Enter, and wait for the next page."""
    page.wait_for_selector("#pin")
    page.focus("h1, body")
    _fill(page, "pin", pin)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_timeout(300)
