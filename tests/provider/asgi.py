"""A client of an ASGI application in this very process: cookies kept, redirects left to the test."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType

import httpx
from starlette.types import ASGIApp


class Client:
    """Asks one application, as a browser or another party would; ``base`` is the address it believes it calls."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(app=app)
        self._client = httpx.AsyncClient(transport=transport, base_url=base)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Open an address."""
        return self._loop.run_until_complete(self._client.get(path, headers=headers))

    def post(
        self,
        path: str,
        data: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a form or a body."""
        return self._loop.run_until_complete(self._client.post(path, data=data, content=content, headers=headers))
