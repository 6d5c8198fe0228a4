"""Claims from machines: `POST /api/provider/v1/claims`, and the statement: `GET /api/provider/v1/statement`."""

from __future__ import annotations

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse

from mynapoint.exchange.codec import MalformedMessage, decode, encode_lines
from mynapoint.exchange.messages import SettlementClaim
from mynapoint.hub import web
from mynapoint.hub.applications.provider_door import MEDIA_TYPE, Asked, Parameter, door, own_service, read_query
from mynapoint.hub.problems import Problem, ProblemCode
from mynapoint.hub.settlement import actions
from mynapoint.hub.settlement.statements import statement as made

CLAIMS = "provider/v1/claims"
STATEMENT = "provider/v1/statement"
REPLAYED = "Idempotent-Replayed"
PARAMETERS = {"service": Parameter("MP[0-9]{7}", "One of your services.")}


@door("POST")
def claims(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Take one claim and say where it stands; one known before is answered as it was."""
    read_query(request, {})
    try:
        claim = decode(asked.body, SettlementClaim)
        service = own_service(asked.key.provider, claim.service_number.text)
        answered = actions.submit(service=service, key=asked.key, claim=claim, body=asked.body, now=web.now())
    except MalformedMessage as error:
        title = f"The claim cannot be read: {error}"
        raise Problem(ProblemCode.MALFORMED, title, line=error.line, field=error.field) from error
    except actions.ClaimRefused as error:
        title = f"The claim cannot be taken: {error.field}: {error}."
        raise Problem(ProblemCode.MALFORMED, title, line=1, field=error.field) from error
    except actions.OtherContent as error:
        raise Problem(ProblemCode.OTHER_CONTENT, "This claim_id was used before, for another claim.") from error
    except IntegrityError as error:
        raise Problem(ProblemCode.IN_FLIGHT) from error
    headers = {REPLAYED: "true"} if answered.replayed else {}
    return HttpResponse(answered.body, content_type=MEDIA_TYPE, headers=headers)


@door("GET")
def statement(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Answer the sums of a service, each claim and where it stands, and the lines to be shown."""
    query = read_query(request, PARAMETERS)
    told = made(own_service(asked.key.provider, query["service"]))
    return HttpResponse(encode_lines([told.header, *told.claims, *told.evidence]), content_type=MEDIA_TYPE)
