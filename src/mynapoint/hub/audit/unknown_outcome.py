"""What is answered when nobody knows whether an act was kept: 503 and the truth, for people and for machines."""

from __future__ import annotations

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from mynapoint.hub.problems import PROBLEM_JSON
from mynapoint.hub.web import API_PREFIX

AGAIN_AFTER_SECONDS = 10
TITLE = "The hub could not learn whether this was recorded. Send the same again: it is recorded once."


_NAMES = {"CommitUnknown", "OutcomeUnknown"}
"""By name: on SQLite there is no PostgreSQL driver to import them with."""


class UnknownOutcome:
    """Answers a CommitUnknown; every other exception goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say that it is not known, and when to ask again."""
        if not is_unknown(exception):
            return None
        if request.path.startswith(API_PREFIX):
            members = {"type": "urn:mynapoint:problem:outcome_unknown", "title": TITLE, "status": 503}
            response: HttpResponse = JsonResponse(members, status=503, content_type=PROBLEM_JSON)
        else:
            response = render(request, "unknown_outcome.html", status=503)
        response["Retry-After"] = str(AGAIN_AFTER_SECONDS)
        response["Cache-Control"] = "no-store"
        return response


def is_unknown(exception: BaseException | None) -> bool:
    """Say whether this, or what it comes from, is a commit that no standby confirmed. SQLite has none."""
    while exception is not None:
        if isinstance(exception, OperationalError) and type(exception).__name__ in _NAMES:
            return True
        exception = exception.__cause__
    return False
