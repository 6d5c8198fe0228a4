"""Ctrl-C while the database is at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_INTERRUPTED = "Query interrupted"


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end a statement of DuckDB's as it ends anything else: the driver makes a RuntimeError of it."""
    try:
        yield
    except RuntimeError as error:
        if str(error) != _INTERRUPTED:
            raise
        raise KeyboardInterrupt from error
