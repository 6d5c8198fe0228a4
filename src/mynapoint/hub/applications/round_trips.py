"""One round trip to PostgreSQL: a statement prepared once for each connection, inside whatever transaction there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import psycopg
from django.db import connection

from mynapoint.hub.audit.postgresql.base import DatabaseWrapper


def query(sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """Return the rows of a statement. Outside a transaction it is one of its own, committed when this returns.

    Django would prepare nothing and join the values into the text (docs/decisions/0024-applying-under-load.md).
    Raises what Django raises for the database's errors; CommitUnknown where the standby has not confirmed a commit,
    which PostgreSQL says in a warning and otherwise reports as a success.
    """
    database = cast(DatabaseWrapper, connection)
    database.ensure_connection()
    with database.confirmed(), database.wrap_database_errors, psycopg.Cursor(database.connection) as cursor:
        cursor.execute(sql, values, prepare=True)
        return cursor.fetchall()
