"""A folder with the files of one award, and the command run on it."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
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
ENROLMENTS = "application_id,account_id,counts,applied_at,points_elsewhere\n"
TRANSACTIONS = "transaction_id,account_id,kind,refunds,amount_yen,occurred_at\n"
REISSUED = "account_id,replaces,reissued_at\n"
END_OF_AUGUST = "2022-08-31T00:00:00+09:00"


def write_folder(folder: Path) -> None:
    """Write a service file and one application, of the account SP00001234."""
    (folder / "service.toml").write_text(SERVICE, encoding="utf-8")
    applied = "A1,SP00001234,top_up,2022-07-15T10:00:00+09:00,0\n"
    (folder / "enrolments.csv").write_text(ENROLMENTS + applied, encoding="utf-8")


def arguments(*more: str, transactions: str = "transactions.csv") -> list[str]:
    """Return the words of an award on the folder's files."""
    files = ["--enrolments", "enrolments.csv", "--transactions", transactions, "--service", "service.toml"]
    return ["award", *files, "--as-of", END_OF_AUGUST, "--out", "out", *more]


def award(*more: str, transactions: str = "transactions.csv") -> Result:
    """Run an award in this process, in the current folder."""
    return CliRunner().invoke(app, arguments(*more, transactions=transactions))


def points(folder: Path) -> dict[str, int]:
    """Return what was awarded."""
    return dict(zip(*pq.read_table(folder / "out" / "awards.parquet").to_pydict().values(), strict=True))


def rejects(folder: Path) -> list[list[str]]:
    """Return the rows set aside: line, field, value, reason."""
    with (folder / "out" / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return [row[1:] for row in csv.reader(file)][1:]
