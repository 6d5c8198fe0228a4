"""A power cut on SQLite: with FULL nothing that was acknowledged is lost; with NORMAL something is."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from hub.conftest import connected_to
from hub.crash.power_cut import Event, disk_after, traced
from hub.crash.reporting import register_key
from hub.ledger.test_reports_at_once import applied
from mynapoint.exchange.signatures import SigningKey

pytestmark = pytest.mark.skipif(
    not shutil.which("strace") and not os.environ.get("CI"), reason="NO STRACE: POWER CUTS ARE NOT TRIED"
)
ACTS = 150
"""Enough for SQLite to write its log back into the file in between."""
CUTS = 60
CUTS_NIGHTLY = 1_000
DATABASE = "hub.sqlite3"


@pytest.fixture
def before(tmp_path: Path, file_with_register: Path, django_db_blocker: DjangoDbBlocker) -> Path:
    """The disk at rest: register, one provider's key, one application."""
    folder = tmp_path / "before"
    folder.mkdir()
    shutil.copy(file_with_register, folder / DATABASE)
    with django_db_blocker.unblock(), connected_to("", state=folder):
        register_key(SigningKey.generate("sample-pay-1"))
        applied("aoki")
    assert [path.name for path in folder.iterdir()] == [DATABASE], "all is in the file itself"
    return folder


def acts(before: Path, state: Path, level: str) -> list[Event]:
    """Let a process do its acts, and return what it wrote and said, in order."""
    shutil.copytree(before, state)
    environment = {
        **os.environ,
        "MYNAPOINT_STATE": str(state),
        "DJANGO_SETTINGS_MODULE": "hub_settings",
        "PYTHONPATH": os.pathsep.join([*sys.path, str(Path(__file__).parents[2])]),
    }
    command = [sys.executable, "-m", "hub.crash.acting", str(ACTS), level]
    return traced(command, folder=state, said="acknowledged", environment=environment)


def worst(events: list[Event], before: Path, folder: Path, *, cuts: int) -> tuple[int, int]:
    """Cut the power at random instants; return in how many something acknowledged was lost, and the most at once."""
    chance = random.Random(20220715)
    began = next(number for number, event in enumerate(events) if event.kind == "said")
    losses = []
    for cut in range(cuts):
        seen = events[: chance.randrange(began + 1, len(events) + 1)]
        found = folder / f"cut-{cut}"
        disk_after(seen, before, found, chance)
        acknowledged = {name.decode() for event in seen if event.kind == "said" for name in event.data.split()}
        losses.append(len(acknowledged - kept(found / DATABASE)))
        shutil.rmtree(found)
    return sum(loss > 0 for loss in losses), max(losses)


def kept(path: Path) -> set[str]:
    """Return the reports that a hub started on this disk would know; the database must be sound."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        reports = {name for (name,) in connection.execute("SELECT report_id FROM ledger_awardreport")}
        (lines, points) = connection.execute(
            "SELECT count(*), coalesce(sum(points), 0) FROM ledger_ledgerentry"
        ).fetchone()
        assert lines == points == len(reports), "no half of an act"
        return reports
    finally:
        connection.close()


@pytest.mark.parametrize(
    "cuts", [CUTS, pytest.param(CUTS_NIGHTLY, marks=pytest.mark.nightly)], ids=["by_day", "at_night"]
)
def test_a_power_cut_loses_nothing_that_was_acknowledged(before: Path, tmp_path: Path, cuts: int) -> None:
    events = acts(before, tmp_path / "state", "FULL")

    assert sum(event.kind == "said" for event in events) == ACTS
    assert any(event.kind == "write" and event.file == DATABASE for event in events), "the log was written back"
    assert worst(events, before, tmp_path, cuts=cuts) == (0, 0)


def test_every_answer_waits_for_the_disk(before: Path, tmp_path: Path) -> None:
    since: list[str] = []
    for event in acts(before, tmp_path / "state", "FULL"):
        if event.kind == "said":
            assert since.count("sync") >= 1, "an act was acknowledged that no sync stands before"
            assert since[-1] == "sync" or "write" not in since[len(since) - since[::-1].index("sync") :], since
            since = []
        else:
            since.append(event.kind)


def test_a_weaker_setting_does_lose_what_was_acknowledged(before: Path, tmp_path: Path) -> None:
    """The control: a test that cannot fail proves nothing."""
    events = acts(before, tmp_path / "state", "NORMAL")

    cuts_with_loss, most = worst(events, before, tmp_path, cuts=20)

    assert cuts_with_loss > 5
    assert most > 1
