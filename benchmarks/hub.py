"""How fast the hub is on PostgreSQL: applying against pgbench and a rival, a steady rate, an overload, the search.

    ./run bench hub [--quick] [--only JOB …] [--turns N] [--peak-day [N]] [--keep-people FOLDER]

It starts its own PostgreSQL (fsync and synchronous_commit on), the hub on granian, and what loads them; all share this
machine. Slices take turns with pgbench doing the same writes in one round trip, which is the limit; a ratio is the
median of the turns' own ratios. ``CPU`` compares what one application costs in CPU time, load generator and PostgreSQL
included: it depends least on who else is at work. Every certificate is seen for the first time. One line a mark:
``MARK name measured target ok|short``. Exit 1 where an answer is wrong; 0 where marks are short.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from hub_jobs import front, loads, overload, peak_day, register, servers  # noqa: E402 - needs the path set above
from hub_jobs.arrivals import arrive  # noqa: E402
from hub_jobs.loads import Slice  # noqa: E402
from hub_jobs.overload import Flood  # noqa: E402
from hub_jobs.servers import Server  # noqa: E402
from hub_jobs.stage import DATABASE, Stage, stage  # noqa: E402

PACKAGES = ("Django", "granian", "psycopg", "cryptography")
RIVALS = ("fastapi", "sqlalchemy", "asyncpg", "uvicorn")
JOBS = ("limit", "steady", "overload", "search")
STEADY_RATE = 150
OURS, BATCHED, RIVAL = "hub", "hub, micro-batches", "FastAPI + SQLAlchemy ORM"
AS_SERVED = "hub with threads to spare"
"""As ``mynapoint hub serve`` has it (waiting.gates.threads_needed); the others have as many as are let in at once."""
THREADS = {OURS: 8, BATCHED: 32, AS_SERVED: 64}
_MOST_A_SECOND = 1_000
"""People for a slice, for each second: more than are ever served. With 500 the fastest ran out of people."""


@dataclass
class Options:
    """What is measured, and for how long."""

    only: list[str]
    turns: int
    seconds: int
    each: int
    steady_seconds: int
    peak_day: int
    kept: Path | None = None
    floods: int = 1


def main() -> int:
    """Measure and print; 1 where something was lost or answered wrongly."""
    options = _options()
    _print_machine()
    people = _people_needed(options)
    began = time.monotonic()
    wrong: list[str] = []
    with TemporaryDirectory(prefix="mynapoint-bench-") as name:
        folder = Path(name)
        with stage(folder, signed=people, unsigned=_limit_needs(options), kept=options.kept) as on:
            print(
                f"PostgreSQL {_postgresql(on)}; {people} people ready after {time.monotonic() - began:.0f} s",
                flush=True,
            )
            for job in options.only:
                {"limit": _limit, "steady": _steady, "overload": _overload, "search": _search}[job](on, options, wrong)
            if options.peak_day:
                _peak_day(on, options, wrong)
    for one in wrong:
        print(f"WRONG: {one}", file=sys.stderr)
    return 1 if wrong else 0


def _limit(on: Stage, options: Options, wrong: list[str]) -> None:
    """Applying, in slices that take turns with the limit's."""
    ratios: dict[str, list[tuple[float, float]]] = {}
    slices: dict[str, list[Slice]] = {"pgbench": []}
    with ExitStack() as stack:
        asked = [(name, stack.enter_context(_hub(on, name))) for name in (OURS, BATCHED)]
        asked += [(RIVAL, stack.enter_context(rival)) for rival in _rival(on)]
        for name, server in asked:  # plans, connections, the law: what a server does once
            warm = loads.wrk(on.take(options.each // 2), port=server.port, seconds=10, pids=[], folder=on.folder)
            if not warm.done or warm.failed:
                wrong.append(f"{name}: {warm.done} done and {warm.failed} refused when it was warmed up")
        with on.cluster.connect(DATABASE) as connection:
            connection.execute("ANALYZE")
        for _ in range(options.turns):
            for name, server in asked:
                limit = on.limit(options.seconds)
                before = on.settled()
                pids = [on.postmaster, server.pid]
                people = on.take(options.each // 2 if name == RIVAL else options.each)
                own = loads.wrk(people, port=server.port, seconds=options.seconds, pids=pids, folder=on.folder)
                if own.failed or not own.done <= (kept := on.settled() - before) <= own.done + loads.CONNECTIONS:
                    wrong.append(f"{name}: {own.done} answered, {kept} kept, {own.failed} refused")
                slices["pgbench"].append(limit)
                slices.setdefault(name, []).append(own)
                ratios.setdefault(name, []).append((own.rate / limit.rate, limit.cpu_each / own.cpu_each))
    _report(slices, ratios)


def _report(slices: dict[str, list[Slice]], ratios: dict[str, list[tuple[float, float]]]) -> None:
    for name, own in slices.items():
        rates = [one.rate for one in own]
        print(
            f"{name:26} {median(rates):7.0f}/s (best {max(rates):.0f}), "
            f"{median(one.cpu_each for one in own) * 1e6:6.0f} µs CPU each, "
            f"p50 {median(one.p50_ms for one in own):.0f} ms, p99 {median(one.p99_ms for one in own):.0f} ms"
        )
    for name, mark, target in ((OURS, "apply_of_pgbench", 0.3), (BATCHED, "apply_batched_of_pgbench", 0.6)):
        rates, costs = zip(*ratios[name], strict=True)
        _mark(mark, median(rates), target, at_most=False)
        print(f"     between {min(rates):.2f} and {max(rates):.2f}; by CPU {median(costs):.2f}")
    if RIVAL in ratios:
        for name, mark in ((OURS, "apply_times_fastapi_orm"), (BATCHED, "apply_batched_times_fastapi_orm")):
            pairs = list(zip(ratios[name], ratios[RIVAL], strict=True))
            if not all(theirs[0] for _, theirs in pairs):
                break
            _mark(mark, median(ours[0] / theirs[0] for ours, theirs in pairs), 4.0, at_most=False)
            print(f"     by CPU {median(ours[1] / theirs[1] for ours, theirs in pairs):.2f}")


def _steady(on: Stage, options: Options, wrong: list[str]) -> None:
    """A steady rate, whoever is still waiting for an answer."""
    with _hub(on, OURS) as server:
        arrive(on.take(100), port=server.port, rate=50)  # warms up
        before = on.count()
        people = on.take(STEADY_RATE * options.steady_seconds)
        arrived = arrive(people, port=server.port, rate=STEADY_RATE)
        kept, lost = on.count() - before, arrived.statuses[201] - (on.count() - before)
    print(f"steady {STEADY_RATE}/s for {options.steady_seconds} s: {dict(arrived.statuses)}, {kept} kept")
    _mark("steady_p99_ms", arrived.percentile(0.99), 500, at_most=True)
    print(f"     p50 {arrived.percentile(0.5):.0f} ms, slowest {arrived.percentile(1):.0f} ms")
    _mark("steady_not_201", len(people) - arrived.statuses[201], 0, at_most=True)
    if lost > 0:
        wrong.append(f"{lost} acknowledged applications are lost")


def _overload(on: Stage, options: Options, wrong: list[str]) -> None:
    """Ten times as many ask as are served at best, whatever they are told; served is who is in the tables."""
    doors = {"granian alone": partial(_hub, on, AS_SERVED)} | (
        {"behind nginx": partial(_behind_nginx, on)} if front.NGINX else {}
    )
    floods: dict[str, list[Flood]] = {name: [] for name in doors}
    for _ in range(options.floods):
        for name, door in doors.items():
            floods[name].append(flood := overload.flooded(on, door, each=options.each, seconds=options.seconds))
            crowd = flood.crowd
            print(
                f"overload {name}: best {flood.best:.0f}/s; {flood.asked:.0f}/s asked, {flood.served:.0f}/s served "
                f"({flood.goodput:.2f}), {crowd.turned_away} of {crowd.done + crowd.failed} told to come again; "
                f"p50 {crowd.p50_ms:.0f} ms, p99 {crowd.p99_ms:.0f} ms",
                flush=True,
            )
            if crowd.failed > crowd.turned_away:
                wrong.append(f"{crowd.failed - crowd.turned_away} were neither served nor told to come again")
    if not front.NGINX:
        print("WITHOUT nginx (apt-get install nginx-light): REFUSING COSTS THE HUB WHAT IT COSTS PYTHON'S SERVER")
    for name, all_of_it in floods.items():
        goodputs = [one.goodput for one in all_of_it]
        print(f"overload {name}: {median(goodputs):.2f} ({min(goodputs):.2f} to {max(goodputs):.2f})")
    _mark("overload_goodput", median(one.goodput for one in all_of_it), 0.8, at_most=False)


def _search(on: Stage, _options: Options, _wrong: list[str]) -> None:
    """The search over 1,000 services, as a page and as JSON."""
    services = register.grow_to(1_000)
    with _hub(on, OURS) as server:
        for kind, milliseconds in register.searched(server.port).items():
            ordered = sorted(milliseconds)
            _mark(f"search_{kind}_p95_ms", ordered[int(len(ordered) * 0.95)], 50, at_most=True)
            print(
                f"     {len(ordered)} searches over {services} services, one after the other; "
                f"p50 {median(ordered):.1f} ms"
            )


def _peak_day(on: Stage, options: Options, wrong: list[str]) -> None:
    """A month's national peak day; reported, not marked. People are made as they are needed, unless some were kept."""
    with _hub(on, BATCHED) as server:
        warm = loads.wrk(on.take(options.each), port=server.port, seconds=10, pids=[], folder=on.folder)
        if not warm.done:
            wrong.append("nobody was served before the peak day")
        wrong += peak_day.run(on, server, options.peak_day)


@contextmanager
def _hub(on: Stage, name: str) -> Iterator[Server]:
    folder = on.folder / name.replace(" ", "-").replace(",", "")
    folder.mkdir(exist_ok=True)
    environment = on.environment | {"MYNAPOINT_BATCH_WRITES": "yes" if name == BATCHED else "no"}
    with servers.hub(environment, folder, threads=THREADS[name]) as server:
        yield server


@contextmanager
def _behind_nginx(on: Stage) -> Iterator[Server]:
    folder = on.folder / "behind-nginx"
    folder.mkdir(exist_ok=True)
    with front.hub_behind_nginx(on.environment, folder, threads=THREADS[AS_SERVED]) as server:
        yield server


def _rival(on: Stage) -> Iterator[object]:
    """Yield the rival's server, if its packages are there."""
    if not servers.rival_packages():
        print("WITHOUT FastAPI AND SQLAlchemy (./run bench hub installs them): NO COMPARISON WITH THEM")
        return
    yield servers.rival(on.cluster, DATABASE, on.folder)


def _mark(name: str, measured: float, target: float, *, at_most: bool) -> None:
    met = measured <= target if at_most else measured >= target
    print(f"MARK {name} {measured:.2f} {target:.2f} {'ok' if met else 'short'}", flush=True)


def _people_needed(options: Options) -> int:
    one = {
        "limit": options.each * (5 * options.turns + 3) // 2,
        "steady": STEADY_RATE * options.steady_seconds + 100,
        "overload": overload.people_for(2 if front.NGINX else 1, options.floods, options.each),
        "search": 0,
    }
    return sum(one[job] for job in options.only) + (options.each if options.peak_day else 0)


def _limit_needs(options: Options) -> int:
    return 3 * options.turns * options.seconds * 2_500 if "limit" in options.only else 10


def _print_machine() -> None:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    now = datetime.now(UTC)
    print(f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} processors ({cpu}), load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in PACKAGES)}")


def _postgresql(on: Stage) -> str:
    told = subprocess.run(
        [str(on.cluster.binaries / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    return told.stdout.split()[2]


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="./run bench hub", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--quick", action="store_true", help="within 5 minutes: 3 turns of 2 s, 30 s of the steady rate"
    )
    parser.add_argument("--only", nargs="*", choices=JOBS, default=list(JOBS), help="these jobs alone")
    parser.add_argument("--turns", type=int, help="how many turns, instead of 5; crowds, instead of 3")
    parser.add_argument(
        "--peak-day", type=int, nargs="?", const=peak_day.WHOLE, default=0, help="also a peak day, scaled"
    )
    parser.add_argument("--keep-people", type=Path, help="a folder: people are made once, for several runs")
    told = parser.parse_args()
    turns, seconds = told.turns or (3 if told.quick else 5), 2 if told.quick else 4
    steady = 30 if told.quick else 600
    each, floods = _MOST_A_SECOND * seconds, told.turns or (1 if told.quick else 3)
    return Options(told.only, turns, seconds, each, steady, told.peak_day, told.keep_people, floods)


if __name__ == "__main__":
    sys.exit(main())
