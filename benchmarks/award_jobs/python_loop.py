"""The rival: the same award as one plain Python loop over the rows of the files, as a good programmer writes it.

No classes and no calls a row: columns become lists, bounds are worked out once, sums are kept in dictionaries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from award_jobs.data import Data
from mynapoint.programme.service_rules import ServiceRule

Row = tuple[str, str, str, str | None, int, datetime]
Term = tuple[str, str, datetime, int]
"""Of an account: application · what counts · from when · room."""

Refunded = dict[tuple[str | None, str], int]
"""Yen by original and account."""


def award(rule: ServiceRule, as_of: datetime, data: Data) -> pa.Table:
    """Return ``application_id · points``, sorted, for schedules other than threshold, rounded in total."""
    terms = read_terms(rule, data)
    rows = read_rows(data)
    refunded = refunded_yen(rows)
    before = min(rule.earning_ends_before, rule.schedule.matured_before(as_of))
    minimum_yen = rule.minimum_yen
    matured: defaultdict[str, int] = defaultdict(int)
    for transaction_id, account_id, kind, _, amount_yen, occurred_at in rows:
        if kind == "refund" or amount_yen < minimum_yen or occurred_at >= before:
            continue
        _, counts, starts_at, _ = terms[account_id]
        if kind == counts and occurred_at >= starts_at:
            matured[account_id] += max(amount_yen - refunded.get((transaction_id, account_id), 0), 0)
    return lines(rule, data, terms, matured)


def read_terms(rule: ServiceRule, data: Data) -> dict[str, Term]:
    """Return each account's application and what holds for it."""
    columns = read_columns(data.enrolments, "application_id", "account_id", "counts", "applied_at", "points_elsewhere")
    return {
        account_id: (
            application_id,
            counts,
            max(rule.effective.starts_at(applied_at), rule.earning_starts_at),
            max(rule.points_max - elsewhere, 0),
        )
        for application_id, account_id, counts, applied_at, elsewhere in columns
    }


def read_rows(data: Data) -> Iterable[Row]:
    """Return one row of each transaction id: the first by time, amount, kind, account and ``refunds``."""
    kept: dict[str, Row] = {}
    names = ("transaction_id", "account_id", "kind", "refunds", "amount_yen", "occurred_at")
    for path in data.transactions:
        for row in read_columns(path, *names):
            known = kept.get(row[0])
            if known is None or _precedence(row) < _precedence(known):
                kept[row[0]] = row
    return kept.values()


def refunded_yen(rows: Iterable[Row]) -> Refunded:
    """Return what refunds take off."""
    refunded: defaultdict[tuple[str | None, str], int] = defaultdict(int)
    for _, account_id, kind, refunds, amount_yen, _ in rows:
        if kind == "refund":
            refunded[refunds, account_id] += amount_yen
    return refunded


def lines(rule: ServiceRule, data: Data, terms: dict[str, Term], matured: dict[str, int]) -> pa.Table:
    """Return what is to be posted, given the matured net yen of each account."""
    posted: defaultdict[str, int] = defaultdict(int)
    for application_id, points in read_columns(data.posted, "application_id", "points"):
        posted[application_id] += points
    found = {
        application_id: min(matured.get(account_id, 0) * rule.premium_rate // 100, room) - posted[application_id]
        for account_id, (application_id, _, _, room) in terms.items()
    }
    kept = sorted((application_id, points) for application_id, points in found.items() if points != 0)
    return pa.table(
        {
            "application_id": pa.array([application_id for application_id, _ in kept], pa.string()),
            "points": pa.array([points for _, points in kept], pa.int64()),
        }
    )


def read_columns(path: Path, *names: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a Parquet file as tuples; instants as datetimes in UTC."""
    for batch in pq.ParquetFile(path).iter_batches(columns=list(names), batch_size=100_000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _precedence(row: Row) -> tuple[datetime, int, str, str, str]:
    _, account_id, kind, refunds, amount_yen, occurred_at = row
    return occurred_at, amount_yen, kind, account_id, refunds or ""
