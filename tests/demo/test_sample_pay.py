"""サンプルPay through its own door, with a fake hub: from the account proof to points, and nothing but points."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from httpx import Response

from mynapoint.demo.clock import DemoClock
from mynapoint.demo.sample_pay.app import create_app
from mynapoint.demo.sample_pay.setup import prepare
from mynapoint.exchange.messages import AccountProof, NoticeKind
from mynapoint.programme.values import IncentiveId
from mynapoint.provider.config import Config
from mynapoint.provider.hub_client import HubClient
from provider.asgi import Client
from provider.fake_hub import URL, FakeHub, read_proof

BASE = "http://localhost:8010"
OPENS_AT = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)
END_OF_AUGUST = datetime(2022, 8, 30, 15, 0, tzinfo=UTC)
AOKI, UENO = "SP00001234", "SP00003456"
CODES = {AOKI: "482913", UENO: "617284"}


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


@pytest.fixture
def state(tmp_path: Path, hub: FakeHub) -> Path:
    DemoClock(tmp_path / "clock.json").start(OPENS_AT)
    hub.provider_keys["sample-pay-1"] = prepare(tmp_path, URL, hub.key.public_bytes())
    return tmp_path


@pytest.fixture
def browser(state: Path, hub: FakeHub) -> Iterator[Client]:
    def connect(config: Config) -> HubClient:
        transport = hub.transport()
        return HubClient(
            hub_url=config.hub_url, key=config.key, service_number=config.service_number, transport=transport
        )

    with Client(create_app(state, connect=connect), BASE) as client:
        yield client


def prove(browser: Client, hub: FakeHub, account_id: str, incentive: str = "card_uptake") -> AccountProof:
    url = f"{BASE}/connector/v1/account-proofs"
    body = hub.proof_request(
        account_id, CODES[account_id], request_id=f"{account_id}-{incentive}", incentive=IncentiveId(incentive)
    )
    return read_proof(browser.post(url, content=body, headers=hub.sign(url, body)).content)


def become(browser: Client, account_id: str) -> None:
    assert browser.post("/sign-in", {"account_id": account_id}).status_code == 303


def value(page: Response, name: str) -> str:
    found = re.search(rf'<data id="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def entry_id(page: Response) -> str:
    found = re.search(r'name="entry_id" value="([^"]*)"', page.text)
    assert found
    return found[1]


def top_up(browser: Client, amount: str) -> Response:
    form = {"amount_yen": amount, "entry_id": entry_id(browser.get("/top-up"))}
    return browser.post("/top-up", form)


def buy(browser: Client, shop: str, amount: str) -> Response:
    return browser.post("/shop", {"shop": shop, "amount_yen": amount, "entry_id": entry_id(browser.get("/shop"))})


def test_a_top_up_of_20000_yen_becomes_5000_points_at_the_end_of_the_next_month(
    browser: Client, hub: FakeHub, state: Path
) -> None:
    proof = prove(browser, hub, AOKI)
    hub.tell(proof, "aoki-1", at=OPENS_AT)
    become(browser, AOKI)
    assert top_up(browser, "20000").status_code == 303
    browser.post("/operator/pull")
    assert value(browser.get("/operator"), "next_due").startswith("2022-08-30T15:00")

    assert browser.post("/operator/run").headers["location"] == "/operator"

    assert value(browser.get("/operator"), "points_posted") == "5000"
    assert value(browser.get("/"), "points") == "5000"
    assert value(browser.get("/"), "balance") == "20000"
    assert hub.points("aoki-1") == 5_000
    assert (
        END_OF_AUGUST + timedelta(hours=9)
        <= DemoClock(state / "clock.json").now()
        < END_OF_AUGUST + timedelta(hours=9, minutes=1)
    )
    assert proof.masked_holder == "ア*キ ハ*コ"


def test_running_again_awards_nothing_more(browser: Client, hub: FakeHub) -> None:
    hub.tell(prove(browser, hub, AOKI), "aoki-1", at=OPENS_AT)
    become(browser, AOKI)
    top_up(browser, "20000")
    browser.post("/operator/run")

    browser.post("/operator/run")

    assert value(browser.get("/operator"), "points_posted") == "0"
    assert value(browser.get("/"), "points") == "5000"
    assert hub.points("aoki-1") == 5_000


def test_what_was_awarded_is_claimed_when_the_month_is_over_and_not_again(
    browser: Client, hub: FakeHub, state: Path
) -> None:
    hub.tell(prove(browser, hub, AOKI), "aoki-1", at=OPENS_AT)
    become(browser, AOKI)
    top_up(browser, "20000")
    browser.post("/operator/run")

    browser.post("/operator/claim")

    assert '<data class="claimed" value="5000">' in browser.get("/operator").text
    assert [(one.month, one.points) for one in hub.claims.values()] == [("2022-08", 5_000)]
    assert DemoClock(state / "clock.json").now() >= END_OF_AUGUST + timedelta(days=1, hours=9)
    browser.post("/operator/claim")
    assert "請求するものはありませんでした" in browser.get("/operator").text
    assert len(hub.claims) == 1


def test_a_top_up_that_is_taken_back_takes_its_points_back(browser: Client, hub: FakeHub) -> None:
    hub.tell(prove(browser, hub, AOKI), "aoki-1", at=OPENS_AT)
    become(browser, AOKI)
    top_up(browser, "8000")
    browser.post("/operator/run")
    assert value(browser.get("/"), "points") == "2000"
    history = browser.get("/history")
    transaction = re.search(r'name="transaction_id" value="([^"]*)"', history.text)
    assert transaction

    browser.post("/refund", {"transaction_id": transaction[1], "entry_id": entry_id(history)})
    browser.post("/operator/run")

    assert value(browser.get("/"), "points") == "0"
    assert hub.points("aoki-1") == 0


def test_a_direct_award_arrives_without_any_use(browser: Client, hub: FakeHub) -> None:
    proof = prove(browser, hub, UENO, "health_insurance")
    insurance = IncentiveId("health_insurance")
    hub.tell(proof, "ueno-2", at=OPENS_AT, incentive=insurance, room=7_500)
    hub.tell(
        proof, "ueno-2", at=OPENS_AT, incentive=insurance, room=7_500, points=7_500, kind=NoticeKind.AWARD_INSTRUCTION
    )

    browser.post("/operator/run")

    become(browser, UENO)
    assert value(browser.get("/"), "points") == "7500"
    assert hub.points("ueno-2") == 7_500


def test_the_hub_learns_points_and_nothing_of_purchases(browser: Client, hub: FakeHub, state: Path) -> None:
    clock = DemoClock(state / "clock.json")
    hub.tell(prove(browser, hub, AOKI), "aoki-1", at=OPENS_AT)
    become(browser, AOKI)
    clock.advance_to(datetime(2022, 7, 23, 4, 47, 53, tzinfo=UTC))
    top_up(browser, "19387")
    buy(browser, "minato", "7919")
    planted = ["19387", "19,387", "7919", "7,919", "みなと書店", "minato", "04:47", "13:47", "07-23", AOKI, "アオキ"]

    browser.post("/operator/run")

    assert hub.points("aoki-1") == 4_846
    assert b",19387,2022-07-23T" in b"".join(
        path.read_bytes() for path in (state / "sample_pay" / "inbox").glob("*.csv")
    )
    wire = b"\n".join(hub.wire)
    assert b"award_line" in wire
    transactions = re.findall(r'name="transaction_id" value="([^"]*)"', browser.get("/history").text)
    assert len(transactions) == 2
    for canary in [*planted, *transactions]:
        for form in (canary.encode(), canary.encode("unicode_escape"), canary.encode().hex().encode()):
            assert form not in wire, canary
        assert base64.b64encode(canary.encode())[:-4] not in wire or len(canary) < 6, canary


def test_a_form_that_is_sent_twice_counts_once(browser: Client) -> None:
    become(browser, AOKI)
    form = {"amount_yen": "5000", "entry_id": entry_id(browser.get("/top-up"))}

    browser.post("/top-up", form)
    browser.post("/top-up", form)

    assert value(browser.get("/"), "balance") == "5000"


@pytest.mark.parametrize(
    ("typed", "yen"), [("20,000", 20_000), ("¥3000", 3_000), ("１２００", 1_200), (" 700円 ", 700)]
)
def test_an_amount_is_read_as_people_type_it(browser: Client, typed: str, yen: int) -> None:
    become(browser, AOKI)

    top_up(browser, typed)

    assert value(browser.get("/"), "balance") == str(yen)


@pytest.mark.parametrize("typed", ["", "abc", "-5", "1.5", "0", "50001", "99999999999"])
def test_an_amount_that_is_none_is_refused_and_nothing_happens(browser: Client, typed: str) -> None:
    become(browser, AOKI)

    answer = top_up(browser, typed)

    assert answer.status_code == 422
    assert "残高は変わっていません" in answer.text
    assert value(browser.get("/"), "balance") == "0"


def test_nobody_pays_more_than_the_balance(browser: Client) -> None:
    become(browser, AOKI)
    top_up(browser, "1000")

    assert buy(browser, "oka", "1001").status_code == 422
    assert buy(browser, "oka", "1000").status_code == 303
    assert value(browser.get("/"), "balance") == "0"
    assert "丘の上ベーカリー" in browser.get("/history").text


def test_another_persons_wallet_stays_out_of_sight(browser: Client) -> None:
    become(browser, AOKI)
    top_up(browser, "5000")
    browser.post("/sign-out")
    become(browser, UENO)

    page = browser.get("/").text + browser.get("/history").text

    assert value(browser.get("/"), "balance") == "0"
    assert AOKI not in page
    assert CODES[AOKI] not in page


def test_an_unreachable_hub_is_told_and_nothing_is_lost(
    browser: Client, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mynapoint.provider.hub_client.PAUSES_SECONDS", (0, 0))
    hub.tell(prove(browser, hub, AOKI), "aoki-1", at=OPENS_AT)
    become(browser, AOKI)
    top_up(browser, "20000")
    hub.statuses = [503] * 3

    browser.post("/operator/run")
    failed = browser.get("/operator")
    assert failed.status_code == 503
    assert "もう一度お試しください" in failed.text

    browser.post("/operator/run")
    assert value(browser.get("/"), "points") == "5000"


def test_pages_are_in_both_languages_and_say_that_this_is_a_demo(browser: Client) -> None:
    assert "これはデモです" in browser.get("/").text
    english = browser.get("/?lang=en")
    assert '<html lang="en">' in english.text
    assert "This is a demo" in english.text
    assert "Who are you?" in browser.get("/").text


def test_pages_load_nothing_from_elsewhere_and_run_no_script(browser: Client) -> None:
    become(browser, AOKI)
    for path in ("/", "/top-up", "/shop", "/history", "/operator"):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "<script" not in page.text
        assert not re.search(r'(?:src|href)="https?://(?!localhost:8000/)', page.text)


def test_a_form_of_another_site_is_refused(browser: Client) -> None:
    become(browser, AOKI)

    answer = browser.post(
        "/top-up", {"amount_yen": "5000", "entry_id": ""}, headers={"Origin": "https://elsewhere.example"}
    )

    assert answer.status_code == 403
    assert value(browser.get("/"), "balance") == "0"


def test_preparing_again_keeps_the_key_and_the_accounts(browser: Client, state: Path, hub: FakeHub) -> None:
    become(browser, AOKI)
    top_up(browser, "5000")

    again = prepare(state, URL, hub.key.public_bytes())

    assert again == hub.provider_keys["sample-pay-1"]
    assert value(browser.get("/"), "balance") == "5000"
    assert (state / "sample_pay" / "key.ed25519").stat().st_mode & 0o077 == 0
