"""Lets requests in or tells them to wait: a page that keeps the place and comes again, a problem for machines."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from mynapoint.hub import web
from mynapoint.hub.problems import Problem, ProblemCode, problem_response
from mynapoint.hub.waiting.gates import Kind, gates, kind_of
from mynapoint.hub.waiting.places import place_without_entering

AGAIN_AFTER_SECONDS = range(15, 31)
"""When a page comes again: unevenly, so that those who were sent away together do not return together."""
BY_HAND = "wait"
"""The parameter of an address by which a page no longer comes again by itself (WCAG 2.2.1: time can be turned off)."""
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"


class Admission:
    """Stands before sessions and database: turning somebody away costs neither."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kind = kind_of(request.path)
        if kind is None or request.path.startswith("/api/resident/"):  # that door asks its gate itself
            return self._get_response(request)
        with gates()[kind].place() as is_let_in:
            if is_let_in:
                return self._get_response(request)
        response = turned_away(request, kind=kind, now=web.now())
        response.is_turned_away = True  # type: ignore[attr-defined] # noted with the others (operation.turning_away)
        return response


def turned_away(request: HttpRequest, *, kind: Kind, now: datetime) -> HttpResponse:
    """Return 503 with Retry-After: a page that keeps the place on a last day, or problem+json."""
    if request.path.startswith(web.API_PREFIX):
        return problem_response(Problem(ProblemCode.BUSY))
    response = HttpResponse(status=503)
    after_seconds = random.choice(AGAIN_AFTER_SECONDS)  # noqa: S311 - spreads load, keeps no secret
    ticket = place_without_entering(request, response, now=now) if kind is not Kind.READ else None
    with translation.override(translation.get_language_from_request(request)):
        context = {
            "ticket": ticket,
            "after_seconds": after_seconds,
            "comes_again": request.method == "GET" and BY_HAND not in request.GET,
            "is_form": request.method != "GET",
            "again": request.get_full_path(),
            "by_hand": f"{request.path}?{urlencode([*_parameters(request), (BY_HAND, 'by-hand')])}",
            "language": web.language(),
        }
        response.content = render_to_string("waiting.html", context).encode()
    response["Retry-After"] = str(after_seconds)
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = _POLICY
    response["X-Frame-Options"] = "DENY"
    return response


def _parameters(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, values in request.GET.lists() for value in values if name != BY_HAND]
