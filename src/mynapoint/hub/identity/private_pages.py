"""Nothing a signed-in person saw stays in the browser: at a shared terminal the next person presses Back."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from mynapoint.hub.identity.sessions import resident_id


class PrivatePages:
    """Lets no answer to a signed-in session be kept, refusals and errors included; clears the cache when it ends.

    ``Clear-Site-Data: "cache"`` also drops the pages that a browser holds ready for its Back button. It is sent
    however the session ends: by signing out, or because another person's card signed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = resident_id(request)
        response = self._get_response(request)
        after = resident_id(request)
        if before or after:
            response["Cache-Control"] = "no-store"
        if before and before != after:
            response["Clear-Site-Data"] = '"cache"'
        return response
