"""Connections lent to whoever is let in: as many as have work at once, not as many as there are threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

_free: list[Any] = []
"""The one that was given back last is lent first: in quiet hours a few stay warm, and nobody misses the rest."""


@contextmanager
def lent_connection() -> Iterator[None]:
    """Let this thread use a connection that is lent, as its default one, until the block ends.

    A server has more threads than places, so that there is one to turn people away. If each had a connection of its
    own, each would prepare and plan everything for itself; 128 that did served 79 applications a second instead of 216
    (docs/performance.md). Within a transaction of this thread nothing is lent: it goes on.
    """
    own = next((one for one in connections.all(initialized_only=True) if one.alias == DEFAULT_DB_ALIAS), None)
    if own is not None and own.in_atomic_block:
        yield
        return
    try:
        lent = _free.pop()
    except IndexError:
        lent = connections.create_connection(DEFAULT_DB_ALIAS)
        lent.inc_thread_sharing()
    connections[DEFAULT_DB_ALIAS] = lent
    try:
        yield
    except BaseException:
        lent.close_if_unusable_or_obsolete()
        raise
    finally:
        if own is None:
            del connections[DEFAULT_DB_ALIAS]
        else:
            connections[DEFAULT_DB_ALIAS] = own
        _free.append(lent)


def close_lent() -> None:
    """Close every connection that is not lent now."""
    while _free:
        _free.pop().close()
