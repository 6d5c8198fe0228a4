"""not_due.csv: read whole or refused with its line, and never guessed at."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mynapoint.programme.values import Points
from mynapoint.provider.file_limits import UnreadableFile
from mynapoint.provider.not_due import NotDue, Why, read_not_due

HEADER = "application_id,why,points,on\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "not_due.csv"
    path.write_bytes(text.encode())
    return path


def test_rows_are_read_in_any_order_of_columns_and_with_the_mark_of_a_spreadsheet(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffon,points,note,why,application_id\r\n2023-03-31,300,x,expired,a-1\r\n")

    assert read_not_due(path) == [NotDue("a-1", Why.EXPIRED, Points(300), date(2023, 3, 31))]


def test_what_the_hub_gave_on_is_below_zero(tmp_path: Path) -> None:
    (row,) = read_not_due(written(tmp_path, HEADER + "a-1,corrected,-5000,2022-11-02\n"))

    assert (row.why, row.points) == (Why.CORRECTED, -5_000)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("application_id,why,points\n", "missing: on"),
        ("", "missing: application_id"),
        (HEADER + "a-1,lapsed,1,2023-03-31\n", "line 2: why must be expired or corrected; got 'lapsed'"),
        (HEADER + "a-1,expired,1,2023-03-31\na-2,expired,0,2023-03-31\n", "line 3: points"),
        (HEADER + "a-1,expired,-1,2023-03-31\n", "line 2: points"),
        (HEADER + "a-1,expired,1.5,2023-03-31\n", "line 2: points"),
        (HEADER + "a-1,expired,\uff11,2023-03-31\n", "line 2: points"),
        (HEADER + "a-1,expired,1,2023-02-30\n", "line 2: on must be a day"),
        (HEADER + "a-1,expired,1,20230228\n", "line 2: on must be a day"),
        (HEADER + ",expired,1,2023-03-31\n", "line 2: application_id"),
        (HEADER + "a-1,expired\n", "line 2: points"),
        (HEADER + '"a-1,expired,1,2023-03-31\n', "is not CSV"),
    ],
)
def test_what_is_no_row_is_told_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read_not_due(written(tmp_path, text))


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_not_due(tmp_path / "none.csv")
    (tmp_path / "not_due.csv").write_bytes(HEADER.encode() + b"\xff\xfe,expired,1,2023-03-31\n")
    with pytest.raises(UnreadableFile, match="UTF-8"):
        read_not_due(tmp_path / "not_due.csv")
