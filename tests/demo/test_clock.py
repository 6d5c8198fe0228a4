"""The city's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mynapoint.demo import clock
from mynapoint.demo.clock import ClockNotStarted, DemoClock

OPENS_AT = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)


@pytest.fixture
def city_clock(tmp_path: Path) -> DemoClock:
    started = DemoClock(tmp_path / "clock.json")
    started.start(OPENS_AT)
    return started


def test_the_clock_starts_at_the_citys_instant_and_runs(city_clock: DemoClock) -> None:
    first = city_clock.now()

    assert timedelta(0) <= first - OPENS_AT < timedelta(seconds=30)
    assert city_clock.now() > first
    assert first.tzinfo is UTC


def test_starting_again_changes_nothing(city_clock: DemoClock) -> None:
    city_clock.advance_to(OPENS_AT + timedelta(days=40))

    city_clock.start(OPENS_AT)

    assert city_clock.now() >= OPENS_AT + timedelta(days=40)


def test_it_moves_forward_and_never_back(city_clock: DemoClock) -> None:
    month_end = datetime(2022, 8, 30, 15, 0, tzinfo=UTC)

    city_clock.advance_to(month_end)
    city_clock.advance_to(OPENS_AT)

    assert month_end <= city_clock.now() < month_end + timedelta(seconds=30)


def test_every_server_of_the_city_reads_the_same_file(city_clock: DemoClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYNAPOINT_DEMO_STATE", str(city_clock.path.parent))
    city_clock.advance_to(OPENS_AT + timedelta(days=1))

    assert clock.now() >= OPENS_AT + timedelta(days=1)


def test_without_its_file_the_clock_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ClockNotStarted, match="mynapoint demo"):
        DemoClock(tmp_path / "clock.json").now()
