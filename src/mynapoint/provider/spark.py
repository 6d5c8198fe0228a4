"""Where the tables live, on Spark: the stages of award/tables.py run on a lake's own tables, in its own session.

Spark's ``TIMESTAMP`` is an instant that is read in the session's time zone. So Tokyo wall time is ``TIMESTAMP_NTZ``
from the first view to the last stage, and no setting of the session can move a day.
"""

# ruff: noqa: S608 (names of tables are checked by _name; the rest is ours)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import ibis
import sqlglot
from sqlglot import exp

from mynapoint.award import tables
from mynapoint.award.schemas import ENROLMENTS, POSTED, TRANSACTIONS, Column, TableSchema
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.provider.spark_session import open_spark
from mynapoint.provider.table_files import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as DuckDB
    from pyspark.sql import DataFrame, SparkSession

Progress = Callable[[str], None]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}")
_TOKYO_EPOCH = "TIMESTAMP_NTZ'1970-01-01 09:00:00'"
_READ_TWICE_RATHER_THAN_KEPT = frozenset({"award_rows"})
"""To drop repeated rows twice costs no more than a copy of every transaction (docs/decisions/0014-spark.md)."""


def run_spark(
    session: SparkSession,
    rule: ServiceRule,
    as_of: datetime,
    *,
    enrolments: str,
    transactions: str,
    posted: str | None,
    unique: bool = False,
    progress: Progress = lambda _: None,
) -> DataFrame:
    """Return ``application_id · points`` with what is to be posted at ``as_of``, computed and kept: unpersist it.

    enrolments, transactions, posted   tables or views of ``session`` with the columns of award/schemas.py, instants
                                       as TIMESTAMP (not TIMESTAMP_NTZ); one row an application and an account
    posted                             None when nothing has been posted; several lines an application are summed
    unique                             True when no transaction id comes twice: spares the search for repeated rows
    Raises ValueError for a naive ``as_of``, a name that is not one, or a table that lacks a column or its type.
    Leaves no view, no kept table and no setting behind in the session, and may run beside others in it.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    views = {
        "award_enrolments": _view(session, ENROLMENTS, enrolments),
        "award_transactions": _view(session, TRANSACTIONS, transactions),
        "award_posted": _view(session, POSTED, posted),
    }
    prefix = f"mynapoint_{uuid4().hex[:12]}_"
    stages = list(compiled(rule, as_of, unique=unique, prefix=prefix))
    read = " ".join(statement for _, statement in stages)
    with _stages(session, prefix) as made:
        for name, query in views.items():
            made(name, query, keep=False)
        for name, statement in stages:
            often = read.count(f"`{prefix}{name}`") > 1 and name not in _READ_TWICE_RATHER_THAN_KEPT
            result = made(name, statement, keep=often or name == tables.RESULT)
        progress("computing awards")
        result.count()
        return result


def run_spark_on_files(
    connection: DuckDB,
    rule: ServiceRule,
    as_of: datetime,
    *,
    enrolments: str,
    transactions: str,
    posted: str,
    master: str,
    work: Path,
    memory: str | None = None,
    progress: Progress = lambda _: None,
) -> str:
    """Do what ``run_duckdb`` does on a Spark of our own: clean rows as Parquet files in ``work``, and points back.

    master, memory   as in ``open_spark``; a cluster's workers must see ``work`` under the same path
    Raises NoSpark. ``transactions`` holds no id twice, as after intake.
    """
    files = {ENROLMENTS: enrolments, TRANSACTIONS: transactions, POSTED: posted}
    for schema, table in files.items():
        progress(f"handing {schema.name} to Spark")
        connection.execute(
            f"COPY (SELECT {', '.join(schema.column_names)} FROM {table}) "
            f"TO {quoted(str(work / f'{schema.name}.parquet'))} (FORMAT parquet)"
        )
    progress("starting Spark")
    with open_spark(master, scratch=work, memory=memory) as session:
        for schema in files:
            session.read.parquet(str(work / f"{schema.name}.parquet")).createTempView(schema.name)
        result = run_spark(
            session,
            rule,
            as_of,
            enrolments=ENROLMENTS.name,
            transactions=TRANSACTIONS.name,
            posted=POSTED.name,
            unique=True,
            progress=progress,
        )
        result.write.parquet(str(work / "points"))
    scan = f"read_parquet({quoted(str(work / 'points' / '*.parquet'))})"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {tables.RESULT} AS SELECT application_id, points FROM {scan}")
    return f"temp.{tables.RESULT}"


def compiled(rule: ServiceRule, as_of: datetime, *, unique: bool, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the stages of award/tables.py as ``(table, Spark's SQL)``, in order; tables are named with ``prefix``."""
    for name, expression in tables.stages(rule, as_of, unique=unique):
        statement = sqlglot.parse_one(str(ibis.to_sql(expression, dialect="pyspark")), read="spark")
        statement = statement.transform(_without_session_zone)
        for table in statement.find_all(exp.Table):
            table.set("this", exp.to_identifier(prefix + table.name, quoted=True))
        yield name, statement.sql("spark", pretty=True)


