"""Files made to exhaust: small ones that unpack without end, footers and pages that lie; all end soon, and are said."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.award_folder import TRANSACTIONS, arguments, write_folder
from provider.parquet_bombs import repeated, transactions

MEMORY_BYTES_MOST = 512 * 2**20
SECONDS_MOST = 60
"""Of the processor, not of the clock, as the machine may be busy."""

MEASURE = """
import json, resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "mynapoint", *sys.argv[1:]], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, done.stdout + done.stderr, used.ru_maxrss * 1024, used.ru_utime + used.ru_stime]))
"""  # measured from a process of its own: a child's peak begins with its parent's


@dataclass(frozen=True)
class Ended:
    status: int
    said: str
    peak_bytes: int
    cpu_seconds: float


def run(folder: Path, name: str) -> Ended:
    write_folder(folder)
    words = arguments("--json", transactions=name)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *words], capture_output=True, text=True, check=True, cwd=folder, timeout=600
    )
    return Ended(*json.loads(done.stdout))


def one_long_text(path: Path) -> None:
    """A text of a megabyte, once in the file, in a hundred thousand rows: 100 gigabytes."""
    rows = repeated(100_000, "x" * 2**20)
    pq.write_table(rows, path, compression="zstd", dictionary_pagesize_limit=2**30)


def one_long_text_among_many(path: Path) -> None:
    """The same behind fifty thousand honest ones, which it does not stand out from by size."""
    ids = pa.array([*(f"t{number}" for number in range(50_000)), *["x" * 2**20] * 100])
    pq.write_table(transactions(50_100, transaction_id=ids.dictionary_encode()), path, dictionary_pagesize_limit=2**30)


def texts_that_come_to_just_enough(path: Path) -> None:
    """Ids of 800 bytes, 40,000 times: as much as a small file may come to, and every row repeated."""
    pq.write_table(repeated(40_000, "𠮷" * 200), path, compression="zstd", dictionary_pagesize_limit=2**30)


def one_row_a_hundred_thousand_times(path: Path) -> None:
    pq.write_table(repeated(100_000), path, compression="zstd")


def hundred_million_rows(path: Path) -> None:
    with pq.ParquetWriter(path, repeated(1).schema, compression="zstd") as writer:
        for _ in range(100):
            writer.write_table(repeated(1_000_000), row_group_size=1_000_000)


def texts_of_64_megabytes(path: Path) -> None:
    pq.write_table(
        repeated(1_000, "x" * (64 << 20)), path, compression="zstd", dictionary_pagesize_limit=2**30
    )  # fmt: skip


def page_that_says_it_is_small(path: Path) -> None:
    """Half a gigabyte in a page whose header says 16 bytes."""
    text = pa.array(["x" * 500_000_000])
    pq.write_table(
        transactions(1, transaction_id=text), path, compression="zstd", use_dictionary=False, write_statistics=False
    )
    content = bytearray(path.read_bytes())
    size = slice(7, 7 + next(at for at, byte in enumerate(content[7:]) if byte < 0x80) + 1)
    assert content[4:7] == b"\x15\x00\x15"  # type 0, then the size unpacked
    content[size] = bytes([0xA0, *[0x80] * (size.stop - size.start - 2), 0])
    path.write_bytes(content)


def many_broken_lines(path: Path) -> None:
    path.write_bytes(TRANSACTIONS.encode() + (b"x" * 1_000 + b"\n") * 99_999)


def one_line_of_a_gigabyte(path: Path) -> None:
    with path.open("wb") as file:
        file.write(TRANSACTIONS.encode())
        file.truncate(1 << 30)


def a_quote_never_closed(path: Path) -> None:
    row = "t{},a,top_up,,1,2022-07-16T10:00:00Z\n"
    path.write_text(TRANSACTIONS + '"' + "".join(row.format(number) for number in range(1_000_000)))


@pytest.mark.parametrize(
    ("bomb", "status", "says"),
    [
        (one_long_text, 2, "has 104,857,600,000 bytes of text, written out from"),
        (one_long_text_among_many, 2, "bytes of text, written out from"),
        (texts_that_come_to_just_enough, 0, '"repeated": 39999'),
        (one_row_a_hundred_thousand_times, 0, '"repeated": 99999'),
        (hundred_million_rows, 2, "has 100,000,000 rows in"),
        (texts_of_64_megabytes, 2, "bytes unpacked from"),
        (page_that_says_it_is_small, 2, "is damaged"),
        (many_broken_lines, 0, '"set_aside": 99999'),
        (one_line_of_a_gigabyte, 2, "line 2 is longer than 131,072 bytes"),
        (a_quote_never_closed, 2, "a quote is opened and not closed within 131,072 bytes"),
    ],
)
def test_a_bomb_ends_soon_in_little_memory_and_is_said(
    tmp_path: Path, bomb: Callable[[Path], None], status: int, says: str
) -> None:
    name = "bomb.csv" if "line" in bomb.__name__ or "quote" in bomb.__name__ else "bomb.parquet"
    bomb(tmp_path / name)

    ended = run(tmp_path, name)

    assert ended.status == status, ended.said
    assert says in " ".join(ended.said.split())
    assert "Traceback" not in ended.said
    assert ended.peak_bytes <= MEMORY_BYTES_MOST
    assert ended.cpu_seconds <= SECONDS_MOST
    if status:
        assert not list((tmp_path / "out").iterdir())
    print(f"{bomb.__name__}: {ended.peak_bytes >> 20} MiB, {ended.cpu_seconds:.1f} s")  # noqa: T201
