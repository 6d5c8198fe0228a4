"""What is counted, for Prometheus: by route, status, code and kind; never by person, service, account or address."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mynapoint.hub.identity.circuits import State, snapshots
from mynapoint.hub.waiting.gates import gates

registry = CollectorRegistry()
"""The hub's own, so that nothing else of the process is told."""

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
requests = Histogram(
    "mynapoint_request_seconds", "Requests by route, method and status.", ["route", "method", "status"],
    buckets=_SECONDS, registry=registry,
)  # fmt: skip
refusals = Counter(
    "mynapoint_refusals", "Refusals that people and machines were told, by code.", ["code"], registry=registry
)
problems = Counter(
    "mynapoint_problems", "Problems that machines were told, by code; of what is not signed, by why.", ["code"],
    registry=registry,
)  # fmt: skip
applications = Counter("mynapoint_applications", "Applications recorded, by door.", ["door"], registry=registry)
database_errors = Counter(
    "mynapoint_database_errors", "Requests that the database did not answer, by what is known.", ["kind"],
    registry=registry,
)  # fmt: skip
_log = logging.getLogger(__name__)


class Standing(Collector):
    """What is read when somebody asks: circuits, and the crowd at each gate."""

    def collect(self) -> Iterator[Metric]:
        """Yield it."""
        circuits = GaugeMetricFamily("mynapoint_circuit_open", "1: not asked now.", labels=["circuit"])
        for one in snapshots():
            circuits.add_metric([one.name], 0 if one.state is State.ASKED else 1)
        inside = GaugeMetricFamily("mynapoint_inside", "Requests being answered.", labels=["kind"])
        waiting = GaugeMetricFamily("mynapoint_waiting", "Requests waiting to be let in.", labels=["kind"])
        away = GaugeMetricFamily("mynapoint_turned_away", "Requests told to come again, since start.", labels=["kind"])
        for kind, gate in gates().items():
            inside.add_metric([kind.value], gate.inside)
            waiting.add_metric([kind.value], gate.waiting)
            away.add_metric([kind.value], gate.turned_away)
        yield from (circuits, inside, waiting, away)


registry.register(Standing())


def note(route: str, method: str, status: int, seconds: float, *, codes: Iterable[str] = (), replay: bool) -> None:
    """Count one answered request."""
    _seconds_of(route, known(method), status).observe(seconds)
    for code in codes:
        refusals.labels(code).inc()
    if (door := _DOORS.get((route, status))) and not replay:
        applications.labels(door).inc()


def known(method: str) -> str:
    """Return a method as it is counted: anybody can make one up."""
    return method if method in _METHODS else "other"


@lru_cache(maxsize=4096)
def _seconds_of(route: str, method: str, status: int) -> Histogram:
    return requests.labels(route, method, str(status))


def serve(address: str) -> None:
    """Answer ``/metrics`` at ``host:port`` for this process, beside its pages; a taken port is told, and no more.

    The numbers are this process's own: where several serve, each has its own port, and whoever reads adds them up.
    """
    place = urlsplit(f"//{address}")
    try:
        start_http_server(place.port or 0, addr=place.hostname or "127.0.0.1", registry=registry)
    except OSError as error:
        _log.error("no metrics at %s: %s", address, error.strerror)


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_DOORS = {("applications:signed", 302): "page", ("resident_applications", 201): "machine"}
