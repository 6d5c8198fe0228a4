"""What works beside an intake: the search for rows that need a look, and the sum of all rows (provider/summing.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from duckdb import DuckDBPyConnection

Wanted = Callable[[], bool]
"""Says whether what is searched is still wanted."""

Places = Callable[[DuckDBPyConnection, Wanted], Any]
"""Searches rows on the cursor it is given as long as they are wanted (provider/noticing.py, ``Search.places``)."""

Sound = Callable[[], bool]
"""Waits until all rows have been read, and says whether every one names an account as a row must."""


class Beside(Protocol):
    """Works on transactions beside their intake, where every row of them lies in a Parquet file as it is."""

    def search(self, places: Places, *, applications: int) -> Callable[[], Any]:
        """Begin to search while at most so many applications are taken in.

        Returns what waits for the places and hands them over, once: nothing here keeps them afterwards.
        """

    def begin(self, rows: str) -> Sound:
        """Begin to read every row that the SELECT ``rows`` gives, under the applications taken in."""
