"""The programme's clock of a benchmark: a day on which applications are taken."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2022, 7, 15, 3, 0, tzinfo=UTC)


def now() -> datetime:
    """Return the one instant at which everybody applies."""
    return NOW
