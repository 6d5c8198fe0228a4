"""A machine on the other side of a wire, in all its moods: answers, drips, hangs, floods, redirects."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = Callable[[bytes], bytes]


@dataclass
class FarSide:
    """Listens at loopback; ``answer`` takes the body of a request and returns the whole HTTP answer."""

    answer: Answer
    drip_seconds: float = 0.0
    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0
    stopped: bool = False

    def serve(self, listener: socket.socket) -> None:
        while not self.stopped:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            try:
                body = _request_body(connection)
                self.bodies.append(body)
                self._send(connection, self.answer(body))
            except OSError:
                return

    def _send(self, connection: socket.socket, answer: bytes) -> None:
        if not self.drip_seconds:
            connection.sendall(answer)
            return
        for byte in answer:
            if self.stopped:
                return
            connection.sendall(bytes((byte,)))
            time.sleep(self.drip_seconds)


@contextmanager
def listening(answer: Answer, *, drip_seconds: float = 0.0) -> Iterator[FarSide]:
    listener = socket.create_server(("127.0.0.1", 0))
    side = FarSide(answer, drip_seconds, f"http://127.0.0.1:{listener.getsockname()[1]}/ocsp")
    thread = threading.Thread(target=side.serve, args=(listener,), daemon=True)
    thread.start()
    try:
        yield side
    finally:
        side.stopped = True
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def ok(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def _request_body(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return b""
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return body
