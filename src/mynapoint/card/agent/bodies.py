"""Reads a form's bytes off the connection: bounded in size and in time, and overwritten when they are refused."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from mynapoint.card.agent.doors import Forbidden
from mynapoint.card.jpki import wipe

FORM_BYTES_MAX = 16 * 1024
BODY_SECONDS_MAX = 5

_FORM = "application/x-www-form-urlencoded"


async def form_body(request: Request) -> bytearray:
    """Return a form's bytes, which the caller wipes. Raises Forbidden before anything is parsed.

    415 for what is no form, 413 beyond the limit (at once where the length is declared), 408 when it takes longer than
    five seconds, 400 when the sender goes away in the middle.
    """
    if request.headers.get("content-type", "").split(";")[0].strip() != _FORM:
        raise Forbidden(415, "the body must be a form")
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > FORM_BYTES_MAX:
        raise _too_long()
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for chunk in request.stream():
                body += chunk
                if len(body) > FORM_BYTES_MAX:
                    raise _too_long()
    except BaseException as error:
        wipe(body)
        match error:
            case TimeoutError():
                raise Forbidden(408, f"the form did not arrive within {BODY_SECONDS_MAX} seconds") from None
            case ClientDisconnect():
                raise Forbidden(400, "the form did not arrive whole") from None
            case _:
                raise
    return body


def _too_long() -> Forbidden:
    return Forbidden(413, f"the form is longer than {FORM_BYTES_MAX} bytes")
