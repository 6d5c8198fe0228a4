"""`mynapoint award`: files in, awards and rejects out, the totals, and every way to be refused."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from mynapoint.cli import app

SERVICE = """
service_number = "MP0000001"
incentive = "card_uptake"
effective = "at_once"
minimum_yen = 1
rounding = "total"
[schedule]
kind = "month_close"
months = 1
day = "last"
"""
ENROLMENTS = """application_id,account_id,counts,applied_at,points_elsewhere
A1,SP00001234,top_up,2022-07-15T10:00:00+09:00,0
A2,SP00003456,purchase,2022-07-15T10:00:00+09:00,3200
"""
TRANSACTIONS = """transaction_id,account_id,kind,refunds,amount_yen,occurred_at
t1,SP00001234,top_up,,20000,2022-07-16T10:00:00+09:00
t1,SP00001234,top_up,,20000,2022-07-16T01:00:00Z
t2,SP00003456,purchase,,9000,2022-07-17T10:00:00+09:00
t3,SP00003456,purchase,,"9,000",2022-07-17T10:00:00+09:00
r1,SP00003456,refund,t2,3000,2022-09-01T10:00:00+09:00
"""
END_OF_AUGUST = "2022-08-31T00:00:00+09:00"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "service.toml").write_text(SERVICE, encoding="utf-8")
    (tmp_path / "enrolments.csv").write_text(ENROLMENTS, encoding="utf-8")
    (tmp_path / "transactions.csv").write_text(TRANSACTIONS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def award(*more: str) -> Result:
    arguments = {
        "--enrolments": "enrolments.csv",
        "--transactions": "transactions.csv",
        "--service": "service.toml",
        "--as-of": END_OF_AUGUST,
        "--out": "out",
    }
    arguments |= dict(zip(more[::2], more[1::2], strict=True))
    return CliRunner().invoke(app, ["award", *[word for option in arguments.items() for word in option]])


def awards(folder: Path) -> dict[str, int]:
    table = pq.read_table(folder / "out" / "awards.parquet")
    assert [(field.name, str(field.type)) for field in table.schema] == [
        ("application_id", "string"),
        ("points", "int64"),
    ]
    return {line["application_id"]: line["points"] for line in table.to_pylist()}


@pytest.mark.parametrize("engine", ["duckdb", "reference"])
def test_awards_and_rejects_are_written_and_the_totals_add_up(folder: Path, engine: str) -> None:
    done = award("--engine", engine, "--memory", "1GB")

    assert done.exit_code == 0, done.output
    assert awards(folder) == {"A1": 5_000, "A2": 1_500}
    with (folder / "out" / "rejects.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["file", "line", "field", "value", "reason"],
            ["transactions.csv", "5", "amount_yen", "9,000", "must be a whole number"],
        ]
    assert "transactions  rows in 5 = accepted 3 + set aside 1 + repeated 1" in done.output
    assert "lines 2, points to post 6,500, to take back 0" in done.output
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["awards.parquet", "rejects.csv"]


def test_points_posted_before_are_taken_off_and_too_many_are_taken_back(folder: Path) -> None:
    (folder / "posted.csv").write_text("application_id,points\nA1,5000\nA2,1800\n", encoding="utf-8")

    done = award("--posted", "posted.csv")

    assert awards(folder) == {"A2": -300}
    assert "points to post 0, to take back 300" in done.output


def test_several_files_are_one_ledger_and_parquet_is_read_like_csv(folder: Path) -> None:
    import duckdb

    lines = TRANSACTIONS.splitlines(keepends=True)
    (folder / "first.csv").write_text(lines[0] + lines[5], encoding="utf-8")
    (folder / "second.csv").write_text("".join(lines[:5]), encoding="utf-8")
    with duckdb.connect() as connection:
        for name, zone in (("enrolments", "applied_at"), ("second", "occurred_at")):
            connection.execute(
                f"COPY (SELECT * REPLACE ({zone}::TIMESTAMPTZ AS {zone}) FROM read_csv('{name}.csv', all_varchar=true)"
                f"{' WHERE transaction_id <> $$t3$$' if name == 'second' else ''}) TO '{name}.parquet'"
            )
            types = {"enrolments": "points_elsewhere", "second": "amount_yen"}[name]
            connection.execute(
                f"COPY (SELECT * REPLACE ({types}::BIGINT AS {types}) FROM '{name}.parquet') TO '{name}.typed.parquet'"
            )
    arguments = ["--enrolments", "enrolments.typed.parquet", "--service", "service.toml", "--as-of", END_OF_AUGUST]
    both = ["--transactions", "first.csv", "--transactions", "second.typed.parquet", "--out", "out"]

    done = CliRunner().invoke(app, ["award", *arguments, *both])

    assert done.exit_code == 0, done.output
    assert awards(folder) == {"A1": 5_000, "A2": 1_500}


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--as-of", "2022-08-31T00:00:00", "has no time zone"),
        ("--as-of", "2022-08-31", "has no time zone"),
        ("--as-of", "31 August", "is no instant"),
        ("--as-of", "9999-12-31T23:59:59Z", "between 1970 and 2199"),
        ("--engine", "abacus", "is no engine: duckdb or spark or reference"),
        ("--encoding", "latin-1", "is no encoding here: utf-8 or cp932"),
        ("--exact-rejects", "xlsx", "is no form of rejects: jsonl or parquet"),
        ("--reissued", "enrolments.csv", "lacks the column replaces, reissued_at"),
        ("--memory", "plenty", "write it as 2GB or 500MB"),
        ("--service", "enrolments.csv", "is not TOML"),
        ("--service", "none.toml", "cannot be read"),
        ("--enrolments", "transactions.csv", "lacks the column application_id"),
        ("--enrolments", "none.csv", "cannot be opened"),
        ("--transactions", ".", "cannot be opened"),
        ("--posted", "enrolments.csv", "lacks the column points"),
        ("--out", "service.toml", "service.toml is a file; name a folder"),
    ],
)
def test_what_cannot_be_done_is_said_and_exits_with_2(folder: Path, option: str, value: str, says: str) -> None:
    done = award(option, value)

    assert done.exit_code == 2
    assert says in " ".join(done.output.split())
    assert "Traceback" not in done.output
    assert not (folder / "out" / "awards.parquet").exists()


def test_a_bad_service_file_is_refused_with_its_key(folder: Path) -> None:
    (folder / "service.toml").write_text(SERVICE.replace('"total"', '"half_up"'), encoding="utf-8")

    done = award()

    assert done.exit_code == 2
    assert "service.toml: rounding: must be one of total, each; got 'half_up'" in " ".join(done.output.split())


def test_a_run_that_fails_leaves_the_last_output_as_it_was(folder: Path) -> None:
    award()
    before = (folder / "out" / "awards.parquet").read_bytes()
    (folder / "transactions.csv").write_text("nothing", encoding="utf-8")

    assert award().exit_code == 2

    assert (folder / "out" / "awards.parquet").read_bytes() == before
    assert sorted(os.listdir(folder / "out")) == ["awards.parquet", "rejects.csv"]


def test_the_same_files_give_the_same_bytes(folder: Path) -> None:
    award()
    first = (folder / "out" / "awards.parquet").read_bytes()
    award()

    assert (folder / "out" / "awards.parquet").read_bytes() == first
