"""The way to this process's own hub, which leaves a test's database connection open as Django's test client does."""

from __future__ import annotations

from datetime import timedelta

import httpx
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections


class InProcessHub(httpx.BaseTransport):
    """Hands requests to the hub's WSGI application. Outside a test Django closes connections around each of them."""

    def __init__(self) -> None:
        self._inner = httpx.WSGITransport(app=get_wsgi_application())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; its body is read here, while the connection is still kept."""
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_old_connections)
        try:
            response = self._inner.handle_request(request)
            response.read()
            response.close()
            response.elapsed = timedelta(0)
            return response
        finally:
            request_started.connect(close_old_connections)
            request_finished.connect(close_old_connections)
