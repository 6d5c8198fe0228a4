"""Rows of the same key, found by sorting one number a row: a hash of its key, and below the hash the row's place.

Sorted, the numbers of one key are neighbours, and each says where its row lies. NumPy sorts whole numbers many times
faster than the database does, which sorts where NumPy is not installed (docs/decisions/0012-award-speed.md).
"""

# ruff: noqa: S608 (names of tables and columns are ours)

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from importlib import import_module
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import duckdb
import pyarrow as pa

from mynapoint.provider.beside import Wanted

PLACES = "taken_looked_at"
"""The temporary table of places found, its one column ``place``: rows that need a look. A place may be there twice."""

_HASHED = "hash({})"
_BATCH_ROWS = 500_000
_COMPARED_AT_ONCE = 1 << 17
"""Numbers that stay in the processor's cache while each is compared with its neighbour."""

_BYTES_A_NUMBER = 8
_SHARE_OF_MEMORY = 6
"""NumPy takes no more than one part in so many of the memory the database may take: numbers that need more are sorted
range by range, from files. Where it is not installed, the database sorts."""

_RANGES_MOST = 200
"""Files open at once. In 2 GB that is enough for five thousand million rows; beyond, the database sorts."""


def numbered(key: str, place: str, *, bits: int, unless: str = "false") -> str:
    """Return the SQL of a row's number: a hash of ``key`` above so many bits, the row's ``place`` in them.

    ``unless``  SQL of the rows that are to be found whatever their key
    """
    above = 2**64 - 2**bits
    return f"CASE WHEN {unless} THEN 0::UBIGINT ELSE {_HASHED.format(key)} & {above}::UBIGINT END | ({place})::UBIGINT"


def named(key: str, *, bits: int) -> str:
    """Return the SQL of a number that has a key and is no row's: as of a transaction that a refund names."""
    return numbered(key, str(_nowhere(bits)), bits=bits)


def search_places(
    connection: duckdb.DuckDBPyConnection,
    numbers: str,
    *,
    most: int,
    bits: int,
    scratch: Path | None,
    wanted: Wanted = lambda: True,
) -> Any:
    """Return the place of every row whose key another number may have: where two keys share a hash, of both.

    None where the database has to sort. Any cursor will do that can read what the numbers are made of.
    numbers   a query of one column, which ``numbered`` and ``named`` make; at most ``most`` numbers
    scratch   the folder for files in between; None: the system's own
    wanted    asked between two parts of the work. Raises InterruptException where they are not any more
    """
    if _numpy_sorts(connection, most):
        found = _sorted(connection, numbers, most)
        return _gathered(_while_wanted(wanted, _places(found, bits)), len(found))
    return _places_by_range(connection, numbers, most=most, bits=bits, scratch=scratch, wanted=wanted)


def keep_places(connection: duckdb.DuckDBPyConnection, places: Any, numbers: str, *, bits: int) -> None:
    """Make ``PLACES`` of what ``search_places`` found among the same numbers."""
    if places is None:
        _let_the_database_sort(connection, numbers, bits)
        return
    connection.register("places_found", pa.table({"place": places}))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {PLACES} AS SELECT place::BIGINT AS place FROM places_found")
    connection.unregister("places_found")


def may_come_twice(connection: duckdb.DuckDBPyConnection, column: str, rows: str) -> bool:
    """Say whether a text of a column may be there twice: only where no two share a hash, none is."""
    count = connection.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0]
    if not _numpy_sorts(connection, count):
        return True
    hashes = _sorted(connection, f"SELECT {_HASHED.format(column)} FROM {rows}", count)
    return bool((hashes[1:] == hashes[:-1]).any())


def database_bytes(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how much memory the database may take."""
    limit = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"
    return int(connection.execute(limit).fetchall()[0][0])


def _nowhere(bits: int) -> int:
    """Return the place of what is no row: above all others."""
    return (1 << bits) - 1


def _let_the_database_sort(connection: duckdb.DuckDBPyConnection, numbers: str, bits: int) -> None:
    nowhere = f"{_nowhere(bits)}::UBIGINT"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE {PLACES} AS
            SELECT (number & {nowhere})::BIGINT AS place
            FROM (SELECT number, lag(number) OVER sorted AS before, lead(number) OVER sorted AS after
                FROM ({numbers}) AS numbers(number) WINDOW sorted AS (ORDER BY number))
            WHERE number & {nowhere} <> {nowhere}
                AND (number < {nowhere} OR xor(number, before) <= {nowhere} OR xor(number, after) <= {nowhere})"""
    )


