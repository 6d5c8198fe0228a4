"""サンプルPay in a real browser: without script, on a narrow screen, by its own words, and without axe complaints."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from hub.chromium import MARKS, NARROW, chromium, complaints, overflow
from mynapoint.demo.city import OPENS_AT
from mynapoint.demo.clock import DemoClock
from mynapoint.demo.processes import free_port
from mynapoint.demo.sample_pay.setup import prepare
from provider.fake_hub import FakeHub, read_proof

pytestmark = MARKS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def pay(tmp_path: Path) -> Iterator[str]:
    """サンプルPay in a process of its own, told of 青木's application by a fake hub."""
    hub, port = FakeHub(), free_port()
    url = f"http://localhost:{port}"
    with hub.serve():
        DemoClock(tmp_path / "clock.json").start(OPENS_AT)
        hub.provider_keys["sample-pay-1"] = prepare(tmp_path, hub.url, hub.key.public_bytes(), pay_url=url)
        command = ["granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "mynapoint.demo.sample_pay.app:create_app"],
            env={**os.environ, "MYNAPOINT_DEMO_STATE": str(tmp_path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(url)
            door = f"{url}/connector/v1/account-proofs"
            body = hub.proof_request("SP00001234", "482913")
            proof = read_proof(httpx.post(door, content=body, headers=hub.sign(door, body), trust_env=False).content)
            hub.tell(proof, "aoki-1", at=OPENS_AT)
            yield url
        finally:
            process.terminate()
            process.wait(10)


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} did not answer within 30 seconds")


def check(page: Page) -> None:
    assert complaints(page) == "", page.url
    assert overflow(page) == 0, page.url


@pytest.mark.parametrize("width", [1000, NARROW])
def test_points_arrive_without_script_at_any_width(browser: Browser, pay: str, width: int) -> None:
    context = browser.new_context(locale="ja-JP", viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(pay)
    check(page)
    page.get_by_role("button", name="青木さんとして開く").click()
    check(page)
    page.get_by_role("link", name="チャージする").click()
    check(page)
    page.get_by_role("button", name="20,000円をチャージ").click()
    page.get_by_role("link", name="お買い物").click()
    page.get_by_label("みなと書店").check()
    page.get_by_label("金額").fill("1,280")
    check(page)
    page.get_by_role("button", name="支払う").click()
    assert page.locator("#balance").get_attribute("value") == "18720"
    page.get_by_role("link", name="運営画面").click()
    page.get_by_role("button", name="申込の通知を受け取る").click()
    check(page)
    page.get_by_role("button", name="時計を進めて付与処理を実行").click()
    assert page.locator("#points_posted").get_attribute("value") == "5000"
    check(page)
    page.get_by_role("link", name="履歴").click()
    check(page)
    page.get_by_role("link", name="サンプルPay").click()
    assert page.locator("#points").get_attribute("value") == "5000"
    page.get_by_role("link", name="English").click()
    assert "You have received all 5,000 points." in page.inner_text("main")
    check(page)
    context.close()


def test_pages_need_no_script(browser: Browser, pay: str) -> None:
    context = browser.new_context(locale="ja-JP", java_script_enabled=False)
    page = context.new_page()
    page.goto(pay)
    page.get_by_role("button", name="青木さんとして開く").click()
    page.get_by_role("link", name="チャージする").click()
    page.get_by_role("button", name="5,000円をチャージ").click()

    assert page.locator("#balance").get_attribute("value") == "5000"
    context.close()
