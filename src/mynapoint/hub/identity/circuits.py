"""A pause for a machine that does not answer: residents then do not wait for it one after the other."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock
from weakref import WeakSet

FAILURES_IN_A_ROW = 3
PAUSE_SECONDS = 30.0

_log = logging.getLogger(__name__)


class State(StrEnum):
    """Whether a machine is asked."""

    ASKED = "asked"
    PAUSED = "paused"
    """three failures in a row: nobody asks now"""
    TRYING = "trying"
    """the pause is over: the next request tries"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How one circuit of this process stands, for pages that watch the hub.

    ``failures``  in a row, now
    ``since``     the first failure in a row, the third, or the answer that ended them, whichever came last, by the
                  machine's clock; None: never failed
    """

    name: str
    state: State
    failures: int
    since: datetime | None


class Circuit:
    """Counts failures in a row; after three, nobody is asked for half a minute, then one request tries again.

    One for each process; by the machine's own clock.
    """

    def __init__(self, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._failures = 0
        self._closed_until = 0.0
        self._since: datetime | None = None
        self._lock = Lock()
        with _listing:
            _all.add(self)

    def lets_through(self) -> bool:
        """Say whether to ask now: in a pause not; after it one may try, and the others wait for how that ends."""
        with self._lock:
            if self._failures < FAILURES_IN_A_ROW:
                return True
            if self._clock() < self._closed_until:
                return False
            self._closed_until = self._clock() + PAUSE_SECONDS
            return True

    def snapshot(self) -> Snapshot:
        """Return how it stands; asks nobody and changes nothing."""
        with self._lock:
            paused = self._failures >= FAILURES_IN_A_ROW
            waits = paused and self._clock() < self._closed_until
            state = State.PAUSED if waits else State.TRYING if paused else State.ASKED
            return Snapshot(self._name, state, self._failures, self._since)

    def answered(self) -> None:
        """Note a usable answer."""
        with self._lock:
            if self._failures:
                self._since = datetime.now(UTC)
            if self._failures >= FAILURES_IN_A_ROW:
                _log.warning("%s answers again", self._name)
            self._failures = 0

    def failed(self, why: str) -> None:
        """Note that no usable answer came."""
        with self._lock:
            self._failures += 1
            if self._failures in {1, FAILURES_IN_A_ROW}:
                self._since = datetime.now(UTC)
            if self._failures >= FAILURES_IN_A_ROW:
                self._closed_until = self._clock() + PAUSE_SECONDS
            if self._failures == FAILURES_IN_A_ROW:
                _log.error("%s gave no usable answer %d times in a row (%s)", self._name, self._failures, why)


def snapshots() -> list[Snapshot]:
    """Return every circuit of this process, by name; one appears once its back end has been used."""
    with _listing:
        known = list(_all)
    return sorted((one.snapshot() for one in known), key=lambda one: one.name)


_all: WeakSet[Circuit] = WeakSet()
_listing = Lock()
