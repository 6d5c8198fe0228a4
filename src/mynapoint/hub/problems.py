"""What a machine is told instead of an answer: the closed list of problems, each with its status and its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpResponse, JsonResponse

PROBLEM_JSON = "application/problem+json"
URN = "urn:mynapoint:problem:"
AGAIN_AFTER_SECONDS = 2


class ProblemCode(StrEnum):
    """Why a machine's request was not answered: the closed list. A code never changes its meaning."""

    BAD_REQUEST = "bad_request"
    NOT_SIGNED = "not_signed"
    UNKNOWN_SERVICE = "unknown_service"
    UNKNOWN_ADDRESS = "unknown_address"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    TOO_SLOW = "too_slow"
    IN_FLIGHT = "in_flight"
    LENGTH_REQUIRED = "length_required"
    BODY_TOO_LONG = "body_too_long"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    UNSUPPORTED_ENCODING = "unsupported_encoding"
    MALFORMED = "malformed"
    OTHER_CONTENT = "other_content"
    INTERNAL = "internal"
    BUSY = "busy"
    OUTCOME_UNKNOWN = "outcome_unknown"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says: its HTTP status, what happened and what to do, and whether the same may be sent again."""

    status: int
    title: str
    again: bool = False


MEANINGS = {
    ProblemCode.BAD_REQUEST: Meaning(400, "The request cannot be read, or is for another host."),
    ProblemCode.NOT_SIGNED: Meaning(
        401, "The request is not signed, as it stands and for the first time, by a registered key."
    ),
    ProblemCode.UNKNOWN_SERVICE: Meaning(404, "No payment service of yours has this number."),
    ProblemCode.UNKNOWN_ADDRESS: Meaning(404, "Nothing is at this address; see /api/openapi.json."),
    ProblemCode.METHOD_NOT_ALLOWED: Meaning(405, "This address does not take this method; see the header Allow."),
    ProblemCode.NOT_ACCEPTABLE: Meaning(406, "Answers are application/jsonl; let Accept say so, or leave it out."),
    ProblemCode.TOO_SLOW: Meaning(408, "The body did not come within 30 seconds; send it again.", again=True),
    ProblemCode.IN_FLIGHT: Meaning(409, "Another report of this service is being recorded; send it again.", again=True),
    ProblemCode.LENGTH_REQUIRED: Meaning(411, "A body needs Content-Length; it is not read in chunks."),
    ProblemCode.BODY_TOO_LONG: Meaning(413, "The body is longer than this address takes."),
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: Meaning(415, "Bodies are application/jsonl, in UTF-8."),
    ProblemCode.UNSUPPORTED_ENCODING: Meaning(415, "Bodies are sent as they are, without Content-Encoding."),
    ProblemCode.MALFORMED: Meaning(422, "Something in the request is missing, unknown or out of its shape."),
    ProblemCode.OTHER_CONTENT: Meaning(422, "This report_id was used before, for another report."),
    ProblemCode.INTERNAL: Meaning(500, "The hub failed; nothing was recorded. The same request may be sent again."),
    ProblemCode.BUSY: Meaning(503, "The hub is busy; nothing was recorded. Send it again.", again=True),
    ProblemCode.OUTCOME_UNKNOWN: Meaning(
        503, "The hub could not learn whether this was recorded. Send the same again: it is recorded once.", again=True
    ),
}
"""Every code's meaning; published in /api/openapi.json and docs/providers.md."""


class Problem(Exception):
    """An answer of the door that is not a success: a code, one sentence for an operator, figures that help."""

    def __init__(
        self,
        code: ProblemCode,
        title: str = "",
        *,
        headers: dict[str, str] | None = None,
        **figures: object,
    ) -> None:
        self.code = code
        self.status = MEANINGS[code].status
        self.title = title or MEANINGS[code].title
        self.headers = headers or {}
        self.figures = figures
        self.counted_as = code.value
        super().__init__(self.title)


def problem_response(problem: Problem) -> HttpResponse:
    """Return a problem as RFC 9457 problem+json; one that may pass says when to come again."""
    members: dict[str, Any] = {
        "type": f"{URN}{problem.code}",
        "title": problem.title,
        "status": problem.status,
        **problem.figures,
    }
    response = JsonResponse(members, status=problem.status, content_type=PROBLEM_JSON, headers=problem.headers)
    response.problem_counted_as = problem.counted_as  # type: ignore[attr-defined]
    if MEANINGS[problem.code].again:
        response.setdefault("Retry-After", str(AGAIN_AFTER_SECONDS))
    return response
