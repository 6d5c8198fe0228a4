"""Headless Chromium for the hub's pages: launched once a module, with the checks that every page must pass."""

from __future__ import annotations

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
