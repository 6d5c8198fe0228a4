"""DOOR IN/OUT: the provider's requests to the hub, signed, safely repeated; the only file here that connects."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from mynapoint.exchange.codec import MalformedMessage, decode, decode_lines
from mynapoint.exchange.messages import (
    ApplicationNotice,
    AwardReceiptHeader,
    EvidenceRequest,
    NoticesHeader,
    RefusedLine,
    SettlementClaim,
    SettlementStatement,
    StatedClaim,
)
from mynapoint.exchange.signatures import SigningKey, sign_request
from mynapoint.programme.values import ServiceNumber

NOTICES_LIMIT = 500
TIMEOUT = httpx.Timeout(30, connect=5)
PAUSES_SECONDS = (0.5, 2, 5)
"""The longest wait before each further try; half to all of it is waited, so that many clients come apart."""
DEADLINE_SECONDS = 120
"""For one request with all its tries, pauses and the reading of the answer."""
ANSWER_BYTES_MAX = 16 * 1024 * 1024

_TRY_AGAIN = {409, 429, 502, 503, 504}
"""Everything that is sent here may be sent again: it reads, or carries an id under which it counts once."""
_RANDOM = secrets.SystemRandom()
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


@dataclass(frozen=True, slots=True)
class Statement:
    """The sums of a service, every claim in order and where it stands, and the lines to be shown."""

    header: SettlementStatement
    claims: tuple[StatedClaim, ...]
    evidence: tuple[EvidenceRequest, ...]


class HubClient:
    """One provider's line to the hub.

    ``transport``, ``pause`` and ``clock`` (seconds) are for a hub in the same process and time that flies, in tests.
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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(hub_url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise HubError(f"the hub's address must begin with https:// (http only on this machine); got {hub_url!r}")
        self._hub_url = hub_url.rstrip("/")
        self._key = key
        self._service_number = service_number
        self._pause = pause
        self._clock = clock
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

    def send_claim(self, *, claim: SettlementClaim, body: bytes) -> None:
        """Send a claim as it was first encoded; the same bytes again are answered the same. Raises HubError."""

        def read(answer: bytes) -> None:
            taken = decode(answer, StatedClaim)
            for name in ("claim_id", "round_id", "incentive", "month", "points", "expired", "final"):
                if getattr(taken, name) != getattr(claim, name):
                    raise MalformedMessage(1, name, "is another claim's")

        return self._ask("POST", "/api/provider/v1/claims", body, read)

    def statement(self) -> Statement:
        """Return what the hub has recorded, taken and paid of the service. Raises HubError."""

        def read(body: bytes) -> Statement:
            first, *lines = body.splitlines() or [b""]
            header = decode(first, SettlementStatement)
            rows = [decode(one, StatedClaim, EvidenceRequest, line=line) for line, one in enumerate(lines, start=2)]
            claims = tuple(row for row in rows if isinstance(row, StatedClaim))
            asked = tuple(row for row in rows if isinstance(row, EvidenceRequest))
            if header.service_number != self._service_number:
                raise MalformedMessage(1, "service_number", "is another service's")
            if header.claims != len(claims):
                raise MalformedMessage(1, "claims", f"says {header.claims}; {len(claims)} lines follow")
            return Statement(header, claims, asked)

        return self._ask("GET", f"/api/provider/v1/statement?service={self._service_number}", b"", read)

    def _ask(self, method: str, target: str, body: bytes, read: Callable[[bytes], AnswerT]) -> AnswerT:
        what = f"{method} {self._hub_url}{target.partition('?')[0]}"
        response = self._send(method, f"{self._hub_url}{target}", body, what)
        if response.status_code != httpx.codes.OK:
            raise HubRefused(response.status_code, f"{what}: {_title(response)}")
        try:
            return read(response.content)
        except MalformedMessage as error:
            raise HubAnswerMalformed(f"{what}: the hub's answer, {error}") from error

    def _send(self, method: str, url: str, body: bytes, what: str) -> httpx.Response:
        """Send until an answer comes that is not “try again”; every try carries a signature and nonce of its own."""
        ends_at, why, tries = self._clock() + DEADLINE_SECONDS, "", 0
        for pause_seconds in (*PAUSES_SECONDS, None):
            tries, asked_seconds = tries + 1, 0.0
            try:
                response = self._send_once(method, url, body, ends_at)
                if response.status_code not in _TRY_AGAIN:
                    return response
                why = f"answered {response.status_code}"
                asked_seconds = _retry_after(response)
            except httpx.TransportError as error:
                why = type(error).__name__ + (f": {error}" if str(error) else "")
            if pause_seconds is None:
                break
            wait_seconds = max(pause_seconds * (1 + _RANDOM.random()) / 2, asked_seconds)
            if self._clock() + wait_seconds > ends_at:
                why += f"; the next try would be after {DEADLINE_SECONDS} s"
                break
            self._pause(wait_seconds)
        raise HubUnreachable(
            f"{what}: no answer after {tries} tries ({why}). "
            "Is the hub running, and its address right? Nothing is lost; run the same command again."
        )

    def _send_once(self, method: str, url: str, body: bytes, ends_at: float) -> httpx.Response:
        request = self._client.build_request(
            method, url, content=body or None, headers={"Content-Type": "application/jsonl"} if body else None
        )
        request.headers.update(sign_request(self._key, method=method, url=str(request.url), body=body))
        response = self._client.send(request, stream=True)
        try:
            answer = bytearray()
            for chunk in response.iter_bytes():
                answer += chunk
                if len(answer) > ANSWER_BYTES_MAX or self._clock() > ends_at:
                    raise httpx.ReadTimeout("the answer is too long or too slow", request=request)
        finally:
            response.close()
        # Unpacked already, so nothing is to be unpacked again.
        headers = {name: value for name, value in response.headers.items() if name.lower() != "content-encoding"}
        return httpx.Response(response.status_code, headers=headers, content=bytes(answer), request=request)


def _retry_after(response: httpx.Response) -> float:
    """The seconds a hub asks to be left alone for; a date or nonsense is no number, and then our own pause counts."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0.0


def _title(response: httpx.Response) -> str:
    """The hub's own words for a refusal, cut short; problem+json has them in ``title``."""
    try:
        title = response.json()["title"]
    except (ValueError, KeyError, TypeError):
        title = response.reason_phrase
    return str(title)[:300]
