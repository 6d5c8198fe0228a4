"""`mynapoint hub …` as an operator types it, on the database of the test or another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.db import connections

TESTS = Path(__file__).parents[1]


def hub(*words: str, state: Path, database: str = "", clock: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, with nothing set but state folder, database and clock.

    ``clock``  dotted path of a function of the tests that returns the programme's instant; empty: the machine's
    """
    own = {"MYNAPOINT_DATABASE": database, "MYNAPOINT_STATE": str(state)}
    if clock:
        own |= {"MYNAPOINT_CLOCK": clock, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYNAPOINT_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", "from mynapoint.cli import app; app()", "hub", *words],
        env=kept | own,
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
