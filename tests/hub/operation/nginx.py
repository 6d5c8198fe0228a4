"""nginx with the very configuration that is shipped, and a stand-in for the hub that tells what came in."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Thread

from hub.crash.served_hub import free_port
from mynapoint.hub.operation.proxy import write

INSTALLED = shutil.which("nginx")
_SECONDS = 10
_SITE = """
upstream hub {{ server 127.0.0.1:{backend} max_fails=0; keepalive 64; }}
geo $is_inside {{ default {inside}; }}
geo $is_limited {{ default {limited}; }}
map $time_iso8601 $is_last_day {{ default {last_day}; }}
"""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running nginx."""

    port: int
    tls_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, path: str, *, body: bytes | None = None, headers: dict[str, str] | None = None, tls: bool = False
    ) -> Told:
        """Ask once, over a connection of its own; with a body, by POST."""
        untrusting = ssl._create_unverified_context()  # the test's own certificate
        connection = (
            HTTPSConnection("127.0.0.1", self.tls_port, timeout=_SECONDS, context=untrusting)
            if tls
            else HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)
        )
        try:
            connection.request("GET" if body is None else "POST", path, body, headers or {})
            answer: HTTPResponse = connection.getresponse()
            return Told(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()


@dataclass
class Backend:
    """Answers 201 whatever comes, and keeps it; ``hold`` keeps everybody inside until ``release``."""

    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    is_open: bool = True
    inside: int = 0

    def __post_init__(self) -> None:
        self._changed = Condition()
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                backend._let_through((self.path, dict(self.headers), body))
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_GET  # noqa: N815 - named by http.server

            def log_message(self, *_given: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 128
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def hold(self) -> None:
        self.is_open = False

    def release(self) -> None:
        with self._changed:
            self.is_open = True
            self._changed.notify_all()

    def wait_for(self, inside: int) -> None:
        """Return when so many are inside."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.inside >= inside, _SECONDS), f"only {self.inside} came in"

    def stop(self) -> None:
        self.release()
        self.server.shutdown()
        self.server.server_close()

    def _let_through(self, request: tuple[str, dict[str, str], bytes]) -> None:
        with self._changed:
            self.came.append(request)
            self.inside += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.is_open, _SECONDS)
            self.inside -= 1


@contextmanager
def proxy(
    folder: Path, *, backend: int, inside: int = 1, limited: int = 0, last_day: int = 0, port: int = 0
) -> Iterator[Proxy]:
    """Serve ``backend``'s port through nginx until the block ends; plainly, and by TLS."""
    running = Proxy(port or free_port(), free_port())
    write(folder)
    (folder / "site-http.conf").write_text(
        _SITE.format(backend=backend, inside=inside, limited=limited, last_day=last_day)
    )
    _certify(folder)
    (folder / "site-server.conf").write_text(
        f"listen 127.0.0.1:{running.port} backlog=1024;\nlisten 127.0.0.1:{running.tls_port} ssl http2;\n"
        "ssl_certificate certificate.pem;\nssl_certificate_key certificate.key;\n"
    )
    user = "user root; " if os.geteuid() == 0 else ""
    command = [str(INSTALLED), "-p", str(folder), "-c", "nginx.conf", "-g", f"{user}daemon off;"]
    with (folder / "started.log").open("wb") as log:
        started = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _until_it_listens(running, started, folder)
        yield running
    finally:
        started.terminate()
        started.wait(_SECONDS)


def _until_it_listens(running: Proxy, started: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + _SECONDS
    while True:
        try:
            running.ask("/busy/")  # of nobody else's business: not there from outside
        except OSError:
            assert started.poll() is None, (folder / "started.log").read_text()
            assert time.monotonic() < end, "nginx does not answer"
            time.sleep(0.02)
        else:
            return


def _certify(folder: Path) -> None:
    subject = ["-subj", "/CN=localhost", "-days", "2", "-nodes"]
    files = ["-keyout", str(folder / "certificate.key"), "-out", str(folder / "certificate.pem")]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    subprocess.run(["openssl", "req", "-x509", *kind, *subject, *files], check=True, capture_output=True)
