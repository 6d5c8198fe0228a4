"""A pause for a machine that does not answer: residents then do not wait for it one after the other."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock

FAILURES_IN_A_ROW = 3
PAUSE_SECONDS = 30.0

_log = logging.getLogger(__name__)


class Circuit:
    """Counts failures in a row; after three, nobody is asked for half a minute, then one request tries again.

    One for each process; by the machine's own clock.
    """

    def __init__(self, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._failures = 0
        self._closed_until = 0.0
        self._lock = Lock()

    def lets_through(self) -> bool:
        """Say whether to ask now: in a pause not; after it one may try, and the others wait for how that ends."""
        with self._lock:
            if self._failures < FAILURES_IN_A_ROW:
                return True
            if self._clock() < self._closed_until:
                return False
            self._closed_until = self._clock() + PAUSE_SECONDS
            return True

    def answered(self) -> None:
        """Note a usable answer."""
        with self._lock:
            if self._failures >= FAILURES_IN_A_ROW:
                _log.warning("%s answers again", self._name)
            self._failures = 0

    def failed(self, why: str) -> None:
        """Note that no usable answer came."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                self._closed_until = self._clock() + PAUSE_SECONDS
            if self._failures == FAILURES_IN_A_ROW:
                _log.error("%s gave no usable answer %d times in a row (%s)", self._name, self._failures, why)