def _places_by_range(
    connection: duckdb.DuckDBPyConnection, numbers: str, *, most: int, bits: int, scratch: Path | None, wanted: Wanted
) -> Any:
    """Return the places found in one range of hashes after another: one range fits in memory.

    None without NumPy, with too many ranges, and where so many keys are the same that theirs does not fit: then the
    database has to sort.
    """
    numpy = _numpy()
    if numpy is None:
        return None
    share = database_bytes(connection) // _SHARE_OF_MEMORY // _BYTES_A_NUMBER
    ranges = most // share + 2  # a little more than fill it: no range has quite as many as another
    if ranges > _RANGES_MOST:
        return None
    edges = numpy.array([number * 2**64 // ranges >> bits << bits for number in range(1, ranges)], "uint64")
    with ExitStack() as still_open:
        files = [still_open.enter_context(TemporaryFile(dir=scratch)) for _ in range(ranges)]
        for batch in _while_wanted(wanted, _batches(connection, numbers)):
            some = numpy.sort(batch)
            for file, part in zip(files, numpy.split(some, numpy.searchsorted(some, edges)), strict=True):
                file.write(part)
        if max(file.tell() for file in files) > share * _BYTES_A_NUMBER:
            return None
        found = still_open.enter_context(TemporaryFile(dir=scratch))
        for file in _while_wanted(wanted, files):
            found.writelines(_places(_read_sorted(file), bits))
        return _read(found)


def _while_wanted(wanted: Wanted, parts: Iterable[Any]) -> Iterator[Any]:
    """Yield the parts. Raises InterruptException once they are not wanted any more: sorting breaks off for no one."""
    for part in parts:
        if not wanted():
            raise duckdb.InterruptException("the places are not wanted any more")
        yield part


def _batches(connection: duckdb.DuckDBPyConnection, numbers: str) -> Iterator[Any]:
    """Yield the one column of a query in arrays, as it is read. Raises DuckDB's errors, though Arrow hands them on."""
    try:
        for batch in connection.sql(numbers).to_arrow_reader(_BATCH_ROWS):
            yield batch.column(0).to_numpy()
    except (pa.ArrowException, OSError) as error:
        kind = duckdb.OutOfMemoryException if "Out of Memory" in str(error) else duckdb.InvalidInputException
        raise kind(str(error)) from error


def _read(file: IO[bytes]) -> Any:
    file.seek(0)
    return _numpy().fromfile(file, "uint64")


def _read_sorted(file: IO[bytes]) -> Any:
    numbers = _read(file)
    numbers.sort()
    return numbers


def _places(numbers: Any, bits: int) -> Iterator[Any]:
    """Yield the places in sorted numbers of which a neighbour has the same hash, and of those that have none."""
    numpy = _numpy()
    other_key, nowhere = numpy.uint64(1 << bits), numpy.uint64(_nowhere(bits))
    for start in range(0, len(numbers), _COMPARED_AT_ONCE):
        before = min(start, 1)
        some = numbers[start - before : start + _COMPARED_AT_ONCE + 1]
        found = some < other_key
        as_next = (some[1:] ^ some[:-1]) < other_key
        found[1:] |= as_next
        found[:-1] |= as_next
        own = slice(before, before + _COMPARED_AT_ONCE)
        places = some[own][found[own]] & nowhere
        yield places[places != nowhere]


def _numpy_sorts(connection: duckdb.DuckDBPyConnection, numbers: int) -> bool:
    """Say whether NumPy is there and so many numbers take a small share of memory."""
    return _numpy() is not None and numbers * _BYTES_A_NUMBER <= database_bytes(connection) // _SHARE_OF_MEMORY


def _sorted(connection: duckdb.DuckDBPyConnection, numbers: str, most: int) -> Any:
    """Return a sorted array of what a query gives."""
    found = _gathered(_batches(connection, numbers), most)
    found.sort()
    return found


def _gathered(parts: Iterable[Any], most: int) -> Any:
    """Return one array of at most so many numbers. Memory that is asked for and not written to is not taken.

    It is memory in ordinary pages. NumPy would ask for pages of 2 MB, and a virtual machine that is given its memory as
    it touches it waits much longer for those (docs/decisions/0012-award-speed.md).
    """
    room = mmap(-1, max(most, 1) * _BYTES_A_NUMBER, flags=MAP_PRIVATE | MAP_ANONYMOUS)
    found = _numpy().frombuffer(room, "uint64")
    count = 0
    for part in parts:
        found[count : count + len(part)] = part
        count += len(part)
    return found[:count]


@lru_cache(maxsize=1)
def _numpy() -> Any:
    """Return NumPy where it is installed, or None: it sorts whole numbers many times faster than the database."""
    try:
        return import_module("numpy")
    except ImportError:
        return None
