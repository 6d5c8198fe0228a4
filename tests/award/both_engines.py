"""One award by the reference and by DuckDB: what tests of awards stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from mynapoint.award import premium
from mynapoint.award.premium import Enrolment, Kind, Reissue, Transaction
from mynapoint.programme.service_rules import ServiceRule, parse_service_rule
from mynapoint.programme.values import Points, Yen
from mynapoint.provider import engines
from mynapoint.provider.reissued import make_chains

MONTH_CLOSE = {"kind": "month_close", "months": 1, "day": "last"}
AFTER_USE = {"kind": "after_use", "hours": 0}
PASMO = {"kind": "threshold", "months": 3, "day": 15}

_INSTANT = pa.timestamp("us", "UTC")
_TRANSACTIONS = pa.schema(
    [
        ("transaction_id", pa.string()),
        ("account_id", pa.string()),
        ("kind", pa.string()),
        ("refunds", pa.string()),
        ("amount_yen", pa.int64()),
        ("occurred_at", _INSTANT),
    ]
)
_ENROLMENTS = pa.schema(
    [
        ("application_id", pa.string()),
        ("account_id", pa.string()),
        ("counts", pa.string()),
        ("applied_at", _INSTANT),
        ("points_elsewhere", pa.int64()),
    ]
)


def rule(**keys: Any) -> ServiceRule:
    """Return the rule of a service file; what is not said is サンプルPay's, for both rounds together."""
    table = {
        "service_number": "MP0000001",
        "incentive": "card_uptake",
        "effective": "at_once",
        "minimum_yen": 1,
        "rounding": "total",
        "schedule": MONTH_CLOSE,
    }
    return parse_service_rule(table | keys)


def enrolment(
    applied_at: str = "2022-07-15T10:00:00+09:00",
    *,
    account: str = "SP00001234",
    counts: str = "top_up",
    elsewhere: int = 0,
) -> Enrolment:
    """Return the application of an account; its id is named after the account."""
    return Enrolment(f"A-{account}", account, Kind(counts), datetime.fromisoformat(applied_at), Points(elsewhere))


def use(
    transaction_id: str,
    yen: int,
    occurred_at: str,
    *,
    kind: str = "top_up",
    refunds: str | None = None,
    account: str = "SP00001234",
) -> Transaction:
    """Return one row of a service's ledger."""
    kind = "refund" if refunds else kind
    instant = datetime.fromisoformat(occurred_at)
    return Transaction(transaction_id, account, Kind(kind), refunds, Yen(yen), instant)


def awards(
    by: ServiceRule,
    as_of: datetime,
    enrolments: Sequence[Enrolment],
    transactions: Sequence[Transaction],
    posted: Mapping[str, Points] | None = None,
    reissues: Sequence[Reissue] = (),
) -> dict[str, Points]:
    """Return the points to post by application, on which both engines agree."""
    posted = posted or {}
    expected = premium.awards(by, as_of, enrolments, transactions, posted, reissues=reissues)
    computed = on_duckdb(_connection(), by, as_of, enrolments, transactions, posted, reissues=reissues)
    assert computed == expected, f"DuckDB {computed}, reference {expected}"
    return expected


def on_duckdb(
    connection: duckdb.DuckDBPyConnection,
    by: ServiceRule,
    as_of: datetime,
    enrolments: Sequence[Enrolment],
    transactions: Sequence[Transaction],
    posted: Mapping[str, Points],
    *,
    unique: bool = False,
    reissues: Sequence[Reissue] = (),
) -> dict[str, Points]:
    """Return what DuckDB computes; re-issued accounts are named by the first of their chain before, as by an intake."""
    fill(connection, enrolments, transactions, posted)
    if reissues:
        _name_first_accounts(connection, reissues)
    result = engines.run_duckdb(
        connection, by, as_of, enrolments="e", transactions="t", posted="p" if posted else None, unique=unique
    )
    return dict(connection.execute(f"SELECT application_id, points FROM {result}").fetchall())


def fill(
    connection: duckdb.DuckDBPyConnection,
    enrolments: Sequence[Enrolment],
    transactions: Sequence[Transaction],
    posted: Mapping[str, Points],
) -> None:
    """Put rows into the tables e, t and p."""
    lines = [{"application_id": key, "points": points} for key, points in posted.items()]
    tables = {
        "e": pa.Table.from_pylist([_row(one, _ENROLMENTS) for one in enrolments], _ENROLMENTS),
        "t": pa.Table.from_pylist([_row(one, _TRANSACTIONS) for one in transactions], _TRANSACTIONS),
        "p": pa.Table.from_pylist(lines, pa.schema([("application_id", pa.string()), ("points", pa.int64())])),
    }
    for name, table in tables.items():
        connection.register("rows_of_test", table)
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM rows_of_test")
        connection.unregister("rows_of_test")


def _name_first_accounts(connection: duckdb.DuckDBPyConnection, reissues: Sequence[Reissue]) -> None:
    connection.execute("CREATE OR REPLACE TABLE r (account_id TEXT, replaces TEXT)")
    connection.executemany("INSERT INTO r VALUES (?, ?)", [(one.account_id, one.replaces) for one in reissues])
    make_chains(connection, "r", into="chains")
    first = "* EXCLUDE first_account_id REPLACE (coalesce(first_account_id, account_id) AS account_id)"
    for table in ("e", "t"):
        connection.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT {first} FROM {table} LEFT JOIN chains USING (account_id)"
        )


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def _row(value: Enrolment | Transaction, schema: pa.Schema) -> dict[str, object]:
    return {name: getattr(value, name) for name in schema.names}
