"""The servers that are measured: a private PostgreSQL with durable commits, the hub on granian, and its rival."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub_jobs.machine import free_port, process
from private_postgresql import Cluster

HERE = Path(__file__).parents[1]
START_SECONDS = 60
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers: its first process, where, and the first processes of those behind it."""

    pid: int
    port: int
    others: tuple[int, ...] = ()


def hub_environment(cluster: Cluster, database: str, folder: Path) -> dict[str, str]:
    """Return the hub's settings for a database of a cluster, its state in a folder that holds ``trust``."""
    return {
        "DJANGO_SETTINGS_MODULE": "mynapoint.hub.settings",
        "MYNAPOINT_STATE": str(folder),
        "MYNAPOINT_TRUST": str(folder / "trust"),
        "MYNAPOINT_DATABASE": cluster.url(database),
        "MYNAPOINT_ENVIRONMENT": "emulated",
        "MYNAPOINT_SECRET_KEY": "only-for-benchmarks",
        "MYNAPOINT_ORIGINS": "http://127.0.0.1:8000",
        "MYNAPOINT_CLOCK": "hub_jobs.clock.now",
        "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]),
    }


@contextmanager
def hub(environment: Mapping[str, str], folder: Path, *, threads: int = 8, workers: int = WORKERS) -> Iterator[Server]:
    """Serve the hub as it is served in production."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--blocking-threads", str(threads)]
    with serving(
        [*command, "mynapoint.hub.wsgi:application"], dict(environment), folder / "hub.log", workers
    ) as server:
        yield server


def rival_packages() -> Path | None:
    """Return the folder into which ``./run bench hub`` installs the rival's packages; None: it is not there."""
    found = Path(os.environ.get("MYNAPOINT_RIVALS", HERE.parent / ".venv" / "rivals"))
    return found if (found / "fastapi").is_dir() else None


@contextmanager
def rival(cluster: Cluster, database: str, folder: Path) -> Iterator[Server]:
    """Serve the rival as it is usually served: uvicorn with uvloop, two workers."""
    port = free_port()
    packages = rival_packages()
    environment = {
        "RIVAL_DATABASE": f"postgresql+asyncpg://postgres@/{database}?host={cluster.folder}",
        "RIVAL_TRUST": str(folder / "trust"),
        "PYTHONPATH": os.pathsep.join([str(HERE), str(packages)]),
    }
    command = [sys.executable, "-m", "uvicorn", "hub_jobs.rival:app", "--port", str(port), "--workers", str(WORKERS)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    with process(command, environment=environment, log=folder / "rival.log") as started:
        yield when_it_answers(started, port, folder / "rival.log")


@contextmanager
def serving(command: list[str], environment: dict[str, str], log: Path, workers: int) -> Iterator[Server]:
    """Serve a granian application on a free port; wait until it answers."""
    port = free_port()
    address = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--no-access-log"]
    with process([*command[:3], *address, *command[3:]], environment=environment, log=log) as started:
        yield when_it_answers(started, port, log)


def when_it_answers(started: subprocess.Popen[bytes], port: int, log: Path) -> Server:
    """Return a server once it answers. Raises RuntimeError with its log where it ends before."""
    end = time.monotonic() + START_SECONDS
    while not _answers(port):
        if started.poll() is not None or time.monotonic() > end:
            raise RuntimeError(log.read_text()[-3000:])
        time.sleep(0.1)
    return Server(started.pid, port)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
