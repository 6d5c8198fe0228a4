"""The sum of all rows, computed in a thread of its own beside the search for the rows that need a look.

One after the other, each waits for what a single thread does alone: reading headers, sorting, some hundred small
statements. Beside each other they keep every processor at work (docs/decisions/0012-award-speed.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime

from mynapoint.programme.service_rules import ServiceRule
from mynapoint.provider.engines import GROSS, TERMS, DuckDB, compiled, make, nameless_rows, number, show_all_rows
from mynapoint.provider.neighbours import database_bytes
from mynapoint.provider.noticing import Sound, any_order

_BYTES_AN_APPLICATION = 200
"""What joining and summing takes beside the tables themselves."""

_SHARE_OF_MEMORY = 4
"""Rows are summed aside where that takes no more than one part in so many of the memory the database may take; else in
turn, so that each has all of it."""

_ASK_AGAIN_SECONDS = 0.1


class Summing:
    """Compiles the rule aside at once, and sums aside from ``begin`` on; where memory is short, before all else."""

    def __init__(self, connection: DuckDB, rule: ServiceRule, as_of: datetime) -> None:
        self._connection = connection
        self._aside = ThreadPoolExecutor(max_workers=1)
        self._stages = self._aside.submit(compiled, rule, as_of, unique=False, all_rows=True)
        self._summed: Future[None] | None = None

    def begin(self, rows: str) -> Sound:
        """Begin to sum the rows that the SELECT ``rows`` reads from files, under the applications taken in."""
        stages = dict(self._stages.result())
        with any_order(self._connection):
            number(self._connection, "taken_enrolments", shared=True)
            make(self._connection, TERMS, stages[TERMS], shared=True)
        self._cursor = self._connection.cursor()
        self._summed = self._aside.submit(self._sum, rows, stages[GROSS])
        applications = self._connection.execute("SELECT count(*) FROM award_numbered").fetchall()[0][0]
        if applications * _BYTES_AN_APPLICATION > database_bytes(self._connection) // _SHARE_OF_MEMORY:
            self.wait()
        return self._all_name_accounts

    @property
    def made(self) -> bool:
        """Whether the sums were made."""
        return self._summed is not None and self._summed.done()

    def wait(self) -> None:
        """Wait for the sums. Raises what they broke off with."""
        if self._summed is not None:
            self._summed.result()

    def close(self) -> None:
        """Break off what is still under way."""
        while self._summed is not None and not self._summed.done():
            self._cursor.interrupt()
            wait([self._summed], timeout=_ASK_AGAIN_SECONDS)
        self._aside.shutdown()
        if self._summed is not None:
            self._cursor.close()

    def _all_name_accounts(self) -> bool:
        self.wait()
        return nameless_rows(self._connection) == 0

    def _sum(self, rows: str, statement: str) -> None:
        self._cursor.execute(f"CREATE TEMP VIEW rows_as_they_lie AS {rows}")
        show_all_rows(self._cursor, "award_all_rows", "rows_as_they_lie")
        make(self._cursor, GROSS, statement, shared=True)


@contextmanager
def summing(connection: DuckDB, rule: ServiceRule, as_of: datetime) -> Iterator[Summing]:
    """Let the block begin to sum; nothing of it is under way afterwards."""
    sums = Summing(connection, rule, as_of)
    try:
        yield sums
    finally:
        sums.close()
