"""The door for kiosks, counters and own apps: ``POST /api/resident/v1/applications``, answered before Django."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from mynapoint.award.refusals import Refused
from mynapoint.exchange.strict_json import STRICT_JSON
from mynapoint.hub import web
from mynapoint.hub.applications.once import Asked, OtherContent, Wording, apply_once
from mynapoint.hub.applications.receipts import ExpectedAward, Receipt
from mynapoint.hub.audit.postgresql.lending import lent_connection
from mynapoint.hub.audit.unknown_outcome import is_undone
from mynapoint.hub.problems import AGAIN_AFTER_SECONDS, MEANINGS, PROBLEM_JSON, URN, Problem, ProblemCode
from mynapoint.hub.waiting import tickets
from mynapoint.hub.waiting.gates import Kind, gates
from mynapoint.hub.waiting.last_days import longest_leave
from mynapoint.hub.waiting.tickets import Ticket
from mynapoint.programme.values import TOKYO, tokyo_day

PATH = "/api/resident/v1/applications"
BODY_BYTES_MAX = 16 * 1024
JSON = "application/json"
STATUSES = (400, 405, 409, 413, 415, 500, 503)
"""Of every “no” that is not about the person."""
PLACE = "Waiting-Place"
"""The header of a place on a last day; good with the same Idempotency-Key, so for one application."""
REFUSAL_CODES = "mynapoint.refusal_codes"
"""Where, in what came, whoever counts finds the codes of a refusal."""

_KEY = re.compile(r'"?([A-Za-z0-9_-]{22,128})"?')
_NONCE = re.compile(r"[A-Za-z0-9+/_=-]{1,64}")
_MEMBERS = {"nonce": str, "token": str}
_log = logging.getLogger("django.request")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in HTTP: status, body, headers beside those that every answer has, and a refusal's codes to count."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    codes: Sequence[str] = ()

    @property
    def all_headers(self) -> dict[str, str]:
        """Every header; the length too, which nobody adds after us."""
        return {
            "Content-Type": self.media_type,
            "Content-Length": str(len(self.body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **self.headers,
        }


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer as WSGI takes it."""

    status: int
    line: str
    headers: list[tuple[str, str]]
    body: bytes


@csrf_exempt
def applications(request: HttpRequest) -> HttpResponse:
    """Answer inside Django: as ``wsgi``, where something other than ``hub.wsgi`` serves."""
    said = answer(
        str(request.method),
        request.headers.get("Content-Type", ""),
        request.headers.get("Idempotency-Key", ""),
        lambda: request.body,
        place=request.headers.get(PLACE, ""),
    )
    response = HttpResponse(said.body, status=said.status, headers=said.all_headers)
    response.refusal_codes = said.codes  # type: ignore[attr-defined]
    return response


