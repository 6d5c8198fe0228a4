"""Rows set aside, as files: ``rejects.csv`` safe to open in a spreadsheet, and exact for machines when asked.

A spreadsheet takes a cell that begins with = + - @, or a tab or line end before it, for a formula, and a formula can
send data away. Such a text gets an apostrophe in front; so does one that begins with an apostrophe. Hence whoever reads
the file back takes one apostrophe off a text that begins with one, and has what stood there (docs/providers.md).
"""

# ruff: noqa: S608 (tables and columns are ours; a file's name is quoted)

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import duckdb

from mynapoint.award.schemas import REJECTS
from mynapoint.provider.table_files import quoted

_DANGEROUS = r"^([\x00-\x20\x{3000}]*[''=+@＝＋－＠-]|[\x00-\x1f])"
"""Full-width signs too: Japanese spreadsheets take them for the others. Blanks before them are skipped by some."""


class Exact(StrEnum):
    """A form of the rows set aside in which every value is exactly what stood in its file."""

    JSONL = "jsonl"
    PARQUET = "parquet"


def marked(column: str) -> str:
    """Return SQL for a text column with an apostrophe before what a spreadsheet would take for a formula."""
    return f"if(regexp_matches({column}, '{_DANGEROUS}'), '''' || {column}, {column})"


def write_rejects(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    """Write a table of REJECTS as CSV, by file, line and field, its texts marked."""
    columns = ", ".join(
        f"{marked(column.name)} AS {column.name}" if column.type == "text" else column.name
        for column in REJECTS.columns
    )
    _copy(connection, f"SELECT {columns} FROM (FROM {table} ORDER BY ALL)", path, "FORMAT csv, HEADER")


def write_exact_rejects(connection: duckdb.DuckDBPyConnection, table: str, path: Path, form: Exact) -> None:
    """Write a table of REJECTS with its texts as they stood."""
    _copy(connection, f"FROM {table} ORDER BY ALL", path, "FORMAT json" if form is Exact.JSONL else "FORMAT parquet")


def _copy(connection: duckdb.DuckDBPyConnection, select: str, path: Path, options: str) -> None:
    connection.execute(f"COPY ({select}) TO {quoted(str(path.absolute()))} ({options})")
