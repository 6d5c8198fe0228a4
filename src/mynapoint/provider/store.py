"""The provider's own database: append-only tables in DuckDB, one transaction a step, one process at a time."""

from __future__ import annotations

import fcntl
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

VERSION = 1
STEP_WAIT_SECONDS = 20
_POLL_SECONDS = 0.02
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""The database loads no code from anywhere; so instants are kept with a zone, but no zone table is ever asked."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SCHEMA = """
CREATE TABLE store (store_id TEXT NOT NULL, version INTEGER NOT NULL);

-- Account proofs. A request that was refused for the account and its codes counts against the account for an hour.
CREATE TABLE nonces (key_id TEXT, nonce TEXT, seen_at TIMESTAMPTZ NOT NULL, PRIMARY KEY (key_id, nonce));
CREATE TABLE proof_requests (
    request_id TEXT PRIMARY KEY, digest TEXT NOT NULL, account_id TEXT NOT NULL, asked_at TIMESTAMPTZ NOT NULL);
CREATE TABLE proof_answers (
    request_id TEXT PRIMARY KEY, answer BLOB NOT NULL, not_recognised BOOLEAN NOT NULL,
    answered_at TIMESTAMPTZ NOT NULL);
CREATE TABLE account_references (
    account_reference TEXT PRIMARY KEY, account_id TEXT NOT NULL, incentive TEXT NOT NULL,
    made_at TIMESTAMPTZ NOT NULL, UNIQUE (account_id, incentive));

-- What the hub told: notices, as far as they were read, and what followed from them.
CREATE TABLE notice_pages (next_cursor BIGINT PRIMARY KEY, received_at TIMESTAMPTZ NOT NULL);
CREATE TABLE notices (
    cursor BIGINT PRIMARY KEY, kind TEXT NOT NULL, application_id TEXT NOT NULL, set_aside TEXT,
    received_at TIMESTAMPTZ NOT NULL);
CREATE TABLE linked (
    application_id TEXT PRIMARY KEY, incentive TEXT NOT NULL, account_reference TEXT NOT NULL,
    account_id TEXT NOT NULL, counts TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL,
    room INTEGER NOT NULL CHECK (room >= 0), proof TEXT NOT NULL, linked_at TIMESTAMPTZ NOT NULL,
    UNIQUE (account_id, incentive));
CREATE TABLE instructions (
    application_id TEXT PRIMARY KEY, points INTEGER NOT NULL CHECK (points > 0), received_at TIMESTAMPTZ NOT NULL);
CREATE VIEW stopped AS
    SELECT application_id FROM notices WHERE kind IN ('stop', 'resume') AND set_aside IS NULL
    GROUP BY application_id HAVING arg_max(kind, cursor) = 'stop';

-- The provider's own transactions, each once; the only table that knows of purchases.
CREATE TABLE transactions (
    transaction_id TEXT NOT NULL, account_id TEXT NOT NULL, kind TEXT NOT NULL, refunds TEXT,
    amount_yen BIGINT NOT NULL CHECK (amount_yen > 0), occurred_at TIMESTAMPTZ NOT NULL);
CREATE TABLE intake_files (
    digest TEXT PRIMARY KEY, name TEXT NOT NULL, accepted BIGINT NOT NULL, repeated BIGINT NOT NULL,
    set_aside BIGINT NOT NULL, taken_at TIMESTAMPTZ NOT NULL);
CREATE TABLE rows_set_aside (digest TEXT NOT NULL, line BIGINT, field TEXT, value TEXT, reason TEXT NOT NULL);

-- Awards: a line is pending from the moment it stands here; its steps follow, each once.
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, as_of TIMESTAMPTZ NOT NULL, started_at TIMESTAMPTZ NOT NULL,
    line_count INTEGER NOT NULL, points_total BIGINT NOT NULL);
CREATE TABLE award_lines (
    line_id TEXT PRIMARY KEY, run INTEGER NOT NULL, application_id TEXT NOT NULL, incentive TEXT NOT NULL,
    points INTEGER NOT NULL CHECK (points <> 0), pending_at TIMESTAMPTZ NOT NULL, UNIQUE (run, application_id));
