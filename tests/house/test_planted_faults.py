"""A promise test proves something only if it can fail: each planted fault must turn its test red.

By day a ninety-sixth of the faults is planted, others each day; ``--nightly`` plants all. All must fit the code.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FAULTS = {fault["name"]: fault for fault in tomllib.loads((Path(__file__).parent / "faults.toml").read_text())["fault"]}
TESTS_FAILED = 1
SECONDS_MOST = 1800
"""A fault may make code wait for ever; that fault is to be written anew, and is named after half an hour."""
ONLY_ON = re.compile(r'^ONLY_ON = "(\w+)"$', re.MULTILINE)
PARTS = 96
TODAYS_PART = datetime.now(UTC).toordinal() % PARTS

Outcome = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Return what became of each chosen fault, all of them under way, as many at once as there are processors."""
    folder = tmp_path_factory.mktemp("faulty")
    chosen = [
        str(item.callspec.params["name"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.function is test_a_planted_fault_turns_its_test_red
    ]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        yield {name: pool.submit(run_with, FAULTS[name], folder / str(number)) for number, name in enumerate(chosen)}


def _by_day(name: str) -> object:
    today = zlib.crc32(name.encode()) % PARTS == TODAYS_PART
    return name if today else pytest.param(name, marks=pytest.mark.nightly)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_fits_the_code(name: str) -> None:
    sound = (ROOT / "src/mynapoint" / FAULTS[name]["file"]).read_text()

    assert sound.count(FAULTS[name]["old"]) == 1, "the fault no longer fits the code; write it anew"


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_tried_where_its_tests_run(name: str) -> None:
    paths = {ROOT / test.partition("::")[0] for test in FAULTS[name]["tests"] if test.startswith("tests/")}
    only_on = [found for path in paths if path.is_file() for found in ONLY_ON.findall(path.read_text())]

    assert set(only_on) <= {FAULTS[name].get("database", "sqlite")}, "its tests would be left out there"


@pytest.mark.parametrize("name", [_by_day(name) for name in FAULTS])
def test_a_planted_fault_turns_its_test_red(name: str, outcomes: dict[str, Future[Outcome]]) -> None:
    done = outcomes[name].result()

    assert done.returncode == TESTS_FAILED, (
        f"{FAULTS[name]['tests']} stayed green:\n{done.stdout[-2000:]}{done.stderr[-500:]}"
    )


def run_with(fault: dict[str, Any], copy: Path) -> Outcome:
    """Run a fault's tests against a copy of the package that has the fault."""
    shutil.copytree(ROOT / "src", copy)
    path = copy / "mynapoint" / fault["file"]
    path.write_text(path.read_text().replace(fault["old"], fault["new"]))
    try:
        return subprocess.run(
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
                "--database",
                fault.get("database", "sqlite"),
                *fault["tests"],
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS_MOST,
        )
    finally:
        shutil.rmtree(copy)
