"""`mynapoint hub …` as an operator types it, on the database of the test or another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.db import connections


def hub(*words: str, state: Path, database: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, with nothing set but state folder and database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYNAPOINT_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", "from mynapoint.cli import app; app()", "hub", *words],
        env=kept | {"MYNAPOINT_DATABASE": database, "MYNAPOINT_STATE": str(state)},
        capture_output=True,
        text=True,
        check=False,
    )


def address() -> str:
    """Return what MYNAPOINT_DATABASE is for the database a test is on; empty for the file in its folder."""
    settings = connections.settings["default"]
    if settings["ENGINE"].endswith("sqlite3"):
        return ""
    return f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
