"""Where the tables live: the stages of award/tables.py run on DuckDB's own driver, or the reference in plain Python."""

# ruff: noqa: S608 (names of tables are checked by _name; the rest is ours)

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from mynapoint.award import premium, tables
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.programme.values import Points, Yen
from mynapoint.provider.noticing import any_order

DuckDB = duckdb.DuckDBPyConnection
Progress = Callable[[str], None]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}")
_TOKYO_MICROSECONDS = 9 * 3_600_000_000
"""Tokyo is nine hours ahead, without summer time since 1951: so no session zone and no zone table is asked."""


_BYTES_A_SUM = 64
_SUMS_SHARE = 4
"""Sums by number in an array for each thread, not in a hash table, are 1.3 times as fast and at 5 M applications save
an eighth of the award. They may take one part in so many of the database's memory."""

_BITS_MOST = 32
"""DuckDB's own most."""

_FAR = 8_000_000_000_000_000
"""Microseconds from 1970 to 2223: further than any instant that can stand."""

TERMS, GROSS = "award_terms", "award_gross"
"""The stages that need only the applications and the rows as they lie in files, and take half of an award's time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Engine(StrEnum):
    """What computes an award; every engine gives the same answer."""

    DUCKDB = "duckdb"
    SPARK = "spark"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Noticed:
    """What an intake noticed of a table of transactions that was not cleaned: tables or views with its columns.

    ``standing``  of the rows that stand at least every refund and everything a refund names, no id twice
    ``dropped``   every row that does not stand
    """

    standing: str
    dropped: str


class BadMemory(ValueError):
    """A memory limit DuckDB does not understand."""


def open_duckdb(*, memory: str | None, spill: Path, readable: list[Path], writable: list[Path]) -> DuckDB:
    """Return a database in memory that keeps to ``memory``, spills to ``spill`` and reaches only the files named.

    Raises BadMemory unless ``memory`` is such as ``2GB`` or ``500MB``, or None for DuckDB's own limit.
    """
    limit = None if memory is None else duckdb_bytes(memory)
    connection = duckdb.connect(config={"preserve_insertion_order": True, "temp_directory": str(spill)})
    if limit is not None:
        connection.execute("SET memory_limit = ?", [f"{limit}B"])
    connection.execute("SET allowed_paths = ?", [[str(path.absolute()) for path in readable]])
    connection.execute("SET allowed_directories = ?", [[f"{path.absolute()}/" for path in [spill, *writable]]])
    connection.execute("SET parquet_metadata_cache = true")  # a footer is read once, not by every statement
    connection.execute("SET enable_external_access = false")
    return connection


@contextmanager
def summing_in_place(connection: DuckDB) -> Iterator[None]:
    """Let the block sum by number in arrays, as long as the memory lets every thread have one.

    Only for sums of nearly every application: an array is filled with zeros and read as a whole. A block that breaks
    off leaves the connection as it is, for its transaction may take no more statements.
    """
    threads, limit = connection.execute(
        "SELECT current_setting('threads'), parse_formatted_bytes(current_setting('memory_limit'))"
    ).fetchall()[0]
    sums = limit // _SUMS_SHARE // (threads * _BYTES_A_SUM)
    connection.execute("SET perfect_ht_threshold = ?", [min(max(sums.bit_length() - 1, 0), _BITS_MOST)])
    yield
    connection.execute("RESET perfect_ht_threshold")


def duckdb_bytes(memory: str) -> int:
    """Return the limit to give DuckDB so that this process keeps to ``memory``, such as ``2GB``. Raises BadMemory.

    What DuckDB does not count (code, threads, what its allocator keeps for reuse) was at most 300 MB and a tenth.
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([KMGT])(i?)B", memory, re.IGNORECASE)
    if found is None:
        raise BadMemory(f"{memory!r} is no amount of memory; write it as 2GB or 500MB")
    number, prefix, binary = found.groups()
    asked = int(float(number) * (1024 if binary else 1000) ** ("KMGT".index(prefix.upper()) + 1))
    return max(int(asked * 0.9) - 300_000_000, asked // 2)


def run_duckdb(
    connection: DuckDB,
    rule: ServiceRule,
    as_of: datetime,
    *,
    enrolments: str,
    transactions: str,
    posted: str | None,
    unique: bool = False,
    noticed: Noticed | None = None,
    summed: bool = False,
    progress: Progress = lambda _: None,
) -> str:
    """Return the name of a temporary table ``application_id · points`` with what is to be posted at ``as_of``.

    enrolments, transactions, posted   tables or views of ``connection`` with the columns of award/schemas.py, instants
                                       as TIMESTAMP WITH TIME ZONE; one row an application and an account
    posted                             None when nothing has been posted; several lines an application are summed
    unique                             True when no transaction id comes twice: spares the search for repeated rows
    noticed                            says that not all of ``transactions`` stand, and which do not
    summed                             ``TERMS``, ``GROSS`` and what ``number`` makes are there (summing.py)
    Raises ValueError for a naive ``as_of`` or a name that is not one. The table is replaced by the next run.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    with any_order(connection):
        if not summed:
            number(connection, enrolments)
        _show_posted(connection, posted)
        if noticed is None:
            _show_rows(connection, "award_transactions", transactions)
        else:
            _show_rows(connection, "award_noticed", noticed.standing)
            show_all_rows(connection, "award_all_rows", transactions)
            show_all_rows(connection, "award_dropped", noticed.dropped)
        for name, statement in compiled(rule, as_of, unique=unique, all_rows=noticed is not None):
            progress(f"computing {name.removeprefix('award_').replace('_', ' ')}")
            if not (summed and name in {TERMS, GROSS}):
                make(connection, name, statement)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE award_lines AS SELECT numbered.application_id, points::BIGINT AS points "
            f"FROM {tables.RESULT} AS line JOIN award_numbered AS numbered ON numbered.rowid = line.application_id"
        )
    return "temp.award_lines"


def number(connection: DuckDB, enrolments: str, *, shared: bool = False) -> None:
    """Number the applications, and let the number stand for the id in every stage: rows are summed by it in place.

    The number is a row's place in the table, which several threads can fill. Kinds are numbers too. Both halve what is
    carried from row to row (docs/decisions/0012-award-speed.md). What is ``shared`` every cursor of the database sees.
    """
    temp = "" if shared else "TEMP"
    connection.execute(
        f"CREATE OR REPLACE {temp} TABLE award_numbered AS SELECT application_id, account_id, "
        f"{_kind('counts')} AS counts, {_tokyo('applied_at')} AS applied_at, points_elsewhere FROM {_name(enrolments)}"
    )
    connection.execute(
        f"CREATE OR REPLACE {temp} VIEW award_enrolments AS SELECT rowid::INTEGER AS application_id, account_id, "
        "counts, applied_at, points_elsewhere FROM award_numbered"
    )


def show_all_rows(connection: DuckDB, view: str, transactions: str) -> None:
    """Make the temporary view ``view`` of rows as the sum of all rows reads them (award/tables.py, ``ALL_ROWS``)."""
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT account_id, {_kind('kind')} AS kind, amount_yen, "
        f"epoch_us(occurred_at) AS occurred_us FROM {_name(transactions)}"
    )


def make(connection: DuckDB, stage: str, statement: str, *, shared: bool = False) -> None:
    """Make the table of one stage; ``shared`` as in ``number``."""
    with summing_in_place(connection) if stage == GROSS else nullcontext():
        connection.execute(f"CREATE OR REPLACE {'' if shared else 'TEMP'} TABLE {stage} AS {statement}")


def not_enrolled_rows(connection: DuckDB) -> int:
    """Return how many standing rows of the last run with ``noticed`` are of accounts without an application."""
    return _of_no_application(connection, GROSS, "matured") - _of_no_application(
        connection, f"{GROSS}_dropped", "matured"
    )


def nameless_rows(connection: DuckDB) -> int:
    """Return how many rows of the sum of all rows name no account as a row must (award/tables.py)."""
    return _of_no_application(connection, GROSS, "nameless")


def _of_no_application(connection: DuckDB, stage: str, figure: str) -> int:
    query = f"SELECT coalesce((SELECT {figure} FROM {stage} WHERE application_id IS NULL), 0)"
    return int(connection.execute(query).fetchall()[0][0])


@lru_cache(maxsize=64)
def compiled(rule: ServiceRule, as_of: datetime, *, unique: bool, all_rows: bool) -> tuple[tuple[str, str], ...]:
    """Return the stages of award/tables.py as ``(table, DuckDB's SQL)``, in order."""
    stages = tables.stages_over_all_rows(rule, as_of) if all_rows else tables.stages(rule, as_of, unique=unique)
    return tuple((name, str(ibis.to_sql(expression, dialect="duckdb"))) for name, expression in stages)


def run_reference(
    connection: DuckDB,
    rule: ServiceRule,
    as_of: datetime,
    *,
    enrolments: str,
    transactions: str,
    posted: str | None,
) -> str:
    """Do what ``run_duckdb`` does with award/premium.py, one account after another: for checking, not for speed."""
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    points: Counter[str] = Counter()
    for application_id, line_points in _rows(connection, "application_id, points", posted) if posted else ():
        points[application_id] += line_points
    lines = premium.awards(
        rule,
        as_of,
        _enrolments(connection, enrolments),
        _transactions(connection, transactions),
        {application_id: Points(total) for application_id, total in points.items()},
    )
    columns = {"application_id": pa.array(list(lines), pa.string()), "points": pa.array(lines.values(), pa.int64())}
    connection.register("reference_lines", pa.table(columns))
    connection.execute("CREATE OR REPLACE TEMP TABLE award_lines AS SELECT * FROM reference_lines")
    connection.unregister("reference_lines")
    return "temp.award_lines"


def _enrolments(connection: DuckDB, table: str) -> Iterator[premium.Enrolment]:
    columns = "application_id, account_id, counts, epoch_us(applied_at), points_elsewhere"
    for application_id, account_id, counts, applied_us, elsewhere in _rows(connection, columns, table):
        applied_at = _EPOCH + timedelta(microseconds=applied_us)
        yield premium.Enrolment(application_id, account_id, premium.Kind(counts), applied_at, Points(elsewhere))


def _transactions(connection: DuckDB, table: str) -> Iterator[premium.Transaction]:
    columns = "transaction_id, account_id, kind, refunds, amount_yen, epoch_us(occurred_at)"
    for transaction_id, account_id, kind, refunds, amount_yen, occurred_us in _rows(connection, columns, table):
        occurred_at = _EPOCH + timedelta(microseconds=occurred_us)
        yield premium.Transaction(transaction_id, account_id, premium.Kind(kind), refunds, Yen(amount_yen), occurred_at)


def _rows(connection: DuckDB, columns: str, table: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT {columns} FROM {_name(table)}").fetchall()


def _show_posted(connection: DuckDB, posted: str | None) -> None:
    sums = "SELECT 0 AS application_id, 0::BIGINT AS points WHERE false"
    if posted:
        sums = (
            "SELECT numbered.rowid::INTEGER AS application_id, points "
            f"FROM {_name(posted)} JOIN award_numbered AS numbered USING (application_id)"
        )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW award_posted AS {sums}")


def _show_rows(connection: DuckDB, view: str, transactions: str) -> None:
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT transaction_id, account_id, {_kind('kind')} AS kind, refunds, "
        f"amount_yen, {_tokyo('occurred_at')} AS occurred_at FROM {_name(transactions)}"
    )


def _kind(column: str) -> str:
    kinds = ", ".join(f"'{kind}'" for kind in premium.Kind)
    return f"try_cast({column} AS ENUM ({kinds}))"


def _tokyo(column: str) -> str:
    """Return SQL for Tokyo's wall time. What a bad row may hold is drawn to 1716 or 2223, so that nothing overflows."""
    return f"make_timestamp(greatest(least(epoch_us({column}), {_FAR}), -{_FAR}) + {_TOKYO_MICROSECONDS})"


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not the name of a table")
    return text
