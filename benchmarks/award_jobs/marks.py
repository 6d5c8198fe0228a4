"""What a run prints: one line a job, one line a mark, and how busy the machine was with other work."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from award_jobs.turns import Planned, Spread, Turns

AT_MOST, AT_LEAST = "at most", "at least"
FROM_RAW_FILES_MOST = 4.0
FROM_CELLS_MOST = 1.5
ONE_MORE_DAY_MOST = 1 / 8
FASTER_THAN_POLARS = 1.0
FASTER_THAN_ROW_BY_ROW = 20.0
EXPONENT_MOST = 1.0
LIMITED_MEGABYTES_MOST = 2_000.0


def table(turns: Turns, plan: Sequence[Planned], limit: Planned) -> None:
    """Print one line a job: seconds, CPU, peak memory, rows a second; times the limit on the same data."""
    print(
        f"{'job':30} {'rows':>11} {'wall s, median (min–max)':>26} {'CPU s':>7} {'peak MB':>8} {'M rows/s':>9}  × bare"
    )
    for planned in plan:
        wall, cpu = turns.wall(planned), turns.cpu(planned)
        rate = planned.transactions / wall.middle / 1e6
        same = planned.data == limit.data
        times = f"{turns.ratio(planned, limit)}, CPU {turns.cpu_ratio(planned, limit).middle:.2f}" if same else ""
        print(
            f"{planned.name:30} {planned.transactions:>11,} {wall!s:>26} {cpu.middle:>7.2f} "
            f"{turns.peak_megabytes(planned):>8,.0f} {rate:>9.3f}  {times}"
        )


def against_limit(turns: Turns, plan: dict[str, Planned]) -> None:
    """Print the marks against the bare GROUP BY, and of one more day against the full run."""
    for job, name, to, most in (
        ("raw_files", "raw_files_times_bare", "bare", FROM_RAW_FILES_MOST),
        ("stored_cells", "stored_cells_times_bare", "bare", FROM_CELLS_MOST),
        ("one_more_day", "one_more_day_of_raw_files", "raw_files", ONE_MORE_DAY_MOST),
    ):
        if job in plan:
            mark(name, turns.ratio(plan[job], plan[to]), most, AT_MOST, cpu=turns.cpu_ratio(plan[job], plan[to]))


def one_more_day_of_the_store(turns: Turns, day: Planned, filled: Planned, from_cells: Planned) -> None:
    """Print what one more day costs of the store's own full run: all files taken in, cells made, everything awarded.

    The store is filled before and after the turns, with --quick only before, and the two others are medians of them, so
    there is nothing it lies between.
    """
    wall, cpu = (of(day).middle / (of(filled).middle + of(from_cells).middle) for of in (turns.wall, turns.cpu))
    mark("one_more_day_of_the_stores_full_run", Spread.of([wall]), ONE_MORE_DAY_MOST, AT_MOST, cpu=Spread.of([cpu]))


def against_rivals(turns: Turns, plan: dict[str, Planned]) -> None:
    """Print how many times faster than each rival we are; where a rival had fewer rows, a row against a row."""
    ours = plan["raw_files"]
    polars = [plan[job] for job in ("polars_streaming", "polars_in_memory") if job in plan]
    rivals = [("polars", min(polars, key=lambda one: turns.wall(one).middle), FASTER_THAN_POLARS)] if polars else []
    rivals += [(job, plan[job], FASTER_THAN_ROW_BY_ROW) for job in ("python_loop", "rules_engine") if job in plan]
    for name, rival, least in rivals:
        per_row = rival.transactions != ours.transactions
        faster, cpu = (of(rival, ours, per_row=per_row) for of in (turns.ratio, turns.cpu_ratio))
        mark(f"times_faster_than_{name}", faster, least, AT_LEAST, cpu=cpu)


def growth(turns: Turns, smaller: dict[str, Planned], larger: dict[str, Planned]) -> None:
    """Print exponents (1 = twice the data, twice the cost), and the larger size's peak where memory is limited."""
    for name, small in smaller.items():
        large = larger[name]
        times = log(large.transactions / small.transactions)
        wall = log(turns.wall(large).middle / turns.wall(small).middle) / times
        cpu = log(turns.cpu(large).middle / turns.cpu(small).middle) / times
        memory = log(turns.peak_megabytes(large) / turns.peak_megabytes(small)) / times
        print(f"{name}: exponents of wall {wall:.2f}, CPU {cpu:.2f}, memory {memory:.2f}")
        if small.job == "raw_files":
            suffix = "_in_2GB" if small.memory else ""
            mark(f"time_exponent{suffix}", Spread.of([wall]), EXPONENT_MOST, AT_MOST)
            if small.memory:
                peak = Spread.of([turns.peak_megabytes(large)])
                mark(f"peak_megabytes{suffix}_at_{large.transactions}", peak, LIMITED_MEGABYTES_MOST, AT_MOST)
            else:
                mark("memory_exponent", Spread.of([memory]), EXPONENT_MOST, AT_MOST)


def mark(name: str, measured: Spread, target: float, kind: str, *, cpu: Spread | None = None) -> None:
    """Print one mark, the median deciding; beside it what it lay between, and the same in CPU."""
    met = measured.middle <= target if kind == AT_MOST else measured.middle >= target
    print(f"MARK {name} {measured.middle:.3f} {target:.3f} {'ok' if met else 'short'}", flush=True)
    if cpu is not None:
        print(f"     between {measured.least:.3f} and {measured.most:.3f}; in CPU {cpu.middle:.3f}", flush=True)
