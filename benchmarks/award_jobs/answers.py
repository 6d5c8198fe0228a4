"""Whether two jobs gave the same award: both files, line for line."""

from __future__ import annotations

from pathlib import Path

import duckdb


def differences(ours: Path, other: Path) -> int:
    """Return how many lines only one of two award files has."""
    one, two = (f"SELECT application_id, points FROM read_parquet('{path}')" for path in (ours, other))
    return _count(f"({one} EXCEPT ALL {two})") + _count(f"({two} EXCEPT ALL {one})")


def lines(awards: Path) -> int:
    """Return how many lines an award file has."""
    return _count(f"read_parquet('{awards}')")


def _count(of: str) -> int:
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT count(*) FROM {of}").fetchone()
    assert row is not None
    return int(row[0])
