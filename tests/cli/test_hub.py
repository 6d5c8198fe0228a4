"""`mynapoint hub …` as an operator types it: tables first, then serve; a taken port is told in one line."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from mynapoint.cli import app; app()", "hub"]


def environment(state: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYNAPOINT_", "DJANGO_"))}
    return kept | {"MYNAPOINT_STATE": str(state), "MYNAPOINT_ORIGINS": f"http://localhost:{port}"}


def test_a_new_hub_migrates_serves_and_refuses_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = environment(tmp_path, port)
    migrated = subprocess.run([*PROGRAM, "migrate"], env=settings, capture_output=True, text=True, check=True)
    assert re.search(r"Public key of hub-1, for providers: [0-9a-f]{64}\n", migrated.stdout)
    assert (tmp_path / "hub.sqlite3").stat().st_mode & 0o077 == 0
    server = subprocess.Popen([*PROGRAM, "serve", "--port", str(port)], env=settings, stdout=subprocess.DEVNULL)
    try:
        assert fetch(f"http://localhost:{port}/healthz") == "ok\n"
        assert "マイナポイント" in fetch(f"http://localhost:{port}/")

        second = subprocess.run(
            [*PROGRAM, "serve", "--port", str(port)], env=settings, capture_output=True, text=True, check=False
        )

        assert second.returncode == 1
        assert f"Cannot listen at 127.0.0.1:{port}" in second.stderr
        assert "Traceback" not in second.stderr
    finally:
        server.terminate()
        assert server.wait(10) == 0, "the hub ends when it is told to"


def fetch(url: str) -> str:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} did not answer")
