"""What every page of サンプルPay shares: its templates, two languages, the demo's date, its headers, safe forms."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mynapoint.demo.sample_pay.connector import Connector
from mynapoint.demo.sample_pay.wallet import WalletRefused
from mynapoint.programme.values import TOKYO, IncentiveId

LANGUAGE_COOKIE = "sample-pay-language"
ACCOUNT_COOKIE = "sample-pay-account"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
INCENTIVES = {
    "card_uptake": ("マイナンバーカードの新規取得など", "Getting a My Number Card"),
    "health_insurance": ("健康保険証としての利用登録", "Registering the card as a health-insurance card"),
    "public_funds_account": ("公金受取口座の登録", "Registering an account for public payments"),
}
_FORM_BYTES_MAX = 4096

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Words:
    """Says everything in the page's language; templates write both side by side."""

    language: str

    def __call__(self, ja: str, en: str) -> str:
        """Return the text of the page's language."""
        return ja if self.language == "ja" else en

    def day(self, instant: datetime) -> str:
        """Return a day in Tokyo."""
        at = instant.astimezone(TOKYO)
        return f"{at.year}年{at.month}月{at.day}日" if self.language == "ja" else f"{at.day} {at:%B %Y}"

    def minute(self, instant: datetime) -> str:
        """Return a day and a time in Tokyo."""
        at = instant.astimezone(TOKYO)
        return f"{self.day(instant)} {at:%H:%M}" if self.language == "ja" else f"{self.day(at)}, {at:%H:%M}"

    def incentive(self, name: str | IncentiveId) -> str:
        """Return an incentive's name for people."""
        return self(*INCENTIVES.get(name, (name, name)))


def connector_of(request: Request) -> Connector:
    """Return this application's connector."""
    connector = request.app.state.connector
    assert isinstance(connector, Connector)
    return connector


def words_of(request: Request) -> Words:
    """Return the page's language: chosen on the page, remembered, or the browser's; Japanese unless it says English."""
    preferred = request.headers.get("accept-language", "ja").strip().lower()
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return Words("en" if chosen == "en" or (chosen is None and preferred.startswith("en")) else "ja")


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Return a page of サンプルPay."""
    words = words_of(request)
    connector = connector_of(request)
    text = _templates.get_template(template).render(
        t=words,
        path=request.url.path,
        now=connector.clock.now(),
        hub_url=connector.config.hub_url,
        account=connector.wallet.account(request.cookies.get(ACCOUNT_COOKIE, "")),
        **context,
    )
    response = HTMLResponse(text, status, HEADERS)
    if request.query_params.get("lang") in {"ja", "en"}:
        response.set_cookie(LANGUAGE_COOKIE, request.query_params["lang"], httponly=True, samesite="lax")
    return response


def see(path: str) -> RedirectResponse:
    """Return the answer to a form: the browser opens ``path`` next, and loading it again sends nothing twice."""
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})


async def form_of(request: Request) -> Callable[[str], str]:
    """Return the form's fields by name, absent ones as empty. Raises HTTPException for one from another site's page."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "This form came from another site's page.")
    if int(request.headers.get("content-length") or 0) > _FORM_BYTES_MAX:
        raise HTTPException(413, "The form is too long.")
    form = await request.form(max_files=0, max_fields=16)
    return lambda name: str(form.get(name, ""))


def yen_of(text: str) -> int:
    """Read an amount as people type it: 20000, 20,000, ２００００, ¥20,000. Raises WalletRefused."""
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").removesuffix("円").replace(",", "").strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 9):
        raise WalletRefused(
            "金額を数字で入力してください。例:20000", "Please enter the amount in digits, such as 20000."
        )
    return int(plain)


async def refused(request: Request, error: Exception) -> Response:
    """Say why the wallet did not do it, and that nothing happened."""
    assert isinstance(error, WalletRefused)
    return page(request, "refused.html", status=422, why=words_of(request)(error.ja, error.en))
