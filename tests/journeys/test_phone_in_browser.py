"""The phone in a real browser at the demo's four servers: added with the card, signing in, applying, taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.chromium import MARKS, NARROW, chromium, complaints, overflow
from mynapoint.demo.city import PEOPLE, PIN, City
from mynapoint.demo.processes import free_port

pytestmark = MARKS
AOKI = PEOPLE[0]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    ports = {"hub_port": free_port(), "pay_port": free_port(), "agent_port": free_port(), "phone_port": free_port()}
    city = City(tmp_path_factory.mktemp("city"), **ports)
    city.prepare()
    with city.serve() as started:
        assert len(started) == 4
        yield city


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1000, "height": 900})
    yield context.new_page()
    context.close()


def test_a_phone_is_added_signs_in_applies_and_is_taken_away(city: City, page: Page, pictures: Path) -> None:
    def look(name: str) -> None:
        page.screenshot(path=str(pictures / f"phone-{name}.png"), full_page=True)
        assert not complaints(page), name
        page.set_viewport_size({"width": NARROW, "height": 900})
        assert overflow(page) <= 0, f"{name} is wider than a narrow window"
        page.set_viewport_size({"width": 1000, "height": 900})

    def press(name: str) -> None:
        page.get_by_role("button", name=name).first.click()

    def sign_with_card() -> None:
        page.get_by_role("radio", name="青木さんのカード").check()
        page.get_by_label("利用者証明用電子証明書の暗証番号").fill(PIN)
        press("署名して戻る")

    def by_phone(name: str) -> None:
        press("スマートフォンで認証する")
        expect(page.get_by_role("heading", level=1)).to_have_text("どなたのスマートフォンですか")
        look(name)
        press("青木さんとして認証する")

    heading = page.get_by_role("heading", level=1)
    page.goto(f"{city.hub}/sign-in/?next=/my/")
    look("01-sign-in")
    by_phone("02-whose")
    expect(page.get_by_text("このスマートフォンは、登録されていません").first).to_be_visible()
    look("03-nobody-added-it")

    page.goto(f"{city.hub}/sign-in/?next=/my/")
    press("カードでログイン")
    sign_with_card()
    expect(heading).to_have_text("マイページ")
    look("04-my-page")
    page.get_by_role("link", name="スマートフォンを登録する").click()
    look("05-add")
    press("カードで署名して、スマートフォンへ進む")
    sign_with_card()
    expect(heading).to_have_text("登録するスマートフォンで認証する")
    look("05b-add-next")
    by_phone("05c-whose")
    expect(heading).to_have_text("スマートフォンを登録しました")
    look("06-added")
    press("ログアウト")

    page.goto(f"{city.hub}/sign-in/?next=/reservation/")
    by_phone("07-sign-in")
    page.wait_for_url(f"{city.hub}/reservation/")
    look("08-reserve")
    by_phone("09-reserve")
    page.wait_for_url(f"{city.hub}/**")
    look("10-reserved")
    page.goto(f"{city.hub}/apply/MP0000001/card_uptake/")
    page.locator("[name=account_id]").fill(AOKI.account_id)
    page.locator("[name=code_1]").fill(AOKI.security_code)
    page.locator("main form button").last.click()
    expect(page.locator("#masked-holder")).to_be_visible()
    look("11-confirm")
    by_phone("12-confirm")
    expect(page.get_by_role("heading", name="スマートフォンで同意した内容")).to_be_visible()
    look("13-receipt")
    page.goto(f"{city.hub}/my/")
    page.get_by_text("スマートフォンで同意した内容").click()
    assert "カードで署名した内容" not in page.inner_text("main")
    look("14-my-page")

    page.get_by_role("link", name="スマートフォンの登録を取り消す").click()
    look("15-take-away")
    press("カードで署名して、取り消す")
    sign_with_card()
    expect(heading).to_have_text("スマートフォンの登録を取り消しました")
    look("16-taken-away")
    press("ログアウト")
    page.goto(f"{city.hub}/sign-in/")
    by_phone("17-sign-in")
    expect(page.get_by_text("このスマートフォンは、登録されていません").first).to_be_visible()
    look("18-refused")
