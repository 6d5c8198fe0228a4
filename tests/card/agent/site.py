"""A site for browser tests: sends its visitor to the agent as the hub does, and keeps what comes back."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from urllib.parse import parse_qs

from card.agent.holder import NONCE, STATEMENT


class Site(http.server.ThreadingHTTPServer):
    """A site that asks ``agent``, an origin, for a signature over ``statement``."""

    def __init__(self, agent: str, statement: str = STATEMENT) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.agent = agent
        self.statement = statement
        self.received: list[dict[str, list[str]]] = []
        self.origins: list[str | None] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def challenge(self) -> dict[str, str]:
        return {
            "nonce": NONCE,
            "statement": self.statement,
            "return_url": f"{self.origin}/card/return/",
            "lang": "ja",
        }


class Handler(http.server.BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        if self.path == "/back":
            self.page("<p>戻りました</p>")
            return
        inputs = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">'
            for name, value in self.server.challenge.items()
        )
        self.page(
            f'<form method="post" action="{self.server.agent}/v1/authenticate" autocomplete="off">{inputs}'
            "<button>カードでログイン</button></form>"
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.received.append(parse_qs(body, strict_parsing=True))
        self.server.origins.append(self.headers["Origin"])
        self.send_response(303)
        self.send_header("Location", "/back")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def page(self, html: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Referrer-Policy", "origin")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(f'<!doctype html><html lang="ja"><title>site</title>{html}'.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def open_site(agent: str, statement: str = STATEMENT) -> Iterator[Site]:
    """Open a site on a port of its own, until the block ends."""
    with Site(agent, statement) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield site
        site.shutdown()
        thread.join()
