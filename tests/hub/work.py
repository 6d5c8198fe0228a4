"""How much a database does for an act, so that a test can say it does not grow with the nation."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction


def work_of(act: Callable[[], object]) -> int:
    """What the guard of a notice does during an act: SQLite's instructions; the rows PostgreSQL reads of people.

    Ask in a database of the test's own: pages that rolled-back tests leave look like rows to PostgreSQL's planner.
    """
    if connection.vendor == "sqlite":
        steps = itertools.count()

        def counted(execute: Any, sql: str, *rest: Any) -> Any:
            is_notice = sql.startswith("INSERT") and "applications_notice" in sql
            connection.connection.set_progress_handler((lambda: next(steps) < 0) if is_notice else None, 1)
            return execute(sql, *rest)

        with connection.execute_wrapper(counted):
            act()
        connection.connection.set_progress_handler(None, 0)
        return next(steps)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # so small a table it would read whole
        before = _rows_read()
        act()
        return _rows_read() - before


def _rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables "
            "WHERE relname IN ('identity_resident', 'books_openplace', 'books_waitingplace')"
        )
        return int(cursor.fetchone()[0])
