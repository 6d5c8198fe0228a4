"""Municipal pages, help and their staff area in a real browser: axe, keyboard, narrow, large, forced colours, dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

import mynapoint.demo
from hub import clock
from hub.chromium import MARKS, NARROW, complaints, overflow
from hub.staff import desk
from hub.staff.desk import Desk
from mynapoint.hub.municipalities.actions import import_municipalities, send_inquiry
from mynapoint.hub.municipalities.models import Counter, Municipality, Text
from mynapoint.hub.municipalities.notices import StatusNotice
from mynapoint.hub.staff import access
from mynapoint.hub.staff.models import Role
from mynapoint.hub.words import PageWords

PUBLIC = (
    "/help/",
    "/faq/",
    "/faq/?q=暗証番号",
    "/faq/?q=zzzz",
    "/m/hadano/faq/",
    "/status/",
    "/privacy/",
    "/m/nishitokyo/",
)
STAFF = "/staff/pages/hadano/"
JUDGES = {
    "help:help",
    "help:faq",
    "help:status",
    "help:privacy",
    "municipalities:faq",
    "municipal_staff:add",
    "municipal_staff:page",
    "municipal_staff:preview",
    "municipal_staff:history",
    "municipal_staff:inquiries",
    "municipal_staff:inquiry",
    "municipal_staff:change",
    "municipal_staff:end",
    "municipal_staff:draft",
}
pytestmark = MARKS


@pytest.fixture
def site(browser: Browser, file_database: None) -> Iterator[str]:
    import_municipalities(Path(mynapoint.demo.__file__).parent / "data" / "municipalities")
    hadano = Municipality.objects.get(slug="hadano")
    send_inquiry(municipality=hadano, question="窓口は何時までですか。", reply_to="aoki@mail.example", now=clock.now())
    words = PageWords("大変混み合っています。", "Very crowded.")
    at = {"starts_at": clock.now(), "published_at": clock.now(), "published_by": "staff:0"}
    StatusNotice.objects.create(kind="congestion", words=words, **at)
    server = LiveServer("localhost")
    yield str(server.url)
    server.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def editor(page: Page, site: str) -> Page:
    return signed_in(page, site, desk.at_work(Role.EDITOR, "hadano"))


def signed_in(page: Page, site: str, where: Desk) -> Page:
    for name in (access.staff_cookie(), access.terminal_cookie()):
        page.context.add_cookies([{"name": name, "value": where.client.cookies[name].value, "url": site}])
    return page


def drafted(page: Page, site: str) -> list[str]:
    """Draft something through the pages; return every page of the staff area in the states that there are."""
    page.goto(f"{site}{STAFF}text/add/")
    page.get_by_label("文(日本語)").fill("8月から窓口を移します。")
    page.get_by_label("文(英語)").fill("The counter moves in August.")
    page.get_by_role("button", name="下書きとして保存する").click()
    expect(page.get_by_role("heading", name="下書き(1件)")).to_be_visible()
    draft = page.get_by_role("link", name="続きを書く").first.get_attribute("href")
    counter = Counter.objects.filter(municipality__slug="hadano").first()
    text = Text.objects.filter(municipality__slug="hadano").first()
    assert counter is not None
    assert text is not None
    inquiries = "/staff/inquiries/hadano/"
    page.goto(f"{site}{inquiries}")
    number = page.locator(".fact-links a").first.get_attribute("href")
    kinds = [f"{STAFF}{kind}/add/" for kind in ("edition", "closed", "department")]
    more = [str(draft), STAFF, f"{STAFF}preview/", f"{STAFF}history/", inquiries, str(number)]
    return [*kinds, *more, f"{STAFF}counter/{counter.pk}/", f"{STAFF}text/{text.pk}/end/"]


def test_axe_finds_nothing_on_help_light_or_dark(site: str, page: Page) -> None:
    for path in PUBLIC:
        page.goto(site + path)
        assert not complaints(page), path
    page.emulate_media(color_scheme="dark")
    for path in ("/help/", "/faq/", "/privacy/"):
        page.goto(site + path)
        assert not complaints(page), f"{path} in dark"


def test_axe_finds_nothing_in_the_staff_area_and_nothing_scrolls_sideways(site: str, editor: Page) -> None:
    for path in drafted(editor, site):
        editor.goto(site + path)
        assert not complaints(editor), path
        editor.set_viewport_size({"width": NARROW, "height": 640})
        assert not overflow(editor), path
        editor.set_viewport_size({"width": 1280, "height": 800})


def test_axe_finds_nothing_where_a_form_is_refused(site: str, editor: Page) -> None:
    editor.goto(f"{site}{STAFF}counter/add/")
    editor.get_by_label("窓口の場所(日本語)").fill("9月30日まで")
    editor.get_by_role("button", name="下書きとして保存する").click()

    expect(editor.get_by_role("alert")).to_contain_text("{card_requested_by}")
    assert not complaints(editor)
    editor.emulate_media(color_scheme="dark")
    assert not complaints(editor)
    field = editor.get_by_label("窓口の場所(日本語)")
    described = str(field.get_attribute("aria-describedby")).split()
    assert "9月30日" in str(editor.locator(f"#{described[-1]}").text_content())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_help_fits_narrow_windows_and_large_letters(site: str, page: Page, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page.set_viewport_size({"width": NARROW, "height": 640})
    for path in PUBLIC:
        page.goto(site + path)
        assert not overflow(page), path
    page.set_viewport_size({"width": 640, "height": 640})  # 1280 pixels at 200 %
    for path in PUBLIC:
        page.goto(site + path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not overflow(page), path


def test_a_page_is_edited_previewed_and_published_by_keyboard_alone(site: str, editor: Page) -> None:
    editor.goto(f"{site}{STAFF}text/add/")
    reach(editor, "id_place")
    editor.keyboard.press("ArrowDown")
    for words in ("8月から窓口を移します。", "The counter moves in August."):
        reach(editor, "id_words_ja" if words[0] == "8" else "id_words_en")
        editor.keyboard.type(words)
    press(editor, "下書きとして保存する")
    press(editor, "下書き1件を公開する")

    expect(editor.get_by_role("status")).to_contain_text("公開しました。")


def test_a_question_opens_and_closes_by_keyboard(site: str, page: Page) -> None:
    page.goto(f"{site}/faq/")
    summary = page.locator("summary").first
    summary.focus()
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert ring == "4px"
    page.keyboard.press("Enter")
    expect(page.locator("details").first.locator("p").first).to_be_visible()


def test_everything_works_without_script(site: str, browser: Browser) -> None:
    context: BrowserContext = browser.new_context(locale="ja-JP", java_script_enabled=False)
    page = signed_in(context.new_page(), site, desk.at_work(Role.EDITOR, "hadano"))
    page.goto(f"{site}/faq/")
    page.get_by_label("ことばでさがす").fill("ろっく")
    page.get_by_role("button", name="さがす").click()
    expect(page.get_by_text("暗証番号を忘れました。ロックされました。")).to_be_visible()
    page.goto(f"{site}{STAFF}link/add/")
    page.get_by_label("リンクの文字(日本語)").fill("市の案内")
    page.get_by_label("リンクの文字(英語)").fill("City guide")
    page.get_by_label("アドレス").fill("https://www.city.hadano.kanagawa.jp/guide")
    page.get_by_role("button", name="下書きとして保存する").click()
    page.get_by_role("button", name="下書き1件を公開する").click()
    expect(page.get_by_role("status")).to_contain_text("公開しました。")
    context.close()


def test_what_is_open_is_told_by_words_also_in_forced_colours(site: str, page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(f"{site}/help/")

    expect(page.locator(".open-now").first).to_contain_text("確認できません")
    assert not complaints(page)


def test_questions_are_printed_with_their_answers(site: str, page: Page) -> None:
    page.emulate_media(media="print")
    page.goto(f"{site}/faq/")

    expect(page.locator("details p").first).to_be_visible()


def reach(page: Page, id_: str) -> None:
    """Press Tab until a control has the focus."""
    for _ in range(80):
        if page.evaluate("document.activeElement.id") == id_:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{id_} is not reached")


def press(page: Page, button: str) -> None:
    """Press Tab until a button has the focus, then Enter."""
    for _ in range(160):
        if page.evaluate("document.activeElement.textContent").strip() == button:
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{button} is not reached")
