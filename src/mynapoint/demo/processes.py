"""The demo's four servers as processes: started on loopback, waited for, watched, and stopped by process id."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

STOP_SECONDS = 5
START_SECONDS = 60


class DemoStopped(Exception):
    """The demo cannot start or go on: what happened and what to do, in one sentence."""


@dataclass(frozen=True, slots=True)
class Server:
    """One party's server: its name for people, the command, and the address that answers once it is ready."""

    name: str
    command: Sequence[str]
    ready_url: str


@dataclass(frozen=True, slots=True)
class Running:
    """A started server and where its output goes."""

    server: Server
    process: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(port: int, option: str) -> None:
    """Refuse a port that is in use, saying which option names another. Raises DemoStopped."""
    _require_free(port, f"Port {port} is in use. Stop what uses it, or name another: {option} PORT")


def python(*arguments: str) -> list[str]:
    """Return the command line that runs a module of this very installation."""
    return [sys.executable, "-m", *arguments]


@contextmanager
def running(servers: Sequence[Server], *, environment: Mapping[str, str], logs: Path) -> Iterator[list[Running]]:
    """Start every server, wait until each answers, and stop them all, in reverse, when the block ends.

    Raises DemoStopped, with the end of its log, when one ends early or does not answer within a minute; and before
    anything is started when somebody else would answer in its place.
    """
    _require_own_ports(servers)
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        started = []
        for server in servers:
            one = _start(server, environment, logs / f"{server.name}.log")
            stack.callback(_stop, one)
            started.append(one)
        for one in started:
            _wait_until_ready(one)
        yield started


def watch(started: Sequence[Running]) -> None:
    """Return never while all servers live. Raises DemoStopped when one ends."""
    while True:
        for one in started:
            if one.process.poll() is not None:
                raise _ended(one)
        time.sleep(0.5)


def _require_own_ports(servers: Sequence[Server]) -> None:
    taken: dict[int, str] = {}
    for server in servers:
        port = urlsplit(server.ready_url).port
        assert port is not None, f"{server.name} says no port"
        if port in taken:
            raise DemoStopped(f"Port {port} is meant for both {taken[port]} and {server.name}; each needs its own.")
        taken[port] = server.name
        _require_free(port, f"{server.name} cannot start: port {port} is in use. Stop what uses it.")


def _require_free(port: int, refusal: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoStopped(refusal) from error


def _start(server: Server, environment: Mapping[str, str], log: Path) -> Running:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the commands are this module's own
            server.command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(server, process, log)


def _wait_until_ready(one: Running) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if one.process.poll() is not None:
            raise _ended(one)
        try:
            with urllib.request.urlopen(one.server.ready_url, timeout=2):  # noqa: S310 - loopback, our own address
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise DemoStopped(f"{one.server.name} did not answer at {one.server.ready_url} within {START_SECONDS} seconds.")


def _ended(one: Running) -> DemoStopped:
    tail = "\n".join(one.log.read_text(errors="replace").splitlines()[-15:])
    return DemoStopped(f"{one.server.name} ended with status {one.process.returncode}. Its last lines:\n{tail}")


def _stop(one: Running) -> None:
    if one.process.poll() is None:
        one.process.terminate()
        try:
            one.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(one.process.pid, 9)
            one.process.wait(STOP_SECONDS)
