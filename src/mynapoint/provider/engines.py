"""Where the tables live: the stages of award/tables.py run on DuckDB's own driver, or the reference in plain Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import duckdb
import ibis

from mynapoint.award import tables
from mynapoint.programme.service_rules import ServiceRule

Progress = Callable[[str], None]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}")
_TOKYO_MICROSECONDS = 9 * 3_600_000_000
"""Tokyo is nine hours ahead, without summer time since 1951: so no session zone and no zone table is asked."""


def run_duckdb(
    connection: duckdb.DuckDBPyConnection,
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
    for name, expression in tables.stages(rule, as_of, unique=unique):
        progress(name)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {ibis.to_sql(expression, dialect='duckdb')}")
    connection.execute(f"ALTER TABLE temp.{tables.RESULT} ALTER points TYPE BIGINT")
    return f"temp.{tables.RESULT}"


def _prepare(connection: duckdb.DuckDBPyConnection, enrolments: str, transactions: str, posted: str | None) -> None:
    tokyo = f"make_timestamp(epoch_us({{}}) + {_TOKYO_MICROSECONDS})".format
    views = {
        "award_enrolments": f"SELECT application_id, account_id, counts, {tokyo('applied_at')} AS applied_at, "  # noqa: S608 (names are checked)
        f"points_elsewhere FROM {_name(enrolments)}",
        "award_transactions": "SELECT transaction_id, account_id, kind, refunds, amount_yen, "  # noqa: S608
        f"{tokyo('occurred_at')} AS occurred_at FROM {_name(transactions)}",
        "award_posted": f"SELECT application_id, points FROM {_name(posted)}"  # noqa: S608
        if posted
        else "SELECT ''::VARCHAR AS application_id, 0::BIGINT AS points WHERE false",
    }
    for name, query in views.items():
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not the name of a table")
    return text
