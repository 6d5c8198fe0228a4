"""A loopback relay in front of a server that keeps every byte sent to it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Recorder:
    """Relays TCP connections on ``port`` to ``target`` and remembers what clients said, not what they were told."""

    def __init__(self, port: int, target: int) -> None:
        self._target = target
        self._chunks: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    @property
    def said(self) -> bytes:
        """Everything that was sent to the server so far."""
        return b"".join(self._chunks)

    def accept(self) -> None:
        """Relay until the listener is closed."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            self._open += [client, server]
            for source, sink, keep in ((client, server, True), (server, client, False)):
                thread = threading.Thread(target=self._pump, args=(source, sink, keep), daemon=True)
                thread.start()
                self._threads.append(thread)

    def close(self) -> None:
        """Stop relaying and close every connection."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _pump(self, source: socket.socket, sink: socket.socket, keep: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                if keep:
                    self._chunks.append(chunk)
                sink.sendall(chunk)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def recording(port: int, target: int) -> Iterator[Recorder]:
    """Relay ``port`` to ``target`` for the block."""
    recorder = Recorder(port, target)
    accepting = threading.Thread(target=recorder.accept, daemon=True)
    accepting.start()
    try:
        yield recorder
    finally:
        recorder.close()
        accepting.join(5)
