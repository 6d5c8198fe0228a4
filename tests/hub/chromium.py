"""Headless Chromium for the hub's pages: launched once a module, with the checks that every page must pass."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

PATH = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NARROW = 320
"""The width in CSS pixels that a window of 1280 has at 400 % zoom (WCAG 2.2, 1.4.10)."""

PICTURES = os.environ.get("MYNAPOINT_PICTURES", "")
"""A folder for pictures of every page and state that these tests judge (benchmarks/screenshots.py); empty: none."""
_WIDTHS, _SCHEMES, _LANGUAGE = os.environ.get("MYNAPOINT_PICTURES_OF", "360,768,1280 light,dark ja").split()

MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not PATH.exists(), reason="NO CHROMIUM: THE BROWSER TESTS ARE LEFT OUT"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(PATH), args=ARGUMENTS)
        yield started
        started.close()


def complaints(page: Page) -> str:
    """What axe has to say about a page; empty when it is clean."""
    if PICTURES:
        take_pictures(page, Path(PICTURES))
    found = Axe().run(page, options=RULES)
    return str(found.generate_report()) if found.violations_count else ""


def contrast_complaints(page: Page) -> str:
    """What axe has to say about the contrast of a page's colours alone, such as in the dark scheme."""
    found = Axe().run(page, options={"runOnly": {"type": "rule", "values": ["color-contrast"]}})
    return str(found.generate_report()) if found.violations_count else ""


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert isinstance(width, int)
    return width


def faults(page: Page, *, language: str = "ja") -> str:
    """What is wrong with a page as it stands; empty when nothing is.

    Axe in light colours, contrast in dark ones; sideways scrolling at 400 % zoom, with letters of 200 %, and in forced
    colours; anything that moves for those who asked for less of it; language, title and one heading over all.
    """
    found = complaints(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # no colour still on its way
    found += contrast_complaints(page)
    found += str(page.evaluate(_MOVES) or "")
    page.emulate_media(color_scheme="light", forced_colors="active")
    found += "forced colours are too wide. " if overflow(page) else ""
    page.emulate_media(forced_colors="none")
    size = page.viewport_size or {"width": 1280, "height": 800}
    page.set_viewport_size({"width": NARROW, "height": 640})
    found += f"{overflow(page)} pixels too wide. " if overflow(page) else ""
    page.set_viewport_size({"width": 2 * NARROW, "height": 640})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += f"{overflow(page)} pixels too wide with large text. " if overflow(page) else ""
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    found += "" if page.get_attribute("html", "lang") == language else "says another language. "
    found += "" if page.locator("h1").count() == 1 else "has not one h1. "
    return found + ("" if "マイナポイント" in page.title() or language != "ja" else f"has the title {page.title()}. ")


_MOVES = """[...document.querySelectorAll("*")].filter((one) => {
    const style = getComputedStyle(one);
    return style.transitionDuration !== "0s" || style.animationName !== "none";
}).map((one) => `${one.tagName} moves. `).join("")"""


def take_pictures(page: Page, folder: Path) -> None:
    """Take a page as phones, tablets and desks show it, light and dark, named after its address and its title.

    In English it is asked for anew, in a window of its own, so that the test goes on with its page.
    """
    if _LANGUAGE == "en":
        page.context.add_cookies([{"name": "django_language", "value": "en", "url": page.url}])
        other = page.context.new_page()
        other.goto(page.url)
        _take_pictures(other, folder)
        other.close()
        page.context.clear_cookies(name="django_language")
    else:
        _take_pictures(page, folder)


def _take_pictures(page: Page, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    about = f"{page.url.split('/', 3)[-1]} {page.title().split(' | ', maxsplit=1)[0]}"
    name = re.sub(r"[^\w]+", "-", about).strip("-")[:90]
    number = len({one.name.split("-")[0] for one in folder.glob("*.png")}) + 1
    size = page.viewport_size
    for scheme in _SCHEMES.split(","):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in _WIDTHS.split(","):
            page.set_viewport_size({"width": int(width), "height": 900})
            page.screenshot(path=str(folder / f"{number:03}-{name}-{width}-{scheme}.png"), full_page=True)
    page.emulate_media(color_scheme="light")
    if size:
        page.set_viewport_size(size)
