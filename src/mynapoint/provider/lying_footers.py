"""Parquet files whose footer lies: pages that rotted after it was written. Found where an award cannot be right.

What a footer says of a row group is believed, for whoever asked every row would read every row. Uses of sound rows come
to at least nothing, for each is worth at least nothing, and what is taken off it is at most its worth. Where they come
to less, amounts were added that the footer rules out (docs/decisions/0012-award-speed.md).
"""

# ruff: noqa: S608 (names of tables are ours; a file name is quoted)

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mynapoint.award.schemas import TRANSACTIONS
from mynapoint.provider.engines import GROSS, DuckDB
from mynapoint.provider.file_limits import UnreadableFile, kind_of
from mynapoint.provider.table_files import parquet_scan

_LOST = (
    f"SELECT application_id, matured FROM {GROSS}_dropped UNION ALL SELECT application_id, matured FROM award_taken_off"
)


class LessThanNothing(Exception):
    """An application's uses come to less than nothing, and no file is to blame. That must never be."""


def refuse_lying(connection: DuckDB, transactions: Iterable[Path]) -> None:
    """Raise UnreadableFile for a file whose damage made the uses of an application come to less than nothing.

    Call it after ``run_duckdb`` with ``noticed``. Raises LessThanNothing where none of the files is damaged.
    """
    below = (
        f"SELECT count(*) FROM {GROSS} AS gross JOIN (SELECT application_id, sum(matured) AS matured FROM ({_LOST}) "
        "GROUP BY application_id) AS lost USING (application_id) WHERE gross.matured < lost.matured"
    )
    query = f"SELECT (SELECT count(*) FROM {GROSS} WHERE matured < 0) + ({below})"
    if connection.execute(query).fetchall() != [(0,)]:
        for path in transactions:
            if kind_of(path) == "parquet":
                _refuse_amounts(connection, path)
        raise LessThanNothing("an application's uses come to less than nothing; tell the makers of this program")


def _refuse_amounts(connection: DuckDB, path: Path) -> None:
    """Raise UnreadableFile for an amount that a reader which goes by the footer does not find."""
    scan = parquet_scan(path)
    [least] = [column.least for column in TRANSACTIONS.columns if column.name == "amount_yen"]
    found = connection.execute(
        f"SELECT file_row_number + 1, amount_yen FROM {scan} ANTI JOIN "
        f"(SELECT file_row_number FROM {scan} WHERE amount_yen < {least}) USING (file_row_number) "
        f"WHERE amount_yen::VARCHAR::HUGEINT < {least} LIMIT 1"
    ).fetchall()  # of a text no statistics are kept
    for row, amount in found:
        what = f"row {row:,} has an amount of {amount:,} yen, which its footer rules out"
        raise UnreadableFile(path, f"is damaged: {what}; write or copy it again")
