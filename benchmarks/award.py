"""How fast and how large an award is: against DuckDB's bare GROUP BY (the limit), against rivals, and as data grow.

    ./run bench award [--quick] [--transactions N] [--repeat K] [--seed S] [--only NAME ...] [--growth] [--spark]

All jobs take turns in one run, each in a process of its own; ratios are medians of the turns' own ratios. One line a
mark: ``MARK name measured target ok|short``. Exit 1 where any job's answer differs from ours; 0 where marks are short.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from award_jobs import marks
from award_jobs.answers import differences, lines
from award_jobs.data import Data, generate
from award_jobs.measuring import JobFailed, MachineUse, cpu_seconds
from award_jobs.turns import Planned, Turns

ON_ALL_ROWS = ("bare", "raw_files", "stored_cells", "one_more_day", "polars_streaming", "polars_in_memory")
ON_A_SAMPLE = ("python_loop", "rules_engine", "reference")
NOT_QUICK = ("polars_in_memory",)
"""The slower of Polars' two ways."""

STORED = ("stored_cells", "one_more_day")
ALWAYS = ("bare", "raw_files")
GROWTH_TIMES = 20
MEMORY = "2GB"
PACKAGES = ("mynapoint", "duckdb", "pyarrow", "ibis-framework", "polars", "zen-engine", "pyspark")


def main() -> int:
    """Run what was asked for; 1 where answers differ, 2 where something to run is not there."""
    options = _options()
    if missing := [name for name in ("polars", "zen") if find_spec(name) is None]:
        print(f"Not installed: {', '.join(missing)}. Type: .venv/bin/pip install -e '.[bench]'", file=sys.stderr)
        return 2
    _print_head(options)
    began, began_cpu = MachineUse.now(), cpu_seconds()
    with TemporaryDirectory(prefix="mynapoint-bench-") as name:
        turns = Turns(Path(name) / "out")
        try:
            wrong = 0 if options.only == ["growth"] else _compare(options, turns, Path(name))
            if options.growth or "growth" in (options.only or ()):
                wrong += _grow(options, turns, Path(name))
        except JobFailed as error:
            _show("")
            print(error, file=sys.stderr)
            return 2
    others = MachineUse.now().share_of_others(began, cpu_seconds() - began_cpu)
    print(f"other work took {others:.0%} of the machine meanwhile")
    return 1 if wrong else 0


def _compare(options: argparse.Namespace, turns: Turns, folder: Path) -> int:
    """Measure everything at one size, the row-by-row rivals on a sample; return how many lines differ from ours."""
    transactions = options.transactions or 20_000_000
    few = min(transactions, 100_000 if options.quick else 500_000)
    on_all_rows = [job for job in ON_ALL_ROWS if job not in (NOT_QUICK if options.quick else ())]
    plan = {job: _planned(job, folder, transactions, options.seed) for job in _chosen(options, on_all_rows)}
    plan |= {job: _planned(job, folder, few, options.seed) for job in _chosen(options, ON_A_SAMPLE)}
    if options.spark:
        plan["spark"] = _planned("spark", folder, few, options.seed)
    filled = _planned("fill_store", folder, transactions, options.seed)
    stored = any(job in plan for job in STORED)
    if stored:
        _fill_store(turns, filled)
    turns.run(list(plan.values()), options.repeat, _show, _note)
    if stored and not options.quick:
        _fill_store(turns, filled)
    _show("")
    marks.table(turns, list(plan.values()), plan["bare"])
    wrong = _differences(turns, list(plan.values()), folder)
    marks.against_limit(turns, plan)
    if all(job in plan for job in STORED):
        marks.one_more_day_of_the_store(turns, plan["one_more_day"], filled, plan["stored_cells"])
    marks.against_rivals(turns, plan)
    return wrong


def _grow(options: argparse.Namespace, turns: Turns, folder: Path) -> int:
    """Measure the award from raw files as data grow, with and without a memory limit."""
    base = options.transactions or (250_000 if options.quick else 5_000_000)
    sizes = []
    for transactions in (base, base * GROWTH_TIMES):
        data = _data(folder, transactions, options.seed)
        jobs = [Planned(job, data, transactions) for job in ALWAYS]
        jobs.append(Planned("raw_files", data, transactions, MEMORY))
        sizes.append({job.name: job for job in jobs})
    plans = [list(size.values()) for size in sizes]
    for plan in plans:
        for planned in plan:
            turns.measured.pop(planned, None)
    turns.run([planned for plan in plans for planned in plan], options.growth_repeat, _show, _note)
    _show("")
    wrong = 0
    for plan in plans:
        marks.table(turns, plan, plan[0])
        wrong += _differences(turns, plan, folder)
    marks.growth(turns, *sizes)
    return wrong


def _differences(turns: Turns, plan: Sequence[Planned], folder: Path) -> int:
    """Hold every answer against ours on the same data; print each that differs."""
    wrong = compared = 0
    for planned in plan:
        ours = Planned("raw_files", planned.data, planned.transactions)
        if planned == ours or not turns.answer(planned).exists():
            continue
        if ours not in turns.measured:
            turns.run([ours], 1, _show, _note)
        compared += 1
        if found := differences(turns.answer(ours), turns.answer(planned)):
            print(f"DIFFERENT {planned.name}: {found:,} lines of {lines(turns.answer(ours)):,}")
            wrong += found
    print(f"{compared} answers compared with ours: {'NOT THE SAME' if wrong else 'the same'}")
    return wrong


def _fill_store(turns: Turns, planned: Planned) -> None:
    """Fill the store. That is done before the turns and after them, for other minutes may be slower ones."""
    turns.run([planned], 1, _show, _note)
    _show("")
    print(f"the store filled with {planned.transactions:,} transactions: {turns.measured[planned][-1]}", flush=True)


def _planned(job: str, folder: Path, transactions: int, seed: int) -> Planned:
    return Planned(job, _data(folder, transactions, seed), transactions)


def _data(folder: Path, transactions: int, seed: int) -> Data:
    data = Data(folder / str(transactions))
    if not data.folder.exists():
        _show(f"making {transactions:,} transactions")
        generate(data.folder, transactions, seed)
    return data


def _chosen(options: argparse.Namespace, jobs: Sequence[str]) -> list[str]:
    return [job for job in jobs if not options.only or job in options.only or job in ALWAYS]


def _print_head(options: argparse.Namespace) -> None:
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    print(f"Python {platform.python_version()}, {', '.join(found)}")
    print(f"{os.cpu_count()} processors, {gigabytes:.0f} GB, seed {options.seed}, {options.repeat} turns", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench award", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="3 turns, smaller samples row by row: 4 minutes")
    parser.add_argument("--transactions", type=int, help="how many, instead of 20 M; with --growth also 20 times it")
    parser.add_argument("--repeat", type=int, help="how many turns, instead of 5")
    parser.add_argument("--seed", type=int, default=20220715)
    names = [*ON_ALL_ROWS, *ON_A_SAMPLE, "growth"]
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--growth", action="store_true", help="5 M against 100 M as well (with --quick 0.25 M, 5 M)")
    parser.add_argument("--spark", action="store_true", help="the Spark engine as well, on the sample")
    options = parser.parse_args()
    options.growth_repeat = options.repeat or 3
    options.repeat = options.repeat or (3 if options.quick else 5)
    return options


def _note(figures: str) -> None:
    """Keep what a turn gave where no progress is shown: a long run that is cut off has not been for nothing."""
    if not sys.stderr.isatty():
        print(figures, file=sys.stderr, flush=True)


def _show(step: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