def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer before Django: no session, language, policy or page is paid for; a connection stays for the next one."""

    def body() -> bytes:
        length = environ.get("CONTENT_LENGTH") or str(BODY_BYTES_MAX + 1)
        if not length.isdecimal() or int(length) > BODY_BYTES_MAX + 1:
            raise _too_long()
        return bytes(environ["wsgi.input"].read(int(length)))

    try:
        said = answer(
            environ["REQUEST_METHOD"],
            environ.get("CONTENT_TYPE", ""),
            environ.get("HTTP_IDEMPOTENCY_KEY", ""),
            body,
            place=environ.get("HTTP_WAITING_PLACE", ""),
            inside=lent_connection if connection.vendor == "postgresql" else nullcontext,
        )
    except Exception:  # noqa: BLE001 - a bug is answered too, and traced like Django's
        _log.exception("Internal Server Error: %s", PATH)
        said = _problem(Problem(ProblemCode.INTERNAL, "The hub failed. The same request may be sent again."))
        connection.close_if_unusable_or_obsolete()
    environ[REFUSAL_CODES] = said.codes
    ready = _ready(said)
    start_response(ready.line, ready.headers)
    return (ready.body,)


def turned_away(environ: WSGIEnvironment) -> Ready | None:
    """Return what whoever comes into a full crowd is told, before anything is read; None: they may come in."""
    if not gates()[Kind.IRREVOCABLE].turns_away():
        return None
    place, now = environ.get("HTTP_WAITING_PLACE", ""), web.now()
    if not place and longest_leave(tokyo_day(now)) is None:
        return _BUSY
    return _ready(_problem(_come_again(environ.get("HTTP_IDEMPOTENCY_KEY", ""), place, now=now)))


def answer(
    method: str,
    media_type: str,
    key: str,
    body: Callable[[], bytes],
    *,
    place: str = "",
    inside: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Said:
    """Answer one request; every refusal and every overload has its words, anything else is a bug and raised.

    ``place``   what a request with this key was given when it was not let in, on a last day
    ``inside``  entered by whoever is let in
    """
    gate, now = gates()[Kind.IRREVOCABLE], web.now()
    if gate.turns_away():  # before anything is read: what that costs would be taken from those inside
        return _problem(_come_again(key, place, now=now))
    translation.activate("en")
    try:
        if method != "POST":
            raise Problem(ProblemCode.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        asked = _asked(media_type, key, body)  # not inside: a body that drips would keep others out
        with gate.place() as is_let_in:
            if not is_let_in:
                raise _come_again(key, place, now=now)
            with inside():
                told = apply_once(asked, wording=WORDING, now=now, ticket=_ticket(key, place, now=now))
    except Problem as problem:
        return _problem(problem)
    except OtherContent:
        title = "This Idempotency-Key was used before, to ask something else."
        return _problem(Problem(ProblemCode.OTHER_CONTENT, title))
    except OperationalError as error:
        connection.close_if_unusable_or_obsolete()
        return _problem(_not_now(error))
    headers = {"Idempotent-Replayed": "true"} if told.is_replay else {}
    if told.is_refusal:
        codes = [] if told.is_replay else [one["code"] for one in json.loads(told.body)["reasons"]]
        return Said(422, told.body.encode(), PROBLEM_JSON, headers, codes)
    return Said(201, told.body.encode(), JSON, headers)


def _asked(media_type: str, key: str, body: Callable[[], bytes]) -> Asked:
    named = _KEY.fullmatch(key)
    if named is None:
        title = "Idempotency-Key must be 22 to 128 characters of A-Z, a-z, 0-9, - and _, made from 128 random bits."
        raise Problem(ProblemCode.BAD_REQUEST, title)
    if media_type.partition(";")[0].strip().lower() != JSON:
        raise Problem(ProblemCode.UNSUPPORTED_MEDIA_TYPE, f"The body must be {JSON}.")
    content = body()
    if len(content) > BODY_BYTES_MAX:
        raise _too_long()
    try:
        members = STRICT_JSON.decode(content.decode())
    except (ValueError, RecursionError) as error:
        raise Problem(ProblemCode.BAD_REQUEST, "The body is not one JSON object.") from error
    fields = _wrong(members)
    if fields:
        raise Problem(ProblemCode.MALFORMED, f"Wrong, missing or unknown: {', '.join(fields)}.", fields=fields)
    return Asked(named[1], members["nonce"], members["token"])


def _holder(key: str) -> str:
    return tickets.holder_of(f"idempotency key {key}")


def _ticket(key: str, place: str, *, now: datetime) -> Ticket | None:
    return tickets.read(place, holder=_holder(key), now=now) if place else None


def _come_again(key: str, place: str, *, now: datetime) -> Problem:
    """Say that it is busy; on a last day with a place, the one that was there or a new one."""
    ticket, allowed = _ticket(key, place, now=now), longest_leave(tokyo_day(now))
    if ticket is None and allowed is not None:
        ticket = Ticket(now, allowed.until, _holder(key), now)
    return Problem(ProblemCode.BUSY, headers={PLACE: tickets.sign(ticket)} if ticket else {})


def _wrong(members: Any) -> list[str]:
    if not isinstance(members, dict):
        return sorted(_MEMBERS)
    wrong = {name for name, kind in _MEMBERS.items() if not isinstance(members.get(name), kind)}
    if "nonce" not in wrong and not _NONCE.fullmatch(members["nonce"]):
        wrong.add("nonce")
    unknown = {name[:40].encode("ascii", "replace").decode() for name in members.keys() - _MEMBERS.keys()}
    return sorted(wrong | unknown)[:10]


def _not_now(error: OperationalError) -> Problem:
    """Say that the same request is to be sent again: it waits for itself, or nobody knows what became of it."""
    context = getattr(getattr(error.__cause__, "diag", None), "context", None) or ""
    if "applications_keptanswer" in context:
        title = "A request with this Idempotency-Key is being answered. Send the same again."
        return Problem(ProblemCode.IN_FLIGHT, title)
    _log.error("%s: the database could not answer: %s", PATH, type(error.__cause__ or error).__name__)
    return Problem(ProblemCode.BUSY if is_undone(error) else ProblemCode.OUTCOME_UNKNOWN)


def _too_long() -> Problem:
    return Problem(ProblemCode.BODY_TOO_LONG, f"A body may have at most {BODY_BYTES_MAX} bytes.")


def _problem(problem: Problem) -> Said:
    members = {"type": f"{URN}{problem.code}", "title": problem.title, "status": problem.status, **problem.figures}
    again = {"Retry-After": str(AGAIN_AFTER_SECONDS)} if MEANINGS[problem.code].again else {}
    return Said(problem.status, json.dumps(members).encode(), PROBLEM_JSON, problem.headers | again)


def _ready(said: Said) -> Ready:
    line = f"{said.status} {HTTPStatus(said.status).phrase}"
    return Ready(said.status, line, list(said.all_headers.items()), said.body)


def _applied(told: Receipt) -> str:
    return json.dumps(
        {
            "application_id": str(told.application),
            "applied_at": _instant(told.applied_at),
            "effective_from": _instant(told.effective_from),
            "expected_awards": _awards(told.expected_awards),
        }
    )


@lru_cache(maxsize=4096)
def _awards(expected: tuple[ExpectedAward, ...]) -> list[dict[str, str | int]]:
    return [_award(one) for one in expected]


def _award(one: ExpectedAward) -> dict[str, str | int]:
    members: dict[str, str | int] = {"use": one.use}
    if one.month is not None:
        members["month"] = f"{one.month:%Y-%m}"
    if one.expected_on is not None:
        members["expected_on"] = one.expected_on.isoformat()
    if one.hours_after is not None:
        members["hours_after"] = one.hours_after
    return members


def _instant(instant: datetime) -> str:
    return instant.astimezone(TOKYO).isoformat(timespec="milliseconds")


def _refused(refused: Refused) -> str:
    return json.dumps(web.refusal_members(refused))


_BUSY = _ready(_problem(Problem(ProblemCode.BUSY)))
WORDING = Wording(applied=_applied, refused=_refused)
