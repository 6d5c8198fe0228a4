"""One CSV or Parquet file as rows a database can select from, each with its line; or why the file cannot be read.

A Parquet file stays where it is and is scanned. A CSV file is read by the database as it stands; only when its lines
are not simply one row each (a blank line, a line break in quotes, a row too short, bytes that are no UTF-8) is it read
again line by line in Python, so that every line number is right and every broken row is set aside.
"""

# ruff: noqa: S608 (names and columns are ours; a file name is quoted)

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from mynapoint.award.schemas import Column, TableSchema

_DIALECT = "auto_detect=false, hive_partitioning=false, header=true, delim=',', quote='\"', escape='\"', nullstr=''"
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"})
_WHOLE_UNSIGNED = frozenset({"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"})
_NO_TEXT = "\udc80"
_INSTANT = frozenset({"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"})


class UnreadableFile(ValueError):
    """A file that cannot be read at all: which, why, and what to do."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file}: {why}")
        self.file = file
        self.why = why


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A line of a CSV file that is no row of the table."""

    line: int
    value: str
    reason: str


Typed = Callable[[str, bool], str]
"""Wraps a SELECT of ``line`` and a schema's columns; told whether these are still text, as in a CSV file."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file to read for one table; ``scratch`` is a folder for what must be rewritten."""

    schema: TableSchema
    path: Path
    scratch: Path


def read_file(connection: duckdb.DuckDBPyConnection, file: TableFile, *, into: str, typed: Typed) -> list[BrokenRow]:
    """Make the temporary table or view ``into`` of a file's rows, as ``typed`` selects them; return its broken rows.

    Columns that the schema does not have are left out. Raises UnreadableFile.
    """
    try:
        with file.path.open("rb") as opened:
            is_parquet = opened.read(4) == b"PAR1"
    except OSError as error:
        raise UnreadableFile(file.path, f"cannot be opened: {error.strerror}") from error
    if is_parquet:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {into} AS {typed(_parquet_rows(connection, file), False)}")
        return []
    return _read_csv(connection, file, into, typed)


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _parquet_rows(connection: duckdb.DuckDBPyConnection, file: TableFile) -> str:
    options = "file_row_number=true, hive_partitioning=false"  # a folder named amount_yen=1 must not become a column
    scan = f"read_parquet({quoted(str(file.path.absolute()))}, {options})"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    except duckdb.Error as error:
        raise UnreadableFile(file.path, f"is not a whole Parquet file: {_first_line(error)}") from error
    types = {name: type_ for name, type_, *_ in described}
    _require_columns(file, list(types))
    for column in file.schema.columns:
        _require_type(file, column, types[column.name])
    return f"SELECT file_row_number + 1 AS line, {_names(file.schema)} FROM {scan}"


def _read_csv(connection: duckdb.DuckDBPyConnection, file: TableFile, into: str, typed: Typed) -> list[BrokenRow]:
    header = _header(file.path)
    _require_columns(file, header)
    known = file.schema.column_names
    names = [name if name in known else f"other_{at}" for at, name in enumerate(header)]  # what is not read may clash
    rows = f"SELECT row_number() OVER () + 1 AS line, {_names(file.schema)} FROM {_csv_scan(file.path, names)}"
    with suppress(duckdb.InvalidInputException):  # not every line is a row: then each is judged by itself below
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {typed(rows, True)}")
        if len(connection.table(into)) + 1 == _line_count(file.path):
            return []
    clean = file.scratch / "rows.csv"
    broken = _rewrite(file.path, header, clean)
    rows = f"SELECT line::BIGINT AS line, {_names(file.schema)} FROM {_csv_scan(clean, ['line', *names])}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {typed(rows, True)}")
    return broken


def _csv_scan(path: Path, names: list[str]) -> str:
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    return f"read_csv({quoted(str(path.absolute()))}, {_DIALECT}, columns={{{columns}}})"


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            header = next(csv.reader(file), [])
    except csv.Error:
        header = [_NO_TEXT]
    if any(_is_no_text(name) for name in header):
        raise UnreadableFile(path, "is neither Parquet nor CSV in UTF-8; save it as one of them")
    return header


def _line_count(path: Path) -> int:
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            lines += block.count(b"\n")
            last = block[-1:]
    return lines + (last != b"\n")


def _rewrite(path: Path, header: list[str], clean: Path) -> list[BrokenRow]:
    """Write the file's whole rows, each with its line, to ``clean``; return the broken ones."""
    broken: list[BrokenRow] = []
    with clean.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["line", *header])
        for line, row, error in _records(path):
            if reason := error or _why_broken(row, len(header)):
                value = ",".join(row).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
                broken.append(BrokenRow(line, value, reason))
            else:
                writer.writerow([line, *row])
    return broken


def _records(path: Path) -> Iterator[tuple[int, list[str], str | None]]:
    """Yield each record after the header with the line it starts on, and why it is broken."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, strict=True)
        next(reader)
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end of data" in str(error):
                    raise UnreadableFile(path, f"line {line}: a quote is opened and never closed") from error
                yield line, [], f"is not CSV: {error}"
                continue
            if row:
                yield line, row, None


def _why_broken(row: list[str], width: int) -> str | None:
    if len(row) != width:
        return f"has {len(row)} fields; the header has {width}"
    if any(_is_no_text(value) for value in row):
        return "holds bytes that are not UTF-8"
    return None


def _is_no_text(value: str) -> bool:
    """Say whether a text read with surrogateescape held bytes that are not UTF-8."""
    return any(_NO_TEXT <= character <= "\udcff" for character in value)


def _require_columns(file: TableFile, names: list[str]) -> None:
    wanted = file.schema.column_names
    if missing := [name for name in wanted if name not in names]:
        why = f"lacks the column {', '.join(missing)}; {file.schema.name} has {', '.join(wanted)}"
        raise UnreadableFile(file.path, why)
    if twice := [name for name in wanted if names.count(name) > 1]:
        raise UnreadableFile(file.path, f"has the column {', '.join(twice)} twice")


def _require_type(file: TableFile, column: Column, found: str) -> None:
    whole = found in _WHOLE | _WHOLE_UNSIGNED or (found.startswith("DECIMAL(") and found.endswith(",0)"))
    fits = {"text": found == "VARCHAR", "whole": whole, "instant": found in _INSTANT}[column.type]
    if not fits and not (found == '"NULL"' and column.optional):
        wanted = {"text": "text", "whole": "whole numbers", "instant": "timestamps with time zone"}[column.type]
        raise UnreadableFile(file.path, f"column {column.name} must hold {wanted}; it holds {found}")


def _names(schema: TableSchema) -> str:
    return ", ".join(schema.column_names)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
