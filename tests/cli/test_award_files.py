"""`mynapoint award` on files as they come: encodings said, values exact, figures for machines, and quiet."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.award_folder import TRANSACTIONS, arguments, award, points, rejects, write_folder

USE = "t1,SP00001234,top_up,,20000,2022-07-16T10:00:00+09:00"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_folder(tmp_path)
    (tmp_path / "transactions.csv").write_text(TRANSACTIONS + USE + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_of_japanese_windows_is_read_and_said_to_be_one(folder: Path) -> None:
    content = TRANSACTIONS.replace("\n", ",店名\r\n") + USE + ",㈱髙島①～\r\n"
    (folder / "transactions.csv").write_bytes(content.encode("cp932"))

    done = award()

    assert done.exit_code == 0, done.output
    assert "transactions.csv read as CP932" in done.output
    assert "enrolments.csv read as" not in done.output
    assert points(folder) == {"A1": 5_000}


def test_an_encoding_can_be_asked_for_and_is_kept_to(folder: Path) -> None:
    content = TRANSACTIONS.replace("\n", ",memo\n") + USE + ",青木\n"
    (folder / "transactions.csv").write_bytes(content.encode("cp932"))

    done = award("--encoding", "UTF-8")

    assert done.exit_code == 0, done.output
    assert points(folder) == {}
    [(line, _, value, reason)] = rejects(folder)
    assert (line, reason) == ("2", "holds bytes that are not UTF-8")
    assert value.endswith(r",\x90\xc2\x96\xd8")


def test_a_machine_gets_one_object_with_every_figure(folder: Path) -> None:
    (folder / "july.csv").write_bytes((TRANSACTIONS + "t2,青,top_up,,=1,x\n").encode("cp932"))
    (folder / "reissued.csv").write_text("account_id,replaces,reissued_at\n", encoding="utf-8")

    done = award("--transactions", "july.csv", "--reissued", "reissued.csv", "--exact-rejects", "jsonl", "--json")

    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told.pop("seconds") > 0
    none = {"rows": 0, "accepted": 0, "set_aside": 0, "repeated": 0}
    assert told == {
        "engine": "duckdb",
        "as_of": "2022-08-31T00:00:00+09:00",
        "tables": {
            "enrolments": none | {"rows": 1, "accepted": 1},
            "transactions": none | {"rows": 2, "accepted": 1, "set_aside": 1},
            "posted": none,
            "reissued": none,
        },
        "refunds_waiting": 0,
        "rows_not_enrolled": 0,
        "awards": {"lines": 1, "points_to_post": 5_000, "points_to_take_back": 0},
        "files": [
            {"table": "reissued", "file": "reissued.csv", "encoding": "utf-8"},
            {"table": "enrolments", "file": "enrolments.csv", "encoding": "utf-8"},
            {"table": "transactions", "file": "transactions.csv", "encoding": "utf-8"},
            {"table": "transactions", "file": "july.csv", "encoding": "cp932"},
        ],
        "written": {
            "awards": "out/awards.parquet",
            "rejects": "out/rejects.csv",
            "exact_rejects": "out/rejects.jsonl",
        },
    }
    [line] = (folder / "out" / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["value"] == "=1"
    assert rejects(folder) == [["2", "amount_yen", "'=1", "must be a whole number"]]


def test_quiet_says_nothing_and_errors_all_the_same(folder: Path) -> None:
    done = award("--quiet")
    assert (done.exit_code, done.output) == (0, "")

    (folder / "transactions.csv").unlink()
    refused = award("--quiet")

    assert refused.exit_code == 2
    assert "transactions.csv: cannot be opened: No such file or directory" in refused.output


def test_steps_are_shown_on_a_terminal_only(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mynapoint", *arguments()], capture_output=True, text=True, check=True, cwd=folder
    )

    assert done.stderr == ""
    assert done.stdout.startswith("enrolments    rows in 1 = accepted 1")


def test_damage_between_sound_ends_of_a_parquet_file_is_told_by_the_files_name(folder: Path) -> None:
    import pyarrow.parquet as pq

    from provider.parquet_bombs import transactions

    path = folder / "damaged.parquet"
    pq.write_table(transactions(1_000), path, compression="zstd", use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(60)
    path.write_bytes(content)

    done = award(transactions="damaged.parquet")

    assert done.exit_code == 2
    assert "damaged.parquet: is damaged" in " ".join(done.output.split())
    assert not list((folder / "out").iterdir())


def test_too_little_memory_is_said_and_nothing_is_written(folder: Path) -> None:
    rows = "".join(f"t{number},SP{number},top_up,,1,2022-07-16T10:00:00Z\n" for number in range(100_000))
    (folder / "transactions.csv").write_text(TRANSACTIONS + rows, encoding="utf-8")

    done = award("--memory", "1MB")

    assert done.exit_code == 1
    assert "needs more than the memory it may use; raise --memory" in done.output
    assert not list((folder / "out").iterdir())
