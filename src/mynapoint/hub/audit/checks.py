"""What must be true of the storage before the hub starts: read back from the database, not from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

_SQLITE = {
    "journal_mode": ("wal", "readers and the one writer would block each other"),
    "synchronous": (2, "an application acknowledged just before a power cut would be lost"),
    "foreign_keys": (1, "rows could refer to rows that do not exist"),
}
_POSTGRESQL = {
    "fsync": ("on", "a power cut would lose acknowledged applications"),
    "synchronous_commit": ("on", "an application acknowledged just before a crash would be lost"),
    "full_page_writes": ("on", "a power cut could damage pages beyond repair"),
}


@register(Tags.database)
def check_storage(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse settings weaker than promised: what was acknowledged survives a power cut."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        found += {"sqlite": _check_sqlite, "postgresql": _check_postgresql}[connection.vendor](connection)
        found += _check_migrations(connection)
    return found


def refuse_to_start_weak() -> None:
    """Run every check, the database's too. Raises ImproperlyConfigured naming each error."""
    errors = [message for message in run_checks(databases=["default"]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("the hub does not start:\n" + "\n".join(f"  {error}" for error in errors))


def _check_sqlite(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    with connection.cursor() as cursor:
        for name, (wanted, why) in _SQLITE.items():
            cursor.execute(f"PRAGMA {name}")
            value = cursor.fetchone()[0]
            if value != wanted:
                found.append(_weak(f"PRAGMA {name} is {value}, must be {wanted}", why, "audit.E001"))
    mode = connection.settings_dict.get("OPTIONS", {}).get("transaction_mode")
    if mode != "IMMEDIATE":
        why = "two writers at once would fail with “database is locked”"
        found.append(_weak(f"transaction_mode is {mode}, must be IMMEDIATE", why, "audit.E002"))
    return found


def _check_postgresql(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    with connection.cursor() as cursor:
        for name, (wanted, why) in _POSTGRESQL.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            value = cursor.fetchone()[0]
            if value != wanted:
                found.append(_weak(f"{name} is {value}, must be {wanted}", why, "audit.E003"))
    return found


def _check_migrations(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not waiting:
        return []
    names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in waiting[:3])
    hint = "Run: mynapoint hub migrate"
    return [Error(f"{len(waiting)} migrations are not applied: {names} …", hint=hint, id="audit.E004")]


def _weak(what: str, why: str, code: str) -> CheckMessage:
    return Error(what, hint=f"Otherwise {why}.", id=code)
