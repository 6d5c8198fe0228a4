"""A promise test proves something only if it can fail: each planted fault must turn its test red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FAULTS = tomllib.loads((Path(__file__).parent / "faults.toml").read_text())["fault"]
TESTS_FAILED = 1


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a copy of the package, to be broken one file at a time."""
    folder = tmp_path_factory.mktemp("faulty") / "src"
    shutil.copytree(ROOT / "src", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["name"] for fault in FAULTS])
def test_a_planted_fault_turns_its_test_red(fault: dict[str, Any], copy: Path) -> None:
    path = copy / "mynapoint" / fault["file"]
    sound = path.read_text()
    assert sound.count(fault["old"]) == 1, "the fault no longer fits the code; write it anew"
    path.write_text(sound.replace(fault["old"], fault["new"]))
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-x",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:randomly",
                *fault["tests"],
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        path.write_text(sound)

    assert done.returncode == TESTS_FAILED, f"{fault['tests']} stayed green:\n{done.stdout[-2000:]}{done.stderr[-500:]}"
