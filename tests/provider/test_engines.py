"""The engines on a store's own tables: session time zones, limits, names, and what DuckDB may reach."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from award.both_engines import enrolment, fill, on_duckdb, rule, use
from mynapoint.award import premium, schemas, tables
from mynapoint.programme.values import Points
from mynapoint.provider import engines
from mynapoint.provider.engines import BadMemory, duckdb_bytes, open_duckdb

AS_OF = datetime.fromisoformat("2022-08-31T00:00:00+09:00")
ROWS = [
    use("t0", 400, "2022-07-15T23:59:59.999999+09:00"),
    use("t1", 4_000, "2022-07-16T00:00:00+09:00"),
    use("t2", 40_000, "2022-08-01T00:00:00+09:00"),
]
NEXT_DAY = rule(effective="next_day")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_no_session_time_zone_moves_a_border(zone: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = ?", [zone])

        found = on_duckdb(connection, NEXT_DAY, AS_OF, [enrolment()], ROWS, {})

    assert found == premium.awards(NEXT_DAY, AS_OF, [enrolment()], ROWS, {}) == {"A-SP00001234": 1_000}


@pytest.mark.parametrize("unique", [True, False])
def test_a_store_without_repeated_rows_gets_the_same_by_the_short_way(unique: bool) -> None:
    with duckdb.connect() as connection:
        found = on_duckdb(connection, rule(), AS_OF, [enrolment()], ROWS, {}, unique=unique)

    assert found == {"A-SP00001234": 1_100}


def test_several_lines_posted_to_one_application_are_summed() -> None:
    with duckdb.connect() as connection:
        fill(connection, [enrolment()], ROWS, {"A-SP00001234": Points(300)})
        connection.execute("INSERT INTO p VALUES ('A-SP00001234', 500), ('A-unknown', 7)")

        for run in (engines.run_duckdb, engines.run_reference):
            result = run(connection, rule(), AS_OF, enrolments="main.e", transactions="t", posted="p")
            assert connection.execute(f"SELECT * FROM {result}").fetchall() == [("A-SP00001234", 300)]


def test_the_largest_amounts_overflow_nothing() -> None:
    rows = [use(f"t{number}", 999_999_999_999, "2022-07-16T10:00:00+09:00") for number in range(2_000)]

    for by in (rule(), rule(rounding="each")):
        with duckdb.connect() as connection:
            assert on_duckdb(connection, by, AS_OF, [enrolment()], rows, {}) == {"A-SP00001234": 5_000}


def test_the_expressions_read_the_columns_that_the_schemas_list() -> None:
    for schema, table in (
        (schemas.ENROLMENTS, tables.ENROLMENTS),
        (schemas.TRANSACTIONS, tables.TRANSACTIONS),
        (schemas.POSTED, tables.POSTED),
    ):
        kinds = {"text": "string", "whole": "int64", "instant": "timestamp(6)"}
        listed = {column.name: kinds[column.type] for column in schema.columns}
        assert {name: str(kind) for name, kind in table.schema().items()} == listed


@pytest.mark.parametrize("run", [engines.run_duckdb, engines.run_reference])
def test_an_instant_without_zone_is_refused(run: object) -> None:
    with duckdb.connect() as connection, pytest.raises(ValueError, match="time zone"):
        run(  # type: ignore[operator]
            connection,
            rule(),
            AS_OF.replace(tzinfo=None),
            enrolments="e",
            transactions="t",
            posted=None,
        )


def test_only_names_reach_the_statements() -> None:
    with duckdb.connect() as connection, pytest.raises(ValueError, match="not the name of a table"):
        engines.run_duckdb(connection, rule(), AS_OF, enrolments="e; DROP TABLE t", transactions="t", posted=None)


def test_a_database_reaches_only_the_files_it_was_opened_for(tmp_path: Path) -> None:
    allowed, other, spill = tmp_path / "allowed.csv", tmp_path / "other.csv", tmp_path / "spill"
    spill.mkdir()
    for path in (allowed, other):
        path.write_text("a\n1\n")

    with open_duckdb(memory="100MB", spill=spill, readable=[allowed], writable=[]) as connection:
        assert connection.execute(f"SELECT a FROM read_csv('{allowed}')").fetchall() == [(1,)]
        connection.execute(f"COPY (SELECT 1) TO '{spill}/out.csv'")
        for statement in (
            f"SELECT * FROM read_csv('{other}')",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            f"ATTACH '{tmp_path}/other.duckdb'",
            "INSTALL httpfs",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)


@pytest.mark.parametrize("memory", ["2", "lots", "2GB; DROP", "-1GB", ""])
def test_an_amount_of_memory_that_is_none_is_refused(memory: str, tmp_path: Path) -> None:
    with pytest.raises(BadMemory):
        open_duckdb(memory=memory, spill=tmp_path, readable=[], writable=[])


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("2GB", 1_500_000_000),
        ("1GiB", 666_367_641),
        ("700MB", 350_000_000),
        ("100 mb", 50_000_000),
        ("0.5GB", 250_000_000),
    ],
)
def test_the_database_gets_less_memory_than_the_whole_process_may_take(asked: str, given: int) -> None:
    assert duckdb_bytes(asked) == given


def test_the_memory_limit_is_kept_by_spilling(tmp_path: Path) -> None:
    with open_duckdb(memory="100MB", spill=tmp_path, readable=[], writable=[]) as connection:
        connection.execute("CREATE TEMP TABLE large AS SELECT hash(i)::VARCHAR AS text FROM range(6000000) r(i)")

        used = connection.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchone()

        assert used is not None
        assert used[0] <= 100_000_000
        assert connection.execute("SELECT count(*) FROM large").fetchone() == (6_000_000,)
