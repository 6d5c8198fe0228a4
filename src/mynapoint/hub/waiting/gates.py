"""How many requests of each kind a process lets in at once; whoever would wait too long is told so at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from threading import Lock, Semaphore

from django.conf import settings

PATIENCE_SECONDS = 2.0
"""How long a request may wait before it is let in or told to come again."""
WAITING_MOST = 8
"""How many may wait at a gate: a short queue, so that who is let in is served soon and who is not is told at once."""
THREADS_TO_SPARE = 12
"""Beside those inside and waiting: without them nobody is told, and all others wait in the server's queue."""


class Kind(StrEnum):
    """What a request is about; in a crowd, the later ones in this list are turned away first."""

    IRREVOCABLE = "irrevocable"
    """applying itself"""
    JOURNEY = "journey"
    """what leads there and back: signing in, the reservation, the account, my page"""
    MACHINES = "machines"
    """providers' notices and reports: they come again by themselves"""
    READ = "read"
    """search, municipal pages, and everything else that can be read tomorrow"""


class Gate:
    """Lets so many in at once; some more may wait a moment, unless it is one that never waits.

    ``before``  gates whose crowd goes first: while somebody waits there, nobody is let in here
    """

    def __init__(self, at_once: int, *, waiting: int, before: Sequence[Gate] = ()) -> None:
        self.at_once = at_once
        self._free = Semaphore(at_once)
        self.waiting_most = waiting
        self._before = before
        self._lock = Lock()
        self.inside = 0
        self.waiting = 0
        self.turned_away = 0

    @contextmanager
    def place(self, *, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[bool]:
        """Let a request in, or not: the value says which."""
        admitted = self._enter(patience_seconds)
        if not admitted:
            with self._lock:
                self.turned_away += 1
            yield False
            return
        with self._lock:
            self.inside += 1
        try:
            yield True
        finally:
            with self._lock:
                self.inside -= 1
            self._free.release()

    def turns_away(self) -> bool:
        """Say, before any work is done, whether whoever comes now would be turned away at once; then it is counted."""
        if self.inside < self.at_once or self.waiting < self.waiting_most:
            return False
        with self._lock:
            self.turned_away += 1
        return True

    def _enter(self, patience_seconds: float) -> bool:
        if any(one.waiting for one in self._before):
            return False
        if self._free.acquire(blocking=False):
            return True
        with self._lock:
            if self.waiting >= self.waiting_most:
                return False
            self.waiting += 1
        try:
            return self._free.acquire(timeout=patience_seconds)
        finally:
            with self._lock:
                self.waiting -= 1


@cache
def gates() -> Mapping[Kind, Gate]:
    """Return this process's gates."""
    most = {kind: settings.ADMIT[kind.value] for kind in Kind}
    irrevocable, journey = (
        Gate(most[kind], waiting=min(most[kind], WAITING_MOST)) for kind in (Kind.IRREVOCABLE, Kind.JOURNEY)
    )
    return {
        Kind.IRREVOCABLE: irrevocable,
        Kind.JOURNEY: journey,
        Kind.MACHINES: Gate(most[Kind.MACHINES], waiting=0, before=[irrevocable]),
        Kind.READ: Gate(most[Kind.READ], waiting=0, before=[irrevocable, journey]),
    }


def threads_needed() -> int:
    """Return how many threads a process needs, so that there is always one to tell somebody to come again."""
    return sum(gate.at_once + gate.waiting_most for gate in gates().values()) + THREADS_TO_SPARE


def kind_of(path: str) -> Kind | None:
    """Return what a request to a path is about; None: it is always let in (what watches the hub, and files)."""
    if path.startswith(_ALWAYS):
        return None
    if path.startswith(_IRREVOCABLE):
        return Kind.IRREVOCABLE
    if path.startswith(_JOURNEY):
        return Kind.JOURNEY
    return Kind.MACHINES if path.startswith("/api/provider/") else Kind.READ


_IRREVOCABLE = ("/apply/signed/", "/api/resident/")
_JOURNEY = (
    *("/sign-in/", "/sign-out/", "/signed-out/", "/card/", "/phone/", "/reservation/", "/apply/", "/my/"),
    *("/counter/", "/staff/"),
)
_ALWAYS = ("/healthz", "/readyz", "/metrics", "/static/")
