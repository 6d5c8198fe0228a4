"""The few rows of a table that need a look: bad ones, refunds, and those whose key another row has or a refund names.

Every other row is plain: it stands, and nothing has to be asked about it but what it adds to its account. So the many
are read without being kept, each column where it is needed anyway, and only the few become a table
(docs/decisions/0012-award-speed.md).
"""

# ruff: noqa: S608 (names of tables and columns are ours)

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb

from mynapoint.award.schemas import TRANSACTIONS, TableSchema
from mynapoint.provider.beside import Wanted
from mynapoint.provider.neighbours import PLACES, keep_places, named, numbered, search_places
from mynapoint.provider.row_checks import SQL_TYPES, checked_select, faults

ACCOUNT = "account_id"


@dataclass(frozen=True, slots=True)
class FileRows:
    """The rows of one file, where they lie.

    everything   a SELECT of all of them, as row_checks.py makes it
    source       what they lie in: the scan of a Parquet file, or a table
    number       its column that numbers them; all numbers are below ``below``
    faults       SQL by column of ``source``, true for rows that are not plain because of it; of the key, in every file
                 the same
    chosen       given a condition over ``number``, a SELECT as ``everything`` is of the rows it is true for
    """

    everything: str
    source: str
    number: str
    below: int
    faults: Mapping[str, str]
    chosen: Callable[[str], str]


def rows_of_table(schema: TableSchema, table: str, *, below: int) -> FileRows:
    """Return the rows of a CSV file, which are a table as ``checked_select`` makes it."""
    rows = f"SELECT * FROM {table}"
    odd = {schema.key: faults(schema)[schema.key], "": "NOT is_plain"}
    return FileRows(rows, table, "line", below, odd, lambda which: f"{rows} WHERE {which}")


def rows_of_scan(schema: TableSchema, scan: str, *, below: int, file: int) -> FileRows:
    """Return the rows of a Parquet file where it lies.

    They are chosen before any fault is looked for: above the choice that would be done for every row.
    """
    rows = f"SELECT file_row_number + 1 AS line, {', '.join(schema.column_names)} FROM {scan}"
    checked = partial(checked_select, schema, file=file, is_text=False)
    return FileRows(
        checked(rows), scan, "file_row_number", below, faults(schema), lambda which: checked(f"{rows} WHERE {which}")
    )


def no_rows(schema: TableSchema) -> FileRows:
    """Return the rows of a table of which there is no file."""
    columns = ", ".join(f"NULL::{SQL_TYPES[column.type]} AS {column.name}" for column in schema.columns)
    nothing = f"SELECT 0 AS file, 0::BIGINT AS line, {columns}, true AS is_plain, 0 AS fault, '' AS value WHERE false"
    return FileRows(nothing, f"({nothing})", "line", 1, faults(schema), lambda _: nothing)


@contextmanager
def any_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let tables made in the block hold their rows in any order, which is faster and takes less memory."""
    before = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchall()[0]
    connection.execute("SET preserve_insertion_order = false")
    try:
        yield
    finally:
        connection.execute("SET preserve_insertion_order = ?", before)


@dataclass(frozen=True, slots=True)
class Search:
    """The search for rows whose key another row has, or a refund names.

    files    with the place of the first row of each: its numbers follow
    numbers  a query of the numbers of them all (neighbours.py), their places in so many ``bits``
    """

    schema: TableSchema
    files: tuple[tuple[FileRows, int], ...]
    end: int
    bits: int
    numbers: str

    @classmethod
    def of(cls, schema: TableSchema, files: Sequence[FileRows]) -> Search:
        """Return the search of the rows of some files."""
        ends = list(accumulate(file.below for file in files))
        starts, bits = [0, *ends[:-1]], ends[-1].bit_length()
        placed = tuple(zip(files, starts, strict=True))
        numbers = " UNION ALL ".join(query for file, start in placed for query in _numbers(schema, file, start, bits))
        return cls(schema, placed, ends[-1], bits, numbers)

    def places(
        self, connection: duckdb.DuckDBPyConnection, wanted: Wanted = lambda: True, *, scratch: Path | None
    ) -> Any:
        """Return the places found, on any cursor that can read the files. The others as in neighbours.py."""
        most = 2 * self.end  # a refund has two: its own, and of what it names
        return search_places(connection, self.numbers, most=most, bits=self.bits, scratch=scratch, wanted=wanted)


def find(connection: duckdb.DuckDBPyConnection, search: Search, places: Callable[[], Any], *, accounts: bool) -> str:
    """Return a SELECT of the rows to look at; none but these are read as a whole.

    places    gives what the search found: as they may be many, they are let go once they are a table
    accounts  whether accounts are looked at too; False: somebody else reads them all (``nameless``)
    """
    keep_places(connection, places(), search.numbers, bits=search.bits)
    later = () if accounts else (ACCOUNT,)
    _add_faults(connection, search.files, lambda column: column not in {search.schema.key, *later})
    return _chosen(search)


def nameless(connection: duckdb.DuckDBPyConnection, search: Search) -> str:
    """Return a SELECT of the rows that name no account as a row must."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {PLACES} (place BIGINT)")
    _add_faults(connection, search.files, lambda column: column == ACCOUNT)
    return _chosen(search)


def notice(connection: duckdb.DuckDBPyConnection, schema: TableSchema, looked_at: str) -> None:
    """Make the table ``taken_NAME_noticed`` of the rows that ``looked_at`` selects, and two views of it.

    ``taken_NAME_noticed_standing``  those not in ``taken_NAME_dropped``; among them all that have one key
    ``taken_NAME_noticed_dropped``   those in it
    """
    name = schema.name
    connection.execute(f"CREATE OR REPLACE TEMP TABLE taken_{name}_noticed AS {looked_at}")
    noticed = f"SELECT file, line, {', '.join(schema.column_names)} FROM taken_{name}_noticed"
    dropped = f"JOIN taken_{name}_dropped USING (file, line)"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW taken_{name}_noticed_standing AS {noticed} ANTI {dropped}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW taken_{name}_noticed_dropped AS {noticed} SEMI {dropped}")


def _chosen(search: Search) -> str:
    """Return a SELECT of the rows whose places are kept."""
    return " UNION ALL ".join(
        file.chosen(
            f"{file.number} IN (SELECT place - {start} FROM {PLACES} "
            f"WHERE place >= {start} AND place < {start + file.below})"
        )
        for file, start in search.files
    )


def _numbers(schema: TableSchema, file: FileRows, start: int, bits: int) -> Iterator[str]:
    """Yield the queries of a file's numbers (neighbours.py): of its rows' keys, and of the rows that refunds name."""
    own = numbered(schema.key, f"{file.number} + {start}", bits=bits, unless=file.faults[schema.key])
    yield f"SELECT {own} FROM {file.source}"
    if schema is TRANSACTIONS:
        yield f"SELECT {named('refunds', bits=bits)} FROM {file.source} WHERE kind = 'refund'"


def _add_faults(
    connection: duckdb.DuckDBPyConnection, files: Iterable[tuple[FileRows, int]], of: Callable[[str], bool]
) -> None:
    """Add the rows with a fault in the columns chosen. Asked column by column, most answer without reading rows."""
    faulty = " UNION ALL ".join(
        f"SELECT {file.number} + {start} FROM {file.source} WHERE {fault}"
        for file, start in files
        for column, fault in file.faults.items()
        if of(column)
    )
    if faulty:
        connection.execute(f"INSERT INTO {PLACES} {faulty}")
