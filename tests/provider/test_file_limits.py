"""Files that are too much, or no table: refused before they are parsed, each with what to do."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mynapoint.award.schemas import TRANSACTIONS
from mynapoint.provider import file_limits, parquet_limits
from mynapoint.provider.file_limits import FILE_BYTES_MOST
from mynapoint.provider.intake import Intake
from mynapoint.provider.parquet_limits import refuse_unbounded
from mynapoint.provider.parquet_pages import NoPage, page_at
from mynapoint.provider.table_files import UnreadableFile, refuse_damaged
from provider.parquet_bombs import footer, group, leaf, repeated, transactions, write_footer

HEADER = b"transaction_id,account_id,kind,refunds,amount_yen,occurred_at\n"
COLUMNS = TRANSACTIONS.column_names


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        yield opened


def hold_to_bounds(path: Path) -> None:
    with duckdb.connect() as connection:
        refuse_unbounded(connection, path, COLUMNS)


def refused(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    with pytest.raises(UnreadableFile) as error:
        Intake(connection).take(TRANSACTIONS, [path])
    return error.value.why


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(HEADER, mtime=0), "packed with gzip; unpack it first"),
        (b"PK\x03\x04" + bytes(30), "a ZIP archive or an Excel workbook; unpack it, or save the sheet as “CSV UTF-8”"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook"),
        (HEADER.decode().encode("utf-16"), "text in UTF-16; save it as “CSV UTF-8”"),
        (b"PARE" + bytes(20), "an encrypted Parquet file"),
        (b"\x28\xb5\x2f\xfd" + bytes(9), "packed with zstd"),
        (HEADER.replace(b"\n", b"\r") * 3_000, "ends its lines with CR alone; save it with LF or CRLF"),
        (b'a,"b' + b"\n" * 200_000, "line 1: a quote is opened and not closed within 131,072 bytes; close it"),
        (HEADER + b'"\n' + b"x\n" * 200_000, "line 2: a quote is opened and not closed within 131,072 bytes"),
        (HEADER + b"x\n" * 100_001, "has more than 100,000 lines that are no rows, from line 2, which has 1 fields"),
        (b"a," * 1_000 + b"b\n", "has 1,001 columns, more than the 1,000 that are read; leave out what is not asked"),
        (b'a"b,c\n', "lacks the column transaction_id"),
        (b'"a"b,c\n', "begins with no header"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "transactions.csv"
    path.write_bytes(content)

    assert says in refused(connection, path)


def test_a_real_zip_is_refused(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "transactions.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("transactions.csv", HEADER)

    assert "ZIP" in refused(connection, path)


@pytest.mark.parametrize("start", [b"", b"PAR1", HEADER])
def test_a_file_larger_than_any_that_is_read_is_refused_unread(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, start: bytes
) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.write(start)
        file.truncate(FILE_BYTES_MOST + 1)

    assert "bytes, more than the 68,719,476,736 that are read; split it into several files" in refused(connection, path)


def test_a_gigabyte_without_a_line_end_is_refused_at_its_first_block(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "transactions.csv"
    with path.open("wb") as file:
        file.write(HEADER)
        file.truncate(1 << 30)

    assert refused(connection, path) == "line 2 is longer than 131,072 bytes; this is no table of rows"


def test_ten_thousand_columns_are_too_many_in_parquet_too(tmp_path: Path) -> None:
    path = tmp_path / "wide.parquet"
    pq.write_table(transactions(1, **{f"other_{number}": pa.array([1]) for number in range(10_000)}), path)

    with pytest.raises(UnreadableFile, match="has 10,006 columns, more than the 1,000"):
        hold_to_bounds(path)


@pytest.mark.parametrize("depth", [200, 100_000])
def test_a_schema_nested_without_end_is_refused(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, depth: int
) -> None:
    path = tmp_path / "deep.parquet"
    write_footer(path, footer([group(b"s"), *[group(b"g")] * depth, leaf(b"x")]))

    assert "is not a whole Parquet file" in refused(connection, path)


@pytest.mark.parametrize("kept", [4, 11, 500, -1, -8, -12])
def test_a_file_cut_off_anywhere_is_refused(connection: duckdb.DuckDBPyConnection, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "transactions.parquet"
    pq.write_table(transactions(1_000), path)
    path.write_bytes(path.read_bytes()[:kept])

    assert "its end is missing; write or copy it again" in refused(connection, path)


def test_a_footer_is_read_only_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "transactions.parquet"
    write_footer(path, bytes(file_limits.FOOTER_BYTES_MOST + 1))

    with pytest.raises(UnreadableFile, match="bytes of footer, more than the 16,777,216"):
        hold_to_bounds(path)


def test_more_row_groups_than_the_format_can_number_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "transactions.parquet"
    empty = [(1, 9, (12, [])), (2, 6, 0), (3, 6, 0)]
    write_footer(path, footer([group(b"s", 0)], groups=[empty] * 40_000))

    with pytest.raises(UnreadableFile, match="has 40,000 row groups, more than the 32,767"):
        hold_to_bounds(path)


def test_a_footer_that_does_not_add_up_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "transactions.parquet"
    one = [(1, 9, (12, [])), (2, 6, 0), (3, 6, 1)]
    write_footer(path, footer([group(b"s", 0)], rows=2, groups=[one]))

    with pytest.raises(UnreadableFile, match="its row groups do not add up"):
        hold_to_bounds(path)


def test_a_row_group_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "transactions.parquet"
    one = [(1, 9, (12, [])), (2, 6, 0), (3, 6, 1)]
    write_footer(path, footer([group(b"s", 1), leaf(b"transaction_id")], rows=1, groups=[one]))

    with pytest.raises(UnreadableFile, match="is not a whole Parquet file"):
        hold_to_bounds(path)


def test_so_many_rows_in_so_few_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    with pq.ParquetWriter(path, repeated(1).schema, compression="zstd") as writer:
        for _ in range(12):
            writer.write_table(repeated(10_000), row_group_size=10_000)

    with pytest.raises(UnreadableFile, match=r"has 120,000 rows in [0-9,]+ bytes, more than the 100,000"):
        hold_to_bounds(path)


def test_a_text_of_eighty_megabytes_in_a_few_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.parquet"
    pq.write_table(transactions(1, transaction_id=pa.array(["x" * 80_000_000])), path, compression="zstd")

    with pytest.raises(UnreadableFile, match="bytes unpacked from"):
        hold_to_bounds(path)


def test_pages_too_large_for_memory_are_refused_even_when_nothing_is_packed(tmp_path: Path) -> None:
    path = tmp_path / "pages.parquet"
    text = pa.array(["x" * 70_000_000])
    pq.write_table(transactions(1, transaction_id=text), path, compression="none", use_dictionary=False)

    with pytest.raises(UnreadableFile, match="bytes in the pages of one row group, more than the 67,108,864"):
        hold_to_bounds(path)


def test_a_text_that_stands_in_every_row_is_refused_before_it_is_copied(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "swelling.parquet"
    pq.write_table(repeated(2_000, "x" * 20_000), path, compression="zstd", dictionary_pagesize_limit=2**30)

    assert "has 40,000,000 bytes of text, written out from" in refused(connection, path)


def test_what_no_column_of_ours_holds_is_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "memo.parquet"
    memo = pa.array([["x" * 80_000_000]], pa.list_(pa.string()))
    pq.write_table(transactions(1, memo=memo), path, compression="zstd")

    hold_to_bounds(path)


@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_honest_files_of_every_kind_pass(tmp_path: Path, version: str, groups: int) -> None:
    path = tmp_path / "transactions.parquet"
    for compression in ("none", "snappy", "zstd", "gzip"):
        pq.write_table(
            transactions(30_000), path, data_page_version=version, compression=compression,
            row_group_size=30_000 // groups, data_page_size=4_096, write_page_index=True, write_page_checksum=True,
        )  # fmt: skip
        hold_to_bounds(path)
        refuse_damaged(path, COLUMNS)
    with duckdb.connect() as opened:
        opened.execute(f"COPY (SELECT * FROM '{path}') TO '{tmp_path}/duckdb.parquet'")
    hold_to_bounds(tmp_path / "duckdb.parquet")


def test_size_statistics_that_do_not_add_up_end_no_process(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Found by night, at 2,000 examples: asked for such a chunk, pyarrow ends the process."""
    path = tmp_path / "transactions.parquet"
    pq.write_table(transactions(40), path, compression="none", use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[len(content) - 8 - int.from_bytes(content[-8:-4], "little") + 70] = 0x0D
    path.write_bytes(content)
    asked = f"import pyarrow.parquet as pq; pq.read_metadata({str(path)!r}).row_group(0).to_dict()"
    judged = (
        "import duckdb, pathlib; from mynapoint.provider.parquet_limits import refuse_unbounded; "
        f"refuse_unbounded(duckdb.connect(), pathlib.Path({str(path)!r}), {list(COLUMNS)!r})"
    )
    ends = [subprocess.run([sys.executable, "-c", one], capture_output=True, check=False) for one in (asked, judged)]

    assert ends[0].returncode == -signal.SIGABRT
    assert ends[1].returncode >= 0, ends[1].stderr
    assert refused(connection, path)


def test_pages_of_one_column_that_stand_for_another_are_refused(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row groups that share their pages would unpack a small file as often as they like."""
    path = tmp_path / "transactions.parquet"
    pq.write_table(transactions(100), path)
    first = pq.read_metadata(path).row_group(0)
    shared = type("Metadata", (), {
        "num_columns": 6, "num_rows": 100_000, "num_row_groups": 1_000, "schema": pq.read_metadata(path).schema,
        "row_group": lambda self, number: first,
    })  # fmt: skip
    first_group = parquet_limits._chunks(connection, path, pq.read_metadata(path)).items()
    chunks = {(group, column): at for group in range(1_000) for (_, column), at in first_group}
    monkeypatch.setattr("mynapoint.provider.parquet_limits.pq.read_metadata", lambda _: shared())
    monkeypatch.setattr("mynapoint.provider.parquet_limits._chunks", lambda *_: chunks)

    with pytest.raises(UnreadableFile, match=r"bytes in its pages, more than .* they overlap"):
        hold_to_bounds(path)


@pytest.mark.parametrize("header", [b"", b"\x15", b"\x19\x00", b"\x1c" * 9, b"\x15\x01", b"\x15\xff" + b"\xff" * 20])
def test_what_is_no_page_is_said_to_be_none(header: bytes) -> None:
    with pytest.raises(NoPage):
        page_at(b"PAR1" + header, 4, ends_before=4 + len(header))  # type: ignore[arg-type]


def test_damage_between_sound_ends_is_found_by_name(tmp_path: Path) -> None:
    path = tmp_path / "transactions.parquet"
    pq.write_table(transactions(1_000), path, compression="zstd", use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(60)
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=r"transactions\.parquet: is damaged: .*; write or copy it again"):
        refuse_damaged(path, COLUMNS)
