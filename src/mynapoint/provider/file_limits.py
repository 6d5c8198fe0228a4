"""What a file may be before it is parsed: how large, of which kind; every figure a file is held to stands here."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Literal

FILE_BYTES_MOST = 64 * 2**30
"""64 GiB: some 500 million rows of CSV. More is several files."""

LINE_BYTES_MOST = 128 * 2**10
"""128 KiB for one row of a CSV file, with the lines that stand in quotes; the header is one, too."""

COLUMNS_MOST = 1_000
BROKEN_ROWS_MOST = 100_000
"""Lines of one CSV file that are no rows. A file with more is another kind of file."""

VALUE_CHARACTERS_MOST = 200
"""As much of a broken line is shown."""

FOOTER_BYTES_MOST = 16 * 2**20
ROW_GROUPS_MOST = 32_767
"""The ordinal of a row group has 16 bits in the format itself."""

ROWS_MOST = 1_000_000_000
ROWS_UNJUDGED = 100_000
ROW_BYTES_LEAST = 1
"""Ids differ, so a row cannot be nothing: beyond 100,000 rows a Parquet file has at least one byte for each.
The densest honest file measured (ids in sequence, as deltas, under zstd) has 4.2."""

PACKED_MOST = 100
UNPACKED_BYTES_UNJUDGED = 64 * 2**20
"""Beyond 64 MiB a Parquet file unpacks to at most 100 times its size."""

PAGES_BYTES_MOST = 64 * 2**20
"""The pages of one row group that are unpacked at once, that is the largest of each column, and its dictionary."""

PAGE_BYTES_LEAST = 256
PAGES_UNJUDGED = 100_000
"""Beyond 100,000 pages a Parquet file has at least 256 bytes for each."""

TEXTS_BYTES_UNJUDGED = 32 * 2**20
TEXTS_MOST = 32
"""A text of a Parquet file's dictionary stands there once and in the database in each of its rows. Beyond 32 MiB the
texts of a file, each as often as it stands, come to at most 32 times its size; honest ones measured come to 5 times."""

_PACKED = {
    b"\x1f\x8b": "is packed with gzip; unpack it first",
    b"\x28\xb5\x2f\xfd": "is packed with zstd; unpack it first",
    b"\xfd7zXZ": "is packed with xz; unpack it first",
    b"BZh": "is packed with bzip2; unpack it first",
    b"PK\x03\x04": "is a ZIP archive or an Excel workbook; unpack it, or save the sheet as “CSV UTF-8”",
    b"PK\x05\x06": "is an empty ZIP archive",
    b"\xd0\xcf\x11\xe0": "is an Excel workbook; save the sheet as “CSV UTF-8”",
    b"\xff\xfe": "is text in UTF-16; save it as “CSV UTF-8”",
    b"\xfe\xff": "is text in UTF-16; save it as “CSV UTF-8”",
    b"PARE": "is an encrypted Parquet file; write it without encryption",
    b"ORC": "is an ORC file; write it as Parquet",
}


class UnreadableFile(ValueError):
    """A file that cannot be read at all: which, why, and what to do."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file}: {why}")
        self.file = file
        self.why = why


def kind_of(path: Path) -> Literal["csv", "parquet"]:
    """Say what a file is by its first bytes. Raises UnreadableFile for what is too large or no table at all."""
    try:
        with path.open("rb") as file:
            refuse_above(path, file_bytes(file), FILE_BYTES_MOST, "bytes", "split it into several files")
            start = file.read(8)
    except OSError as error:
        raise UnreadableFile(path, f"cannot be opened: {error.strerror}") from error
    for magic, why in _PACKED.items():
        if start.startswith(magic):
            raise UnreadableFile(path, why)
    return "parquet" if start.startswith(b"PAR1") else "csv"


def file_bytes(file: BinaryIO) -> int:
    """Return the size of an open file, which is left at its start."""
    size = file.seek(0, 2)
    file.seek(0)
    return size


def texts_bytes_most(size: int) -> int:
    """Return how many bytes the texts of a Parquet file of ``size`` bytes may come to."""
    return max(TEXTS_BYTES_UNJUDGED, size * TEXTS_MOST)


def refuse_above(path: Path, found: int, most: int, what: str, do: str) -> None:
    """Raise UnreadableFile, saying what to ``do``, when more than ``most`` were found."""
    if found > most:
        raise UnreadableFile(path, f"has {found:,} {what}, more than the {most:,} that are read; {do}")
