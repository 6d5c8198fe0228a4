"""The provider's own database: append-only tables in DuckDB, one transaction a step, one process at a time."""

from __future__ import annotations

import fcntl
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from mynapoint.programme.values import MalformedValue
from mynapoint.provider.store_tables import (
    VERSION,
    hashes_are_current,
    make_tables,
    migrate_from_1,
    migrate_from_2,
    migrate_from_3,
    refresh_hashes,
)

STEP_WAIT_SECONDS = 20
_POLL_SECONDS = 0.02
_MEMORY = re.compile(r"[0-9]+(\.[0-9]+)? ?[KMGT]i?B", re.IGNORECASE)
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "preserve_insertion_order": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""The database loads no code from anywhere; so instants are kept with a zone, but no zone table is ever asked."""

Working = Callable[[str, int, int], None]
"""Told what a long job is at: a name, how many of its parts are done, and how many there are (0: not known)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_locks: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)


class StoreBusy(Exception):
    """Another process holds the store, or another award run is under way: which, and what to do."""


class StoreUnusable(Exception):
    """The file is not a store this program can read: what it is, and what to do."""


class StoreTooSmall(Exception):
    """A step needs more memory than it may use: what to do."""


@dataclass(frozen=True, slots=True)
class Store:
    """One provider's database file.

    It is opened for one step and closed after it, so that the server of the account API and an award run take turns
    on one file, and a killed process leaves nothing behind but a transaction that did not happen.

    ``memory``  the most a step may use, such as ``2GB``; more is put beside the file while the step lasts
    """

    path: Path
    wait_seconds: float = STEP_WAIT_SECONDS
    memory: str | None = None

    def __post_init__(self) -> None:
        if self.memory is not None and not _MEMORY.fullmatch(self.memory):
            raise MalformedValue("memory", self.memory, expected="such as 2GB or 500MB")

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
        except duckdb.OutOfMemoryException as error:
            allowed = self.memory or "the database's own limit"
            raise StoreTooSmall(f"{self.path}: a step needs more memory than {allowed}; raise --memory") from error
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
        settings = _SETTINGS if self.memory is None else {**_SETTINGS, "memory_limit": self.memory}
        while True:
            try:
                return duckdb.connect(self.path, config=settings)
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
    rows = connection.execute(query, parameters).fetchall()  # one row alone would leave the result unfinished
    return rows[0][0] if rows else None


def _prepare(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        version = only(connection, "SELECT version FROM store")
    except duckdb.CatalogException as error:
        if only(connection, "SELECT count(*) FROM duckdb_tables()") != 0:
            raise StoreUnusable(f"{path}: holds other tables; name another file for the store") from error
        with transaction(connection):
            make_tables(connection)
        return
    if version == 1:
        with transaction(connection):
            migrate_from_1(connection)
    elif version == 2:
        with transaction(connection):
            migrate_from_2(connection)
    elif version == 3:
        with transaction(connection):
            migrate_from_3(connection)
    elif version != VERSION:
        raise StoreUnusable(f"{path}: is of version {version}; this program reads version {VERSION}")
    if not hashes_are_current(connection):
        with transaction(connection):
            refresh_hashes(connection)
