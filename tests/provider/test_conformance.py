"""The check of an account API: the shipped one and one in another language pass; each wrong one breaks its own rule."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mynapoint.exchange.messages import ProofRefusal
from mynapoint.exchange.signatures import SigningKey, has_digest, sign_document, sign_request
from mynapoint.programme.values import AccountId, IncentiveId, ServiceNumber
from mynapoint.provider.account_api import Door, Holder, answer, codes_match
from mynapoint.provider.conformance import RULES, Rule, check
from mynapoint.provider.conformance_line import PATH, Broken, Line, Trial, open_line
from mynapoint.provider.store import Store

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "account-api.mjs"
NUMBER = ServiceNumber("MP0000001")
CODES = {"T000001": ("482913",), "T000002": ("617284",)}
HUB, OWN = SigningKey.generate("check-1"), SigningKey.generate("my-pay-1")

Told = tuple[int, bytes, str]


class Book:
    """Two test accounts."""

    def check(
        self, account_id: AccountId, security_codes: tuple[str, ...], incentive: IncentiveId
    ) -> Holder | ProofRefusal:
        known = codes_match(CODES.get(account_id.text), security_codes)
        return Holder("ア*キ ハ*コ") if known else ProofRefusal.NOT_RECOGNISED


@dataclass
class Api:
    """The shipped account API, in front of which a fault may stand."""

    store: Store
    url: str = ""
    fault: Callable[[Api, dict[str, str], bytes], Told] | None = None
    seen: dict[str, bytes] = field(default_factory=dict)

    def told(self, headers: dict[str, str], body: bytes) -> Told:
        """Answer as it should be."""
        door = Door(
            store=self.store,
            accounts=Book(),
            service_number=NUMBER,
            key=OWN,
            hub_key_of={HUB.key_id: HUB.public_bytes()}.get,
            url=self.url,
        )
        if len(body) > 8192:
            return 413, b"{}", "application/problem+json"
        response = answer(door, headers, body)
        return response.status_code, bytes(response.body), response.media_type or ""

    def signed(self, body: bytes) -> Told:
        """Answer a body as if it had been signed well."""
        return self.told(sign_request(HUB, method="POST", url=self.url + PATH, body=body), body)

    def answer(self, headers: dict[str, str], body: bytes) -> Told:
        """Answer with the fault, if there is one."""
        return self.fault(self, headers, body) if self.fault else self.told(headers, body)


@contextmanager
def served(api: Api, get: int = 405) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, content, media_type = api.answer(dict(self.headers), body)
            self.reply(status, content, media_type)

        def do_GET(self) -> None:
            self.reply(get, b"", "text/plain")

        def reply(self, status: int, content: bytes, media_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}/connector"
    try:
        yield api.url
    finally:
        server.shutdown()
        server.server_close()


def trial(url: str) -> Trial:
    return Trial(
        url=url,
        hub_key=HUB,
        provider_keys={OWN.key_id: OWN.public_bytes()},
        service_number=NUMBER,
        incentive=IncentiveId("card_uptake"),
        account=(AccountId("T000001"), CODES["T000001"]),
        closing=(AccountId("T000002"), CODES["T000002"]),
        wrong_codes=("000000",),
        unknown="T9",
    )


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return Api(Store(tmp_path / "store.duckdb"))


def broken_rules(url: str) -> set[str]:
    return {one.rule for one in check(trial(url)) if one.why_not is not None}


def test_the_shipped_account_api_keeps_every_rule(api: Api) -> None:
    with served(api) as url:
        assert broken_rules(url) == set()


def members(body: bytes) -> dict[str, object]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def rewritten(told: Told, **changes: object) -> Told:
    status, body, media_type = told
    return status, json.dumps({**members(body), **changes}, ensure_ascii=False).encode() + b"\n", media_type


def parameter(headers: dict[str, str], name: str) -> str:
    found = re.search(f';{name}="?([^";]+)', headers.get("Signature-Input", ""))
    return found[1] if found else ""


def forgives(wrong: Callable[[Api, dict[str, str], bytes], bool]) -> Callable[[Api, dict[str, str], bytes], Told]:
    return lambda api, headers, body: api.signed(body) if wrong(api, headers, body) else api.told(headers, body)


def _digest_differs(_api: Api, headers: dict[str, str], body: bytes) -> bool:
    return "Content-Digest" in headers and not has_digest(body, headers["Content-Digest"])


def _replays(api: Api, headers: dict[str, str], body: bytes) -> bool:
    nonce = parameter(headers, "nonce")
    known = nonce in api.seen
    api.seen[nonce] = body
    return known


def _any_signature(api: Api, headers: dict[str, str], body: bytes) -> Told:
    # All else about it is right: it is not old, not replayed, and its digest is the body's.
    fine = parameter(headers, "keyid") == HUB.key_id and len(parameter(headers, "nonce")) >= 22
    young = time.time() - int(parameter(headers, "created") or 0) < 100
    forgiven = fine and young and not _digest_differs(api, headers, body) and not _replays(api, headers, body)
    told = api.told(headers, body)
    return api.signed(body) if told[0] == 401 and forgiven else told


def _first_words(api: Api, _headers: dict[str, str], body: bytes) -> bool:
    asked = members(body).get("request_id")
    return isinstance(asked, str) and len(body) < 8192 and api.seen.setdefault(asked, body) != body


def _changed_answer(api: Api, headers: dict[str, str], body: bytes) -> Told:
    told = api.told(headers, body)
    again = told[0] == 200 and body in api.seen.values()
    api.seen[parameter(headers, "nonce")] = body
    return rewritten(told, masked_holder="another") if again else told


def _earlier_answer(api: Api, headers: dict[str, str], body: bytes) -> Told:
    if _first_words(api, headers, body):
        return api.signed(api.seen[str(members(body)["request_id"])])
    return api.told(headers, body)


def _new_reference(api: Api, headers: dict[str, str], body: bytes) -> Told:
    told = api.told(headers, body)
    if "proof" not in members(told[1]):
        return told
    reference = f"reference-{members(body)['request_id']}"
    names = ("request_id", "service_number", "incentive")
    claims = {**{name: members(body)[name] for name in names}, "account_reference": reference}
    return _cached(api, told, account_reference=reference, proof=sign_document(OWN, json.dumps(claims).encode()))


def _cached(api: Api, told: Told, **changes: object) -> Told:
    key = f"answer {members(told[1])['request_id']}"
    api.seen.setdefault(key, rewritten(told, **changes)[1])
    return told[0], api.seen[key], told[2]


def _lenient(api: Api, headers: dict[str, str], body: bytes) -> Told:
    read = members(body)
    if "more" in read:
        del read["more"]
        return api.signed(json.dumps(read).encode() + b"\n")
    return api.told(headers, body)


def _mine(api: Api, headers: dict[str, str], body: bytes) -> Told:
    read = members(body)
    if read.get("service_number", NUMBER.text) != NUMBER.text:
        return api.signed(json.dumps({**read, "service_number": NUMBER.text}).encode() + b"\n")
    return api.told(headers, body)


def _tells(api: Api, headers: dict[str, str], body: bytes) -> Told:
    told = api.told(headers, body)
    unknown = str(members(body).get("account_id")).startswith("T9")
    return rewritten(told, reason="account_closed") if unknown else told


def _quick_no(api: Api, headers: dict[str, str], body: bytes) -> Told:
    if members(body).get("account_id") == "T000002":
        time.sleep(1.2)
    return api.told(headers, body)


def _never_closes(api: Api, headers: dict[str, str], body: bytes) -> Told:
    told = api.told(headers, body)
    return rewritten(told, reason="not_recognised") if b"too_many_tries" in told[1] else told


def _slow(api: Api, headers: dict[str, str], body: bytes) -> Told:
    if not api.seen:
        api.seen["slow"] = body
        time.sleep(2.2)
    return api.told(headers, body)


def _open_number(api: Api, headers: dict[str, str], body: bytes) -> Told:
    told = api.told(headers, body)
    return rewritten(told, masked_account="T000001") if "proof" in members(told[1]) else told


def _foreign_proof(api: Api, headers: dict[str, str], body: bytes) -> Told:
    told = api.told(headers, body)
    other = sign_document(SigningKey.generate(OWN.key_id), b"{}")
    return _cached(api, told, proof=other) if "proof" in members(told[1]) else told


def _other_status(api: Api, headers: dict[str, str], body: bytes) -> Told:
    told = api.told(headers, body)
    return (422, told[1], told[2]) if told[0] == 413 else told


def _as_text(api: Api, headers: dict[str, str], body: bytes) -> Told:
    status, content, _ = api.told(headers, body)
    return status, content, "text/plain"


def _no_json_is_a_bug(api: Api, headers: dict[str, str], body: bytes) -> Told:
    return (500, b"", "text/plain") if body.startswith(b"\xff") else api.told(headers, body)


WRONG = {
    "unsigned": forgives(lambda _api, headers, _body: "Signature" not in headers),
    "other-digest": forgives(_digest_differs),
    "expired": forgives(lambda _api, headers, _body: time.time() - int(parameter(headers, "created") or 9e9) > 300),
    "short-nonce": forgives(lambda _api, headers, _body: parameter(headers, "nonce") == "short"),
    "replayed": forgives(_replays),
    "proof": _foreign_proof,
    "media-type": _as_text,
    "hidden-account": _open_number,
    "one-reference": _new_reference,
    "same-answer": _changed_answer,
    "other-content": _earlier_answer,
    "unknown-member": _lenient,
    "malformed": _no_json_is_a_bug,
    "other-service": _mine,
    "too-long": _other_status,
    "alike": _tells,
    "alike-in-time": _quick_no,
    "closes": _never_closes,
    "in-time": _slow,
}


BY_DAY = {"replayed", "same-answer", "alike", "closes"}
# Each takes seconds: every question opens the store twice.


@pytest.mark.parametrize(
    "rule", [rule if rule in BY_DAY else pytest.param(rule, marks=pytest.mark.nightly) for rule in WRONG]
)
def test_a_wrong_account_api_breaks_its_own_rule_and_no_other(api: Api, rule: str) -> None:
    api.fault = WRONG[rule]

    with served(api) as url:
        assert (broken_rules(url)) == {rule}


@pytest.mark.nightly
def test_one_that_takes_any_signature_breaks_the_rules_of_other_keys_and_other_addresses(api: Api) -> None:
    api.fault = _any_signature

    with served(api) as url:
        assert (broken_rules(url)) == {"other-key", "other-address"}


@pytest.mark.nightly
def test_one_that_answers_get_breaks_the_rule_of_methods(api: Api) -> None:
    with served(api, get=200) as url:
        assert (broken_rules(url)) == {"method"}


def test_every_rule_is_seen_broken() -> None:
    assert {one.name for one in RULES} - set(WRONG) == {"tls", "method", "other-key", "other-address"}


def test_where_nobody_answers_every_rule_that_needs_one_is_broken() -> None:
    assert (broken_rules("http://127.0.0.1:1")) == {one.name for one in RULES} - {"tls", "in-time"}


@pytest.mark.parametrize(
    ("url", "holds"), [("http://pay.example", False), ("https://pay.example", True), ("http://127.0.0.9:1", True)]
)
def test_plain_http_is_for_this_machine_alone(url: str, holds: bool) -> None:
    with open_line(trial(url)) as line:
        assert (RULES[0].name, _holds(RULES[0], line)) == ("tls", holds)


def _holds(rule: Rule, line: Line) -> bool:
    try:
        rule.holds(line)
    except Broken:
        return False
    return True


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_example_in_another_language_keeps_every_rule_and_the_command_says_so(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/connector"
    (tmp_path / "check.ed25519").write_text(HUB.secret_bytes().hex())
    (tmp_path / "trial.toml").write_text(f"""
