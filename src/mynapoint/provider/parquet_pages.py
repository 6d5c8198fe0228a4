"""The header of one Parquet page, read with bounds: what the page is, what it holds and what it unpacks to.

Source: Apache Parquet, parquet.thrift (PageHeader), in Thrift's compact protocol: a field is a byte with the distance
from the field before and its type; numbers are zigzag varints; a structure ends with a zero byte.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass

_INTEGERS = frozenset({4, 5, 6})
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _STRUCT = 1, 2, 3, 7, 8, 12
_KIND, _UNPACKED, _PACKED, _DATA, _DICTIONARY, _DATA_V2 = (1,), (2,), (3,), (5, 1), (7, 1), (8, 1)
_HEADER_BYTES_MOST = 64 * 2**10
"""A header has some 30 bytes, and the least and largest value of the page."""

_DEPTH_MOST = 4
_I32_MOST = 2**31 - 1


class NoPage(ValueError):
    """What stands there is no page's header."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``kind`` 0 data, 1 index, 2 dictionary, 3 data (version 2); ``values`` and ``unpacked`` bytes of it."""

    kind: int
    values: int
    unpacked: int
    ends_before: int


def page_at(mapped: mmap.mmap, at: int, *, ends_before: int) -> Page:
    """Read the header at a place of a file; the page must end there or before. Raises NoPage."""
    if not 0 < at < ends_before:
        raise NoPage(f"a page is said to begin at byte {at:,}, outside the file")
    reader = _Reader(mapped, at, min(at + _HEADER_BYTES_MOST, ends_before))
    found = reader.structure()
    kind, unpacked, packed = (found.get(field, -1) for field in (_KIND, _UNPACKED, _PACKED))
    values = found.get(_DATA, found.get(_DICTIONARY, found.get(_DATA_V2, 0)))
    if not 0 <= kind <= 3 or not all(0 <= figure <= _I32_MOST for figure in (unpacked, packed, values)):
        raise NoPage(f"at byte {at:,} stands no page")
    page = Page(kind, values, unpacked, reader.at + packed)
    if page.ends_before > ends_before:
        raise NoPage(f"the page at byte {at:,} has no end")
    return page


class _Reader:
    """Reads one structure of a file from ``at``; only whole numbers are kept, by the path of their fields."""

    def __init__(self, mapped: mmap.mmap, at: int, ends_before: int) -> None:
        self._mapped = mapped
        self._ends_before = ends_before
        self.at = at

    def structure(self) -> dict[tuple[int, ...], int]:
        found: dict[tuple[int, ...], int] = {}
        self._fields((), found)
        return found

    def _fields(self, path: tuple[int, ...], found: dict[tuple[int, ...], int]) -> None:
        if len(path) > _DEPTH_MOST:
            raise NoPage("a page's header is nested too deeply")
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._number()
            self._value(head & 15, (*path, field), found)

    def _value(self, kind: int, path: tuple[int, ...], found: dict[tuple[int, ...], int]) -> None:
        if kind in _INTEGERS:
            found[path] = self._number()
        elif kind == _STRUCT:
            self._fields(path, found)
        elif kind == _BINARY:
            length = self._varint()
            self.at += length
        elif kind in {_BYTE, _DOUBLE}:
            self.at += 1 if kind == _BYTE else 8
        elif kind not in {_TRUE, _FALSE}:
            raise NoPage("a page's header holds what no header has")

    def _number(self) -> int:
        raw = self._varint()
        return (raw >> 1) ^ -(raw & 1)

    def _varint(self) -> int:
        result = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            result |= (byte & 127) << shift
            if byte < 128:
                return result
        raise NoPage("a page's header holds a number without an end")

    def _byte(self) -> int:
        if self.at >= self._ends_before:
            raise NoPage("a page's header has no end")
        self.at += 1
        return self._mapped[self.at - 1]
