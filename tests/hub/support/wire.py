"""A browser's window that speaks HTTP with this process's hub over a pair of sockets: one thread, no time-out."""

from __future__ import annotations

import html
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from wsgiref.simple_server import WSGIRequestHandler

from django.core.wsgi import get_wsgi_application

HOST = "localhost:8000"
_CSRF = "c" * 32
"""Sent as cookie and as header, as any browser does: what the hub asks of both is that they agree."""
_REDIRECTS_MAX = 10
_BUFFER_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Page:
    """An answer of the hub: its status, the path it came from, where it leads on to, its bytes."""

    status: int
    path: str
    location: str
    body: bytes

    @cached_property
    def text(self) -> str:
        """The page as a person reads it, and what its forms hold."""
        return html.unescape(self.body.decode())


class Window:
    """One browser: its cookies, and pages asked for one after the other."""

    def __init__(self, cookies: Mapping[str, str] | None = None) -> None:
        self.cookies = {"csrftoken": _CSRF, **(cookies or {})}
        self._application = get_wsgi_application()

    def get(self, path: str) -> Page:
        """Open a page and follow wherever the hub leads."""
        page = self._ask("GET", path)
        for _ in range(_REDIRECTS_MAX):
            if not page.location:
                break
            page = self._ask("GET", page.location)
        return page

    def post(self, path: str, fields: Mapping[str, str] | None = None, *, cookies: bool = True) -> Page:
        """Send a form; where the answer leads is not followed. Without cookies: as from another site."""
        return self._ask("POST", path, urlencode(fields or {}).encode(), cookies=cookies)

    def _ask(self, method: str, path: str, body: bytes | None = None, *, cookies: bool = True) -> Page:
        headers = {"Host": HOST, "Accept-Language": "ja"}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": _CSRF}
        ours, theirs = socket.socketpair()
        with ours, theirs:
            for one in (ours, theirs):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
            connection = HTTPConnection(HOST)
            connection.sock = ours
            connection.request(method, path, body, headers)
            _Served(theirs, ("127.0.0.1", 0), _Server(self._application))  # type: ignore[arg-type]
            theirs.shutdown(socket.SHUT_WR)
            response = connection.getresponse()
            content = response.read()
        if cookies:
            self._keep(response.headers.get_all("Set-Cookie") or [])
        location = urljoin(path, response.headers.get("Location", "")) if "Location" in response.headers else ""
        return Page(response.status, urlsplit(path).path, location, content)

    def _keep(self, told: list[str]) -> None:
        for cookie in told:
            name, _, value = cookie.partition(";")[0].partition("=")
            if "max-age=0" in cookie.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


@dataclass(frozen=True)
class _Server:
    """What a request handler asks of its server."""

    application: Any

    @property
    def base_environ(self) -> dict[str, str]:
        return {"SERVER_NAME": "localhost", "SERVER_PORT": "8000", "SCRIPT_NAME": "", "GATEWAY_INTERFACE": "CGI/1.1"}

    def get_app(self) -> Any:
        return self.application


class _Served(WSGIRequestHandler):
    """One request, read from the wire and answered there."""

    def log_message(self, *_: object) -> None:
        return