service_number = "{NUMBER}"
incentive = "card_uptake"
wrong_codes = ["000000"]
unknown_account = "T9"
hub_key = {{ id = "{HUB.key_id}", file = "check.ed25519" }}
provider_keys = {{ {OWN.key_id} = "{OWN.public_bytes().hex()}" }}
account = {{ account_id = "T000001", security_codes = ["482913"] }}
closing_account = {{ account_id = "T000002", security_codes = ["617284"] }}
""")
    keys = (HUB.key_id, HUB.public_bytes().hex(), OWN.key_id, OWN.secret_bytes().hex())
    node = subprocess.Popen(["node", str(EXAMPLE), str(port), url, *keys, str(NUMBER)])
    try:
        _wait_for(port)
        program = [sys.executable, "-c", "from mynapoint.cli import app; app()", "provider", "check", url]
        command = [*program, "--trial", "trial.toml", "--json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        again = subprocess.run(command[:-1], cwd=tmp_path, capture_output=True, text=True, check=False)
    finally:
        node.kill()
        node.wait()

    told = json.loads(done.stdout)
    assert [one for one in told["rules"] if not one["holds"]] == []
    assert (done.returncode, told["holds"], len(told["rules"])) == (0, True, len(RULES))
    assert again.returncode == 1, "the account that the first check closed is still closed"
    assert "BROKEN  A6" in again.stdout


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the example does not listen")
