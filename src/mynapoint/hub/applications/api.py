"""The notice feed for machines: `GET /api/provider/v1/notices`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.shapes import INTEGER_MAX
from mynapoint.hub.applications.notices import read_notices
from mynapoint.hub.applications.provider_door import MEDIA_TYPE, Asked, Parameter, door, own_service, read_query

PATH = "provider/v1/notices"
LIMIT_MAX = 1000
PARAMETERS = {
    "service": Parameter("MP[0-9]{7}", "One of your services."),
    "after": Parameter("0|[1-9][0-9]{0,15}", "The cursor up to which you have read.", "0", 0, INTEGER_MAX),
    "limit": Parameter("[1-9][0-9]{0,3}", "The most notices to tell.", str(LIMIT_MAX), 1, LIMIT_MAX),
}


@door("GET")
def notices(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Answer a page of the feed; only the signing provider's own services are there."""
    query = read_query(request, PARAMETERS)
    own = own_service(asked.key.provider, query["service"])
    header, page = read_notices(own, after=int(query["after"]), limit=int(query["limit"]))
    return HttpResponse(encode_lines([header, *page]), content_type=MEDIA_TYPE)
