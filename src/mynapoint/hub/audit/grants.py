"""What the hub's role may do on PostgreSQL: read and write, but never change or remove what was recorded for good."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from mynapoint.hub.audit.append_only import TABLES

_READ_ONLY = {"django_migrations"}


def grants(role: str) -> Iterator[str]:
    """Yield the statements that give a role what `mynapoint hub serve` and `jobs` need, and nothing more.

    The tables belong to another role, the one that migrates; it runs these after each `mynapoint hub migrate`.
    """
    to = connection.ops.quote_name(role)
    yield f"GRANT USAGE ON SCHEMA public TO {to}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {to}"
    for table in sorted(connection.introspection.table_names()):
        on = connection.ops.quote_name(table)
        if table in _READ_ONLY:
            yield f"GRANT SELECT ON {on} TO {to}"
        elif table in TABLES:
            yield f"GRANT SELECT, INSERT ON {on} TO {to}"
            if TABLES[table]:
                columns = ", ".join(map(connection.ops.quote_name, TABLES[table]))
                yield f"GRANT UPDATE ({columns}) ON {on} TO {to}"
        else:
            yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {on} TO {to}"
