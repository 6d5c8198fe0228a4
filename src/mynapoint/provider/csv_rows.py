"""The rows of a CSV file, each with the line it starts on, when its lines are not simply one row each.

Line breaks in quotes, blank lines, rows too short or too long, bytes that are no text: each row is judged by itself,
whole ones are written anew for the database, broken ones returned with line and reason.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mynapoint.provider.csv_encodings import Encoding, decoded_lines
from mynapoint.provider.file_limits import (
    BROKEN_ROWS_MOST,
    COLUMNS_MOST,
    LINE_BYTES_MOST,
    VALUE_CHARACTERS_MOST,
    UnreadableFile,
    refuse_above,
)

_END = "unexpected end of data"
_BYTE = re.compile("[\udc80-\udcff]")
"""A byte that is no text, as surrogateescape keeps it."""


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A line of a CSV file that is no row of the table."""

    line: int
    value: str
    reason: str


def header_of(path: Path, encoding: Encoding, *, forced: bool) -> list[str]:
    """Return a file's column names. Raises UnreadableFile."""
    lines = _Lines(path, encoding, forced=forced)
    try:
        header = next(csv.reader(lines, strict=True), [])
    except csv.Error as error:
        raise UnreadableFile(path, "begins with no header; its first line must name the columns") from error
    if lines.why and forced:
        raise UnreadableFile(path, f"its header is not {encoding.upper()}; leave out --encoding to find out what it is")
    if lines.why:
        raise UnreadableFile(path, "is neither Parquet nor CSV in UTF-8 or CP932; save it as one of them")
    refuse_above(path, len(header), COLUMNS_MOST, "columns", "leave out what is not asked for")
    return header


def rewrite(path: Path, encoding: Encoding, width: int, clean: Path, *, forced: bool) -> list[BrokenRow]:
    """Write the file's whole rows of ``width`` fields, each behind its line, to ``clean``; return the broken ones."""
    broken: list[BrokenRow] = []
    with clean.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["line", *(str(number) for number in range(width))])
        for line, row, error in _records(path, encoding, forced=forced):
            if not (reason := error or _why_broken(row, width)):
                writer.writerow([line, *row])
                continue
            broken.append(BrokenRow(line, _shown(row), reason))
            if len(broken) > BROKEN_ROWS_MOST:
                why = f"has more than {BROKEN_ROWS_MOST:,} lines that are no rows, from line {broken[0].line}"
                raise UnreadableFile(path, f"{why}, which {broken[0].reason}; is it another table?")
    return broken


def _records(path: Path, encoding: Encoding, *, forced: bool) -> Iterator[tuple[int, list[str], str | None]]:
    """Yield each record after the header with the line it starts on, and why it is broken."""
    lines = _Lines(path, encoding, forced=forced)
    reader = csv.reader(lines, strict=True)
    next(reader)
    while True:
        line = reader.line_num + 1
        lines.begin(line)
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if _END in str(error):
                raise UnreadableFile(path, f"line {line}: a quote is opened and never closed") from error
            yield line, [lines.text], f"is not CSV: {error}"
            continue
        if row:
            yield line, row, lines.why


class _Lines:
    """A file's lines for a CSV reader: keeps count of one record, and whether all of it is text."""

    def __init__(self, path: Path, encoding: Encoding, *, forced: bool) -> None:
        self._path = path
        self._lines = decoded_lines(path, encoding, forced=forced)
        self.begin(1)

    def begin(self, line: int) -> None:
        """Begin a record."""
        self._line = line
        self._left = LINE_BYTES_MOST
        self.why: str | None = None
        self.text = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text, why = next(self._lines)
        self._left -= len(text)
        if self._left < -1:
            what = f"a quote is opened and not closed within {LINE_BYTES_MOST:,} bytes"
            raise UnreadableFile(self._path, f"line {self._line}: {what}; close it")
        self.why = self.why or why
        self.text = self.text or text.rstrip("\r\n")
        return text


def _why_broken(row: list[str], width: int) -> str | None:
    return None if len(row) == width else f"has {len(row)} fields; the header has {width}"


def _shown(row: list[str]) -> str:
    text = ",".join(row)
    shown = _BYTE.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", text[:VALUE_CHARACTERS_MOST])
    return shown if len(text) <= VALUE_CHARACTERS_MOST else f"{shown}… ({len(text):,} characters)"
