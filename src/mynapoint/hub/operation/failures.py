"""What is answered when the hub is in the way: a bug, a database that does not answer, a form without its token."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from mynapoint.hub.audit.unknown_outcome import is_undone
from mynapoint.hub.operation.metrics import database_errors
from mynapoint.hub.problems import Problem, ProblemCode, problem_response
from mynapoint.hub.web import API_PREFIX

AGAIN_AFTER_SECONDS = 10


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody caught, wherever it was raised, in a view or before one: 503 for the database, 500 for a bug.

    Django calls this within the ``except``; its own way of telling views apart from middleware does not matter here.
    """
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return database_away(request, error)
    return HttpResponse(render_to_string("500.html"), status=500)


def database_away(request: HttpRequest, error: OperationalError | InterfaceError) -> HttpResponse:
    """Say that the database does not answer, when to come again, and whether anything can have been recorded."""
    database_errors.labels("undone" if is_undone(error) else "unknown").inc()
    if request.path.startswith(API_PREFIX):
        response = problem_response(Problem(ProblemCode.BUSY if is_undone(error) else ProblemCode.OUTCOME_UNKNOWN))
    else:
        context = {"after_seconds": AGAIN_AFTER_SECONDS, "is_undone": is_undone(error)}
        response = HttpResponse(render_to_string("database_away.html", context), status=503)
    response["Retry-After"] = str(AGAIN_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that came without its token, or from elsewhere: 403, in the page's own look and language."""
    del reason  # for whoever wrote the form; a resident can only load the page anew
    response = render(request, "csrf_failure.html", status=403)
    response["Cache-Control"] = "no-store"
    return response
