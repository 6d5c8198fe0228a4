"""The whole award from files whatever their rows: against the reference on rows that plain Python judged."""

from __future__ import annotations

import tracemalloc
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import ref

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from award.both_engines import enrolment, rule
from mynapoint.award import premium
from mynapoint.award.premium import Enrolment, Kind, Transaction
from mynapoint.programme.values import Yen
from mynapoint.provider import neighbours, noticing, summing
from mynapoint.provider.award_files import Inputs, Outcome, award_files
from mynapoint.provider.engines import DuckDB

AS_OF = datetime.fromisoformat("2022-08-31T00:00:00+09:00")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON_US = int(datetime.fromisoformat("2022-07-16T12:00:00+09:00").timestamp()) * 1_000_000
APPLIED = [enrolment(account="a"), enrolment(account="b", counts="purchase", elsewhere=4_000)]
OF_ONE_BIT = "hash({}) & (1::UBIGINT << 63)"
"""Half of all keys collide."""
SORTED_BY = ["database", "numpy", "numpy range by range"]

NUMBERS_A_RANGE = 4

Row = dict[str, Any]
SCHEMA = pa.schema(
    [
        ("transaction_id", pa.string()),
        ("account_id", pa.string()),
        ("kind", pa.string()),
        ("refunds", pa.string()),
        ("amount_yen", pa.int64()),
        ("occurred_at", pa.timestamp("us", "UTC")),
    ]
)
GOOD_US = st.sampled_from([NOON_US, NOON_US - 86_400_000_000, NOON_US + 60 * 86_400_000_000, 0])
BAD_US = st.sampled_from([None, -1, 2**63 - 1, 2**63 - 2, -(2**63) + 1, -(2**63) + 2, 8_000_000_000_000_000])
rows = st.fixed_dictionaries(
    {
        "transaction_id": st.sampled_from([f"t{number}" for number in range(9)])
        | st.sampled_from([None, "", "x" * 201]),
        "account_id": st.sampled_from(["a", "a", "a", "b", "c", "あ" * 200]) | st.sampled_from([None, "", "あ" * 201]),
        "kind": st.sampled_from(["top_up", "top_up", "purchase", "refund"]) | st.sampled_from([None, "", "TOP_UP"]),
        "refunds": st.none() | st.sampled_from(["", "t0", "t1", "t2"]),
        "amount_yen": st.sampled_from([1, 700, 4_000, 999_999_999_999])
        | st.sampled_from([None, 0, -5, 10**12, 2**63 - 1, -(2**63)]),
        "occurred_at": GOOD_US | BAD_US,
    }
)
sound = st.fixed_dictionaries(
    {
        "transaction_id": st.sampled_from([f"t{number}" for number in range(9)]),
        "account_id": st.sampled_from(["a", "a", "a", "b", "c"]),
        "kind": st.sampled_from(["top_up", "top_up", "purchase"]),
        "refunds": st.none() | st.just(""),
        "amount_yen": st.sampled_from([1, 700, 4_000]),
        "occurred_at": GOOD_US,
    }
)
refunds = st.builds(
    lambda row, number, of: row | {"transaction_id": f"r{number}", "kind": "refund", "refunds": f"t{of}"},
    sound,
    st.integers(0, 4),
    st.integers(0, 8),
)
files = st.lists(sound | sound | refunds | rows, max_size=14)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files, files)
@pytest.mark.parametrize("hashed", [neighbours._HASHED, OF_ONE_BIT], ids=["hashed", "hashes that collide"])
@pytest.mark.parametrize("by", SORTED_BY)
def test_any_files_give_what_the_reference_gives_on_the_rows_that_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str, hashed: str, first: list[Row], second: list[Row]
) -> None:
    monkeypatch.setattr(neighbours, "_HASHED", hashed)
    sort_by(by, monkeypatch)
    good = [transaction(row) for row in first + second if is_good(row)]
    standing = premium.first_of_each_id(good)

    found = award(tmp_path, first, second)

    assert awards_of(found) == premium.awards(rule(), AS_OF, APPLIED, good, {})
    [tally] = [tally for tally in found.taken.tallies if tally.table == "transactions"]
    wrong = [row for row in standing if is_wrong_refund(row, standing)]
    assert tally.rows == len(first + second)
    assert tally.accepted == len(standing) - len(wrong)
    assert tally.repeated == sum(count - 1 for row, count in Counter(good).items() if row in standing)
    assert len(lines_set_aside(found.rejects_file)) == tally.set_aside
    assert found.taken.not_enrolled == sum(row.account_id not in "ab" for row in standing if row not in wrong)


