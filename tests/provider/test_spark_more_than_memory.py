"""More rows than Spark's workers can hold: they spill to disk, and the answer is DuckDB's."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from award.both_engines import rule
from mynapoint.provider import engines
from mynapoint.provider.spark import run_spark
from mynapoint.provider.spark_session import open_spark
from provider.spark_here import require_spark

if TYPE_CHECKING:
    from pyspark import SparkContext

pytestmark = [pytest.mark.nightly, pytest.mark.spark, pytest.mark.filterwarnings("ignore::ResourceWarning")]

TRANSACTIONS = 6_000_000
ACCOUNTS = 200_000
LEAST_MEMORY_MB = 450
"""Spark refuses executors of less. 300 MB are its own, and of the rest it gives tasks six tenths."""
FOR_ROWS_MB = (LEAST_MEMORY_MB - 300) * 6 // 10
WORKERS = 2
BYTES_OF_A_ROW = "length(transaction_id) + length(account_id) + length(kind) + coalesce(length(refunds), 0) + 16"
AS_OF = datetime.fromisoformat("2022-12-31T00:00:00+09:00")


def test_rows_that_no_worker_can_hold_give_what_duckdb_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require_spark()
    by = rule(rounding="each", effective="next_day")
    with duckdb.connect(config={"temp_directory": str(tmp_path / "duckdb")}) as connection:
        make_files(connection, tmp_path)
        expected = engines.run_duckdb(connection, by, AS_OF, enrolments="e", transactions="t", posted=None)
        memory = {"spark.executor.memory": f"{LEAST_MEMORY_MB}m", "spark.sql.shuffle.partitions": "8"}
        with open_spark(f"local-cluster[{WORKERS},1,{LEAST_MEMORY_MB}]", scratch=tmp_path, settings=memory) as session:
            for name in ("e", "t"):
                session.read.parquet(str(tmp_path / f"{name}.parquet")).createTempView(name)
            result = run_spark(session, by, AS_OF, enrolments="e", transactions="t", posted=None)
            result.write.parquet(str(tmp_path / "points"))
            spilled = bytes_spilled(session.sparkContext)
        computed = f"SELECT application_id, points FROM read_parquet('{tmp_path}/points/*.parquet')"
        for more, less in ((computed, f"FROM {expected}"), (f"FROM {expected}", computed)):
            assert connection.execute(f"{more} EXCEPT ALL {less}").fetchall() == []
        [(lines,)] = connection.execute(f"SELECT count(*) FROM {expected}").fetchall()
        [(data,)] = connection.execute(f"SELECT sum({BYTES_OF_A_ROW}) FROM t").fetchall()

    assert lines > ACCOUNTS * 0.9
    assert data > 2 * WORKERS * FOR_ROWS_MB * 1_000_000
    assert spilled > 0
    with capsys.disabled():
        sys.stdout.write(
            f"\n{TRANSACTIONS:,} transactions ({data:,} bytes) on {WORKERS} workers of {LEAST_MEMORY_MB} MB: "
            f"{spilled:,} bytes spilled, {lines:,} lines\n"
        )


def make_files(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write e.parquet and t.parquet, always the same rows, 0.1 % of them doubled and 1 % refunds; and open both."""
    connection.execute(
        f"""CREATE TABLE e AS SELECT 'A-' || i AS application_id, 'SP' || lpad(i::TEXT, 12, '0') AS account_id,
            'top_up' AS counts, TIMESTAMPTZ '2022-07-01 00:00:00+09' + to_seconds(i % 86400) AS applied_at,
            (i % 7 * 700)::BIGINT AS points_elsewhere FROM range({ACCOUNTS}) AS numbers(i)"""
    )
    connection.execute(f"COPY e TO '{folder}/e.parquet' (FORMAT parquet)")
    row = f"""SELECT 'transaction-' || lpad(i::TEXT, 20, '0') AS transaction_id,
        'SP' || lpad((hash(i // 2) % {ACCOUNTS})::TEXT, 12, '0') AS account_id,
        if(i % 100 = 1, 'refund', 'top_up') AS kind,
        if(i % 100 = 1, 'transaction-' || lpad((i - 1)::TEXT, 20, '0'), NULL) AS refunds,
        (1 + hash(i, 1) % 1000)::BIGINT AS amount_yen,
        TIMESTAMPTZ '2022-06-30 00:00:00+09' + to_seconds((hash(i, 2) % 20000000)::BIGINT) AS occurred_at
        FROM range({TRANSACTIONS}) AS numbers(i)"""
    connection.execute(
        f"COPY (FROM ({row}) UNION ALL FROM ({row} WHERE i % 1000 = 0)) TO '{folder}/t.parquet' (FORMAT parquet)"
    )
    connection.execute(f"CREATE VIEW t AS FROM read_parquet('{folder}/t.parquet')")


def bytes_spilled(context: SparkContext) -> int:
    """Return what all stages so far wrote to disk because memory was short."""
    gateway = context._gateway
    store, none = context._jsc.sc().statusStore(), gateway.new_array(gateway.jvm.double, 0)
    stages = store.stageList(None, False, False, none, gateway.jvm.java.util.ArrayList())
    return sum(int(stages.apply(at).diskBytesSpilled()) for at in range(stages.size()))
