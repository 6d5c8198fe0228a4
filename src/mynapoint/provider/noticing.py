"""The few rows of a table that need a look: bad ones, refunds, and those whose key another row has or a refund names.

Every other row is plain: it stands, and nothing has to be asked about it but what it adds to its account. So the many
are read twice without being kept, and only the few become a table (docs/decisions/0012-award-speed.md).
"""

# ruff: noqa: S608 (names of tables and columns are ours)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from mynapoint.award.schemas import TRANSACTIONS, TableSchema

_HASHED = "(hash({}) >> 32)::UINTEGER"
"""Half a hash sorts faster than a whole one. Where two keys share it, plain rows are looked at for nothing."""


@contextmanager
def any_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let tables made in the block hold their rows in any order, which is faster and takes less memory."""
    before = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchall()[0]
    connection.execute("SET preserve_insertion_order = false")
    try:
        yield
    finally:
        connection.execute("SET preserve_insertion_order = ?", before)


def notice(connection: duckdb.DuckDBPyConnection, schema: TableSchema) -> None:
    """Make the table ``taken_NAME_noticed`` of the rows to look at in ``taken_NAME_rows``, and two views of it.

    ``taken_NAME_noticed_standing``  those not in ``taken_NAME_dropped``; among them all that have one key
    ``taken_NAME_noticed_dropped``   those in it
    """
    name, hashed_key = schema.name, _HASHED.format(schema.key)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE taken_twice AS {_twice(schema)}")
    is_refund = "kind = 'refund'" if schema is TRANSACTIONS else "false"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE taken_{name}_noticed AS SELECT * FROM taken_{name}_rows "
        f"WHERE NOT is_plain OR {is_refund} OR {hashed_key} IN (SELECT hashed FROM taken_twice)"
    )
    noticed = f"SELECT file, line, {', '.join(schema.column_names)} FROM taken_{name}_noticed"
    dropped = f"JOIN taken_{name}_dropped USING (file, line)"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW taken_{name}_noticed_standing AS {noticed} ANTI {dropped}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW taken_{name}_noticed_dropped AS {noticed} SEMI {dropped}")


def _twice(schema: TableSchema) -> str:
    """Return a SELECT of the hashes of keys that are there twice, refunds counting as their original.

    Sorted, equal ones are neighbours: that takes half the time of a GROUP BY over as many groups as there are rows.
    """
    keys = f"SELECT {_HASHED.format(schema.key)} AS hashed FROM taken_{schema.name}_rows"
    if schema is TRANSACTIONS:
        originals = f"SELECT {_HASHED.format('refunds')} FROM taken_{schema.name}_rows WHERE kind = 'refund'"
        keys = f"{keys} UNION ALL {originals}"
    neighbours = f"SELECT hashed, lag(hashed) OVER (ORDER BY hashed) AS before FROM ({keys})"
    return f"SELECT DISTINCT hashed FROM ({neighbours}) WHERE hashed = before"
