"""Re-issued accounts: a lost card and the one that replaced it are one account, the first, however often it happens.

Source: the office's FAQ for payment services, on lost and stolen cards: old and new are treated as one subject, so that
together they never exceed the cap (docs/decisions/0015-files-from-outside.md). ``premium.first_accounts`` says the same
in plain Python.
"""

# ruff: noqa: S608 (names of tables are ours)

from __future__ import annotations

import duckdb

CHAIN_MOST = 1_000
"""So many times one card may have been replaced; longer is no honest chain."""

ENDLESS = f"leads back to no first account: a circle, or more than {CHAIN_MOST:,} in a row"


def second_replacements(rows: str) -> str:
    """Return a SELECT of file · line · field · value · reason for rows of an account that was replaced already."""
    return (
        "SELECT file, line, 'replaces', replaces, 'was replaced by ' || first || ' already' FROM ("
        "SELECT *, first_value(account_id) OVER one AS first, row_number() OVER one AS place "
        f"FROM {rows} WINDOW one AS (PARTITION BY replaces ORDER BY reissued_at, account_id)"
        ") WHERE place > 1"
    )


def endless(rows: str, chains: str) -> str:
    """Return a SELECT of file · line · field · value · reason for rows that are in no chain of ``make_chains``."""
    return f"SELECT file, line, 'replaces', replaces, '{ENDLESS}' FROM {rows} ANTI JOIN {chains} USING (account_id)"


def make_chains(connection: duckdb.DuckDBPyConnection, rows: str, *, into: str) -> None:
    """Make the table ``into``: account_id · first_account_id, for every account that replaced another.

    ``rows`` has account_id · replaces, neither twice. Accounts that lead back to no first one are left out.
    """
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE {into} AS
            WITH RECURSIVE walk AS (
                SELECT account_id, replaces AS first_account_id, 1 AS place
                FROM {rows} WHERE replaces NOT IN (SELECT account_id FROM {rows})
                UNION ALL
                SELECT next.account_id, first_account_id, place + 1
                FROM walk JOIN {rows} AS next ON next.replaces = walk.account_id WHERE place < {CHAIN_MOST})
            SELECT account_id, first_account_id FROM walk"""
    )
