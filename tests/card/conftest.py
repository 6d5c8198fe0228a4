"""What tests of cards use: a city of one's own, so that tries spent here are missed nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def own_city(city: Path, tmp_path: Path) -> Path:
    """Return a copy of the city whose cards the test may use up."""
    return Path(shutil.copytree(city, tmp_path / "city"))