@pytest.mark.parametrize("by", SORTED_BY)
def test_a_row_repeated_in_another_file_counts_once_and_its_refund_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    sort_by(by, monkeypatch)
    use = a_row("t1", 4_000)
    refund = a_row("r1", 1_000, kind="refund", refunds="t1")

    found = award(tmp_path, [use, refund], [use, refund, a_row("t2", 400)])

    assert awards_of(found) == {"A-a": 850}
    [tally] = [tally for tally in found.taken.tallies if tally.table == "transactions"]
    assert (tally.rows, tally.accepted, tally.repeated, tally.set_aside) == (5, 3, 2, 0)


def test_of_one_id_with_two_contents_the_smaller_stands_and_is_refunded(tmp_path: Path) -> None:
    uses = [a_row("t1", 4_000), a_row("t1", 2_000)]

    found = award(tmp_path, uses, [a_row("r1", 400, kind="refund", refunds="t1")])

    assert awards_of(found) == {"A-a": 400}


def test_a_use_is_worth_what_its_refund_leaves(tmp_path: Path) -> None:
    found = award(tmp_path, [a_row("r1", 400, kind="refund", refunds="t1")], [a_row("t1", 4_000), a_row("t2", 40)])

    assert awards_of(found) == {"A-a": 910}


@pytest.mark.parametrize(
    "bad",
    [
        {"transaction_id": None},
        {"transaction_id": ""},
        {"transaction_id": "x" * 201},
        {"account_id": None},
        {"account_id": ""},
        {"account_id": "あ" * 201},
        {"kind": None},
        {"kind": "TOP_UP"},
        {"kind": "refund"},
        {"refunds": "t1"},
        {"kind": "refund", "refunds": ""},
        {"amount_yen": None},
        {"amount_yen": 0},
        {"amount_yen": -(2**63)},
        {"amount_yen": 1_000_000_000_000},
        {"occurred_at": None},
        {"occurred_at": -1},
        {"occurred_at": 7_258_118_400_000_000},
    ],
    ids=str,
)
def test_a_bad_row_of_a_parquet_file_is_not_plain(tmp_path: Path, bad: Row) -> None:
    found = award(tmp_path, [a_row("t1", 4_000), a_row("t2", 4_000) | bad], [])

    assert awards_of(found) == {"A-a": 1_000}
    assert found.taken.tallies[1].set_aside == 1
    assert len(lines_set_aside(found.rejects_file)) == 1


def test_a_row_that_names_no_account_is_set_aside_once_whatever_else_it_is(tmp_path: Path) -> None:
    nobody: Row = {"account_id": None}
    twice, amount = a_row("t3", 400) | nobody, a_row("t4", 0) | nobody
    refund, refunded = a_row("r1", 100, kind="refund", refunds="t5") | nobody, a_row("t5", 400) | nobody

    found = award(tmp_path, [a_row("t1", 4_000), a_row("t2", 400) | nobody, twice, amount], [twice, refund, refunded])

    assert awards_of(found) == {"A-a": 1_000}
    [tally] = [tally for tally in found.taken.tallies if tally.table == "transactions"]
    assert (tally.rows, tally.accepted, tally.repeated, tally.set_aside) == (7, 1, 0, 6)
    assert len(lines_set_aside(found.rejects_file)) == 6


@pytest.mark.parametrize("at", [2**63 - 1, 2**63 - 2, -(2**63) + 1, -(2**63) + 2, -9_223_372_022_400_000_000])
def test_an_instant_at_the_ends_of_what_a_file_can_hold_is_set_aside_and_stops_nothing(tmp_path: Path, at: int) -> None:
    found = award(tmp_path, [a_row("t1", 4_000), a_row("t2", 4_000) | {"occurred_at": at}], [])

    assert awards_of(found) == {"A-a": 1_000}
    assert found.taken.tallies[1].set_aside == 1


@pytest.mark.parametrize("by", SORTED_BY)
@pytest.mark.parametrize(
    "other",
    [{"amount_yen": 4_001}, {"occurred_at": NOON_US + 1}, {"account_id": "b"}, {"kind": "purchase"}],
    ids=str,
)
def test_rows_of_one_id_that_differ_in_the_least_are_not_repeated_but_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str, other: Row
) -> None:
    sort_by(by, monkeypatch)

    found = award(tmp_path, [a_row("t1", 4_000) | other], [a_row("t1", 4_000)])

    [tally] = [tally for tally in found.taken.tallies if tally.table == "transactions"]
    assert (tally.rows, tally.accepted, tally.repeated, tally.set_aside) == (2, 1, 0, 1)


@pytest.mark.parametrize("by", SORTED_BY)
def test_a_repeated_refund_of_a_repeated_use_takes_off_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    sort_by(by, monkeypatch)
    use, refund = a_row("t1", 4_000), a_row("r1", 1_000, kind="refund", refunds="t1")

    found = award(tmp_path, [refund, use, a_row("t2", 400)], [use, refund])

    assert awards_of(found) == {"A-a": 850}


