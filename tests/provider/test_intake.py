"""Intake: what stands, what is repeated, what is set aside and where, from CSV and Parquet, in any order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mynapoint.award.schemas import ENROLMENTS, TRANSACTIONS
from mynapoint.provider.intake import Intake
from mynapoint.provider.table_files import UnreadableFile
from mynapoint.provider.tallies import Taken, Tally

HEADER = "transaction_id,account_id,kind,refunds,amount_yen,occurred_at\n"
T1 = "t1,SP00001234,top_up,,20000,2022-07-16T10:00:00+09:00\n"
APPLICATIONS = (
    "application_id,account_id,counts,applied_at,points_elsewhere\nA1,SP00001234,top_up,2022-07-15T10:00:00+09:00,0\n"
)

NAMES_REFUND = "names a refund; only a top-up or a purchase can be refunded"
WHOLE = "must be a whole number"
FULL_WIDTH = "; write 0 to 9, not the full-width ０ to ９"
RANGE = "must be from 1 to 999999999999"
KIND = "must be one of top_up, purchase, refund"
NO_OFFSET = "has no offset; write an instant as 2022-07-15T10:00:00+09:00"
INSTANT_SHAPE = "must be an instant such as 2022-07-15T10:00:00+09:00"


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        yield opened


def take(connection: duckdb.DuckDBPyConnection, folder: Path, *contents: str | bytes) -> tuple[Tally, list[Any]]:
    """Take transaction files in; return the tally and what was set aside: line, field, value, reason."""
    paths = []
    for number, content in enumerate(contents, start=1):
        path = folder / f"transactions-{number}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    intake = Intake(connection)
    intake.take(TRANSACTIONS, paths)
    aside = connection.execute("SELECT line, field, value, reason FROM taken_rejects ORDER BY ALL").fetchall()
    return intake.tally(TRANSACTIONS), aside


def standing(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    return connection.execute(
        "SELECT transaction_id, amount_yen, epoch_us(occurred_at) FROM taken_transactions ORDER BY ALL"
    ).fetchall()


@pytest.mark.parametrize(
    ("row", "field", "value", "reason"),
    [
        (",a,top_up,,1,2022-07-16T10:00:00Z", "transaction_id", None, "is missing"),
        ("x" * 201 + ",a,top_up,,1,2022-07-16T10:00:00Z", "transaction_id", "x" * 201, "is longer than 200 characters"),
        ("t,,top_up,,1,2022-07-16T10:00:00Z", "account_id", None, "is missing"),
        ("t,a,charge,,1,2022-07-16T10:00:00Z", "kind", "charge", KIND),
        ("t,a,TOP_UP,,1,2022-07-16T10:00:00Z", "kind", "TOP_UP", KIND),
        ("t,a,top_up,,,2022-07-16T10:00:00Z", "amount_yen", None, "is missing"),
        ('t,a,top_up,,"1,000",2022-07-16T10:00:00Z', "amount_yen", "1,000", WHOLE),
        ("t,a,top_up,,1.5,2022-07-16T10:00:00Z", "amount_yen", "1.5", WHOLE),
        ("t,a,top_up,,1e3,2022-07-16T10:00:00Z", "amount_yen", "1e3", WHOLE),
        ("t,a,top_up,, 1,2022-07-16T10:00:00Z", "amount_yen", " 1", WHOLE),
        ("t,a,top_up,,１０,2022-07-16T10:00:00Z", "amount_yen", "１０", WHOLE + FULL_WIDTH),
        ("t,a,top_up,,1,２０２２-07-16T10Z", "occurred_at", "２０２２-07-16T10Z", INSTANT_SHAPE + FULL_WIDTH),
        ("t,a,top_up,,0,2022-07-16T10:00:00Z", "amount_yen", "0", RANGE),
        ("t,a,top_up,,-5,2022-07-16T10:00:00Z", "amount_yen", "-5", RANGE),
        ("t,a,top_up,,1000000000000,2022-07-16T10:00:00Z", "amount_yen", "1000000000000", RANGE),
        ("t,a,top_up,," + "9" * 40 + ",2022-07-16T10:00:00Z", "amount_yen", "9" * 40, RANGE),
        ("t,a,top_up,,1,", "occurred_at", None, "is missing"),
        ("t,a,top_up,,1,2022-07-16T10:00:00", "occurred_at", "2022-07-16T10:00:00", NO_OFFSET),
        ("t,a,top_up,,1,2022-07-16", "occurred_at", "2022-07-16", INSTANT_SHAPE),
        ("t,a,top_up,,1,16/07/2022 10:00 +0900", "occurred_at", "16/07/2022 10:00 +0900", INSTANT_SHAPE),
        ("t,a,top_up,,1,2022-07-16T24:00:00Z", "occurred_at", "2022-07-16T24:00:00Z", INSTANT_SHAPE),
        ("t,a,top_up,,1,2022-02-30T10:00:00Z", "occurred_at", "2022-02-30T10:00:00Z", "is no day of the calendar"),
        ("t,a,top_up,,1,1922-07-16T10:00:00Z", "occurred_at", "1922-07-16T10:00:00Z", "must lie between 1970 and 2199"),
        ("t,a,refund,,1,2022-07-16T10:00:00Z", "refunds", None, "a refund must name the transaction it refunds"),
        ("t,a,top_up,t1,1,2022-07-16T10:00:00Z", "refunds", "t1", "only a refund names another transaction"),
        ("t,a,refund,t,1,2022-07-16T10:00:00Z", "refunds", "t", "a refund cannot refund itself"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_count_is_set_aside_with_line_field_value_and_reason(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, row: str, field: str, value: str | None, reason: str
) -> None:
    tally, aside = take(connection, tmp_path, f"{HEADER}{T1}{row}\n")

    assert aside == [(3, field, value, reason)]
    assert tally == Tally("transactions", rows=2, set_aside=1, repeated=0)
    assert tally.accepted == len(standing(connection)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "2022-07-16T10:00:00+09:00",
        "2022-07-16 10:00:00+09:00",
        "2022-07-16T01:00:00Z",
        "2022-07-16T01:00:00.000Z",
        "2022-07-16T10:00+0900",
        "2022-07-16T10:00:00.000000999+09",
        "2022-07-15T18:00:00-07:00",
    ],
)
def test_one_instant_may_be_written_in_several_ways(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, text: str
) -> None:
    connection.execute("SET TimeZone = 'America/New_York'")

    take(connection, tmp_path, f"{HEADER}t1,a,top_up,,1,{text}\n")

    assert standing(connection) == [("t1", 1, 1_657_933_200_000_000)]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("\ufeff" + HEADER + T1 + "t2,a,top_up,,x,z\n", [3]),
        (HEADER.replace("\n", "\r\n") + T1.replace("\n", "\r\n") + "t2,a,top_up,,x,z\r\n", [3]),
        (HEADER + "\n\n" + T1 + "\nt2,a,top_up,,x,z", [6]),
        (HEADER + T1 + '"t\n2",a,top_up,,x,z\nt3,a,top_up,,x,z\n', [3, 5]),
        (HEADER + T1 + "t2,a\nt3,a,top_up,,1,2022-07-16T10:00:00Z,more,and more\n", [3, 4]),
        (HEADER + T1 + '"t2"x,a,top_up,,1,2022-07-16T10:00:00Z\nt3,a,top_up,,x,z\n', [3, 4]),
        ((HEADER + T1).encode() + "t2,a,top_up,,1,令和\n".encode("cp932") + b"t3,a,top_up,,x,z\n", [3, 4]),
        (HEADER + T1.replace("\n", "\r\n") + "t2,a,top_up,,x,z\n", [3]),
    ],
    ids=[
        "BOM",
        "CRLF",
        "blank lines",
        "line break in quotes",
        "wrong width",
        "broken quotes",
        "not UTF-8",
        "mixed ends",
    ],
)
def test_the_line_is_right_whatever_the_file_looks_like(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, content: str | bytes, lines: list[int]
) -> None:
    tally, aside = take(connection, tmp_path, content)

    assert [line for line, *_ in aside] == lines
    assert tally.set_aside == len(lines)
    assert [key for key, *_ in standing(connection)] == ["t1"]


def test_columns_may_stand_in_any_order_with_others_between(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    content = (
        "memo,occurred_at,amount_yen,kind,account_id,refunds,transaction_id\nx,2022-07-16T01:00:00Z,5,top_up,a,,t1\n"
    )

    tally, aside = take(connection, tmp_path, content)

    assert (tally.accepted, aside) == (1, [])
    assert standing(connection) == [("t1", 5, 1_657_933_200_000_000)]


def test_other_columns_may_have_any_names_even_alike(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    content = HEADER.replace("\n", ",KIND,memo,memo,line\n") + T1.replace("\n", ",refund,x,y,7\n")

    assert take(connection, tmp_path, content)[0].accepted == 1
    assert take(connection, tmp_path, content + "\nbroken\n")[1] == [
        (4, "", "broken", "has 1 fields; the header has 10")
    ]


def test_a_row_seen_twice_counts_once_and_other_content_is_set_aside(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    other = T1.replace("20000", "30000")

    tally, aside = take(connection, tmp_path, HEADER + T1 + T1, HEADER + other + T1)

    assert tally == Tally("transactions", rows=4, set_aside=1, repeated=2)
    [(line, field, value, reason)] = aside
    assert (line, field, value) == (2, "transaction_id", "t1")
    assert reason == f"stands with other content in {tmp_path}/transactions-1.csv line 2"
    assert standing(connection) == [("t1", 20_000, 1_657_933_200_000_000)]


rows = st.builds(
    lambda number, yen, hour: f"t{number},a,top_up,,{yen},2022-07-16T0{hour}:00:00Z\n",
    st.integers(1, 3),
    st.sampled_from(["1", "2", "x"]),
    st.integers(1, 2),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, max_size=8), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_of_files_decides_what_stands(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, lines: list[str], chance: Any
) -> None:
    shuffled = list(lines)
    chance.shuffle(shuffled)
    cut = chance.randint(0, len(lines))

    tally, aside = take(connection, tmp_path, HEADER + "".join(lines))
    stands = standing(connection)
    again, aside_again = take(connection, tmp_path, HEADER + "".join(shuffled[:cut]), HEADER + "".join(shuffled[cut:]))

    assert standing(connection) == stands
    assert again == tally
    assert tally.rows == tally.accepted + tally.set_aside + tally.repeated == len(lines)
    assert len(aside) == len(aside_again) == tally.set_aside


def take_all(
    connection: duckdb.DuckDBPyConnection, folder: Path, transactions: str, *, applications: str = "", posted: str = ""
) -> tuple[Taken, list[Any]]:
    paths = [folder / name for name in ("enrolments.csv", "transactions.csv", "posted.csv")]
    for path, content in zip(paths, (APPLICATIONS + applications, HEADER + transactions, posted), strict=True):
        path.write_text(content, encoding="utf-8")
    intake = Intake(connection)
    intake.take_all(enrolments=paths[0], transactions=[paths[1]], posted=paths[2] if posted else None)
    aside = connection.execute("SELECT line, field, value, reason FROM taken_rejects ORDER BY ALL").fetchall()
    return intake.taken(), aside


@pytest.mark.parametrize(
    ("refund", "reason"),
    [
        ("r1,SP00009999,refund,t1,5,2022-07-17T10:00:00Z\n", "names a transaction of another account"),
        ("r1,SP00001234,refund,r0,5,2022-07-17T10:00:00Z\n", NAMES_REFUND),
    ],
)  # fmt: skip
def test_a_refund_of_what_cannot_be_refunded_is_set_aside(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, refund: str, reason: str
) -> None:
    first = "r0,SP00001234,refund,t1,5,2022-07-17T10:00:00Z\n"

    taken, aside = take_all(connection, tmp_path, refund + first + T1)

    assert [(line, field, why) for line, field, _, why in aside] == [(2, "refunds", reason)]
    assert taken.tallies[1].accepted == 2


def test_a_refund_of_what_has_not_come_yet_waits(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    taken, aside = take_all(connection, tmp_path, T1 + "r1,SP00001234,refund,later,5,2022-07-17T10:00:00Z\n")

    assert (taken.waiting, aside) == (1, [])
    assert taken.tallies[1].accepted == 2


def test_rows_of_accounts_without_an_application_are_counted_and_nothing_else(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    taken, aside = take_all(connection, tmp_path, T1 + T1.replace("t1", "t2").replace("1234", "3456"))

    assert (taken.not_enrolled, aside) == (1, [])


@pytest.mark.parametrize("later_first", [True, False])
def test_an_account_serves_one_application_the_earliest(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, later_first: bool
) -> None:
    lines = [
        "B1,SP00003456,top_up,2022-07-15T10:00:00+09:00,0\n",
        "B2,SP00003456,top_up,2022-07-15T11:00:00+09:00,0\n",
    ]

    _, aside = take_all(connection, tmp_path, T1, applications="".join(lines[:: -1 if later_first else 1]))

    [(_, field, value, reason)] = aside
    assert (field, value, reason) == ("account_id", "SP00003456", "serves application B1 already")
    kept = connection.execute("SELECT application_id FROM taken_enrolments ORDER BY 1").fetchall()
    assert kept == [("A1",), ("B1",)]


def test_points_posted_to_an_unknown_application_are_set_aside_and_of_two_sums_the_larger_stands(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    _, aside = take_all(connection, tmp_path, T1, posted="application_id,points\nA1,100\nA9,7\nA1,300\n")

    assert [(line, field, value) for line, field, value, _ in aside] == [
        (2, "application_id", "A1"),
        (3, "application_id", "A9"),
    ]
    assert connection.execute("SELECT application_id, points FROM taken_posted").fetchall() == [("A1", 300)]


INSTANT = pa.timestamp("us", "UTC")


def parquet(folder: Path, **columns: pa.Array) -> Path:
    """Write a transactions file of two rows; named columns replace the sound ones."""
    at = pa.array([1_657_933_200_000_000, None], INSTANT)
    sound = {
        "transaction_id": pa.array(["t1", "t2"]),
        "account_id": pa.array(["a", "a"]),
        "kind": pa.array(["top_up", "top_up"]),
        "refunds": pa.nulls(2),
        "amount_yen": pa.array([5, 6], pa.int32()),
        "occurred_at": at,
    }
    path = folder / "transactions 'July' [1].parquet"
    pq.write_table(pa.table(sound | columns), path)
    return path


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_parquet_rows_are_checked_like_csv_rows(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, unit: str
) -> None:
    at = pa.array([1_657_933_200_000_000, None], INSTANT).cast(pa.timestamp(unit, "UTC"))
    intake = Intake(connection)

    intake.take(TRANSACTIONS, [parquet(tmp_path, occurred_at=at)])

    assert standing(connection) == [("t1", 5, 1_657_933_200_000_000)]
    aside = connection.execute("SELECT line, field, value, reason FROM taken_rejects").fetchall()
    assert aside == [(2, "occurred_at", None, "is missing")]


def test_the_name_of_a_folder_changes_no_row(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = tmp_path / "kind=refund" / "amount_yen=99999"
    folder.mkdir(parents=True)

    Intake(connection).take(TRANSACTIONS, [parquet(folder)])

    assert standing(connection) == [("t1", 5, 1_657_933_200_000_000)]


@pytest.mark.parametrize(
    "column",
    [
        {"amount_yen": pa.array([5.0, 6.0])},
        {"amount_yen": pa.array(["5", "6"])},
        {"occurred_at": pa.array([0, 0], pa.timestamp("us"))},
        {"occurred_at": pa.array(["2022-07-16T10:00:00Z"] * 2)},
        {"transaction_id": pa.array([1, 2])},
        {"kind": pa.nulls(2)},
    ],
)
def test_a_parquet_file_of_other_types_is_refused(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, column: dict[str, pa.Array]
) -> None:
    [name] = column

    with pytest.raises(UnreadableFile, match=f"column {name} must hold"):
        Intake(connection).take(TRANSACTIONS, [parquet(tmp_path, **column)])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be opened"),
        (b"", "lacks the column transaction_id"),
        (b"a,b\n1,2\n", "lacks the column transaction_id"),
        (HEADER.replace("refunds", "kind").encode(), "lacks the column refunds"),
        (HEADER.replace("\n", ",kind\n").encode(), "has the column kind twice"),
        (b"PAR1 but no Parquet", "is not a whole Parquet file"),
        (b"\x80\xff,\x83\n", "neither Parquet nor CSV in UTF-8 or CP932"),
        ((HEADER + T1 + '"t2,a,top_up\n').encode(), "line 3: a quote is opened and never closed"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "transactions.csv"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=why):
        Intake(connection).take(TRANSACTIONS, [path])


def test_no_file_at_all_is_an_empty_table(connection: duckdb.DuckDBPyConnection) -> None:
    intake = Intake(connection)

    intake.take(ENROLMENTS, [])

    assert intake.tally(ENROLMENTS) == Tally("enrolments", 0, 0, 0)
