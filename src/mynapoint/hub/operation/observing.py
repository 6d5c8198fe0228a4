"""Every request noted once it is answered: in the metrics, and in a log line of its own unless it was turned away."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from mynapoint.hub import spans
from mynapoint.hub.applications.resident_door import REFUSAL_CODES
from mynapoint.hub.operation import metrics, traces
from mynapoint.hub.operation.logs import request_id
from mynapoint.hub.operation.turning_away import tally
from mynapoint.hub.spans import Spanned, Told

NO_ROUTE = "none"
_log = logging.getLogger("mynapoint.requests")


class Observed:
    """The outermost layer, so that whatever was answered is noted, and how long it really took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        mark, began = _begin()
        with traces.request() as spanned:
            response = self._get_response(request)
            if spans.is_on():
                _tell(spanned, mark, _route(request), str(request.method), response.status_code)
        response["X-Request-Id"] = mark
        if problem := getattr(response, "problem_counted_as", ""):
            metrics.problems.labels(problem).inc()
        codes, is_away = getattr(response, "refusal_codes", ()), getattr(response, "is_turned_away", False)
        _end(began, _route(request), str(request.method), response.status_code, codes=codes, is_away=is_away)
        return response


def observed(application: WSGIApplication, *, route: str) -> WSGIApplication:
    """Return an application that stands before Django, noted in the same way."""

    def noting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        mark, began = _begin()
        told: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told[:] = int(status.split(" ", 1)[0]), ("Idempotent-Replayed", "true") in headers
            return start_response(status, [*headers, ("X-Request-Id", mark)], *rest)

        with traces.request() as spanned:
            answer = application(environ, start)
            if spans.is_on():
                _tell(spanned, mark, route, environ["REQUEST_METHOD"], told[0])
        codes = environ.get(REFUSAL_CODES, ())
        _end(began, route, environ["REQUEST_METHOD"], told[0], codes=codes, replay=told[1])
        return answer

    return noting


def _begin() -> tuple[str, float]:
    mark = secrets.token_hex(8)
    request_id.set(mark)
    return mark, time.perf_counter()


def _tell(spanned: Spanned, mark: str, route: str, method: str, status: int) -> None:
    method = metrics.known(method)
    spanned.name(f"{method} {route}")
    spanned.tell({Told.ROUTE: route, Told.METHOD: method, Told.STATUS: status, Told.REQUEST_ID: mark})


def _end(
    began: float,
    route: str,
    method: str,
    status: int,
    *,
    codes: Iterable[str] = (),
    replay: bool = False,
    is_away: bool = False,
) -> None:
    seconds = time.perf_counter() - began
    metrics.note(route, method, status, seconds, codes=codes, replay=replay)
    if is_away:
        tally.note(route, method, status)
    elif _log.isEnabledFor(logging.INFO):  # by hand: looking up who called costs as much as the line itself
        line = {"route": route, "method": method, "status": status, "duration_ms": round(seconds * 1000, 1)}
        told = {"name": _log.name, "levelno": logging.INFO, "levelname": "INFO", "msg": "answered"}
        _log.handle(logging.makeLogRecord(told | line))
    request_id.set("")


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:  # turned away before it was looked up
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return NO_ROUTE
    return match.view_name or NO_ROUTE
