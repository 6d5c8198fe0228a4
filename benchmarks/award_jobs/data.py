"""The data of the award's benchmark: seeded, in Parquet, made in bounded memory; the last 1/30 is a file of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from mynapoint.programme.service_rules import ServiceRule, parse_service_rule

ROWS_AN_ACCOUNT = 20
DAYS = 30
"""The data are this many files' worth of rows; the last one is the "one more day"."""

AS_OF_BEFORE = datetime.fromisoformat("2023-03-31T00:00:00+09:00")
AS_OF = datetime.fromisoformat("2023-04-01T00:00:00+09:00")
"""February matures on 31 March: it is awarded by the run before. The last file's rows run from 21 February to 7 March,
so those of February are due at once at AS_OF, and those of March are not."""

_DAY_ONE = int(datetime.fromisoformat("2022-01-11T00:00:00+09:00").timestamp())
_SECONDS = 420 * 86_400
_MEMORY = "1GB"


def rule() -> ServiceRule:
    """Return the service's rule: every condition has rows that meet it and rows that do not."""
    return parse_service_rule(
        {
            "service_number": "MP0000001",
            "incentive": "card_uptake",
            "round": "round2",
            "effective": "next_day",
            "minimum_yen": 100,
            "rounding": "total",
            "schedule": {"kind": "month_close", "months": 1, "day": "last"},
        }
    )


@dataclass(frozen=True, slots=True)
class Data:
    """One folder of input files."""

    folder: Path

    @property
    def enrolments(self) -> Path:
        """One application an account; a third counts purchases; a tenth has points elsewhere."""
        return self.folder / "enrolments.parquet"

    @property
    def posted(self) -> Path:
        """What was posted so far, for one application in four; for some it is too much and is taken back."""
        return self.folder / "posted.parquet"

    @property
    def before(self) -> Path:
        """The transactions of all days but the last."""
        return self.folder / "before.parquet"

    @property
    def day(self) -> Path:
        """The last day's transactions: 1/30 of all."""
        return self.folder / "day.parquet"

    @property
    def transactions(self) -> tuple[Path, Path]:
        """Every file of transactions."""
        return self.before, self.day


@dataclass(frozen=True, slots=True)
class Task:
    """What a job is given: ``out`` is an empty folder for its answer, ``awards.parquet``; ``memory`` such as 2GB."""

    data: Data
    out: Path
    memory: str | None

    @property
    def awards_file(self) -> Path:
        """Where the answer goes: ``application_id · points``."""
        return self.out / "awards.parquet"


def generate(folder: Path, transactions: int, seed: int) -> Data:
    """Write the files of so many transactions: 0.1 % of the rows come twice, 1 % are refunds; the same for a seed.

    Half of the rows that come twice follow each other, half repeat a row of long ago. A refund follows its original
    by up to a week. One row in ten is of the kind that is not counted for its account.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = Data(folder)
    accounts = max(transactions // ROWS_AN_ACCOUNT, 1)
    first_of_day = transactions - transactions // DAYS
    with duckdb.connect(config={"memory_limit": _MEMORY, "preserve_insertion_order": False}) as connection:
        for query, path in (
            (_enrolments(accounts, seed), data.enrolments),
            (_posted(accounts, seed), data.posted),
            (_transactions(range(first_of_day), transactions, accounts, seed), data.before),
            (_transactions(range(first_of_day, transactions), transactions, accounts, seed), data.day),
        ):
            connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return data


def _enrolments(accounts: int, seed: int) -> str:
    return f"""
        SELECT 'A' || (100000000 + i) AS application_id, 'SP' || (10000000 + i) AS account_id,
            if(i % 3 = 0, 'purchase', 'top_up') AS counts,
            make_timestamptz(({_DAY_ONE} + hash(i, {seed}) % 20000000)::BIGINT * 1000000) AS applied_at,
            if(i % 10 = 0, 1000, 0)::BIGINT AS points_elsewhere
        FROM range({accounts}) AS applications(i)"""


def _posted(accounts: int, seed: int) -> str:
    return f"""
        SELECT 'A' || (100000000 + i) AS application_id, (hash(i, {seed + 2}) % 4000)::BIGINT AS points
        FROM range(0, {accounts}, 4) AS applications(i)"""


def _transactions(numbers: range, transactions: int, accounts: int, seed: int) -> str:
    """``n`` is a transaction's number; where i % 1000 = 999 it is another row's, so that row comes twice."""
    reach = max(transactions // 100 // 60, 1)
    return f"""
        WITH numbered AS (
            SELECT CASE i % 2000 WHEN 999 THEN i - 1 WHEN 1999 THEN i // 2 - 1 ELSE i END AS n
            FROM ({_range(numbers)}) AS rows(i)),
        originals AS (
            SELECT n, CASE n % 100 WHEN 50 THEN greatest(n - 1 - 100 * (hash(n, {seed}) % {reach})::BIGINT, 49) END
                AS refunded
            FROM numbered),
        owned AS (
            SELECT n, refunded, hash(coalesce(refunded, n), {seed}) % {accounts} AS account FROM originals)
        SELECT 'T' || (100000000000 + n) AS transaction_id, 'SP' || (10000000 + account) AS account_id,
            CASE WHEN refunded IS NOT NULL THEN 'refund'
                WHEN (account % 3 = 0) = (n % 10 <> 7) THEN 'purchase' ELSE 'top_up' END AS kind,
            CASE WHEN refunded IS NOT NULL THEN 'T' || (100000000000 + refunded) END AS refunds,
            (1 + hash(n, {seed + 1}) % 3000)::INTEGER AS amount_yen,
            make_timestamptz(({_DAY_ONE} + n * {_SECONDS} // {transactions}) * 1000000) AS occurred_at
        FROM owned"""


def _range(numbers: range) -> str:
    """The numbers in as many parts as there are processors: DuckDB reads one range with one of them."""
    parts = os.cpu_count() or 1
    step = -(-len(numbers) // parts)
    starts = range(numbers.start, numbers.stop, step)
    return " UNION ALL ".join(f"FROM range({start}, {min(start + step, numbers.stop)})" for start in starts)
