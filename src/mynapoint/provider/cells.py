"""The store's cells, kept up to date: a day costs what it brought; where that is needed, they are made anew."""

# ruff: noqa: S608 (tables, columns and numbers of ours; nothing of a file's content is put into SQL)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import duckdb
import ibis

from mynapoint.award import cells, tables
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.provider.numbering import number_applications
from mynapoint.provider.store import only

ALL_FILES = -1
COMPACT_FROM_ROWS = 100_000
_SUM_MOST = 1_000_000_000_000_000
"""A use is worth nothing once more than its amount is refunded; so a sum of refunds may be cut here."""


@dataclass(frozen=True, slots=True)
class CellsKept:
    """What bringing the cells up to date did: applications whose cells were made from all uses, rows added."""

    made_anew: int
    rows: int


def bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, rules: Sequence[ServiceRule], *, now: datetime
) -> CellsKept:
    """Let the cells hold everything that is in the store, within the transaction that is open.

    Cells are made from all uses for an application that is new, that has gained a card (``stale``), or whose rule has
    changed; for the others the files since the last time are added, and what their refunds take off older uses.
    """
    number_applications(connection)
    made_anew = rows = 0
    for rule in rules:
        kept = _keep_rule(connection, rule, now)
        made_anew, rows = made_anew + kept.made_anew, rows + kept.rows
    if rows:
        _compact(connection)
    return CellsKept(made_anew, rows)


def make_anew(connection: duckdb.DuckDBPyConnection, rules: Sequence[ServiceRule], *, now: datetime) -> int:
    """Make all cells from all uses, and return in how many applications' months the stored ones were otherwise."""
    bring_up_to_date(connection, rules, now=now)
    sums = "SELECT application_no, month, sum(worth)::BIGINT AS worth FROM cells GROUP BY 1, 2"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE stored_cells AS {sums}")
    connection.execute("INSERT INTO stale SELECT application_no FROM applications")
    bring_up_to_date(connection, rules, now=now)
    differing = only(
        connection,
        f"""SELECT count(*) FROM stored_cells FULL JOIN ({sums}) AS anew USING (application_no, month)
            WHERE coalesce(stored_cells.worth, 0) <> coalesce(anew.worth, 0)""",
    )
    assert isinstance(differing, int)
    return differing


def make_terms(connection: duckdb.DuckDBPyConnection, rule: ServiceRule) -> None:
    """Make ``award_terms``: what holds for each application of the rule's incentive, by its number."""
    connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW award_enrolments AS
            SELECT application_no AS application_id, 0 AS account_id, counts_purchases AS counts, applied_at,
                greatest({int(rule.points_max)} - room, 0)::BIGINT AS points_elsewhere
            FROM applications WHERE incentive = '{rule.incentive}'"""
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE award_terms AS {ibis.to_sql(tables.terms(rule), 'duckdb')}")


def make_refunded(connection: duckdb.DuckDBPyConnection, *, after_file: int, uses: str = "true") -> None:
    """Make ``cell_refunded``: uses that refunds name, with the yen refunded before the files after one, and with them.

    Reads ``cell_terms``. A refund counts for a use of the same application. ``uses`` limits the uses, as SQL.
    """
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE refund_sums AS
            SELECT refunds_hash AS transaction_hash, refunds AS transaction_id, application_id,
                least(coalesce(sum(amount_yen) FILTER (file <= {after_file}), 0), {_SUM_MOST})::BIGINT AS before_yen,
                least(sum(amount_yen), {_SUM_MOST})::BIGINT AS after_yen
            FROM refunds {_of_new_rows(after_file)}
            JOIN (SELECT DISTINCT application_id, account_id FROM cell_terms) AS counted ON account_no = account_id
            GROUP BY ALL"""
    )
    found = """SELECT account_no AS account_id, is_purchase AS kind, amount_yen, occurred_at, application_id,
            {before} AS before_yen, after_yen FROM uses JOIN {sums} AS sums USING (transaction_hash, transaction_id)
            WHERE {uses} AND {file}"""
    parts = [found.format(before="0", sums="refund_sums", uses=uses, file=f"file > {after_file}")]
    if after_file != ALL_FILES:
        changed = "(FROM refund_sums WHERE after_yen > before_yen)"
        parts.append(found.format(before="before_yen", sums=changed, uses=uses, file=f"file <= {after_file}"))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE cell_refunded AS {' UNION ALL '.join(parts)}")


