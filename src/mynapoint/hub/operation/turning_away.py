"""Those who are told to come again: answered before anything of them is read, counted singly, logged once a second."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from threading import Lock, Timer
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from mynapoint.hub.applications.resident_door import Ready
from mynapoint.hub.operation import metrics

TOLD_EVERY_SECONDS = 1.0
_log = logging.getLogger("mynapoint.requests")


class Tally:
    """Counts who was told to come again, and logs one line a second for each route and method, with the count.

    A line each would cost those who are served more than the answer does. No count is lost: the timer runs on when the
    process is told to stop, and the process waits for it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, str, int]] = Counter()

    def note(self, route: str, method: str, status: int) -> None:
        """Count one."""
        with self._lock:
            if not self._counts:
                Timer(TOLD_EVERY_SECONDS, self.tell).start()
            self._counts[route, method, status] += 1

    def tell(self) -> None:
        """Log what was counted since the last time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        for (route, method, status), count in counts.items():
            about = {"route": route, "method": metrics.known(method), "status": status, "count": count}
            _log.info("told to come again", extra=about)


tally = Tally()
"""This process's."""


def sheds(
    application: WSGIApplication, *, route: str, turned_away: Callable[[WSGIEnvironment], Ready | None]
) -> WSGIApplication:
    """Return an application in front of which whoever is turned away has their answer: no span, no line, no duration.

    ``turned_away``  what to say, or None to whoever may come in
    """

    def shedding(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        ready = turned_away(environ)
        if ready is None:
            return application(environ, start_response)
        start_response(ready.line, ready.headers)
        tally.note(route, environ["REQUEST_METHOD"], ready.status)
        return (ready.body,)

    return shedding
