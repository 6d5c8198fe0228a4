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
    overload = 3 * 1_000 + bench.FLOOD * 1_000

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
