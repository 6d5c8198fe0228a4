"""The hub as an operator serves it, in a process of its own, to be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class ServedHub:
    """`mynapoint hub serve` on one port; ``before`` is put in front of the command, such as a tracer.

    ``more``  settings beside those of every test
    """

    state: Path
    trust: Path
    database: str = ""
    before: tuple[str, ...] = ()
    clock: str = "hub.clock.now"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    more: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Start it, wait until it answers, and return how many seconds that took."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYNAPOINT_", "DJANGO_"))}
        environment = kept | {
            "MYNAPOINT_STATE": str(self.state),
            "MYNAPOINT_TRUST": str(self.trust),
            "MYNAPOINT_DATABASE": self.database,
            "MYNAPOINT_ENVIRONMENT": "emulated",
            "MYNAPOINT_ORIGINS": self.url,
            "PYTHONPATH": os.pathsep.join([*sys.path, str(Path(__file__).parents[2])]),
            "MYNAPOINT_CLOCK": self.clock,
            **self.more,
        }
        command = [
            sys.executable,
            "-c",
            "from mynapoint.cli import app; app()",
            "hub",
            "serve",
            "--port",
            str(self.port),
        ]
        began = time.monotonic()
        with (self.state / "hub.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.before, *command], env=environment, stdout=log, stderr=log, start_new_session=True
            )
        while time.monotonic() < began + START_SECONDS:
            try:
                if httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200:
                    return time.monotonic() - began
            except httpx.TransportError:
                assert self.process.poll() is None, self.log
                time.sleep(0.05)
        raise AssertionError(f"no answer within {START_SECONDS} s: {self.log}")

    def kill(self) -> None:
        """SIGKILL the server and its workers, all at the same instant."""
        if self.process is not None:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            self.process = None

    @property
    def log(self) -> str:
        return (self.state / "hub.log").read_text()[-2000:]
