"""CSV files as Japanese offices write them: UTF-8 with and without BOM, CP932; no letter silently becomes another."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from mynapoint.award.schemas import TRANSACTIONS
from mynapoint.provider.csv_encodings import Encoding, Survey, survey
from mynapoint.provider.file_limits import LINE_BYTES_MOST
from mynapoint.provider.table_files import FileRead, TableFile, UnreadableFile, read_file

HEADER = "transaction_id,account_id,kind,refunds,amount_yen,occurred_at,備考\n"
HARD = "～①㈱髙ソ表－∥"  # what Shift_JIS and CP932 write differently, and letters whose second byte is a backslash
HALF_WIDTH = "ﾃｽ"  # C3 BD in CP932: valid UTF-8, too


def row(number: int, account: str = "a", memo: str = "") -> str:
    return f"t{number},{account},top_up,,{number},2022-07-16T10:00:00+09:00,{memo}\n"


def read(folder: Path, content: bytes, encoding: Encoding | None = None) -> tuple[FileRead, list[tuple[int, str]]]:
    """Read one file; return what was read, and each whole row's line and account."""
    path = folder / "transactions.csv"
    path.write_bytes(content)
    with duckdb.connect(config={"threads": 1}) as connection:
        file = TableFile(TRANSACTIONS, path, folder, encoding)
        found = read_file(connection, file, into="rows", typed=lambda rows: rows)
        return found, connection.execute("SELECT line, account_id FROM rows ORDER BY line").fetchall()


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ((HEADER + row(1, HARD, "備考")).encode(), Encoding.UTF_8),
        ((HEADER + row(1, HARD, "備考")).encode("utf-8-sig"), Encoding.UTF_8),
        ((HEADER + row(1, HARD, "備考")).encode("cp932"), Encoding.CP932),
        ((HEADER + row(1, HARD, "備考")).replace("\n", "\r\n").encode("cp932"), Encoding.CP932),
        ((HEADER + row(1, HARD, '"第一\n第二"')).encode("cp932"), Encoding.CP932),
        ((HEADER + row(1, HARD)).encode("cp932").rstrip(), Encoding.CP932),
    ],
    ids=["UTF-8", "BOM", "CP932", "CP932 with CRLF", "CP932, line break in quotes", "CP932, no last line end"],
)
def test_hard_letters_come_through_and_the_encoding_is_said(tmp_path: Path, content: bytes, encoding: Encoding) -> None:
    found, rows = read(tmp_path, content)

    assert found == FileRead([], encoding)
    assert rows == [(2, HARD)]


def test_wave_dash_and_full_width_tilde_stay_what_they_are(tmp_path: Path) -> None:
    assert read(tmp_path, (HEADER + row(1, "〜")).encode())[1] == [(2, "〜")]
    assert read(tmp_path, (HEADER + row(1, "～")).encode())[1] == [(2, "～")]
    assert read(tmp_path, (HEADER + row(1, "～")).encode("cp932"))[1] == [(2, "～")]


def test_a_file_that_is_both_stays_utf_8_unless_cp932_is_asked_for(tmp_path: Path) -> None:
    content = HEADER.replace(",備考", ",memo").encode() + row(1, HALF_WIDTH).encode("cp932")

    assert read(tmp_path, content)[0].encoding is Encoding.UTF_8
    found, rows = read(tmp_path, content, Encoding.CP932)

    assert (found.encoding, rows) == (Encoding.CP932, [(2, HALF_WIDTH)])


def test_half_width_katakana_that_could_be_utf_8_are_read_in_a_file_that_is_cp932(tmp_path: Path) -> None:
    found, rows = read(tmp_path, (HEADER + row(1, HALF_WIDTH) + row(2, "青木")).encode("cp932"))

    assert (found, rows) == (FileRead([], Encoding.CP932), [(2, HALF_WIDTH), (3, "青木")])


def test_a_slip_of_bytes_does_not_make_a_utf_8_file_cp932(tmp_path: Path) -> None:
    good = (HEADER + row(1, "青木") + row(2, "café")).encode()

    found, rows = read(tmp_path, good + row(3, "石田").encode("cp932") + row(4).encode())

    assert found.encoding is Encoding.UTF_8
    assert rows == [(2, "青木"), (3, "café"), (5, "a")]
    [broken] = found.broken
    assert (broken.line, broken.reason) == (4, "holds bytes that are not UTF-8")
    assert broken.value.startswith(r"t3,\x90\xce\x93c,top_up")


def test_a_line_of_utf_8_in_a_cp932_file_is_set_aside_and_so_are_bytes_that_are_neither(tmp_path: Path) -> None:
    lines = [HEADER, row(1, "青木"), row(2, "上野")]
    content = "".join(lines).encode("cp932") + row(3, "石田").encode() + b"t4,\x83,top_up,,4,x,\n" + b"t5,\xa0,,,,,\n"

    found, rows = read(tmp_path, content)

    assert found.encoding is Encoding.CP932
    assert rows == [(2, "青木"), (3, "上野")]
    assert [(broken.line, broken.reason) for broken in found.broken] == [
        (4, "holds UTF-8 in a file that is CP932"),
        (5, "holds bytes that are not CP932"),
        (6, "holds bytes that are not CP932"),
    ]


def test_an_encoding_asked_for_is_kept_to(tmp_path: Path) -> None:
    content = (HEADER.replace(",備考", ",memo") + row(1, "青木")).encode("cp932")

    found, rows = read(tmp_path, content, Encoding.UTF_8)

    assert (found.encoding, rows, [broken.line for broken in found.broken]) == (Encoding.UTF_8, [], [2])


def test_a_header_in_another_encoding_than_asked_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="its header is not CP932; leave out --encoding"):
        read(tmp_path, b"\xa0" + HEADER.encode("cp932"), Encoding.CP932)


@pytest.mark.parametrize(
    ("tail", "lines"),
    [
        ("\n\n" + row(2) + "short\n", [5]),
        (row(2, memo='"青\r\n木"') + "short\n", [4]),
        (row(2).rstrip() + "\r" + row(3).rstrip() + "\r\nshort", [4]),
    ],
    ids=["blank lines", "line break in quotes", "a lone carriage return"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_line_numbers_are_right_in_every_encoding(tmp_path: Path, tail: str, lines: list[int], encoding: str) -> None:
    found, _ = read(tmp_path, (HEADER + tail).encode(encoding))

    assert [broken.line for broken in found.broken] == lines


@pytest.mark.parametrize("letter", ["青", "a"])
def test_a_letter_across_two_blocks_is_read_whole(tmp_path: Path, letter: str) -> None:
    path = tmp_path / "long.csv"
    path.write_text("x\n" + (letter * 1000 + "\n") * 500, encoding="utf-8")

    assert survey(path) == Survey(Encoding.UTF_8, 501, plain=True)
    path.write_bytes(path.read_bytes()[:-2] if letter == "青" else path.read_bytes() + b"\xe9")
    assert survey(path).plain is False


@pytest.mark.parametrize("over", [0, 1])
def test_a_line_may_be_as_long_as_the_limit_and_no_longer(tmp_path: Path, over: int) -> None:
    content = (HEADER + row(1)).encode() + b"x" * (LINE_BYTES_MOST + over) + b"\n" + row(3).encode()

    if over:
        with pytest.raises(UnreadableFile, match="line 3 is longer than 131,072 bytes"):
            read(tmp_path, content)
    else:
        found, rows = read(tmp_path, content)
        assert [broken.line for broken in found.broken] == [3]
        assert [line for line, _ in rows] == [2, 4]
        assert found.broken[0].value.endswith("… (131,072 characters)")
