"""The rivals as jobs: Polars streaming and in memory, a plain Python loop, a rules engine asked per transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from award_jobs.data import AS_OF, Data, Task, rule
from mynapoint.programme.service_rules import ServiceRule

Award = Callable[[ServiceRule, datetime, Data], pa.Table]


def polars_streaming(task: Task) -> Iterator[None]:
    """Polars' streaming engine."""
    from award_jobs.polars_award import PolarsAward

    yield from _polars(task, PolarsAward(rule(), AS_OF, "streaming").write)


def polars_in_memory(task: Task) -> Iterator[None]:
    """Polars' engine in memory."""
    from award_jobs.polars_award import PolarsAward

    yield from _polars(task, PolarsAward(rule(), AS_OF, "in-memory").write)


def python_loop(task: Task) -> Iterator[None]:
    """One loop over the rows."""
    from award_jobs.python_loop import award

    yield from _rows(task, award)


def rules_engine(task: Task) -> Iterator[None]:
    """zen-engine, asked once a transaction."""
    from award_jobs.rules_engine import award

    yield from _rows(task, award)


def _polars(task: Task, write: Callable[[Data, Path], None]) -> Iterator[None]:
    yield
    write(task.data, task.awards_file)
    yield


def _rows(task: Task, award: Award) -> Iterator[None]:
    one = rule()
    yield
    pq.write_table(award(one, AS_OF, task.data), task.awards_file)
    yield
