"""Ten times as many ask as are served at best, behind nginx and without it, in turns."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median

from hub_jobs import loads
from hub_jobs.loads import Slice
from hub_jobs.servers import Server
from hub_jobs.stage import Stage

FLOOD_SECONDS = 4
FLOOD = 30_000
"""People for one flood: who was turned away may come again, and hardly anybody who was served."""
CONNECTIONS = 160
"""Of the crowd. Everyone of it pauses before they ask again, whatever they were told."""
TIMES = 16
"""How many times the best rate is asked for if answers took no time; while they do, fewer ask."""
BEST_WITH = (16, 32)
"""Connections with which the best rate is looked for: as many as are inside, as many as are inside and wait."""

Door = Callable[[], AbstractContextManager[Server]]


@dataclass(frozen=True, slots=True)
class Flood:
    """One turn of one door: its best rate, and what a crowd left of it.

    ``best``    applications kept a second, the better of two numbers of connections, each before the crowd and after
    ``served``  applications kept a second among a crowd
    """

    best: float
    served: float
    crowd: Slice

    @property
    def goodput(self) -> float:
        """What is served of the best."""
        return self.served / self.best

    @property
    def asked(self) -> float:
        """Requests of the crowd a second."""
        return (self.crowd.done + self.crowd.failed) / self.crowd.seconds


def people_for(doors: int, turns: int, each: int) -> int:
    """Return how many people that takes: warming up, slices before and after, and the crowd."""
    return turns * doors * ((1 + 2 * len(BEST_WITH)) * each + FLOOD)


def flooded(on: Stage, door: Door, *, each: int, seconds: float) -> Flood:
    """Measure one door once; ``each`` people stand ready for each slice of so many seconds."""
    with door() as server:
        _calm(on, server, each, seconds, BEST_WITH[0])  # warms it up
        before = [_calm(on, server, each, seconds, connections) for connections in BEST_WITH]
        crowd, served = _asking(on, server, FLOOD, FLOOD_SECONDS, CONNECTIONS, asked_rate=TIMES * max(before))
        after = [_calm(on, server, each, seconds, connections) for connections in BEST_WITH]
    return Flood(max(median(pair) for pair in zip(before, after, strict=True)), served, crowd)


def _calm(on: Stage, server: Server, each: int, seconds: float, connections: int) -> float:
    return _asking(on, server, each, seconds, connections)[1]


def _asking(
    on: Stage, server: Server, count: int, seconds: float, connections: int, *, asked_rate: float | None = None
) -> tuple[Slice, float]:
    people, before = on.take(count), on.settled()
    own = loads.wrk(
        people,
        port=server.port,
        seconds=seconds,
        pids=[on.postmaster, server.pid, *server.others],
        folder=on.folder,
        connections=connections,
        threads=1,
        asked_rate=asked_rate,
    )
    return own, (on.settled() - before) / own.seconds
