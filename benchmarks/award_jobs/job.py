"""The process of one job: ``python -m award_jobs.job NAME DATA OUT [MEMORY]`` prepares, works, tells figures."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from award_jobs.data import Data, Task
from award_jobs.measuring import cpu_seconds, peak_of_this_process

Job = Callable[[Task], Iterator[None]]
"""Prepares until its first yield, works until its second, and writes down its answer after that: only work is timed."""

JOBS = {
    "bare": "ours:bare",
    "raw_files": "ours:raw_files",
    "reference": "ours:reference",
    "spark": "ours:spark",
    "fill_store": "stored:fill_store",
    "stored_cells": "stored:stored_cells",
    "one_more_day": "stored:one_more_day",
    "polars_streaming": "rivals:polars_streaming",
    "polars_in_memory": "rivals:polars_in_memory",
    "python_loop": "rivals:python_loop",
    "rules_engine": "rivals:rules_engine",
}
"""Each job's module and function: a job imports nothing that another one needs."""


def main() -> None:
    """Run the job named and print its figures as JSON."""
    name, data, out, memory, *_ = [*sys.argv[1:], None]
    assert name is not None
    assert data is not None
    assert out is not None
    module, _, function = JOBS[name].partition(":")
    job: Job = getattr(import_module(f"award_jobs.{module}"), function)
    Path(out).mkdir(parents=True, exist_ok=True)
    parts = job(Task(Data(Path(data)), Path(out), memory))
    next(parts)
    began, began_cpu = time.perf_counter(), cpu_seconds()
    next(parts)
    figures = {"wall_seconds": time.perf_counter() - began, "cpu_seconds": cpu_seconds() - began_cpu}
    next(parts, None)
    print(json.dumps({**figures, "peak_bytes": peak_of_this_process()}))


if __name__ == "__main__":
    main()
