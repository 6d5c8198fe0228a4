"""DOOR IN/OUT: the provider's requests to the hub, signed, safely repeated; the only file here that connects."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from mynapoint.exchange.codec import MalformedMessage, decode_lines
from mynapoint.exchange.messages import (
    ApplicationNotice,
    AwardReceiptHeader,
    NoticesHeader,
    RefusedLine,
)
from mynapoint.exchange.signatures import SigningKey, sign_request
from mynapoint.programme.values import ServiceNumber

NOTICES_LIMIT = 500
TIMEOUT = httpx.Timeout(30, connect=5)
PAUSES_SECONDS = (0.5, 2, 5)
"""How long to wait before each further try; a request that is still not answered after the last one has failed."""

_TRY_AGAIN = {409, 425, 429, 502, 503, 504}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}

AnswerT = TypeVar("AnswerT")


class HubError(Exception):
    """The hub could not be asked, or did not do what it was asked: which request, what happened, what to do."""


class HubUnreachable(HubError):
    """No answer after every try. Nothing is lost: the same request may be sent again at any time."""


class HubRefused(HubError):
    """The hub answered no; the same request would be answered the same."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(f"the hub refused ({status}): {what}")
        self.status = status


class HubAnswerMalformed(HubError):
    """The hub's answer is not what was agreed; nothing was taken from it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a report: the hub's header and each refused line."""

    header: AwardReceiptHeader
    refused: tuple[RefusedLine, ...]


class HubClient:
    """One provider's line to the hub.

    ``transport`` and ``pause`` are for a hub in the same process and a clock that does not wait, in tests.
    Raises HubError for an address that is neither https nor on this machine.
    """

    def __init__(
        self,
        *,
        hub_url: str,
        key: SigningKey,
        service_number: ServiceNumber,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(hub_url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise HubError(f"the hub's address must begin with https:// (http only on this machine); got {hub_url!r}")
        self._hub_url = hub_url.rstrip("/")
        self._key = key
        self._service_number = service_number
        self._pause = pause
        self._client = httpx.Client(transport=transport, timeout=TIMEOUT, trust_env=parts.hostname not in _LOOPBACK)

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def notices(self, *, after: int) -> tuple[NoticesHeader, list[ApplicationNotice]]:
        """Return the page of notices after a cursor, in order of their cursors. Raises HubError."""

        def read(body: bytes) -> tuple[NoticesHeader, list[ApplicationNotice]]:
            header, *rows = decode_lines(body, NoticesHeader, ApplicationNotice)
            assert isinstance(header, NoticesHeader)
            notices = [row for row in rows if isinstance(row, ApplicationNotice)]
            cursors = [after, *(notice.cursor for notice in notices)]
            if header.service_number != self._service_number:
                raise MalformedMessage(1, "service_number", "is another service's")
            if header.count != len(notices):
                raise MalformedMessage(1, "count", f"says {header.count}; {len(notices)} lines follow")
            if any(late <= early for early, late in pairwise(cursors)):
                raise MalformedMessage(1, "cursor", "must grow from line to line")
            if header.next_cursor < cursors[-1]:
                raise MalformedMessage(1, "next_cursor", "must not be before the page's last line")
            return header, notices

        query = f"service={self._service_number}&after={after}&limit={NOTICES_LIMIT}"
        return self._ask("GET", f"/api/provider/v1/notices?{query}", b"", read)

    def send_report(self, *, report_id: str, body: bytes) -> Receipt:
        """Send an award report, header and lines as they were first encoded, and return its receipt.

        Sent again with the same id and bytes it is answered the same, so a lost answer costs nothing. Raises HubError.
        """
        line_count = len(body.splitlines()) - 1

        def read(answer: bytes) -> Receipt:
            header, *rows = decode_lines(answer, AwardReceiptHeader, RefusedLine)
            assert isinstance(header, AwardReceiptHeader)
            refused = tuple(row for row in rows if isinstance(row, RefusedLine))
            if header.report_id != report_id:
                raise MalformedMessage(1, "report_id", "is another report's")
            if header.refused != len(refused):
                raise MalformedMessage(1, "refused", f"says {header.refused}; {len(refused)} lines follow")
            if header.accepted + header.repeated + header.refused != line_count:
                raise MalformedMessage(1, "accepted", f"accepted, repeated and refused must make {line_count}")
            return Receipt(header, refused)

        return self._ask("POST", "/api/provider/v1/award-reports", body, read)

    def _ask(self, method: str, target: str, body: bytes, read: Callable[[bytes], AnswerT]) -> AnswerT:
        what = f"{method} {self._hub_url}{target.partition('?')[0]}"
        response = self._send(method, f"{self._hub_url}{target}", body, what, PAUSES_SECONDS)
        if response.status_code != httpx.codes.OK:
            raise HubRefused(response.status_code, f"{what}: {_title(response)}")
        try:
            return read(response.content)
        except MalformedMessage as error:
            raise HubAnswerMalformed(f"{what}: the hub's answer, {error}") from error

    def _send(self, method: str, url: str, body: bytes, what: str, pauses: Sequence[float]) -> httpx.Response:
        """Send until an answer comes that is not “try again”; every try carries a signature and nonce of its own."""
        why = ""
        for pause_seconds in (*pauses, None):
            request = self._client.build_request(
                method, url, content=body or None, headers={"Content-Type": "application/jsonl"} if body else None
            )
            request.headers.update(sign_request(self._key, method=method, url=str(request.url), body=body))
            try:
                response = self._client.send(request)
                if response.status_code not in _TRY_AGAIN:
                    return response
                why = f"answered {response.status_code}"
            except httpx.TransportError as error:
                why = type(error).__name__ + (f": {error}" if str(error) else "")
            if pause_seconds is not None:
                self._pause(pause_seconds)
        raise HubUnreachable(
            f"{what}: no answer after {len(pauses) + 1} tries ({why}). "
            "Is the hub running, and its address right? Nothing is lost; run the same command again."
        )


def _title(response: httpx.Response) -> str:
    """The hub's own words for a refusal, cut short; problem+json has them in ``title``."""
    try:
        title = response.json()["title"]
    except (ValueError, KeyError, TypeError):
        title = response.reason_phrase
    return str(title)[:300]
