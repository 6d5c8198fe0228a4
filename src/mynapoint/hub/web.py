"""The one place where an answer of the hub becomes HTTP: refusals as pages or problem+json, the programme's clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from mynapoint.award.refusals import Reason, Refused

API_PREFIX = "/api/"
PROBLEM_JSON = "application/problem+json"


class ProblemCode(StrEnum):
    """Why a machine's request was not answered: the closed list. A code never changes its meaning."""

    BAD_REQUEST = "bad_request"
    NOT_SIGNED = "not_signed"
    UNKNOWN_SERVICE = "unknown_service"
    UNKNOWN_ADDRESS = "unknown_address"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    IN_FLIGHT = "in_flight"
    BODY_TOO_LONG = "body_too_long"
    MALFORMED = "malformed"
    OTHER_CONTENT = "other_content"
    INTERNAL = "internal"


_BY_STATUS = {
    400: (ProblemCode.BAD_REQUEST, "The request cannot be read, or is for another host."),
    404: (ProblemCode.UNKNOWN_ADDRESS, "Nothing is at this address; see /api/openapi.json."),
    405: (ProblemCode.METHOD_NOT_ALLOWED, "This address does not take this method; see the header Allow."),
    500: (ProblemCode.INTERNAL, "The hub failed; nothing was recorded. The same request may be sent again."),
}


def now() -> datetime:
    """Return the programme's present instant (UTC-aware): the machine's clock, or the demo's.

    Days and deadlines are judged by it. Sessions, nonces and request signatures are judged by the machine's own
    clock (docs/decisions/0004-two-clocks.md).
    """
    clock: Callable[[], datetime] = import_string(settings.CLOCK)
    return clock()


def language() -> str:
    """Return the page's language, ``ja`` or ``en``."""
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def sentences(reasons: Sequence[Reason]) -> list[str]:
    """Return each reason's sentence in the page's language."""
    return [reason.sentence(language()) for reason in reasons]


def origin(request: HttpRequest) -> str:
    """Return the origin this request came to, if it is one of the hub's own: what cards sign and agents return to.

    Raises SuspiciousOperation (400) for any other; ``settings.ORIGINS`` names them all.
    """
    own = f"{request.scheme}://{request.get_host().lower()}"
    if own not in settings.ORIGINS:
        raise SuspiciousOperation(f"{own} is not an origin of this hub")
    return own


def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process serves and its database answers; nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def page_context(_request: HttpRequest) -> dict[str, Any]:
    """Return what every page shows: the banner of a demo or training hub."""
    return {"banner": settings.BANNER, "language": language()}


def refusal_response(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Return a refusal as a page for people (422) or as problem+json for machines, every reason told."""
    if request.path.startswith(API_PREFIX):
        first = refused.reasons[0]
        return JsonResponse(
            {
                "type": f"urn:mynapoint:refusal:{first.refusal.code}",
                "title": first.sentence("en"),
                "status": 422,
                "reasons": [{"code": r.refusal.code, "detail": r.sentence("en")} for r in refused.reasons],
            },
            status=422,
            content_type=PROBLEM_JSON,
        )
    context = {"sentences": sentences(refused.reasons), "codes": [r.refusal.code for r in refused.reasons]}
    response = render(request, "refused.html", context, status=422)
    response["Cache-Control"] = "no-store"  # the figures of a reason are about a person, signed in or not
    return response


class RefusalMiddleware:
    """Turns a Refused that an action raised into an answer; every other exception stays a bug."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; let anything else through."""
        return refusal_response(request, exception) if isinstance(exception, Refused) else None


class ApiProblems:
    """Answers machines in problem+json also where the framework would have shown a page: no such address, a bug."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        known = _BY_STATUS.get(response.status_code)
        if not request.path.startswith(API_PREFIX) or known is None or response["Content-Type"] == PROBLEM_JSON:
            return response
        code, title = known
        members = {"type": f"urn:mynapoint:problem:{code}", "title": title, "status": response.status_code}
        problem = JsonResponse(members, status=response.status_code, content_type=PROBLEM_JSON)
        if "Allow" in response:
            problem["Allow"] = response["Allow"]
        return problem
