"""One CSV or Parquet file as rows a database can select from, each with its line; or why the file cannot be read.

Before anything is parsed a file is held to the figures of file_limits.py. A Parquet file stays where it is and is
scanned. A CSV file is read by the database as it stands when each of its lines is one row; otherwise it is read again
line by line in Python (csv_rows.py), so that every line number is right and every broken row is set aside.
"""

# ruff: noqa: S608 (names and columns are ours; a file name is quoted)

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from mynapoint.award.schemas import Column, TableSchema
from mynapoint.provider.csv_encodings import Encoding, as_utf_8, survey
from mynapoint.provider.csv_rows import BrokenRow, header_of, rewrite
from mynapoint.provider.file_limits import LINE_BYTES_MOST, UnreadableFile, kind_of, refuse_above, texts_bytes_most
from mynapoint.provider.parquet_limits import refuse_unbounded

__all__ = [
    "BrokenRow",
    "Encoding",
    "FileRead",
    "TableFile",
    "UnreadableFile",
    "damage_named",
    "parquet_scan",
    "quoted",
    "read_file",
    "refuse_damaged",
]

_DIALECT = (
    "auto_detect=false, hive_partitioning=false, header=true, delim=',', quote='\"', escape='\"', nullstr='', "
    f"max_line_size={4 * LINE_BYTES_MOST}"  # a row written anew may have more quotes
)
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"})
_WHOLE_UNSIGNED = frozenset({"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"})
_INSTANT = frozenset({"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"})

Typed = Callable[[str], str]
"""Wraps a SELECT of ``line`` and a schema's columns, which are still text."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file to read for one table; ``scratch`` is a folder for what must be rewritten.

    ``encoding``   how a CSV file is written; None to find out
    """

    schema: TableSchema
    path: Path
    scratch: Path
    encoding: Encoding | None = None


@dataclass(frozen=True, slots=True)
class FileRead:
    """What a file gave besides its rows: its broken rows, and how its text was read (None for Parquet).

    ``scan``   for a Parquet file SQL to select FROM, where it lies: its columns, and ``file_row_number`` from 0
    """

    broken: Sequence[BrokenRow]
    encoding: Encoding | None
    scan: str | None = None


def read_file(connection: duckdb.DuckDBPyConnection, file: TableFile, *, into: str, typed: Typed) -> FileRead:
    """Make the temporary table ``into`` of a CSV file's rows, as ``typed`` selects them; a Parquet file stays a scan.

    Columns that the schema does not have are left out. Raises UnreadableFile.
    """
    if kind_of(file.path) == "csv":
        return _read_csv(connection, file, into, typed)
    suspects = refuse_unbounded(connection, file.path, file.schema.column_names)
    scan = parquet_scan(file.path)
    _require_types(connection, file, scan)
    _refuse_swelling(connection, file, suspects)
    return FileRead([], None, scan)


@contextmanager
def damage_named(files: Iterable[tuple[TableSchema, Path]]) -> Iterator[None]:
    """Raise UnreadableFile for the first Parquet file that cannot be read through, when the block breaks off in one.

    Parquet files are read as far as they are needed, several at once, so damage is met in any statement.
    """
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        for schema, path in files:
            refuse_damaged(path, schema.column_names)
        raise


def refuse_damaged(path: Path, columns: Sequence[str]) -> None:
    """Raise UnreadableFile if the rows of a Parquet file cannot be read through."""
    if kind_of(path) == "parquet":
        with duckdb.connect(config={"memory_limit": "256MB", "temp_directory": ""}) as connection:
            lengths = ", ".join(f"max(hash({name}))" for name in columns)
            try:
                connection.execute(f"SELECT {lengths} FROM {parquet_scan(path)}").fetchall()
            except duckdb.Error as error:
                raise UnreadableFile(path, f"is damaged: {_first_line(error)}; write or copy it again") from error


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def parquet_scan(path: Path) -> str:
    """Return SQL to select FROM a Parquet file where it lies: its columns, and ``file_row_number`` from 0."""
    options = "file_row_number=true, hive_partitioning=false"  # a folder named amount_yen=1 must not become a column
    return f"read_parquet({quoted(str(path.absolute()))}, {options})"


def _require_types(connection: duckdb.DuckDBPyConnection, file: TableFile, scan: str) -> None:
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    except duckdb.Error as error:
        raise UnreadableFile(file.path, f"is not a whole Parquet file: {_first_line(error)}") from error
    types = {name: type_ for name, type_, *_ in described}
    _require_columns(file, list(types))
    for column in file.schema.columns:
        _require_type(file, column, types[column.name])


def _refuse_swelling(connection: duckdb.DuckDBPyConnection, file: TableFile, suspects: set[str]) -> None:
    """Raise UnreadableFile for texts that come to far more than the file, written out; to measure copies none."""
    names = [column.name for column in file.schema.columns if column.type == "text" and column.name in suspects]
    if not names:
        return
    lengths = " + ".join(f"coalesce(sum(strlen({name})), 0)" for name in names)
    try:
        row = connection.execute(f"SELECT {lengths} FROM {parquet_scan(file.path)}").fetchone()
    except duckdb.Error as error:
        raise UnreadableFile(file.path, f"is damaged: {_first_line(error)}; write or copy it again") from error
    assert row is not None
    size = file.path.stat().st_size
    what = f"bytes of text, written out from {size:,}"
    refuse_above(file.path, int(row[0]), texts_bytes_most(size), what, "no honest file is so dense")


def _read_csv(connection: duckdb.DuckDBPyConnection, file: TableFile, into: str, typed: Typed) -> FileRead:
    found = survey(file.path, file.encoding)
    forced = file.encoding is not None
    header = header_of(file.path, found.encoding, forced=forced)
    _require_columns(file, header)
    known = file.schema.column_names
    names = [name if name in known else f"other_{at}" for at, name in enumerate(header)]  # what is not read may clash
    if found.plain:
        text = file.path
        if found.encoding is Encoding.CP932:
            as_utf_8(file.path, text := file.scratch / "text.csv")
        rows = f"SELECT row_number() OVER () + 1 AS line, {_names(file.schema)} FROM {_csv_scan(text, names)}"
        with suppress(duckdb.InvalidInputException):  # not every line is a row: then each is judged by itself below
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {typed(rows)}")
            if len(connection.table(into)) + 1 == found.lines:
                return FileRead([], found.encoding)
    clean = file.scratch / "rows.csv"
    broken = rewrite(file.path, found.encoding, len(header), clean, forced=forced)
    rows = f"SELECT line::BIGINT AS line, {_names(file.schema)} FROM {_csv_scan(clean, ['line', *names])}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {typed(rows)}")
    return FileRead(broken, found.encoding)


def _csv_scan(path: Path, names: list[str]) -> str:
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    return f"read_csv({quoted(str(path.absolute()))}, {_DIALECT}, columns={{{columns}}})"


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