CREATE TABLE line_steps (
    line_id TEXT, step TEXT CHECK (step IN ('credited', 'posted', 'reported')), done_at TIMESTAMPTZ NOT NULL,
    posted_on DATE, PRIMARY KEY (line_id, step));
CREATE TABLE reports (
    number INTEGER PRIMARY KEY, report_id TEXT UNIQUE NOT NULL, reported_up_to TIMESTAMPTZ NOT NULL,
    body BLOB NOT NULL, made_at TIMESTAMPTZ NOT NULL);
CREATE TABLE report_lines (
    line_id TEXT PRIMARY KEY, report_id TEXT NOT NULL, line INTEGER NOT NULL, UNIQUE (report_id, line));
CREATE TABLE receipts (
    report_id TEXT PRIMARY KEY, accepted BIGINT NOT NULL, repeated BIGINT NOT NULL, refused BIGINT NOT NULL,
    points_accepted BIGINT NOT NULL, received_at TIMESTAMPTZ NOT NULL);
CREATE TABLE refused_lines (line_id TEXT PRIMARY KEY, report_id TEXT NOT NULL, reason TEXT NOT NULL);
"""

_locks: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)


class StoreBusy(Exception):
    """Another process holds the store, or another award run is under way: which, and what to do."""


class StoreUnusable(Exception):
    """The file is not a store this program can read: what it is, and what to do."""


@dataclass(frozen=True, slots=True)
class Store:
    """One provider's database file.

    It is opened for one step and closed after it, so that the server of the account API and an award run take turns
    on one file, and a killed process leaves nothing behind but a transaction that did not happen.
    """

    path: Path
    wait_seconds: float = STEP_WAIT_SECONDS

    @contextmanager
    def step(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Run a block as one transaction: all of it is kept, or, when it raises, none. Steps do not nest.

        Raises StoreBusy when another process keeps the file for longer than ``wait_seconds``, StoreUnusable.
        """
        with self.opened() as connection, transaction(connection):
            yield connection

    @contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Keep the store for a block that first fills temporary tables and then runs a ``transaction``."""
        lock = _locks[self.path]
        if not lock.acquire(timeout=self.wait_seconds):
            raise self._busy()
        try:
            with self._open() as connection:
                _prepare(connection, self.path)
                yield connection
        finally:
            lock.release()

    @contextmanager
    def one_run(self) -> Iterator[None]:
        """Keep other award runs out for the block, in this process and in others. Raises StoreBusy."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(self.path.name + ".run").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise StoreBusy(f"{self.path}: another award run is under way; wait until it ends") from error
            yield

    def _open(self) -> duckdb.DuckDBPyConnection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + self.wait_seconds
        while True:
            try:
                return duckdb.connect(self.path, config=_SETTINGS)
            except duckdb.IOException as error:
                if "Could not set lock" not in str(error):
                    raise StoreUnusable(f"{self.path}: not a database of this program: {error}") from error
                if time.monotonic() > deadline:
                    raise self._busy() from error
            time.sleep(_POLL_SECONDS)

    def _busy(self) -> StoreBusy:
        return StoreBusy(
            f"{self.path}: another step has kept the store for {self.wait_seconds:g} seconds; "
            "end what runs it, or try again later"
        )


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run a block as one transaction of an opened store."""
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def instant(microseconds: int) -> datetime:
    """Return the instant of DuckDB's ``epoch_us``; the driver's own conversion needs a library we do not use."""
    return _EPOCH + timedelta(microseconds=microseconds)


def store_id(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the store's own random name; ids made from it never meet those of an earlier store."""
    return str(only(connection, "SELECT store_id FROM store"))


def only(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> object:
    """Return the first value of the first row, or None when there is no row."""
    row = connection.execute(query, parameters).fetchone()
    return row[0] if row else None


def _prepare(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        version = only(connection, "SELECT version FROM store")
    except duckdb.CatalogException as error:
        if only(connection, "SELECT count(*) FROM duckdb_tables()") != 0:
            raise StoreUnusable(f"{path}: holds other tables; name another file for the store") from error
        with transaction(connection):
            connection.execute(SCHEMA)
            connection.execute("INSERT INTO store VALUES (?, ?)", (secrets.token_hex(4), VERSION))
        return
    if version != VERSION:
        raise StoreUnusable(f"{path}: is of version {version}; this program reads version {VERSION}")
