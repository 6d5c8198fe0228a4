"""Finding rows by when they came, without reading all."""

from __future__ import annotations

from mynapoint.hub.audit.guards import Statements


def found_by_instant(**instants: str) -> Statements:
    """Return the migration step that lets rows be found by when they came: ``table=column``, on PostgreSQL alone.

    Rows lie about in the order in which they came, so a few bytes for every 32 pages say which to read. On SQLite all
    are read: it is for a city, and there an index would cost every writer.
    """
    return Statements(
        (),
        [
            f"CREATE INDEX {table}_by_instant ON {table} USING brin ({column}) "
            "WITH (pages_per_range = 32, autosummarize = on)"
            for table, column in instants.items()
        ],
        undo={"sqlite": (), "postgresql": [f"DROP INDEX {table}_by_instant" for table in instants]},
    )
