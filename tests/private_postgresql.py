"""A private PostgreSQL: its own cluster in a temporary folder, reached by a socket only, removed when it is done with.

``python tests/private_postgresql.py`` starts one, prints its URL and serves until its input ends (Ctrl-D).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

USER = "postgres"
START_SECONDS = 60
MEMORY = Path("/dev/shm")
MEMORY_BYTES_MIN = 4 * 1024**3
"""Below this a machine's memory disk holds no cluster: two of them, their logs of writes and what else lies there."""


@dataclass(slots=True)
class Cluster:
    """One PostgreSQL: ``folder`` holds data, socket and log; ``server`` is its first process, the postmaster."""

    folder: Path
    binaries: Path
    server: subprocess.Popen[bytes] | None = None

    def url(self, database: str = USER, *, user: str = USER) -> str:
        """Return the address of a database, for libpq and for MYNAPOINT_DATABASE."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def connect(self, database: str = USER, *, user: str = USER) -> psycopg.Connection:
        """Return a connection of one's own, each statement its own transaction."""
        return psycopg.connect(self.url(database, user=user), autocommit=True)

    def start(self, *settings: str) -> None:
        """Start serving, as PostgreSQL is shipped but for ``settings`` (``name=value``); return when it answers."""
        told = (
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            "max_connections=100",
            *settings,
        )
        options = [part for setting in told for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            command = [*_as_postgres("INT"), str(self.binaries / "postgres"), "-D", str(self.folder / "data"), *options]
            self.server = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if self.server.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((self.folder / "log").read_text()[-2000:]) from None
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """End it as a crash does: SIGKILL to the postmaster; its children notice and end."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order: whoever is connected is sent away."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(how)
            self.server.wait(START_SECONDS)
        self.server = None


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, of the newest version there is; None: it is not installed."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which("postgres")
    return Path(found).parent if found else None


@contextmanager
def running(*settings: str, in_memory: bool = False) -> Iterator[Cluster]:
    """Make a cluster, start it, and remove it at the end.

    ``in_memory``  where the machine has room: it syncs as ever, and need not wait for a disk
    """
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    room = in_memory and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN
    folder = Path(
        tempfile.mkdtemp(prefix="mynapoint-pg-", dir=MEMORY if room else None)
    )  # a socket's path is short: not below pytest's folders
    cluster = Cluster(folder, programs)
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER, USER)
        make = [programs / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8", "-k", "--no-sync"]
        command = [*_as_postgres("TERM"), *map(str, make), "--locale=C.UTF-8"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        cluster.start(*settings)
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(at_our_end: str) -> list[str]:
    """Return what to put before a command: PostgreSQL refuses root, and must not outlive whoever started it."""
    if not shutil.which("setpriv"):
        return []
    user = ["--reuid", USER, "--regid", USER, "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", "--pdeathsig", at_our_end, *user, "--"]


if __name__ == "__main__":
    with running(*sys.argv[1:]) as started:
        sys.stdout.write(started.url() + "\n")
        sys.stdout.flush()
        sys.stdin.read()
