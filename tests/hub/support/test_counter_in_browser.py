"""Two visitors one after the other at one terminal, in a real browser: nothing of the first is left for the second.

The visitor's browser keeps a profile and pages to go back to (bfcache), as it does for people; Playwright's does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from hub.chromium import ARGUMENTS, NARROW, PATH, complaints, overflow
from hub.chromium import MARKS as BROWSER
from hub.sample_pay import SamplePay, serve
from hub.support.counter import ACCOUNTS, MARKS, at_home, counter
from hub.visitor import APPLY, CardFields, Visitor
from mynapoint.card.agent.leaving import Leaving
from mynapoint.card.agent.readers import EmulatedReaders
from mynapoint.card.emulator.cards import lay_down, take_away

JUDGES = {"support:counter", "support:ended", "counter:counter"}
pytestmark = BROWSER
AGENT = "http://127.0.0.1:47220/v1/authenticate"


@dataclass
class Window:
    """A visitor's window at a terminal, with a card on its reader; the agent is played, its card is the shipped one."""

    page: Page
    helper: Page
    site: str
    cards: Visitor
    profile: Path
    leaving: Leaving

    def begin(self) -> None:
        go_to(self.helper, f"{self.site}/staff/counter/")
        self.helper.locator("form[action$='/begin/'] button").click()
        expect(self.helper.locator(".counter-place-busy")).to_have_count(1)

    def sign_in(self, card: str) -> None:
        self.cards.card = card
        go_to(self.page, f"{self.site}/counter/")
        self.page.locator(".button-visitor").click()
        expect(self.page.locator(".visitor-track")).to_be_visible()

    def type_account(self, card: str) -> None:
        account, code = ACCOUNTS[card]
        go_to(self.page, f"{self.site}{APPLY}")
        self.page.locator("[name=account_id]").fill(account)
        self.page.locator("[name=code_1]").fill(code)

    def go_on(self) -> None:
        self.page.locator("main form .button").first.click()
        expect(self.page.locator("#masked-holder")).to_be_visible()

    def answer(self, route: Route) -> None:
        """Do as the agent does once the PIN has been typed: deliver by a form."""
        given = {name: values[0] for name, values in parse_qs(route.request.post_data or "").items()}
        fields = CardFields(given["nonce"], given["statement"], given["return_url"], given["lang"])
        inputs = "".join(f'<input name="{k}" value="{escape(v)}">' for k, v in self.cards.sign(fields).items())
        self.leaving.watch(origin=self.leaving.origin, nonce=fields.nonce, card_id=self.cards.card)
        form = f'<form method="post" action="{fields.return_url}">{inputs}</form>'
        script = "<script>document.forms[0].submit()</script>"
        route.fulfill(content_type="text/html", body=f"<!DOCTYPE html>{form}{script}")


