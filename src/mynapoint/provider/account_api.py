"""DOOR IN: the hub asks whether an account and its security codes belong together; signed, limited, answered once."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import duckdb
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mynapoint.exchange.codec import LINE_BYTES_MAX, MalformedMessage, decode, encode
from mynapoint.exchange.messages import AccountProof, AccountProofRefused, AccountProofRequest, ProofRefusal
from mynapoint.exchange.signatures import (
    BadSignature,
    PublicKeyOf,
    Signed,
    SigningKey,
    sign_document,
    verify_request,
)
from mynapoint.programme.values import AccountId, IncentiveId, ServiceNumber
from mynapoint.provider.chains import is_linked
from mynapoint.provider.store import Store, StoreBusy, only

STORE_WAIT_SECONDS = 2
"""A resident is waiting for the answer, and the hub waits a few seconds only."""

FAILURES_MAX = 5
FAILURES_PERIOD = timedelta(hours=1)
PATH = "/v1/account-proofs"
MEDIA_TYPE = "application/jsonl"


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that was recognised: its holder's name as it may be shown, such as 「サ*プル タ*ウ」."""

    masked_holder: str


class Accounts(Protocol):
    """The provider's own accounts: the one thing a provider writes for this door.

    ``check`` answers within a second or two, and takes as long for an account that does not exist as for a wrong
    code (``codes_match`` does). It returns NOT_RECOGNISED for both: an answer must not tell which accounts exist.
    """

    def check(
        self, account_id: AccountId, security_codes: tuple[str, ...], incentive: IncentiveId
    ) -> Holder | ProofRefusal:
        """Return the holder when account and codes belong together and may take part, else the reason for “no”."""
        ...


@dataclass(frozen=True, slots=True)
class Door:
    """Everything the account API needs.

    ``url``  the API's public address as the hub knows it; what is signed for another address is refused
    """

    store: Store
    accounts: Accounts
    service_number: ServiceNumber
    key: SigningKey
    hub_key_of: PublicKeyOf
    url: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


class _Replayed(Exception):
    """A nonce that was used before."""


class _OtherBody(Exception):
    """A request id that was used before, for something else."""


def codes_match(kept: tuple[str, ...] | None, given: tuple[str, ...]) -> bool:
    """Say whether all codes are equal, in a time that depends on neither; None stands for an unknown account."""
    digests = [hashlib.sha256(json.dumps(list(codes)).encode()).digest() for codes in (kept or (), given)]
    return hmac.compare_digest(*digests) and kept is not None


def mask_name(name: str) -> str:
    """Hide every word's second letter, so that the holder knows the name and a stranger does not learn it.

    >>> mask_name("サンプル タロウ"), mask_name("リ ソラ")
    ('サ*プル タ*ウ', '* ソ*')
    """
    return " ".join(word[0] + "*" + word[2:] if len(word) > 1 else "*" for word in name.split())


