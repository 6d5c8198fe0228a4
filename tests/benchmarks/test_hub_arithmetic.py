"""What the hub's benchmark makes of what it measured: rates, costs, percentiles, and how many people it needs."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    spec = spec_from_file_location("bench_of_hub", BENCHMARKS / "hub.py")  # `hub` are the hub's tests here
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "bench_of_hub", module)
    spec.loader.exec_module(module)
    return module


def test_a_slice_counts_what_was_done_well_alone(bench: Any) -> None:
    own = bench.Slice(done=800, failed=200, seconds=4.0, cpu_seconds=2.0, turned_away=200)

    assert own.rate == 200
    assert own.cpu_each == 0.0025


def test_a_mark_is_met_or_short_in_its_own_direction(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    bench._mark("rate", 0.3, 0.3, at_most=False)
    bench._mark("rate", 0.29, 0.3, at_most=False)
    bench._mark("p99", 500, 500, at_most=True)
    bench._mark("p99", 501, 500, at_most=True)

    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["ok", "short", "ok", "short"]


def test_a_percentile_is_one_of_the_times_measured(bench: Any) -> None:
    arrived = sys.modules["hub_jobs.arrivals"].Arrived(Counter({201: 100}), [float(one) for one in range(1, 101)])

    assert (arrived.percentile(0.5), arrived.percentile(0.99), arrived.percentile(1)) == (51, 100, 100)


def test_nobody_is_asked_for_twice(bench: Any) -> None:
    options = bench.Options(["limit", "steady", "overload", "search"], 3, 2, each=1_000, steady_seconds=30, peak_day=0)
    limit = 3 * 500 + 3 * (1_000 + 1_000 + 500)  # warming up, then each turn: ours, in batches, the rival with half
    steady = 100 + 30 * bench.STEADY_RATE
    doors = 2 if bench.front.NGINX else 1
    overload = doors * (5 * 1_000 + bench.overload.FLOOD)

    assert bench._people_needed(options) == limit + steady + overload


def test_the_cost_of_a_process_holds_its_children_and_no_one_else() -> None:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        cpu_seconds = import_module("hub_jobs.machine").cpu_seconds
    finally:
        sys.path.pop(0)
    before, end = cpu_seconds(os.getpid()), time.process_time() + 0.1
    while time.process_time() < end:
        pass

    assert 0.05 <= cpu_seconds(os.getpid()) - before <= 5
    assert cpu_seconds(2**30) == 0


def test_a_peak_day_is_shared_out_whole_and_its_people_are_made_as_they_are_needed(bench: Any) -> None:
    peak_day = sys.modules["hub_jobs.peak_day"]
    options = bench.Options([], 3, 2, each=1_000, steady_seconds=30, peak_day=90_001)

    assert sum(peak_day.SHAPE) == 1000
    assert sum(peak_day.shared_out(90_001)) == 90_001
    assert peak_day.shared_out(peak_day.WHOLE)[12] == 102_000
    assert bench._people_needed(options) == 1_000  # for warming up


def test_the_tightest_hour_is_the_one_with_least_to_spare(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    peak_day = sys.modules["hub_jobs.peak_day"]
    night = peak_day.Hour(3, people=2_400, done=2_400, kept=2_400, seconds=8.0)
    busiest = peak_day.Hour(20, people=144_000, done=144_000, kept=144_000, seconds=360.0)
    chance = peak_day.Hour(4, people=20, done=20, kept=20, seconds=1.0)

    peak_day._report([night, busiest, chance], peak_day.Grown(1_464_200_000), tables={})

    told = capsys.readouterr().out
    assert "slowest hour 3, 300/s" in told
    assert "tightest hour 20, 400/s where 40/s come on average and 200/s in a burst" in told
    assert "grew by 10,000 bytes an application (12.0 GB a whole day)" in told