BITS = 8
HASHES = st.integers(0, 2**56 - 1) | st.sampled_from([0, 1, 2**55 - 1, 2**55, 2**56 - 1])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hashes=st.lists(HASHES, min_size=1, max_size=40), again=st.lists(st.integers(0, 99), max_size=6))
def test_rows_of_one_key_are_found_range_by_range_as_by_counting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashes: list[int], again: list[int]
) -> None:
    sort_by("numpy range by range", monkeypatch)
    hashes = hashes + [hashes[place % len(hashes)] for place in again]

    found = places_by_range(hashes, tmp_path)

    counted = Counter(hashes)
    expected = [place for place, one in enumerate(hashes) if one == 0 or counted[one] > 1]
    ranges = len(hashes) // NUMBERS_A_RANGE + 2
    edges = [number * 2**64 // ranges >> BITS for number in range(1, ranges)]
    most = max(Counter(bisect(edges, one) for one in hashes).values())
    assert found == (expected if most <= NUMBERS_A_RANGE else None)


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_numbers_are_compared_across_blocks(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    numpy = pytest.importorskip("numpy")
    monkeypatch.setattr(neighbours, "_COMPARED_AT_ONCE", at_once)
    hashes = [0, 3, 4, 4, 5, 6, 6, 6, 7, 8, 9, 9]

    numbers = numpy.array([(one << BITS) + place for place, one in enumerate(hashes)], "uint64")
    found = neighbours._gathered(neighbours._places(numbers, BITS), len(numbers))

    assert found.tolist() == [0, 2, 3, 5, 6, 7, 10, 11]


@pytest.mark.parametrize(("by", "times"), [("numpy", 0), ("numpy range by range", 0), ("numpy range by range", 1)])
def test_a_search_stops_between_two_parts_when_it_is_not_wanted_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str, times: int
) -> None:
    sort_by(by, monkeypatch)
    asked = iter([True] * times)

    with duckdb.connect() as connection, pytest.raises(duckdb.InterruptException):
        neighbours.search_places(
            connection, "SELECT 7::UBIGINT", most=10, bits=BITS, scratch=tmp_path, wanted=lambda: next(asked, False)
        )


@pytest.mark.parametrize("aside", [True, False])
def test_places_found_are_let_go_once_they_are_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aside: bool
) -> None:
    sort_by("numpy", monkeypatch)
    if not aside:
        monkeypatch.setattr(summing, "_SHARE_OF_MEMORY", 2**62)
    keep, add, found, alive = neighbours.keep_places, noticing._add_faults, list[Any](), list[bool]()

    def note_and_keep(connection: DuckDB, places: Any, numbers: str, *, bits: int) -> None:
        found.append(ref(places))
        keep(connection, places, numbers, bits=bits)

    def look_and_add(*given: Any) -> None:
        alive.append(found[-1]() is not None)
        add(*given)

    monkeypatch.setattr(noticing, "keep_places", note_and_keep)
    monkeypatch.setattr(noticing, "_add_faults", look_and_add)

    award(tmp_path, [a_row("t1", 4_000), a_row("t1", 4_000)])

    assert alive == [False, False, False]


def test_where_all_rows_are_repeated_their_places_are_taken_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    numpy = pytest.importorskip("numpy")
    monkeypatch.setattr(neighbours, "_COMPARED_AT_ONCE", 1 << 10)
    numbers = numpy.arange(1 << 17, dtype="uint64") + numpy.uint64(1 << 50)

    tracemalloc.start()
    found = sum(1 for some in neighbours._places(numbers, 50) for _ in some)
    at_once = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found == len(numbers)
    assert at_once < numbers.nbytes / 4


