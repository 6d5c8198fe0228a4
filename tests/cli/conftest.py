"""What tests of the command line may use: a hub with its tables, made once by the command itself and copied."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a new hub; tests that write take ``state``."""
    folder = tmp_path_factory.mktemp("migrated")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYNAPOINT_", "DJANGO_"))}
    command = [sys.executable, "-m", "mynapoint", "hub", "migrate"]
    subprocess.run(command, env=kept | {"MYNAPOINT_STATE": str(folder)}, capture_output=True, check=True)
    return folder


@pytest.fixture
def state(migrated: Path, tmp_path: Path) -> Path:
    """A new hub's state folder of a test's own."""
    return Path(shutil.copytree(migrated, tmp_path / "state"))