@pytest.fixture
def window(browser: Browser, file_database: None, city: Path, tmp_path: Path) -> Iterator[Window]:
    stop = serve(SamplePay(), tmp_path)
    for card in ACCOUNTS:
        at_home(city, card)
    one = counter(city)
    server = LiveServer("localhost")
    site = str(server.url)
    kept = browser.browser_type.launch_persistent_context(
        tmp_path / "profile",
        executable_path=PATH,
        args=ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
    )
    contexts = [browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo"), kept]
    with_cookies(contexts[0], site, one.helper.client.cookies)
    with_cookies(contexts[1], site, one.visitor.client.cookies)
    with override_settings(ORIGINS=[site]):
        told = f"{site}/counter/card-left/", f"{site}/counter/card-came/"
        leaving = Leaving(EmulatedReaders(city), *told)
        made = Window(kept.new_page(), contexts[0].new_page(), site, one.visitor, tmp_path / "profile", leaving)
        made.page.route(AGENT, made.answer)
        yield made
    for context in contexts:
        context.close()
    server.stop()
    stop()


def go_to(page: Page, address: str) -> None:
    """Open an address, also where the page loads itself anew in that very moment, as both screens do."""
    try:
        page.goto(address)
    except Error as error:
        if "ERR_ABORTED" not in error.message:
            raise
        page.goto(address)


def with_cookies(context: BrowserContext, site: str, cookies: object) -> None:
    for name, morsel in cookies.items():  # type: ignore[attr-defined]
        if name in {"terminal", "staff"}:
            path = "/staff/" if name == "staff" else "/"
            context.add_cookies([{"name": name, "value": morsel.value, "domain": "localhost", "path": path}])


def left_behind(page: Page) -> dict[str, object]:
    """What a browser keeps for a site, beside its cookies."""
    return dict(
        page.evaluate(
            """async () => ({
              local: Object.keys(localStorage), session: Object.keys(sessionStorage),
              databases: (await indexedDB.databases()).map((one) => one.name), caches: await caches.keys(),
              values: [...document.querySelectorAll("input:not([type=hidden])")].map((one) => one.value).join(""),
            })"""
        )
    )


def keeps_pages_to_go_back_to(context: BrowserContext) -> bool:
    """Whether this browser shows a page again as it was left, if the page does not see to it."""
    page = context.new_page()
    for name in ("one", "two"):
        page.route(f"http://{name}.test/", lambda route: route.fulfill(content_type="text/html", body="<p>plain</p>"))
    go_to(page, "http://one.test/")
    page.evaluate("window.asItWasLeft = true")
    go_to(page, "http://two.test/")
    page.go_back(wait_until="commit")
    found = bool(page.evaluate("window.asItWasLeft"))
    page.close()
    return found


def files_with(profile: Path, text: str) -> set[str]:
    """The files of a closed browser's profile in which a text stands, in either of the ways it writes texts."""
    wanted = (text.encode(), text.encode("utf-16-le"))
    files = [path for path in profile.rglob("*") if path.is_file() and not path.is_symlink()]
    return {path.name for path in files if any(one in path.read_bytes() for one in wanted)}


def shows_nothing_of(page: Page, card: str) -> None:
    content = page.content()
    for mark in (*MARKS[card], ACCOUNTS[card][0], ACCOUNTS[card][1]):
        assert mark not in content, f"{mark} at {page.url}"


def go_back_through_everything(window: Window, gone: str) -> None:
    """Press Back until there is nothing to go back to; no page may show anything of who is gone."""
    for _ in range(20):
        window.page.go_back(wait_until="load")
        if window.page.url == "about:blank":
            return
        shows_nothing_of(window.page, gone)
    raise AssertionError("the history has no beginning")


def test_the_second_visitor_finds_nothing_of_the_first(window: Window) -> None:
    page = window.page
    assert keeps_pages_to_go_back_to(page.context)
    window.begin()
    window.sign_in("aoki")
    window.type_account("aoki")
    window.go_on()
    window.type_account("aoki")

    page.locator(".button-end").click()

    expect(page.locator("h1")).to_contain_text("終")
    go_back_through_everything(window, "aoki")
    go_to(page, f"{window.site}/counter/")
    assert {one["name"] for one in page.context.cookies()} <= {"terminal", "csrftoken"}
    assert left_behind(page) == {"local": [], "session": [], "databases": [], "caches": [], "values": ""}

    window.begin()
    window.sign_in("ueno")
    go_to(page, f"{window.site}{APPLY}")
    assert page.locator("[name=account_id]").input_value() == ""
    assert page.locator("[name=account_id]").get_attribute("autocomplete") == "off"
    go_back_through_everything(window, "aoki")

    page.context.close()
    assert files_with(window.profile, "/counter/"), "the search finds what the history does keep"
    for mark in (*MARKS["aoki"], *ACCOUNTS["aoki"]):
        assert files_with(window.profile, mark) == set(), "nothing typed or shown is there to be filled in, or found"


def test_the_page_is_gone_seconds_after_the_card_has_left_and_the_next_card_begins(window: Window, city: Path) -> None:
    window.begin()
    window.sign_in("aoki")
    take_away(city, "aoki")
    try:
        expect(window.page.locator("h1")).to_contain_text("カードが ありません", timeout=15_000)
        expect(window.helper.locator(".counter-place-busy")).to_have_count(0)
    finally:
        lay_down(city, "aoki")

    expect(window.page.locator(".button-visitor")).to_be_focused(timeout=15_000)
    expect(window.helper.locator(".counter-place-busy")).to_have_count(1)


def test_both_screens_are_whole_narrow_and_reached_by_the_keyboard(window: Window) -> None:
    page = window.page
    pages = [("waiting", page), ("helper", window.helper)]
    go_to(page, f"{window.site}/counter/")
    go_to(window.helper, f"{window.site}/staff/counter/")
    found = {name: judged(one) for name, one in pages}
    window.begin()
    go_to(page, f"{window.site}/counter/")
    found["card"] = judged(page)
    expect(page.locator(".button-visitor")).to_be_focused()
    window.sign_in("aoki")
    found["next"] = judged(page)
    expect(window.helper.locator(".counter-place-busy li.done")).to_have_count(2, timeout=20_000)
    found["helper in a visit"] = judged(window.helper)
    window.type_account("aoki")
    window.go_on()
    found["confirm"] = judged(page)
    go_to(page, f"{window.site}/counter/ended/other_card/")
    found["other card"] = judged(page)

    assert found == dict.fromkeys(found, ("", 0))


def judged(page: Page) -> tuple[str, int]:
    """What axe says, and by how many pixels it is too wide for a narrow window."""
    said = complaints(page)
    size = page.viewport_size
    page.set_viewport_size({"width": NARROW, "height": 800})
    wide = overflow(page)
    if size:
        page.set_viewport_size(size)
    return said, wide
