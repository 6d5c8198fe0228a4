"""Sum and search in threads of their own: where there is memory for them, and never longer than they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from time import sleep

import duckdb
import pytest

from award.both_engines import rule
from mynapoint.provider.beside import Wanted
from mynapoint.provider.engines import DuckDB, open_duckdb
from mynapoint.provider.summing import Summing, summing

AS_OF = datetime.fromisoformat("2022-08-31T00:00:00+09:00")
APPLIED = "TIMESTAMPTZ '2022-07-01 12:00:00+09'"
USED = "TIMESTAMPTZ '2022-07-16 12:00:00+09'"
ROWS = f"SELECT 'a1' AS account_id, 'top_up' AS kind, 700 AS amount_yen, {USED} AS occurred_at"
MEMORY = "100MB"
"""The database gets half of it, and the sum at most a quarter of that: some 62,500 applications at 200 bytes."""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[DuckDB]:
    with open_duckdb(memory=MEMORY, spill=tmp_path, readable=[], writable=[]) as opened:
        yield opened


def test_rows_are_summed_under_their_applications_where_the_connection_sees_it(connection: DuckDB) -> None:
    enrol(connection, 3)

    with summing(connection, rule(), AS_OF) as sums:
        sums.begin(f"{ROWS} UNION ALL {ROWS}")
        sums.wait()

    found = connection.execute(
        "SELECT account_id, matured::BIGINT FROM award_gross JOIN award_terms USING (application_id)"
    )
    assert sums.made
    assert found.fetchall() == [("a1", 1_400)]


@pytest.mark.parametrize(("applications", "aside"), [(62_000, True), (63_000, False)])
def test_so_many_applications_are_summed_aside_as_take_a_small_share_of_memory(
    connection: DuckDB, monkeypatch: pytest.MonkeyPatch, applications: int, aside: bool
) -> None:
    enrol(connection, applications)
    waited: list[Summing] = []
    monkeypatch.setattr(Summing, "wait", lambda sums: waited.append(sums))  # noqa: PLW0108 (no bound method)

    with summing(connection, rule(), AS_OF) as sums:
        sums.begin(ROWS)

    assert waited == ([] if aside else [sums])


def test_rows_are_searched_while_the_caller_goes_on(connection: DuckDB) -> None:
    under_way, gone_on = Event(), Event()

    def places(cursor: DuckDB, _: Wanted) -> object:
        under_way.set()
        return gone_on.wait(timeout=60) and cursor.execute("SELECT 7").fetchall()

    with summing(connection, rule(), AS_OF) as sums:
        found = sums.search(places, applications=62_000)
        assert under_way.wait(timeout=20)
        gone_on.set()

        assert found() == [(7,)]


def test_where_memory_is_short_rows_are_searched_when_they_are_asked_for(connection: DuckDB) -> None:
    searched: list[DuckDB] = []

    with summing(connection, rule(), AS_OF) as sums:
        found = sums.search(lambda cursor, _: searched.append(cursor), applications=63_000)

        assert searched == []
        found()

    assert searched == [connection]


@pytest.mark.parametrize(
    ("account", "sound"),
    [("b", True), ("", False), (None, False), ("\u3042" * 200, True), ("\u3042" * 201, False), ("x" * 201, False)],
    ids=["unknown", "empty", "none", "200 letters", "201 letters", "201 bytes"],
)
def test_the_sum_says_whether_every_row_names_an_account(connection: DuckDB, account: str | None, sound: bool) -> None:
    enrol(connection, 3)
    connection.execute("CREATE TABLE named AS SELECT ?::VARCHAR AS account_id", [account])
    other = f"SELECT account_id, 'purchase' AS kind, 1 AS amount_yen, {USED} AS occurred_at FROM named"

    with summing(connection, rule(), AS_OF) as sums:
        all_name_accounts = sums.begin(f"{ROWS} UNION ALL {other}")

        assert all_name_accounts() is sound
        assert sums.made


def test_a_sum_that_breaks_off_is_not_taken_for_made(connection: DuckDB) -> None:
    enrol(connection, 3)

    with summing(connection, rule(), AS_OF) as sums:
        sums.begin(f"{ROWS} WHERE error('the file is damaged') IS NULL")

        with pytest.raises(duckdb.Error, match="the file is damaged"):
            sums.wait()


def test_a_sum_that_is_not_wanted_any_more_is_broken_off(connection: DuckDB) -> None:
    enrol(connection, 3)
    for_seconds = f"{ROWS} FROM range(500_000_000)"

    with summing(connection, rule(), AS_OF) as sums:
        sums.begin(for_seconds)

    assert is_broken_off(sums)


def test_a_search_that_is_not_wanted_any_more_is_broken_off(connection: DuckDB) -> None:
    under_way = Event()

    def for_minutes(cursor: DuckDB, _: Wanted) -> object:
        under_way.set()
        return cursor.execute("SELECT sum(sqrt(range)) FROM range(100_000_000_000)").fetchall()

    with summing(connection, rule(), AS_OF) as sums:
        found = sums.search(for_minutes, applications=3)
        assert under_way.wait(timeout=60)

    with pytest.raises(duckdb.InterruptException):
        found()


def test_a_search_that_runs_no_statement_is_told_that_it_is_not_wanted_any_more(connection: DuckDB) -> None:
    with summing(connection, rule(), AS_OF) as sums:
        found = sums.search(lambda _, wanted: came_true(lambda: not wanted()), applications=3)

    assert found()


def test_a_sum_is_broken_off_while_a_search_cannot_be(connection: DuckDB) -> None:
    enrol(connection, 3)

    with summing(connection, rule(), AS_OF) as sums:
        found = sums.search(lambda *_: came_true(lambda: sums.made), applications=3)
        sums.begin(f"{ROWS} FROM range(100_000_000_000)")

    assert found()
    assert is_broken_off(sums)


def came_true(what: Callable[[], bool]) -> bool:
    """Wait for what a search is to see, and say whether it came before long."""
    for _ in range(2_000):
        if what():
            return True
        sleep(0.01)
    return False


def enrol(connection: DuckDB, applications: int) -> None:
    connection.execute(
        f"CREATE TEMP TABLE taken_enrolments AS SELECT 'A' || i AS application_id, 'a' || i AS account_id, "
        f"'top_up' AS counts, {APPLIED} AS applied_at, 0 AS points_elsewhere FROM range({applications}) AS numbers(i)"
    )


def is_broken_off(sums: Summing) -> bool:
    try:
        sums.wait()
    except duckdb.InterruptException:
        return True
    return False
