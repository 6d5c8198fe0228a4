"""Micro-batches for deadline days: what waits to be written is written together, in one statement and one commit."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from django.db import IntegrityError, OperationalError, connection

from mynapoint.hub.applications.entries import Entry
from mynapoint.hub.audit.unknown_outcome import is_undone
from mynapoint.hub.spans import span

ENTRIES_MAX = 64
"""In one batch: beyond it a row costs no less, and whoever came first waits longer."""
ANSWERED_WITHIN_SECONDS = 30
"""How long a request waits for its batch. The database gives up on a lock sooner (``apply.sql``)."""


class NotWritten(OperationalError):
    """The batch took too long; whether it is written yet, only asking again tells."""


class Writer:
    """One thread that writes for all threads of a process; a request returns when its own entry is committed.

    While a batch is being written the next one gathers, so nobody waits for company: alone, an entry goes at once.
    """

    def __init__(self, write_many: Callable[[Sequence[Entry]], None], write_one: Callable[[Entry], None]) -> None:
        self._write_many = write_many
        self._write_one = write_one
        self._waiting: deque[_Waiting] = deque()
        self._called = threading.Condition()
        self._ends = False
        self._thread: threading.Thread | None = None

    def write(self, entry: Entry) -> None:
        """Return when the entry is committed, or raise what kept it from being written."""
        mine = _Waiting(entry)
        with self._called:
            if self._ends:
                raise RuntimeError("the writer has ended")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="application writer", daemon=True)
                self._thread.start()
            self._waiting.append(mine)
            self._called.notify()
        with span("wait for the batch"):
            if not mine.done.wait(ANSWERED_WITHIN_SECONDS):
                raise NotWritten
        if mine.error is not None:
            raise mine.error

    def end(self) -> None:
        """Write what waits, then let the thread end."""
        with self._called:
            self._ends = True
            self._called.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while batch := self._next():
                self._write(batch)
        finally:
            connection.close()

    def _next(self) -> list[_Waiting]:
        """Return the entries that wait, in their order; none: it is the end."""
        with self._called:
            while not self._waiting and not self._ends:
                self._called.wait()
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), ENTRIES_MAX))]

    def _write(self, batch: Sequence[_Waiting]) -> None:
        together, alone = _apart(batch)
        try:
            if len(together) > 1:
                self._write_many([one.entry for one in together])
            else:
                self._write_one(together[0].entry)
        except (IntegrityError, OperationalError) as error:
            if not is_undone(error):
                connection.close()
                return _tell(together + alone, error)
            if len(together) > 1:
                alone = together + alone  # which one cannot be written, and why, only each by itself tells
            else:
                _tell(together, error)
        except Exception as error:  # noqa: BLE001 - a bug: whoever waits is told, and raises it
            return _tell(together + alone, error)
        else:
            _tell(together, None)
        for one in alone:
            self._write_alone(one)
        return None

    def _write_alone(self, one: _Waiting) -> None:
        try:
            self._write_one(one.entry)
        except Exception as error:  # noqa: BLE001 - whoever waits is told, and raises it
            if not is_undone(error):
                connection.close()
            _tell([one], error)
        else:
            _tell([one], None)


class _Waiting:
    """An entry that waits for its batch; ``error``, once it is done, is what kept it from being written."""

    __slots__ = ("done", "entry", "error")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.done = threading.Event()
        self.error: Exception | None = None


def _apart(batch: Sequence[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
    """Return what can be written together, and what cannot, because the same is in it: key, question, person, draft.

    Together they go in the order of persons, in which every process locks them.
    """
    seen: set[object] = set()
    together: list[_Waiting] = []
    alone: list[_Waiting] = []
    for one in batch:
        entry = one.entry
        names = {entry.resident, entry.draft, entry.nonce, entry.keeps.key if entry.keeps else entry.application}
        (alone if names & seen else together).append(one)
        seen |= names
    return sorted(together, key=lambda one: one.entry.resident), alone


def _tell(waiting: Sequence[_Waiting], error: Exception | None) -> None:
    for one in waiting:
        one.error = error
        one.done.set()
