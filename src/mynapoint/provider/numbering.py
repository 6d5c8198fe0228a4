"""Accounts and applications by number, given once at intake: what the store joins by instead of texts."""

# ruff: noqa: S608 (tables, columns and numbers of ours; nothing of a file's content is put into SQL)

from __future__ import annotations

import duckdb

TOKYO_MICROSECONDS = 9 * 3_600_000_000
"""Tokyo is nine hours ahead on every day that intake takes: so no zone table is asked."""


def wall_time(instant: str) -> str:
    """Return the SQL of an instant's wall time in Tokyo."""
    return f"make_timestamp(epoch_us({instant}) + {TOKYO_MICROSECONDS})"


def number_rows(connection: duckdb.DuckDBPyConnection, rows: str, *, into: str) -> None:
    """Make the temporary table ``into`` of ``rows``, which have the columns of award/schemas.py, with two more.

    These are ``transaction_hash`` and ``account_no``, which is null where the account has no number yet.
    """
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE {into} AS
            SELECT rows.*, hash(transaction_id) AS transaction_hash, account_no
            FROM {rows} AS rows LEFT JOIN accounts USING (account_id)"""
    )


def number_accounts(connection: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Give every account of ``rows`` (a table with ``account_id``) a number, if it has none."""
    connection.execute(
        f"""INSERT INTO accounts
            SELECT (SELECT coalesce(max(account_no), 0) FROM accounts) + row_number() OVER (), account_id
            FROM (SELECT DISTINCT account_id FROM {rows}) ANTI JOIN accounts USING (account_id)"""
    )


def keep_rows(connection: duckdb.DuckDBPyConnection, numbered: str, *, file: int) -> None:
    """Keep transactions that are new, of a table made by ``number_rows``; accounts without a number get one."""
    unknown = connection.execute(f"SELECT count(*) FROM {numbered} WHERE account_no IS NULL").fetchone()
    if unknown is not None and unknown[0]:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE unknown AS SELECT account_id FROM {numbered} WHERE account_no IS NULL"
        )
        number_accounts(connection, "unknown")
        connection.execute(
            f"""UPDATE {numbered} SET account_no = accounts.account_no FROM accounts
                WHERE {numbered}.account_no IS NULL AND {numbered}.account_id = accounts.account_id"""
        )
    wall = wall_time("occurred_at")
    connection.execute(
        f"""INSERT INTO uses SELECT transaction_hash, transaction_id, account_no, kind = 'purchase', amount_yen,
            {wall}, {file} FROM {numbered} WHERE kind <> 'refund'"""
    )
    connection.execute(
        f"""INSERT INTO refunds SELECT transaction_hash, transaction_id, account_no, hash(refunds), refunds,
            amount_yen, {wall}, {file} FROM {numbered} WHERE kind = 'refund'"""
    )


def number_applications(connection: duckdb.DuckDBPyConnection) -> None:
    """Number every linked application that has no number, and let its account's whole chain count for it."""
    if _all_numbered(connection):
        return
    before = connection.execute("SELECT coalesce(max(application_no), 0) FROM applications").fetchone()
    assert before is not None
    connection.execute(
        f"""INSERT INTO applications
            SELECT {before[0]} + row_number() OVER (ORDER BY linked_at, application_id), application_id, incentive,
                counts = 'purchase', {wall_time("applied_at")}, room
            FROM linked ANTI JOIN applications USING (application_id)"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE new_accounts AS
            SELECT application_no, coalesce(other.account_id, linked.account_id) AS account_id
            FROM applications JOIN linked USING (application_id) SEMI JOIN standing USING (application_id)
            LEFT JOIN chains AS own ON own.account_id = linked.account_id
            LEFT JOIN chains AS other ON other.first_account_id = own.first_account_id
            WHERE application_no > {before[0]}"""
    )
    count_accounts(connection, "new_accounts")


def count_accounts(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Let accounts count for applications (``table``: application_no · account_id); their cells are to be made anew."""
    number_accounts(connection, table)
    connection.execute(
        f"INSERT INTO counted_accounts SELECT account_no, application_no FROM {table} JOIN accounts USING (account_id)"
    )
    connection.execute(f"INSERT INTO stale SELECT DISTINCT application_no FROM {table}")


def _all_numbered(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether every linked application has a number: both tables only grow, and by the same applications."""
    row = connection.execute("SELECT (SELECT count(*) FROM linked) = (SELECT count(*) FROM applications)").fetchone()
    return row is not None and bool(row[0])
