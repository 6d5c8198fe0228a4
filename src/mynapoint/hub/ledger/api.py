"""Award reports from machines: `POST /api/provider/v1/award-reports`."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse

from mynapoint.exchange.codec import MalformedMessage
from mynapoint.hub import web
from mynapoint.hub.applications.provider_door import MEDIA_TYPE, Asked, door, own_service, read_query
from mynapoint.hub.ledger import actions
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
    try:
        header = parse_header(asked.body)
        service = own_service(asked.key.provider, header.service_number.text)
        known = actions.kept_answer(service=service, report_id=header.report_id, body=asked.body)
        if known is not None:
            return _answer(known)
        report, now = parse_report(asked.body), web.now()
        if report.header.reported_up_to > now + AHEAD_MAX:
            raise MalformedMessage(1, "reported_up_to", "lies in the future")
        return _answer(actions.record_awards(service=service, key=asked.key, report=report, body=asked.body, now=now))
    except MalformedMessage as error:
        title = f"The report cannot be read: {error}"
        raise Problem(ProblemCode.MALFORMED, title, line=error.line, field=error.field) from error
    except actions.OtherContent as error:
        raise Problem(ProblemCode.OTHER_CONTENT) from error
    except (actions.InFlight, IntegrityError) as error:
        raise Problem(ProblemCode.IN_FLIGHT) from error


def _answer(answered: actions.Answered) -> HttpResponse:
    headers = {REPLAYED: "true"} if answered.replayed else {}
    return HttpResponse(answered.body, content_type=MEDIA_TYPE, headers=headers)
