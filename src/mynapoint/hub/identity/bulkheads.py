"""A bulkhead: only so many of a process's threads wait for one machine elsewhere, and the next is told so at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore


class Bulkhead:
    """Holds back threads, so that a machine that hangs takes a few of them and never all."""

    def __init__(self, at_once: int) -> None:
        self._free = Semaphore(at_once)

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Give a place for as long as the block lasts; False: there is none, and nobody waits for one."""
        has_place = self._free.acquire(blocking=False)
        try:
            yield has_place
        finally:
            if has_place:
                self._free.release()