def test_the_database_sorts_where_too_many_files_would_be_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sort_by("numpy range by range", monkeypatch)
    most = NUMBERS_A_RANGE * (neighbours._RANGES_MOST - 2)

    for count, found in ((most, []), (most + NUMBERS_A_RANGE, None)):
        hashes = [1 + number * (2**54 - 1) // count for number in range(count)]
        assert places_by_range(hashes, tmp_path, bits=10) == found


def test_what_breaks_off_while_hashes_are_handed_over_is_an_error_of_the_database() -> None:
    with duckdb.connect(config={"memory_limit": "40MB", "temp_directory": ""}) as connection:
        with pytest.raises(duckdb.OutOfMemoryException):
            list(neighbours._batches(connection, "SELECT hash(range) AS one FROM range(20_000_000) ORDER BY one"))
        with pytest.raises(duckdb.InvalidInputException, match="no number"):
            list(
                neighbours._batches(
                    connection, "SELECT if(range = 9_000_000, error('no number'), 1) FROM range(10_000_000)"
                )
            )


def places_by_range(hashes: list[int], scratch: Path, *, bits: int = BITS) -> list[int] | None:
    numbers = [(one << bits) + place for place, one in enumerate(hashes)]
    with duckdb.connect() as connection:
        query = f"SELECT unnest({numbers}::UBIGINT[]) AS number"
        found = neighbours._places_by_range(
            connection, query, most=len(hashes), bits=bits, scratch=scratch, wanted=lambda: True
        )
    return None if found is None else sorted(found.tolist())


@pytest.mark.parametrize("by", SORTED_BY)
@pytest.mark.parametrize("long", ["x" * 201, "\u3042" * 100, "\u3042" * 201], ids=len)
def test_one_long_id_in_files_of_two_kinds_is_one_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str, long: str
) -> None:
    sort_by(by, monkeypatch)
    text = tmp_path / "transactions.csv"
    head = ",".join(SCHEMA.names)
    text.write_text(
        f"{head}\n{long},a,top_up,,4000,2022-07-16T12:00:00+09:00\nt2,a,top_up,,400,2022-07-16T12:00:00+09:00\n"
    )

    found = award(tmp_path, [a_row(long, 4_000)], more=[text])

    [tally] = [tally for tally in found.taken.tallies if tally.table == "transactions"]
    fits = len(long) <= 200
    assert awards_of(found) == {"A-a": 1_100 if fits else 100}
    assert (tally.accepted, tally.repeated, tally.set_aside) == ((2, 1, 0) if fits else (1, 0, 2))


def sort_by(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let NumPy find repeated ids; or the database, and the sum come in turn, as where there is too little memory."""
    if what.startswith("numpy"):
        pytest.importorskip("numpy")
        if what != "numpy":
            room = NUMBERS_A_RANGE * neighbours._BYTES_A_NUMBER * neighbours._SHARE_OF_MEMORY
            monkeypatch.setattr(neighbours, "database_bytes", lambda _: room)
    else:
        monkeypatch.setattr(neighbours, "_numpy", lambda: None)
        monkeypatch.setattr(summing, "_SHARE_OF_MEMORY", 2**62)


def award(folder: Path, *ledgers: list[Row], more: Sequence[Path] = ()) -> Outcome:
    """Run the award on files of rows, and on more files, with DuckDB."""
    enrolments, paths = folder / "enrolments.parquet", []
    pq.write_table(pa.Table.from_pylist([enrolment_row(one) for one in APPLIED]), enrolments)
    for number, ledger in enumerate(ledgers):
        paths.append(folder / f"transactions-{number}.parquet")
        pq.write_table(pa.Table.from_pylist(ledger, SCHEMA), paths[-1])
    return award_files(rule(), AS_OF, Inputs(enrolments, (*paths, *more)), folder / "out")


def awards_of(outcome: Outcome) -> dict[str, int]:
    table = pq.read_table(outcome.awards_file)
    return dict(zip(table["application_id"].to_pylist(), table["points"].to_pylist(), strict=True))


def lines_set_aside(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[1:]


def a_row(transaction_id: str, yen: int, *, kind: str = "top_up", refunds: str | None = None) -> Row:
    values = (transaction_id, "a", kind, refunds, yen, NOON_US)
    return dict(zip(SCHEMA.names, values, strict=True))


def enrolment_row(one: Enrolment) -> Row:
    return {
        "application_id": one.application_id,
        "account_id": one.account_id,
        "counts": str(one.counts),
        "applied_at": one.applied_at,
        "points_elsewhere": int(one.points_elsewhere),
    }


def is_good(row: Row) -> bool:
    """Say whether a row can count, by the words of docs/providers.md rather than by our SQL."""
    texts = all(row[name] and len(row[name]) <= 200 for name in ("transaction_id", "account_id"))
    instant = row["occurred_at"] is not None and 0 <= row["occurred_at"] < 7_258_118_400_000_000
    amount = row["amount_yen"] is not None and 1 <= row["amount_yen"] <= 999_999_999_999
    refund = bool(row["refunds"]) == (row["kind"] == "refund") and row["refunds"] != row["transaction_id"]
    return texts and instant and amount and refund and row["kind"] in tuple(Kind)


def is_wrong_refund(row: Transaction, standing: list[Transaction]) -> bool:
    if row.kind is not Kind.REFUND:
        return False
    originals = [one for one in standing if one.transaction_id == row.refunds]
    return any(one.kind is Kind.REFUND or one.account_id != row.account_id for one in originals)


def transaction(row: Row) -> Transaction:
    instant = EPOCH + timedelta(microseconds=row["occurred_at"])
    refunded = row["refunds"] or None
    amount, kind = Yen(row["amount_yen"]), Kind(row["kind"])
    return Transaction(row["transaction_id"], row["account_id"], kind, refunded, amount, instant)
