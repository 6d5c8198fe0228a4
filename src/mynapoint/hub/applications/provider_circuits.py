"""What stands between the hub and each provider's account API: a few threads at once, and a pause after failures."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from mynapoint.hub.identity.bulkheads import Bulkhead
from mynapoint.hub.identity.circuits import Circuit

AT_ONCE = 4
"""Threads of a process that wait for one provider; one answer takes some 50 ms, so that is 80 accounts a second."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way to one account API, for all threads of this process."""

    circuit: Circuit
    bulkhead: Bulkhead


def way_to(api_url: str) -> Way:
    """Return the way to an account API; the same one for every thread."""
    with _lock:
        if api_url not in _ways:
            _ways[api_url] = Way(Circuit(f"the account API at {urlsplit(api_url).netloc}"), Bulkhead(AT_ONCE))
        return _ways[api_url]


_ways: dict[str, Way] = {}
_lock = Lock()
