"""What the database really does, read back from it: each fact with what was promised, for SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from mynapoint.hub.audit import schema

POSTGRESQL_MIN = 150_000
SQLITE_MIN = (3, 35, 0)


class Level(StrEnum):
    """How a fact stands to the promise."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about the database; ``why`` says what would be lost if it were not as ``wanted``, ``code`` is stable."""

    name: str
    value: str
    wanted: str
    why: str
    code: str
    level: Level

    @property
    def sentence(self) -> str:
        """The fact and what it must be, in one sentence."""
        return f"{self.name} is {self.value}, must be {self.wanted}"


def findings(connection: BaseDatabaseWrapper) -> list[Finding]:
    """Return every fact about a database, those that hold too; an error means that the hub does not start."""
    by_vendor = {"sqlite": _of_sqlite, "postgresql": _of_postgresql}[connection.vendor]
    return [*by_vendor(connection), *_of_schema(connection)]


_PRAGMAS = {
    "journal_mode": ("wal", "readers and the one writer would block each other"),
    "synchronous": ("2", "an application acknowledged just before a power cut would be lost"),
    "foreign_keys": ("1", "rows could refer to rows that do not exist"),
}
_SETTINGS = {
    "fsync": ({"on"}, "a power cut would lose acknowledged applications"),
    "synchronous_commit": ({"on", "remote_apply"}, "an application acknowledged just before a crash would be lost"),
    "full_page_writes": ({"on"}, "a power cut could damage pages beyond repair"),
    "transaction_isolation": ({"read committed"}, "writers at once would fail where they should wait for each other"),
    "transaction_read_only": ({"off"}, "nothing could be written: this is a standby, or set to be read only"),
    "server_encoding": ({"UTF8"}, "names in Japanese could not be kept"),
}


def _of_sqlite(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    yield _finding(
        "SQLite's version",
        sqlite3.sqlite_version,
        f"{'.'.join(map(str, SQLITE_MIN))} or newer",
        "statements of the hub would not be understood",
        "audit.E001",
        holds=sqlite3.sqlite_version_info >= SQLITE_MIN,
    )
    for name, (wanted, why) in _PRAGMAS.items():
        value = _one(connection, f"PRAGMA {name}")
        yield _finding(f"PRAGMA {name}", value, wanted, why, "audit.E001", holds=value == wanted)
    mode = str(connection.settings_dict.get("OPTIONS", {}).get("transaction_mode"))
    why = "two writers at once would fail with “database is locked”"
    yield _finding("transaction_mode", mode, "IMMEDIATE", why, "audit.E002", holds=mode == "IMMEDIATE")


def _of_postgresql(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    version = _one(connection, "SELECT current_setting('server_version_num')")
    yield _finding(
        "PostgreSQL's version",
        version,
        f"{POSTGRESQL_MIN} or newer",
        "the hub's tests have not been run on it",
        "audit.E003",
        holds=int(version) >= POSTGRESQL_MIN,
    )
    for name, (wanted, why) in _SETTINGS.items():
        value = _one(connection, f"SELECT current_setting('{name}')")
        yield _finding(name, value, " or ".join(sorted(wanted)), why, "audit.E003", holds=value in wanted)
    for name, query, expected, why, code in _ADVISED:
        value = _one(connection, query)
        yield _finding(name, value, expected, why, code, holds=value == expected, otherwise=Level.WARNING)


_ADVISED = (
    (
        "data_checksums",
        "SELECT current_setting('data_checksums')",
        "on",
        "a damaged disk would be noticed late",
        "audit.W001",
    ),
    (
        "the role's superuser right",
        "SELECT current_setting('is_superuser')",
        "off",
        "whoever breaks into the hub could switch the triggers of append-only tables off",
        "audit.W002",
    ),
    (
        "the role's ownership of tables",
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) "
        "AND pg_has_role(current_user, tableowner, 'MEMBER')) THEN 'owner' ELSE 'none' END",
        "none",
        "whoever breaks into the hub could drop the triggers of append-only tables; see `mynapoint hub grants`",
        "audit.W003",
    ),
    (
        "synchronous_standby_names",
        "SELECT CASE WHEN current_setting('synchronous_standby_names') = '' THEN 'empty' ELSE 'set' END",
        "set",
        "losing this one server would lose acknowledged applications",
        "audit.W004",
    ),
)


def _of_schema(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in waiting[:3])
    value = f"{len(waiting)} ({names} …)" if waiting else "0"
    why = "tables of this release are missing; run: mynapoint hub migrate"
    yield _finding("the number of migrations not applied", value, "0", why, "audit.E004", holds=not waiting)
    if waiting:
        return
    for what, lacking_on, why, code in _KEPT:
        lacking = lacking_on(connection)
        value = f"without {', '.join(sorted(lacking))}" if lacking else "complete"
        yield _finding(what, value, "complete", why, code, holds=not lacking)


_KEPT = (
    (
        "the set of append-only tables",
        schema.append_only_lacking,
        "what was recorded could be changed unseen",
        "audit.E005",
    ),
    (
        "the set of guards",
        schema.guards_lacking,
        "rows of residents who were merged could contradict each other",
        "audit.E005",
    ),
    (
        "the set of constraints",
        schema.constraints_lacking,
        "two at once could both apply, or pass the cap",
        "audit.E006",
    ),
)


def _finding(
    name: str, value: str, wanted: str, why: str, code: str, *, holds: bool, otherwise: Level = Level.ERROR
) -> Finding:
    return Finding(name, value, wanted, why, code, Level.OK if holds else otherwise)


def _one(connection: BaseDatabaseWrapper, query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0])