def _of_new_rows(after_file: int) -> str:
    """Return the SQL that leaves only refunds whose sum for a use can be new: refund or use came after the file."""
    if after_file == ALL_FILES:
        return ""
    return f"""SEMI JOIN (
        SELECT refunds_hash AS touched FROM refunds WHERE file > {after_file}
        UNION ALL SELECT transaction_hash FROM uses WHERE file > {after_file}) AS new ON refunds_hash = touched"""


def show_uses(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """Make the view ``cell_uses`` of the uses for which a condition holds."""
    connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW cell_uses AS
            SELECT account_no AS account_id, is_purchase AS kind, amount_yen, occurred_at FROM uses WHERE {condition}"""
    )


@lru_cache(maxsize=64)
def compiled(rule: ServiceRule) -> tuple[str, str]:
    """Return DuckDB's SQL of what uses bring and of what refunds change: application_id · month · worth."""
    return str(ibis.to_sql(cells.gross(rule), "duckdb")), str(ibis.to_sql(cells.corrections(rule), "duckdb"))


def _keep_rule(connection: duckdb.DuckDBPyConnection, rule: ServiceRule, now: datetime) -> CellsKept:
    last = connection.execute(
        "SELECT rule, files_up_to FROM cell_batches WHERE incentive = ? ORDER BY batch DESC LIMIT 1", (rule.incentive,)
    ).fetchone()
    added_up_to = None if last is None or last[0] != cells.cells_rule(rule) else last[1]
    files = only(connection, "SELECT coalesce(max(number), 0) FROM intake_files")
    batch = only(connection, "SELECT coalesce(max(batch), 0) + 1 FROM cell_batches")
    made_anew = _find_fresh(connection, rule, everything=added_up_to is None)
    if not made_anew and added_up_to == files:
        return CellsKept(0, 0)
    make_terms(connection, rule)
    rows = _add(connection, rule, batch, ALL_FILES, "SEMI") if made_anew else 0
    if added_up_to is not None and added_up_to != files:
        rows += _add(connection, rule, batch, added_up_to, "ANTI")
    connection.execute("DELETE FROM stale WHERE application_no IN (SELECT application_no FROM fresh)")
    row = (batch, rule.incentive, cells.cells_rule(rule), files, rows, now)
    connection.execute("INSERT INTO cell_batches VALUES (?, ?, ?, ?, ?, ?)", row)
    return CellsKept(made_anew, rows)


def _find_fresh(connection: duckdb.DuckDBPyConnection, rule: ServiceRule, *, everything: bool) -> int:
    """Make ``fresh``: the applications whose cells are made from all uses; what cells they had are dropped."""
    condition = "true" if everything else "application_no IN (SELECT application_no FROM stale)"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE fresh AS
            SELECT application_no FROM applications WHERE incentive = '{rule.incentive}' AND {condition}"""
    )
    count = only(connection, "SELECT count(*) FROM fresh")
    assert isinstance(count, int)
    if count:
        connection.execute("DELETE FROM cells WHERE application_no IN (SELECT application_no FROM fresh)")
    return count


def _add(connection: duckdb.DuckDBPyConnection, rule: ServiceRule, batch: object, after_file: int, of: str) -> int:
    """Add to the cells what the files after one bring to the fresh applications (``of`` = SEMI) or to the others."""
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE cell_terms AS
            SELECT application_id, account_no AS account_id, counts, starts_at, fill_yen
            FROM award_terms JOIN counted_accounts ON application_id = application_no
            {of} JOIN fresh USING (application_no)"""
    )
    show_uses(connection, f"file > {after_file}")
    make_refunded(connection, after_file=after_file)
    rows = 0
    for query in compiled(rule):
        added = connection.execute(
            f"INSERT INTO cells SELECT application_id, month, worth, {batch} FROM ({query})"
        ).fetchone()
        assert added is not None
        rows += int(added[0])
    return rows


def _compact(connection: duckdb.DuckDBPyConnection) -> None:
    """Add up the cells' rows of each application and month once there are twice as many as need be."""
    total = only(connection, "SELECT count(*) FROM cells")
    needed = only(connection, "SELECT coalesce(max(row_count), 0) FROM compactions")
    assert isinstance(total, int)
    assert isinstance(needed, int)
    if total <= max(2 * needed, COMPACT_FROM_ROWS):
        return
    connection.execute(
        """CREATE TEMP TABLE compacted AS SELECT application_no, month, sum(worth)::BIGINT, max(batch)
           FROM cells GROUP BY 1, 2"""
    )
    connection.execute("DELETE FROM cells")
    connection.execute("INSERT INTO cells FROM compacted")
    connection.execute("INSERT INTO compactions SELECT count(*) FROM compacted")
    connection.execute("DROP TABLE compacted")
