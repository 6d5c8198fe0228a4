"""The played phone as an ASGI application: the screen where one picks who holds the phone, tokens and keys."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from mynapoint.demo.city import PEOPLE
from mynapoint.demo.phone.modes import Mode
from mynapoint.demo.phone.provider import ENDPOINTS, PhoneProvider, RequestRefused, TokenRefused

_REQUEST_CHARACTERS_MAX = 8192
_NO_STORE = {"Cache-Control": "no-store"}
_EXPIRED = "ishida"

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def create_app(provider: PhoneProvider) -> Starlette:
    """Return the phone of one city; ``provider`` may change its mode while it serves."""
    app = Starlette(
        routes=[
            Route("/", _ready),
            Route(f"{ENDPOINTS}/auth", _ask),
            Route(f"{ENDPOINTS}/auth", _answer, methods=["POST"]),
            Route(f"{ENDPOINTS}/token", _token, methods=["POST"]),
            Route(f"{ENDPOINTS}/certs", _keys),
            Mount("/static", app=StaticFiles(directory=Path(__file__).parent / "static"), name="static"),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1"])],
    )
    app.state.provider = provider
    return app


def _ready(_request: Request) -> Response:
    return PlainTextResponse("模擬スマートフォン\n")


def _ask(request: Request) -> Response:
    """Show who may hold the phone. A request that is not in order leads nowhere, least of all back."""
    provider: PhoneProvider = request.app.state.provider
    asked = dict(request.query_params)
    try:
        provider.check(asked)
    except RequestRefused as refused:
        return PlainTextResponse(f"この要求にはお答えできません / Refused: {refused}\n", 400, _NO_STORE)
    english = request.headers.get("accept-language", "ja").strip().lower().startswith("en")
    text = _templates.get_template("who.html").render(
        language="en" if english else "ja",
        t=lambda ja, en: en if english else ja,
        people=PEOPLE,
        service=urlsplit(asked["redirect_uri"]).netloc,
        request=request.url.query,
    )
    # A browser follows the answer's redirect only where form-action lets it.
    back = urlsplit(asked["redirect_uri"])
    policy = (
        f"default-src 'none'; style-src 'self'; form-action 'self' {back.scheme}://{back.netloc}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return HTMLResponse(text, headers=_NO_STORE | {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"})


async def _answer(request: Request) -> Response:
    """Take who was picked and lead the browser back."""
    provider: PhoneProvider = request.app.state.provider
    form = await _form(request)
    asked = dict(parse_qsl(form.get("request", "")[:_REQUEST_CHARACTERS_MAX]))
    person = form.get("person", "")
    try:
        if person == _EXPIRED:
            where = provider.not_authenticated(asked, "the certificate has expired")
        elif person in {one.card for one in PEOPLE}:
            where = provider.authenticated(asked, person)
        else:
            where = provider.not_authenticated(asked, "cancelled")
    except RequestRefused as refused:
        return PlainTextResponse(f"この要求にはお答えできません / Refused: {refused}\n", 400, _NO_STORE)
    return RedirectResponse(where, 303, _NO_STORE)


async def _token(request: Request) -> Response:
    provider: PhoneProvider = request.app.state.provider
    if provider.mode is Mode.SLOW:
        await asyncio.sleep(provider.slow_seconds)
    if provider.mode is Mode.DOWN:
        return PlainTextResponse("down\n", 503)
    if provider.mode is Mode.NOT_JSON:
        return PlainTextResponse("<html>", 200)
    try:
        return JSONResponse(provider.exchange(await _form(request)), headers=_NO_STORE)
    except TokenRefused as refused:
        status = 401 if refused.error == "invalid_client" else 400
        return JSONResponse({"error": refused.error, "error_description": refused.why}, status, _NO_STORE)


def _keys(request: Request) -> Response:
    return JSONResponse(request.app.state.provider.keys())


async def _form(request: Request) -> Mapping[str, str]:
    form = await request.form(max_files=0, max_fields=32)
    return {name: str(value) for name, value in form.items()}
