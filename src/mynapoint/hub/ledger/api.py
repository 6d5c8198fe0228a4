"""Award reports from machines: `POST /api/provider/v1/award-reports`."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from ninja import Router

from mynapoint.exchange.codec import MalformedMessage
from mynapoint.hub import web
from mynapoint.hub.applications.provider_door import MEDIA_TYPE, OPENAPI_SIGNATURE, Problem, own_service, signed_by
from mynapoint.hub.ledger import actions
from mynapoint.hub.ledger.reports import parse_report

AHEAD_MAX = timedelta(days=1)
"""A report may speak of a day that has just begun at the provider, but not of the future."""

router = Router(tags=["provider"])


@router.post(
    "/award-reports",
    operation_id="award_reports",
    summary="Report points posted to applications; the same report again is answered the same",
    openapi_extra={
        **OPENAPI_SIGNATURE,
        "requestBody": {
            "required": True,
            "description": "An AwardReportHeader line, then AwardLine lines (exchange.messages), at most 50,000.",
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
        },
        "responses": {
            200: {
                "description": "An AwardReceiptHeader line, then a RefusedLine for each line that was not recorded.",
                "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
            }
        },
    },
)
def award_reports(request: HttpRequest) -> HttpResponse:
    """Record what can be recorded and say what was not, line by line."""
    key = signed_by(request)
    try:
        report = parse_report(request.body)
    except MalformedMessage as error:
        raise Problem(
            422, web.ProblemCode.MALFORMED, f"The report cannot be read: {error}", line=error.line, field=error.field
        ) from error
    service = own_service(key.provider, report.header.service_number.text)
    now = web.now()
    if report.header.reported_up_to > now + AHEAD_MAX:
        raise Problem(
            422, web.ProblemCode.MALFORMED, "reported_up_to lies in the future.", line=1, field="reported_up_to"
        )
    try:
        answer = actions.record_awards(service=service, key=key, report=report, body=request.body, now=now)
    except actions.OtherContent as error:
        raise Problem(
            422, web.ProblemCode.OTHER_CONTENT, "This report_id was used before, for another report."
        ) from error
    except IntegrityError as error:
        raise Problem(
            409, web.ProblemCode.IN_FLIGHT, "Another report with the same lines is being recorded; send it again."
        ) from error
    return HttpResponse(answer, content_type=MEDIA_TYPE)
