"""`mynapoint provider`, as a person and as a machine use it: over real HTTP, and killed where it hurts."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import mynapoint.demo
from mynapoint.exchange.signatures import SigningKey
from mynapoint.provider.store import Store
from provider.fake_hub import FakeHub
from provider.world import APPLIED_AT, IN_JULY, World

AOKI = "SP00001234"
DATA = Path(mynapoint.demo.__file__).parent / "data"
CONFIG = """\
service_number = "MP0000001"
store = "store.duckdb"
services = ["service.toml"]
inbox = "inbox"
credits = "credits"
[hub]
url = "{url}"
keys = {{ hub-1 = "{hub_key}" }}
[key]
id = "sample-pay-1"
file = "key"
"""


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    hub = FakeHub()
    with hub.serve():
        yield hub


@pytest.fixture
def config(tmp_path: Path, hub: FakeHub) -> Path:
    """A provider.toml whose store has one linked account and whose inbox one file."""
    world = World(tmp_path, hub=hub, key=SigningKey.generate("sample-pay-1"))
    hub.tell(world.prove(AOKI), "aoki-1", at=APPLIED_AT)
    world.put("july.csv", ("t-1", AOKI, "top_up", None, 20_000, IN_JULY))
    (tmp_path / "key").write_text(world.key.secret_bytes().hex())
    (tmp_path / "service.toml").write_bytes((DATA / "sample_pay.toml").read_bytes())
    path = tmp_path / "provider.toml"
    path.write_text(CONFIG.format(url=hub.url, hub_key=hub.key.public_bytes().hex()))
    return path


def start(*arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "MYNAPOINT_CLOCK"}
    return subprocess.Popen(
        [sys.executable, "-m", "mynapoint", "provider", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def run(*arguments: str) -> tuple[int, str, str]:
    with start(*arguments) as process:
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err


AS_OF = ("--as-of", "2022-08-31T00:00:00+09:00")


def test_a_day_of_a_provider_is_two_commands(config: Path, hub: FakeHub) -> None:
    status, out, _ = run("pull", "--config", str(config))
    assert (status, out) == (0, "1 notices read, 1 accounts linked, 0 set aside.\n")

    status, out, _ = run("run", "--config", str(config), *AS_OF, "--json")

    assert status == 0
    assert json.loads(out)["points_posted"] == 5_000
    assert json.loads(out)["as_of"] == "2022-08-30T15:00:00+00:00"
    assert hub.points("aoki-1") == 5_000


def test_a_run_killed_by_the_system_is_repaired_by_the_next(config: Path, hub: FakeHub) -> None:
    run("pull", "--config", str(config))
    credited = config.parent / "credits"

    with start("run", "--config", str(config), *AS_OF) as process:
        while not list(credited.glob("*.csv")):
            assert process.poll() is None, process.communicate()
            time.sleep(0.001)
        process.kill()
        process.communicate()
    assert hub.reports == []

    with start("run", "--config", str(config), *AS_OF) as process:
        hub.answering = lambda path: process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    assert len(hub.reports) == 1
    hub.answering = lambda path: None

    status, out, err = run("run", "--config", str(config), *AS_OF, "--json")

    assert status == 0, err
    assert (json.loads(out)["points"], json.loads(out)["reports"]) == (0, 1)
    assert [line.points for line in hub.lines.values()] == [5_000]
    assert len(hub.reports) == 1
    assert len(list(credited.iterdir())) == 1


def test_what_stands_in_the_way_is_told_in_one_sentence(config: Path, hub: FakeHub) -> None:
    missing = run("run", "--config", str(config.parent / "none.toml"))
    naive = run("run", "--config", str(config), "--as-of", "2022-08-31")
    hub.statuses = [401]
    refused = run("pull", "--config", str(config))

    assert missing[0] == 1
    assert missing[2].startswith("Error: ")
    assert "none.toml: file: cannot be read" in missing[2]
    assert naive[0] == 2
    assert "with its offset" in naive[2]
    assert refused[0] == 1
    assert "the hub refused (401)" in refused[2]
    assert "Traceback" not in missing[2] + naive[2] + refused[2]


def test_a_hub_that_is_not_there_means_try_again(config: Path) -> None:
    config.write_text(
        config.read_text().replace(config.read_text().split('url = "')[1].split('"')[0], "http://127.0.0.1:9")
    )

    status, _, err = run("pull", "--config", str(config))

    assert status == 75
    assert "Is the hub running" in err


@pytest.mark.parametrize("as_of", ["2022-08-31", "31 August", "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-01:00"])
def test_an_instant_that_is_none_is_refused_with_an_example_or_its_range(as_of: str) -> None:
    status, _, error = run("run", "--as-of", as_of)

    assert status == 2
    assert "such as 2022-08-31T00:00:00+09:00" in " ".join(error.split()) or "between 1970 and 2199" in error
    assert "Traceback" not in error


def test_a_taken_port_is_told_in_one_line(config: Path) -> None:
    door = '[account_api]\nurl = "https://pay.example"\naccounts = "builtins:str"\n'
    config.write_text(config.read_text() + door)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        status, _, error = run("serve", "--config", str(config), "--port", str(port))

    assert status == 1
    assert error == f"Cannot listen at 127.0.0.1:{port}: Address already in use. Choose another with --port.\n"


def test_what_the_connector_keeps_is_closed_to_other_users_of_the_machine(config: Path, hub: FakeHub) -> None:
    run("pull", "--config", str(config))
    run("run", "--config", str(config), *AS_OF)
    config.write_text(config.read_text().replace("store.duckdb", "new.duckdb"))
    run("pull", "--config", str(config))

    kept = [config.parent / "new.duckdb", *(config.parent / "credits").iterdir()]
    assert [path.stat().st_mode & 0o007 for path in kept] == [0, 0]


def test_the_help_desk_reads_how_an_accounts_points_came_about(config: Path) -> None:
    run("pull", "--config", str(config))
    told = run("run", "--config", str(config), *AS_OF)
    at = ("--config", str(config), "--as-of", "2022-09-01T00:00:00+09:00")

    japanese = run("explain", AOKI, *at)
    english = run("explain", AOKI, *at, "--lang", "en")
    machine = run("explain", AOKI, *at, "--json")
    unknown = run("explain", "SP99999999", *at)

    assert "july.csv: 1 rows = 1 accepted + 0 set aside + 0 repeated" in told[1]
    assert japanese[0] == 0, japanese[2]
    assert "付与率25%、上限5,000ポイント" in japanese[1]
    assert "t-1  2022年7月20日12時  チャージ  20,000円  対象、2022年8月31日0時から付与できます" in japanese[1]
    assert "付与すべきポイント 5,000 - 付与済み 5,000 = いま付与するもの 0" in japanese[1]
    assert "t-1  20 July 2022, 12:00  top-up  20,000 yen  counted, matures on 31 August 2022, 00:00" in english[1]
    assert json.loads(machine[1])["applications"][0]["premium"]["uses"][0]["matures_at"] == "2022-08-30T15:00:00+00:00"
    assert "この口座に結び付いた申込はありません。" in unknown[1]


def test_what_is_due_is_shown_then_claimed_and_then_there_is_nothing_more(config: Path, hub: FakeHub) -> None:
    run("pull", "--config", str(config))
    run("run", "--config", str(config), *AS_OF)
    config.write_text('not_due = "not_due.csv"\n' + config.read_text())
    not_due = config.parent / "not_due.csv"
    not_due.write_text("application_id,why,points,on\naoki-1,expired,100,2022-08-31\n")
    words = ("claim", "--config", str(config), "--final")

    shown = run(*words, "--dry-run")
    assert (shown[0], hub.claims) == (0, {}), shown[2]
    done = run(*words, "--json")
    again = run(*words)

    assert "final: 4,900 points = 5,000 awarded - 100 expired - 0 claimed before; not sent" in shown[1]
    assert [(one.points, one.expired, one.final) for one in hub.claims.values()] == [(4_900, 100, True)]
    assert (done[0], json.loads(done[1])["claims"][0]["became"]) == (0, "taken"), done[2]
    assert again[1].startswith("Nothing is due beyond what was claimed.\nStatement of MP0000001: 5,000 points recorded")


def test_points_that_these_books_do_not_have_end_the_claim_in_one_sentence(config: Path, hub: FakeHub) -> None:
    config.write_text('not_due = "not_due.csv"\n' + config.read_text())
    (config.parent / "not_due.csv").write_text("application_id,why,points,on\nueno-1,expired,100,2022-08-31\n")

    status, _, error = run("claim", "--config", str(config))

    assert (status, hub.claims) == (1, {})
    assert error == "Error: not_due: ueno-1: these books have no such application; leave it out\n"


def test_a_run_beside_another_is_told_to_try_again(config: Path) -> None:
    with Store(config.parent / "store.duckdb").one_run():
        status, out, error = run("run", "--config", str(config), *AS_OF, "--quiet")

    assert (status, out) == (75, "")
    assert error.count("\n") == 1
    assert "another award run is under way" in error


def test_a_run_from_scratch_says_whether_the_cells_agreed(config: Path) -> None:
    run("pull", "--config", str(config))
    agreed = run("run", "--config", str(config), *AS_OF, "--from-scratch", "--memory", "500MB")
    with Store(config.parent / "store.duckdb").step() as connection:
        connection.execute("UPDATE cells SET worth = 4")
    differed = run("run", "--config", str(config), *AS_OF, "--from-scratch")
    wrong = run("run", "--config", str(config), "--memory", "much")

    assert agreed[0] == 0, agreed[2]
    assert "the stored cells agreed" in agreed[1]
    assert (differed[0], "the latter stand" in differed[2]) == (1, True)
    assert wrong[0] == 2
    assert "2GB" in wrong[2]
