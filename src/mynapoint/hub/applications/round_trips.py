"""One round trip to PostgreSQL: a statement prepared once for each connection, inside whatever transaction there is."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import OperationalError, connection
from psycopg.errors import Diagnostic

_here = threading.local()


class OutcomeUnknown(OperationalError):
    """It may have been committed or not: only asking again tells."""


def query(sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """Return the rows of a statement. Outside a transaction it is one of its own, committed when this returns.

    Django would prepare nothing and join the values into the text (docs/decisions/0024-applying-under-load.md).
    Raises what Django raises for the database's errors; OutcomeUnknown where the standby has not confirmed a commit,
    which PostgreSQL says in a warning and otherwise reports as a success.
    """
    connection.ensure_connection()
    raw = connection.connection
    if getattr(_here, "watched", None) is not raw:
        raw.add_notice_handler(_notice)
        _here.watched, _here.unconfirmed = raw, False
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.execute(sql, values, prepare=True)
        rows = cursor.fetchall()
    if _here.unconfirmed:
        _here.unconfirmed = False
        raise OutcomeUnknown("no standby has confirmed the commit")
    return rows


def _notice(said: Diagnostic) -> None:
    if said.source_function == "SyncRepWaitForLSN":  # its text is in the server's language
        _here.unconfirmed = True
