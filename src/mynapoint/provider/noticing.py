"""The few rows of a table that need a look: bad ones, refunds, and those whose key another row has or a refund names.

Every other row is plain: it stands, and nothing has to be asked about it but what it adds to its account. So the many
are read twice without being kept, and only the few become a table (docs/decisions/0012-award-speed.md).
"""

# ruff: noqa: S608 (names of tables and columns are ours)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import duckdb
import pyarrow as pa

from mynapoint.award.schemas import TRANSACTIONS, TableSchema

_HASHED = "(hash({}) >> 32)::UINTEGER"
"""Half a hash sorts faster than a whole one. Where two keys share it, plain rows are looked at for nothing."""

_BATCH_ROWS = 500_000
_BYTES_A_HASH = 4
_BYTES_A_ROW = _BYTES_A_HASH + 1
"""What NumPy's sort takes: half a hash, and whether it is its neighbour's."""

_SHARE_OF_MEMORY = 6
"""NumPy takes no more than one part in so many of the memory the database may take: hashes that need more are sorted
range by range, from files. Where it is not installed, the database sorts."""

_RANGES_MOST = 200
"""Files open at once. In 2 GB that is enough for five thousand million rows; beyond, the database sorts."""


@contextmanager
def any_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let tables made in the block hold their rows in any order, which is faster and takes less memory."""
    before = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchall()[0]
    connection.execute("SET preserve_insertion_order = false")
    try:
        yield
    finally:
        connection.execute("SET preserve_insertion_order = ?", before)


def needs_a_look(schema: TableSchema) -> str:
    """Return SQL that is true for the rows of a table to look at; it reads ``taken_twice``, which ``notice`` makes."""
    return f"(NOT is_plain OR {_HASHED.format(schema.key)} IN (SELECT hashed FROM taken_twice))"


def notice(
    connection: duckdb.DuckDBPyConnection, schema: TableSchema, looked_at: str, *, scratch: Path | None = None
) -> None:
    """Make the table ``taken_NAME_noticed`` of the rows to look at in ``taken_NAME_rows``, and two views of it.

    ``looked_at`` selects them: every row of ``taken_NAME_rows`` that ``needs_a_look``.
    ``scratch``   the folder for files in between; None: the system's own

    ``taken_NAME_noticed_standing``  those not in ``taken_NAME_dropped``; among them all that have one key
    ``taken_NAME_noticed_dropped``   those in it
    """
    name = schema.name
    _find_twice(connection, schema, scratch)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE taken_{name}_noticed AS {looked_at}")
    noticed = f"SELECT file, line, {', '.join(schema.column_names)} FROM taken_{name}_noticed"
    dropped = f"JOIN taken_{name}_dropped USING (file, line)"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW taken_{name}_noticed_standing AS {noticed} ANTI {dropped}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW taken_{name}_noticed_dropped AS {noticed} SEMI {dropped}")


def may_come_twice(connection: duckdb.DuckDBPyConnection, column: str, rows: str) -> bool:
    """Say whether a text of a column may be there twice: only where no two share a whole hash, none is."""
    count = connection.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0]
    if not _numpy_sorts(connection, 2 * count):  # a whole hash takes twice what half takes
        return True
    hashes = _sorted(connection, f"SELECT hash({column}) FROM {rows}", count, "uint64")
    return bool((hashes[1:] == hashes[:-1]).any())


def database_bytes(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how much memory the database may take."""
    limit = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"
    return int(connection.execute(limit).fetchall()[0][0])


