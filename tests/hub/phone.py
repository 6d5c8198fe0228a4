"""The played phone for tests: the shipped provider on a free port of this machine, and a hub registered with it."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from joserfc.jwk import ECKey, RSAKey

from mynapoint.demo.phone.app import create_app
from mynapoint.demo.phone.provider import ENDPOINTS, REALM, Client, PhoneProvider
from provider.asgi import Client as Browser

CLIENT_ID = "mynapoint"
ORIGIN = "http://localhost:8000"


@dataclass
class Phone:
    """The provider and whose phone it is; ``seen`` are the token requests that reached it."""

    provider: PhoneProvider
    settings: dict[str, str]
    seen: list[bytes]

    def pick(self, url: str, person: str) -> str:
        """Open the provider's screen, pick a person, and return where the browser is sent."""
        with Browser(create_app(self.provider), self.provider.base) as browser:
            shown = browser.get(url)
            assert shown.status_code == 200, shown.text
            found = re.search(r'name="request" value="([^"]*)"', shown.text)
            assert found, shown.text
            request = html.unescape(found.group(1))
            sent = browser.post(urlsplit(url).path, {"request": request, "person": person})
        assert sent.status_code == 303, sent.text
        return sent.headers["location"]


def serve(folder: Path, *, key: ECKey | RSAKey | None = None) -> tuple[Phone, Callable[[], None]]:
    """Serve a provider on a free loopback port with a hub registered; return it and what ends it."""
    key = key or ECKey.generate_key("P-256")
    private = folder / "openid-client.pem"
    private.write_bytes(key.as_pem(private=True))
    seen: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(body)
            self._answer(body)

        def _answer(self, body: bytes | None) -> None:
            with Browser(create_app(provider), provider.base) as client:
                headers = {"content-type": self.headers.get("content-type", "")}
                answer = client.get(self.path) if body is None else client.post(self.path, None, body, headers)
            try:
                self.send_response(answer.status_code)
                self.end_headers()
                self.wfile.write(answer.content)
            except BrokenPipeError:
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    public = type(key).import_key(key.as_pem(private=False))
    provider = PhoneProvider(base, Client(CLIENT_ID, (f"{ORIGIN}/phone/return/",), public))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    settings = {
        "issuer": base + REALM,
        "authorize": f"{base}{ENDPOINTS}/auth",
        "token": f"{base}{ENDPOINTS}/token",
        "keys": f"{base}{ENDPOINTS}/certs",
        "client_id": CLIENT_ID,
        "client_key": str(private),
        "acr_values": "aal3",
        "acr": "aal3",
    }

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return Phone(provider, settings, seen), stop
