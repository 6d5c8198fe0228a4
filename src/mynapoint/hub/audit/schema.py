"""Whether the database holds what decides races and forbids change: constraints, and triggers of append-only tables."""

from __future__ import annotations

import re

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from mynapoint.hub.audit.append_only import TABLES
from mynapoint.hub.audit.guards import GUARDS


def append_only_lacking(connection: BaseDatabaseWrapper) -> set[str]:
    """Return which changes of append-only tables the database does not refuse."""
    refused = {"sqlite": _refused_on_sqlite, "postgresql": _refused_on_postgresql}[connection.vendor](connection)
    changes = ("UPDATE", "DELETE") if connection.vendor == "sqlite" else ("UPDATE", "DELETE", "TRUNCATE")
    return {f"{change} refused on {table}" for table in TABLES for change in changes} - refused


def guards_lacking(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of guarding triggers (guards.py) that are not there or switched off."""
    queries = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
    }
    with connection.cursor() as cursor:
        cursor.execute(queries[connection.vendor])
        return set(GUARDS) - {name for (name,) in cursor.fetchall()}


def constraints_lacking(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of constraints that the models declare and the database does not hold rows to."""
    lacking = _not_valid(connection) if connection.vendor == "postgresql" else set()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if not model.__module__.startswith("mynapoint."):
                continue
            table = model._meta.db_table
            known = connection.introspection.get_constraints(cursor, table)
            unique = {tuple(one["columns"] or ()) for one in known.values() if one["unique"] or one["primary_key"]}
            lacking |= {one.name for one in model._meta.constraints} - set(known)
            fields = (field for field in model._meta.local_concrete_fields if field.unique)
            lacking |= {f"{table}.{one.column} unique" for one in fields if (one.column,) not in unique}
    return lacking


def _refused_on_sqlite(connection: BaseDatabaseWrapper) -> set[str]:
    # Dropped by any migration that makes the table anew, which is why this is asked at every start.
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'")
        found = [(table, re.search(r"BEFORE (UPDATE|DELETE)", sql)) for table, sql in cursor.fetchall()]
    return {f"{match[1]} refused on {table}" for table, match in found if match}


def _refused_on_postgresql(connection: BaseDatabaseWrapper) -> set[str]:
    # Bits of tgtype: catalog/pg_trigger.h of PostgreSQL. Enabled: in ordinary sessions (O) or always (A).
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgrelid::regclass::text, t.tgtype FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE p.proname = 'mynapoint_append_only' AND t.tgenabled IN ('O', 'A') AND t.tgtype & 2 = 2"
        )
        rows = cursor.fetchall()
    bits = {"DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
    return {f"{change} refused on {table}" for table, kind in rows for change, bit in bits.items() if kind & bit}


def _not_valid(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname::text FROM pg_constraint WHERE NOT convalidated UNION "
            "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT (indisvalid AND indisready)"
        )
        return {f"{name} (not valid)" for (name,) in cursor.fetchall()}
