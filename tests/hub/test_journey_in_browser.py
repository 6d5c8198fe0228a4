"""Every state of a resident's journey in a real browser: axe, dark, narrow, large text, forced colours, time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

import mynapoint.demo
from hub import clock, people
from hub.chromium import MARKS, NARROW, complaints, contrast_complaints, overflow
from hub.sample_pay import SamplePay, serve
from hub.visitor import APPLY, Visitor
from mynapoint.hub.applications.models import Application
from mynapoint.hub.municipalities.actions import import_municipalities

DATA = Path(mynapoint.demo.__file__).parent / "data"
FIRST_PAGE_BYTES_MAX = 60_000
PROCEDURES = {"sign in", "reserve", "reserved", "change", "revoke", "apply", "confirm", "receipt", "my page"}
"""Where やさしい日本語 says once more what is done here."""
JUDGES = {
    "start",
    "identity:sign_in",
    "identity:signed_out",
    "identity:extend",
    "ledger:my_page",
    "applications:apply",
    "applications:confirm",
    "applications:signed",
    "applications:receipt",
    "reservations:reserve",
    "reservations:change",
    "reservations:revoke",
}
pytestmark = MARKS


@dataclass
class Stage:
    """A browser whose cookies are those of a visitor with a card: what the visitor has done, the browser shows."""

    url: str
    visitor: Visitor
    context: BrowserContext
    page: Page

    def open(self, path: str) -> Page:
        """Open a page in the session the visitor has by now."""
        cookies = self.visitor.client.cookies
        names = [name for name in ("session", "django_language") if name in cookies]
        self.context.add_cookies([{"name": name, "value": cookies[name].value, "url": self.url} for name in names])
        self.page.goto(self.url + path)
        return self.page


@pytest.fixture
def site(file_database: None, tmp_path: Path, settings: Settings) -> Iterator[str]:
    """The hub's address, with サンプルPay on the network."""
    import_municipalities(DATA / "municipalities")
    stop = serve(SamplePay(), tmp_path)
    server = LiveServer("localhost")
    settings.ORIGINS = [*settings.ORIGINS, server.url]
    yield str(server.url)
    server.stop()
    stop()


@pytest.fixture
def stage(site: str, browser: Browser, city: Path) -> Iterator[Stage]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
    yield Stage(site, Visitor(city, "aoki"), context, context.new_page())
    context.close()


def walk(stage: Stage, look: Callable[[str], None]) -> None:
    """Lead the browser through every state of the journey; ``look`` is told the name of each."""

    def see(name: str, path: str) -> None:
        stage.open(path)
        look(name)

    aoki = stage.visitor
    see("start", "/")
    see("sign in", "/sign-in/")
    see("signed out", "/signed-out/")
    aoki.sign_in()
    see("start, signed in", "/")
    see("extended", "/sign-in/extend/")
    see("my page, empty", "/my/")
    see("reservation missing", APPLY)
    see("reserve", "/reservation/?signer=guardian")
    aoki.reserve()
    see("reserved", "/reservation/")
    see("change", "/reservation/change/")
    see("revoke", "/reservation/revoke/")
    see("apply", APPLY)
    stage.page.get_by_role("button", name="確認画面へ進む").click()
    look("apply, errors")
    confirm = aoki.give_account("SP00001234", "482913", signer="guardian")["Location"]
    see("start, half way", "/")
    see("confirm", confirm)
    aoki.card_step(confirm)
    application = Application.objects.get()
    people.awarded(application, 2_000, clock.now())
    see("receipt", f"/apply/receipt/{application.pk}/")
    see("my page", "/my/")
    see("cannot apply", APPLY)
    see("refused", "/apply/signed/?answer=none")


