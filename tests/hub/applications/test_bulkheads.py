"""A provider that hangs holds up its own applicants, a few and not for long, and nobody else's."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hub.sample_pay import NUMBER, SamplePay
from hub.visitor import Visitor, text
from mynapoint.exchange.messages import AccountProofRequest
from mynapoint.exchange.signatures import SigningKey
from mynapoint.hub.applications import account_proof, provider_circuits
from mynapoint.hub.applications.account_proof import ProviderBusy, ProviderUnavailable
from mynapoint.hub.identity.circuits import State, snapshots
from mynapoint.programme.values import AccountId, IncentiveId, ServiceNumber

HANGS_SECONDS = 1.0
KEY = SigningKey.generate("hub-1")


class Machine(ThreadingHTTPServer):
    """An account API that answers 500 after a while; ``hangs`` says whether there is a while."""

    daemon_threads = True

    def __init__(self, *, hangs: bool) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.hangs = hangs
        self.asked = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Machine

    def do_POST(self) -> None:
        self.server.asked += 1
        if self.server.hangs:
            time.sleep(HANGS_SECONDS)
        self.send_response(422)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hanging() -> Iterator[Machine]:
    machine = Machine(hangs=True)
    yield machine
    machine.shutdown()
    machine.server_close()


@pytest.fixture
def prompt() -> Iterator[Machine]:
    machine = Machine(hangs=False)
    yield machine
    machine.shutdown()
    machine.server_close()


def ask(machine: Machine) -> tuple[str, float]:
    """Ask once; return what came of it and how many seconds it took."""
    began = time.monotonic()
    request = AccountProofRequest(
        "r" * 22, ServiceNumber(NUMBER), IncentiveId("card_uptake"), AccountId("SP00001234"), ("482913",)
    )
    try:
        account_proof.ask(request, api_url=machine.url, key=KEY, provider_key_of=lambda _key: None)
    except (account_proof.OtherContent, ProviderUnavailable) as error:
        return type(error).__name__, time.monotonic() - began
    raise AssertionError("this machine knows no account")


def test_while_one_provider_hangs_anothers_applicants_are_not_delayed(hanging: Machine, prompt: Machine) -> None:
    """Sixteen threads, as many as may be on the way to applying at once: twelve ask the one, then four the other."""
    with ThreadPoolExecutor(16) as pool:
        stuck = [pool.submit(ask, hanging) for _ in range(12)]
        time.sleep(0.2)
        others = [pool.submit(ask, prompt) for _ in range(4)]
        served = [one.result() for one in others]
        told = [one.result() for one in stuck]

    assert all(what == "OtherContent" and seconds < 0.5 * HANGS_SECONDS for what, seconds in served), served
    busy = [seconds for what, seconds in told if what == ProviderBusy.__name__]
    assert len(busy) == 12 - provider_circuits.AT_ONCE == 12 - hanging.asked
    assert max(busy) < 0.2, "told at once"


def test_a_provider_that_fails_three_times_is_left_alone_and_shown_so(
    prompt: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Answer, "do_POST", lambda self: self.send_error(500))
    assert [ask(prompt)[0] for _ in range(3)] == ["ProviderUnavailable"] * 3
    monkeypatch.undo()
    asked = prompt.asked

    assert ask(prompt)[0] == "ProviderUnavailable"

    assert prompt.asked == asked, "it was left alone"
    shown = {one.name: one.state for one in snapshots()}
    assert shown[f"the account API at 127.0.0.1:{prompt.server_port}"] is State.PAUSED


def test_the_next_applicant_is_told_at_once_and_what_was_typed_stays(
    aoki: Visitor, sample_pay: SamplePay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_circuits, "AT_ONCE", 0)
    aoki.sign_in()
    aoki.reserve()

    response = aoki.give_account("SP00001234", "482913")

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "「サンプルPay」への確認が混み合っています" in text(response)
    assert 'value="SP00001234"' in text(response)
    assert "482913" not in text(response)
    assert sample_pay.asked == 0
