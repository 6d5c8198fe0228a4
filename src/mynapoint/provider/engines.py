"""Where the tables live: the stages of award/tables.py run on DuckDB's own driver, or the reference in plain Python."""

# ruff: noqa: S608 (names of tables are checked by _name; the rest is ours)

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
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

DuckDB = duckdb.DuckDBPyConnection
Progress = Callable[[str], None]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}")
_TOKYO_MICROSECONDS = 9 * 3_600_000_000
"""Tokyo is nine hours ahead, without summer time since 1951: so no session zone and no zone table is asked."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Engine(StrEnum):
    """What computes an award; every engine gives the same answer."""

    DUCKDB = "duckdb"
    REFERENCE = "reference"


class BadMemory(ValueError):
    """A memory limit DuckDB does not understand."""


def open_duckdb(*, memory: str | None, spill: Path, readable: list[Path], writable: list[Path]) -> DuckDB:
    """Return a database in memory that keeps to ``memory``, spills to ``spill`` and reaches only the files named.

    Raises BadMemory unless ``memory`` is such as ``2GB`` or ``500MB``, or None for DuckDB's own limit.
    """
    if memory is not None and not re.fullmatch(r"[0-9]+(\.[0-9]+)? ?([KMGT]i?B)", memory, re.IGNORECASE):
        raise BadMemory(f"{memory!r} is no amount of memory; write it as 2GB or 500MB")
    connection = duckdb.connect(config={"preserve_insertion_order": True, "temp_directory": str(spill)})
    if memory is not None:
        connection.execute("SET memory_limit = ?", [memory])
    connection.execute("SET allowed_paths = ?", [[str(path.absolute()) for path in readable]])
    connection.execute("SET allowed_directories = ?", [[f"{path.absolute()}/" for path in [spill, *writable]]])
    connection.execute("SET enable_external_access = false")
    return connection


def run_duckdb(
    connection: DuckDB,
    rule: ServiceRule,
    as_of: datetime,
    *,
    enrolments: str,
    transactions: str,
    posted: str | None,
    unique: bool = False,
    progress: Progress = lambda _: None,
) -> str:
    """Return the name of a temporary table ``application_id · points`` with what is to be posted at ``as_of``.

    enrolments, transactions, posted   tables or views of ``connection`` with the columns of award/schemas.py, instants
                                       as TIMESTAMP WITH TIME ZONE; one row an application and an account
    posted                             None when nothing has been posted; several lines an application are summed
    unique                             True when no transaction id comes twice: spares the search for repeated rows
    Raises ValueError for a naive ``as_of`` or a name that is not one. The table is replaced by the next run.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    _prepare(connection, enrolments, transactions, posted)
    for name, statement in compiled(rule, as_of, unique=unique):
        progress(f"computing {name.removeprefix('award_').replace('_', ' ')}")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {statement}")
    connection.execute(f"ALTER TABLE temp.{tables.RESULT} ALTER points TYPE BIGINT")
    return f"temp.{tables.RESULT}"


@lru_cache(maxsize=64)
def compiled(rule: ServiceRule, as_of: datetime, *, unique: bool) -> tuple[tuple[str, str], ...]:
    """Return the stages of award/tables.py as ``(table, DuckDB's SQL)``, in order."""
    stages = tables.stages(rule, as_of, unique=unique)
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
    connection.register("award_lines", pa.table(columns))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {tables.RESULT} AS SELECT * FROM award_lines")
    connection.unregister("award_lines")
    return f"temp.{tables.RESULT}"


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


def _prepare(connection: DuckDB, enrolments: str, transactions: str, posted: str | None) -> None:
    tokyo = f"make_timestamp(epoch_us({{}}) + {_TOKYO_MICROSECONDS})".format
    views = {
        "award_enrolments": f"SELECT application_id, account_id, counts, {tokyo('applied_at')} AS applied_at, "
        f"points_elsewhere FROM {_name(enrolments)}",
        "award_transactions": "SELECT transaction_id, account_id, kind, refunds, amount_yen, "
        f"{tokyo('occurred_at')} AS occurred_at FROM {_name(transactions)}",
        "award_posted": f"SELECT application_id, points FROM {_name(posted)}"
        if posted
        else "SELECT ''::VARCHAR AS application_id, 0::BIGINT AS points WHERE false",
    }
    for name, query in views.items():
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not the name of a table")
    return text
