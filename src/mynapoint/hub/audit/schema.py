"""Whether the database holds what decides races and forbids change: constraints, and triggers of append-only tables."""

from __future__ import annotations

import re

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

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
            names, unique = _KNOWN_ON[connection.vendor](connection, cursor, table)
            lacking |= {one.name for one in model._meta.constraints} - names
            fields = (field for field in model._meta.local_concrete_fields if field.unique)
            lacking |= {f"{table}.{one.column} unique" for one in fields if one.column not in unique}
    return lacking


def _known_on_sqlite(_: BaseDatabaseWrapper, cursor: CursorWrapper, table: str) -> tuple[set[str], set[str]]:
    # Django's own introspection parses the text of every table anew, which takes longer than all else at a start.
    cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
    names = {
        name for (text,) in cursor.fetchall() for name in re.findall(r'CONSTRAINT "([^"]+)" (?:CHECK|UNIQUE)', text)
    }
    cursor.execute(
        "SELECT one.name, one.partial, min(part.name), count(*) FROM pragma_index_list(%s) AS one, "
        'pragma_index_info(one.name) AS part WHERE one."unique" GROUP BY one.name, one.partial',
        [table],
    )
    indexes = cursor.fetchall()
    cursor.execute("SELECT name FROM pragma_table_info(%s) WHERE pk", [table])
    unique = {column for _, partial, column, columns in indexes if columns == 1 and not partial}
    return names | {index for index, *_ in indexes}, unique | {column for (column,) in cursor.fetchall()}


def _known_on_postgresql(
    connection: BaseDatabaseWrapper, cursor: CursorWrapper, table: str
) -> tuple[set[str], set[str]]:
    known = connection.introspection.get_constraints(cursor, table)
    unique = [one["columns"] or [] for one in known.values() if one["unique"] or one["primary_key"]]
    return set(known), {columns[0] for columns in unique if len(columns) == 1}


_KNOWN_ON = {"sqlite": _known_on_sqlite, "postgresql": _known_on_postgresql}
"""By vendor: the names of a table's constraints, and its columns that are unique by themselves."""


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
