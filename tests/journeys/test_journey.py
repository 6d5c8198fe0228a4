"""The whole journey through three real servers, and what must not be found anywhere afterwards."""

from __future__ import annotations

import base64
import io
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

import pytest
from rich.console import Console

from journeys.conftest import RunningCity
from mynapoint.card.emulator.cards import reset_pin
from mynapoint.demo.city import PEOPLE, PIN, City
from mynapoint.demo.play import POINTS, Journey, play
from mynapoint.demo.processes import DemoStopped, free_port
from mynapoint.demo.robot import Robot

AOKI, ISHIDA, UENO = PEOPLE
STAFF_PASSWORD = "madoguchi-demo"
CANARY_PIN = "7391"
CANARY_AMOUNTS = (13_577, 6_429)
CANARY_PURCHASE = 1_873
CANARY_SHOP = "みなと書店"


@pytest.fixture
def robot() -> Iterator[Robot]:
    with Robot() as robot:
        yield robot


def test_the_journey_ends_with_points_and_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mynapoint", "demo", "--play"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "青木 topped up ¥20,000 and has 5,000 points"


def test_a_journey_is_never_played_at_servers_of_somebody_else(running_city: RunningCity) -> None:
    taken = running_city.city.hub_port
    busy = City(running_city.city.state / "nowhere", hub_port=taken, pay_port=free_port(), agent_port=free_port())

    with pytest.raises(DemoStopped, match=f"port {taken} is in use"):
        play(busy, Console(file=io.StringIO()))
    with pytest.raises(DemoStopped, match="each needs its own"):
        play(replace(busy, hub_port=busy.pay_port), Console(file=io.StringIO()))


def test_an_expired_certificate_is_refused_with_its_day_and_what_to_do(running_city: RunningCity, robot: Robot) -> None:
    journey = Journey(running_city.city, robot, ISHIDA)
    asked = robot.get(f"{running_city.city.hub}/sign-in/")

    refused = journey.sign(asked)

    assert refused.status == 422
    refused.require("有効期限が切れています", "市区町村")
    robot.get(f"{running_city.city.hub}/my/").require("マイナンバーカードでログイン")


@dataclass(frozen=True)
class Spent:
    """What was said and kept after 青木's journey with an unmistakable PIN and unmistakable purchases."""

    told: bytes
    kept: bytes
    logs: bytes
    occurred: list[str]


@pytest.fixture(scope="module")
def spent(running_city: RunningCity) -> Spent:
    city = running_city.city
    reset_pin(city.state, AOKI.card, bytearray(CANARY_PIN.encode()))
    with Robot() as robot:
        journey = Journey(city, robot, AOKI, pin=CANARY_PIN)
        for act in (journey.search, journey.sign_in, journey.reserve, journey.apply):
            act()
        occurred = _spend(city, robot)
        operator = robot.get(f"{city.pay}/operator")
        robot.submit(operator, operator.form("/operator/run")).require("5,000")
        assert journey.my_page().startswith(f"{POINTS:,} points")
    assert b"award_report_header" in running_city.recorder.said, "the recorder must have heard the report"
    return Spent(running_city.recorder.said, running_city.hub_database, running_city.logs, occurred)


@pytest.mark.parametrize("yen", [*CANARY_AMOUNTS, CANARY_PURCHASE, sum(CANARY_AMOUNTS)])
def test_no_amount_reaches_the_hub(spent: Spent, yen: int) -> None:
    for place in (spent.told, spent.kept):
        assert not _found(str(yen), place)
        assert not _found(f"{yen:,}", place)


def test_neither_shops_nor_times_reach_the_hub(spent: Spent) -> None:
    for text in (CANARY_SHOP, *spent.occurred):
        for form in _encodings(text):
            assert form not in spent.told, text
            assert form not in spent.kept, text


def test_the_pin_reaches_neither_the_hub_nor_any_log(spent: Spent) -> None:
    for place in (spent.told, spent.kept, spent.logs):
        assert not _found(CANARY_PIN, place)
        assert b"pin=" not in place


@pytest.mark.parametrize("secret", [AOKI.account_id, AOKI.security_code])
def test_neither_account_nor_security_code_is_kept_by_the_hub(spent: Spent, secret: str) -> None:
    assert secret.encode() in spent.told, "the resident types it once"
    for place in (spent.kept, spent.logs):
        assert secret.encode() not in place


