"""The one place where an answer of the hub becomes HTTP: refusals as pages or problem+json, the programme's clock."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from mynapoint.award.refusals import Reason, Refused
from mynapoint.hub.problems import PROBLEM_JSON, Problem, ProblemCode, problem_response

API_PREFIX = "/api/"


_BY_STATUS = {
    400: ProblemCode.BAD_REQUEST,
    404: ProblemCode.UNKNOWN_ADDRESS,
    405: ProblemCode.METHOD_NOT_ALLOWED,
    500: ProblemCode.INTERNAL,
}


def now() -> datetime:
    """Return the programme's present instant (UTC-aware): the machine's clock, or the demo's.

    Days and deadlines are judged by it. Sessions, nonces and request signatures are judged by the machine's own
    clock (docs/decisions/0004-two-clocks.md).
    """
    return _clock(settings.CLOCK)()


@cache
def _clock(name: str) -> Callable[[], datetime]:
    found: Callable[[], datetime] = import_string(name)
    return found


def language() -> str:
    """Return the page's language, ``ja`` or ``en``."""
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def sentences(reasons: Sequence[Reason]) -> list[str]:
    """Return each reason's sentence in the page's language."""
    return [reason.sentence(language()) for reason in reasons]


def attached(body: bytes, media_type: str, name: str) -> HttpResponse:
    """Return a file to keep under a name."""
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type=media_type, headers=named)


def as_csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return rows below a head line as CSV (RFC 4180); None is an empty cell. Others' texts come neutral already."""
    written = io.StringIO()
    write = csv.writer(written).writerow
    write(columns)
    for row in rows:
        write(row)
    return written.getvalue()


def sheet(text: str, name: str) -> HttpResponse:
    """Return CSV as a file that every spreadsheet reads: UTF-8 that says so at its beginning."""
    return attached(text.encode("utf-8-sig"), "text/csv; charset=utf-8", name)


def origin(request: HttpRequest) -> str:
    """Return the origin this request came to, if it is one of the hub's own: what cards sign and agents return to.

    Raises SuspiciousOperation (400) for any other; ``settings.ORIGINS`` names them all.
    """
    own = f"{request.scheme}://{request.get_host().lower()}"
    if own not in settings.ORIGINS:
        raise SuspiciousOperation(f"{own} is not an origin of this hub")
    return own


def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process serves; whether it should, ``/readyz`` says."""
    return HttpResponse("ok\n", content_type="text/plain")


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Return what every page shows: the banner of a demo or training hub, and when a signed-in session would end."""
    context = {"banner": settings.BANNER, "language": language()}
    session = getattr(request, "session", None)
    if session is not None and session.get("resident"):
        seconds = settings.SESSION_COOKIE_AGE
        context["signed_in_seconds"] = seconds
        context["signed_in_until"] = timezone.now() + timedelta(seconds=seconds)  # sessions: the machine's own clock
    return context


def refusal_response(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Return a refusal as a page for people (422) or as problem+json for machines, every reason told."""
    if request.path.startswith(API_PREFIX):
        return JsonResponse(refusal_members(refused), status=422, content_type=PROBLEM_JSON)
    context = {"sentences": sentences(refused.reasons), "codes": [r.refusal.code for r in refused.reasons]}
    response = render(request, "refused.html", context, status=422)
    response["Cache-Control"] = "no-store"  # the figures of a reason are about a person, signed in or not
    return with_codes(response, refused.reasons)


def with_codes(response: HttpResponse, reasons: Sequence[Reason]) -> HttpResponse:
    """Return an answer that says why not, with its codes beside it, to be counted (operation/observing.py)."""
    response.refusal_codes = [one.refusal.code for one in reasons]  # type: ignore[attr-defined]
    return response


def refusal_members(refused: Refused) -> dict[str, Any]:
    """Return the members of a refusal's problem+json (RFC 9457): every reason with its code and sentence."""
    first = refused.reasons[0]
    return {
        "type": f"urn:mynapoint:refusal:{first.refusal.code}",
        "title": first.sentence("en"),
        "status": 422,
        "reasons": [{"code": one.refusal.code, "detail": one.sentence("en")} for one in refused.reasons],
    }


class RefusalMiddleware:
    """Turns a Refused of an action, and a Problem of the machines' door, into an answer; all else stays a bug."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal or a problem; let anything else through."""
        if isinstance(exception, Problem):
            return problem_response(exception)
        return refusal_response(request, exception) if isinstance(exception, Refused) else None


class ApiProblems:
    """Answers machines in problem+json also where the framework would have shown a page: no such address, a bug."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        code = _BY_STATUS.get(response.status_code)
        if not request.path.startswith(API_PREFIX) or code is None or response["Content-Type"] == PROBLEM_JSON:
            return response
        allow = {"Allow": response["Allow"]} if "Allow" in response else {}
        return problem_response(Problem(code, headers=allow))
