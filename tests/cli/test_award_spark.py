"""`mynapoint award --engine spark`: the files DuckDB would write, only words on the terminal, nothing left over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.award_folder import TRANSACTIONS, arguments, points, rejects, write_folder
from provider.spark_here import require_spark

LEDGER = (
    "t1,SP00001234,top_up,,20000,2022-07-16T10:00:00+09:00\n"
    "t1,SP00001234,top_up,,20000,2022-07-16T10:00:00+09:00\n"
    "t2,SP00001234,refund,t1,4000,2022-07-17T10:00:00+09:00\n"
    "t3,SP00001234,top_up,,0,2022-07-18T10:00:00+09:00\n"
)


@pytest.mark.spark
def test_the_command_writes_what_duckdb_writes_and_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    require_spark()
    write_folder(tmp_path)
    (tmp_path / "transactions.csv").write_text(TRANSACTIONS + LEDGER, encoding="utf-8")

    told = award_in_own_process(tmp_path, "--engine", "spark", "--spark-master", "local[1]", "--memory", "1.5GB")
    on_spark = points(tmp_path), rejects(tmp_path)
    award_in_own_process(tmp_path)

    assert on_spark == ({"A1": 4_000}, [["5", "amount_yen", "0", "must be from 1 to 999999999999"]])
    assert (points(tmp_path), rejects(tmp_path)) == on_spark
    assert "engine spark" in told.stdout
    assert told.stderr == ""
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["awards.parquet", "rejects.csv"]
    assert processes_naming(tmp_path) == []


def test_without_java_it_says_what_to_install(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    write_folder(tmp_path)
    (tmp_path / "transactions.csv").write_text(TRANSACTIONS, encoding="utf-8")

    told = award_in_own_process(tmp_path, "--engine", "spark", environment={"JAVA_HOME": "/nowhere"})

    assert told.returncode == 1
    assert told.stderr == (
        "Error: no Java was found; on Debian or Ubuntu type: apt-get install -y openjdk-17-jre-headless\n"
    )


def award_in_own_process(
    folder: Path, *more: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    frugal = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
    return subprocess.run(
        [sys.executable, "-m", "mynapoint", *arguments(*more)],
        cwd=folder,
        env={**os.environ, **frugal, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def processes_naming(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in process.joinpath("cmdline").read_bytes():
                found.append(process.name)
        except OSError:
            continue
    return found
