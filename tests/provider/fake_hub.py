"""A hub of one hundred lines for the provider's tests: real signatures, real messages, and every byte remembered."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx

from mynapoint.exchange.codec import decode, decode_lines, encode, encode_lines
from mynapoint.exchange.messages import (
    AccountProof,
    AccountProofRefused,
    AccountProofRequest,
    ApplicationNotice,
    AwardLine,
    AwardReceiptHeader,
    AwardReportHeader,
    ClaimState,
    Counts,
    LineRefusal,
    NoticeKind,
    NoticesHeader,
    RefusedLine,
    SettlementClaim,
    SettlementStatement,
    StatedClaim,
)
from mynapoint.exchange.signatures import BadSignature, SigningKey, sign_request, verify_request
from mynapoint.programme.values import AccountId, IncentiveId, Points, ServiceNumber

NUMBER = ServiceNumber("MP0000001")
URL = "http://localhost:8000"
CARD_UPTAKE = IncentiveId("card_uptake")


@dataclass
class FakeHub:
    """A WSGI application; ``wire`` holds every request as bytes; ``answering`` and ``after`` may break the line."""

    provider_keys: dict[str, bytes] = field(default_factory=dict)
    url: str = URL
    key: SigningKey = field(default_factory=lambda: SigningKey.generate("hub-1"))
    notices: list[ApplicationNotice] = field(default_factory=list)
    page_size: int = 2
    wire: list[bytes] = field(default_factory=list)
    lines: dict[str, AwardLine] = field(default_factory=dict)
    reports: list[AwardReportHeader] = field(default_factory=list)
    claims: dict[str, StatedClaim] = field(default_factory=dict)
    refuse: dict[str, LineRefusal] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    after: Callable[[str], None] = lambda path: None
    answering: Callable[[str], None] = lambda path: None
    _nonces: set[str] = field(default_factory=set)
    _answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def transport(self) -> httpx.BaseTransport:
        """Return the way to this hub; ``after`` runs once it has answered, so raising there loses the answer."""
        inner = httpx.WSGITransport(app=self)

        class Line(httpx.BaseTransport):
            def handle_request(self, request: httpx.Request) -> httpx.Response:
                response = inner.handle_request(request)
                response.read()
                hub.after(request.url.path)
                return response

        hub = self
        return Line()

    @contextmanager
    def serve(self) -> Iterator[None]:
        """Answer at a port of 127.0.0.1 for the block; ``url`` says which."""

        class Silent(WSGIRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

        with make_server("127.0.0.1", 0, self, handler_class=Silent) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        query = environ.get("QUERY_STRING", "")
        target = environ["PATH_INFO"] + (f"?{query}" if query else "")
        headers = {
            name[5:].replace("_", "-").title(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        self.wire.append(f"{environ['REQUEST_METHOD']} {target}\n{headers}\n".encode() + body)
        status, answer = self._answer(environ["REQUEST_METHOD"], target, headers, body)
        self.answering(environ["PATH_INFO"])
        start(f"{status} Status", [("Content-Type", "application/jsonl")])
        return [answer]

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if self.statuses:
            return self.statuses.pop(0), b'{"title": "as asked for by the test"}'
        try:
            signed = verify_request(
                method=method, url=self.url + target, headers=headers, body=body, public_key_of=self.provider_keys.get
            )
        except BadSignature as error:
            return 401, str(error).encode()
        if signed.nonce in self._nonces:
            return 401, b"replayed"
        self._nonces.add(signed.nonce)
        if target.endswith("/claims"):
            return 200, self._claim(decode(body, SettlementClaim))
        if target.partition("?")[0].endswith("/statement"):
            return 200, self._statement()
        if method == "GET":
            return 200, self._notices(parse_qs(target.partition("?")[2]))
        return self._report(body)

    def _notices(self, query: dict[str, list[str]]) -> bytes:
        after = int(query["after"][0])
        page = [notice for notice in self.notices if notice.cursor > after][: self.page_size]
        header = NoticesHeader(NUMBER, len(page), page[-1].cursor if page else after)
        return encode_lines([header, *page])

    def _report(self, body: bytes) -> tuple[int, bytes]:
        header, *rows = decode_lines(body, AwardReportHeader, AwardLine)
        assert isinstance(header, AwardReportHeader)
        digest = hashlib.sha256(body).hexdigest()
        if header.report_id in self._answers:
            before, answer = self._answers[header.report_id]
            return (200, answer) if before == digest else (422, b'{"title": "other content"}')
        lines = [row for row in rows if isinstance(row, AwardLine)]
        assert header.line_count == len(lines)
        assert header.points_total == sum(line.points for line in lines)
        refused = []
        repeated = 0
        for number, line in enumerate(lines, start=2):
            if line.application_id in self.refuse:
                refused.append(RefusedLine(number, line.line_id, self.refuse[line.application_id]))
            elif line.line_id in self.lines:
                repeated += 1
            else:
                self.lines[line.line_id] = line
        taken = len(lines) - repeated - len(refused)
        receipt = AwardReceiptHeader(header.report_id, taken, repeated, len(refused), Points(header.points_total))
        self.reports.append(header)
        self._answers[header.report_id] = (digest, encode_lines([receipt, *refused]))
        return 200, self._answers[header.report_id][1]

    def _claim(self, claim: SettlementClaim) -> bytes:
        of = (claim.claim_id, claim.round_id, claim.incentive, claim.month, claim.points, claim.expired, claim.final)
        return encode(self.claims.setdefault(claim.claim_id, StatedClaim(*of, ClaimState.SUBMITTED)))

    def _statement(self) -> bytes:
        recorded = Points(sum(line.points for line in self.lines.values()))
        claimed = Points(sum(one.points for one in self.claims.values()))
        header = SettlementStatement(NUMBER, recorded, claimed, Points(0), Points(0), len(self.claims))
        return encode_lines([header, *self.claims.values()])

    def points(self, application_id: str) -> int:
        """Return the points recorded for an application."""
        return sum(line.points for line in self.lines.values() if line.application_id == application_id)

    def tell(
        self,
        proof: AccountProof,
        application_id: str,
        *,
        at: datetime,
        kind: NoticeKind = NoticeKind.APPLICATION,
        incentive: IncentiveId = CARD_UPTAKE,
        room: int = 5_000,
        points: int = 0,
        counts: Counts = Counts.TOP_UP,
    ) -> ApplicationNotice:
        """Put a notice into the feed and return it."""
        notice = ApplicationNotice(
            cursor=10 * (len(self.notices) + 1),
            kind=kind,
            application_id=application_id,
            service_number=NUMBER,
            incentive=incentive,
            account_reference=proof.account_reference,
            counts=counts,
            applied_at=at,
            room=Points(room),
            points=Points(points),
            proof=proof.proof,
        )
        self.notices.append(notice)
        return notice

    def proof_request(
        self, account_id: str, code: str, *, request_id: str = "q-1", incentive: IncentiveId = CARD_UPTAKE
    ) -> bytes:
        """Return the body of an account-proof request."""
        return encode(AccountProofRequest(request_id, NUMBER, incentive, AccountId(account_id), (code,)))

    def sign(self, url: str, body: bytes) -> dict[str, str]:
        """Return the headers of a POST by this hub."""
        return sign_request(self.key, method="POST", url=url, body=body) | {"Content-Type": "application/jsonl"}


def read_proof(body: bytes) -> AccountProof:
    """Return the proof in an answer."""
    proof = decode(body, AccountProof, AccountProofRefused)
    assert isinstance(proof, AccountProof), proof
    return proof
