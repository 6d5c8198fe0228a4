"""A message or signature of a provider tried as the door would read it; nothing is recorded, no nonce is used up."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from mynapoint.exchange.codec import MalformedMessage, decode, type_name
from mynapoint.exchange.messages import AwardLine, AwardReportHeader, Message
from mynapoint.exchange.signatures import BadSignature, PublicKeyOf, has_digest, verify_headers
from mynapoint.hub.ledger.reports import parse_report

FAULTS_SHOWN_MAX = 50
_KINDS: Mapping[str, type[Any]] = {type_name(kind): kind for kind in get_args(Message)}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a message: in which line, at which field, and why, as the door would say it."""

    line: int
    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What the schema says to a body: the types of its lines, how many there are, and what is wrong."""

    kinds: Sequence[str]
    lines: int
    faults: Sequence[Fault]


def try_body(body: bytes) -> Tried:
    """Return what is wrong with JSON lines of any published messages; for an award report also with its totals."""
    rows = body.splitlines()
    kinds: dict[str, None] = {}
    faults: list[Fault] = []
    for number, row in enumerate(rows, start=1):
        try:
            kinds[type_name(type(decode(row, *_expected(row), line=number)))] = None
        except MalformedMessage as error:
            faults.append(Fault(error.line, error.field, error.why))
            if len(faults) == FAULTS_SHOWN_MAX:
                break
    if not rows:
        faults.append(Fault(1, "line", "is missing; the message is empty"))
    if not faults and _is_report(rows[0]):
        try:
            parse_report(body)
        except MalformedMessage as error:
            faults.append(Fault(error.line, error.field, error.why))
    return Tried(list(kinds), len(rows), faults)


def try_signature(*, method: str, url: str, headers: Mapping[str, str], body: bytes, public_key_of: PublicKeyOf) -> str:
    """Return why a request's signature would be refused; empty: it would be taken, by one of the provider's keys."""
    named = {name.lower(): value for name, value in headers.items()}
    for name in ("signature-input", "signature", "content-digest"):
        if name not in named:
            return f"{name} is missing"
    try:
        verify_headers(method=method, url=url, headers=headers, public_key_of=public_key_of)
    except BadSignature as error:
        return str(error) or "the signature is not right"
    return "" if has_digest(body, named["content-digest"]) else "the digest is another body's"


def headers_of(text: str) -> dict[str, str]:
    """Return the headers of lines such as ``Signature: mynapoint=:…:``; a line that begins with a blank goes on.

    >>> headers_of("Content-Digest: sha-256=:x:\\n\\nnonsense")
    {'Content-Digest': 'sha-256=:x:'}
    """
    unfolded = re.sub(r"\r?\n[ \t]+", " ", text)
    found = (re.fullmatch(r"([A-Za-z-]{1,40}):\s*(.*?)\s*", line) for line in unfolded.splitlines())
    return {one[1]: one[2] for one in found if one}


def _expected(row: bytes) -> Sequence[type[Any]]:
    """Return the message a line says it is, so that its other faults are told; every one where it does not."""
    try:
        named = json.loads(row)["type"]
        return (_KINDS[named],)
    except (ValueError, KeyError, TypeError, RecursionError):
        return tuple(_KINDS.values())


def _is_report(row: bytes) -> bool:
    return isinstance(decode(row, *_expected(row)), AwardReportHeader | AwardLine)
