"""The provider's transaction files, taken into the store: each file once, each transaction once, nothing lost."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from mynapoint.award.schemas import TRANSACTIONS
from mynapoint.provider.intake import Intake
from mynapoint.provider.store import Store, only, transaction
from mynapoint.provider.table_files import UnreadableFile

ENDINGS = {".csv", ".parquet"}
CHANGED = "was taken in before with other content; what was taken in first stands"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of the new files' rows: accepted + repeated + set_aside is every row of them."""

    files: int
    accepted: int
    repeated: int
    set_aside: int


def take_in(store: Store, inbox: Path, *, now: datetime) -> TakenIn:
    """Take in every file of the inbox that was not taken in before, by name; one file is one step.

    Files are left where they are and known by their content. Rows that cannot be taken are kept in the store and
    written to ``rejects/NAME.csv`` in the inbox, with line, field, value and reason.
    Raises UnreadableFile; the files before it stay taken.
    """
    files = accepted = repeated = set_aside = 0
    inbox.mkdir(parents=True, exist_ok=True)
    for path in sorted(path for path in inbox.iterdir() if path.suffix.lower() in ENDINGS and not path.is_dir()):
        digest = _digest(path)
        with store.opened() as connection:
            if only(connection, "SELECT 1 FROM intake_files WHERE digest = ?", digest):
                continue
            taken = _take(connection, path, digest, now)
            if taken.set_aside:
                _write_rejects(connection, digest, inbox / "rejects" / f"{path.stem}.csv")
        files += 1
        accepted, repeated = accepted + taken.accepted, repeated + taken.repeated
        set_aside += taken.set_aside
    return TakenIn(files, accepted, repeated, set_aside)


def _take(connection: duckdb.DuckDBPyConnection, path: Path, digest: str, now: datetime) -> TakenIn:
    intake = Intake(connection)
    intake.take(TRANSACTIONS, [path])
    tally = intake.tally(TRANSACTIONS)
    with transaction(connection):
        repeated, changed = _keep(connection, digest)
        taken = TakenIn(1, tally.accepted - repeated - changed, tally.repeated + repeated, tally.set_aside + changed)
        row = (digest, path.name, taken.accepted, taken.repeated, taken.set_aside, now)
        connection.execute("INSERT INTO intake_files VALUES (?, ?, ?, ?, ?, ?)", row)
    return taken


def _keep(connection: duckdb.DuckDBPyConnection, digest: str) -> tuple[int, int]:
    """Keep what is new and what was set aside; return the rows that were here before, the same and changed."""
    columns = ", ".join(TRANSACTIONS.column_names)
    same = " AND ".join(f"new.{name} IS NOT DISTINCT FROM old.{name}" for name in TRANSACTIONS.column_names)
    connection.execute(
        f"""CREATE TEMP TABLE seen_before AS SELECT new.transaction_id, new.line, {same} AS same
            FROM taken_transactions AS new JOIN transactions AS old USING (transaction_id)"""  # noqa: S608
    )
    connection.execute(
        f"""INSERT INTO transactions SELECT {columns} FROM taken_transactions
            WHERE transaction_id NOT IN (SELECT transaction_id FROM seen_before)"""  # noqa: S608
    )
    connection.execute(
        """INSERT INTO rows_set_aside SELECT ?, line, field, value, reason FROM taken_rejects
           UNION ALL SELECT ?, line, 'transaction_id', transaction_id, ? FROM seen_before WHERE NOT same""",
        (digest, digest, CHANGED),
    )
    row = connection.execute("SELECT count(*) FILTER (same), count(*) FILTER (NOT same) FROM seen_before").fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _write_rejects(connection: duckdb.DuckDBPyConnection, digest: str, path: Path) -> None:
    query = "SELECT line, field, value, reason FROM rows_set_aside WHERE digest = ? ORDER BY line"
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
