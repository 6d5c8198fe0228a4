"""How light and how soon drawn a resident's pages are, as Lighthouse measures it, in a slow phone's browser.

    ./run bench pages [--runs 3]

Starts the invented city, and opens each page in a fresh headless Chromium window of 412 × 823 pixels, processor slowed
four times, 1.6 Mbit/s and 150 ms a round trip, nothing cached. A line a page: requests, bytes over the wire, when first
and most of the content is drawn (FCP, LCP), how long scripts held the page up beyond 50 ms at a time (TBT), and how far
things moved (CLS). The middle of the runs. Then ``MARK name measured target ok|short``.
"""

from __future__ import annotations

import argparse
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from mynapoint.demo.city import City
from mynapoint.demo.processes import free_port

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync"]
PAGES = ("/", "/payment-services/", "/payment-services/MP0000001/", "/m/nishitokyo/", "/help/", "/sign-in/")
PHONE = {"width": 412, "height": 823}
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
"""Lighthouse's slow 4G: milliseconds a round trip, bytes a second."""
FIRST_PAGE_BYTES_MAX = 60_000
WATCH = """window.seen = {lcp: 0, cls: 0, tbt: 0};
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
    .observe({type, buffered: true});
watch("largest-contentful-paint", (one) => { window.seen.lcp = one.startTime; });
watch("layout-shift", (one) => { window.seen.cls += one.value; });
watch("longtask", (one) => { window.seen.tbt += Math.max(one.duration - 50, 0); });"""
FOUND = """() => [performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    window.seen.lcp, window.seen.tbt, window.seen.cls]"""


@dataclass(frozen=True, slots=True)
class Load:
    """One load of a page; times in milliseconds since it was asked for."""

    requests: float
    wire_bytes: float
    fcp: float
    lcp: float
    tbt: float
    cls: float


def main() -> int:
    """Measure every page and print what was found."""
    parser = argparse.ArgumentParser(description="How light and how soon drawn a resident's pages are.")
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    ports = {name: free_port() for name in ("hub_port", "pay_port", "agent_port", "phone_port")}
    with TemporaryDirectory(prefix="mynapoint-pages-") as state, sync_playwright() as playwright:
        city = City(Path(state), **ports)
        city.prepare()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with city.serve():
            found = {path: _middle([_load(browser, city.hub + path) for _ in range(runs)]) for path in PAGES}
        browser.close()
    print(f"{'page':32}{'requests':>9}{'bytes':>9}{'FCP ms':>9}{'LCP ms':>9}{'TBT ms':>9}{'CLS':>7}")
    for path, one in found.items():
        print(
            f"{path:32}{one.requests:9.0f}{one.wire_bytes:9.0f}{one.fcp:9.0f}{one.lcp:9.0f}{one.tbt:9.0f}{one.cls:7.3f}"
        )
    first = found["/"].wire_bytes
    print(
        f"MARK first_page_bytes {first:.0f} {FIRST_PAGE_BYTES_MAX} {'ok' if first <= FIRST_PAGE_BYTES_MAX else 'short'}"
    )
    return 0


def _load(browser: Browser, url: str) -> Load:
    context = browser.new_context(locale="ja-JP", viewport=PHONE, device_scale_factor=1.75)  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script(WATCH)
    line = context.new_cdp_session(page)
    sizes: list[float] = []
    line.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(url)
    page.wait_for_load_state("networkidle")
    seen: Any = page.evaluate(FOUND)
    context.close()
    return Load(len(sizes), sum(sizes), *seen)


def _middle(loads: list[Load]) -> Load:
    return Load(*(median(values) for values in zip(*map(astuple, loads), strict=True)))


if __name__ == "__main__":
    raise SystemExit(main())
