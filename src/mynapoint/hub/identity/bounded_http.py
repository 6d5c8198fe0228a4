"""The one file of identity that opens connections: a request to a configured address, bounded in time and size."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpcore

from mynapoint.hub.spans import Kind, Told, span


class NoAnswer(Exception):
    """Nothing usable came: unreachable, too slow, too long, or not HTTP."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a resident may be kept waiting for somebody else's machine, and how much of its answer is read.

    connect_seconds  until the connection stands, TLS not included
    total_seconds    until the last byte, from the first step; a byte a second, headers too, does not stretch it
    answer_bytes     of the body
    """

    connect_seconds: float = 1.0
    total_seconds: float = 3.0
    answer_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came, with its status; a redirect is not followed."""

    status: int
    body: bytes


def post(url: str, body: bytes, *, headers: Mapping[str, str], limits: Limits) -> Answer:
    """Send a body to an address of the configuration. Raises NoAnswer.

    Looking up a host's name is the system's and not bounded by us: name responders by address, or in /etc/hosts.
    """
    return _request("POST", url, body, headers, limits)


def get(url: str, *, headers: Mapping[str, str], limits: Limits) -> Answer:
    """Fetch an address of the configuration. Raises NoAnswer."""
    return _request("GET", url, b"", headers, limits)


def _request(method: str, url: str, body: bytes, headers: Mapping[str, str], limits: Limits) -> Answer:
    with span("ask another machine", kind=Kind.ASKS) as spanned:
        answer = _asked(method, url, body, headers, limits)
        spanned.tell({Told.ADDRESS: httpcore.URL(url).host.decode(), Told.METHOD: method, Told.STATUS: answer.status})
        return answer


def _asked(method: str, url: str, body: bytes, headers: Mapping[str, str], limits: Limits) -> Answer:
    deadline = _Deadline(time.monotonic() + limits.total_seconds, limits.connect_seconds)
    sent = {**headers, "Accept-Encoding": "identity", "Connection": "close"}
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_tls(), network_backend=deadline, retries=0) as pool,
            pool.stream(method, url, headers=_encoded(url, sent), content=body or None) as response,
        ):
            answer = bytearray()
            for chunk in response.iter_stream():
                answer += chunk
                if len(answer) > limits.answer_bytes:
                    raise NoAnswer(f"more than {limits.answer_bytes} bytes")
            return Answer(response.status, bytes(answer))
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise NoAnswer(type(error).__name__) from error
    except (httpcore.UnsupportedProtocol, OSError) as error:
        raise NoAnswer(type(error).__name__) from error


def _encoded(url: str, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    host = httpcore.URL(url)
    named = host.host if host.port is None else host.host + b":%d" % host.port
    return [(b"Host", named), *((name.encode(), value.encode()) for name, value in headers.items())]


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Deadline(httpcore.NetworkBackend):
    """Gives every step on the network what is left of the time; httpcore's own limits are for each step alone."""

    def __init__(self, ends_at: float, connect_seconds: float) -> None:
        self._ends_at = ends_at
        self._connect_seconds = connect_seconds

    def left(self) -> float:
        """Return how many seconds are left. Raises httpcore.ReadTimeout when none are."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect within the shorter of both limits."""
        limit = min(self.left(), self._connect_seconds)
        stream = httpcore.SyncBackend().connect_tcp(host, port, limit, local_address, socket_options)
        return _BoundedStream(stream, self)


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _BoundedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
