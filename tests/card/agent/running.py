"""An agent in a process of its own, as a holder starts it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Running:
    """The process, where it listens, and what it said when it was ready."""

    process: subprocess.Popen[str]
    port: int
    ready_line: str

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running_agent(folder: Path) -> Iterator[Running]:
    """Start an agent with a folder's cards; end it afterwards, whatever happened."""
    port = free_port()
    process = subprocess.Popen(
        command(folder, port), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )
    assert process.stdout is not None
    try:
        yield Running(process, port, process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def command(folder: Path, port: int) -> list[str]:
    """Return the command that a holder types."""
    return [sys.executable, "-m", "mynapoint", "card", "agent", "--emulated", str(folder), "--port", str(port)]


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
