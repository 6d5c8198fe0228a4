"""The provider's files, taken into the store: each file once, each transaction once, every row accounted for."""

# ruff: noqa: S608 (tables and columns of ours; nothing of a file's content is put into SQL)

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from mynapoint.award.schemas import REISSUED, TRANSACTIONS, TableSchema
from mynapoint.provider.chains import CHANGED, keep_reissued
from mynapoint.provider.intake import Intake
from mynapoint.provider.numbering import keep_rows, number_rows, wall_time
from mynapoint.provider.rejects import marked
from mynapoint.provider.store import Store, Working, only, transaction
from mynapoint.provider.table_files import UnreadableFile, damage_named

ENDINGS = {".csv", ".parquet"}


@dataclass(frozen=True, slots=True)
class FileTaken:
    """What became of one file's rows: accepted + repeated + set_aside is every row of it."""

    name: str
    accepted: int
    repeated: int
    set_aside: int

    @property
    def rows(self) -> int:
        """Every row of the file."""
        return self.accepted + self.repeated + self.set_aside


def take_in(store: Store, inbox: Path, *, now: datetime, working: Working = lambda *_: None) -> tuple[FileTaken, ...]:
    """Take in every file of the inbox that was not taken in before, by name; one file is one step.

    Files are left where they are and known by their content; those named ``reissued…`` tell of re-issued cards.
    Rows that cannot be taken are kept in the store and written to ``rejects/NAME.csv`` in the inbox, with line, field,
    value and reason.
    Raises UnreadableFile; the files before it stay taken.
    """
    inbox.mkdir(parents=True, exist_ok=True)
    paths = sorted(path for path in inbox.iterdir() if path.suffix.lower() in ENDINGS and not path.is_dir())
    taken = []
    for place, path in enumerate(paths):
        working(path.name, place, len(paths))
        digest = _digest(path)
        with store.opened() as connection:
            if only(connection, "SELECT 1 FROM intake_files WHERE digest = ?", digest):
                continue
            schema = REISSUED if path.name.lower().startswith(REISSUED.name) else TRANSACTIONS
            with damage_named([(schema, path)]):
                taken.append(_take(connection, schema, path, digest, now))
            if taken[-1].set_aside:
                _write_rejects(connection, digest, inbox / "rejects" / f"{path.stem}.csv")
    return tuple(taken)


def last_file(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the last file taken in; 0 before the first."""
    number = only(connection, "SELECT coalesce(max(number), 0) FROM intake_files")
    assert isinstance(number, int)
    return number


def _take(
    connection: duckdb.DuckDBPyConnection, schema: TableSchema, path: Path, digest: str, now: datetime
) -> FileTaken:
    intake = Intake(connection)
    if schema is REISSUED:
        intake.take_reissued([path])
    else:
        intake.take(TRANSACTIONS, [path])
    tally = intake.tally(schema)
    number = last_file(connection) + 1
    with transaction(connection):
        repeated, changed = (keep_reissued if schema is REISSUED else keep_new)(connection, digest, number)
        connection.execute(
            "INSERT INTO rows_set_aside SELECT ?, line, field, value, reason FROM taken_rejects", (digest,)
        )
        taken = FileTaken(
            path.name, tally.accepted - repeated - changed, tally.repeated + repeated, tally.set_aside + changed
        )
        row = (number, digest, path.name, taken.accepted, taken.repeated, taken.set_aside, now)
        connection.execute("INSERT INTO intake_files VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return taken


def keep_new(connection: duckdb.DuckDBPyConnection, digest: str, number: int) -> tuple[int, int]:
    """Keep what is new and what was set aside; return the rows that were here before, the same and changed.

    What was here before is found by a join built on the file's own hashes, and then by the ids themselves. Only the
    hashes of all rows are read for it, and the rest of the few rows that it found.
    """
    number_rows(connection, "taken_transactions", into="arrived")
    for table in ("uses", "refunds"):
        connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE {table}_here AS
                SELECT rowid AS place FROM {table} SEMI JOIN arrived USING (transaction_hash)"""
        )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE perhaps_here AS
           SELECT transaction_id, account_no, if(is_purchase, 'purchase', 'top_up') AS kind, NULL::TEXT AS refunds,
               amount_yen, occurred_at FROM uses WHERE rowid IN (SELECT place FROM uses_here)
           UNION ALL
           SELECT transaction_id, account_no, 'refund', refunds, amount_yen, occurred_at
           FROM refunds WHERE rowid IN (SELECT place FROM refunds_here)"""
    )
    repeated = changed = 0
    if only(connection, "SELECT count(*) FROM perhaps_here"):
        repeated, changed = _find_seen_before(connection, digest)
        connection.execute("DELETE FROM arrived WHERE transaction_id IN (SELECT transaction_id FROM seen_before)")
    keep_rows(connection, "arrived", file=number)
    return repeated, changed


def _find_seen_before(connection: duckdb.DuckDBPyConnection, digest: str) -> tuple[int, int]:
    same = " AND ".join(f"new.{name} IS NOT DISTINCT FROM old.{name}" for name in TRANSACTIONS.column_names)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE seen_before AS SELECT transaction_id, new.line, {same} AS same
            FROM (SELECT * REPLACE ({wall_time("occurred_at")} AS occurred_at) FROM arrived) AS new
            JOIN (FROM perhaps_here JOIN accounts USING (account_no)) AS old USING (transaction_id)"""
    )
    connection.execute(
        """INSERT INTO rows_set_aside
           SELECT ?, line, 'transaction_id', transaction_id, ? FROM seen_before WHERE NOT same""",
        (digest, CHANGED),
    )
    row = connection.execute("SELECT count(*) FILTER (same), count(*) FILTER (NOT same) FROM seen_before").fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _write_rejects(connection: duckdb.DuckDBPyConnection, digest: str, path: Path) -> None:
    texts = f"{marked('value')}, {marked('reason')}"
    query = f"SELECT line, field, {texts} FROM rows_set_aside WHERE digest = ? ORDER BY line"
    rows = connection.execute(query, (digest,)).fetchall()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("line", "field", "value", "reason"), *rows])


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFile(path, f"cannot be opened: {error.strerror}") from error
