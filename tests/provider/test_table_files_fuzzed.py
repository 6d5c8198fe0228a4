"""Whatever a file holds, an award ends with totals that add up, or refuses the file by name; never otherwise."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.award_folder import arguments, write_folder
from mynapoint.cli import app
from property_examples import examples
from provider.parquet_bombs import transactions

CSV = (
    "transaction_id,account_id,kind,refunds,amount_yen,occurred_at,メモ\n"
    "t1,SP00001234,top_up,,20000,2022-07-16T10:00:00+09:00,青木\n"
    't2,SP00001234,purchase,,5,2022-07-16T10:00:00+09:00,"㈱""石田""\r\n、上野"\r\n'
    "\n"
    "r1,SP00001234,refund,t1,300,2022-07-17T01:00:00Z,"
)
NASTY = [
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\x83",
    b"\x81\x60",
    b"\xe3\x81",
    b"\xff",
    b"=",
    b"9" * 30,
]


def parquet(**options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(transactions(40), out, **options)
    return out.getvalue()


PARQUET = [
    parquet(compression="none", use_dictionary=False),
    parquet(compression="zstd", data_page_version="2.0"),
    parquet(compression="snappy", row_group_size=10, data_page_size=64),
    parquet(
        compression="gzip",
        use_dictionary=False,
        column_encoding={"transaction_id": "DELTA_BYTE_ARRAY", "amount_yen": "DELTA_BINARY_PACKED"},
    ),
]

edits = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 8),
        st.one_of(st.binary(max_size=8), st.sampled_from(NASTY)),
    ),
    min_size=1,
    max_size=6,
)


def edited(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Replace bytes here and there: where (as a part of the whole), how many, by what."""
    for place, gone, put in changes:
        at = int(place * len(content))
        content = content[:at] + put + content[at + gone :]
    return content


def overwritten(content: bytes, changes: list[tuple[float, int, bytes]], *, footer: bool) -> bytes:
    """Put other bytes in place, so that everything else keeps its place; ``footer`` aims at the last part."""
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little") if footer else 4
    end = len(content) - 8 if footer else len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for place, _, put in changes:
        at = start + int(place * (end - start))
        content = content[:at] + put[: end - at] + content[at + len(put[: end - at]) :]
    return content


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="fuzzed-") as name, pytest.MonkeyPatch.context() as patch:
        write_folder(Path(name))
        patch.chdir(name)
        yield Path(name)


def judge(content: bytes, name: str) -> None:
    with folder() as where:
        (where / name).write_bytes(content)
        done = CliRunner().invoke(app, arguments("--json", "--memory", "500MB", transactions=name))
        if done.exit_code == 0:
            told = json.loads(done.stdout)["tables"]["transactions"]
            assert told["rows"] == told["accepted"] + told["set_aside"] + told["repeated"]
            assert min(told.values()) >= 0
            assert len((where / "out" / "rejects.csv").read_text(encoding="utf-8")) > 0
        else:
            assert isinstance(done.exception, SystemExit), repr(done.exception)
            assert done.exit_code == 2, done.output
            assert name in done.output.replace("\n", "")
            assert not list((where / "out").iterdir())


fuzzed = settings(examples(40), suppress_health_check=[HealthCheck.too_slow])


@fuzzed
@given(st.sampled_from(["utf-8", "utf-8-sig", "cp932"]), edits)
def test_any_csv_file_is_taken_with_totals_that_add_up_or_refused(
    encoding: str, changes: list[tuple[float, int, bytes]]
) -> None:
    judge(edited(CSV.encode(encoding), changes), "fuzzed.csv")


@fuzzed
@example(PARQUET[2], [(0.75, 0, b"\x00")], False)  # found by night: damage met where rows are handed to NumPy
@example(PARQUET[1], [(0.0649, 0, b"\n")], True)  # found by night: size statistics by which pyarrow ends the process
@example(PARQUET[1], [(0.193, 0, b"\x80")], True)  # found by night: a chunk that calls its column by no text
@given(st.sampled_from(PARQUET), edits, st.booleans())
def test_any_parquet_file_is_taken_with_totals_that_add_up_or_refused(
    content: bytes, changes: list[tuple[float, int, bytes]], footer: bool
) -> None:
    judge(overwritten(content, changes, footer=footer), "fuzzed.parquet")


@fuzzed
@given(st.binary(max_size=400), st.sampled_from([b"", b"PAR1", CSV[:70].encode(), b"transaction_id\n"]))
def test_any_bytes_at_all_are_taken_or_refused(content: bytes, start: bytes) -> None:
    judge(start + content, "fuzzed.csv")
