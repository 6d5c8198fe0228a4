"""Who may speak to the agent: the checks of Host, Origin and Fetch metadata, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; "
)

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": OWN_POLICY + "form-action 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), usb=()",
    # Not no-referrer: under it browsers send `Origin: null` with the agent's own PIN form.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Forbidden(Exception):
    """A request the agent does not answer: the HTTP status, and which check it failed."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def check_navigation(headers: Headers) -> None:
    """Refuse what is not a whole page being opened: fetch, iframe, image. Browsers that say nothing pass."""
    if _said(headers, "sec-fetch-mode", "navigate") != "navigate":
        raise Forbidden(400, "Sec-Fetch-Mode must be navigate")
    if _said(headers, "sec-fetch-dest", "document") != "document":
        raise Forbidden(400, "Sec-Fetch-Dest must be document")


def check_asking_origin(headers: Headers, origin: str) -> None:
    """Refuse a site that asks for another one's token.

    An absent or ``null`` Origin passes: the token is delivered to ``return_url`` and nowhere else, so such a
    request cannot gain its sender anything.
    """
    if _said(headers, "origin", "null") not in {"null", origin}:
        raise Forbidden(403, "Origin must be the origin of return_url")


def check_own_page(headers: Headers, own_origin: str) -> None:
    """Refuse a PIN, or a cancellation, that does not come from the agent's own page."""
    if _said(headers, "origin", "") != own_origin:
        raise Forbidden(403, "Origin must be the agent itself")
    if _said(headers, "sec-fetch-site", "same-origin") != "same-origin":
        raise Forbidden(403, "Sec-Fetch-Site must be same-origin")


def check_own_script(headers: Headers) -> None:
    """Refuse whatever does not say that a script of the agent's own page asks; a site's script cannot say so."""
    if _said(headers, "sec-fetch-site", "") != "same-origin":
        raise Forbidden(403, "Sec-Fetch-Site must be same-origin")


def delivery_headers(origin: str) -> dict[str, str]:
    """Return the headers of the page that delivers: its form may go to ``origin`` only, which must see whence."""
    return {"Content-Security-Policy": OWN_POLICY + f"form-action {origin}", "Referrer-Policy": "origin"}


class Doorkeeper:
    """Lets in only requests for exactly this host and port (no DNS rebinding); adds the headers to every answer."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if Headers(scope=scope).getlist("host") != [self._host]:
            refusal = PlainTextResponse("This address is not served here.\n", status_code=421)
            await refusal(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def _said(headers: Headers, name: str, unsaid: str) -> str:
    """Return what a browser says of itself, ``unsaid`` if nothing. Raises Forbidden for a header that comes twice."""
    match headers.getlist(name):
        case []:
            return unsaid
        case [said]:
            return said
        case _:
            raise Forbidden(400, f"{name} must come once")
