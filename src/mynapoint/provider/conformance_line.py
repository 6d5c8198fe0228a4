"""DOOR OUT, for a test installation only: asks an account API as a hub would, and as nobody should, rule by rule."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx

from mynapoint.exchange.codec import MalformedMessage, decode, encode
from mynapoint.exchange.messages import AccountProof, AccountProofRefused, AccountProofRequest
from mynapoint.exchange.signatures import SigningKey, sign_request
from mynapoint.programme.values import AccountId, IncentiveId, ServiceNumber

PATH = "/v1/account-proofs"
TIMEOUT_SECONDS = 10
Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a test installation is asked with: a hub key it knows, its own public keys, and two test accounts.

    ``closing``   an account that the check closes for an hour by wrong codes
    ``unknown``   the beginning of account numbers that nobody has
    """

    url: str
    hub_key: SigningKey
    provider_keys: Mapping[str, bytes]
    service_number: ServiceNumber
    incentive: IncentiveId
    account: tuple[AccountId, tuple[str, ...]]
    closing: tuple[AccountId, tuple[str, ...]]
    wrong_codes: tuple[str, ...]
    unknown: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came."""

    status: int
    body: bytes
    media_type: str
    seconds: float


class Broken(Exception):
    """A rule does not hold; why, in a sentence."""


@dataclass
class Line:
    """The way to the account API, and what was seen on it."""

    trial: Trial
    client: httpx.Client
    slowest: float = 0
    wrong: list[Answer] = field(default_factory=list)
    unknown: list[Answer] = field(default_factory=list)

    def request(self, **changes: object) -> AccountProofRequest:
        """Return a new question about the test account."""
        account_id, codes = self.trial.account
        asked = AccountProofRequest(
            secrets.token_hex(16), self.trial.service_number, self.trial.incentive, account_id, codes
        )
        return replace(asked, **changes)  # type: ignore[arg-type]

    def sign(self, body: bytes, **how: datetime | str) -> Headers:
        """Sign as the hub; ``how`` is at, nonce (signatures.sign_request)."""
        return sign_request(self.trial.hub_key, method="POST", url=self.trial.url + PATH, body=body, **how)  # type: ignore[arg-type]

    def send(self, body: bytes, headers: Headers | None = None) -> Answer:
        """Send a body, signed as the hub unless headers are given."""
        signed = self.sign(body) if headers is None else headers
        begun = time.monotonic()
        try:
            response = self.client.post(
                self.trial.url + PATH, content=body, headers={"Content-Type": "application/jsonl", **signed}
            )
        except httpx.HTTPError as error:
            raise Broken(f"no answer: {type(error).__name__}") from error
        seconds = time.monotonic() - begun
        self.slowest = max(self.slowest, seconds)
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
        return Answer(response.status_code, response.content, media_type, seconds)

    def get(self) -> int:
        """Return the status of a GET."""
        try:
            return self.client.get(self.trial.url + PATH).status_code
        except httpx.HTTPError as error:
            raise Broken(f"no answer: {type(error).__name__}") from error

    def proof(self, asked: AccountProofRequest) -> AccountProof:
        """Ask what must be proved. Raises Broken."""
        told = read_answer(self.send(encode(asked)), asked)
        if not isinstance(told, AccountProof):
            raise Broken(f"the test account was refused: {told.reason}")
        return told


@contextmanager
def open_line(trial: Trial) -> Iterator[Line]:
    """Open the way to an account API for a block; nothing is followed elsewhere."""
    with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        yield Line(trial, client)


def read_answer(answer: Answer, asked: AccountProofRequest) -> AccountProof | AccountProofRefused:
    """Return what a question was told. Raises Broken."""
    expect(answer, 200)
    try:
        told = decode(answer.body, AccountProof, AccountProofRefused)
    except MalformedMessage as error:
        raise Broken(f"the answer is not the message it should be: {error}") from error
    assert isinstance(told, AccountProof | AccountProofRefused)
    if told.request_id != asked.request_id:
        raise Broken("the answer is about another request_id")
    return told


def expect(answer: Answer, *statuses: int) -> None:
    """Raise Broken for another status."""
    if answer.status not in statuses:
        raise Broken(f"expected {' or '.join(map(str, statuses))}, got {answer.status}")
