"""A site out in the public network: it may open the agent's page, and neither fetch, frame nor dial."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Response, expect, sync_playwright

from card.agent.holder import NONCE, STATEMENT
from card.agent.running import Running
from card.agent.site import Site, open_site
from hub.chromium import ARGUMENTS, MARKS, PATH
from mynapoint.exchange import card_token

pytestmark = MARKS

REACH = {
    "fetch": "url => fetch(url).then(() => 'open', () => 'shut')",
    "fetch without CORS": """url =>
        fetch(url, {mode: 'no-cors', method: 'POST', body: 'a=b'}).then(() => 'open', () => 'shut')""",
    "WebSocket": """url => new Promise(done => {
        const socket = new WebSocket(url.replace('http', 'ws'));
        socket.onerror = socket.onclose = () => done('shut');
        socket.onopen = () => done('open');
    })""",
    "iframe": """url => new Promise(done => {
        const frame = document.createElement('iframe');
        frame.onload = () => done('loaded');
        frame.src = url;
        document.body.append(frame);
        setTimeout(() => done('shut'), 3000);
    })""",
}


class Listener(http.server.ThreadingHTTPServer):
    """Answers everybody, and keeps what it was asked: a program on this machine without any door of its own."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.asked: list[str] = []


class _Answering(http.server.BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        thread = threading.Thread(target=listener.serve_forever, daemon=True)
        thread.start()
        yield listener
        listener.shutdown()
        thread.join()


@contextmanager
def visitor(site: Site, *, is_public: bool) -> Iterator[Page]:
    """A page in a browser for which the site's address is a public one, as it is for everybody outside these tests."""
    override = [f"--ip-address-space-overrides=127.0.0.1:{site.port}=public"] if is_public else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=[*ARGUMENTS, *override])
        yield browser.new_context(locale="ja-JP").new_page()
        browser.close()


def test_a_public_site_is_led_to_the_agent_and_back_without_any_prompt(running: Running) -> None:
    with open_site(running.origin) as site, visitor(site, is_public=True) as page:
        page.goto(site.origin)
        page.get_by_role("button", name="カードでログイン").click()
        expect(page.get_by_text(site.origin, exact=True)).to_be_visible()
        page.get_by_role("radio", name="青木さんのカード").check()
        page.get_by_label("利用者証明用電子証明書の暗証番号").fill("1234")
        page.get_by_role("button", name="署名して戻る").click()
        expect(page.get_by_text("戻りました")).to_be_visible()

    token = card_token.decode(site.received[0]["token"][0])
    card_token.verify_signature(token, origin=site.origin, nonce=NONCE, statement=STATEMENT)
    assert site.origins == [running.origin]


@pytest.mark.parametrize("is_public", [True, False], ids=["public", "this machine: the twin that gets through"])
def test_a_public_site_reaches_nothing_here_but_by_opening_a_page(listener: Listener, is_public: bool) -> None:
    here = f"http://127.0.0.1:{listener.server_address[1]}/"
    with open_site(here) as site, visitor(site, is_public=is_public) as page:
        page.goto(site.origin)
        for number, (how, script) in enumerate(REACH.items()):
            page.evaluate(script, f"{here}{number}")
            page.wait_for_timeout(300)
            assert (f"/{number}" in listener.asked) is not is_public, how


def test_the_agent_itself_refuses_what_a_permission_would_let_through(running: Running) -> None:
    with open_site(running.origin) as site, visitor(site, is_public=False) as page:
        page.goto(site.origin)
        seen: list[Response] = []
        page.on("response", lambda answer: seen.append(answer))  # noqa: PLW0108 (the driver takes no built-in)
        for number, script in enumerate(REACH.values()):
            assert page.evaluate(script, f"{running.origin}/v1/confirm/{number}") in {"open", "shut", "loaded"}

        assert {answer.status for answer in seen if answer.url.startswith(running.origin)} == {400}
        assert page.evaluate(REACH["fetch"], f"{running.origin}/") == "shut", "no answer may be read"
        assert page.evaluate(REACH["WebSocket"], f"{running.origin}/") == "shut"
