"""Our jobs on the provider's store: filling it, an award from its cells, and one more day."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from award_jobs.data import AS_OF, AS_OF_BEFORE, Data, Task, rule
from award_jobs.ours import import_compilers
from mynapoint.provider.award_run import award
from mynapoint.provider.cells import bring_up_to_date
from mynapoint.provider.inbox import take_in
from mynapoint.provider.numbering import number_applications
from mynapoint.provider.store import Store

_EARLIER = datetime.fromisoformat("2022-01-01T00:00:00+09:00")
WHOLE, BEFORE = "whole.duckdb", "before.duckdb"
"""The store with all transactions, not awarded yet; and the store as the run before the last day left it."""


def fill_store(task: Task) -> Iterator[None]:
    """Take all transactions in and make the cells: what a provider does on its first day with this program."""
    for name in (WHOLE, BEFORE):
        (task.data.folder / name).unlink(missing_ok=True)
    whole = _linked(task.data.folder / WHOLE, task.data)
    before = _linked(task.data.folder / BEFORE, task.data)
    yield
    _take_in(whole, task.out / "inbox", task.data.transactions, AS_OF)
    yield
    _take_in(before, task.out / "before", (task.data.before,), AS_OF_BEFORE)
    _award(before, AS_OF_BEFORE)


def stored_cells(task: Task) -> Iterator[None]:
    """The whole award from the cells, its lines kept as pending; nothing has been awarded before."""
    store = _copy(task, WHOLE)
    import_compilers()
    yield
    _award(store, AS_OF)
    yield
    _write_answer(store, task)


def one_more_day(task: Task) -> Iterator[None]:
    """The last day's file taken in, the cells brought up to date, what changed awarded and kept as pending."""
    store = _copy(task, BEFORE)
    import_compilers()
    yield
    _take_in(store, task.out / "inbox", (task.data.day,), AS_OF)
    _award(store, AS_OF)
    yield
    _write_answer(store, task)


def _linked(path: Path, data: Data) -> Store:
    """Make a store with every application linked, and with the points that the file tells of as an earlier run."""
    store = Store(path)
    with store.step() as connection:
        connection.execute(
            f"""INSERT INTO linked SELECT application_id, ?, account_id, account_id, counts, applied_at,
                greatest(? - points_elsewhere, 0), '', applied_at FROM '{data.enrolments}'""",
            (rule().incentive, rule().points_max),
        )
        number_applications(connection)
        connection.execute("INSERT INTO runs VALUES (0, ?, ?, 0, 0, 0)", (_EARLIER, _EARLIER))
        connection.execute(
            f"""INSERT INTO pending_lines SELECT 0, application_no, points
                FROM '{data.posted}' JOIN applications USING (application_id) WHERE points <> 0"""
        )
    return store


def _take_in(store: Store, inbox: Path, files: tuple[Path, ...], now: datetime) -> None:
    inbox.mkdir()
    for path in files:
        (inbox / path.name).symlink_to(path)
    take_in(store, inbox, now=now)
    with store.step() as connection:
        bring_up_to_date(connection, [rule()], now=now)


def _award(store: Store, as_of: datetime) -> None:
    with store.step() as connection:
        award(connection, [rule()], as_of=as_of, now=as_of)


def _copy(task: Task, name: str) -> Store:
    """Copy a store, down to the disk: else its first commit would wait until the copy is there."""
    path = Path(shutil.copyfile(task.data.folder / name, task.out / name))
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return Store(path)


def _write_answer(store: Store, task: Task) -> None:
    """What all runs but the earlier one gave together is what the files give in one."""
    with store.opened() as connection:
        connection.execute(
            f"""COPY (SELECT application_id, sum(points)::BIGINT AS points FROM award_lines WHERE run > 0
                GROUP BY 1 HAVING sum(points) <> 0 ORDER BY 1) TO '{task.awards_file}' (FORMAT parquet)"""
        )
