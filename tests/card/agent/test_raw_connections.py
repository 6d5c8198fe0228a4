"""The agent over bare sockets: what no browser sends, slowly, endlessly, half, or in another protocol."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from card.agent.holder import CHALLENGE
from card.agent.running import Running, running_agent

HONEST = urlencode(CHALLENGE).encode()
PATIENCE_SECONDS = 20


@pytest.fixture(scope="module")
def agent(city: Path) -> Iterator[Running]:
    """One agent for all: whatever is sent to it, it must answer the next one."""
    with running_agent(city) as agent:
        yield agent


def head(agent: Running, *more: str, line: str = "POST /v1/authenticate HTTP/1.1", host: str = "") -> bytes:
    lines = [line, f"Host: {host or f'127.0.0.1:{agent.port}'}", "Content-Type: application/x-www-form-urlencoded"]
    return "\r\n".join([*lines, *more, "Connection: close", "", ""]).encode()


def said(agent: Running, *pieces: bytes, pause_seconds: float = 0.0) -> bytes:
    """Send some bytes, piece by piece, and return all that the agent answers until it hangs up."""
    with socket.create_connection(("127.0.0.1", agent.port), timeout=PATIENCE_SECONDS) as connection:
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause_seconds)
        answer = b""
        with suppress(ConnectionError):
            while more := connection.recv(65536):
                answer += more
        return answer


def status(answer: bytes) -> int:
    """Return an answer's status, 0 when there was none."""
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def chunked(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


@pytest.fixture(autouse=True)
def still_there(agent: Running) -> Iterator[None]:
    yield
    length = f"Content-Length: {len(HONEST)}"
    assert status(said(agent, head(agent, length), HONEST)) == 303, "the honest twin passes afterwards"
    assert agent.process.poll() is None


def test_an_honest_form_may_come_in_pieces(agent: Running) -> None:
    body = [chunked(HONEST[start : start + 100]) for start in range(0, len(HONEST), 100)]

    assert status(said(agent, head(agent, "Transfer-Encoding: chunked"), *body, b"0\r\n\r\n")) == 303


def test_a_form_in_pieces_without_end_is_refused_at_the_limit(agent: Running) -> None:
    pieces = [chunked(b"A" * 4096)] * 2_500

    assert status(said(agent, head(agent, "Transfer-Encoding: chunked"), *pieces)) in {413, 0}


def test_a_form_that_declares_ten_million_bytes_is_refused_before_they_come(agent: Running) -> None:
    assert status(said(agent, head(agent, "Content-Length: 10000000"))) == 413


def test_a_form_that_does_not_come_is_waited_for_no_longer_than_five_seconds(agent: Running) -> None:
    started = time.monotonic()
    length = f"Content-Length: {len(HONEST)}"

    assert status(said(agent, head(agent, length), HONEST[:20])) == 408
    assert time.monotonic() - started < PATIENCE_SECONDS / 2


def test_a_form_that_trickles_is_waited_for_no_longer_than_five_seconds(agent: Running) -> None:
    started = time.monotonic()
    trickle = [HONEST[at : at + 1] for at in range(12)]

    answer = said(agent, head(agent, f"Content-Length: {len(HONEST)}"), *trickle, pause_seconds=0.6)

    assert status(answer) in {408, 0}
    assert time.monotonic() - started < PATIENCE_SECONDS


def test_headers_that_do_not_come_are_not_waited_for(agent: Running) -> None:
    started = time.monotonic()

    assert status(said(agent, b"POST /v1/authenticate HTTP/1.1\r\nHost: ")) in {0, 408}
    assert time.monotonic() - started < PATIENCE_SECONDS


def test_a_sender_that_goes_away_in_the_middle_leaves_nothing_behind(agent: Running) -> None:
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", agent.port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(head(agent, f"Content-Length: {len(HONEST)}") + HONEST[:50])


def test_a_websocket_is_not_opened(agent: Running) -> None:
    upgrade = ("Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    for path in ("/", "/v1/authenticate", "/v1/confirm/x"):
        asked = head(agent, *upgrade, line=f"GET {path} HTTP/1.1").replace(b"Connection: close", b"Connection: Upgrade")
        with socket.create_connection(("127.0.0.1", agent.port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(asked)
            answer = connection.recv(65536)
        assert status(answer) in {200, 400, 405, 410}, answer
        assert b"upgrade" not in answer.lower().partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    ("what", "sent"),
    [
        ("HTTP/2 at once", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50)),
        ("nothing known", b"\xff\xfe\x00" * 20 + b"\r\n\r\n"),
        ("no Host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
        ("two Hosts", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        ("HTTP/1.0 without Host", b"GET / HTTP/1.0\r\n\r\n"),
        (
            "another host in the line",
            b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        ),
        ("a method nobody knows", b"BREW / HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nConnection: close\r\n\r\n"),
        ("headers without end", b"GET / HTTP/1.1\r\n" + b"X: " + b"A" * 600_000),
        (
            "two lengths",
            b"POST /v1/authenticate HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nContent-Length: 1\r\n"
            b"Content-Length: 2\r\n\r\nab",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_browser_says_is_refused(agent: Running, what: str, sent: bytes) -> None:
    answer = said(agent, sent.replace(b"{PORT}", str(agent.port).encode()))

    assert not 200 <= status(answer) < 400, what
    assert status(answer) < 500, what
