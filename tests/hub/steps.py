"""Two writers on PostgreSQL, led statement by statement through their own code, in every order there is."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import psycopg
import pytest
from django.db import connection

_PATIENCE_SECONDS = 20


def orders(first: int, second: int) -> Iterator[tuple[int, ...]]:
    """Yield every order in which two writers of so many steps can take them: 0 for the first, 1 for the second."""
    for places in combinations(range(first + second), first):
        yield tuple(0 if place in places else 1 for place in range(first + second))


@dataclass
class Writer:
    """One writer in its own thread and connection; it halts before each statement that matters, and before COMMIT."""

    act: Callable[[], object]
    matters: re.Pattern[str]
    outcome: object = None
    steps: int = 0
    pid: int = 0
    _go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _halts: threading.Event = field(default_factory=threading.Event)
    _free: bool = False
    _ended: bool = False

    def begin(self) -> None:
        """Start, and return when it halts for the first time."""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._halts.wait(_PATIENCE_SECONDS), "the writer never came to a statement that matters"

    def step(self, watcher: psycopg.Connection) -> None:
        """Let it take one step; return when it halts again, has ended, or waits for the other one's lock."""
        if self._ended or (not self._halts.is_set() and self._still_waits(watcher)) or self._ended:
            return
        self._halts.clear()
        self._go.release()
        self._still_waits(watcher)

    def run_on(self) -> None:
        """Let it halt no more."""
        self._free = True
        self._go.release()

    def end(self) -> object:
        """Return what the act returned, or what it raised."""
        self._thread.join(_PATIENCE_SECONDS)
        assert not self._thread.is_alive(), "the writers wait for each other for ever"
        return self.outcome

    def _still_waits(self, watcher: psycopg.Connection) -> bool:
        end = time.monotonic() + _PATIENCE_SECONDS
        while not self._halts.wait(0.002):
            row = watcher.execute("SELECT cardinality(pg_blocking_pids(%s))", [self.pid]).fetchone()
            if row is not None and row[0]:
                return True
            assert time.monotonic() < end, "neither halted nor blocked"
        return False

    def _run(self) -> None:
        try:
            connection.ensure_connection()
            self.pid = connection.connection.info.backend_pid
            commits = connection._commit  # type: ignore[attr-defined]

            def halt_then_commit() -> None:
                self._halt()
                commits()

            connection._commit = halt_then_commit  # type: ignore[attr-defined]
            _here.writer = self
            self.outcome = self.act()
        except Exception as error:  # noqa: BLE001 - judged by the test
            self.outcome = error
        finally:
            connection.close()
            self._ended = True
            self._halts.set()

    def halt_before(self, sql: str) -> None:
        """Halt, if this statement matters."""
        if self.matters.search(sql):
            self._halt()

    def _halt(self) -> None:
        self.steps += 1
        if not self._free:
            self._halts.set()
            assert self._go.acquire(timeout=_PATIENCE_SECONDS)


def led(
    order: Sequence[int], acts: Sequence[Callable[[], object]], matters: re.Pattern[str], watcher: psycopg.Connection
) -> list[Writer]:
    """Lead writers through their steps in this order, then let them end; one that waits for a lock is passed over."""
    writers = [Writer(act, matters) for act in acts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", _execute_halting)
        for writer in writers:
            writer.begin()
        for turn in order:
            writers[turn].step(watcher)
        for writer in writers:
            writer.run_on()
        for writer in writers:
            writer.end()
    return writers


_here = threading.local()
_execute = psycopg.Cursor.execute


def _execute_halting(cursor: psycopg.Cursor, query: Any, *rest: Any, **more: Any) -> Any:
    # Below Django: the hot statements go past its cursors.
    writer: Writer | None = getattr(_here, "writer", None)
    if writer is not None:
        writer.halt_before(query if isinstance(query, str) else str(query))
    return _execute(cursor, query, *rest, **more)