Made = Callable[..., "DataFrame"]


@contextmanager
def _stages(session: SparkSession, prefix: str) -> Iterator[Made]:
    """Give a function that makes one stage: a view, and with ``keep`` its rows in memory or on the executors' disks.

    Spark has no temporary tables, and a lake may not be ours to write to. At the end only the last stage is kept.
    """
    views: list[str] = []
    kept: list[DataFrame] = []

    def made(name: str, statement: str, *, keep: bool) -> DataFrame:
        stage = session.sql(statement)
        assert "timestamp" not in dict(stage.dtypes).values(), f"{name} would depend on the session's time zone"
        if keep:
            kept.append(stage.persist())
        stage.createTempView(prefix + name)
        views.append(prefix + name)
        return stage

    try:
        yield made
    except BaseException:
        _unpersist(kept)
        raise
    else:
        _unpersist(kept[:-1])
    finally:
        for view in views:
            session.catalog.dropTempView(view)


def _unpersist(kept: list[DataFrame]) -> None:
    for stage in kept:
        stage.unpersist()


def _view(session: SparkSession, schema: TableSchema, table: str | None) -> str:
    """Return a SELECT of a schema's columns with Tokyo's wall time for its instants; without a table, of no rows."""
    if table is None:
        columns = ", ".join(f"CAST(NULL AS {_SPARK_TYPES[column.type]}) AS {column.name}" for column in schema.columns)
        return f"SELECT {columns} WHERE false"
    if not _NAME.fullmatch(table):
        raise ValueError(f"{table!r} is not the name of a table")
    types = {name.lower(): type_ for name, type_ in session.table(table).dtypes}
    return f"SELECT {', '.join(_column(table, column, types) for column in schema.columns)} FROM {table}"


def _column(table: str, column: Column, types: dict[str, str]) -> str:
    found = types.get(column.name)
    if found is None:
        raise ValueError(f"{table} lacks the column {column.name}")
    if not re.fullmatch(_FITTING_TYPES[column.type], found):
        raise ValueError(f"{table}.{column.name} must be {_SPARK_TYPES[column.type]}; it is {found.upper()}")
    if column.type == "instant":
        return f"timestampadd(MICROSECOND, unix_micros({column.name}), {_TOKYO_EPOCH}) AS {column.name}"
    return f"CAST({column.name} AS {_SPARK_TYPES[column.type]}) AS {column.name}"


_SPARK_TYPES = {"text": "STRING", "whole": "BIGINT", "instant": "TIMESTAMP"}
_FITTING_TYPES = {
    "text": "string",
    "whole": r"tinyint|smallint|int|bigint|decimal\([0-9]+,0\)",
    "instant": "timestamp",
}


def _without_session_zone(node: exp.Expr) -> exp.Expr:
    """Turn what Spark would read in the session's zone into what it reads as it stands."""
    if isinstance(node, exp.DataType) and node.this is exp.DataType.Type.TIMESTAMPTZ:
        return exp.DataType.build("TIMESTAMP_NTZ", dialect="spark")
    if isinstance(node, exp.TimestampTrunc):
        day: exp.Expr = exp.cast(node.this, "DATE", dialect="spark")
        unit = node.args["unit"].name
        if unit != "DAY":
            day = exp.func("TRUNC", day, exp.Literal.string(unit), dialect="spark")
        return exp.cast(day, "TIMESTAMP_NTZ", dialect="spark")
    return node
