"""One award from files to files: intake, engine, and ``awards.parquet`` with ``rejects.csv``, replaced in one step."""

# ruff: noqa: S608 (names of tables are ours; file names are quoted)

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from mynapoint.award.schemas import AWARDS
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.provider.engines import DuckDB, Engine, open_duckdb, run_duckdb, run_reference
from mynapoint.provider.intake import Intake, Taken
from mynapoint.provider.table_files import quoted

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of one award, CSV or Parquet."""

    enrolments: Path
    transactions: tuple[Path, ...]
    posted: Path | None = None

    @property
    def all(self) -> list[Path]:
        """Every file."""
        return [self.enrolments, *self.transactions, *([self.posted] if self.posted else [])]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an award gave: ``lines`` lines, ``points_to_post`` (0 or more), ``points_to_take_back`` (0 or more)."""

    taken: Taken
    lines: int
    points_to_post: int
    points_to_take_back: int
    awards_file: Path
    rejects_file: Path


def award_files(
    rule: ServiceRule,
    as_of: datetime,
    inputs: Inputs,
    out: Path,
    *,
    engine: Engine = Engine.DUCKDB,
    memory: str | None = None,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Compute what is to be posted at ``as_of`` and write it to the folder ``out``.

    Raises UnreadableFile, BadMemory, OSError for a folder that cannot be written to.
    Nothing in ``out`` changes before everything has been computed.
    """
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".mynapoint-award-", dir=out) as work_name:
        work = Path(work_name)
        with open_duckdb(memory=memory, spill=work, readable=inputs.all, writable=[]) as connection:
            intake = Intake(connection, scratch=work, progress=progress)
            taken = intake.take_all(
                enrolments=inputs.enrolments, transactions=inputs.transactions, posted=inputs.posted
            )
            result = _run(engine, connection, rule, as_of, progress)
            progress("writing")
            awards, rejects = work / "awards.parquet", work / "rejects.csv"
            connection.execute(
                f"COPY (SELECT {', '.join(AWARDS.column_names)} FROM {result} ORDER BY {AWARDS.key}) "
                f"TO {quoted(str(awards.absolute()))} (FORMAT parquet)"
            )
            connection.execute(
                "COPY (SELECT * FROM taken_rejects ORDER BY file, line, field) "
                f"TO {quoted(str(rejects.absolute()))} (FORMAT csv, HEADER)"
            )
            totals = connection.execute(
                "SELECT count(*), coalesce(sum(points) FILTER (points > 0), 0), "
                f"coalesce(-sum(points) FILTER (points < 0), 0) FROM {result}"
            ).fetchone()
        assert totals is not None
        for written in (rejects, awards):
            os.replace(written, out / written.name)
    lines, to_post, to_take_back = totals
    return Outcome(taken, lines, to_post, to_take_back, out / "awards.parquet", out / "rejects.csv")


def _run(engine: Engine, connection: DuckDB, rule: ServiceRule, as_of: datetime, progress: Progress) -> str:
    tables = {"enrolments": "taken_enrolments", "transactions": "taken_transactions", "posted": "taken_posted"}
    if engine is Engine.REFERENCE:
        progress("computing awards one account after another")
        return run_reference(connection, rule, as_of, **tables)
    connection.execute("SET preserve_insertion_order = false")  # only line numbers needed the order
    return run_duckdb(connection, rule, as_of, **tables, unique=True, progress=progress)
