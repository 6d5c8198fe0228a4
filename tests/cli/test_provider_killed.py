"""`mynapoint provider run` killed at random moments and run again: it leaves exactly what a clean run leaves."""

from __future__ import annotations

import math
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import mynapoint.demo
from mynapoint.exchange.messages import NoticeKind
from mynapoint.exchange.signatures import SigningKey
from mynapoint.programme.values import IncentiveId
from mynapoint.provider import award_run
from mynapoint.provider.award_run import Provider
from mynapoint.provider.config import load_config
from mynapoint.provider.hub_client import HubClient
from mynapoint.provider.points_gateway import FileGateway
from provider.fake_hub import FakeHub
from provider.remains import Remains, remains
from provider.world import END_OF_AUGUST, END_OF_SEPTEMBER, IN_JULY, World

KILLS_BY_DAY, KILLS_BY_NIGHT = 20, 200
SECONDS_BY_DAY = 30
"""A busy machine kills less often by day, but at least five times."""
AOKI, ISHIDA, UENO = "SP00001234", "SP00002345", "SP00003456"
INSURANCE = IncentiveId("health_insurance")
SERVICE = Path(mynapoint.demo.__file__).parent / "data" / "sample_pay.toml"
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


class Scene:
    """A provider after its August run, with September's files in the inbox; it can be set up again and again."""

    def __init__(self, folder: Path, hub: FakeHub) -> None:
        self.folder, self.hub = folder, hub
        served, hub.url = hub.url, FakeHub.url  # the first run is made in this process, under the usual name
        world = World(folder / "before", hub=hub, key=SigningKey.generate("sample-pay-1"))
        fill(world)
        hub.url = served
        (world.folder / "key").write_text(world.key.secret_bytes().hex())
        (world.folder / "service.toml").write_bytes(SERVICE.read_bytes())
        (world.folder / "provider.toml").write_text(CONFIG.format(url=served, hub_key=hub.key.public_bytes().hex()))
        (world.folder / "store.duckdb.run").unlink()
        self._hub_before = deepcopy(self._hub_state())

    def set_up(self, name: str) -> Path:
        """Return a folder in the state before the run that will be killed; the hub is as it was then."""
        vars(self.hub).update(deepcopy(self._hub_before))
        folder = self.folder / name
        shutil.copytree(self.folder / "before", folder)
        return folder

    def remains(self, folder: Path) -> tuple[Remains, Any]:
        """Return everything that stands on both sides."""
        lines = sorted((line.application_id, line.points, line.posted_on) for line in self.hub.lines.values())
        reports = [(header.line_count, header.points_total, header.reported_up_to) for header in self.hub.reports]
        return remains(load_config(folder / "provider.toml").store, folder / "credits"), (lines, reports)

    def _hub_state(self) -> dict[str, Any]:
        return {name: getattr(self.hub, name) for name in ("lines", "reports", "_answers", "_nonces", "wire")}


def fill(world: World) -> None:
    """Three applications and an instruction, a run at the end of August, and then files that bring everything."""
    for application_id, account_id in (("aoki-1", AOKI), ("ishida-1", ISHIDA), ("ueno-1", UENO)):
        world.link(application_id, account_id)
    world.put(
        "july.csv",
        ("t-1", AOKI, "top_up", None, 20_000, IN_JULY),
        ("t-2", UENO, "top_up", None, 4_000, IN_JULY),
        ("t-3", ISHIDA, "top_up", None, 8_000, IN_JULY),
    )
    world.run(END_OF_AUGUST)
    world.link("aoki-2", AOKI, incentive=INSURANCE, room=7_500, points=7_500, kind=NoticeKind.AWARD_INSTRUCTION)
    in_august = END_OF_AUGUST - timedelta(days=3)
    world.put(
        "august.csv",
        ("t-4", UENO, "top_up", None, 6_000, in_august),
        ("t-5", ISHIDA, "top_up", None, "many", in_august),
        ("r-1", ISHIDA, "refund", "t-3", 8_000, END_OF_AUGUST),
    )
    world.put(
        "late.csv",
        ("t-2", UENO, "top_up", None, 4_000, IN_JULY),
        ("t-6", UENO, "top_up", None, 400, IN_JULY),
        ("t-1", AOKI, "top_up", None, 1, IN_JULY),
    )


def start(folder: Path) -> subprocess.Popen[str]:
    """Start a real run on the programme's 30 September."""
    paths = os.pathsep.join(["tests", *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "MYNAPOINT_CLOCK": "cli.test_provider_killed.clock", "PYTHONPATH": paths}
    return subprocess.Popen(
        [sys.executable, "-m", "mynapoint", "provider", "run", "--config", str(folder / "provider.toml")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[2],
    )


def clock() -> Any:
    """The programme's present instant in the processes of this test."""
    return END_OF_SEPTEMBER


def until_at_work(process: subprocess.Popen[str], folder: Path) -> None:
    """Wait until the run has begun: from here on it changes something."""
    while not (folder / "store.duckdb.run").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.0005)


def run_again(folder: Path) -> None:
    """Make the same run to its end, in this process."""
    config = load_config(folder / "provider.toml")
    hub = HubClient(hub_url=config.hub_url, key=config.key, service_number=config.service_number)
    try:
        provider = Provider(
            config.store, config.service_number, config.rules, config.inbox, FileGateway(config.credits), hub
        )
        award_run.run(provider, as_of=END_OF_SEPTEMBER, now=END_OF_SEPTEMBER)
    finally:
        hub.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    hub = FakeHub()
    with hub.serve():
        yield Scene(tmp_path, hub)


def test_a_run_killed_at_any_moment_and_made_again_leaves_what_a_clean_run_leaves(scene: Scene) -> None:
    kill_at_random(scene, KILLS_BY_DAY, seed=time.time_ns(), until=time.monotonic() + SECONDS_BY_DAY)


@pytest.mark.nightly
def test_two_hundred_kills_leave_what_a_clean_run_leaves(scene: Scene) -> None:
    kill_at_random(scene, KILLS_BY_NIGHT, seed=20220930)


def kill_at_random(scene: Scene, kills: int, *, seed: int, until: float = math.inf) -> None:
    chance = random.Random(seed)
    seconds, clean = clean_run(scene)
    killed = ended = 0
    while killed < kills and (killed < 5 or time.monotonic() < until):
        folder = scene.set_up(f"killed-{killed}")
        for _ in range(chance.choice([1, 1, 2])):
            with start(folder) as process:
                until_at_work(process, folder)
                time.sleep(chance.uniform(0, seconds))
                process.kill()
                process.communicate()
                ended += process.returncode == 0
            (folder / "store.duckdb.run").unlink()
        run_again(folder)
        assert scene.remains(folder) == clean, f"kill {killed} of seed {seed}"
        shutil.rmtree(folder)
        killed += 1
    assert ended < killed, "most kills came too late to prove anything"


def clean_run(scene: Scene) -> tuple[float, tuple[Remains, Any]]:
    """Return how long a run works and what it leaves when nothing disturbs it."""
    folder = scene.set_up("clean")
    with start(folder) as process:
        until_at_work(process, folder)
        began = time.perf_counter()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    seconds = time.perf_counter() - began
    left = scene.remains(folder)
    assert [points for _, points, _ in left[1][0]] == [5_000, 7_500, -2_000, 2_000, 1_000, 1_600], left[1]
    assert "3 lines posted" in out
    return seconds, left
