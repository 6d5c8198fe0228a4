"""The notice feed for machines: `GET /api/provider/v1/notices`."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from mynapoint.exchange.codec import encode_lines
from mynapoint.hub.applications import notices
from mynapoint.hub.applications.provider_door import MEDIA_TYPE, OPENAPI_SIGNATURE, own_service, signed_by
from mynapoint.programme.values import ServiceNumber

LIMIT_MAX = 1000

router = Router(tags=["provider"])


@router.get(
    "/notices",
    operation_id="notices",
    summary="Applications, award instructions, stops and resumptions of one of your services, oldest first",
    openapi_extra={
        **OPENAPI_SIGNATURE,
        "responses": {
            200: {
                "description": "A NoticesHeader line, then ApplicationNotice lines (exchange.messages). Ask again with "
                "after=next_cursor until count is 0; a cursor is never skipped and never reused.",
                "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
            }
        },
    },
)
def read_notices(
    request: HttpRequest,
    service: Annotated[str, Query(pattern=r"^MP[0-9]{7}$")],
    after: Annotated[int, Query(ge=0, le=2**53 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_MAX,
) -> HttpResponse:
    """Answer a page of the feed; only the signing provider's own services are there."""
    own = own_service(signed_by(request).provider, ServiceNumber(service).text)
    header, page = notices.read_notices(own, after=after, limit=limit)
    return HttpResponse(encode_lines([header, *page]), content_type=MEDIA_TYPE)
