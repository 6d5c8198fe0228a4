"""What is answered when nobody knows whether an act was kept: 503 and the truth, for people and for machines."""

from __future__ import annotations

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mynapoint.hub.problems import Problem, ProblemCode, problem_response
from mynapoint.hub.web import API_PREFIX

AGAIN_AFTER_SECONDS = 10


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
            response = problem_response(Problem(ProblemCode.OUTCOME_UNKNOWN))
        else:
            response = render(request, "unknown_outcome.html", status=503)
        response["Retry-After"] = str(AGAIN_AFTER_SECONDS)
        response["Cache-Control"] = "no-store"
        return response


def is_unknown(exception: BaseException | None) -> bool:
    """Say whether this, or what it comes from, is a commit that no standby confirmed. SQLite has none.

    Known by name: on SQLite there is no PostgreSQL driver to import the class with.
    """
    while exception is not None:
        if isinstance(exception, OperationalError) and type(exception).__name__ == "CommitUnknown":
            return True
        exception = exception.__cause__
    return False


def is_undone(error: BaseException) -> bool:
    """Say whether the database itself told that nothing was recorded; a lost connection tells nothing."""
    cause = error.__cause__
    if getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return True
    state = getattr(cause, "sqlstate", None)
    return isinstance(state, str) and not state.startswith(("08", "57"))
