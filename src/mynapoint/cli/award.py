"""`mynapoint award`."""

from __future__ import annotations


def award() -> None:
    """Not written yet."""
