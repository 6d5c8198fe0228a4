"""Pictures of every page that people meet, as narrow, middling and wide windows show it, light and dark.

    ./run bench screenshots FOLDER [--only TEXT] [--widths 360,768,1280] [--schemes light,dark] [--lang ja|en]
    ./run bench screenshots FOLDER --states [--only TEXT] …

Starts the invented city on free ports, walks 青木's journey through it in headless Chromium, sits down at the counter
and in the office, and writes ``NAME-WIDTH-SCHEME.png`` into FOLDER. ``--only`` keeps the pictures whose names hold the
text; the journey is walked all the same, because each page follows from the one before.

``--states`` lets the browser tests take the pictures, of every page and state that they judge: claims from the first
step to the bank, corrections up to the decision, drafts, errors, empty pages. ``--only`` chooses among the tests.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
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
    "compare-nothing": "/payment-services/compare/",
    "calculator-service": "/payment-services/calculator/?service=MP0000001",
    "municipality": "/m/nishitokyo/?as_of=2022-01-24",
    "municipality-today": "/m/nishitokyo/",
    "municipality-ended": "/m/hadano/?as_of=2026-11-22",
    "inquiry": "/m/hadano/inquiry/",
    "survey": "/m/hadano/survey/",
    "help": "/help/",
    "faq": "/faq/",
    "status": "/status/",
    "faq-nothing": "/faq/?q=zzzz",
    "privacy": "/privacy/",
    "open-data": "/open-data/",
    "api": "/api/",
    "queue": "/counter/queue/nishitokyo/",
    "not-found": "/not-here/",
    "sign-in": "/sign-in/",
    "signed-out": "/signed-out/",
    "staff-not-a-terminal": "/staff/",
}
STAFF = {
    ("office", "jimu-1"): {
        "staff-office": "/staff/",
        "accounts": "/staff/accounts/",
        "dashboard": "/staff/office/",
        "plan": "/staff/office/plan/?round=round2&people=3000000&seed=1&runs=20",
        "health": "/staff/office/health/",
        "settlement": "/staff/settlement/",
        "settlement-service": "/staff/settlement/services/MP0000001/",
        "corrections": "/staff/corrections/",
        "likely-mislinks": "/staff/corrections/likely/",
        "edit-status": "/staff/status/",
        "review": "/staff/providers/",
    },
    ("counter", "sekinin-1"): {"report": "/staff/counter/report/"},
    ("counter", "koho-1"): {
        "staff-editor": "/staff/",
        "edit-page": "/staff/pages/nishitokyo/",
        "edit-preview": "/staff/pages/nishitokyo/preview/",
        "edit-counter": "/staff/pages/nishitokyo/counter/add/",
        "edit-department": "/staff/pages/nishitokyo/department/add/",
        "edit-history": "/staff/pages/nishitokyo/history/",
        "inquiries": "/staff/inquiries/nishitokyo/",
    },
    ("counter", "mado-1"): {
        "staff-counter": "/staff/",
        "counter-helper": "/staff/counter/",
        "counter-visitor": "/counter/",
        "checklist": "/staff/counter/checklist/",
        "queue-helper": "/staff/counter/queue/",
        "pin-resets": "/staff/counter/pin-resets/",
        "corrections-helper": "/staff/corrections/",
    },
}
"""By desk and person (mynapoint.demo.staff): what they see."""
STATES = ("tests/hub", "-m", "browser", "-q", "-p", "no:cacheprovider")


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
    if options.states:
        return _states(options)
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
            for (desk, name), pages in STAFF.items():
                _staff(page, city, take, desk=desk, name=name, pages=pages)
        browser.close()
    print(f"{len(list(options.folder.glob('*.png')))} pictures in {options.folder}")
    return 0


def _states(options: argparse.Namespace) -> int:
    """Let the browser tests take their pictures (tests/hub/chromium.py); return how they ended."""
    about = {
        "MYNAPOINT_PICTURES": str(options.folder.resolve()),
        "MYNAPOINT_PICTURES_OF": f"{','.join(map(str, options.widths))} {','.join(options.schemes)} {options.lang}",
    }
    chosen = ["-k", options.only] if options.only else []
    command = [sys.executable, "-m", "pytest", *STATES, *chosen]
    return subprocess.run(command, env=os.environ | about, check=False).returncode


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
    page.get_by_role("link", name=re.compile("心当たりがない|not mine|did not")).first.click()
    take("claim")
    page.locator("main form .button").first.click()
    take("correction-opened")
    page.goto(f"{city.hub}/my/")
    take("my-page-held")
    page.goto(city.hub + APPLY)
    take("cannot-apply")
    page.goto(city.hub)
    take("start-applied")
    for path in ("reservation/change", "reservation/revoke", "phone/link"):
        page.goto(f"{city.hub}/{path}/")
        take(path.replace("/", "-"))


def _staff(page: Page, city: City, take: Camera, *, desk: str, name: str, pages: dict[str, str]) -> None:
    """Sit down at a desk of the city as one of its staff, sign in with what the demo's page shows, and look around."""
    page.context.clear_cookies()
    page.goto(f"{city.hub}/demo/staff/")
    page.locator(f"form[action$='/{desk}/'] button").click()
    page.goto(f"{city.hub}/demo/staff/")
    password = page.locator("main p .figure").first.inner_text()
    code = page.get_by_role("row", name=name).locator(".figure").inner_text()
    page.goto(f"{city.hub}/staff/sign-in/")
    take(f"staff-sign-in-{desk}")
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.fill("[name=code]", code)
    page.locator("main form .button").first.click()
    for what, path in pages.items():
        page.goto(city.hub + path)
        take(what)


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
    parser.add_argument("--states", action="store_true", help="take what the browser tests judge instead")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
