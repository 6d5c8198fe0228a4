"""One award from files to files: intake, engine, and ``awards.parquet`` with ``rejects.csv``, replaced in one step."""

# ruff: noqa: S608 (names of tables are ours; file names are quoted)

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from mynapoint.award.schemas import AWARDS, ENROLMENTS, POSTED, REISSUED, TRANSACTIONS, TableSchema
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.provider.beside import Beside
from mynapoint.provider.engines import (
    DuckDB,
    Engine,
    Noticed,
    not_enrolled_rows,
    open_duckdb,
    run_duckdb,
    run_reference,
)
from mynapoint.provider.intake import Intake
from mynapoint.provider.lying_footers import refuse_lying
from mynapoint.provider.rejects import Exact, write_exact_rejects, write_rejects
from mynapoint.provider.summing import Summing, summing
from mynapoint.provider.table_files import Encoding, damage_named, quoted
from mynapoint.provider.tallies import Taken

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of one award, CSV or Parquet; ``encoding`` is how every CSV file is written, None to find out."""

    enrolments: Path
    transactions: tuple[Path, ...]
    posted: Path | None = None
    reissued: tuple[Path, ...] = ()
    encoding: Encoding | None = None

    @property
    def all(self) -> list[Path]:
        """Every file."""
        return [self.enrolments, *self.transactions, *([self.posted] if self.posted else []), *self.reissued]

    @property
    def by_table(self) -> list[tuple[TableSchema, Path]]:
        """Every file with what it should hold."""
        tables = {ENROLMENTS: [self.enrolments], TRANSACTIONS: self.transactions, REISSUED: self.reissued}
        tables[POSTED] = [self.posted] if self.posted else []
        return [(schema, path) for schema, paths in tables.items() for path in paths]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an award gave: ``lines`` lines, ``points_to_post`` (0 or more), ``points_to_take_back`` (0 or more)."""

    taken: Taken
    lines: int
    points_to_post: int
    points_to_take_back: int
    awards_file: Path
    rejects_file: Path
    exact_rejects_file: Path | None = None


def award_files(
    rule: ServiceRule,
    as_of: datetime,
    inputs: Inputs,
    out: Path,
    *,
    engine: Engine = Engine.DUCKDB,
    memory: str | None = None,
    spark_master: str = "local[*]",
    exact_rejects: Exact | None = None,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Compute what is to be posted at ``as_of`` and write it to the folder ``out``.

    ``spark_master`` is where Spark runs, when it is the engine (provider/spark_session.py).
    ``exact_rejects`` asks for the rows set aside in a second file, with every value as it stood.
    Raises UnreadableFile, BadMemory, NoSpark, OSError for a folder that cannot be written to.
    Nothing in ``out`` changes before everything has been computed.
    """
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".mynapoint-award-", dir=out) as work_name:
        work = Path(work_name)
        with open_duckdb(memory=memory, spill=work, readable=inputs.all, writable=[]) as connection:
            intake = Intake(connection, scratch=work, encoding=inputs.encoding, progress=progress)
            with damage_named(inputs.by_table):
                if engine is Engine.DUCKDB:
                    with summing(connection, rule, as_of) as sums:
                        _take_all(intake, inputs, sums)
                        result = _run_duckdb(connection, rule, as_of, inputs, sums=sums, progress=progress)
                    taken = intake.taken(not_enrolled=not_enrolled_rows(connection))
                else:
                    _take_all(intake, inputs)
                    if engine is Engine.SPARK:
                        result = _run_spark(
                            connection, rule, as_of, master=spark_master, work=work, memory=memory, progress=progress
                        )
                    else:
                        progress("computing awards one account after another")
                        result = run_reference(connection, rule, as_of, **_TAKEN)
                    taken = intake.taken()
            progress("writing")
            totals, files = _write(connection, result, work, exact_rejects)
        for file in files:
            os.replace(file, out / file.name)
    return Outcome(taken, *totals, *(out / file.name for file in files))


def _take_all(intake: Intake, inputs: Inputs, beside: Beside | None = None) -> None:
    intake.take_all(
        enrolments=inputs.enrolments,
        transactions=inputs.transactions,
        posted=inputs.posted,
        reissued=inputs.reissued,
        beside=beside,
    )


def _write(
    connection: DuckDB, result: str, work: Path, exact_rejects: Exact | None
) -> tuple[tuple[int, int, int], list[Path]]:
    """Write the awards and the rows set aside; return lines, points to post and to take back, and the files."""
    awards, rejects = work / "awards.parquet", work / "rejects.csv"
    connection.execute(
        f"COPY (SELECT {', '.join(AWARDS.column_names)} FROM {result} ORDER BY {AWARDS.key}) "
        f"TO {quoted(str(awards.absolute()))} (FORMAT parquet)"
    )
    write_rejects(connection, "taken_rejects", rejects)
    files = [awards, rejects]
    if exact_rejects is not None:
        files.append(work / f"rejects.{exact_rejects}")
        write_exact_rejects(connection, "taken_rejects", files[-1], exact_rejects)
    totals = connection.execute(
        "SELECT count(*), coalesce(sum(points) FILTER (points > 0), 0), "
        f"coalesce(-sum(points) FILTER (points < 0), 0) FROM {result}"
    ).fetchone()
    assert totals is not None
    lines, to_post, to_take_back = totals
    return (lines, to_post, to_take_back), files


_TAKEN = {"enrolments": "taken_enrolments", "transactions": "taken_transactions", "posted": "taken_posted"}


def _run_duckdb(
    connection: DuckDB, rule: ServiceRule, as_of: datetime, inputs: Inputs, *, sums: Summing, progress: Progress
) -> str:
    """Award from every row as it was read, and from the few that the intake noticed."""
    rows = "taken_transactions"
    result = run_duckdb(
        connection,
        rule,
        as_of,
        enrolments="taken_enrolments",
        transactions=f"{rows}_rows",
        posted="taken_posted",
        noticed=Noticed(standing=f"{rows}_noticed_standing", dropped=f"{rows}_noticed_dropped"),
        summed=sums.made,
        progress=progress,
    )
    refuse_lying(connection, inputs.transactions)
    return result


def _run_spark(
    connection: DuckDB,
    rule: ServiceRule,
    as_of: datetime,
    *,
    master: str,
    work: Path,
    memory: str | None,
    progress: Progress,
) -> str:
    from mynapoint.provider.spark import run_spark_on_files

    return run_spark_on_files(
        connection, rule, as_of, **_TAKEN, master=master, work=work.absolute(), memory=memory, progress=progress
    )
