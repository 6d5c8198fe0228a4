"""`mynapoint award --reissued`: a lost card and the one that replaced it are one account, by every engine."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from cli.award_folder import ENROLMENTS, REISSUED, TRANSACTIONS, award, points, rejects, write_folder

NEW = "SP00005678,SP00001234,2022-07-20T10:00:00+09:00\n"
NEWER = "SP00009012,SP00005678,2022-07-25T10:00:00+09:00\n"
USES = (
    "t1,SP00001234,top_up,,15000,2022-07-16T10:00:00+09:00\n"
    "t2,SP00005678,top_up,,9000,2022-07-22T10:00:00+09:00\n"
    "t3,SP00009012,top_up,,9000,2022-07-28T10:00:00+09:00\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_folder(tmp_path)
    write(tmp_path, USES)
    write(tmp_path, NEWER + NEW, name="reissued.csv", header=REISSUED)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, rows: str, *, name: str = "transactions.csv", header: str = TRANSACTIONS) -> None:
    (folder / name).write_text(header + rows, encoding="utf-8")


@pytest.mark.parametrize("engine", ["duckdb", "reference"])
def test_old_and_new_cards_together_never_exceed_the_cap(folder: Path, engine: str) -> None:
    assert award("--engine", engine).exit_code == 0
    assert points(folder) == {"A1": 3_750}

    done = award("--engine", engine, "--reissued", "reissued.csv")

    assert done.exit_code == 0, done.output
    assert points(folder) == {"A1": 5_000}
    assert "reissued      rows in 2 = accepted 2 + set aside 0 + repeated 0" in done.output
    assert "of accounts without an application 0" in done.output


def test_the_order_and_the_files_of_a_chain_do_not_matter(folder: Path) -> None:
    write(folder, NEW, name="july.csv", header=REISSUED)
    write(folder, NEWER + NEW, name="august.csv", header=REISSUED)

    done = award("--reissued", "august.csv", "--reissued", "july.csv")

    assert points(folder) == {"A1": 5_000}
    assert "reissued      rows in 3 = accepted 2 + set aside 0 + repeated 1" in done.output


def test_a_second_application_on_the_new_card_is_set_aside_whichever_is_earlier_stands(folder: Path) -> None:
    later = "A2,SP00009012,top_up,2022-07-26T10:00:00+09:00,0\n"
    earlier = "A0,SP00005678,top_up,2022-07-01T10:00:00+09:00,0\n"
    first = (folder / "enrolments.csv").read_text(encoding="utf-8").removeprefix(ENROLMENTS)
    write(folder, later + earlier + first, name="enrolments.csv", header=ENROLMENTS)

    award("--reissued", "reissued.csv")

    assert points(folder) == {"A0": 5_000}
    assert sorted(row[3] for row in rejects(folder)) == ["serves application A0 already"] * 2


def test_a_refund_on_the_new_card_takes_off_a_use_of_the_old_one(folder: Path) -> None:
    write(folder, USES.splitlines()[0] + "\nr1,SP00005678,refund,t1,5000,2022-07-30T10:00:00+09:00\n")

    award()
    assert [row[3] for row in rejects(folder)] == ["names a transaction of another account"]
    award("--reissued", "reissued.csv")

    assert rejects(folder) == []
    assert points(folder) == {"A1": 2_500}


def test_one_use_told_of_under_both_cards_counts_once(folder: Path) -> None:
    use = USES.splitlines()[0]
    write(folder, use + "\n" + use.replace("SP00001234", "SP00005678") + "\n")

    done = award("--reissued", "reissued.csv")

    assert points(folder) == {"A1": 3_750}
    assert "transactions  rows in 2 = accepted 1 + set aside 0 + repeated 1" in done.output


def test_wrong_rows_are_set_aside_with_their_reason_and_rename_nothing(folder: Path) -> None:
    at = "2022-07-20T10:00:00+09:00"
    rows = [
        f"SP00001234,SP00001234,{at}",
        "SPX,SP00001234,2022-07-21T10:00:00+09:00",
        f"C1,C2,{at}",
        f"C2,C3,{at}",
        f"C3,C1,{at}",
        f"C4,C1,{at}",
        "SP00005678,OTHER,2022-07-21T10:00:00+09:00",
        "SPY,SP00001234,2022-07-20",
    ]
    write(folder, NEW + "\n".join(rows) + "\n", name="reissued.csv", header=REISSUED)

    done = award("--reissued", "reissued.csv")

    circle = "leads back to no first account: a circle, or more than 1,000 in a row"
    assert rejects(folder) == [
        ["3", "replaces", "SP00001234", "an account cannot replace itself"],
        ["4", "replaces", "SP00001234", "was replaced by SP00005678 already"],
        ["5", "replaces", "C2", circle],
        ["6", "replaces", "C3", circle],
        ["7", "replaces", "C1", circle],
        ["8", "replaces", "C1", "was replaced by C3 already"],
        ["9", "account_id", "SP00005678", "stands with other content in reissued.csv line 2"],
        ["10", "reissued_at", "2022-07-20", "must be an instant such as 2022-07-15T10:00:00+09:00"],
    ]
    assert points(folder) == {"A1": 5_000}
    assert "reissued      rows in 9 = accepted 1 + set aside 8 + repeated 0" in done.output


@pytest.mark.parametrize(("length", "accepted"), [(1_000, 1_000), (1_200, 1_000)])
def test_a_chain_has_an_end(folder: Path, length: int, accepted: int) -> None:
    at = "2022-07-20T10:00:00+09:00"
    names = ["SP00001234", *(f"C{number:04}" for number in range(length))]
    rows = "".join(f"{new},{old},{at}\n" for old, new in pairwise(names))
    write(folder, rows, name="reissued.csv", header=REISSUED)

    done = award("--reissued", "reissued.csv")

    assert f"rows in {length:,} = accepted {accepted:,} + set aside {length - accepted:,}" in done.output
