"""Bounds on a Parquet file before a row of it is read: from its footer, and from every page, as a footer may lie.

A decoder obeys the pages: it makes room for what a page's header says it unpacks to, and never writes more. So memory
is bounded by the headers of the pages, time by their sum and by the rows; the footer is only asked where they lie.
"""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from mynapoint.provider.file_limits import (
    COLUMNS_MOST,
    FOOTER_BYTES_MOST,
    PACKED_MOST,
    PAGE_BYTES_LEAST,
    PAGES_BYTES_MOST,
    PAGES_UNJUDGED,
    ROW_BYTES_LEAST,
    ROW_GROUPS_MOST,
    ROWS_MOST,
    ROWS_UNJUDGED,
    UNPACKED_BYTES_UNJUDGED,
    UnreadableFile,
    file_bytes,
    refuse_above,
    texts_bytes_most,
)
from mynapoint.provider.parquet_pages import NoPage, Page, page_at

_MAGIC = b"PAR1"
_DICTIONARY = 2
_DATA = (0, 3)
Begins = tuple[int, int | None]
"""Where a chunk's pages begin, and its dictionary where it has one."""
_CHUNKS = """
SELECT row_group_id, column_id, data_page_offset, dictionary_page_offset FROM parquet_metadata(?)
"""
_SMALLER = "write it with smaller row groups (122,880 rows, say)"


def refuse_unbounded(connection: duckdb.DuckDBPyConnection, path: Path, columns: Iterable[str]) -> set[str]:
    """Raise UnreadableFile unless reading these columns takes memory and time within the figures of file_limits.py.

    Returns those whose dictionaries, were they texts, could come to more than they may, written out.
    """
    with path.open("rb") as file:
        size = file_bytes(file)
        file.seek(max(0, size - 8))
        tail = file.read(8)
        footer_bytes = int.from_bytes(tail[:4], "little")
        if size < 12 or not tail.endswith(_MAGIC) or footer_bytes > size - 12:
            raise UnreadableFile(path, "is not a whole Parquet file: its end is missing; write or copy it again")
        refuse_above(path, footer_bytes, FOOTER_BYTES_MOST, "bytes of footer", _SMALLER)
        try:
            metadata = pq.read_metadata(path)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UnreadableFile(path, f"is not a whole Parquet file: {str(error).strip()}") from error
        _refuse_footer(path, metadata, size)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            walk = _Walk(path, mapped, size - 8 - footer_bytes)
            walk.over(metadata, set(columns), _chunks(connection, path, metadata))
            return {name for name, most in walk.written_out.items() if most > texts_bytes_most(size)}


def _refuse_footer(path: Path, metadata: Any, size: int) -> None:
    refuse_above(path, metadata.num_columns, COLUMNS_MOST, "columns", "leave out what is not asked for")
    refuse_above(path, metadata.num_row_groups, ROW_GROUPS_MOST, "row groups", "write larger ones, or several files")
    refuse_above(path, metadata.num_rows, ROWS_MOST, "rows", "split it into several files")
    groups = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    if any(rows < 0 for rows in groups) or sum(groups) != metadata.num_rows:
        raise UnreadableFile(path, "is not a whole Parquet file: its row groups do not add up; write it again")
    most = max(ROWS_UNJUDGED, size // ROW_BYTES_LEAST)
    refuse_above(path, metadata.num_rows, most, f"rows in {size:,} bytes", "no honest file is so dense: write it again")


def _chunks(connection: duckdb.DuckDBPyConnection, path: Path, metadata: Any) -> dict[tuple[int, int], Begins]:
    """Return where the pages and the dictionary of each row group's columns are said to begin.

    DuckDB is asked: pyarrow ends the whole process (std::terminate) where a chunk's size statistics do not add up.
    Only where DuckDB cannot write statistics as text, such as an instant before its years, pyarrow is asked after all.
    """
    try:
        rows = connection.execute(_CHUNKS, [str(path.absolute())]).fetchall()
    except (duckdb.DataError, duckdb.ProgrammingError):
        return {
            (group, number): _begins(metadata.row_group(group).column(number))
            for group in range(metadata.num_row_groups)
            for number in range(metadata.row_group(group).num_columns)
        }
    except duckdb.Error as error:
        raise UnreadableFile(path, f"is not a whole Parquet file: {str(error).strip()}") from error
    return {(group, column): (pages, dictionary) for group, column, pages, dictionary in rows}


def _begins(chunk: Any) -> Begins:
    return chunk.data_page_offset, chunk.dictionary_page_offset if chunk.has_dictionary_page else None


@dataclass(slots=True)
class _Walk:
    """One walk over the headers of a file's pages."""

    path: Path
    mapped: mmap.mmap
    ends_before: int
    packed: int = 0
    unpacked: int = 0
    pages: int = 0
    written_out: Counter[str] = field(default_factory=Counter)

    def over(self, metadata: Any, columns: set[str], chunks: dict[tuple[int, int], Begins]) -> None:
        """Hold every page of these columns to the figures."""
        names = [metadata.schema.column(number).path for number in range(metadata.num_columns)]
        wanted = [(number, name) for number, name in enumerate(names) if name in columns]
        for group_number in range(metadata.num_row_groups):
            rows = metadata.row_group(group_number).num_rows
            if not all((group_number, number) in chunks for number, _ in wanted):
                raise UnreadableFile(
                    self.path, "is not a whole Parquet file: a row group lacks a column; write it again"
                )
            at_once = sum(self._chunk(*chunks[group_number, number], name, rows) for number, name in wanted)
            refuse_above(self.path, at_once, PAGES_BYTES_MOST, "bytes in the pages of one row group", _SMALLER)

    def _chunk(self, pages_at: int, dictionary_at: int | None, name: str, rows: int) -> int:
        """Walk one column of one row group; return the most bytes of it that are unpacked at once.

        ``name`` is the schema's: what a chunk calls itself may be anything, and readers do not ask it.
        """
        at = pages_at
        if dictionary_at is not None and 0 < dictionary_at < at:
            at = dictionary_at
        seen = dictionary = largest = 0
        while seen < rows:
            page = self._page(at)
            if page.kind == _DICTIONARY:
                self.written_out[name] += rows * max(page.unpacked - 4 * page.values, 0)
                dictionary = page.unpacked
            elif page.kind in _DATA:
                largest = max(largest, page.unpacked)
                seen += page.values
            at = page.ends_before
        return dictionary + largest

    def _page(self, at: int) -> Page:
        try:
            page = page_at(self.mapped, at, ends_before=self.ends_before)
        except NoPage as error:
            raise UnreadableFile(self.path, f"is not a whole Parquet file: {error}; write it again") from error
        size = self.ends_before
        self.pages += 1
        self.packed += page.ends_before - at
        self.unpacked += page.unpacked
        most = max(PAGES_UNJUDGED, size // PAGE_BYTES_LEAST)
        refuse_above(self.path, self.pages, most, "pages", "write larger ones")
        refuse_above(self.path, self.packed, size, "bytes in its pages", "they overlap: write it again")
        most = max(UNPACKED_BYTES_UNJUDGED, size * PACKED_MOST)
        refuse_above(self.path, self.unpacked, most, f"bytes unpacked from {size:,}", "no honest file is so dense")
        return page
