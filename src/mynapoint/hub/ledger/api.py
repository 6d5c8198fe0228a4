"""Award reports from machines: `POST /api/provider/v1/award-reports`."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse

from mynapoint.exchange.codec import MalformedMessage
from mynapoint.hub import web
from mynapoint.hub.applications.provider_door import MEDIA_TYPE, Asked, door, own_service, read_query
from mynapoint.hub.ledger import actions
from mynapoint.hub.ledger.refused_reports import Reading, keep_refusal
from mynapoint.hub.ledger.reports import parse_header, parse_report
from mynapoint.hub.problems import Problem, ProblemCode

PATH = "provider/v1/award-reports"
REPLAYED = "Idempotent-Replayed"
AHEAD_MAX = timedelta(days=1)
"""A report may speak of a day that has just begun at the provider, but not of the future."""


@door("POST")
def award_reports(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Record what can be recorded and say what was not, line by line; a report known before is answered as it was."""
    read_query(request, {})
    read = Reading(asked.key, asked.body)
    try:
        return _answer(_recorded(read))
    except MalformedMessage as error:
        keep_refusal(read, ProblemCode.MALFORMED, error=error, now=web.now())
        title = f"The report cannot be read: {error}"
        raise Problem(ProblemCode.MALFORMED, title, line=error.line, field=error.field) from error
    except actions.OtherContent as error:
        keep_refusal(read, ProblemCode.OTHER_CONTENT, now=web.now())
        raise Problem(ProblemCode.OTHER_CONTENT) from error
    except (actions.InFlight, IntegrityError) as error:
        raise Problem(ProblemCode.IN_FLIGHT) from error


def _recorded(read: Reading) -> actions.Answered:
    read.header = parse_header(read.body)
    try:
        read.service = own_service(read.key.provider, read.header.service_number.text)
    except Problem as problem:
        keep_refusal(read, problem.code, now=web.now())
        raise
    service = read.service
    known = actions.kept_answer(service=service, report_id=read.header.report_id, body=read.body)
    if known is not None:
        return known
    report, now = parse_report(read.body), web.now()
    if report.header.reported_up_to > now + AHEAD_MAX:
        raise MalformedMessage(1, "reported_up_to", "lies in the future")
    return actions.record_awards(service=service, key=read.key, report=report, body=read.body, now=now)


def _answer(answered: actions.Answered) -> HttpResponse:
    headers = {REPLAYED: "true"} if answered.replayed else {}
    return HttpResponse(answered.body, content_type=MEDIA_TYPE, headers=headers)