def test_the_hub_is_also_reached_by_its_number(running_city: RunningCity, robot: Robot) -> None:
    city = running_city.city
    journey = Journey(city, robot, UENO)

    signed_in = journey.sign(robot.get(f"http://127.0.0.1:{city.hub_port}/sign-in/"))

    assert signed_in.url.startswith(f"http://127.0.0.1:{city.hub_port}/")
    assert signed_in.status == 200
    robot.get(f"http://127.0.0.1:{city.hub_port}/my/").require("マイページ", "ログアウト")


def test_a_second_application_is_refused_with_its_reason(running_city: RunningCity, robot: Robot) -> None:
    journey = Journey(running_city.city, robot, UENO)
    for act in (journey.sign_in, journey.reserve, journey.apply):
        act()

    assert journey.apply_again().startswith("refused (422)")
    robot.get(f"{running_city.city.hub}/my/").require("****3456")


def test_the_third_wrong_pin_locks_the_card_and_a_reset_opens_it(running_city: RunningCity, robot: Robot) -> None:
    city = running_city.city
    journey = Journey(city, robot, ISHIDA)
    page = journey.to_agent(robot.get(f"{city.hub}/sign-in/"))

    page = journey.type_pin(page, "0000").require("あと2回")
    page = journey.type_pin(page, "0000").require("あと1回")
    page = robot.submit(page, page.form("/v1/confirm/"), card=ISHIDA.card, pin="0000", last_try=ISHIDA.card)
    page.require("ロック")
    journey.deliver(page).require("暗証番号がロックされています")

    reset_pin(city.state, ISHIDA.card, bytearray(PIN.encode()))
    again = journey.to_agent(robot.get(f"{city.hub}/sign-in/"))
    journey.deliver(journey.type_pin(again, PIN)).require("有効期限が切れています")


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        done = subprocess.run(
            [sys.executable, "-m", "mynapoint", "demo", "--no-browser", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stdout
    assert "--port PORT" in done.stdout


def _spend(city: City, robot: Robot) -> list[str]:
    """Top up twice and shop once with unmistakable figures; return the instants サンプルPay wrote down."""
    start = robot.get(f"{city.pay}/")
    wallet = robot.submit(start, start.form("/sign-in"), account_id=AOKI.account_id)
    for amount in CANARY_AMOUNTS:
        page = robot.get(wallet.link("/top-up"))
        robot.submit(page, page.form("/top-up"), amount_yen=str(amount)).require(f"{amount:,}")
    page = robot.get(wallet.link("/shop"))
    robot.submit(page, page.form("/shop"), shop="minato", amount_yen=str(CANARY_PURCHASE)).require(
        f"{CANARY_PURCHASE:,}"
    )
    files = list((city.state / "sample_pay").glob("*.sqlite3"))
    assert files, "サンプルPay's books are one SQLite file"
    with sqlite3.connect(f"file:{files[0]}?mode=ro", uri=True) as books:
        rows = books.execute("SELECT occurred_at, entry_id FROM entries").fetchall()
    books.close()
    assert len(rows) == len(CANARY_AMOUNTS) + 1
    return [text for occurred_at, entry_id in rows for text in (occurred_at[11:26], entry_id)]


def _found(digits: str, place: bytes) -> bool:
    """Tell whether the digits stand alone in the bytes, not inside a longer number, id or signature."""
    return (
        re.search(rb"(?<![0-9A-Za-z_+/=,-])" + re.escape(digits.encode()) + rb"(?![0-9A-Za-z_+/=,-])", place)
        is not None
    )


def _encodings(text: str) -> list[bytes]:
    return [
        text.encode(),
        text.encode("utf-16-le"),
        quote(text).encode(),
        base64.b64encode(text.encode())[:-4] or b"\0",
    ]


def test_a_browser_becomes_a_counters_terminal_and_its_staff_sign_in_with_the_code_on_the_page(
    running_city: RunningCity, robot: Robot
) -> None:
    page = robot.get(f"{running_city.city.hub}/demo/staff/")
    page = robot.submit(page, page.form("/demo/staff/counter/")).require("このブラウザーは、この端末です")
    code = re.search(r"mado-1\D+(\d{6})", page.text)
    assert code is not None
    asked = robot.get(f"{running_city.city.hub}/staff/sign-in/")

    home = robot.submit(asked, asked.form("/sign-in/"), name="mado-1", password=STAFF_PASSWORD, code=code[1])

    home.require("職員用", "mado-1", "支援窓口")
    again = robot.get(f"{running_city.city.hub}/demo/staff/")
    office = robot.submit(again, again.form("/demo/staff/office/"))
    assert not robot.get(f"{running_city.city.hub}/staff/").text.count("mado-1"), office.url
