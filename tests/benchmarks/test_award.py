"""The benchmark of the award, at a tiny size: it runs, holds every rival's answer against ours, and sees all memory."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip("polars", reason="the rivals are in the extra `bench`")
pytest.importorskip("zen", reason="the rivals are in the extra `bench`")

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
HELD_BYTES = 100_000_000
HOLDS = f"import time; held = bytearray(b'x' * {HELD_BYTES}); time.sleep(0.5)"
A_CHILD_HOLDS = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLDS!r}], check=True)"


def test_every_job_runs_and_gives_the_same_award() -> None:
    command = [sys.executable, str(BENCHMARKS / "award.py"), "--transactions", "4000", "--repeat", "1"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 answers compared with ours: the same" in done.stdout
    assert {line.split()[1] for line in done.stdout.splitlines() if line.startswith("MARK ")} == {
        "raw_files_times_bare",
        "stored_cells_times_bare",
        "one_more_day_of_raw_files",
        "one_more_day_of_the_stores_full_run",
        "times_faster_than_polars",
        "times_faster_than_python_loop",
        "times_faster_than_rules_engine",
    }


def test_growth_is_told_with_time_memory_and_the_peak_under_a_limit() -> None:
    words = ["--only", "growth", "--transactions", "2000", "--repeat", "1"]

    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "award.py"), *words], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("time_exponent", "memory_exponent", "time_exponent_in_2GB", "peak_megabytes_in_2GB_at_40000"):
        assert f"MARK {name} " in done.stdout


def test_an_award_that_differs_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    monkeypatch.syspath_prepend(BENCHMARKS)
    points = {"ours": [500, 40], "same": [500, 40], "other": [500, 41], "fewer": [500]}
    for name, column in points.items():
        table = pa.table({"application_id": ["A1", "A2"][: len(column)], "points": column})
        parquet.write_table(table, tmp_path / name)

    differences = import_module("award_jobs.answers").differences

    assert differences(tmp_path / "ours", tmp_path / "same") == 0
    assert differences(tmp_path / "ours", tmp_path / "other") == 2
    assert differences(tmp_path / "ours", tmp_path / "fewer") == 1


def test_the_memory_of_a_whole_process_tree_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)

    with subprocess.Popen([sys.executable, "-c", A_CHILD_HOLDS]) as process:
        peak = import_module("award_jobs.measuring").watch(process)

    assert HELD_BYTES < peak < 3 * HELD_BYTES
