"""How long an award takes against the limit: DuckDB's bare GROUP BY over the same files, in the same run.

    ./run bench award [--quick] [--transactions N] [--repeat K] [--seed S]

Prints ``MARK name measured target ok|short``; ratios are medians of runs that take turns. Not in the marks: CPU ratios,
which a busy machine disturbs less.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import duckdb
import pyarrow.parquet as pq

from mynapoint.programme.service_rules import parse_service_rule
from mynapoint.provider.award_files import Inputs, award_files
from mynapoint.provider.engines import Engine, run_duckdb

AS_OF = datetime.fromisoformat("2023-04-30T00:00:00+09:00")
RULE = parse_service_rule(
    {
        "service_number": "MP0000001",
        "incentive": "card_uptake",
        "round": "round2",
        "effective": "at_once",
        "minimum_yen": 1,
        "rounding": "total",
        "schedule": {"kind": "month_close", "months": 1, "day": "last"},
    }
)
SECONDS_OF_THE_YEAR = 420 * 86_400
AT_MOST, AT_LEAST = "at most", "at least"


def main() -> int:
    """Run the comparisons; exit 0 also where a mark is short, 1 where engines disagree."""
    options = _options()
    transactions = options.transactions or (1_000_000 if options.quick else 20_000_000)
    repeat = options.repeat or (3 if options.quick else 5)
    size = f"{transactions:,} transactions, {transactions // 20:,} accounts"
    print(f"duckdb {duckdb.__version__}, {size}, seed {options.seed}")
    with TemporaryDirectory(prefix="mynapoint-bench-") as name:
        folder = Path(name)
        whole = generate(folder / "whole", transactions, options.seed)
        small = generate(folder / "small", min(transactions, 200_000), options.seed)
        compare(whole, folder, repeat)
        return compare_with_reference(small, folder)


def generate(folder: Path, transactions: int, seed: int) -> Inputs:
    """Write one application for each 20 transactions; 0.1 % of the rows come twice, 1 % are refunds."""
    folder.mkdir()
    accounts = max(transactions // 20, 1)
    day_one = "TIMESTAMPTZ '2022-01-01 00:00:00+09'"
    applications = f"""
        SELECT 'A' || lpad(i::VARCHAR, 9, '0') AS application_id, 'SP' || lpad(i::VARCHAR, 8, '0') AS account_id,
            if(i % 3 = 0, 'purchase', 'top_up') AS counts,
            {day_one} + to_seconds((hash(i, {seed}) % 10000000)::BIGINT) AS applied_at,
            if(i % 10 = 0, 1000, 0)::BIGINT AS points_elsewhere
        FROM range({accounts}) AS applications(i)"""
    rows = f"""
        WITH numbered AS (SELECT if(i % 1000 = 999, i - 1, i) AS n FROM range({transactions}) AS rows(i)),
        owned AS (SELECT n, hash(if(n % 100 = 50, n - 1, n), {seed}) % {accounts} AS account FROM numbered)
        SELECT 'T' || lpad(n::VARCHAR, 12, '0') AS transaction_id, 'SP' || lpad(account::VARCHAR, 8, '0') AS account_id,
            CASE WHEN n % 100 = 50 THEN 'refund' WHEN account % 3 = 0 THEN 'purchase' ELSE 'top_up' END AS kind,
            CASE WHEN n % 100 = 50 THEN 'T' || lpad((n - 1)::VARCHAR, 12, '0') END AS refunds,
            (1 + hash(n, {seed + 1}) % 5000)::INTEGER AS amount_yen,
            {day_one} + to_seconds((n * {SECONDS_OF_THE_YEAR} // {transactions})::BIGINT) AS occurred_at
        FROM owned"""
    inputs = Inputs(folder / "enrolments.parquet", (folder / "transactions.parquet",))
    with duckdb.connect() as connection:
        for query, path in ((applications, inputs.enrolments), (rows, inputs.transactions[0])):
            connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return inputs


def compare(inputs: Inputs, folder: Path, repeat: int) -> None:
    """Time the bare GROUP BY, the award on tables that are clean, and the whole job from raw files, in turns."""
    with ExitStack() as stack:
        connection = stack.enter_context(duckdb.connect())
        connection.execute(f"CREATE VIEW e AS SELECT * FROM '{inputs.enrolments}'")
        connection.execute(f"CREATE VIEW t AS SELECT * FROM '{inputs.transactions[0]}'")
        connection.execute("SET preserve_insertion_order = false")
        jobs: dict[str, Callable[[], object]] = {
            "bare": lambda: connection.execute(
                "CREATE OR REPLACE TEMP TABLE bare AS SELECT account_id, sum(amount_yen) AS yen FROM t GROUP BY 1"
            ),
            "award_of_clean_tables": lambda: run_duckdb(
                connection, RULE, AS_OF, enrolments="e", transactions="t", posted=None, unique=True
            ),
            "award_from_raw_files": lambda: award_files(RULE, AS_OF, inputs, folder / "out"),
        }
        wall: dict[str, list[float]] = {name: [] for name in jobs}
        cpu: dict[str, list[float]] = {name: [] for name in jobs}
        for turn in range(repeat):
            for name, job in jobs.items():
                _show(f"turn {turn + 1} of {repeat}: {name}")
                began, began_cpu = time.perf_counter(), time.process_time()
                job()
                wall[name].append(time.perf_counter() - began)
                cpu[name].append(time.process_time() - began_cpu)
    limit, limit_cpu = median(wall["bare"]), median(cpu["bare"])
    print(f"bare GROUP BY: {limit:.2f} s, CPU {limit_cpu:.2f} s")
    for name, most in (("award_of_clean_tables", 3.2), ("award_from_raw_files", 4.0)):
        print(f"{name}: {median(wall[name]):.2f} s; CPU {median(cpu[name]) / limit_cpu:.1f} times the limit's")
        mark(f"{name}_times_bare", median(wall[name]) / limit, most, AT_MOST)


def compare_with_reference(inputs: Inputs, folder: Path) -> int:
    """Time both engines on fewer rows and hold their answers together: 0 when they are the same, otherwise 1."""
    seconds, answers = {}, {}
    for engine in (Engine.DUCKDB, Engine.REFERENCE):
        _show(f"{engine} on fewer rows")
        began = time.perf_counter()
        outcome = award_files(RULE, AS_OF, inputs, folder / engine, engine=engine)
        seconds[engine] = time.perf_counter() - began
        answers[engine] = pq.read_table(outcome.awards_file)
    same = answers[Engine.DUCKDB].equals(answers[Engine.REFERENCE])
    lines = answers[Engine.REFERENCE].num_rows
    print(f"both engines on fewer rows: {lines:,} lines, {'the same' if same else 'NOT THE SAME'}")
    mark("duckdb_times_faster_than_reference", seconds[Engine.REFERENCE] / seconds[Engine.DUCKDB], 2.0, AT_LEAST)
    return 0 if same else 1


def mark(name: str, measured: float, target: float, kind: str) -> None:
    """Print one mark."""
    _show("")
    met = measured <= target if kind == AT_MOST else measured >= target
    print(f"MARK {name} {measured:.2f} {target:.2f} {'ok' if met else 'short'}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench award", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="1 M transactions, 3 turns: about a minute")
    parser.add_argument("--transactions", type=int, help="how many, instead of 20 M")
    parser.add_argument("--repeat", type=int, help="how many turns, instead of 5")
    parser.add_argument("--seed", type=int, default=20220715)
    return parser.parse_args()


def _show(step: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