def _find_twice(connection: duckdb.DuckDBPyConnection, schema: TableSchema, scratch: Path | None) -> None:
    """Make ``taken_twice``: the hashes of keys that are there twice, refunds counting as their original.

    Sorted, equal ones are neighbours: that takes half the time of a GROUP BY over as many groups as there are rows, and
    a third of that where NumPy sorts.
    """
    keys = f"SELECT {_HASHED.format(schema.key)} AS hashed FROM taken_{schema.name}_rows"
    if schema is TRANSACTIONS:
        originals = f"SELECT {_HASHED.format('refunds')} FROM taken_{schema.name}_rows WHERE kind = 'refund'"
        keys = f"{keys} UNION ALL {originals}"
    rows = connection.execute(f"SELECT count(*) FROM taken_{schema.name}_rows").fetchall()[0][0]
    # Refunds come twice: as rows, and as what they name.
    if _numpy_sorts(connection, 2 * rows):
        twice = _neighbours(_sorted(connection, keys, 2 * rows, "uint32"))
    else:
        twice = _twice_by_range(connection, keys, 2 * rows, scratch)
    if twice is not None:
        connection.register("taken_twice_found", pa.table({"hashed": twice}))
        connection.execute("CREATE OR REPLACE TEMP TABLE taken_twice AS SELECT DISTINCT hashed FROM taken_twice_found")
        connection.unregister("taken_twice_found")
        return
    neighbours = f"SELECT hashed, lag(hashed) OVER (ORDER BY hashed) AS before FROM ({keys})"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE taken_twice AS SELECT DISTINCT hashed FROM ({neighbours}) WHERE hashed = before"
    )


def _twice_by_range(connection: duckdb.DuckDBPyConnection, keys: str, most: int, scratch: Path | None) -> Any:
    """Return the hashes of ``keys`` that are there twice, found in one range after another: one range fits in memory.

    None without NumPy, with too many ranges, and where so many are the same that theirs does not fit: then the
    database has to sort.
    """
    numpy = _numpy()
    if numpy is None:
        return None
    share = database_bytes(connection) // _SHARE_OF_MEMORY // _BYTES_A_ROW
    ranges = most // share + 2  # a little more than fill it: no range has quite as many as another
    if ranges > _RANGES_MOST:
        return None
    edges = (numpy.arange(1, ranges, dtype="uint64") * 2**32 // ranges).astype("uint32")
    with ExitStack() as still_open:
        files = [still_open.enter_context(TemporaryFile(dir=scratch)) for _ in range(ranges)]
        for batch in _batches(connection, keys):
            hashes = numpy.sort(batch)
            for file, some in zip(files, numpy.split(hashes, numpy.searchsorted(hashes, edges)), strict=True):
                file.write(some)
        if max(file.tell() for file in files) > share * _BYTES_A_HASH:
            return None
        return numpy.concatenate([_neighbours(_read_sorted(file)) for file in files])


def _batches(connection: duckdb.DuckDBPyConnection, keys: str) -> Iterator[Any]:
    """Yield the one column of a query in arrays, as it is read. Raises DuckDB's errors, though Arrow hands them on."""
    try:
        for batch in connection.sql(keys).to_arrow_reader(_BATCH_ROWS):
            yield batch.column(0).to_numpy()
    except (pa.ArrowException, OSError) as error:
        kind = duckdb.OutOfMemoryException if "Out of Memory" in str(error) else duckdb.InvalidInputException
        raise kind(str(error)) from error


def _read_sorted(file: IO[bytes]) -> Any:
    file.seek(0)
    hashes = _numpy().fromfile(file, "uint32")
    hashes.sort()
    return hashes


def _neighbours(hashes: Any) -> Any:
    """Return those of sorted hashes that are the same as the one before."""
    return hashes[1:][hashes[1:] == hashes[:-1]]


def _numpy_sorts(connection: duckdb.DuckDBPyConnection, half_hashes: int) -> bool:
    """Say whether NumPy is there and so many half hashes take a small share of memory."""
    return _numpy() is not None and half_hashes * _BYTES_A_ROW <= database_bytes(connection) // _SHARE_OF_MEMORY


def _sorted(connection: duckdb.DuckDBPyConnection, keys: str, most: int, kind: str) -> Any:
    """Return an array of the hashes that ``keys`` gives. Memory that is asked for and not written to is not taken."""
    hashes = _numpy().empty(most, kind)
    found = 0
    for batch in _batches(connection, keys):
        hashes[found : found + len(batch)] = batch
        found += len(batch)
    hashes = hashes[:found]
    hashes.sort()
    return hashes


@lru_cache(maxsize=1)
def _numpy() -> Any:
    """Return NumPy where it is installed, or None: it sorts whole numbers many times faster than the database."""
    try:
        return import_module("numpy")
    except ImportError:
        return None