def create_app(door: Door) -> Starlette:
    """Return the account API as an ASGI application, to be served alone or mounted beside the provider's own pages."""

    async def account_proofs(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LINE_BYTES_MAX:
                return _problem(413, "the request is too long")
        headers = dict(request.headers)
        return await run_in_threadpool(answer, door, headers, body)

    return Starlette(routes=[Route(PATH, account_proofs, methods=["POST"])])


def answer(door: Door, headers: dict[str, str], body: bytes) -> Response:
    """Answer one request of the hub: 200 with a proof or its refusal, 401, 413, 422, or 503 when it may be repeated."""
    try:
        signed = verify_request(
            method="POST",
            url=door.url.rstrip("/") + PATH,
            headers=headers,
            body=body,
            public_key_of=door.hub_key_of,
        )
        asked = decode(body, AccountProofRequest)
        if asked.service_number != door.service_number:
            return _problem(422, "service_number: is another service's")
        return Response(_prove(door, signed, asked, body), media_type=MEDIA_TYPE)
    except (BadSignature, _Replayed):
        return _problem(401, "the request is not signed, as it stands and for the first time, by the hub")
    except MalformedMessage as error:
        return _problem(422, str(error))
    except _OtherBody:
        return _problem(422, "request_id: was used before with other content")
    except StoreBusy:
        return _problem(503, "the store is in use; send the same request again", {"Retry-After": "2"})


def _prove(door: Door, signed: Signed, asked: AccountProofRequest, body: bytes) -> bytes:
    """Ask between two steps: a slow account system does not keep the store, and a crash between them costs a try."""
    store = replace(door.store, wait_seconds=min(door.store.wait_seconds, STORE_WAIT_SECONDS))
    with store.step() as connection:
        known, failures = _note_request(connection, door, signed, asked, body)
    if known is not None:
        return known
    if failures >= FAILURES_MAX:
        outcome: Holder | ProofRefusal = ProofRefusal.TOO_MANY_TRIES
    else:
        outcome = door.accounts.check(asked.account_id, asked.security_codes, asked.incentive)
    with store.step() as connection:
        return _note_answer(connection, door, asked, outcome)


def _note_request(
    connection: duckdb.DuckDBPyConnection, door: Door, signed: Signed, asked: AccountProofRequest, body: bytes
) -> tuple[bytes | None, int]:
    """Keep nonce and request; return the answer given before, if any, and the account's failures of the last hour.

    A request that has no answer yet counts as a failure, so tries made at the same time cannot pass the limit.
    """
    now = datetime.now(UTC)
    try:
        connection.execute("INSERT INTO nonces VALUES (?, ?, ?)", (signed.key_id, signed.nonce, now))
    except duckdb.ConstraintException as error:
        raise _Replayed from error
    digest = hmac.new(door.key.secret_bytes(), body, hashlib.sha256).hexdigest()
    before = only(connection, "SELECT digest FROM proof_requests WHERE request_id = ?", asked.request_id)
    if before is not None and before != digest:
        raise _OtherBody
    given = only(connection, "SELECT answer FROM proof_answers WHERE request_id = ?", asked.request_id)
    failures = only(
        connection,
        """SELECT count(*) FROM proof_requests LEFT JOIN proof_answers USING (request_id)
           WHERE account_id = ? AND asked_at > ? AND coalesce(not_recognised, true) AND request_id <> ?""",
        *(asked.account_id.text, now - FAILURES_PERIOD, asked.request_id),
    )
    if before is None:
        row = (asked.request_id, digest, asked.account_id.text, now)
        connection.execute("INSERT INTO proof_requests VALUES (?, ?, ?, ?)", row)
    assert isinstance(failures, int)
    return (bytes(given) if isinstance(given, bytes | bytearray) else None), failures


def _note_answer(
    connection: duckdb.DuckDBPyConnection, door: Door, asked: AccountProofRequest, outcome: Holder | ProofRefusal
) -> bytes:
    """Keep and return the answer; of two answers to one request made at the same time, the first."""
    given = only(connection, "SELECT answer FROM proof_answers WHERE request_id = ?", asked.request_id)
    if isinstance(given, bytes | bytearray):
        return bytes(given)
    if isinstance(outcome, Holder) and is_linked(connection, asked.account_id.text, asked.incentive):
        outcome = ProofRefusal.ALREADY_LINKED
    told: AccountProof | AccountProofRefused = (
        _proof(connection, door, asked, outcome)
        if isinstance(outcome, Holder)
        else AccountProofRefused(asked.request_id, outcome)
    )
    line = encode(told)
    row = (asked.request_id, line, outcome is ProofRefusal.NOT_RECOGNISED, datetime.now(UTC))
    connection.execute("INSERT INTO proof_answers VALUES (?, ?, ?, ?)", row)
    return line


def _proof(
    connection: duckdb.DuckDBPyConnection, door: Door, asked: AccountProofRequest, holder: Holder
) -> AccountProof:
    """Make the proof. One account has one reference an incentive: two people with one account meet at the hub."""
    query = "SELECT account_reference FROM account_references WHERE account_id = ? AND incentive = ?"
    kept = only(connection, query, asked.account_id.text, asked.incentive)
    reference = str(kept) if kept is not None else secrets.token_urlsafe(24)
    now = door.clock()
    if kept is None:
        row = (reference, asked.account_id.text, asked.incentive, now)
        connection.execute("INSERT INTO account_references VALUES (?, ?, ?, ?)", row)
    payload = {
        "request_id": asked.request_id,
        "service_number": str(asked.service_number),
        "incentive": asked.incentive,
        "account_reference": reference,
        "issued_at": now.astimezone(UTC).isoformat(),
    }
    return AccountProof(
        request_id=asked.request_id,
        account_reference=reference,
        masked_holder=holder.masked_holder,
        masked_account=asked.account_id.masked,
        proof=sign_document(door.key, json.dumps(payload).encode()),
    )


def _problem(status: int, title: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status},
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )
