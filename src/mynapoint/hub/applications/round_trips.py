"""One round trip to PostgreSQL: a statement prepared once for each connection, inside whatever transaction there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import psycopg
from django.db import connections
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

from mynapoint.hub.audit.postgresql.base import DatabaseWrapper
from mynapoint.hub.spans import Kind, span


def query(sql: str, values: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
    """Return the rows of a statement with ``$1::type``, ``$2::type`` …: values go as text, bytes as they are.

    Outside a transaction it is one of its own, committed when this returns. Django would prepare nothing and join the
    values into the text, and psycopg's cursor costs as much as the rest of the round trip, so both are passed by
    (docs/decisions/0024-applying-under-load.md). Raises what Django raises for the database's errors; CommitUnknown
    where the standby has not confirmed a commit, which PostgreSQL says in a warning and otherwise reports as a success.
    """
    database = cast(DatabaseWrapper, connections["default"])
    database.ensure_connection()
    with span(_called(sql), kind=Kind.ASKS), database.confirmed(), database.wrap_database_errors:
        return _rows(database, sql, values)


def require_confirmed() -> None:
    """Return when the standby has everything that was read until now. Raises CommitUnknown.

    A row whose own commit was never confirmed (its wait was cancelled, or the server started anew) is visible like any
    other, and a failover may lose it. An empty entry in the log of writes waits for the standby in its stead.
    """
    query(_LATER_THAN_ALL_READ, ())


_LATER_THAN_ALL_READ = (
    "SELECT pg_logical_emit_message(true, 'mynapoint', '') WHERE current_setting('synchronous_standby_names') <> ''"
)


def _rows(database: DatabaseWrapper, sql: str, values: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
    connection: psycopg.Connection[Any] = database.connection
    server = connection.pgconn
    if not connection.autocommit and server.transaction_status == TransactionStatus.IDLE:
        connection.execute("")  # psycopg begins the transaction that Django means
    name = database.prepared.get(sql)
    if name is None:
        name = b"mynapoint_%d" % len(database.prepared)
        _require(connection, server.prepare(name, sql.encode()), ExecStatus.COMMAND_OK)
        database.prepared[sql] = name
    formats = [Format.BINARY if isinstance(value, bytes) else Format.TEXT for value in values]
    told = server.exec_prepared(name, cast(list[bytes], [_sent(value) for value in values]), formats)  # None is NULL
    _require(connection, told, ExecStatus.TUPLES_OK)
    reading = Transformer()  # psycopg's own, in C; Django's would say the same instants slower
    reading.set_pgresult(told)
    return reading.load_rows(0, told.ntuples, tuple)


@lru_cache(maxsize=64)
def _called(sql: str) -> str:
    """Return the function that a statement calls: its text is one of ours, its values are apart."""
    called = re.search(r"\b([a-z_]+)\(", sql)
    return called[1] if called else "statement"


def _sent(value: Any) -> bytes | None:
    return value if value is None or isinstance(value, bytes) else str(value).encode()


def _require(connection: psycopg.Connection[Any], told: PGresult, status: ExecStatus) -> None:
    """Raise what psycopg's cursor raises, unless the server told what was expected."""
    if told.status == status:
        return
    error = psycopg.errors.error_from_result(told)
    if connection.pgconn.status != ConnStatus.OK and error.sqlstate is None:
        raise psycopg.OperationalError(str(error))  # the connection is lost, and with it what became of it
    raise error
