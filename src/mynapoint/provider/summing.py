"""The sum of all rows and the search for those that need a look, each in a thread of its own beside the intake.

One after the other, each waits for what a single thread does alone: reading headers, sorting, some hundred small
statements. Beside each other they keep every processor at work (docs/decisions/0012-award-speed.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Event
from typing import Any

from mynapoint.programme.service_rules import ServiceRule
from mynapoint.provider.beside import Places, Sound
from mynapoint.provider.engines import GROSS, TERMS, DuckDB, compiled, make, nameless_rows, number, show_all_rows
from mynapoint.provider.neighbours import database_bytes
from mynapoint.provider.noticing import any_order

_BYTES_AN_APPLICATION = 200
"""What joining and summing takes beside the tables themselves."""

_SHARE_OF_MEMORY = 4
"""Rows are summed aside where that takes no more than one part in so many of the memory the database may take; else in
turn, so that each has all of it."""

_ASK_AGAIN_SECONDS = 0.1


class Summing:
    """Lets rows be searched and summed in threads aside; where memory is short, one after the other.

    The rule is compiled aside as well, but not before there is a search: until then all there is to do is Python's.
    """

    def __init__(self, connection: DuckDB, rule: ServiceRule, as_of: datetime) -> None:
        self._connection = connection
        self._compile = partial(compiled, rule, as_of, unique=False, all_rows=True)
        self._aside = ThreadPoolExecutor(max_workers=2)
        self._stages: Future[tuple[tuple[str, str], ...]] | None = None
        self._under_way: list[tuple[DuckDB, Future[Any]]] = []
        self._summed: Future[None] | None = None
        self._unwanted = Event()

    def search(self, places: Places, *, applications: int) -> Callable[[], Any]:
        """Begin to search the rows, where memory is not short; else whoever waits for the places searches."""
        self._stages = self._aside.submit(self._compile)
        if self._is_short(applications):
            return partial(places, self._connection, self._wanted)
        return self._handing_over(places)

    def begin(self, rows: str) -> Sound:
        """Begin to sum the rows that the SELECT ``rows`` reads from files, under the applications taken in."""
        stages = dict(self._compile() if self._stages is None else self._stages.result())
        with any_order(self._connection):
            number(self._connection, "taken_enrolments", shared=True)
            make(self._connection, TERMS, stages[TERMS], shared=True)
        self._summed = self._begin(partial(self._sum, rows, stages[GROSS]))
        if self._is_short(self._connection.execute("SELECT count(*) FROM award_numbered").fetchall()[0][0]):
            self.wait()
        return self._all_name_accounts

    def _is_short(self, applications: int) -> bool:
        return applications * _BYTES_AN_APPLICATION > database_bytes(self._connection) // _SHARE_OF_MEMORY

    def _wanted(self) -> bool:
        return not self._unwanted.is_set()

    def _handing_over(self, places: Places) -> Callable[[], Any]:
        """Begin to search. A Future would keep the places for as long as itself is kept."""
        found: list[Any] = []
        searched = self._begin(lambda cursor: found.append(places(cursor, self._wanted)))

        def hand_over() -> Any:
            searched.result()
            return found.pop()

        return hand_over

    def _begin(self, work: Callable[[DuckDB], Any]) -> Future[Any]:
        cursor = self._connection.cursor()
        self._under_way.append((cursor, self._aside.submit(work, cursor)))
        return self._under_way[-1][1]

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
        self._unwanted.set()
        while under_way := {work: cursor for cursor, work in self._under_way if not work.done()}:
            for cursor in under_way.values():
                cursor.interrupt()
            wait(under_way, timeout=_ASK_AGAIN_SECONDS)
        self._aside.shutdown()
        for cursor, _ in self._under_way:
            cursor.close()

    def _all_name_accounts(self) -> bool:
        self.wait()
        return nameless_rows(self._connection) == 0

    def _sum(self, rows: str, statement: str, cursor: DuckDB) -> None:
        cursor.execute(f"CREATE TEMP VIEW rows_as_they_lie AS {rows}")
        show_all_rows(cursor, "award_all_rows", "rows_as_they_lie")
        make(cursor, GROSS, statement, shared=True)


@contextmanager
def summing(connection: DuckDB, rule: ServiceRule, as_of: datetime) -> Iterator[Summing]:
    """Let the block begin to sum; nothing of it is under way afterwards."""
    sums = Summing(connection, rule, as_of)
    try:
        yield sums
    finally:
        sums.close()
