"""Our jobs on files, and the limit: DuckDB's bare GROUP BY over the same files."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

import duckdb
import ibis

from award_jobs.data import AS_OF, Task, rule
from mynapoint.provider.award_files import Inputs, award_files
from mynapoint.provider.engines import Engine


def bare(task: Task) -> Iterator[None]:
    """Sum the yen of each account and nothing else, into a table: no award can be had for less."""
    files = ", ".join(f"'{path}'" for path in task.data.transactions)
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        if task.memory:
            connection.execute("SET memory_limit = ?", [task.memory])
        yield
        connection.execute(
            "CREATE TEMP TABLE bare AS SELECT account_id, sum(amount_yen) AS yen "
            f"FROM read_parquet([{files}]) GROUP BY 1"
        )
        yield


def raw_files(task: Task) -> Iterator[None]:
    """The whole award from raw files: every row checked, repeats and wrong rows out, awards and rejects written."""
    yield from _award_files(task, Engine.DUCKDB)


def reference(task: Task) -> Iterator[None]:
    """The same by award/premium.py, the definition in plain Python."""
    yield from _award_files(task, Engine.REFERENCE)


def spark(task: Task) -> Iterator[None]:
    """The same by Apache Spark, its session's start included."""
    yield from _award_files(task, Engine("spark"))


def import_compilers() -> None:
    """Let Ibis import its compilers, and Arrow NumPy, which they do at the first use: imports are in no job's time."""
    if find_spec("numpy") is not None:
        import_module("numpy")
    ibis.to_sql(ibis.table({"a": "int64"}, name="a"), dialect="duckdb")


def _award_files(task: Task, engine: Engine) -> Iterator[None]:
    data = task.data
    inputs = Inputs(data.enrolments, data.transactions, data.posted)
    one = rule()
    import_compilers()
    yield
    award_files(one, AS_OF, inputs, task.out, engine=engine, memory=task.memory)
    yield
