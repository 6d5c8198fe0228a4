"""Pictures of every page a resident meets, as narrow, middling and wide windows show it, light and dark.

    ./run bench screenshots FOLDER [--only TEXT] [--widths 360,768,1280] [--schemes light,dark] [--lang ja|en]

Starts the invented city on free ports, walks 青木's journey through it in headless Chromium, and writes
``NAME-WIDTH-SCHEME.png`` into FOLDER. ``--only`` keeps the pictures whose names hold the text; the journey is walked
all the same, because each page follows from the one before.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from mynapoint.demo.city import PEOPLE, PIN, City
from mynapoint.demo.processes import free_port

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync"]
HEIGHT = 900
AOKI, ISHIDA, UENO = PEOPLE
APPLY = "/apply/MP0000001/card_uptake/"
PUBLIC = {
    "start": "/",
    "search": "/payment-services/",
    "search-nothing": "/payment-services/?q=zzzz",
    "service": "/payment-services/MP0000001/",
    "compare": "/payment-services/compare/?s=MP0000001&s=MP0000009&s=MP0000034",
    "calculator": "/payment-services/calculator/",
    "municipality": "/m/nishitokyo/?as_of=2022-01-24",
    "municipality-today": "/m/nishitokyo/",
    "inquiry": "/m/hadano/inquiry/",
    "help": "/help/",
    "faq": "/faq/",
    "status": "/status/",
    "privacy": "/privacy/",
    "not-found": "/not-here/",
    "sign-in": "/sign-in/",
    "signed-out": "/signed-out/",
}


@dataclass(frozen=True)
class Camera:
    """Takes each page in every width and scheme without loading it anew."""

    page: Page
    folder: Path
    widths: Sequence[int]
    schemes: Sequence[str]
    only: str

    def __call__(self, name: str) -> None:
        if self.only not in name:
            return
        for scheme in self.schemes:
            self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for width in self.widths:
                self.page.set_viewport_size({"width": width, "height": HEIGHT})
                path = self.folder / f"{name}-{width}-{scheme}.png"
                self.page.screenshot(path=str(path), full_page=True)
        self.page.set_viewport_size({"width": 1280, "height": HEIGHT})


def main() -> int:
    """Walk through the city and take the pictures."""
    options = _options()
    options.folder.mkdir(parents=True, exist_ok=True)
    ports = {name: free_port() for name in ("hub_port", "pay_port", "agent_port", "phone_port")}
    with TemporaryDirectory(prefix="mynapoint-pictures-") as state, sync_playwright() as playwright:
        city = City(Path(state), **ports)
        city.prepare()
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        locale = "en-GB" if options.lang == "en" else "ja-JP"
        page = browser.new_context(locale=locale, timezone_id="Asia/Tokyo").new_page()
        with city.serve():
            take = Camera(page, options.folder, options.widths, options.schemes, options.only)
            _public(page, city, take)
            _journey(page, city, take)
        browser.close()
    print(f"{len(list(options.folder.glob('*.png')))} pictures in {options.folder}")
    return 0


def _public(page: Page, city: City, take: Camera) -> None:
    for name, path in PUBLIC.items():
        page.goto(city.hub + path)
        take(name)


def _journey(page: Page, city: City, take: Camera) -> None:
    page.goto(f"{city.hub}/sign-in/")
    _sign(page, ISHIDA.card)
    take("refused-expired")
    page.goto(f"{city.hub}/sign-in/?next=/")
    _sign(page)
    take("start-signed-in")
    page.goto(city.hub + APPLY)
    take("apply-not-reserved")
    page.goto(f"{city.hub}/my/")
    take("my-page-empty")
    page.goto(f"{city.hub}/reservation/")
    take("reserve")
    _sign(page)
    take("reserved")
    page.goto(city.hub + APPLY)
    take("apply")
    page.locator("main form .button").first.click()
    take("apply-errors")
    page.fill("[name=account_id]", AOKI.account_id)
    page.fill("[name=code_1]", "000000")
    page.locator("main form .button").first.click()
    take("apply-refused")
    page.fill("[name=account_id]", AOKI.account_id)
    page.fill("[name=code_1]", AOKI.security_code)
    page.locator("main form .button").first.click()
    take("confirm")
    page.goto(city.hub)
    take("start-half-way")
    page.goto(f"{city.hub}/my/")
    take("my-page-half-way")
    page.goto(f"{city.hub}{APPLY}confirm/")
    _sign(page)
    take("receipt")
    page.goto(f"{city.hub}/my/")
    take("my-page")
    page.goto(city.hub + APPLY)
    take("cannot-apply")
    page.goto(city.hub)
    take("start-applied")
    for path in ("reservation/change", "reservation/revoke", "phone/link"):
        page.goto(f"{city.hub}/{path}/")
        take(path.replace("/", "-"))


def _sign(page: Page, card: str = AOKI.card) -> None:
    """Press the page's button for the card, and sign with it at the agent."""
    page.locator("form[action*='/v1/authenticate'] button").first.click()
    page.check(f"#card-{card}")
    page.fill("#pin", PIN)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_load_state()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Pictures of every page, by width and colour scheme.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="keep the pictures whose names hold this text")
    parser.add_argument("--widths", type=lambda text: [int(one) for one in text.split(",")], default=[360, 768, 1280])
    parser.add_argument("--schemes", type=lambda text: text.split(","), default=["light", "dark"])
    parser.add_argument("--lang", choices=["ja", "en"], default="ja")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
