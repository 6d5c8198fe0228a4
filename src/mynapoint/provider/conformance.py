"""The rules of an account API, each tried on a test installation as a hub would, and as nobody should."""

from __future__ import annotations

import ipaddress
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from urllib.parse import urlsplit

from mynapoint.exchange.codec import LINE_BYTES_MAX, encode
from mynapoint.exchange.messages import AccountProofRefused, AccountProofRequest, ProofRefusal
from mynapoint.exchange.signatures import BadSignature, SigningKey, sign_request, verify_document
from mynapoint.programme.values import AccountId, ServiceNumber
from mynapoint.provider.conformance_line import PATH, Answer, Broken, Line, Trial, expect, open_line, read_answer

SECONDS_MAX = 2
TRIES = 5
APART_SECONDS_MAX = 0.1
"""Apart by more than this, and by half, answers about unknown accounts and wrong codes can be told apart by time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of a rule: its name, its section of docs/providers.md, and why it does not hold, if it does not."""

    rule: str
    section: str
    what: str
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the account API: its name and section in docs/providers.md, what it asks, and how it is tried."""

    name: str
    section: str
    what: str
    holds: Callable[[Line], None]


def check(trial: Trial) -> list[Finding]:
    """Try every rule, in order, and return what became of each."""
    with open_line(trial) as line:
        return [Finding(rule.name, rule.section, rule.what, _why_not(rule, line)) for rule in RULES]


def _why_not(rule: Rule, line: Line) -> str | None:
    try:
        rule.holds(line)
    except Broken as broken:
        return str(broken)
    return None


def _transport(line: Line) -> None:
    parts = urlsplit(line.trial.url)
    try:
        here = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        here = parts.hostname == "localhost"
    if parts.scheme != "https" and not here:
        raise Broken("the address must begin with https://")


def _proves(line: Line) -> None:
    asked = line.request()
    told = line.proof(asked)
    try:
        _, payload = verify_document(told.proof, line.trial.provider_keys.get)
        proved = json.loads(payload)
    except (BadSignature, ValueError) as error:
        raise Broken(f"the proof is no JWS (EdDSA) of a key that was given: {error}") from error
    wanted = {
        "request_id": asked.request_id,
        "service_number": asked.service_number.text,
        "incentive": asked.incentive,
        "account_reference": told.account_reference,
    }
    for name, value in wanted.items():
        if not isinstance(proved, dict) or proved.get(name) != value:
            raise Broken(f"the proof's {name} is not the request's")


def _media_type(line: Line) -> None:
    answer = line.send(encode(line.request()))
    if answer.media_type != "application/jsonl":
        raise Broken(f"the answer must be application/jsonl; got {answer.media_type or 'nothing'}")


def _hides(line: Line) -> None:
    told = line.proof(line.request())
    account = line.trial.account[0]
    if account.text in (told.account_reference, told.masked_account) or account.text in told.masked_holder:
        raise Broken("the answer shows the account number")
    if not told.account_reference or not told.masked_holder:
        raise Broken("account_reference and masked_holder must not be empty")


def _one_reference(line: Line) -> None:
    first, second = (line.proof(line.request()).account_reference for _ in range(2))
    if first != second:
        raise Broken("one account got two references for one incentive")


def _same_answer(line: Line) -> None:
    body = encode(line.request())
    if line.send(body).body != line.send(body).body:
        raise Broken("the same request, signed anew, was answered otherwise")


def _other_body(line: Line) -> None:
    asked = line.request()
    line.send(encode(asked))
    expect(line.send(encode(replace(asked, security_codes=line.trial.wrong_codes))), 422)


def _not_signed(line: Line) -> None:
    expect(line.send(encode(line.request()), {}), 401)


def _other_key(line: Line) -> None:
    body, stranger = encode(line.request()), SigningKey.generate(line.trial.hub_key.key_id)
    expect(line.send(body, sign_request(stranger, method="POST", url=line.trial.url + PATH, body=body)), 401)


def _other_digest(line: Line) -> None:
    expect(line.send(encode(line.request()), line.sign(encode(line.request()))), 401)


def _other_address(line: Line) -> None:
    body = encode(line.request())
    url = line.trial.url + PATH + "?"
    expect(line.send(body, sign_request(line.trial.hub_key, method="POST", url=url + "x=1", body=body)), 401)


def _expired(line: Line) -> None:
    body = encode(line.request())
    expect(line.send(body, line.sign(body, at=datetime.now(UTC) - timedelta(minutes=10))), 401)


def _short_nonce(line: Line) -> None:
    body = encode(line.request())
    expect(line.send(body, line.sign(body, nonce="short")), 401)


def _replayed(line: Line) -> None:
    body = encode(line.request())
    headers = line.sign(body)
    expect(line.send(body, headers), 200)
    expect(line.send(body, headers), 401)


def _unknown_member(line: Line) -> None:
    expect(line.send(encode(line.request())[:-2] + b',"more":1}\n'), 422)


def _no_message(line: Line) -> None:
    for body in (b"{}\n", b"[]\n", b"\xff\n", b"[" * 4_000):
        expect(line.send(body), 422)


def _other_service(line: Line) -> None:
    number = "MP0000000" if line.trial.service_number.text != "MP0000000" else "MP0000001"
    expect(line.send(encode(line.request(service_number=ServiceNumber(number)))), 422)


def _too_long(line: Line) -> None:
    expect(line.send(b" " * (LINE_BYTES_MAX + 1)), 413)


def _alike(line: Line) -> None:
    account_id, _ = line.trial.closing
    asked = []
    for number in range(TRIES):
        known = line.request(account_id=account_id, security_codes=line.trial.wrong_codes)
        line.wrong.append(line.send(encode(known)))
        nobody = line.request(account_id=AccountId(f"{line.trial.unknown}{number}{secrets.randbelow(10**6):06}"))
        line.unknown.append(line.send(encode(nobody)))
        asked.append((known, nobody))
    for (known, nobody), of_known, of_nobody in zip(asked, line.wrong, line.unknown, strict=True):
        wrong, unknown = _told(of_known, known), _told(of_nobody, nobody)
        if (wrong, unknown) != (ProofRefusal.NOT_RECOGNISED, ProofRefusal.NOT_RECOGNISED):
            raise Broken(f"a wrong code is told {wrong}, an unknown account {unknown}; both: not_recognised")


def _alike_in_time(line: Line) -> None:
    if not line.wrong or not line.unknown:
        raise Broken("could not be tried")
    wrong, unknown = (median(one.seconds for one in answers) for answers in (line.wrong, line.unknown))
    apart = abs(wrong - unknown)
    if apart > APART_SECONDS_MAX and apart > max(wrong, unknown) / 2:
        raise Broken(f"a wrong code takes {wrong:.2f} s, an unknown account {unknown:.2f} s: accounts can be found so")


def _closes(line: Line) -> None:
    account_id, codes = line.trial.closing
    for _ in range(TRIES - len(line.wrong)):
        line.send(encode(line.request(account_id=account_id, security_codes=line.trial.wrong_codes)))
    asked = line.request(account_id=account_id, security_codes=codes)
    reason = _told(line.send(encode(asked)), asked)
    if reason != ProofRefusal.TOO_MANY_TRIES:
        raise Broken(f"after {TRIES} wrong codes the right one must be told too_many_tries; was told {reason}")


def _told(answer: Answer, asked: AccountProofRequest) -> str:
    told = read_answer(answer, asked)
    return told.reason if isinstance(told, AccountProofRefused) else "a proof"


def _in_time(line: Line) -> None:
    if line.slowest > SECONDS_MAX:
        raise Broken(f"the slowest answer took {line.slowest:.1f} s; the hub waits, and so does a resident")


def _methods(line: Line) -> None:
    status = line.get()
    if status not in {404, 405, 501}:
        raise Broken(f"GET must be refused with 405; got {status}")


RULES: Sequence[Rule] = (
    Rule("tls", "A1", "TLS, unless on this machine", _transport),
    Rule("method", "A1", "POST alone", _methods),
    Rule("proof", "A2", "a right account and code get a proof, signed by the provider over this request", _proves),
    Rule("media-type", "A2", "answers are application/jsonl", _media_type),
    Rule("hidden-account", "A2", "no answer shows the account number", _hides),
    Rule("one-reference", "A2", "one account has one reference for one incentive", _one_reference),
    Rule("unsigned", "A3", "an unsigned request is refused (401)", _not_signed),
    Rule("other-key", "A3", "one signed with another key under the hub's key id is refused (401)", _other_key),
    Rule("other-digest", "A3", "one whose body is not the signed one is refused (401)", _other_digest),
    Rule("other-address", "A3", "one signed for another address is refused (401)", _other_address),
    Rule("expired", "A3", "one signed ten minutes ago is refused (401)", _expired),
    Rule("short-nonce", "A3", "a nonce of fewer than 22 characters is refused (401)", _short_nonce),
    Rule("replayed", "A3", "a signed request is taken once; again it is refused (401)", _replayed),
    Rule("same-answer", "A4", "the same request, signed anew, gets the same answer, byte for byte", _same_answer),
    Rule("other-content", "A4", "another body under a known request_id is refused (422)", _other_body),
    Rule("unknown-member", "A5", "a member that the message does not have is refused (422)", _unknown_member),
    Rule("malformed", "A5", "what is not the message is refused (422)", _no_message),
    Rule("other-service", "A5", "another service's number is refused (422)", _other_service),
    Rule("too-long", "A5", "more than 8,192 bytes are refused (413)", _too_long),
    Rule("alike", "A6", "a wrong code and an unknown account are answered alike", _alike),
    Rule("alike-in-time", "A6", "and take as long", _alike_in_time),
    Rule("closes", "A6", "after five failures an account is closed for an hour, for the right code, too", _closes),
    Rule("in-time", "A7", "every answer comes within 2 seconds", _in_time),
)
