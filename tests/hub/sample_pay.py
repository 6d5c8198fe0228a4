"""サンプルPay for tests: the shipped account API on a free port of this machine, and the shipped hub client."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from hub.in_process import InProcessHub
from mynapoint.exchange.codec import decode, encode
from mynapoint.exchange.messages import AccountProof, AccountProofRefused, AccountProofRequest, ProofRefusal
from mynapoint.exchange.signatures import SigningKey, sign_document
from mynapoint.hub.applications.secrets import hub_key
from mynapoint.hub.payment_services.actions import import_register, register_provider_key
from mynapoint.programme.values import AccountId, IncentiveId, ServiceNumber
from mynapoint.provider.account_api import Door, Holder, answer, codes_match
from mynapoint.provider.hub_client import HubClient
from mynapoint.provider.store import Store

NUMBER = "MP0000001"
REGISTER = Path(__file__).parents[2] / "src/mynapoint/demo/data/payment_services.toml"
BOOK = {
    "SP00001234": ("482913", "アオキ ハナコ", "ア*キ ハ*コ"),
    "SP00002345": ("530172", "イシダ ミノル", "イ*ダ ミ*ル"),
    "SP00003456": ("617284", "ウエノ サクラ", "ウ*ノ サ*ラ"),
}


@dataclass
class SamplePay:
    """A provider that can be made slow, dead or unwilling; ``asked`` counts the requests that reached it.

    ``hub_keys``  the hub's keys it knows; None: whichever the hub signs with
    """

    key: SigningKey = field(default_factory=lambda: SigningKey.generate("sample-pay-1"))
    wait_seconds: float = 0
    status: int | None = None
    says: ProofRefusal | None = None
    asked: int = 0
    url: str = ""
    hub_keys: Mapping[str, bytes] | None = None

    def check(
        self, account_id: AccountId, security_codes: tuple[str, ...], incentive: IncentiveId
    ) -> Holder | ProofRefusal:
        if self.says:
            return self.says
        known = BOOK.get(account_id.text)
        if not codes_match((known[0],) if known else None, security_codes) or known is None:
            return ProofRefusal.NOT_RECOGNISED
        return Holder(known[2])

    def hub_client(self) -> HubClient:
        """The provider's own client, talking to this process's hub."""
        return HubClient(
            hub_url="http://localhost:8000",
            key=self.key,
            service_number=ServiceNumber(NUMBER),
            transport=InProcessHub(),
            pause=lambda _seconds: None,
        )


def serve(pay: SamplePay, folder: Path) -> Callable[[], None]:
    """Serve the account API on a free loopback port, fill the hub's register, and return what ends it."""
    store = Store(folder / "store.duckdb")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            pay.asked += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(pay.wait_seconds)
            door = Door(
                store=store,
                accounts=pay,
                service_number=ServiceNumber(NUMBER),
                key=pay.key,
                hub_key_of=(pay.hub_keys or {hub_key().key_id: hub_key().public_bytes()}).get,
                url=pay.url,
            )
            response = answer(door, dict(self.headers), body)
            self.send_response(pay.status or response.status_code)
            self.send_header("Content-Type", response.media_type or "")
            self.end_headers()
            self.wfile.write(bytes(response.body))

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pay.url = f"http://127.0.0.1:{server.server_address[1]}/connector"
    # The handler's path is not looked at: what counts is that the signature is over this very address.
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    fill_register(pay)

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return stop


def answer_at_once(pay: SamplePay, body: bytes) -> tuple[int, bytes]:
    """Answer a proof as the served API does, without network and store: for tests of a hundred thousand steps."""
    asked = decode(body, AccountProofRequest)
    assert isinstance(asked, AccountProofRequest)
    holder = pay.check(asked.account_id, asked.security_codes, asked.incentive)
    if isinstance(holder, ProofRefusal):
        return 200, encode(AccountProofRefused(asked.request_id, holder))
    reference = f"reference-{asked.account_id}"
    payload = {
        "request_id": asked.request_id,
        "service_number": str(asked.service_number),
        "incentive": asked.incentive,
        "account_reference": reference,
    }
    proof = sign_document(pay.key, json.dumps(payload).encode())
    masked = (holder.masked_holder, asked.account_id.masked)
    return 200, encode(AccountProof(asked.request_id, reference, *masked, proof))


def fill_register(pay: SamplePay) -> None:
    import_register(REGISTER, account_api_urls={"sample-pay": pay.url})
    register_provider_key(
        provider="sample-pay",
        key_id=pay.key.key_id,
        public_key=pay.key.public_bytes(),
        valid_from=datetime.now(UTC) - timedelta(hours=1),
    )
