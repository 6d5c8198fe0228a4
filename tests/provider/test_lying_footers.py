"""A page that rotted after its footer was written takes nothing back: the file is refused by its name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from award.both_engines import enrolment, rule
from mynapoint.provider import lying_footers
from mynapoint.provider.award_files import Inputs, Outcome, award_files
from mynapoint.provider.table_files import UnreadableFile

AS_OF = datetime.fromisoformat("2022-08-31T00:00:00+09:00")
NOON = datetime.fromisoformat("2022-07-16T12:00:00+09:00")
ROTTEN = -7_000_000
AFTER_USE, THRESHOLD = {"kind": "after_use", "hours": 0}, {"kind": "threshold", "months": 0, "day": 1}


@pytest.mark.parametrize("keys", [{}, {"rounding": "each"}, {"schedule": AFTER_USE}, {"minimum_yen": 200}], ids="".join)
def test_a_file_with_an_amount_that_its_footer_rules_out_is_refused_by_name(
    tmp_path: Path, keys: dict[str, Any]
) -> None:
    sound = write(tmp_path, "sound", use("t1", 400), use("t2", 4_000, account="other"))
    rotten = rot(write(tmp_path, "rotten", use("t3", 401, account="other"), use("t4", 403), use("t5", 402)), 403)

    with pytest.raises(UnreadableFile, match=r"rotten.parquet: is damaged: row 2 has an amount of -7,000,000 yen"):
        award(tmp_path, sound, rotten, **keys)

    assert list((tmp_path / "out").iterdir()) == []


def test_an_amount_that_a_footer_rules_out_is_noticed_beside_what_is_taken_off(tmp_path: Path) -> None:
    rows = use("t1", 7_000_500), use("t2", 403), use("t3", 402)
    rotten = rot(write(tmp_path, "rotten", *rows), 403)
    refund = use("r1", 7_000_000, kind="refund", refunds="t1")

    with pytest.raises(UnreadableFile, match=r"rotten.parquet: is damaged: row 2 "):
        award(tmp_path, write(tmp_path, "refunds", refund), rotten)


def test_a_bad_amount_that_its_footer_tells_is_set_aside_and_no_damage(tmp_path: Path) -> None:
    bad = write(tmp_path, "bad", use("t1", 400), use("t2", ROTTEN), use("t3", 0))

    assert award(tmp_path, bad).points_to_post == 100
    with duckdb.connect() as connection:
        lying_footers._refuse_amounts(connection, bad)


@pytest.mark.parametrize("keys", [{}, {"rounding": "each"}, {"schedule": THRESHOLD}], ids="".join)
def test_sound_rows_are_not_refused_whatever_is_refunded_and_repeated(tmp_path: Path, keys: dict[str, Any]) -> None:
    refunds = [use(f"r{number}", 999_999_999_999, kind="refund", refunds="t1") for number in range(3)]
    rows = [use("t1", 400), use("t1", 400), use("t1", 399), use("t2", 1), *refunds]

    found = award(tmp_path, write(tmp_path, "first", *rows), write(tmp_path, "again", *rows), **keys)

    assert (found.points_to_post, found.points_to_take_back) == (0, 0)


def test_what_no_file_is_to_blame_for_is_a_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rotten = rot(write(tmp_path, "rotten", use("t4", 403), use("t5", 402)), 403)
    monkeypatch.setattr(lying_footers, "_refuse_amounts", lambda *_: None)

    with pytest.raises(lying_footers.LessThanNothing):
        award(tmp_path, rotten)


INSTANT = pa.timestamp("us", "UTC")


def use(transaction_id: str, yen: int, *, account: str = "a", kind: str = "top_up", refunds: str = "") -> list[Any]:
    return [transaction_id, account, kind, refunds or None, yen, NOON]


def write(folder: Path, name: str, *rows: list[Any]) -> Path:
    names = ["transaction_id", "account_id", "kind", "refunds", "amount_yen", "occurred_at"]
    schema = pa.schema([(one, pa.string()) for one in names[:4]] + [(names[4], pa.int64())] + [(names[5], INSTANT)])
    table = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema)
    pq.write_table(table, folder / f"{name}.parquet", compression="none", use_dictionary=False)
    return folder / f"{name}.parquet"


def rot(path: Path, yen: int) -> Path:
    """Let an amount be ``ROTTEN`` in its page, and nothing of it be said in the footer."""
    chunk = pq.read_metadata(path).row_group(0).column(4)
    held, page = bytearray(path.read_bytes()), chunk.data_page_offset
    at = held.rindex(yen.to_bytes(8, "little"), page, page + chunk.total_compressed_size)
    held[at : at + 8] = ROTTEN.to_bytes(8, "little", signed=True)
    path.write_bytes(held)
    return path


def award(folder: Path, *transactions: Path, **keys: Any) -> Outcome:
    one = enrolment(account="a")
    row: dict[str, Any] = {"application_id": one.application_id, "account_id": "a", "counts": str(one.counts)}
    row |= {"applied_at": one.applied_at, "points_elsewhere": 0}
    pq.write_table(pa.Table.from_pylist([row]), folder / "enrolments.parquet")
    return award_files(rule(**keys), AS_OF, Inputs(folder / "enrolments.parquet", transactions), folder / "out")