def test_no_state_of_the_journey_offends_axe_or_scrolls_sideways(stage: Stage) -> None:
    found: dict[str, object] = {}

    def look(name: str) -> None:
        page = stage.page
        page.set_viewport_size({"width": 1280, "height": 900})
        found[name] = complaints(page)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # or axe sees a colour on its way
        found[f"{name}, dark"] = contrast_complaints(page)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": NARROW, "height": 640})
        found[f"{name}, narrow"] = overflow(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        found[f"{name}, large text"] = overflow(page)
        found[f"{name}, headings"] = page.locator("h1").count() != 1
        found[f"{name}, plain words"] = name in PROCEDURES and page.locator(".plain-words").count() != 1
        found[f"{name}, title"] = not page.title().endswith(" | マイナポイント")

    walk(stage, look)

    assert len(found) == 19 * 7
    assert not any(found.values()), "\n".join(f"{name}: {report}" for name, report in found.items() if report)


def test_english_pages_are_as_wide_as_their_window_and_say_their_language(stage: Stage) -> None:
    stage.visitor.client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    found = {}
    stage.page.set_viewport_size({"width": NARROW, "height": 640})
    for path in ("/", "/sign-in/", "/reservation/", "/my/"):
        page = stage.open(path)
        found[path] = overflow(page)
        assert page.get_attribute("html", "lang") == "en"
        assert page.locator("h1").inner_text().replace("’", "").isascii()

    assert not any(found.values()), found


def test_a_wrong_form_takes_the_focus_to_its_summary_and_leads_to_the_field(stage: Stage) -> None:
    stage.visitor.sign_in()
    stage.visitor.reserve()
    page = stage.open(APPLY)
    page.get_by_label("決済サービスID").fill("?")
    page.get_by_role("button", name="確認画面へ進む").click()

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page).to_have_title("エラー: 「サンプルPay」に申し込む | マイナポイント")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("決済サービスID")).to_be_focused()
    described = page.get_by_label("決済サービスID").get_attribute("aria-describedby") or ""
    assert described.split() == ["id_account_id_error", "id_account_id_help"]
    assert page.get_by_label("セキュリティコード").input_value() == ""


def test_the_time_is_told_before_it_is_over_and_extended_on_the_page(stage: Stage, settings: Settings) -> None:
    settings.SESSION_COOKIE_AGE = 301
    stage.visitor.sign_in()
    stage.visitor.reserve()
    page = stage.open(APPLY)
    page.get_by_label("決済サービスID").fill("SP0000")

    expect(page.locator("#time-limit-words[role=alert]")).to_contain_text("あと5分で自動的にログアウトします。")
    page.get_by_role("button", name="時間を延長する").click()

    expect(page.locator("#time-limit-words")).to_contain_text("時間を延長しました。")
    assert page.get_by_label("決済サービスID").input_value() == "SP0000", "what was typed is still there"


def test_without_script_everything_but_the_agent_works(stage: Stage, browser: Browser) -> None:
    plain = browser.new_context(locale="ja-JP", java_script_enabled=False)
    stage.context, stage.page = plain, plain.new_page()
    stage.visitor.sign_in()
    stage.visitor.reserve()
    page = stage.open("/reservation/")
    expect(page.locator("#my-key-id")).to_be_visible()
    expect(page.get_by_role("button", name="コピーする")).to_be_hidden()
    with plain.expect_page() as opened:
        page.get_by_role("button", name="時間を延長する").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("時間を延長しました")
    page = stage.open(APPLY)
    page.get_by_label("決済サービスID").fill("SP00001234")
    page.get_by_label("セキュリティコード").fill("482913")
    page.get_by_role("button", name="確認画面へ進む").click()
    expect(page.locator("#masked-holder")).to_have_text("ア*キ ハ*コ")
    stage.visitor.card_step(f"{APPLY}confirm/")
    page = stage.open("/my/")
    with page.expect_download() as taken:
        page.get_by_role("link", name="すべての記録").click()
    assert taken.value.suggested_filename == "mynapoint-2022-07-15.json"
    plain.close()


def test_forced_colours_show_where_one_is_and_less_motion_means_none(stage: Stage) -> None:
    stage.visitor.sign_in()
    stage.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page = stage.open("/")

    ring = page.evaluate("getComputedStyle(document.querySelector('li[aria-current=step]'), '::before').borderTopStyle")
    assert ring == "double"
    button = page.evaluate(
        "(() => { const s = getComputedStyle(document.querySelector('main .button'));"
        " return [s.borderTopWidth, s.transitionDuration]; })()"
    )
    assert button == ["1px", "0s"]
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "4px"


def test_the_first_page_is_light_and_everything_comes_from_here(stage: Stage) -> None:
    sizes: dict[str, int] = {}
    stage.page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    stage.open("/")
    stage.page.wait_for_load_state("networkidle")

    assert all(url.startswith(stage.url) for url in sizes)
    assert sum(sizes.values()) <= FIRST_PAGE_BYTES_MAX, sizes
    assert any(url.endswith("mynapoint.css") for url in sizes)


def test_nothing_of_the_journey_is_blocked_by_the_policy(stage: Stage) -> None:
    said: list[str] = []
    stage.page.on("console", lambda message: said.append(message.text))
    stage.page.on("pageerror", lambda error: said.append(str(error)))
    stage.visitor.sign_in()
    for path in ("/", "/my/", "/reservation/", "/sign-in/extend/"):
        stage.open(path)

    assert said == []
    policy = stage.page.request.get(f"{stage.url}/my/").headers["content-security-policy"]
    assert "unsafe" not in policy
