"""A browser that others use afterwards: neither PIN nor statement can be had from it, on screen or in its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from card.agent.running import Running
from card.agent.site import Site, open_site
from hub.chromium import ARGUMENTS, MARKS, PATH
from mynapoint.card.emulator.cards import reset_pin

pytestmark = MARKS

PIN = "7391"
CANARY = "金糸雀のうたを申し込みます"
STATEMENT = f"{CANARY}。変更できません。"
OWN_FILES = {"Cache", "History", "Web Data", "Login Data", "Sessions"}
"""Files and folders of a profile in which a use could stay."""


@contextmanager
def terminal(profile: Path) -> Iterator[BrowserContext]:
    """A browser that keeps its profile, and pages to go back to, as it does for people."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=PATH,
            args=ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
            locale="ja-JP",
        )
        yield context
        context.close()


def come_from(site: Site, page: Page) -> None:
    page.goto(site.origin)
    page.get_by_role("button", name="カードでログイン").click()
    expect(page.get_by_text(CANARY)).to_be_visible()
    page.get_by_role("radio", name="青木さんのカード").check()
    page.get_by_label("利用者証明用電子証明書の暗証番号").fill(PIN)


def finish(page: Page) -> None:
    page.get_by_role("button", name="署名して戻る").click()
    expect(page.get_by_text("戻りました")).to_be_visible()


def cancel(page: Page) -> None:
    page.get_by_role("button", name="取り消す").click()
    expect(page.get_by_text("戻りました")).to_be_visible()


def look_back(page: Page, agent: str) -> None:
    """Try every way back to what was on the screen: Back, Forward, reload, each entry, its source."""
    addresses = [f"view-source:{agent}/"]
    for _ in range(6):
        if page.go_back() is None and page.url == "about:blank":
            break
        assert_shows_nothing(page)
        addresses.append(page.url)
        page.reload()
        assert_shows_nothing(page)
    for _ in range(6):
        if page.go_forward() is None:
            break
        assert_shows_nothing(page)
    for address in addresses:
        page.goto(address)
        assert_shows_nothing(page)


def assert_shows_nothing(page: Page) -> None:
    page.wait_for_load_state()
    if "127.0.0.1" in page.url:
        shown = page.content() + "".join(page.evaluate("[...document.querySelectorAll('input')].map((i) => i.value)"))
        assert CANARY not in shown, f"the statement is back at {page.url}"
        assert PIN not in shown, f"the PIN is back at {page.url}"


def found(profile: Path, pin: str, canary: str) -> set[str]:
    """Return the files of a profile in which the PIN, alone or as a form's field, or the statement stands."""
    alone = [rb"(?<![0-9A-Za-z+/=_.-])%s(?![0-9A-Za-z+/=_.-])", rb"pin[=\"':\s\0-\x20]{1,8}%s"]
    patterns = [shape % pin.encode() for shape in alone]
    patterns += [rb"(?<![0-9]\0)%s(?![0-9]\0)" % re.escape(pin.encode("utf-16-le"))]
    patterns += [re.escape(canary.encode()), re.escape(canary.encode("utf-16-le")), re.escape(quote(canary).encode())]
    searched = re.compile(b"|".join(patterns))
    files = [path for path in profile.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path.relative_to(profile)) for path in files if searched.search(path.read_bytes())}


def test_nothing_of_a_use_can_be_had_from_the_browser_afterwards(
    own_city: Path, running: Running, tmp_path: Path
) -> None:
    reset_pin(own_city, "aoki", bytearray(PIN.encode()))
    profile = tmp_path / "profile"
    with open_site(running.origin, STATEMENT) as site:
        with terminal(profile) as context:
            for leave in (finish, cancel):
                page = context.new_page()
                come_from(site, page)
                leave(page)
                look_back(page, running.origin)
            come_from(site, page)
            page.goto(f"{site.origin}/back")
        assert [set(fields) for fields in site.received] == [{"nonce", "token"}, {"nonce", "error"}]
        assert {path.name for path in profile.rglob("*")} >= OWN_FILES
        assert found(profile, PIN, f"127.0.0.1:{running.port}"), "the search finds what the history does keep"
        assert found(profile, PIN, CANARY) == set()


def test_the_statement_leaves_the_screen_when_its_time_is_over(running: Running, tmp_path: Path) -> None:
    with open_site(running.origin, STATEMENT) as site, terminal(tmp_path / "profile") as context:
        page = context.new_page()
        page.clock.install()
        come_from(site, page)
        asked = []
        page.on("request", lambda request: asked.append(request.url))

        page.clock.fast_forward("05:02")

        page.wait_for_load_state()
        page.wait_for_timeout(500)
        assert page.url in asked, "the page asked the agent again whether it still stands"
